"""Deliveries: each arrives exactly once, whatever a platform answers."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.attempts import MAX_SEND_ATTEMPTS, decide_retry
from bot.errors import (
    MessageGone,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.model import Delivery
from bot.model.scope import Scope
from bot.storage import delivery_queue, delivery_store, workspace_store
from digests.messages import Message
from tests.bot.harness import WAIT, BotHarness
from tests.builders import a_delivery
from tests.fakes import NOON, Lost

PARTS = 3


async def order(harness: BotHarness) -> None:
    digest = await harness.digest()
    await harness.publisher.post_now(digest, "now")


async def states(harness: BotHarness) -> list[str]:
    digest = await harness.digest()
    found = await harness.db.read(
        delivery_store.list_newest_deliveries,
        Scope(digest.workspace_id),
        count=50,
    )
    return [d.state for d in sorted(found, key=lambda d: d.part)]


async def reasons(harness: BotHarness) -> list[str | None]:
    digest = await harness.digest()
    found = await harness.db.read(
        delivery_store.list_newest_deliveries,
        Scope(digest.workspace_id),
        count=50,
    )
    return [
        str(d.reason) if d.reason else None for d in sorted(found, key=lambda d: d.part)
    ]


def parts_of(harness: BotHarness) -> list[str]:
    return [str(m.payload["text"]) for m in harness.platform.messages]


async def test_the_parts_of_an_edition_arrive_in_order(harness):
    await harness.post()
    assert await states(harness) == ["sent"] * PARTS
    assert parts_of(harness)[0] == "Morning brief"


async def test_a_lost_answer_is_read_back_and_adopted_not_sent_again(harness):
    harness.platform.script(Lost())
    await harness.post()
    assert (await states(harness))[0] == "uncertain"
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS
    assert len(parts_of(harness)) == PARTS


async def test_reading_back_waits_until_a_request_in_flight_has_landed(harness):
    harness.platform.script(Lost())
    await harness.post()
    harness.clock.advance(WAIT / 2)
    await harness.outbox.drain()
    assert harness.platform.looked == []


async def test_what_had_not_arrived_is_sent_again_under_the_same_key(harness):
    harness.platform.script(SendUnclear("The connection was reset."))
    await harness.post()
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS
    first, *_ = harness.platform.tried
    assert harness.platform.count(first.key) == 1


async def test_later_parts_wait_for_an_uncertain_one(harness):
    harness.platform.script(Lost())
    await harness.post()
    assert len(parts_of(harness)) == 1


async def test_if_reading_back_is_rejected_it_is_held_with_the_reason(harness):
    harness.platform.script(Lost())
    harness.platform.lets_us_look = False
    await harness.post()
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert (await states(harness))[0] == "held"
    assert "cannot be read" in str((await reasons(harness))[0])
    assert len(parts_of(harness)) == 1


async def test_a_failed_read_back_is_retried_later(harness):
    harness.platform.script(Lost())
    await harness.post()
    read_back = harness.platform.read_back

    async def broken(_delivery: Delivery) -> str | None:
        raise ConnectionError("no route")

    harness.platform.read_back = broken
    harness.clock.advance(WAIT + timedelta(seconds=1))
    assert await harness.outbox.drain() == harness.clock.now() + WAIT
    harness.platform.read_back = read_back
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS


async def test_a_limit_is_waited_out_and_not_a_moment_less(harness):
    harness.platform.script(SendRateLimited("Slow down.", retry_after=30))
    await harness.post()
    harness.clock.advance(seconds=29)
    await harness.outbox.drain()
    assert parts_of(harness) == []
    harness.clock.advance(seconds=1)
    await harness.outbox.drain()
    assert len(parts_of(harness)) == PARTS


async def test_a_refusal_stops_the_destination_after_one_call(harness):
    harness.platform.script(SendRefused("The channel was deleted."))
    await harness.post()
    await harness.outbox.drain()
    assert len(harness.platform.tried) == 1
    digest = await harness.digest()
    assert str(digest.destinations[0].paused) == "The channel was deleted."


async def test_a_refusal_from_before_the_bot_came_back_stops_nothing(harness):
    send = harness.platform.send

    async def refused(_delivery: Delivery) -> str:
        harness.platform.send = send
        harness.clock.advance(seconds=1)
        # The bot is invited between the answer and its recording.
        await harness.db.write(
            workspace_store.upsert_workspace,
            platform="local",
            external_id="newsroom",
            name="newsroom",
            now=harness.clock.now(),
        )
        raise SendRefused("It is not installed.", whole_workspace=True)

    harness.platform.send = refused
    await harness.post()
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS


async def test_a_workspace_that_is_installed_again_is_retried(harness):
    harness.platform.script(SendRefused("The token was revoked.", whole_workspace=True))
    await harness.post()
    stopped = (await harness.place()).workspace.stopped
    assert str(stopped) == "The token was revoked."
    await harness.inbox.workspace_of("local", "newsroom", "newsroom")
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS


async def test_a_send_without_an_answer_becomes_uncertain(harness):
    async def hang(_delivery: Delivery) -> str:
        await asyncio.Event().wait()
        return ""

    object.__setattr__(harness.outbox, "send_timeout", timedelta(milliseconds=20))
    harness.platform.send = hang
    await harness.post()
    assert (await states(harness))[0] == "uncertain"


async def test_a_defect_of_the_platform_is_taken_for_unclear(harness):
    harness.platform.script(ZeroDivisionError("oops"))
    await harness.post()
    assert (await states(harness))[0] == "uncertain"


async def test_a_process_killed_while_sending_leaves_nothing_lost_or_doubled(harness):
    await order(harness)
    (claimed,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    await harness.platform.send(claimed)  # and here the process is killed
    harness.clock.advance(2 * WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS
    assert len(parts_of(harness)) == PARTS


async def test_a_late_answer_of_an_older_claim_changes_nothing(harness):
    await order(harness)
    (old,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    harness.clock.advance(2 * WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    late = await harness.db.write(
        delivery_store.record_failed,
        old,
        reason=Message("too late"),
        now=harness.clock.now(),
    )
    assert not late
    assert await states(harness) == ["sent"] * PARTS


async def test_drain_returns_when_it_has_work_next(harness):
    harness.platform.script(SendRateLimited("Slow down.", retry_after=30))
    await order(harness)
    assert await harness.outbox.drain() == harness.clock.now() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("error", "attempt", "state", "wait"),
    [
        (SendRefused("gone"), 1, "retry", None),
        (SendRefused("odd", message_only=True), 1, "retry", None),
        (MessageGone("gone", message_only=True), 1, "failed", None),
        (SendRefused("token", whole_workspace=True), 1, "retry", None),
        (SendRateLimited("slow", retry_after=12), 1, "retry", 12),
        (SendRateLimited("slow", retry_after=-5), 1, "retry", 0),
        (SendRateLimited("slow", retry_after=1e9), 1, "retry", 3600),
        (SendNotReceived("refused"), MAX_SEND_ATTEMPTS, "failed", None),
        (SendUnclear("reset"), 1, "uncertain", None),
        (SendError("?"), 1, "uncertain", None),
        (TimeoutError(), 1, "uncertain", None),
        (ValueError("not JSON"), 1, "uncertain", None),
    ],
)
async def test_every_end_of_a_send_has_its_verdict(
    harness, error, attempt, state, wait
):
    await order(harness)
    (claimed,) = await harness.db.write(
        delivery_queue.claim_deliveries, now=harness.clock.now(), lease=WAIT, limit=50
    )
    from dataclasses import replace

    found = decide_retry(error, replace(claimed, attempt=attempt), NOON)
    assert found.state == state
    if wait is not None:
        assert found.not_before == NOON + timedelta(seconds=wait)


# ── back-off ───────────────────────────────────────────────────────────────────


def back_off(key: str, attempt: int) -> timedelta:
    """The wait after it could not be reached at NOON."""
    found = decide_retry(
        SendNotReceived("No route."), a_delivery(key=key, attempt=attempt), NOON
    )
    assert found.not_before is not None
    return found.not_before - NOON


KEYS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=25, max_size=25)


@given(key=KEYS, attempt=st.integers(1, MAX_SEND_ATTEMPTS - 1))
def test_a_retry_waits_half_of_a_doubling_wait_at_least_and_all_at_most(key, attempt):
    most = timedelta(seconds=min(2**attempt, 300))
    assert most / 2 <= back_off(key, attempt) <= most


@given(key=KEYS, attempt=st.integers(1, MAX_SEND_ATTEMPTS - 1))
def test_the_same_failure_at_the_same_moment_waits_the_same(key, attempt):
    assert back_off(key, attempt) == back_off(key, attempt)


def test_retries_after_an_outage_are_spread():
    waits = sorted(back_off(f"{number:025}", 9) for number in range(300))
    # 300 of them within at most 300 seconds: no burst, and no long gap.
    assert len(set(waits)) == 300
    tenths = Counter(int(wait / timedelta(seconds=15)) for wait in waits)
    assert set(tenths) == set(range(10, 20))
    assert max(tenths.values()) < 60


def test_a_delivery_that_fails_again_does_not_wait_the_same_share_again():
    shares = {back_off("a" * 25, attempt) for attempt in range(9, 20)}
    assert len(shares) == 11
