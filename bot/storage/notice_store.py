"""Notices: private messages to single people.

They have the life cycle of deliveries (`send_leases`). A notice that cannot be sent
fails instead of being held, because `/newsdesk status` and the doctor also report that
posting is paused.

A notice that answers a report is sent once: the answer is marked as shown together with
its outcome. If it certainly was not sent, the reader sees the answer with their next
command; if it may have arrived, it counts as shown, and `/news me` still lists it.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, exists, func, or_, select

from bot.model.jobs import DeliveryShares, JobRequest
from bot.model.scope import PlatformName, Scope, Scoped
from bot.model.sign_in import OWNER_ID
from bot.storage.job_requests import request_job
from bot.storage.schema import (
    changes,
    destinations,
    grants,
    incidents,
    installations,
    notices,
    reports,
    workspaces,
)
from bot.storage.send_leases import (
    OPEN_STATES,
    WAITING_STATES,
    claim_rows,
    expire_leases,
    record_outcome,
)
from bot.storage.statements import (
    Condition,
    delete_rows,
    filter_shares,
    first_scalar,
    has_values,
    in_scope,
    insert_missing,
    is_due,
    list_all,
    list_scalars,
    make_message_key,
    update_rows,
    upsert,
)
from digests.messages import Message
from digests.types import frozen

_WORKSPACE, _NOTICE, _CHANGE = workspaces.c, notices.c, changes.c
#: Minimum time between two notices about a destination.
NOTICE_INTERVAL = timedelta(days=1)
#: Maximum number of changes searched for the person who set up a destination.
MAX_CHANGES_READ = 500
NoticeState = Literal["sent", "retry", "uncertain", "failed"]


@frozen
class Notice(Scoped):
    """A message to one person."""

    id: int
    workspace_id: int
    workspace_external_id: str
    platform: PlatformName
    person_id: str | None
    #: The key of the report that it answers; None: it is about a destination.
    report_id: int | None
    key: str
    text: str
    attempt: int
    fence: int
    claimed_at: datetime | None


def add_notice(
    conn: Connection,
    scope: Scope,
    destination_id: int | None,
    person_id: str | None,
    text: str,
    now: datetime,
) -> bool:
    """Store a notice about a destination; return whether it was.

    A day passes between two of them: one that comes sooner is sent at the end of the
    day, unless the cause is fixed by then, and others until then are left out.
    """
    newest = select(func.max(_NOTICE.made_at)).where(
        in_scope(notices, scope, report_id=None, lists_incidents=False),
        _NOTICE.destination_id.is_not_distinct_from(destination_id),
    )
    last: datetime | None = first_scalar(conn, newest)
    if last is not None and last > now:
        return False
    at = now if last is None else max(now, last + NOTICE_INTERVAL)
    name = f"notice/{scope.workspace_id}/{destination_id}/{at.isoformat()}"
    about = {"destination_id": destination_id, "person_id": person_id}
    not_before = at if at > now else None
    return _add_notice(conn, scope, name, at, **about, text=text, not_before=not_before)


def add_incident_notice(
    conn: Connection, scope: Scope, person_id: str | None, text: str, now: datetime
) -> bool:
    """Store a notice that lists incidents, for this person or the bot's owner."""
    name = f"incidents/{scope.workspace_id}/{now.isoformat()}"
    about = {"person_id": person_id, "lists_incidents": True}
    return _add_notice(conn, scope, name, now, **about, text=text)


def add_answer_notice(
    conn: Connection,
    scope: Scope,
    report_id: int,
    person_id: str,
    text: str,
    now: datetime,
) -> bool:
    """Store the notice that answers a report; False if it exists."""
    name = f"answer/{scope.workspace_id}/{report_id}"
    about = {"report_id": report_id, "person_id": person_id}
    return _add_notice(conn, scope, name, now, **about, text=text)


def _add_notice(
    conn: Connection, scope: Scope, name: str, now: datetime, **values: Any
) -> bool:
    values |= {"key": make_message_key(name), "made_at": now, "updated_at": now}
    values |= {"state": "ready", "attempt": 0, "fence": 0}
    request_job(conn, JobRequest(task="deliver", workspace_id=scope.workspace_id))
    return insert_missing(conn, notices, asdict(scope) | values)


def find_person_to_notify(
    conn: Connection, scope: Scope, channel: str | None
) -> str | None:
    """Find the person who last made the channel a destination by a command, if any.

    With None as `channel`: the person who made the first change in the workspace, who
    installed the bot there, or its first editor. The operator in the terminal and the
    owner in the console have no account that could be sent a message.
    """
    by_person = (
        _CHANGE.made_at.is_not(None),
        _CHANGE.person_id.not_in(("", OWNER_ID)),
    )
    mine = (in_scope(changes, scope), *by_person)
    query = select(_CHANGE.person_id, _CHANGE.steps).where(*mine)
    if channel is None:
        installer = select(installations.c.installer).where(
            in_scope(installations, scope), installations.c.installer != ""
        )
        editors = select(grants.c.external_id).where(
            in_scope(grants, scope), grants.c.kind == "person"
        )
        choices = (query.order_by(_CHANGE.id), installer, editors.order_by(grants.c.id))
        found = (first_scalar(conn, choice.limit(1)) for choice in choices)
        return next(filter(None, found), None)
    newest = query.order_by(_CHANGE.made_at.desc(), _CHANGE.id.desc())
    for row in conn.execute(newest.limit(MAX_CHANGES_READ)):
        for step in row.steps:
            after = step.get("after") or {}
            if step.get("noun") == "destination" and after.get("channel") == channel:
                return str(row.person_id)
    return None


def finish_stale_notices(conn: Connection, now: datetime, wait: timedelta) -> None:
    """Fail outdated notices; mark as uncertain what a lost process was sending."""
    stopped = exists().where(
        _WORKSPACE.id == _NOTICE.workspace_id, _WORKSPACE.stopped.is_not(None)
    )
    paused = exists().where(
        destinations.c.id == _NOTICE.destination_id, destinations.c.paused.is_not(None)
    )
    about_workspace = has_values(notices, destination_id=None, report_id=None)
    other_kind = or_(_NOTICE.report_id.is_not(None), _NOTICE.lists_incidents)
    applies = or_(other_kind, about_workspace & stopped, paused)
    waiting = _NOTICE.state.in_(WAITING_STATES)
    failed = {"state": "failed", "updated_at": now}
    update_rows(
        conn, notices, waiting, ~applies, reason=Message("notice.resolved"), **failed
    )
    late = _NOTICE.made_at <= now - NOTICE_INTERVAL
    _mark_answers_shown(conn, late & (_NOTICE.state == "uncertain"), now)
    unsent = _NOTICE.state.in_((*WAITING_STATES, "uncertain"))
    expired = {"reason": Message("notice.expired"), **failed}
    update_rows(conn, notices, unsent, late, **expired)
    expire_leases(conn, notices, now=now, not_before=now + wait)


def claim_notices(
    conn: Connection,
    now: datetime,
    lease: timedelta,
    shares: DeliveryShares,
    limit: int,
) -> tuple[Notice, ...]:
    """Claim notices that can be sent now; commit before the first one is sent."""
    due = _list_due(conn, now, shares, WAITING_STATES, limit)
    claimed = claim_rows(conn, notices, _NOTICE.id.in_(due), now=now, lease=lease)
    return _load_notices(conn, claimed)


def list_uncertain_notices(
    conn: Connection, now: datetime, shares: DeliveryShares, limit: int
) -> tuple[Notice, ...]:
    """List the uncertain notices that are due to be read back."""
    due = _list_due(conn, now, shares, ("uncertain",), limit)
    return _load_notices(conn, due)


def set_notice_recipient(conn: Connection, notice: Notice, person_id: str) -> None:
    """Store the recipient before the notice is sent."""
    mine = in_scope(notices, notice.scope, id=notice.id)
    update_rows(conn, notices, mine, person_id=person_id)


def record_notice_outcome(
    conn: Connection,
    notice: Notice,
    state: NoticeState,
    reason: Message | None,
    not_before: datetime | None,
    now: datetime,
    shown: bool = False,
) -> bool:
    """Store the outcome of a claim; False if there was a later claim.

    `shown`: the notice arrived or may have; the answer of its report counts as seen.
    """
    values: dict[str, Any] = {"state": state, "reason": reason}
    values["not_before"] = not_before
    recorded = record_outcome(conn, notices, notice, now=now, **values)
    if recorded and shown:
        _mark_answers_shown(conn, _NOTICE.id == notice.id, now)
    return recorded


def list_noticed_workspaces(
    conn: Connection, now: datetime, shares: DeliveryShares
) -> tuple[int, ...]:
    """List the workspaces (keys) with notices that need work now."""
    query = _keep_active(select(_NOTICE.workspace_id), shares, OPEN_STATES).distinct()
    at = func.coalesce(_NOTICE.not_before, _NOTICE.lease_until, _NOTICE.updated_at)
    return tuple(list_scalars(conn, query.where(at <= now)))


def find_next_notice_at(conn: Connection, shares: DeliveryShares) -> datetime | None:
    """Return the instant at which the next notice needs work."""
    at = func.coalesce(_NOTICE.not_before, _NOTICE.lease_until, _NOTICE.updated_at)
    query = _keep_active(select(func.min(at)), shares, OPEN_STATES)
    return first_scalar(conn, query)


def _list_due(
    conn: Connection,
    now: datetime,
    shares: DeliveryShares,
    states: Collection[str],
    limit: int,
) -> list[int]:
    query = _keep_active(select(_NOTICE.id), shares, states)
    due = query.where(is_due(_NOTICE.not_before, now)).order_by(_NOTICE.id)
    return list_scalars(conn, due.limit(limit))


def _keep_active(
    query: Select[Any], shares: DeliveryShares, states: Collection[str]
) -> Select[Any]:
    here = _WORKSPACE.id == _NOTICE.workspace_id
    return query.join_from(notices, workspaces, here).where(
        _NOTICE.state.in_(states),
        filter_shares(shares),
        _WORKSPACE.left_at.is_(None),
    )


def _mark_answers_shown(conn: Connection, which: Condition, now: datetime) -> None:
    """Mark the answers of the reports of these notices as shown."""
    report = _NOTICE.report_id
    answered = select(report).where(which, report.is_not(None))
    unseen = reports.c.answer_shown_at.is_(None)
    mine = reports.c.id.in_(answered)
    update_rows(conn, reports, mine, unseen, answer_shown_at=now)


def _load_notices(conn: Connection, ids: Collection[int]) -> tuple[Notice, ...]:
    external_id = _WORKSPACE.external_id.label("workspace_external_id")
    query = (
        select(notices, _WORKSPACE.platform, external_id)
        .join_from(notices, workspaces, _WORKSPACE.id == _NOTICE.workspace_id)
        .where(_NOTICE.id.in_(ids))
    )
    return list_all(conn, query.order_by(_NOTICE.id), Notice)


# ── incidents ──────────────────────────────────────────────────────────────────


@frozen
class ReportedIncident:
    """Something that stopped working and that an editor was notified of."""

    workspace_id: int
    #: «source/12», «delivery/34».
    subject: str
    reported_at: datetime
    #: When it worked again; None = it does not.
    recovered_at: datetime | None = None
    #: What people call it; None: nobody learns that it works again.
    name: str | None = None


def list_reported_incidents(conn: Connection) -> tuple[ReportedIncident, ...]:
    """List the incidents of all workspaces that were reported and may come again."""
    return list_all(conn, select(incidents), ReportedIncident)


def save_reported_incidents(
    conn: Connection, scope: Scope, names: Mapping[str, str | None], now: datetime
) -> None:
    """Record that these incidents (subjects with their names) are reported now."""
    for subject, name in names.items():
        key = {**asdict(scope), "subject": subject}
        values = {"reported_at": now, "recovered_at": None, "name": name}
        upsert(conn, incidents, key, values)


def end_incidents(
    conn: Connection, scope: Scope, subjects: Collection[str], now: datetime
) -> None:
    """Record that these work again; delete those that ended and may be forgotten."""
    mine = in_scope(incidents, scope)
    ended = incidents.c.subject.in_(subjects)
    forgotten = incidents.c.reported_at <= now - NOTICE_INTERVAL
    delete_rows(conn, incidents, and_(mine, ended, forgotten))
    update_rows(conn, incidents, mine, ended, recovered_at=now)
