"""Schedules with their next due moment, and the occurrences planned from them.

The rule is the pure module's (`bot.schedules`), kept as it says it in JSON; nothing
here understands it. `due`, `earliest` and `page` look over all workspaces: they are
the clock's.

The database keeps (digest, local date, slot) unique: two schedulers, a clock that
jumps and a restart all end in the same row. `due` looks over all workspaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, or_, select, update

from bot.model import DueMoment, Occurrence, OccurrenceState, Payload, Trigger
from bot.storage.schema import digests, occurrences, schedules, workspaces
from bot.storage.statements import insert_into
from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSchedule:
    """A schedule that is about to be stored."""

    #: As `bot.schedules` says it back.
    sentence: str
    #: Whatever JSON can say; given back unchanged.
    rule: Payload
    zone: str
    #: None when nothing is due any more.
    next: DueMoment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSchedule:
    """A schedule as it stands in the database."""

    id: int
    workspace_id: int
    digest_id: int
    sentence: str
    rule: Payload
    zone: str
    next: DueMoment | None


def replace_schedules(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    rows: Sequence[NewSchedule],
) -> tuple[StoredSchedule, ...]:
    """Give the digest these schedules in place of those that it had."""
    connection.execute(
        delete(schedules).where(
            schedules.c.digest_id == digest_id, schedules.c.workspace_id == workspace_id
        )
    )
    if rows:
        connection.execute(
            schedules.insert(),
            [
                {
                    "workspace_id": workspace_id,
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
    return list_schedules(connection, workspace_id=workspace_id, digest_id=digest_id)


def list_schedules(
    connection: Connection, *, workspace_id: int, digest_id: int
) -> tuple[StoredSchedule, ...]:
    """List the digest's schedules in their order."""
    found = connection.execute(
        select(schedules)
        .where(
            schedules.c.digest_id == digest_id, schedules.c.workspace_id == workspace_id
        )
        .order_by(schedules.c.position)
    )
    return tuple(map(_schedule_from_row, found))


def list_due_schedules(
    connection: Connection, *, now: datetime, limit: int = 500
) -> tuple[StoredSchedule, ...]:
    """List what is due at `now`, the earliest first; also of digests that are paused.

    A paused digest's moments pass too, and are recorded as skipped: otherwise the
    digest would be due the moment it is resumed. Where the bot was removed, time
    stands still.
    """
    found = connection.execute(
        _join_active_workspaces(select(schedules))
        .where(schedules.c.next_due_at <= now)
        .order_by(schedules.c.next_due_at, schedules.c.id)
        .limit(limit)
    )
    return tuple(map(_schedule_from_row, found))


def list_schedules_after(
    connection: Connection, *, after: int, limit: int
) -> tuple[StoredSchedule, ...]:
    """List the schedules with keys behind `after`, by their keys; of all workspaces."""
    found = connection.execute(
        select(schedules)
        .where(schedules.c.id > after)
        .order_by(schedules.c.id)
        .limit(limit)
    )
    return tuple(map(_schedule_from_row, found))


def advance_schedule(
    connection: Connection,
    *,
    workspace_id: int,
    schedule_id: int,
    next: DueMoment | None,
) -> bool:
    """Set the next moment; False when the schedule was replaced meanwhile."""
    done = connection.execute(
        update(schedules)
        .where(schedules.c.id == schedule_id, schedules.c.workspace_id == workspace_id)
        .values(_due_columns(next))
    )
    return done.rowcount > 0


def find_next_schedule_at(connection: Connection) -> datetime | None:
    """Give the moment at which the next schedule is due: when to wake up."""
    found: datetime | None = connection.execute(
        _join_active_workspaces(select(schedules.c.next_due_at))
        .where(schedules.c.next_due_at.is_not(None))
        .order_by(schedules.c.next_due_at)
        .limit(1)
    ).scalar()
    return found


def find_next_digest_at(
    connection: Connection, *, workspace_id: int, digest_id: int
) -> datetime | None:
    """Give the next moment at which this digest is due."""
    found: datetime | None = connection.execute(
        select(schedules.c.next_due_at)
        .where(
            schedules.c.digest_id == digest_id,
            schedules.c.workspace_id == workspace_id,
            schedules.c.next_due_at.is_not(None),
        )
        .order_by(schedules.c.next_due_at)
        .limit(1)
    ).scalar()
    return found


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
    return StoredSchedule(
        id=row.id,
        workspace_id=row.workspace_id,
        digest_id=row.digest_id,
        sentence=row.sentence,
        rule=row.rule,
        zone=row.zone,
        next=due,
    )


def plan_occurrence(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    due: DueMoment,
    zone: str,
    trigger: Trigger,
    late: bool = False,
) -> Occurrence | None:
    """Write the occurrence down; None when it was there already."""
    row = connection.execute(
        insert_into(connection, occurrences)
        .values(
            workspace_id=workspace_id,
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
    return _occurrence_from_row(row) if row else None


def reopen_occurrence(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    due: DueMoment,
    reason: Message,
) -> Occurrence | None:
    """Let a moment that was skipped for `reason` be due after all; None otherwise."""
    row = connection.execute(
        update(occurrences)
        .where(
            occurrences.c.digest_id == digest_id,
            occurrences.c.workspace_id == workspace_id,
            occurrences.c.local_date == due.local_date,
            occurrences.c.slot == due.slot,
            occurrences.c.state == "skipped",
            occurrences.c.reason == reason,
        )
        .values(state="due", reason=None)
        .returning(occurrences)
    ).first()
    return _occurrence_from_row(row) if row else None


def list_due_occurrences(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[Occurrence, ...]:
    """List what is planned and not yet settled, the earliest first.

    What quiet hours deferred is among it as soon as they are over. What is read by many
    comes before what is one person's own.
    """
    return _occurrences_from_rows(
        connection.execute(
            select(occurrences)
            .join(digests, digests.c.id == occurrences.c.digest_id)
            .where(
                or_(
                    occurrences.c.state == "due",
                    and_(
                        occurrences.c.state == "deferred",
                        occurrences.c.not_before <= now,
                    ),
                )
            )
            .order_by(
                digests.c.person_id.is_not(None),
                occurrences.c.due_at,
                occurrences.c.id,
            )
            .limit(limit)
        ).all()
    )


def finish_occurrence(
    connection: Connection,
    *,
    workspace_id: int,
    occurrence_id: int,
    state: OccurrenceState,
    reason: Message | None = None,
) -> bool:
    """Say what became of it in the end; False when that was said before."""
    done = connection.execute(
        update(occurrences)
        .where(
            occurrences.c.id == occurrence_id,
            occurrences.c.workspace_id == workspace_id,
            occurrences.c.state.in_(("due", "deferred")),
        )
        .values(state=state, reason=reason)
    )
    return done.rowcount > 0


def defer_occurrence(
    connection: Connection, *, workspace_id: int, occurrence_id: int, until: datetime
) -> bool:
    """Let it wait, for the end of quiet hours say; False when it was settled before."""
    done = connection.execute(
        update(occurrences)
        .where(
            occurrences.c.id == occurrence_id,
            occurrences.c.workspace_id == workspace_id,
            occurrences.c.state.in_(("due", "deferred")),
        )
        .values(state="deferred", not_before=until)
    )
    return done.rowcount > 0


def find_next_deferred_at(connection: Connection) -> datetime | None:
    """When the first deferred occurrence is to be looked at again."""
    query = select(func.min(occurrences.c.not_before)).where(
        occurrences.c.state == "deferred"
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def find_occurrence(
    connection: Connection, *, workspace_id: int, occurrence_id: int
) -> Occurrence | None:
    """Find the occurrence of this key."""
    row = connection.execute(
        select(occurrences).where(
            occurrences.c.id == occurrence_id,
            occurrences.c.workspace_id == workspace_id,
        )
    ).first()
    return _occurrence_from_row(row) if row else None


def is_occurrence_planned(
    connection: Connection, *, workspace_id: int, digest_id: int, due: DueMoment
) -> bool:
    """Whether this moment of the digest was written down before."""
    query = select(occurrences.c.id).where(
        occurrences.c.digest_id == digest_id,
        occurrences.c.workspace_id == workspace_id,
        occurrences.c.local_date == due.local_date,
        occurrences.c.slot == due.slot,
    )
    return connection.execute(query).first() is not None


def list_posted_moments(
    connection: Connection, *, workspace_id: int, digest_id: int, since: date
) -> tuple[DueMoment, ...]:
    """List the scheduled moments from that local date on that were not skipped."""
    found = connection.execute(
        select(occurrences.c.due_at, occurrences.c.local_date, occurrences.c.slot)
        .where(
            occurrences.c.digest_id == digest_id,
            occurrences.c.workspace_id == workspace_id,
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
    connection: Connection, *, workspace_id: int, digest_id: int, count: int
) -> tuple[Occurrence, ...]:
    """List the digest's latest occurrences, the newest first."""
    return _occurrences_from_rows(
        connection.execute(
            select(occurrences)
            .where(
                occurrences.c.digest_id == digest_id,
                occurrences.c.workspace_id == workspace_id,
            )
            .order_by(occurrences.c.due_at.desc(), occurrences.c.id.desc())
            .limit(count)
        ).all()
    )


def _occurrences_from_rows(rows: Sequence[Row[Any]]) -> tuple[Occurrence, ...]:
    return tuple(map(_occurrence_from_row, rows))


def _occurrence_from_row(row: Row[Any]) -> Occurrence:
    return Occurrence(
        id=row.id,
        workspace_id=row.workspace_id,
        digest_id=row.digest_id,
        local_date=row.local_date,
        slot=row.slot,
        due_at=row.due_at,
        zone=row.zone,
        trigger=row.trigger,
        state=row.state,
        reason=row.reason,
        late=row.late,
    )
