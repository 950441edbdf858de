"""Schedules with their next due moment, and the occurrences planned from them.

The rule of a schedule is stored as JSON, which only `bot.schedules` interprets.
(Digest, local date, slot) is unique in the database: two schedulers, a clock jump or a
restart cannot plan an occurrence twice. The scheduler's queries cover all workspaces.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from bot.model.edition import DueMoment, Occurrence, OccurrenceState, Payload, Trigger
from bot.model.jobs import JobRequest
from bot.model.scope import Scope, Scoped
from bot.storage.job_requests import request_job
from bot.storage.schema import (
    digests,
    editions,
    occurrences,
    schedules,
    workspaces,
)
from bot.storage.statements import (
    delete_rows,
    find_first,
    first_scalar,
    from_row,
    has_row,
    in_scope,
    insert_all,
    insert_into,
    list_all,
    to_row,
    update_first,
    update_rows,
)
from digests.messages import Message
from digests.types import frozen

_SCHEDULE, _OCCURRENCE = schedules.c, occurrences.c
#: A draft is stored as an occurrence that is deferred without a moment.
_IS_DRAFT = and_(_OCCURRENCE.state == "deferred", _OCCURRENCE.not_before.is_(None))


@frozen
class NewSchedule:
    """A schedule to be stored."""

    #: The normalized schedule sentence, as `bot.schedules` writes it.
    sentence: str
    #: Any JSON value; returned unchanged.
    rule: Payload
    zone: str
    #: None if nothing is due any more.
    next: DueMoment | None


@frozen
class StoredSchedule(NewSchedule, Scoped):
    """A stored schedule."""

    id: int
    workspace_id: int
    digest_id: int


def list_due_reviews(
    conn: Connection, now: datetime, limit: int
) -> tuple[StoredSchedule, ...]:
    """List the schedules of whose next editions drafts are due, the earliest first."""
    query = (
        _join_active_workspaces(select(schedules))
        .where(_SCHEDULE.review_at <= now)
        .order_by(_SCHEDULE.review_at, _SCHEDULE.id)
    )
    return list_all(conn, query.limit(limit), _schedule_from_row)


def set_review_at(
    conn: Connection, scope: Scope, schedule_id: int, at: datetime | None
) -> None:
    """Set when the draft of the schedule's next edition is due; None: it has none."""
    schedule = in_scope(schedules, scope, id=schedule_id)
    update_rows(conn, schedules, schedule, review_at=at)


def replace_schedules(
    conn: Connection, scope: Scope, digest_id: int, rows: Sequence[NewSchedule]
) -> tuple[StoredSchedule, ...]:
    """Replace the digest's schedules."""
    delete_rows(conn, schedules, in_scope(schedules, scope, digest_id=digest_id))
    mine = {**asdict(scope), "digest_id": digest_id}
    new = [
        to_row(schedules, row, rule=dict(row.rule), position=position, **mine)
        | _due_columns(row.next)
        for position, row in enumerate(rows)
    ]
    insert_all(conn, schedules, new)
    return list_schedules(conn, scope, digest_id)


def list_schedules(
    conn: Connection, scope: Scope, digest_id: int
) -> tuple[StoredSchedule, ...]:
    """List the digest's schedules in their order."""
    mine = in_scope(schedules, scope, digest_id=digest_id)
    query = select(schedules).where(mine).order_by(_SCHEDULE.position)
    return list_all(conn, query, _schedule_from_row)


def list_due_schedules(
    conn: Connection, now: datetime, limit: int = 500
) -> tuple[StoredSchedule, ...]:
    """List the schedules that are due at `now`, the earliest first.

    Includes paused digests, whose moments are recorded as skipped: otherwise the digest
    would be due at the moment it is resumed. Workspaces that the bot left are excluded.
    """
    query = (
        _join_active_workspaces(select(schedules))
        .where(_SCHEDULE.next_due_at <= now)
        .order_by(_SCHEDULE.next_due_at, _SCHEDULE.id)
    )
    return list_all(conn, query.limit(limit), _schedule_from_row)


def list_schedules_after(
    conn: Connection, after: int, limit: int
) -> tuple[StoredSchedule, ...]:
    """List the schedules with keys above `after`, by their keys; of all workspaces."""
    query = select(schedules).where(_SCHEDULE.id > after).order_by(_SCHEDULE.id)
    return list_all(conn, query.limit(limit), _schedule_from_row)


def advance_schedule(
    conn: Connection,
    scope: Scope,
    schedule_id: int,
    next: DueMoment | None,
    review_at: datetime | None = None,
) -> bool:
    """Set the next moment; False if the schedule was replaced meanwhile."""
    schedule = in_scope(schedules, scope, id=schedule_id)
    values = {**_due_columns(next), "review_at": review_at}
    return update_rows(conn, schedules, schedule, **values) > 0


def find_next_schedule_at(conn: Connection) -> datetime | None:
    """Return the instant at which the next schedule is due, or its draft."""
    found = []
    for at in (_SCHEDULE.next_due_at, _SCHEDULE.review_at):
        query = _join_active_workspaces(select(at)).where(at.is_not(None))
        found.append(first_scalar(conn, query.order_by(at).limit(1)))
    return min((at for at in found if at is not None), default=None)


def list_upcoming_digests(
    conn: Connection, after: datetime, until: datetime
) -> dict[tuple[int, int], datetime]:
    """Map digests of workspaces, (workspace, digest), to their next due moments.

    Only those that are due after `after` and not after `until`; no personal ones.
    """
    at, key = _SCHEDULE.next_due_at, (_SCHEDULE.workspace_id, _SCHEDULE.digest_id)
    query = (
        _join_active_workspaces(select(*key, func.min(at).label("at")))
        .join(digests, digests.c.id == _SCHEDULE.digest_id)
        .where(at > after, at <= until, digests.c.person_id.is_(None))
        .where(~digests.c.paused)
    )
    rows = conn.execute(query.group_by(*key))
    return {(row.workspace_id, row.digest_id): row.at for row in rows}


def find_schedule_after(conn: Connection, after: datetime) -> datetime | None:
    """Return the first instant after `after` at which a schedule is due."""
    at = _SCHEDULE.next_due_at
    query = _join_active_workspaces(select(at)).where(at > after)
    return first_scalar(conn, query.order_by(at).limit(1))


def _join_active_workspaces(query: Select[Any]) -> Select[Any]:
    return query.join(workspaces, workspaces.c.id == _SCHEDULE.workspace_id).where(
        workspaces.c.left_at.is_(None)
    )


def _due_columns(due: DueMoment | None) -> dict[str, Any]:
    return {
        "next_due_at": due.at if due else None,
        "next_local_date": due.local_date if due else None,
        "next_slot": due.slot if due else None,
    }


def _schedule_from_row(row: Row[Any]) -> StoredSchedule:
    due = None
    if row.next_due_at is not None:
        due = DueMoment(
            at=row.next_due_at, local_date=row.next_local_date, slot=row.next_slot
        )
    return from_row(StoredSchedule, row, next=due)


def plan_occurrence(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    due: DueMoment,
    zone: str,
    trigger: Trigger,
    late: bool = False,
    review_at: datetime | None = None,
) -> Occurrence | None:
    """Store an occurrence; None if it is already stored.

    With `review_at`, a draft of its edition is composed then; else it is due.
    """
    moment = _moment_columns(digest_id, due)
    query = insert_into(conn, occurrences).values(
        **asdict(scope),
        **moment,
        due_at=due.at,
        zone=zone,
        trigger=trigger,
        state="due" if review_at is None else "deferred",
        draft_at=review_at,
        late=late,
    )
    unplanned = query.on_conflict_do_nothing(index_elements=list(moment))
    planned = find_first(conn, unplanned.returning(occurrences), _occurrence_from_row)
    if planned is not None:
        request_job(conn, build_compose_request(planned))
    return planned


def reopen_occurrence(
    conn: Connection,
    scope: Scope,
    digest_id: int,
    due: DueMoment,
    reason: Message,
    review_at: datetime | None = None,
) -> Occurrence | None:
    """Make a moment due again that was skipped for `reason`; None: it was not.

    With `review_at`, a draft of its edition is composed then.
    """
    skipped = _moment_columns(digest_id, due) | {"state": "skipped", "reason": reason}
    mine = in_scope(occurrences, scope, **skipped)
    values: dict[str, Any] = {
        "state": "due" if review_at is None else "deferred",
        "reason": None,
        "not_before": None,
        "draft_at": review_at,
    }
    make = _occurrence_from_row
    reopened = update_first(conn, occurrences, make, mine, **values)
    if reopened is not None:
        request_job(conn, build_compose_request(reopened))
    return reopened


def request_compose(conn: Connection, workspace_id: int, digest_id: int) -> None:
    """Request the job that does what is due of a digest."""
    request_job(conn, JobRequest.for_digest("compose", workspace_id, digest_id))


def build_compose_request(occurrence: Occurrence) -> JobRequest:
    """Build the request for the job that composes what is due of its digest."""
    return JobRequest.for_digest(
        "compose", occurrence.workspace_id, occurrence.digest_id
    )


def list_due_occurrences(
    conn: Connection, now: datetime, limit: int, digest_id: int | None = None
) -> tuple[Occurrence, ...]:
    """List planned, unfinished occurrences, the earliest first; of all digests or one.

    Includes those deferred by quiet hours that are over, and those whose draft needs
    work. Personal digests come after
    those of workspaces.
    """
    passed = or_(_OCCURRENCE.not_before <= now, _OCCURRENCE.draft_at <= now)
    over = and_(_OCCURRENCE.state == "deferred", passed)
    personal = digests.c.person_id.is_not(None)
    query = (
        select(occurrences)
        .join(digests, digests.c.id == _OCCURRENCE.digest_id)
        .where(or_(_OCCURRENCE.state == "due", over))
        .order_by(personal, _OCCURRENCE.due_at, _OCCURRENCE.id)
    )
    if digest_id is not None:
        query = query.where(_OCCURRENCE.digest_id == digest_id)
    return list_all(conn, query.limit(limit), _occurrence_from_row)


def finish_occurrence(
    conn: Connection,
    scope: Scope,
    occurrence_id: int,
    state: OccurrenceState,
    reason: Message | None = None,
    posted_at: datetime | None = None,
) -> bool:
    """Store the outcome of an occurrence; False if it was finished before.

    `posted_at`: it was due only then, because its draft waited for an editor.
    """
    values: dict[str, Any] = {"state": state, "reason": reason}
    if posted_at is not None:
        values["not_before"] = posted_at
    return _update_open(conn, scope, occurrence_id, **values)


def defer_occurrence(
    conn: Connection, scope: Scope, occurrence_id: int, until: datetime
) -> bool:
    """Defer an occurrence for quiet hours; False if it was finished before."""
    return _update_open(conn, scope, occurrence_id, state="deferred", not_before=until)


def set_draft_moment(
    conn: Connection, scope: Scope, occurrence_id: int, at: datetime | None
) -> bool:
    """Let an occurrence be a draft that needs work at `at`; False: it was finished.

    None: it waits for an editor.
    """
    values = {"state": "deferred", "not_before": None, "draft_at": at}
    return _update_open(conn, scope, occurrence_id, **values)


def find_moment(conn: Connection, scope: Scope, occurrence_id: int) -> DueMoment | None:
    """Find the moment of an occurrence."""
    at = _OCCURRENCE.due_at.label("at")
    mine = in_scope(occurrences, scope, id=occurrence_id)
    query = select(at, _OCCURRENCE.local_date, _OCCURRENCE.slot).where(mine)
    return find_first(conn, query, DueMoment)


def move_draft(
    conn: Connection,
    scope: Scope,
    occurrence_id: int,
    digest_id: int,
    due: DueMoment,
    zone: str,
) -> bool:
    """Give the occurrence of a draft another moment; False: that one is planned."""
    if is_occurrence_planned(conn, scope, digest_id, due):
        return False
    moment = {**_moment_columns(digest_id, due), "due_at": due.at, "zone": zone}
    return _update_open(conn, scope, occurrence_id, **moment)


def find_next_deferred_at(conn: Connection) -> datetime | None:
    """Return the instant at which the first deferred occurrence or draft needs work."""
    at = func.coalesce(_OCCURRENCE.not_before, _OCCURRENCE.draft_at)
    query = select(func.min(at))
    return first_scalar(conn, query.where(_OCCURRENCE.state == "deferred"))


def is_occurrence_planned(
    conn: Connection, scope: Scope, digest_id: int, due: DueMoment
) -> bool:
    """Check whether an occurrence of this moment is stored."""
    moment = in_scope(occurrences, scope, **_moment_columns(digest_id, due))
    return has_row(conn, select(_OCCURRENCE.id).where(moment))


def list_posted_moments(
    conn: Connection, scope: Scope, digest_id: int, since: date
) -> tuple[DueMoment, ...]:
    """List the scheduled moments since a local date that were not skipped.

    One whose draft waits was not posted: its schedule may still be changed.
    """
    planned = in_scope(occurrences, scope, digest_id=digest_id, trigger="schedule")
    at = _OCCURRENCE.due_at.label("at")
    query = select(at, _OCCURRENCE.local_date, _OCCURRENCE.slot).where(
        planned,
        _OCCURRENCE.local_date >= since,
        _OCCURRENCE.state != "skipped",
        ~_IS_DRAFT,
    )
    return list_all(conn, query.order_by(_OCCURRENCE.due_at), DueMoment)


def list_newest_occurrences(
    conn: Connection, scope: Scope, digest_id: int, count: int
) -> tuple[Occurrence, ...]:
    """List the digest's latest occurrences, the newest first."""
    mine = in_scope(occurrences, scope, digest_id=digest_id)
    latest = (_OCCURRENCE.due_at.desc(), _OCCURRENCE.id.desc())
    query = select(occurrences).where(mine).order_by(*latest)
    return list_all(conn, query.limit(count), _occurrence_from_row)


def find_last_occurrences(
    conn: Connection, scope: Scope, digest_ids: Collection[int]
) -> dict[int, Occurrence]:
    """Find the latest occurrence of each of the digests, by the digest's key."""
    latest_first = (_OCCURRENCE.due_at.desc(), _OCCURRENCE.id.desc())
    last = (
        select(_OCCURRENCE.id)
        .where(_OCCURRENCE.digest_id == digests.c.id)
        .order_by(*latest_first)
        .limit(1)
        .correlate(digests)
        .scalar_subquery()
    )
    keys = select(last).where(in_scope(digests, scope), digests.c.id.in_(digest_ids))
    query = select(occurrences).where(in_scope(occurrences, scope))
    found = list_all(conn, query.where(_OCCURRENCE.id.in_(keys)), _occurrence_from_row)
    return {one.digest_id: one for one in found}


@frozen
class PastMoment:
    """A moment of a digest in the archive, with its edition if there is one."""

    occurrence_id: int
    digest_id: int
    digest: str
    due_at: datetime
    zone: str
    trigger: Trigger
    state: OccurrenceState
    reason: Message | None
    #: Of the edition.
    public_id: str | None
    undone_at: datetime | None


def list_past_moments(
    conn: Connection,
    scope: Scope,
    *,
    limit: int,
    before: int | None = None,
    digest_id: int | None = None,
) -> tuple[PastMoment, ...]:
    """List the newest moments of the workspace's digests, without personal ones.

    Args:
        conn: The database.
        scope: The workspace.
        limit: How many.
        before: Only those that were planned before the one with this key.
        digest_id: Only those of this digest.
    """
    mine = in_scope(occurrences, scope)
    if digest_id is not None:
        mine = in_scope(occurrences, scope, digest_id=digest_id)
    query = (
        select(
            _OCCURRENCE.id.label("occurrence_id"),
            _OCCURRENCE.digest_id,
            digests.c.name.label("digest"),
            _OCCURRENCE.due_at,
            _OCCURRENCE.zone,
            _OCCURRENCE.trigger,
            _OCCURRENCE.state,
            _OCCURRENCE.reason,
            editions.c.public_id,
            editions.c.undone_at,
        )
        .join(digests, digests.c.id == _OCCURRENCE.digest_id)
        .outerjoin(editions, editions.c.occurrence_id == _OCCURRENCE.id)
        .where(mine, digests.c.person_id.is_(None))
        .order_by(_OCCURRENCE.id.desc())
    )
    if before is not None:
        query = query.where(_OCCURRENCE.id < before)
    return list_all(conn, query.limit(limit), PastMoment)


def _moment_columns(digest_id: int, due: DueMoment) -> dict[str, Any]:
    """Return the columns by which the occurrence of a moment is unique."""
    return {"digest_id": digest_id, "local_date": due.local_date, "slot": due.slot}


def _update_open(
    conn: Connection, scope: Scope, occurrence_id: int, **values: Any
) -> bool:
    """Update an occurrence unless it is finished; return whether it was updated."""
    mine = in_scope(occurrences, scope, id=occurrence_id)
    unfinished = _OCCURRENCE.state.in_(("due", "deferred"))
    return update_rows(conn, occurrences, mine, unfinished, **values) > 0


def _occurrence_from_row(row: Row[Any]) -> Occurrence:
    is_draft = row.state == "deferred" and row.not_before is None
    return from_row(Occurrence, row, state="draft" if is_draft else row.state)
