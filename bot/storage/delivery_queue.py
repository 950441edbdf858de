"""Which deliveries may go out: found fairly, taken under a lease; it records no answer.

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

from bot.storage.outgoing import ALL, noun, nouns
from bot.storage.schema import deliveries as table
from bot.storage.schema import destinations, workspaces
from bot.types import Delivery, PlatformName

#: How long what stands still is left alone before one message tries it again.
RETEST = timedelta(hours=6)

_EARLIER = table.alias("earlier")
_OTHER = table.alias("other")
_POST = table.alias("post")
_UNDOING = table.alias("undoing")
_FIRST = table.alias("first")


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The next delivery of a destination, as far as choosing goes."""

    id: int
    workspace_id: int
    destination_id: int
    platform: PlatformName


def waiting(
    connection: Connection,
    *,
    now: datetime,
    platforms: Collection[str],
    limit: int,
    places: Collection[int] | None = None,
) -> tuple[Waiting, ...]:
    """List what can go out now on these platforms, one a destination.

    Workspaces take turns; within one the oldest comes first. `places` keeps to these
    destinations (keys).
    """
    which = [workspaces.c.platform.in_(platforms)]
    if places is not None:
        which.append(table.c.destination_id.in_(places))
    return tuple(
        Waiting(
            id=row.id,
            workspace_id=row.workspace_id,
            destination_id=row.destination_id,
            platform=row.platform,
        )
        for row in _found(connection, now, limit, *which)
    )


def claim(
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
    which = [] if among is None else [table.c.id.in_(among)]
    found = _one_a_stopped_workspace(_found(connection, now, limit, *which))
    wanted = _hold(connection, {row.destination_id: row.id for row in found})
    taken = connection.execute(
        update(table)
        .where(table.c.id.in_(wanted), *_claimable(_working(now)), _at(now))
        .values(
            state="sending",
            attempt=table.c.attempt + 1,
            fence=table.c.fence + 1,
            claimed_at=now,
            lease_until=now + lease,
            not_before=None,
            updated_at=now,
            message_id=func.coalesce(
                table.c.message_id,
                select(_POST.c.message_id).where(*_posted()).scalar_subquery(),
            ),
            opening=_opening(),
        )
        .returning(table.c.id)
    ).scalars()
    claimed = nouns(connection, table.c.id.in_(taken.all()))
    probes = _spend_probes(connection, found, now)
    return tuple(replace(one, probe=one.id in probes) for one in claimed)


def expired(connection: Connection, *, now: datetime, but: Collection[int] = ()) -> int:
    """Make uncertain what was being sent by somebody who did not come back.

    `but` are the keys of those that are being sent right here: a clock that was set
    forward is no reason to doubt them.
    """
    done = connection.execute(
        update(table)
        .where(
            table.c.state == "sending",
            table.c.lease_until <= now,
            table.c.id.not_in(but),
        )
        .values(
            state="uncertain",
            reason="The process that was sending it ended without an answer.",
            lease_until=None,
            updated_at=now,
        )
    )
    return done.rowcount


def uncertain_due(
    connection: Connection, *, now: datetime, wait: timedelta, limit: int = 100
) -> tuple[Delivery, ...]:
    """List what has been uncertain for `wait`, and may be looked at again by now."""
    query = (
        ALL.where(
            table.c.state == "uncertain",
            table.c.updated_at <= now - wait,
            or_(table.c.not_before.is_(None), table.c.not_before <= now),
        )
        .order_by(table.c.id)
        .limit(limit)
    )
    return tuple(map(noun, connection.execute(query)))


def look_again(connection: Connection) -> None:
    """Let what is uncertain be looked for as soon as it may have landed."""
    connection.execute(
        update(table).where(table.c.state == "uncertain").values(not_before=None)
    )


def next_wakeup(
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
    moment = _moment()
    claimable = connection.execute(
        _with_places(select(moment))
        .where(*_claimable(_working(None)), *on)
        .order_by(moment)
        .limit(1)
    ).scalar()
    lapsing = connection.execute(
        select(func.min(table.c.lease_until)).where(table.c.state == "sending")
    ).scalar()
    unclear = connection.execute(
        _with_places(select(table.c.updated_at, table.c.not_before)).where(
            table.c.state == "uncertain", *on
        )
    ).all()
    looks = [
        max(row.updated_at + wait, row.not_before or row.updated_at) for row in unclear
    ]
    return min(
        (at for at in (claimable, lapsing, *looks) if at is not None), default=None
    )


# ── what may go ────────────────────────────────────────────────────────────────


def _found(
    connection: Connection, now: datetime, limit: int, *which: ColumnElement[bool]
) -> list[Row[Any]]:
    first = (
        _with_places(
            select(
                func.min(table.c.id).label("id"),
                table.c.workspace_id,
                table.c.destination_id,
            )
        )
        .where(*_claimable(_working(now)), _at(now), *which)
        .group_by(table.c.workspace_id, table.c.destination_id)
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


def _claimable(working: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Keep what could go out if it were time."""
    unsent_before = exists().where(
        _EARLIER.c.edition_id == table.c.edition_id,
        _EARLIER.c.destination_id == table.c.destination_id,
        _EARLIER.c.operation == table.c.operation,
        _EARLIER.c.part < table.c.part,
        _EARLIER.c.state.not_in(("sent", "failed")),
    )
    on_its_way = exists().where(
        _OTHER.c.destination_id == table.c.destination_id, _OTHER.c.state == "sending"
    )
    taken_back = exists().where(
        _UNDOING.c.edition_id == table.c.edition_id,
        _UNDOING.c.destination_id == table.c.destination_id,
        _UNDOING.c.part == table.c.part,
        _UNDOING.c.operation == "delete",
    )
    return (
        table.c.state.in_(("ready", "retry")),
        working,
        # Taking back needs no order.
        or_(table.c.operation == "delete", ~unsent_before),
        ~on_its_way,
        # What is to be changed must be there.
        or_(table.c.operation == "post", exists().where(*_posted())),
        or_(table.c.operation == "delete", ~taken_back),
    )


def _working(now: datetime | None) -> ColumnElement[bool]:
    """Its workspace and its place take messages, or may be tried by `now`.

    With None: or may be tried at some time.
    """
    place = _works(destinations, destinations.c.paused, now)
    space = _works(workspaces, workspaces.c.stopped, now)
    return (
        exists()
        .where(
            destinations.c.id == table.c.destination_id,
            workspaces.c.id == table.c.workspace_id,
            workspaces.c.left_at.is_(None),
            place,
            space,
        )
        .correlate(table)
    )


def _works(
    place: Table, why: ColumnElement[Any], now: datetime | None
) -> ColumnElement[bool]:
    again = place.c.retest_at.is_not(None) if now is None else place.c.retest_at <= now
    return or_(why.is_(None), again)


def _moment() -> ColumnElement[Any]:
    """When a row of `_with_places` may go out, as far as time goes."""
    own: ColumnElement[Any] = func.coalesce(table.c.not_before, table.c.updated_at)
    for place, why in (
        (destinations, destinations.c.paused),
        (workspaces, workspaces.c.stopped),
    ):
        later = and_(why.is_not(None), place.c.retest_at > own)
        own = case((later, place.c.retest_at), else_=own)
    return own


def _with_places(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(table)
        .join(destinations, destinations.c.id == table.c.destination_id)
        .join(workspaces, workspaces.c.id == table.c.workspace_id)
    )


def _at(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.not_before.is_(None), table.c.not_before <= now)


def _posted() -> tuple[ColumnElement[bool], ...]:
    return (
        _POST.c.edition_id == table.c.edition_id,
        _POST.c.destination_id == table.c.destination_id,
        _POST.c.part == table.c.part,
        _POST.c.operation == "post",
        _POST.c.state == "sent",
    )


def _opening() -> ScalarSelect[str]:
    """The edition's first message there, as far as there is one before this part."""
    return (
        select(_FIRST.c.message_id)
        .where(
            _FIRST.c.edition_id == table.c.edition_id,
            _FIRST.c.destination_id == table.c.destination_id,
            _FIRST.c.channel == table.c.channel,
            _FIRST.c.operation == "post",
            _FIRST.c.part < table.c.part,
            _FIRST.c.state == "sent",
            _FIRST.c.message_id != "",
        )
        .order_by(_FIRST.c.part)
        .limit(1)
        .scalar_subquery()
    )


# ── taking it ──────────────────────────────────────────────────────────────────


def _one_a_stopped_workspace(found: list[Row[Any]]) -> list[Row[Any]]:
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


def _hold(connection: Connection, of_destination: dict[int, int]) -> list[int]:
    """On PostgreSQL, keep those whose destination no other claim holds just now."""
    if connection.dialect.name == "sqlite":
        return list(of_destination.values())
    held = connection.execute(
        select(destinations.c.id)
        .where(destinations.c.id.in_(of_destination))
        .with_for_update(skip_locked=True, key_share=True)
    ).scalars()
    return [of_destination[place] for place in held]


def _spend_probes(
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
                .values(retest_at=now + RETEST)
            )
    return {
        row.id for row in found if row.stopped is not None or row.paused is not None
    }
