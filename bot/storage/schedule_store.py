"""Verbs on schedules: the sentence, its rule, and the one next moment that is due.

The rule is the pure module's (`bot.schedules`), kept as it says it in JSON; nothing
here understands it. `due`, `earliest` and `page` look over all workspaces: they are
the clock's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from bot.storage.schema import schedules, workspaces
from bot.types import Due, Payload


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSchedule:
    """A schedule that is about to be stored."""

    #: As `bot.schedules` says it back.
    sentence: str
    #: Whatever JSON can say; given back unchanged.
    rule: Payload
    zone: str
    #: None when nothing is due any more.
    next: Due | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSchedule:
    """A schedule as it stands in the database."""

    id: int
    workspace_id: int
    digest_id: int
    sentence: str
    rule: Payload
    zone: str
    next: Due | None


def replace(
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
                    **_next(row.next),
                }
                for position, row in enumerate(rows)
            ],
        )
    return of_digest(connection, workspace_id=workspace_id, digest_id=digest_id)


def of_digest(
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
    return tuple(map(_noun, found))


def due(
    connection: Connection, *, now: datetime, limit: int = 500
) -> tuple[StoredSchedule, ...]:
    """List what is due at `now`, the earliest first; also of digests that are paused.

    A paused digest's moments pass too, and are recorded as skipped: otherwise the
    digest would be due the moment it is resumed. Where the bot was removed, time
    stands still.
    """
    found = connection.execute(
        _awaited(select(schedules))
        .where(schedules.c.next_due_at <= now)
        .order_by(schedules.c.next_due_at, schedules.c.id)
        .limit(limit)
    )
    return tuple(map(_noun, found))


def page(
    connection: Connection, *, after: int, limit: int
) -> tuple[StoredSchedule, ...]:
    """List the schedules with keys behind `after`, by their keys; of all workspaces."""
    found = connection.execute(
        select(schedules)
        .where(schedules.c.id > after)
        .order_by(schedules.c.id)
        .limit(limit)
    )
    return tuple(map(_noun, found))


def advance(
    connection: Connection, *, workspace_id: int, schedule_id: int, next: Due | None
) -> bool:
    """Set the next moment; False when the schedule was replaced meanwhile."""
    done = connection.execute(
        update(schedules)
        .where(schedules.c.id == schedule_id, schedules.c.workspace_id == workspace_id)
        .values(_next(next))
    )
    return done.rowcount > 0


def earliest(connection: Connection) -> datetime | None:
    """Give the moment at which the next schedule is due: when to wake up."""
    found: datetime | None = connection.execute(
        _awaited(select(schedules.c.next_due_at))
        .where(schedules.c.next_due_at.is_not(None))
        .order_by(schedules.c.next_due_at)
        .limit(1)
    ).scalar()
    return found


def next_of(
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


def _awaited(query: Select[Any]) -> Select[Any]:
    return query.join(workspaces, workspaces.c.id == schedules.c.workspace_id).where(
        workspaces.c.left_at.is_(None)
    )


def _next(due: Due | None) -> dict[str, Any]:
    return {
        "next_due_at": due.at if due else None,
        "next_local_date": due.local_date if due else None,
        "next_slot": due.slot if due else None,
    }


def _noun(row: Row[Any]) -> StoredSchedule:
    due = None
    if row.next_due_at is not None:
        due = Due(
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
