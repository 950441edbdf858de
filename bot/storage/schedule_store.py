"""Schedules with their next due moment, and the occurrences planned from them.

The rule of a schedule is stored as JSON, which only `bot.schedules` interprets.
(Digest, local date, slot) is unique in the database: two schedulers, a clock jump or a
restart cannot plan an occurrence twice. The scheduler's queries cover all workspaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, func, or_, select, update

from bot.model.edition import DueMoment, Occurrence, OccurrenceState, Payload, Trigger
from bot.model.workspace import Scope, Scoped
from bot.storage.schema import digests, occurrences, schedules, workspaces
from bot.storage.statements import (
    Condition,
    delete_rows,
    first_scalar,
    from_row,
    has_row,
    in_scope,
    insert_into,
    is_row,
    update_rows,
)
from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSchedule:
    """A schedule to be stored."""

    #: The normalized schedule sentence, as `bot.schedules` writes it.
    sentence: str
    #: Any JSON value; returned unchanged.
    rule: Payload
    zone: str
    #: None if nothing is due any more.
    next: DueMoment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSchedule(Scoped):
    """A stored schedule."""

    id: int
    workspace_id: int
    digest_id: int
    sentence: str
    rule: Payload
    zone: str
    next: DueMoment | None


def replace_schedules(
    conn: Connection, scope: Scope, *, digest_id: int, rows: Sequence[NewSchedule]
) -> tuple[StoredSchedule, ...]:
    """Replace the digest's schedules."""
    delete_rows(conn, schedules, *_of_digest(schedules, scope, digest_id))
    if rows:
        conn.execute(
            schedules.insert(),
            [
                {
                    "workspace_id": scope.workspace_id,
                    "digest_id": digest_id,
                    "position": position,
                    "sentence": row.sentence,
                    "rule": dict(row.rule),
                    "zone": row.zone,
                    **_due_columns(row.next),
                }
                for position, row in enumerate(rows)
            ],
        )
    return list_schedules(conn, scope, digest_id=digest_id)


def list_schedules(
    conn: Connection, scope: Scope, *, digest_id: int
) -> tuple[StoredSchedule, ...]:
    """List the digest's schedules in their order."""
    found = conn.execute(
        select(schedules)
        .where(*_of_digest(schedules, scope, digest_id))
        .order_by(schedules.c.position)
    )
    return tuple(map(_schedule_from_row, found))


def list_due_schedules(
    conn: Connection, *, now: datetime, limit: int = 500
) -> tuple[StoredSchedule, ...]:
    """List the schedules that are due at `now`, the earliest first.

    Includes paused digests, whose moments are recorded as skipped: otherwise the digest
    would be due at the moment it is resumed. Workspaces that the bot left are excluded.
    """
    found = conn.execute(
        _join_active_workspaces(select(schedules))
        .where(schedules.c.next_due_at <= now)
        .order_by(schedules.c.next_due_at, schedules.c.id)
        .limit(limit)
    )
    return tuple(map(_schedule_from_row, found))


def list_schedules_after(
    conn: Connection, *, after: int, limit: int
) -> tuple[StoredSchedule, ...]:
    """List the schedules with keys above `after`, by their keys; of all workspaces."""
    found = conn.execute(
        select(schedules)
        .where(schedules.c.id > after)
        .order_by(schedules.c.id)
        .limit(limit)
    )
    return tuple(map(_schedule_from_row, found))


def advance_schedule(
    conn: Connection, scope: Scope, *, schedule_id: int, next: DueMoment | None
) -> bool:
    """Set the next moment; False if the schedule was replaced meanwhile."""
    schedule = is_row(schedules, scope, schedule_id)
    return update_rows(conn, schedules, schedule, **_due_columns(next)) > 0


def find_next_schedule_at(conn: Connection) -> datetime | None:
    """Return the instant at which the next schedule is due."""
    query = _join_active_workspaces(select(schedules.c.next_due_at)).where(
        schedules.c.next_due_at.is_not(None)
    )
    return first_scalar(conn, query.order_by(schedules.c.next_due_at).limit(1))


def _join_active_workspaces(query: Select[Any]) -> Select[Any]:
    return query.join(workspaces, workspaces.c.id == schedules.c.workspace_id).where(
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
    *,
    digest_id: int,
    due: DueMoment,
    zone: str,
    trigger: Trigger,
    late: bool = False,
) -> Occurrence | None:
    """Store an occurrence; None if it is already stored."""
    row = conn.execute(
        insert_into(conn, occurrences)
        .values(
            workspace_id=scope.workspace_id,
            digest_id=digest_id,
            local_date=due.local_date,
            slot=due.slot,
            due_at=due.at,
            zone=zone,
            trigger=trigger,
            state="due",
            late=late,
        )
        .on_conflict_do_nothing(index_elements=["digest_id", "local_date", "slot"])
        .returning(occurrences)
    ).first()
    return from_row(Occurrence, row) if row else None


def reopen_occurrence(
    conn: Connection, scope: Scope, *, digest_id: int, due: DueMoment, reason: Message
) -> Occurrence | None:
    """Make a moment due again that was skipped for `reason`; None: it was not."""
    row = conn.execute(
        update(occurrences)
        .where(
            *_is_moment(scope, digest_id, due),
            occurrences.c.state == "skipped",
            occurrences.c.reason == reason,
        )
        .values(state="due", reason=None)
        .returning(occurrences)
    ).first()
    return from_row(Occurrence, row) if row else None


def list_due_occurrences(
    conn: Connection, *, now: datetime, limit: int
) -> tuple[Occurrence, ...]:
    """List planned, unfinished occurrences, the earliest first.

    Includes those deferred by quiet hours that are over. Personal digests come after
    those of workspaces.
    """
    over = and_(occurrences.c.state == "deferred", occurrences.c.not_before <= now)
    found = conn.execute(
        select(occurrences)
        .join(digests, digests.c.id == occurrences.c.digest_id)
        .where(or_(occurrences.c.state == "due", over))
        .order_by(
            digests.c.person_id.is_not(None), occurrences.c.due_at, occurrences.c.id
        )
        .limit(limit)
    )
    return tuple(from_row(Occurrence, row) for row in found)


def finish_occurrence(
    conn: Connection,
    scope: Scope,
    *,
    occurrence_id: int,
    state: OccurrenceState,
    reason: Message | None = None,
) -> bool:
    """Store the outcome of an occurrence; False if it was finished before."""
    values = {"state": state, "reason": reason}
    return _update_open(conn, scope, occurrence_id, **values)


def defer_occurrence(
    conn: Connection, scope: Scope, *, occurrence_id: int, until: datetime
) -> bool:
    """Defer an occurrence for quiet hours; False if it was finished before."""
    values = {"state": "deferred", "not_before": until}
    return _update_open(conn, scope, occurrence_id, **values)


def find_next_deferred_at(conn: Connection) -> datetime | None:
    """Return the instant at which the first deferred occurrence is due again."""
    query = select(func.min(occurrences.c.not_before))
    return first_scalar(conn, query.where(occurrences.c.state == "deferred"))


def is_occurrence_planned(
    conn: Connection, scope: Scope, *, digest_id: int, due: DueMoment
) -> bool:
    """Check whether an occurrence of this moment is stored."""
    moment = _is_moment(scope, digest_id, due)
    return has_row(conn, select(occurrences.c.id).where(*moment))


def list_posted_moments(
    conn: Connection, scope: Scope, *, digest_id: int, since: date
) -> tuple[DueMoment, ...]:
    """List the scheduled moments since a local date that were not skipped."""
    found = conn.execute(
        select(occurrences.c.due_at, occurrences.c.local_date, occurrences.c.slot)
        .where(
            *_of_digest(occurrences, scope, digest_id),
            occurrences.c.local_date >= since,
            occurrences.c.trigger == "schedule",
            occurrences.c.state != "skipped",
        )
        .order_by(occurrences.c.due_at)
    )
    return tuple(
        DueMoment(at=r.due_at, local_date=r.local_date, slot=r.slot) for r in found
    )


def list_newest_occurrences(
    conn: Connection, scope: Scope, *, digest_id: int, count: int
) -> tuple[Occurrence, ...]:
    """List the digest's latest occurrences, the newest first."""
    found = conn.execute(
        select(occurrences)
        .where(*_of_digest(occurrences, scope, digest_id))
        .order_by(occurrences.c.due_at.desc(), occurrences.c.id.desc())
        .limit(count)
    )
    return tuple(from_row(Occurrence, row) for row in found)


def _of_digest(table: Table, scope: Scope, digest_id: int) -> tuple[Condition, ...]:
    return in_scope(table, scope), table.c.digest_id == digest_id


def _is_moment(scope: Scope, digest_id: int, due: DueMoment) -> tuple[Condition, ...]:
    return (
        *_of_digest(occurrences, scope, digest_id),
        occurrences.c.local_date == due.local_date,
        occurrences.c.slot == due.slot,
    )


def _update_open(
    conn: Connection, scope: Scope, occurrence_id: int, **values: Any
) -> bool:
    """Update an occurrence unless it is finished; return whether it was updated."""
    return (
        update_rows(
            conn,
            occurrences,
            is_row(occurrences, scope, occurrence_id),
            occurrences.c.state.in_(("due", "deferred")),
            **values,
        )
        > 0
    )
