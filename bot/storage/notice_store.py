"""Notices: private messages to single people, from writing to their end.

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

from bot.model import Destination, PlatformName
from bot.storage.schema import changes, destinations, notices, reports, workspaces
from bot.storage.statements import insert_into
from digests.messages import Message

#: At most one notice a place within this time.
NOTICE_INTERVAL = timedelta(days=1)
#: Changes that are looked through for who set a place up.
MAX_CHANGES_READ = 500
_KEY_LENGTH = 25
#: What is not at its end.
_OPEN_STATES = ("ready", "sending", "retry", "uncertain")
NoticeState = Literal["sent", "retry", "uncertain", "failed"]


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


def add_notice(
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
        notices.c.workspace_id == workspace_id,
        notices.c.destination_id.is_not_distinct_from(destination_id),
        notices.c.report_id.is_(None),
        notices.c.made_at > now - NOTICE_INTERVAL,
    )
    if connection.execute(select(notices.c.id).where(same)).first() is not None:
        return False
    return _add_notice(
        connection,
        f"notice/{workspace_id}/{destination_id}/{now.isoformat()}",
        workspace_id=workspace_id,
        destination_id=destination_id,
        person_id=person_id,
        text=text,
        made_at=now,
    )


def add_answer_notice(
    connection: Connection,
    *,
    workspace_id: int,
    report_id: int,
    person_id: str,
    text: str,
    now: datetime,
) -> bool:
    """Write the one that answers a report; False: there is one already."""
    return _add_notice(
        connection,
        f"answer/{workspace_id}/{report_id}",
        workspace_id=workspace_id,
        report_id=report_id,
        person_id=person_id,
        text=text,
        made_at=now,
    )


def _add_notice(connection: Connection, name: str, **values: Any) -> bool:
    hashed = base64.b32encode(hashlib.sha256(name.encode()).digest())
    key = hashed.decode("ascii").lower()[:_KEY_LENGTH]
    begun = {"state": "ready", "attempt": 0, "fence": 0}
    done = connection.execute(
        insert_into(connection, notices)
        .values(**values, **begun, key=key, updated_at=values["made_at"])
        .on_conflict_do_nothing(index_elements=["key"])
    )
    return done.rowcount > 0


def find_notice_destination(
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


def find_person_to_notify(
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
    for row in connection.execute(newest.limit(MAX_CHANGES_READ)):
        for step in row.steps:
            after = step.get("after") or {}
            if step.get("noun") == "destination" and after.get("channel") == channel:
                return str(row.person_id)
    return None


def finish_stale_notices(
    connection: Connection, *, now: datetime, wait: timedelta
) -> None:
    """End what need not be told any more; let what nobody carries be looked for."""
    about_all = and_(notices.c.destination_id.is_(None), notices.c.report_id.is_(None))
    stands = or_(
        notices.c.report_id.is_not(None),
        and_(about_all, exists().where(*_is_workspace_stopped())),
        exists().where(
            destinations.c.id == notices.c.destination_id,
            destinations.c.paused.is_not(None),
        ),
    )
    waiting = notices.c.state.in_(("ready", "retry"))
    connection.execute(
        update(notices)
        .where(waiting, ~stands)
        .values(state="failed", reason=Message("notice.resolved"), updated_at=now)
    )
    late = notices.c.made_at <= now - NOTICE_INTERVAL
    _mark_answers_shown(connection, and_(late, notices.c.state == "uncertain"), now)
    connection.execute(
        update(notices)
        .where(notices.c.state.in_(("ready", "retry", "uncertain")), late)
        .values(state="failed", reason=Message("notice.expired"), updated_at=now)
    )
    connection.execute(
        update(notices)
        .where(notices.c.state == "sending", notices.c.lease_until <= now)
        .values(
            state="uncertain",
            reason=Message("delivery.process_ended"),
            lease_until=None,
            not_before=now + wait,
            updated_at=now,
        )
    )


def claim_notices(
    connection: Connection,
    *,
    now: datetime,
    lease: timedelta,
    platforms: Collection[str],
    limit: int,
) -> tuple[Notice, ...]:
    """Take what can be sent now; commit before the first of them is."""
    found = connection.execute(
        _select_due(now, platforms, ("ready", "retry")).limit(limit)
    ).scalars()
    taken = connection.execute(
        update(notices)
        .where(
            notices.c.id.in_(found.all()),
            notices.c.state.in_(("ready", "retry")),
        )
        .values(
            state="sending",
            attempt=notices.c.attempt + 1,
            fence=notices.c.fence + 1,
            claimed_at=now,
            lease_until=now + lease,
            not_before=None,
            updated_at=now,
        )
        .returning(notices.c.id)
    ).scalars()
    return _load_notices(connection, notices.c.id.in_(taken.all()))


def list_uncertain_notices(
    connection: Connection, *, now: datetime, platforms: Collection[str], limit: int
) -> tuple[Notice, ...]:
    """List what is to be looked for by now."""
    found = connection.execute(_select_due(now, platforms, ("uncertain",)).limit(limit))
    return _load_notices(connection, notices.c.id.in_(found.scalars().all()))


def set_notice_recipient(
    connection: Connection, *, notice: Notice, person_id: str
) -> None:
    """Keep who is told, before anything is sent to them."""
    connection.execute(
        update(notices)
        .where(notices.c.id == notice.id, notices.c.workspace_id == notice.workspace_id)
        .values(person_id=person_id)
    )


def record_notice_outcome(
    connection: Connection,
    *,
    notice: Notice,
    state: NoticeState,
    reason: Message | None,
    not_before: datetime | None,
    now: datetime,
    shown: bool = False,
) -> bool:
    """What became of it; False when a later claim took over.

    `told`: it arrived, or may have; a report that it answers counts as answered.
    """
    done = connection.execute(
        update(notices)
        .where(
            notices.c.id == notice.id,
            notices.c.workspace_id == notice.workspace_id,
            notices.c.fence == notice.fence,
            notices.c.state.in_(("sending", "uncertain")),
        )
        .values(
            state=state,
            reason=reason,
            not_before=not_before,
            lease_until=None,
            updated_at=now,
        )
    )
    if done.rowcount and shown:
        _mark_answers_shown(connection, notices.c.id == notice.id, now)
    return done.rowcount > 0


def find_next_notice_at(
    connection: Connection, *, platforms: Collection[str]
) -> datetime | None:
    """Give the moment at which there is something to do next."""
    own = func.coalesce(
        notices.c.not_before, notices.c.lease_until, notices.c.updated_at
    )
    found: datetime | None = connection.execute(
        select(func.min(own))
        .select_from(
            notices.join(workspaces, workspaces.c.id == notices.c.workspace_id)
        )
        .where(
            notices.c.state.in_(_OPEN_STATES),
            workspaces.c.platform.in_(platforms),
            workspaces.c.left_at.is_(None),
        )
    ).scalar()
    return found


def _select_due(
    now: datetime, platforms: Collection[str], states: Collection[str]
) -> Any:
    return (
        select(notices.c.id)
        .select_from(
            notices.join(workspaces, workspaces.c.id == notices.c.workspace_id)
        )
        .where(
            notices.c.state.in_(states),
            workspaces.c.platform.in_(platforms),
            workspaces.c.left_at.is_(None),
            or_(notices.c.not_before.is_(None), notices.c.not_before <= now),
        )
        .order_by(notices.c.id)
    )


def _mark_answers_shown(
    connection: Connection, which: ColumnElement[bool], now: datetime
) -> None:
    """The readers of the reports that these answer are told nothing more."""
    answered = select(notices.c.report_id).where(
        which, notices.c.report_id.is_not(None)
    )
    connection.execute(
        update(reports)
        .where(reports.c.id.in_(answered), reports.c.answer_shown_at.is_(None))
        .values(answer_shown_at=now)
    )


def _is_workspace_stopped() -> tuple[ColumnElement[bool], ...]:
    return (
        workspaces.c.id == notices.c.workspace_id,
        workspaces.c.stopped.is_not(None),
    )


def _load_notices(
    connection: Connection, which: ColumnElement[bool]
) -> tuple[Notice, ...]:
    query = (
        select(
            notices,
            workspaces.c.platform,
            workspaces.c.external_id.label("workspace_external_id"),
        )
        .select_from(
            notices.join(workspaces, workspaces.c.id == notices.c.workspace_id)
        )
        .where(which)
        .order_by(notices.c.id)
    )
    return tuple(map(_notice_from_row, connection.execute(query)))


def _notice_from_row(row: Row[Any]) -> Notice:
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
