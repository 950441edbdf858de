"""What was on its way when a backup was made: looked for, never sent twice."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.storage import (
    deliveries,
    notices,
)
from tests.bot.newsroom import (
    BRIDGE,
    POOL,
    WAIT,
    Newsroom,
)
from tests.bot.restoring.past import DAY, PARTS, Past, order, rows, states, texts
from tests.fakes import FakeClock, FakePlatform, Lost

# ── what was on its way ─────────────────────────────────────────────────────


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sent_before=st.integers(0, PARTS),
    lost=st.booleans(),
    sent_after=st.booleans(),
    gap=st.integers(1, 72),
)
async def test_no_delivery_of_the_backup_is_ever_sent_twice(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    sent_before: int,
    lost: bool,
    sent_after: bool,
    gap: int,
):
    """Whatever of an edition was there at the backup, and whatever got there since."""
    home = tmp_path_factory.mktemp("past")
    past = Past(home=home, platform=FakePlatform(), clock=FakeClock())
    shutil.copyfile(sqlite_template, past.file)
    async with past.open() as desk:
        desk.publish("bridge", BRIDGE)
        desk.publish("pool", POOL)
        await desk.apply()
        await order(desk)
        await _send_some(desk, sent_before, lost)
        past.back_up()
        if sent_after:
            past.clock.advance(WAIT * 2)
            await desk.outbox.drain()
    past.clock.advance(timedelta(hours=gap))
    past.restore()
    async with past.open() as desk:
        for _ in range(3):
            past.clock.advance(WAIT * 2)
            await desk.wake()
        after = await states(desk)
    assert past.platform.doubled() == ()
    assert set(after) <= {"sent", "held"}
    if sent_after:
        assert after == ["sent"] * PARTS
        assert len(texts(past)) == PARTS


async def _send_some(desk: Newsroom, count: int, lost: bool) -> None:
    """So many parts arrive; of the next one the answer is lost, or nothing is sent."""
    send = desk.platform.send
    sent = 0

    async def some(delivery):
        nonlocal sent
        if sent >= count and not lost:
            raise KeyboardInterrupt
        sent += 1
        return await send(delivery)

    if count == PARTS:
        await desk.outbox.drain()
        return
    if not lost and count == 0:
        return
    if lost:
        desk.platform.script(*[None] * count, Lost())
    object.__setattr__(desk.platform, "send", some)
    try:
        if lost:
            await desk.outbox.drain()
        else:
            await _until(desk, count)
    finally:
        object.__setattr__(desk.platform, "send", send)


async def _until(desk: Newsroom, count: int) -> None:
    """Carry so many parts, one after the other, as the outbox does."""
    for _ in range(count):
        now = desk.clock.now()
        (one,) = await desk.db.write(deliveries.claim, now=now, lease=WAIT, limit=1)
        message = await desk.platform.send(one)
        await desk.db.write(deliveries.record_sent, one, message_id=message, now=now)


async def test_what_arrived_is_adopted_so_that_it_can_be_corrected(past: Past):
    async with past.open() as desk:
        await order(desk)
        past.back_up()
        await desk.outbox.drain()
    past.clock.advance(DAY)
    assert past.restore().found.doubted == PARTS
    async with past.open() as desk:
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        assert await states(desk) == ["sent"] * PARTS
    assert len(texts(past)) == PARTS


async def test_what_was_taken_back_meanwhile_does_not_come_back(past: Past):
    async with past.open() as desk:
        await order(desk)
        past.back_up()
        await desk.outbox.drain()
    past.platform.messages.clear()
    past.clock.advance(hours=1)
    past.restore()
    async with past.open() as desk:
        for _ in range(3):
            past.clock.advance(WAIT * 2)
            await desk.outbox.drain()
        assert await states(desk) == ["held"] * PARTS
        told = await desk.says("newsdesk status")
    assert texts(past) == []
    assert "was restored" in repr(told.blocks)


async def test_a_look_that_fails_first_does_not_send_it_either(past: Past):
    async with past.open() as desk:
        await order(desk)
        past.back_up()
    past.clock.advance(hours=1)
    past.restore()
    async with past.open() as desk:
        read_back = past.platform.read_back

        async def broken(_delivery):
            raise ConnectionError("no route")

        object.__setattr__(past.platform, "read_back", broken)
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        object.__setattr__(past.platform, "read_back", read_back)
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        assert await states(desk) == ["held"] * PARTS
    assert texts(past) == []


async def test_it_is_looked_for_from_the_moment_on_at_which_it_was_made(past: Past):
    async with past.open() as desk:
        await order(desk)
    made = past.clock.now()
    past.back_up()
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
    assert {one.claimed_at for one in past.platform.looked} == {made}


async def test_an_answer_that_comes_too_late_changes_nothing(past: Past):
    """A process that has the old database's claim has no say in the new one."""
    async with past.open() as desk:
        await order(desk)
        (claimed,) = await desk.db.write(
            deliveries.claim, now=past.clock.now(), lease=WAIT, limit=1
        )
    past.back_up()
    past.restore()
    async with past.open() as desk:
        kept = await desk.db.write(
            deliveries.record_retry,
            claimed,
            not_before=past.clock.now(),
            reason="late",
            now=past.clock.now(),
        )
    assert not kept


async def test_what_somebody_lets_go_afterwards_is_sent_as_always(past: Past):
    async with past.open() as desk:
        await order(desk)
    past.back_up()
    past.clock.advance(hours=1)
    past.restore()
    async with past.open() as desk:
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        digest = await desk.digest()
        for one in await desk.db.read(
            deliveries.held, workspace_id=digest.workspace_id
        ):
            await desk.db.write(
                deliveries.release,
                workspace_id=one.workspace_id,
                delivery_id=one.id,
                now=past.clock.now(),
            )
        # Its first answer is lost, and it had not arrived: now it is sent again.
        past.platform.script(ConnectionResetError())
        await desk.outbox.drain()
        past.clock.advance(WAIT * 2)
        await desk.outbox.drain()
        assert await states(desk) == ["sent"] * PARTS
    assert len(texts(past)) == PARTS


async def test_what_single_people_were_to_be_told_is_not_told_late(past: Past):
    async with past.open() as desk:
        digest = await desk.digest()
        await desk.db.write(
            notices.add,
            workspace_id=digest.workspace_id,
            destination_id=None,
            person_id="p",
            text="Posting has stopped.",
            now=past.clock.now(),
        )
    past.back_up()
    past.restore()
    assert rows(past.file, "SELECT state FROM notices") == [("failed",)]
