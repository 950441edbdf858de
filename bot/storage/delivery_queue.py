"""Find deliveries that may be sent, fairly, and claim them under a lease.

A destination receives one message at a time, and the parts of an edition in order; a
part that failed alone is skipped. A message is edited or deleted only after it was
sent; if its deletion was ordered before, it is never sent. While a workspace or a
destination is paused, one delivery may be sent at `retest_at` to probe whether it works
again.

The queries cover all workspaces, because the outbox works for all of them.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)

from bot.model.edition import Delivery
from bot.model.jobs import DeliveryShares
from bot.model.scope import PlatformName
from bot.model.settings import PostOptions
from bot.storage.schema import deliveries, destinations, editions, workspaces
from bot.storage.send_leases import WAITING_STATES, claim_rows, expire_leases
from bot.storage.statements import (
    Condition,
    filter_shares,
    first_scalar,
    from_row,
    has_same_values,
    has_values,
    is_due,
    list_all,
    list_scalars,
    update_rows,
)
from digests.types import frozen

_WORKSPACE, _DESTINATION, _DELIVERY = workspaces.c, destinations.c, deliveries.c
#: Selects deliveries together with the workspace columns of a `Delivery`.
SELECT_DELIVERIES: Select[Any] = select(
    *_DELIVERY,
    _WORKSPACE.platform,
    _WORKSPACE.external_id.label("workspace_external_id"),
    select(editions.c.public_id)
    .where(editions.c.id == _DELIVERY.edition_id)
    .scalar_subquery()
    .label("edition"),
).join_from(deliveries, workspaces, _WORKSPACE.id == _DELIVERY.workspace_id)


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
        pictures=tuple(row.pictures or ()) if row.fallback_level == 0 else (),
        edition=row.edition or "",
    )


def list_deliveries_where(
    conn: Connection,
    *where: Condition,
    order_by: tuple[ColumnElement[Any], ...] = (_DELIVERY.id,),
    limit: int | None = None,
) -> tuple[Delivery, ...]:
    """List the deliveries that fulfil all conditions, by default in order of keys."""
    query = SELECT_DELIVERIES.where(*where).order_by(*order_by).limit(limit)
    return list_all(conn, query, delivery_from_row)


#: Time between a failure and the message that probes whether it works again.
RETEST_INTERVAL = timedelta(hours=6)

_EARLIER = deliveries.alias("earlier")
_OTHER = deliveries.alias("other")
_POST = deliveries.alias("post")
_DELETION = deliveries.alias("undoing")
_FIRST = deliveries.alias("first")
#: Where a delivery goes, and whether that takes messages.
_PLACES = (
    _DELIVERY.workspace_id,
    _DELIVERY.destination_id,
    _WORKSPACE.platform,
    _WORKSPACE.stopped,
    _DESTINATION.paused,
)
#: Columns that deliveries of one edition to one destination have in common.
_PLACE = ("edition_id", "destination_id")
_IS_SENT_POST = has_same_values(_POST, deliveries, *_PLACE, "part") & has_values(
    _POST, operation="post", state="sent"
)
#: The edition's first message in the channel, if it precedes this part.
_OPENING_MESSAGE = (
    select(_FIRST.c.message_id)
    .where(
        has_same_values(_FIRST, deliveries, *_PLACE, "channel"),
        has_values(_FIRST, operation="post", state="sent"),
        _FIRST.c.part < _DELIVERY.part,
        _FIRST.c.message_id != "",
    )
    .order_by(_FIRST.c.part)
    .limit(1)
    .scalar_subquery()
)


@frozen
class ClaimableDelivery:
    """The next delivery of a destination, as the fair queue needs it."""

    id: int
    workspace_id: int
    destination_id: int
    platform: PlatformName


def list_claimable_deliveries(
    conn: Connection,
    now: datetime,
    shares: DeliveryShares,
    limit: int,
    places: Collection[int] | None = None,
) -> tuple[ClaimableDelivery, ...]:
    """List what can be sent now in these shares, one delivery per destination.

    Workspaces alternate; within one the oldest delivery is first. `places` restricts
    the list to these destinations (keys).
    """
    which = [filter_shares(shares)]
    if places is not None:
        which.append(_DELIVERY.destination_id.in_(places))
    found = _find_claimable(conn, now, limit, *which)
    return tuple(from_row(ClaimableDelivery, row) for row in found)


def claim_deliveries(
    conn: Connection,
    now: datetime,
    lease: timedelta,
    limit: int,
    among: Collection[int] | None = None,
    shares: DeliveryShares | None = None,
) -> tuple[Delivery, ...]:
    """Claim what can be sent now, at most one delivery per destination.

    `among` restricts the claim to these deliveries (keys), `shares` to what is sent
    here. The transaction must be committed before the first of them is sent.
    """
    if among is None:
        among = [row.id for row in _find_claimable(conn, now, limit)]
    found = _keep_one_per_stopped_workspace(_lock_places(conn, among))
    here = [] if shares is None else [filter_shares(shares)]
    post = select(_POST.c.message_id).where(_IS_SENT_POST).scalar_subquery()
    taken = claim_rows(
        conn,
        deliveries,
        _DELIVERY.id.in_([row.id for row in found]),
        *_list_requirements(),
        *_is_of_available(now, *here),
        is_due(_DELIVERY.not_before, now),
        now=now,
        lease=lease,
        message_id=func.coalesce(_DELIVERY.message_id, post),
        opening_message_id=_OPENING_MESSAGE,
    )
    claimed = list_deliveries_where(conn, _DELIVERY.id.in_(taken))
    probes = _postpone_next_probes(conn, [r for r in found if r.id in taken], now)
    return tuple(replace(one, probe=one.id in probes) for one in claimed)


def expire_claims(conn: Connection, now: datetime, but: Collection[int] = ()) -> int:
    """Mark as uncertain what a lost process was sending when its lease expired.

    `but` are the keys of the deliveries that this process itself is sending: they stay
    claimed even if a clock that was set forward makes their leases expire.
    """
    return expire_leases(conn, deliveries, _DELIVERY.id.not_in(but), now=now)


def list_due_uncertain(
    conn: Connection,
    now: datetime,
    wait: timedelta,
    limit: int = 100,
    shares: DeliveryShares | None = None,
) -> tuple[Delivery, ...]:
    """List the deliveries that were uncertain for `wait` and may be read back now."""
    return list_deliveries_where(
        conn,
        _DELIVERY.state == "uncertain",
        _DELIVERY.updated_at <= now - wait,
        is_due(_DELIVERY.not_before, now),
        *([] if shares is None else [filter_shares(shares)]),
        limit=limit,
    )


def list_due_workspaces(
    conn: Connection, now: datetime, wait: timedelta, shares: DeliveryShares
) -> tuple[int, ...]:
    """List the workspaces (keys) for which the outbox has something to do now."""
    query = _join_destinations(select(_DELIVERY.workspace_id)).distinct()
    query = query.where(filter_shares(shares))
    due = is_due(_DELIVERY.not_before, now)
    sendable = query.where(*_list_requirements(), *_list_available(now), due)
    uncertain = query.where(
        _DELIVERY.state == "uncertain", _DELIVERY.updated_at <= now - wait, due
    )
    expired = query.where(_DELIVERY.state == "sending", _DELIVERY.lease_until <= now)
    return tuple(list_scalars(conn, sendable.union(uncertain, expired)))


def recheck_uncertain(conn: Connection) -> None:
    """Clear the back-off of uncertain deliveries, so that they are read back soon."""
    update_rows(conn, deliveries, _DELIVERY.state == "uncertain", not_before=None)


def find_next_delivery_at(
    conn: Connection, wait: timedelta, shares: DeliveryShares | None = None
) -> datetime | None:
    """Return the instant at which the outbox has something to do next.

    In the past if something can be sent already. A delivery that waits for something
    else (an earlier part, a paused destination, a message being sent there) counts only
    once that has happened.

    Args:
        conn: Inside a transaction.
        wait: How long something stays uncertain before it is read back.
        shares: Those that are sent here; None = all.
    """
    on = [] if shares is None else [filter_shares(shares)]
    moment = _claimable_from()
    query = _join_destinations(select(moment))
    sendable = query.where(*_list_requirements(), *_list_available(None), *on)
    claimable = first_scalar(conn, sendable.order_by(moment).limit(1))
    sending = _DELIVERY.state == "sending"
    leases = select(func.min(_DELIVERY.lease_until)).where(sending)
    expiring = first_scalar(conn, leases)
    query = _join_destinations(select(_DELIVERY.updated_at, _DELIVERY.not_before))
    uncertain = conn.execute(query.where(_DELIVERY.state == "uncertain", *on))
    checks = [max(at + wait, not_before or at) for at, not_before in uncertain]
    return min(
        (at for at in (claimable, expiring, *checks) if at is not None), default=None
    )


# ── what can be sent ───────────────────────────────────────────────────────────


def _find_claimable(
    conn: Connection, now: datetime, limit: int, *which: Condition
) -> list[Row[Any]]:
    """Find the first of each destination; workspaces take turns.

    One query without another inside: planning it costs more than running it.
    """
    key, workspace = func.min(_DELIVERY.id), _DELIVERY.workspace_id
    turn = func.row_number().over(partition_by=workspace, order_by=key)
    query = _join_destinations(select(key.label("id"), *_PLACES)).where(
        *_list_requirements(),
        *_list_available(now),
        is_due(_DELIVERY.not_before, now),
        *which,
    )
    query = query.group_by(*_PLACES).order_by(turn, key)
    return list(conn.execute(query.limit(limit)))


def _list_requirements() -> tuple[Condition, ...]:
    """Conditions of a delivery that can be sent once it is due and its place works."""
    unsent_before = exists().where(
        has_same_values(_EARLIER, deliveries, *_PLACE, "operation"),
        _EARLIER.c.part < _DELIVERY.part,
        _EARLIER.c.state.not_in(("sent", "failed")),
    )
    in_flight = exists().where(
        has_same_values(_OTHER, deliveries, "destination_id"),
        _OTHER.c.state == "sending",
    )
    deletion = exists().where(
        has_same_values(_DELETION, deliveries, *_PLACE, "part"),
        _DELETION.c.operation == "delete",
    )
    return (
        _DELIVERY.state.in_(WAITING_STATES),
        # Deletions need no order.
        or_(_DELIVERY.operation == "delete", ~unsent_before),
        ~in_flight,
        # Only a message that was sent can be edited or deleted.
        or_(_DELIVERY.operation == "post", exists().where(_IS_SENT_POST)),
        or_(_DELIVERY.operation == "delete", ~deletion),
    )


def _list_available(now: datetime | None) -> tuple[Condition, Condition]:
    """Conditions on `destinations` and `workspaces`: messages are accepted there.

    Or it may be probed at `now`; None for `now`: at any time.
    """
    workspace = _takes_messages(workspaces, _WORKSPACE.stopped, now)
    return (
        _takes_messages(destinations, _DESTINATION.paused, now),
        and_(_WORKSPACE.left_at.is_(None), workspace),
    )


def _is_of_available(now: datetime, *which: Condition) -> tuple[Condition, ...]:
    """The same for an update, which joins nothing; `which` are more on `workspaces`.

    Each place has a condition of its own: in a common one, PostgreSQL combines all
    destinations with all workspaces.
    """
    of_destination, of_workspace = _list_available(now)
    place = exists().where(_DESTINATION.id == _DELIVERY.destination_id, of_destination)
    space = exists().where(
        _WORKSPACE.id == _DELIVERY.workspace_id, of_workspace, *which
    )
    return place.correlate(deliveries), space.correlate(deliveries)


def _takes_messages(
    place: Table, why: ColumnElement[Any], now: datetime | None
) -> Condition:
    again = place.c.retest_at.is_not(None) if now is None else place.c.retest_at <= now
    return or_(why.is_(None), again)


def _claimable_from() -> ColumnElement[Any]:
    """The instant from which a row of `_join_destinations` may be sent."""
    own: ColumnElement[Any] = func.coalesce(_DELIVERY.not_before, _DELIVERY.updated_at)
    paused, stopped = _DESTINATION.paused, _WORKSPACE.stopped
    for place, why in ((destinations, paused), (workspaces, stopped)):
        later = and_(why.is_not(None), place.c.retest_at > own)
        own = case((later, place.c.retest_at), else_=own)
    return own


def _join_destinations(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(deliveries)
        .join(destinations, _DESTINATION.id == _DELIVERY.destination_id)
        .join(workspaces, _WORKSPACE.id == _DELIVERY.workspace_id)
    )


# ── claiming ───────────────────────────────────────────────────────────────────


def _lock_places(conn: Connection, among: Collection[int]) -> list[Row[Any]]:
    """Lock the destinations of deliveries; leave out what another claim has locked.

    SQLite has one writer at a time, and needs no locks of rows.
    """
    query = _join_destinations(select(_DELIVERY.id, *_PLACES))
    query = query.where(_DELIVERY.id.in_(among)).order_by(_DELIVERY.id)
    query = query.with_for_update(skip_locked=True, key_share=True, of=destinations)
    return list(conn.execute(query))


def _keep_one_per_stopped_workspace(found: list[Row[Any]]) -> list[Row[Any]]:
    """Keep one delivery per stopped workspace: one is enough to probe it."""
    first: dict[int, int] = {}
    for row in found:
        first.setdefault(row.workspace_id, row.id)
    probes = first.values()
    return [row for row in found if row.stopped is None or row.id in probes]


def _postpone_next_probes(
    conn: Connection, found: list[Row[Any]], now: datetime
) -> set[int]:
    """Schedule the next probes, whatever the outcome of these; return their keys."""
    spaces = [row.workspace_id for row in found if row.stopped is not None]
    places = [row.destination_id for row in found if row.paused is not None]
    later = now + RETEST_INTERVAL
    for place, keys in ((workspaces, spaces), (destinations, places)):
        probed = (place.c.id.in_(keys), place.c.retest_at.is_not(None))
        if keys:
            update_rows(conn, place, *probed, retest_at=later)
    return {row.id for row in found if (row.stopped, row.paused) != (None, None)}
