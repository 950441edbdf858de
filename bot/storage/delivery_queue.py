"""Find deliveries that may be sent, fairly, and claim them under a lease.

A destination receives one message at a time, and the parts of an edition in order; a
part that failed alone is skipped. A message is edited or deleted only after it was
sent; if its deletion was ordered before, it is never sent. While a workspace or a
destination is paused, one delivery may be sent at `retest_at` to probe whether it works
again.

The queries cover all workspaces, because the outbox works for all of them.
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
)
from sqlalchemy.sql.elements import ColumnElement

from bot.model.delivery import Delivery
from bot.model.settings import PlatformName, PostOptions
from bot.storage.schema import deliveries, destinations, workspaces
from bot.storage.send_leases import WAITING_STATES, claim_rows, expire_leases
from bot.storage.statements import (
    Condition,
    first_scalar,
    from_row,
    is_due,
    list_scalars,
    update_rows,
)

#: Selects deliveries together with the workspace columns of a `Delivery`.
SELECT_DELIVERIES: Select[Any] = select(
    *deliveries.c,
    workspaces.c.platform,
    workspaces.c.external_id.label("workspace_external_id"),
).join_from(deliveries, workspaces, workspaces.c.id == deliveries.c.workspace_id)


def delivery_from_row(row: Row[Any]) -> Delivery:
    """Build a `Delivery` from a row of `SELECT_DELIVERIES`.

    After the platform refused the rendered form, the payload is empty.
    """
    return from_row(
        Delivery,
        row,
        payload=row.payload if row.fallback_level == 0 else {},
        post_options=PostOptions.from_stored(row.post_options),
        title=row.title or "",
    )


def list_deliveries_where(
    conn: Connection,
    *where: Condition,
    order_by: tuple[ColumnElement[Any], ...] = (deliveries.c.id,),
    limit: int | None = None,
) -> tuple[Delivery, ...]:
    """List the deliveries that fulfil all conditions, by default in order of keys."""
    query = SELECT_DELIVERIES.where(*where).order_by(*order_by).limit(limit)
    return tuple(map(delivery_from_row, conn.execute(query)))


#: Time between a failure and the message that probes whether it works again.
RETEST_INTERVAL = timedelta(hours=6)

_EARLIER = deliveries.alias("earlier")
_OTHER = deliveries.alias("other")
_POST = deliveries.alias("post")
_DELETION = deliveries.alias("undoing")
_FIRST = deliveries.alias("first")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimableDelivery:
    """The next delivery of a destination, as the fair queue needs it."""

    id: int
    workspace_id: int
    destination_id: int
    platform: PlatformName


def list_claimable_deliveries(
    conn: Connection,
    *,
    now: datetime,
    platforms: Collection[str],
    limit: int,
    places: Collection[int] | None = None,
) -> tuple[ClaimableDelivery, ...]:
    """List what can be sent now on these platforms, one delivery per destination.

    Workspaces alternate; within one the oldest delivery is first. `places` restricts
    the list to these destinations (keys).
    """
    which = [workspaces.c.platform.in_(platforms)]
    if places is not None:
        which.append(deliveries.c.destination_id.in_(places))
    return tuple(
        from_row(ClaimableDelivery, row)
        for row in _find_claimable(conn, now, limit, *which)
    )


def claim_deliveries(
    conn: Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    among: Collection[int] | None = None,
) -> tuple[Delivery, ...]:
    """Claim what can be sent now, at most one delivery per destination.

    `among` restricts the claim to these deliveries (keys). The transaction must be
    committed before the first of them is sent.
    """
    which = [] if among is None else [deliveries.c.id.in_(among)]
    found = _keep_one_per_stopped_workspace(_find_claimable(conn, now, limit, *which))
    wanted = _lock_destinations(conn, {row.destination_id: row.id for row in found})
    taken = claim_rows(
        conn,
        deliveries,
        deliveries.c.id.in_(wanted),
        *_is_claimable(_is_available(now)),
        is_due(deliveries.c.not_before, now),
        now=now,
        lease=lease,
        message_id=func.coalesce(
            deliveries.c.message_id,
            select(_POST.c.message_id).where(*_is_its_sent_post()).scalar_subquery(),
        ),
        opening_message_id=_select_opening_message(),
    )
    claimed = list_deliveries_where(conn, deliveries.c.id.in_(taken))
    probes = _postpone_next_probes(conn, found, now)
    return tuple(replace(one, probe=one.id in probes) for one in claimed)


def expire_claims(conn: Connection, *, now: datetime, but: Collection[int] = ()) -> int:
    """Mark as uncertain what a lost process was sending when its lease expired.

    `but` are the keys of the deliveries that this process itself is sending: they stay
    claimed even if a clock that was set forward makes their leases expire.
    """
    return expire_leases(conn, deliveries, deliveries.c.id.not_in(but), now=now)


def list_due_uncertain(
    conn: Connection, *, now: datetime, wait: timedelta, limit: int = 100
) -> tuple[Delivery, ...]:
    """List the deliveries that were uncertain for `wait` and may be read back now."""
    return list_deliveries_where(
        conn,
        deliveries.c.state == "uncertain",
        deliveries.c.updated_at <= now - wait,
        is_due(deliveries.c.not_before, now),
        limit=limit,
    )


def recheck_uncertain(conn: Connection) -> None:
    """Clear the back-off of uncertain deliveries, so that they are read back soon."""
    update_rows(conn, deliveries, deliveries.c.state == "uncertain", not_before=None)


def find_next_delivery_at(
    conn: Connection, *, wait: timedelta, platforms: Collection[str] | None = None
) -> datetime | None:
    """Return the instant at which the outbox has something to do next.

    In the past if something can be sent already. A delivery that waits for something
    else (an earlier part, a paused destination, a message being sent there) counts only
    once that has happened.

    Args:
        conn: Inside a transaction.
        wait: How long something stays uncertain before it is read back.
        platforms: Names of the platforms that are on; None = all.
    """
    on = [] if platforms is None else [workspaces.c.platform.in_(platforms)]
    moment = _claimable_from()
    claimable = first_scalar(
        conn,
        _join_destinations(select(moment))
        .where(*_is_claimable(_is_available(None)), *on)
        .order_by(moment)
        .limit(1),
    )
    expiring = first_scalar(
        conn,
        select(func.min(deliveries.c.lease_until)).where(
            deliveries.c.state == "sending"
        ),
    )
    uncertain = conn.execute(
        _join_destinations(
            select(deliveries.c.updated_at, deliveries.c.not_before)
        ).where(deliveries.c.state == "uncertain", *on)
    )
    checks = [
        max(row.updated_at + wait, row.not_before or row.updated_at)
        for row in uncertain
    ]
    return min(
        (at for at in (claimable, expiring, *checks) if at is not None), default=None
    )


# ── what can be sent ───────────────────────────────────────────────────────────


def _find_claimable(
    conn: Connection, now: datetime, limit: int, *which: ColumnElement[bool]
) -> list[Row[Any]]:
    first = (
        _join_destinations(
            select(
                func.min(deliveries.c.id).label("id"),
                deliveries.c.workspace_id,
                deliveries.c.destination_id,
            )
        )
        .where(
            *_is_claimable(_is_available(now)),
            is_due(deliveries.c.not_before, now),
            *which,
        )
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
    return list(conn.execute(query))


def _is_claimable(working: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a delivery that can be sent once it is due."""
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
    deletion = exists().where(
        _DELETION.c.edition_id == deliveries.c.edition_id,
        _DELETION.c.destination_id == deliveries.c.destination_id,
        _DELETION.c.part == deliveries.c.part,
        _DELETION.c.operation == "delete",
    )
    return (
        deliveries.c.state.in_(WAITING_STATES),
        working,
        # Deletions need no order.
        or_(deliveries.c.operation == "delete", ~unsent_before),
        ~in_flight,
        # Only a message that was sent can be edited or deleted.
        or_(deliveries.c.operation == "post", exists().where(*_is_its_sent_post())),
        or_(deliveries.c.operation == "delete", ~deletion),
    )


def _is_available(now: datetime | None) -> ColumnElement[bool]:
    """Condition: workspace and destination accept messages, or may be probed at `now`.

    None for `now`: may be probed at any time.
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
    """The instant from which a row of `_join_destinations` may be sent."""
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


def _is_its_sent_post() -> tuple[ColumnElement[bool], ...]:
    return (
        _POST.c.edition_id == deliveries.c.edition_id,
        _POST.c.destination_id == deliveries.c.destination_id,
        _POST.c.part == deliveries.c.part,
        _POST.c.operation == "post",
        _POST.c.state == "sent",
    )


def _select_opening_message() -> ScalarSelect[str]:
    """Select the edition's first message there, if it precedes this part."""
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


# ── claiming ───────────────────────────────────────────────────────────────────


def _keep_one_per_stopped_workspace(found: list[Row[Any]]) -> list[Row[Any]]:
    """Keep one delivery per stopped workspace: one is enough to probe it."""
    tried: set[int] = set()
    kept = []
    for row in found:
        if row.stopped is not None:
            if row.workspace_id in tried:
                continue
            tried.add(row.workspace_id)
        kept.append(row)
    return kept


def _lock_destinations(conn: Connection, of_destination: dict[int, int]) -> list[int]:
    """On PostgreSQL, keep those whose destination is not locked by another claim."""
    if conn.dialect.name == "sqlite":
        return list(of_destination.values())
    locked = (
        select(destinations.c.id)
        .where(destinations.c.id.in_(of_destination))
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [of_destination[place] for place in list_scalars(conn, locked)]


def _postpone_next_probes(
    conn: Connection, found: list[Row[Any]], now: datetime
) -> set[int]:
    """Schedule the next probes, whatever the outcome of these; return their keys."""
    spaces = [row.workspace_id for row in found if row.stopped is not None]
    places = [row.destination_id for row in found if row.paused is not None]
    for place, keys in ((workspaces, spaces), (destinations, places)):
        if keys:
            update_rows(
                conn,
                place,
                place.c.id.in_(keys),
                place.c.retest_at.is_not(None),
                retest_at=now + RETEST_INTERVAL,
            )
    return {
        row.id for row in found if row.stopped is not None or row.paused is not None
    }
