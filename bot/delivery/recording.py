"""The outbox's transactions: answers in, claims out; no verb here waits for anything.

Answers are recorded and what comes next is claimed in one commit: a busy outbox then
costs the disk one write for many messages.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.outbox import notices as telling
from bot.outbox.verdicts import Verdict
from bot.ports import At
from bot.storage import (
    Connection,
    deliveries,
    destinations,
    notices,
    restorations,
    undoing,
    workspaces,
)
from bot.storage.claims import RETEST, Waiting
from bot.types import Delivery

#: An edition that could not go out for so long is no news any more.
KEPT = timedelta(days=7)
NOT_FOUND = (
    "It was on its way when the backup was made that was restored, and was not found "
    "in its channel: it never arrived, or was there and is gone."
)
#: Destinations that are looked at together.
LOOK = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How carrying or looking for a delivery ended."""

    delivery: Delivery
    #: The message is there, with this id; or else what is to be done.
    outcome: str | Verdict
    #: It was looked for, not sent.
    looked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one transaction gave."""

    #: For each answer whether it counted; a later claim may have taken over.
    recorded: tuple[bool, ...]
    claimed: tuple[Delivery, ...]
    #: What can go next to the places of the answers.
    following: tuple[Waiting, ...]


def step(
    conn: Connection,
    *,
    ended: Sequence[Ended],
    among: Sequence[int],
    now: datetime,
    lease: timedelta,
    platforms: Collection[str],
    at: At,
) -> Step:
    """Record the answers, and claim those of `among` (keys) that may still go."""
    recorded = tuple(_record(conn, one, now) for one in ended)
    if ended:
        at("recording")
    claimed: tuple[Delivery, ...] = ()
    if among:
        claimed = deliveries.claim(
            conn, now=now, lease=lease, limit=len(among), among=among
        )
        at("claiming")
    places = {one.delivery.destination_id for one in ended}
    following: tuple[Waiting, ...] = ()
    if places:
        following = deliveries.waiting(
            conn, now=now, platforms=platforms, limit=len(places), places=places
        )
    return Step(recorded=recorded, claimed=claimed, following=following)


def begin(conn: Connection, *, now: datetime) -> None:
    """A new start: whoever was refused may try again, there may be a new token."""
    workspaces.try_again(conn, now=now)
    deliveries.look_again(conn)


def sweep(conn: Connection, *, now: datetime, but: Collection[int]) -> None:
    """Settle what nobody carries any more; `but` is being sent right here (keys)."""
    deliveries.expired(conn, now=now, but=but)
    deliveries.outdated(conn, now=now, before=now - KEPT)
    undoing.settle(conn, now=now)


def look(
    conn: Connection, *, now: datetime, platforms: Collection[str], wait: timedelta
) -> tuple[tuple[Waiting, ...], tuple[Delivery, ...]]:
    """What can go out, and what is to be looked for."""
    return (
        deliveries.waiting(conn, now=now, platforms=platforms, limit=LOOK),
        deliveries.uncertain_due(conn, now=now, wait=wait),
    )


def _record(conn: Connection, one: Ended, now: datetime) -> bool:
    delivery, outcome = one.delivery, one.outcome
    if isinstance(outcome, str):
        return deliveries.record_sent(conn, delivery, message_id=outcome, now=now)
    _stop(conn, delivery, outcome, now)
    reason = outcome.reason
    match outcome.state:
        case "retry" if one.looked and _is_past(conn, delivery):
            return deliveries.record_held(conn, delivery, reason=NOT_FOUND, now=now)
        case "retry":
            return deliveries.record_retry(
                conn,
                delivery,
                not_before=outcome.not_before or now,
                reason=reason,
                now=now,
                rung=outcome.rung,
            )
        case "uncertain":
            return deliveries.record_uncertain(
                conn, delivery, reason=reason, now=now, not_before=outcome.not_before
            )
        case "held":
            return deliveries.record_held(conn, delivery, reason=reason, now=now)
        case "failed":
            return deliveries.record_failed(
                conn, delivery, reason=reason, now=now, alone=outcome.alone
            )


def _is_past(conn: Connection, delivery: Delivery) -> bool:
    """Whether it was on its way when a backup was made that was restored since.

    Not to find it proves nothing then: it may have been taken back, or have too much
    behind it.
    """
    restored = restorations.last(conn)
    return (
        restored is not None
        and delivery.operation == "post"
        and delivery.claimed_at is not None
        and delivery.claimed_at < restored.at
    )


def _stop(conn: Connection, delivery: Delivery, found: Verdict, now: datetime) -> None:
    key = delivery.workspace_id
    if found.stops == "destination":
        place = notices.place(
            conn, workspace_id=key, destination_id=delivery.destination_id
        )
        destinations.pause(
            conn,
            workspace_id=delivery.workspace_id,
            destination_id=delivery.destination_id,
            reason=found.reason,
            retest_at=now + RETEST if found.may_return else None,
        )
        if place is not None and place.paused is None:
            _tell(conn, delivery, found, now, delivery.destination_id)
    elif found.stops == "workspace":
        stopped = workspaces.stop(
            conn,
            workspace_id=key,
            reason=found.reason,
            retest_at=now + RETEST,
            asked_at=delivery.claimed_at,
        )
        if stopped:
            _tell(conn, delivery, found, now, None)


def _tell(
    conn: Connection,
    delivery: Delivery,
    found: Verdict,
    now: datetime,
    place: int | None,
) -> None:
    """Its person hears of it, in the same transaction: once, or not at all."""
    telling.stopped(
        conn,
        workspace_id=delivery.workspace_id,
        destination_id=place,
        reason=found.reason,
        returns=found.may_return,
        now=now,
    )
