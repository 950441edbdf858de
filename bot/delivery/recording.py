"""Transactions of the outbox: record results, claim the next deliveries.

Both are done in one commit, so that a busy outbox writes once for many messages.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.delivery import private_notices
from bot.delivery.attempts import Outcome, RetryDecision
from bot.model import Delivery
from bot.model.jobs import DeliveryShares
from bot.ports import CheckpointHook
from bot.storage import (
    Connection,
    delivery_queue,
    delivery_store,
    destination_store,
    edition_store,
    restoration_store,
    workspace_store,
)
from bot.storage.delivery_queue import RETEST_INTERVAL, ClaimableDelivery
from digests.messages import Message
from digests.types import frozen

#: An edition that could not be sent within this time is no longer news.
NEWS_LIFETIME = timedelta(days=7)
#: Destinations that one query returns.
DUE_LIMIT = 1000


@frozen
class JobResult:
    """The result of sending a delivery or reading it back."""

    delivery: Delivery
    outcome: Outcome
    was_read_back: bool = False


@frozen
class TransactionResult:
    """The result of one transaction."""

    #: For each result, whether it counted; a later claim may have replaced it.
    recorded: tuple[bool, ...]
    claimed: tuple[Delivery, ...]
    #: What can be sent next to the destinations of the results.
    following: tuple[ClaimableDelivery, ...]
    #: When the editions of the results were due, by their keys.
    due_at: Mapping[int, datetime]


def record_and_claim(
    conn: Connection,
    *,
    ended: Sequence[JobResult],
    among: Sequence[int],
    now: datetime,
    lease: timedelta,
    shares: DeliveryShares,
    at: CheckpointHook,
) -> TransactionResult:
    """Record results, and claim those of the ids `among` that may still be sent."""
    recorded = tuple(_record_result(conn, one, now) for one in ended)
    if ended:
        at("recording")
    claimed: tuple[Delivery, ...] = ()
    if among:
        claimed = delivery_queue.claim_deliveries(
            conn, now, lease, len(among), among, shares
        )
        at("claiming")
    places = {one.delivery.destination_id for one in ended}
    following: tuple[ClaimableDelivery, ...] = ()
    if places:
        following = delivery_queue.list_claimable_deliveries(
            conn, now, shares, len(places), places
        )
    sent = {one.delivery.edition_id for one in ended if isinstance(one.outcome, str)}
    return TransactionResult(
        recorded=recorded,
        claimed=claimed,
        following=following,
        due_at=edition_store.list_due_moments(conn, sent) if sent else {},
    )


def retry_refused(conn: Connection, now: datetime) -> None:
    """Retry what was refused: after a restart, there may be a new token."""
    workspace_store.retest_stopped_workspaces(conn, now)
    delivery_queue.recheck_uncertain(conn)


def expire_stale(conn: Connection, now: datetime, but: Collection[int]) -> None:
    """End claims and deliveries that expired; this process is sending the ids `but`."""
    delivery_queue.expire_claims(conn, now, but)
    delivery_store.fail_outdated_deliveries(conn, now, now - NEWS_LIFETIME)
    delivery_store.finish_undone_deliveries(conn, now)


def load_due(
    conn: Connection, now: datetime, shares: DeliveryShares, wait: timedelta
) -> tuple[tuple[ClaimableDelivery, ...], tuple[Delivery, ...]]:
    """Load the deliveries that can be sent, and those that can be read back."""
    sendable = delivery_queue.list_claimable_deliveries(conn, now, shares, DUE_LIMIT)
    return sendable, delivery_queue.list_due_uncertain(conn, now, wait, shares=shares)


def _record_result(conn: Connection, one: JobResult, now: datetime) -> bool:
    delivery, outcome = one.delivery, one.outcome
    if isinstance(outcome, str):
        return delivery_store.record_sent(conn, delivery, outcome, now)
    _stop_target(conn, delivery, outcome, now)
    state, reason, not_before = outcome.state, outcome.reason, outcome.not_before
    if state == "retry" and one.was_read_back and _predates_restore(conn, delivery):
        state, reason, not_before = "held", Message("delivery.not_found"), None
    if state == "failed":
        return delivery_store.record_failed(
            conn, delivery, reason, now, alone=outcome.alone
        )
    level = outcome.fallback_level
    return delivery_store.record_unsent(
        conn, delivery, state, reason, now, not_before, level
    )


def _predates_restore(conn: Connection, delivery: Delivery) -> bool:
    """Whether it was being sent when the last restored backup was made.

    If it is not found then, that proves nothing: it may have been undone, or there may
    be too many messages after it.
    """
    restored = restoration_store.find_last_restoration(conn)
    if restored is None or delivery.claimed_at is None:
        return False
    return delivery.operation == "post" and delivery.claimed_at < restored.at


def _stop_target(
    conn: Connection, delivery: Delivery, found: RetryDecision, now: datetime
) -> None:
    """Stop what refuses messages, and notify its owner: once, or not at all."""
    scope, stopped_id = delivery.scope, None
    if found.stops is None:
        return
    if found.stops == "destination":
        stopped_id = delivery.destination_id
        retest_at = now + RETEST_INTERVAL if found.may_return else None
        place = destination_store.find_destination(conn, scope, stopped_id)
        destination_store.pause_destination(
            conn, scope, stopped_id, found.reason, retest_at
        )
        is_new = place is not None and place.paused is None
    else:
        retest_at, asked_at = now + RETEST_INTERVAL, delivery.claimed_at
        is_new = workspace_store.stop_workspace(
            conn, scope, found.reason, retest_at, asked_at
        )
    if is_new:
        private_notices.add_stop_notice(
            conn,
            scope,
            destination_id=stopped_id,
            reason=found.reason,
            returns=found.may_return,
            now=now,
        )
