"""Verbs on notices: what one person is told in private, from its writing to its end.

    ready ─ claim ─► sending ─► sent | retry | uncertain | failed
    uncertain ─ after reading back ─► sent | retry | failed

As with deliveries, a claim is committed before the message goes out, and what comes
back is recorded with the fence of its claim. A notice that cannot be told is given up
(`failed`), never held: `/newsdesk status` and the doctor say that a place stands still.

One that answers a report is told once: that it was is written with its end. Given up
without having been sent, it leaves the answer to its reader's next command; where it
may have arrived, it counts as told, and /news me goes on showing the answer.
"""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.dialects import insert
from bot.storage.schema import changes, destinations, reports, workspaces
from bot.storage.schema import notices as table
from bot.types import Destination, PlatformName

#: At most one notice a place within this time.
ONCE_A = timedelta(days=1)
#: Changes that are looked through for who set a place up.
LOOKED_AT = 500
_KEY_LENGTH = 25
#: What is not at its end.
_OPEN = ("ready", "sending", "retry", "uncertain")
State = Literal["sent", "retry", "uncertain", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A message to one person."""

    id: int
    workspace_id: int
    workspace_external_id: str
    platform: PlatformName
    person_id: str | None
    #: The key of the report that it answers; None: it is about a place.
    report_id: int | None
    key: str
    text: str
    attempt: int
    fence: int
    claimed_at: datetime | None


def add(
    connection: Connection,
    *,
    workspace_id: int,
    destination_id: int | None,
    person_id: str | None,
    text: str,
    now: datetime,
) -> bool:
    """Write one, unless the place had one within a day; whether it was written."""
    same = and_(
        table.c.workspace_id == workspace_id,
        table.c.destination_id.is_not_distinct_from(destination_id),
        table.c.report_id.is_(None),
        table.c.made_at > now - ONCE_A,
    )
    if connection.execute(select(table.c.id).where(same)).first() is not None:
        return False
    return _put(
        connection,
        f"notice/{workspace_id}/{destination_id}/{now.isoformat()}",
        workspace_id=workspace_id,
        destination_id=destination_id,
        person_id=person_id,
        text=text,
        made_at=now,
    )


def add_answer(
    connection: Connection,
    *,
    workspace_id: int,
    report_id: int,
    person_id: str,
    text: str,
    now: datetime,
) -> bool:
    """Write the one that answers a report; False: there is one already."""
    return _put(
        connection,
        f"answer/{workspace_id}/{report_id}",
        workspace_id=workspace_id,
        report_id=report_id,
        person_id=person_id,
        text=text,
        made_at=now,
    )


def _put(connection: Connection, name: str, **values: Any) -> bool:
    hashed = base64.b32encode(hashlib.sha256(name.encode()).digest())
    key = hashed.decode("ascii").lower()[:_KEY_LENGTH]
    begun = {"state": "ready", "attempt": 0, "fence": 0}
    done = connection.execute(
        insert(connection, table)
        .values(**values, **begun, key=key, updated_at=values["made_at"])
        .on_conflict_do_nothing(index_elements=["key"])
    )
    return done.rowcount > 0


def place(
    connection: Connection, *, workspace_id: int, destination_id: int
) -> Destination | None:
    """Find the place that a notice would be about."""
    row = connection.execute(
        select(destinations).where(
            destinations.c.id == destination_id,
            destinations.c.workspace_id == workspace_id,
        )
    ).first()
    if row is None:
        return None
    return Destination(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        channel=row.channel,
        paused=row.paused,
        retest_at=row.retest_at,
    )


def who_set_up(
    connection: Connection, *, workspace_id: int, channel: str | None
) -> str | None:
    """Find who last made the channel a destination here; None: nobody by chat.

    With None for a channel: who made the first change in the workspace.
    """
    query = select(changes.c.person_id, changes.c.steps).where(
        changes.c.workspace_id == workspace_id, changes.c.made_at.is_not(None)
    )
    if channel is None:
        first = connection.execute(query.order_by(changes.c.id).limit(1)).first()
        return str(first.person_id) if first else None
    newest = query.order_by(changes.c.made_at.desc(), changes.c.id.desc())
    for row in connection.execute(newest.limit(LOOKED_AT)):
        for step in row.steps:
            after = step.get("after") or {}
            if step.get("noun") == "destination" and after.get("channel") == channel:
                return str(row.person_id)
    return None


def settle(connection: Connection, *, now: datetime, wait: timedelta) -> None:
    """End what need not be told any more; let what nobody carries be looked for."""
    about_all = and_(table.c.destination_id.is_(None), table.c.report_id.is_(None))
    stands = or_(
        table.c.report_id.is_not(None),
        and_(about_all, exists().where(*_stopped())),
        exists().where(
            destinations.c.id == table.c.destination_id,
            destinations.c.paused.is_not(None),
        ),
    )
    waiting = table.c.state.in_(("ready", "retry"))
    connection.execute(
        update(table)
        .where(waiting, ~stands)
        .values(state="failed", reason="It works again.", updated_at=now)
    )
    late = table.c.made_at <= now - ONCE_A
    _count_as_told(connection, and_(late, table.c.state == "uncertain"), now)
    connection.execute(
        update(table)
        .where(table.c.state.in_(("ready", "retry", "uncertain")), late)
        .values(state="failed", reason="It waited for a day.", updated_at=now)
    )
    connection.execute(
        update(table)
        .where(table.c.state == "sending", table.c.lease_until <= now)
        .values(
            state="uncertain",
            reason="The process that was sending it ended without an answer.",
            lease_until=None,
            not_before=now + wait,
            updated_at=now,
        )
    )


def claim(
    connection: Connection,
    *,
    now: datetime,
    lease: timedelta,
    platforms: Collection[str],
    limit: int,
) -> tuple[Notice, ...]:
    """Take what can be sent now; commit before the first of them is."""
    found = connection.execute(
        _due(now, platforms, ("ready", "retry")).limit(limit)
    ).scalars()
    taken = connection.execute(
        update(table)
        .where(
            table.c.id.in_(found.all()),
            table.c.state.in_(("ready", "retry")),
        )
        .values(
            state="sending",
            attempt=table.c.attempt + 1,
            fence=table.c.fence + 1,
            claimed_at=now,
            lease_until=now + lease,
            not_before=None,
            updated_at=now,
        )
        .returning(table.c.id)
    ).scalars()
    return _nouns(connection, table.c.id.in_(taken.all()))


def uncertain(
    connection: Connection, *, now: datetime, platforms: Collection[str], limit: int
) -> tuple[Notice, ...]:
    """List what is to be looked for by now."""
    found = connection.execute(_due(now, platforms, ("uncertain",)).limit(limit))
    return _nouns(connection, table.c.id.in_(found.scalars().all()))


def locate(connection: Connection, *, notice: Notice, person_id: str) -> None:
    """Keep who is told, before anything is sent to them."""
    connection.execute(
        update(table)
        .where(table.c.id == notice.id, table.c.workspace_id == notice.workspace_id)
        .values(person_id=person_id)
    )


def record(
    connection: Connection,
    *,
    notice: Notice,
    state: State,
    reason: str | None,
    not_before: datetime | None,
    now: datetime,
    told: bool = False,
) -> bool:
    """What became of it; False when a later claim took over.

    `told`: it arrived, or may have; a report that it answers counts as answered.
    """
    done = connection.execute(
        update(table)
        .where(
            table.c.id == notice.id,
            table.c.workspace_id == notice.workspace_id,
            table.c.fence == notice.fence,
            table.c.state.in_(("sending", "uncertain")),
        )
        .values(
            state=state,
            reason=reason,
            not_before=not_before,
            lease_until=None,
            updated_at=now,
        )
    )
    if done.rowcount and told:
        _count_as_told(connection, table.c.id == notice.id, now)
    return done.rowcount > 0


def next_moment(
    connection: Connection, *, platforms: Collection[str]
) -> datetime | None:
    """Give the moment at which there is something to do next."""
    own = func.coalesce(table.c.not_before, table.c.lease_until, table.c.updated_at)
    found: datetime | None = connection.execute(
        select(func.min(own))
        .select_from(table.join(workspaces, workspaces.c.id == table.c.workspace_id))
        .where(
            table.c.state.in_(_OPEN),
            workspaces.c.platform.in_(platforms),
            workspaces.c.left_at.is_(None),
        )
    ).scalar()
    return found


def _due(now: datetime, platforms: Collection[str], states: Collection[str]) -> Any:
    return (
        select(table.c.id)
        .select_from(table.join(workspaces, workspaces.c.id == table.c.workspace_id))
        .where(
            table.c.state.in_(states),
            workspaces.c.platform.in_(platforms),
            workspaces.c.left_at.is_(None),
            or_(table.c.not_before.is_(None), table.c.not_before <= now),
        )
        .order_by(table.c.id)
    )


def _count_as_told(
    connection: Connection, which: ColumnElement[bool], now: datetime
) -> None:
    """The readers of the reports that these answer are told nothing more."""
    answered = select(table.c.report_id).where(which, table.c.report_id.is_not(None))
    connection.execute(
        update(reports)
        .where(reports.c.id.in_(answered), reports.c.told_at.is_(None))
        .values(told_at=now)
    )


def _stopped() -> tuple[ColumnElement[bool], ...]:
    return (
        workspaces.c.id == table.c.workspace_id,
        workspaces.c.stopped.is_not(None),
    )


def _nouns(connection: Connection, which: ColumnElement[bool]) -> tuple[Notice, ...]:
    query = (
        select(
            table,
            workspaces.c.platform,
            workspaces.c.external_id.label("workspace_external_id"),
        )
        .select_from(table.join(workspaces, workspaces.c.id == table.c.workspace_id))
        .where(which)
        .order_by(table.c.id)
    )
    return tuple(map(_noun, connection.execute(query)))


def _noun(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        workspace_id=row.workspace_id,
        workspace_external_id=row.workspace_external_id,
        platform=row.platform,
        person_id=row.person_id,
        report_id=row.report_id,
        key=row.key,
        text=row.text,
        attempt=row.attempt,
        fence=row.fence,
        claimed_at=row.claimed_at,
    )
