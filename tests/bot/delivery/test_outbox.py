"""Deliveries: each arrives exactly once, whatever a platform answers."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Gone, Limited, Refused, SendError, Unclear, Unreached
from bot.outbox import ATTEMPTS_MOST, verdict
from bot.storage import deliveries, workspaces
from bot.types import Delivery
from tests.bot.newsroom import WAIT, Newsroom
from tests.builders import a_delivery
from tests.fakes import NOON, Lost

PARTS = 3


async def order(desk: Newsroom) -> None:
    digest = await desk.digest()
    await desk.editions.post_now(digest.workspace_id, digest, "now")


async def states(desk: Newsroom) -> list[str]:
    digest = await desk.digest()
    found = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=50
    )
    return [d.state for d in sorted(found, key=lambda d: d.part)]


async def reasons(desk: Newsroom) -> list[str | None]:
    digest = await desk.digest()
    found = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=50
    )
    return [d.reason for d in sorted(found, key=lambda d: d.part)]


def parts_of(desk: Newsroom) -> list[str]:
    return [str(m.payload["text"]) for m in desk.platform.messages]


async def test_the_parts_of_an_edition_arrive_in_order(desk):
    await desk.post()
    assert await states(desk) == ["sent"] * PARTS
    assert parts_of(desk)[0] == "Morning brief"


async def test_a_lost_answer_is_read_back_and_adopted_not_sent_again(desk):
    desk.platform.script(Lost())
    await desk.post()
    assert (await states(desk))[0] == "uncertain"
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    assert await states(desk) == ["sent"] * PARTS
    assert len(parts_of(desk)) == PARTS


async def test_the_look_waits_until_a_request_in_flight_must_have_landed(desk):
    desk.platform.script(Lost())
    await desk.post()
    desk.clock.advance(WAIT / 2)
    await desk.outbox.drain()
    assert desk.platform.looked == []


async def test_what_had_not_arrived_is_sent_again_under_the_same_key(desk):
    desk.platform.script(Unclear("The connection was reset."))
    await desk.post()
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    assert await states(desk) == ["sent"] * PARTS
    first, *_ = desk.platform.tried
    assert desk.platform.count(first.key) == 1


async def test_later_parts_wait_for_an_uncertain_one(desk):
    desk.platform.script(Lost())
    await desk.post()
    assert len(parts_of(desk)) == 1


async def test_where_reading_back_is_refused_it_is_held_and_says_why(desk):
    desk.platform.script(Lost())
    desk.platform.lets_us_look = False
    await desk.post()
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    assert (await states(desk))[0] == "held"
    assert "cannot be read" in str((await reasons(desk))[0])
    assert len(parts_of(desk)) == 1


async def test_a_look_that_fails_is_tried_again_later_and_not_at_once(desk):
    desk.platform.script(Lost())
    await desk.post()
    read_back = desk.platform.read_back

    async def broken(_delivery: Delivery) -> str | None:
        raise ConnectionError("no route")

    desk.platform.read_back = broken
    desk.clock.advance(WAIT + timedelta(seconds=1))
    assert await desk.outbox.drain() == desk.clock.now() + WAIT
    desk.platform.read_back = read_back
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    assert await states(desk) == ["sent"] * PARTS


async def test_a_limit_is_waited_out_and_not_a_moment_less(desk):
    desk.platform.script(Limited("Slow down.", retry_after=30))
    await desk.post()
    desk.clock.advance(seconds=29)
    await desk.outbox.drain()
    assert parts_of(desk) == []
    desk.clock.advance(seconds=1)
    await desk.outbox.drain()
    assert len(parts_of(desk)) == PARTS


async def test_a_refusal_stops_the_destination_after_one_call(desk):
    desk.platform.script(Refused("The channel was deleted."))
    await desk.post()
    await desk.outbox.drain()
    assert len(desk.platform.tried) == 1
    digest = await desk.digest()
    assert digest.destinations[0].paused == "The channel was deleted."


async def test_a_refusal_from_before_the_bot_came_back_stops_nothing(desk):
    send = desk.platform.send

    async def refused(_delivery: Delivery) -> str:
        desk.platform.send = send
        desk.clock.advance(seconds=1)
        # Somebody lets it in between the question and the record of its answer.
        await desk.db.write(
            workspaces.ensure,
            platform="local",
            external_id="newsroom",
            name="newsroom",
            now=desk.clock.now(),
        )
        raise Refused("It is not installed.", whole_workspace=True)

    desk.platform.send = refused
    await desk.post()
    await desk.outbox.drain()
    assert await states(desk) == ["sent"] * PARTS


async def test_a_workspace_that_is_heard_of_by_name_is_tried_again(desk):
    desk.platform.script(Refused("The token was revoked.", whole_workspace=True))
    await desk.post()
    assert (await desk.place()).workspace.stopped == "The token was revoked."
    await desk.inbox.workspace_of("local", "newsroom", "newsroom")
    await desk.outbox.drain()
    assert await states(desk) == ["sent"] * PARTS


async def test_a_send_that_never_ends_becomes_uncertain(desk):
    async def hang(_delivery: Delivery) -> str:
        await asyncio.Event().wait()
        return ""

    object.__setattr__(desk.outbox, "send_timeout", timedelta(milliseconds=20))
    desk.platform.send = hang
    await desk.post()
    assert (await states(desk))[0] == "uncertain"


async def test_a_defect_of_the_platform_is_taken_for_unclear(desk):
    desk.platform.script(ZeroDivisionError("oops"))
    await desk.post()
    assert (await states(desk))[0] == "uncertain"


async def test_a_process_killed_while_sending_leaves_nothing_lost_or_doubled(desk):
    await order(desk)
    (claimed,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    await desk.platform.send(claimed)  # and here the process dies
    desk.clock.advance(2 * WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    assert await states(desk) == ["sent"] * PARTS
    assert len(parts_of(desk)) == PARTS


async def test_a_late_answer_of_an_older_claim_changes_nothing(desk):
    await order(desk)
    (old,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    desk.clock.advance(2 * WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    late = await desk.db.write(
        deliveries.record_failed, old, reason="too late", now=desk.clock.now()
    )
    assert not late
    assert await states(desk) == ["sent"] * PARTS


async def test_drain_says_when_it_has_something_to_do_next(desk):
    desk.platform.script(Limited("Slow down.", retry_after=30))
    await order(desk)
    assert await desk.outbox.drain() == desk.clock.now() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("error", "attempt", "state", "wait"),
    [
        (Refused("gone"), 1, "retry", None),
        (Refused("odd", message_only=True), 1, "retry", None),
        (Gone("gone", message_only=True), 1, "failed", None),
        (Refused("token", whole_workspace=True), 1, "retry", None),
        (Limited("slow", retry_after=12), 1, "retry", 12),
        (Limited("slow", retry_after=-5), 1, "retry", 0),
        (Limited("slow", retry_after=1e9), 1, "retry", 3600),
        (Unreached("refused"), ATTEMPTS_MOST, "failed", None),
        (Unclear("reset"), 1, "uncertain", None),
        (SendError("?"), 1, "uncertain", None),
        (TimeoutError(), 1, "uncertain", None),
        (ValueError("not JSON"), 1, "uncertain", None),
    ],
)
async def test_every_end_of_a_send_has_its_verdict(desk, error, attempt, state, wait):
    await order(desk)
    (claimed,) = await desk.db.write(
        deliveries.claim, now=desk.clock.now(), lease=WAIT, limit=50
    )
    from dataclasses import replace

    found = verdict(error, replace(claimed, attempt=attempt), NOON)
    assert found.state == state
    if wait is not None:
        assert found.not_before == NOON + timedelta(seconds=wait)


# ── back-off ───────────────────────────────────────────────────────────────────


def back_off(key: str, attempt: int) -> timedelta:
    """How long it waits after it could not be reached at NOON."""
    found = verdict(Unreached("No route."), a_delivery(key=key, attempt=attempt), NOON)
    assert found.not_before is not None
    return found.not_before - NOON


KEYS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=25, max_size=25)


@given(key=KEYS, attempt=st.integers(1, ATTEMPTS_MOST - 1))
def test_a_retry_waits_half_of_a_doubling_wait_at_least_and_all_at_most(key, attempt):
    most = timedelta(seconds=min(2**attempt, 300))
    assert most / 2 <= back_off(key, attempt) <= most


@given(key=KEYS, attempt=st.integers(1, ATTEMPTS_MOST - 1))
def test_the_same_failure_at_the_same_moment_waits_the_same(key, attempt):
    assert back_off(key, attempt) == back_off(key, attempt)


def test_what_one_outage_threw_back_does_not_return_in_one_instant():
    waits = sorted(back_off(f"{number:025}", 9) for number in range(300))
    # 300 of them within at most 300 seconds: nowhere a crowd, and no long silence.
    assert len(set(waits)) == 300
    tenths = Counter(int(wait / timedelta(seconds=15)) for wait in waits)
    assert set(tenths) == set(range(10, 20))
    assert max(tenths.values()) < 60


def test_a_delivery_that_fails_again_does_not_wait_the_same_share_again():
    shares = {back_off("a" * 25, attempt) for attempt in range(9, 20)}
    assert len(shares) == 11
