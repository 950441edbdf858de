"""Deliveries in flight when a backup was made: read back, never sent twice."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model.scope import Scope
from bot.storage import delivery_queue, delivery_store, notice_store
from digests.messages import Message
from tests.bot.harness import BRIDGE, POOL, WAIT, BotHarness
from tests.bot.operations.backup_harness import (
    DAY,
    PARTS,
    BackupHarness,
    order,
    rows,
    states,
    texts,
)
from tests.fakes import FakeClock, FakePlatform, Lost

# ── in flight ───────────────────────────────────────────────────────────────


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    """Any number of parts sent before the backup, and perhaps the others since."""
    home = tmp_path_factory.mktemp("past")
    backups = BackupHarness(home=home, platform=FakePlatform(), clock=FakeClock())
    shutil.copyfile(sqlite_template, backups.file)
    async with backups.open() as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
        await order(harness)
        await _send_some(harness, sent_before, lost)
        backups.back_up()
        if sent_after:
            backups.clock.advance(WAIT * 2)
            await harness.outbox.drain()
    backups.clock.advance(timedelta(hours=gap))
    backups.restore()
    async with backups.open() as harness:
        for _ in range(3):
            backups.clock.advance(WAIT * 2)
            await harness.wake()
        after = await states(harness)
    assert backups.platform.doubled() == ()
    assert set(after) <= {"sent", "held"}
    if sent_after:
        assert after == ["sent"] * PARTS
        assert len(texts(backups)) == PARTS


async def _send_some(harness: BotHarness, count: int, lost: bool) -> None:
    """Deliver so many parts; of the next the answer is lost, or nothing is sent."""
    send = harness.platform.send
    sent = 0

    async def some(delivery):
        nonlocal sent
        if sent >= count and not lost:
            raise KeyboardInterrupt
        sent += 1
        return await send(delivery)

    if count == PARTS:
        await harness.outbox.drain()
        return
    if not lost and count == 0:
        return
    if lost:
        harness.platform.script(*[None] * count, Lost())
    object.__setattr__(harness.platform, "send", some)
    try:
        if lost:
            await harness.outbox.drain()
        else:
            await _until(harness, count)
    finally:
        object.__setattr__(harness.platform, "send", send)


async def _until(harness: BotHarness, count: int) -> None:
    """Deliver so many parts, one after the other, as the outbox does."""
    for _ in range(count):
        now = harness.clock.now()
        (one,) = await harness.db.write(
            delivery_queue.claim_deliveries, now=now, lease=WAIT, limit=1
        )
        message = await harness.platform.send(one)
        await harness.db.write(
            delivery_store.record_sent, one, message_id=message, now=now
        )


async def test_what_arrived_is_adopted_so_that_it_can_be_corrected(
    backups: BackupHarness,
):
    async with backups.open() as harness:
        await order(harness)
        backups.back_up()
        await harness.outbox.drain()
    backups.clock.advance(DAY)
    assert backups.restore().uncertain == PARTS
    async with backups.open() as harness:
        backups.clock.advance(WAIT * 2)
        await harness.outbox.drain()
        assert await states(harness) == ["sent"] * PARTS
    assert len(texts(backups)) == PARTS


async def test_an_edition_undone_meanwhile_does_not_come_back(backups: BackupHarness):
    async with backups.open() as harness:
        await order(harness)
        backups.back_up()
        await harness.outbox.drain()
    backups.platform.messages.clear()
    backups.clock.advance(hours=1)
    backups.restore()
    async with backups.open() as harness:
        for _ in range(3):
            backups.clock.advance(WAIT * 2)
            await harness.outbox.drain()
        assert await states(harness) == ["held"] * PARTS
        reported = await harness.says("newsdesk status")
    assert texts(backups) == []
    assert "was restored" in repr(reported.blocks)


async def test_a_failed_read_back_does_not_send_it_either(backups: BackupHarness):
    async with backups.open() as harness:
        await order(harness)
        backups.back_up()
    backups.clock.advance(hours=1)
    backups.restore()
    async with backups.open() as harness:
        read_back = backups.platform.read_back

        async def broken(_delivery):
            raise ConnectionError("no route")

        object.__setattr__(backups.platform, "read_back", broken)
        backups.clock.advance(WAIT * 2)
        await harness.outbox.drain()
        object.__setattr__(backups.platform, "read_back", read_back)
        backups.clock.advance(WAIT * 2)
        await harness.outbox.drain()
        assert await states(harness) == ["held"] * PARTS
    assert texts(backups) == []


async def test_it_is_read_back_from_its_creation_on(backups: BackupHarness):
    async with backups.open() as harness:
        await order(harness)
    made = backups.clock.now()
    backups.back_up()
    backups.clock.advance(DAY)
    backups.restore()
    async with backups.open() as harness:
        backups.clock.advance(WAIT * 2)
        await harness.outbox.drain()
    assert {one.claimed_at for one in backups.platform.looked} == {made}


async def test_an_answer_that_comes_too_late_changes_nothing(backups: BackupHarness):
    """A process with the old database's claim has no effect on the new one."""
    async with backups.open() as harness:
        await order(harness)
        (claimed,) = await harness.db.write(
            delivery_queue.claim_deliveries,
            now=backups.clock.now(),
            lease=WAIT,
            limit=1,
        )
    backups.back_up()
    backups.restore()
    async with backups.open() as harness:
        kept = await harness.db.write(
            delivery_store.record_unsent,
            claimed,
            "retry",
            not_before=backups.clock.now(),
            reason=Message("late"),
            now=backups.clock.now(),
        )
    assert not kept


async def test_a_delivery_released_afterwards_is_sent_as_usual(backups: BackupHarness):
    async with backups.open() as harness:
        await order(harness)
    backups.back_up()
    backups.clock.advance(hours=1)
    backups.restore()
    async with backups.open() as harness:
        backups.clock.advance(WAIT * 2)
        await harness.outbox.drain()
        digest = await harness.digest()
        for one in await harness.db.read(
            delivery_store.list_held_deliveries, Scope(digest.workspace_id)
        ):
            await harness.db.write(
                delivery_store.finish_held_delivery,
                Scope(one.workspace_id),
                delivery_id=one.id,
                state="ready",
                now=backups.clock.now(),
            )
        # Its first answer is lost, and it had not arrived: now it is sent again.
        backups.platform.script(ConnectionResetError())
        await harness.outbox.drain()
        backups.clock.advance(WAIT * 2)
        await harness.outbox.drain()
        assert await states(harness) == ["sent"] * PARTS
    assert len(texts(backups)) == PARTS


async def test_private_notices_are_not_sent_late(backups: BackupHarness):
    async with backups.open() as harness:
        digest = await harness.digest()
        await harness.db.write(
            notice_store.add_notice,
            Scope(digest.workspace_id),
            destination_id=None,
            person_id="p",
            text="Posting has stopped.",
            now=backups.clock.now(),
        )
    backups.back_up()
    backups.restore()
    assert rows(backups.file, "SELECT state FROM notices") == [("failed",)]
