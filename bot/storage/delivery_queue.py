"""Find deliveries that may go out, fairly, and claim them under a lease.

One message at a time goes to a destination, and the parts of an edition in their order;
a part that failed alone is passed over. What is to be edited or taken back must be
there; what was taken back before it went out never does. Where a workspace or a place
stands still, one delivery may try at its time whether it works again.

All of it looks over all workspaces: it is the outbox's.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    ScalarSelect,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.model import Delivery, PlatformName, PostOptions
from bot.storage.schema import deliveries, destinations, workspaces
from digests.messages import Message

#: A delivery and the workspace that it belongs to, side by side.
DELIVERY_JOIN = deliveries.join(
    workspaces, workspaces.c.id == deliveries.c.workspace_id
)
#: What `noun` needs of them.
SELECT_DELIVERIES: Select[Any] = select(
    *deliveries.c,
    workspaces.c.platform,
    workspaces.c.external_id.label("workspace_external_id"),
).select_from(DELIVERY_JOIN)


def delivery_from_row(row: Row[Any]) -> Delivery:
    """Make the noun of a row of `ALL`.

    Once the platform did not take it as it was rendered, it has no payload any more.
    """
    return Delivery(
        id=row.id,
        workspace_id=row.workspace_id,
        edition_id=row.edition_id,
        destination_id=row.destination_id,
        platform=row.platform,
        workspace_external_id=row.workspace_external_id,
        channel=row.channel,
        part=row.part,
        operation=row.operation,
        key=row.key,
        payload=row.payload if row.fallback_level == 0 else {},
        fallback_text=row.fallback_text,
        fallback_level=row.fallback_level,
        state=row.state,
        attempt=row.attempt,
        fence=row.fence,
        claimed_at=row.claimed_at,
        not_before=row.not_before,
        message_id=row.message_id,
        reason=row.reason,
        manner=PostOptions.from_stored(row.manner),
        title=row.title or "",
        opening_message_id=row.opening_message_id,
    )


def load_deliveries(
    connection: Connection, which: ColumnElement[bool]
) -> tuple[Delivery, ...]:
    """Make the nouns of these rows, by their keys."""
    found = connection.execute(SELECT_DELIVERIES.where(which).order_by(deliveries.c.id))
    return tuple(map(delivery_from_row, found))


#: How long what stands still is left alone before one message tries it again.
RETEST_INTERVAL = timedelta(hours=6)

_EARLIER = deliveries.alias("earlier")
_OTHER = deliveries.alias("other")
_POST = deliveries.alias("post")
_DELETION = deliveries.alias("undoing")
_FIRST = deliveries.alias("first")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimableDelivery:
    """The next delivery of a destination, as far as choosing goes."""

    id: int
    workspace_id: int
    destination_id: int
    platform: PlatformName


def list_claimable_deliveries(
    connection: Connection,
    *,
    now: datetime,
    platforms: Collection[str],
    limit: int,
    places: Collection[int] | None = None,
) -> tuple[ClaimableDelivery, ...]:
    """List what can go out now on these platforms, one a destination.

    Workspaces take turns; within one the oldest comes first. `places` keeps to these
    destinations (keys).
    """
    which = [workspaces.c.platform.in_(platforms)]
    if places is not None:
        which.append(deliveries.c.destination_id.in_(places))
    return tuple(
        ClaimableDelivery(
            id=row.id,
            workspace_id=row.workspace_id,
            destination_id=row.destination_id,
            platform=row.platform,
        )
        for row in _find_claimable(connection, now, limit, *which)
    )


def claim_deliveries(
    connection: Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    among: Collection[int] | None = None,
) -> tuple[Delivery, ...]:
    """Take what can go out now, at most one a destination.

    `among` keeps to these deliveries (keys). The transaction must be committed before
    the first of them is sent.
    """
    which = [] if among is None else [deliveries.c.id.in_(among)]
    found = _keep_one_per_stopped_workspace(
        _find_claimable(connection, now, limit, *which)
    )
    wanted = _lock_destinations(
        connection, {row.destination_id: row.id for row in found}
    )
    taken = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id.in_(wanted),
            *_is_claimable(_is_available(now)),
            _is_due(now),
        )
        .values(
            state="sending",
            attempt=deliveries.c.attempt + 1,
            fence=deliveries.c.fence + 1,
            claimed_at=now,
            lease_until=now + lease,
            not_before=None,
            updated_at=now,
            message_id=func.coalesce(
                deliveries.c.message_id,
                select(_POST.c.message_id)
                .where(*_is_its_sent_post())
                .scalar_subquery(),
            ),
            opening_message_id=_select_opening_message(),
        )
        .returning(deliveries.c.id)
    ).scalars()
    claimed = load_deliveries(connection, deliveries.c.id.in_(taken.all()))
    probes = _postpone_next_probes(connection, found, now)
    return tuple(replace(one, probe=one.id in probes) for one in claimed)


def expire_claims(
    connection: Connection, *, now: datetime, but: Collection[int] = ()
) -> int:
    """Make uncertain what was being sent by somebody who did not come back.

    `but` are the keys of those that are being sent right here: a clock that was set
    forward is no reason to doubt them.
    """
    done = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.state == "sending",
            deliveries.c.lease_until <= now,
            deliveries.c.id.not_in(but),
        )
        .values(
            state="uncertain",
            reason=Message("delivery.process_ended"),
            lease_until=None,
            updated_at=now,
        )
    )
    return done.rowcount


def list_due_uncertain(
    connection: Connection, *, now: datetime, wait: timedelta, limit: int = 100
) -> tuple[Delivery, ...]:
    """List what has been uncertain for `wait`, and may be looked at again by now."""
    query = (
        SELECT_DELIVERIES.where(
            deliveries.c.state == "uncertain",
            deliveries.c.updated_at <= now - wait,
            or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now),
        )
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return tuple(map(delivery_from_row, connection.execute(query)))


def recheck_uncertain(connection: Connection) -> None:
    """Let what is uncertain be looked for as soon as it may have landed."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.state == "uncertain")
        .values(not_before=None)
    )


def find_next_delivery_at(
    connection: Connection,
    *,
    wait: timedelta,
    platforms: Collection[str] | None = None,
) -> datetime | None:
    """Give the moment at which the outbox has something to do next.

    That is in the past when something can go out already. What waits for something
    else (an earlier part, a paused destination, the one message on its way there)
    counts only once that has happened.

    Args:
        connection: Inside a transaction.
        wait: How long something stays uncertain before it is looked for.
        platforms: Those that are on; None = all.
    """
    on = [] if platforms is None else [workspaces.c.platform.in_(platforms)]
    moment = _claimable_from()
    claimable = connection.execute(
        _join_destinations(select(moment))
        .where(*_is_claimable(_is_available(None)), *on)
        .order_by(moment)
        .limit(1)
    ).scalar()
    lapsing = connection.execute(
        select(func.min(deliveries.c.lease_until)).where(
            deliveries.c.state == "sending"
        )
    ).scalar()
    unclear = connection.execute(
        _join_destinations(
            select(deliveries.c.updated_at, deliveries.c.not_before)
        ).where(deliveries.c.state == "uncertain", *on)
    ).all()
    looks = [
        max(row.updated_at + wait, row.not_before or row.updated_at) for row in unclear
    ]
    return min(
        (at for at in (claimable, lapsing, *looks) if at is not None), default=None
    )


# ── what may go ────────────────────────────────────────────────────────────────


def _find_claimable(
    connection: Connection, now: datetime, limit: int, *which: ColumnElement[bool]
) -> list[Row[Any]]:
    first = (
        _join_destinations(
            select(
                func.min(deliveries.c.id).label("id"),
                deliveries.c.workspace_id,
                deliveries.c.destination_id,
            )
        )
        .where(*_is_claimable(_is_available(now)), _is_due(now), *which)
        .group_by(deliveries.c.workspace_id, deliveries.c.destination_id)
        .subquery()
    )
    turn = func.row_number().over(
        partition_by=first.c.workspace_id, order_by=first.c.id
    )
    query = (
        select(
            first, workspaces.c.platform, workspaces.c.stopped, destinations.c.paused
        )
        .join(workspaces, workspaces.c.id == first.c.workspace_id)
        .join(destinations, destinations.c.id == first.c.destination_id)
        .order_by(turn, first.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def _is_claimable(working: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Keep what could go out if it were time."""
    unsent_before = exists().where(
        _EARLIER.c.edition_id == deliveries.c.edition_id,
        _EARLIER.c.destination_id == deliveries.c.destination_id,
        _EARLIER.c.operation == deliveries.c.operation,
        _EARLIER.c.part < deliveries.c.part,
        _EARLIER.c.state.not_in(("sent", "failed")),
    )
    in_flight = exists().where(
        _OTHER.c.destination_id == deliveries.c.destination_id,
        _OTHER.c.state == "sending",
    )
    taken_back = exists().where(
        _DELETION.c.edition_id == deliveries.c.edition_id,
        _DELETION.c.destination_id == deliveries.c.destination_id,
        _DELETION.c.part == deliveries.c.part,
        _DELETION.c.operation == "delete",
    )
    return (
        deliveries.c.state.in_(("ready", "retry")),
        working,
        # Taking back needs no order.
        or_(deliveries.c.operation == "delete", ~unsent_before),
        ~in_flight,
        # What is to be changed must be there.
        or_(deliveries.c.operation == "post", exists().where(*_is_its_sent_post())),
        or_(deliveries.c.operation == "delete", ~taken_back),
    )


def _is_available(now: datetime | None) -> ColumnElement[bool]:
    """Its workspace and its place take messages, or may be tried by `now`.

    With None: or may be tried at some time.
    """
    place = _takes_messages(destinations, destinations.c.paused, now)
    space = _takes_messages(workspaces, workspaces.c.stopped, now)
    return (
        exists()
        .where(
            destinations.c.id == deliveries.c.destination_id,
            workspaces.c.id == deliveries.c.workspace_id,
            workspaces.c.left_at.is_(None),
            place,
            space,
        )
        .correlate(deliveries)
    )


def _takes_messages(
    place: Table, why: ColumnElement[Any], now: datetime | None
) -> ColumnElement[bool]:
    again = place.c.retest_at.is_not(None) if now is None else place.c.retest_at <= now
    return or_(why.is_(None), again)


def _claimable_from() -> ColumnElement[Any]:
    """When a row of `_with_places` may go out, as far as time goes."""
    own: ColumnElement[Any] = func.coalesce(
        deliveries.c.not_before, deliveries.c.updated_at
    )
    for place, why in (
        (destinations, destinations.c.paused),
        (workspaces, workspaces.c.stopped),
    ):
        later = and_(why.is_not(None), place.c.retest_at > own)
        own = case((later, place.c.retest_at), else_=own)
    return own


def _join_destinations(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(deliveries)
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
        .join(workspaces, workspaces.c.id == deliveries.c.workspace_id)
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now)


def _is_its_sent_post() -> tuple[ColumnElement[bool], ...]:
    return (
        _POST.c.edition_id == deliveries.c.edition_id,
        _POST.c.destination_id == deliveries.c.destination_id,
        _POST.c.part == deliveries.c.part,
        _POST.c.operation == "post",
        _POST.c.state == "sent",
    )


def _select_opening_message() -> ScalarSelect[str]:
    """The edition's first message there, as far as there is one before this part."""
    return (
        select(_FIRST.c.message_id)
        .where(
            _FIRST.c.edition_id == deliveries.c.edition_id,
            _FIRST.c.destination_id == deliveries.c.destination_id,
            _FIRST.c.channel == deliveries.c.channel,
            _FIRST.c.operation == "post",
            _FIRST.c.part < deliveries.c.part,
            _FIRST.c.state == "sent",
            _FIRST.c.message_id != "",
        )
        .order_by(_FIRST.c.part)
        .limit(1)
        .scalar_subquery()
    )


# ── taking it ──────────────────────────────────────────────────────────────────


def _keep_one_per_stopped_workspace(found: list[Row[Any]]) -> list[Row[Any]]:
    """One message is enough to see whether a workspace takes messages again."""
    tried: set[int] = set()
    kept = []
    for row in found:
        if row.stopped is not None:
            if row.workspace_id in tried:
                continue
            tried.add(row.workspace_id)
        kept.append(row)
    return kept


def _lock_destinations(
    connection: Connection, of_destination: dict[int, int]
) -> list[int]:
    """On PostgreSQL, keep those whose destination no other claim holds just now."""
    if connection.dialect.name == "sqlite":
        return list(of_destination.values())
    held = connection.execute(
        select(destinations.c.id)
        .where(destinations.c.id.in_(of_destination))
        .with_for_update(skip_locked=True, key_share=True)
    ).scalars()
    return [of_destination[place] for place in held]


def _postpone_next_probes(
    connection: Connection, found: list[Row[Any]], now: datetime
) -> set[int]:
    """Let the next try wait its time, whatever becomes of this one; their keys."""
    spaces = [row.workspace_id for row in found if row.stopped is not None]
    places = [row.destination_id for row in found if row.paused is not None]
    for place, keys in ((workspaces, spaces), (destinations, places)):
        if keys:
            connection.execute(
                update(place)
                .where(place.c.id.in_(keys), place.c.retest_at.is_not(None))
                .values(retest_at=now + RETEST_INTERVAL)
            )
    return {
        row.id for row in found if row.stopped is not None or row.paused is not None
    }
