"""Verbs on occurrences: one due moment of one digest, planned once and settled once.

The database keeps (digest, local date, slot) unique: two schedulers, a clock that
jumps and a restart all end in the same row. `due` looks over all workspaces.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from bot.storage.dialects import insert
from bot.storage.schema import digests, occurrences
from bot.types import Due, Occurrence, OccurrenceState, Trigger


def plan(
    connection: Connection,
    *,
    workspace_id: int,
    digest_id: int,
    due: Due,
    zone: str,
    trigger: Trigger,
    late: bool = False,
) -> Occurrence | None:
    """Write the occurrence down; None when it was there already."""
    row = connection.execute(
        insert(connection, occurrences)
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
    return _noun(row) if row else None


def reopen(
    connection: Connection, *, workspace_id: int, digest_id: int, due: Due, reason: str
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
    return _noun(row) if row else None


def due(connection: Connection, *, now: datetime, limit: int) -> tuple[Occurrence, ...]:
    """List what is planned and not yet settled, the earliest first.

    What quiet hours deferred is among it as soon as they are over. What is read by many
    comes before what is one person's own.
    """
    return _nouns(
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


def settle(
    connection: Connection,
    *,
    workspace_id: int,
    occurrence_id: int,
    state: OccurrenceState,
    reason: str | None = None,
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


def defer(
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


def earliest_deferred(connection: Connection) -> datetime | None:
    """When the first deferred occurrence is to be looked at again."""
    query = select(func.min(occurrences.c.not_before)).where(
        occurrences.c.state == "deferred"
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def by_id(
    connection: Connection, *, workspace_id: int, occurrence_id: int
) -> Occurrence | None:
    """Find the occurrence of this key."""
    row = connection.execute(
        select(occurrences).where(
            occurrences.c.id == occurrence_id,
            occurrences.c.workspace_id == workspace_id,
        )
    ).first()
    return _noun(row) if row else None


def is_planned(
    connection: Connection, *, workspace_id: int, digest_id: int, due: Due
) -> bool:
    """Whether this moment of the digest was written down before."""
    query = select(occurrences.c.id).where(
        occurrences.c.digest_id == digest_id,
        occurrences.c.workspace_id == workspace_id,
        occurrences.c.local_date == due.local_date,
        occurrences.c.slot == due.slot,
    )
    return connection.execute(query).first() is not None


def posted(
    connection: Connection, *, workspace_id: int, digest_id: int, since: date
) -> tuple[Due, ...]:
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
    return tuple(Due(at=r.due_at, local_date=r.local_date, slot=r.slot) for r in found)


def newest(
    connection: Connection, *, workspace_id: int, digest_id: int, count: int
) -> tuple[Occurrence, ...]:
    """List the digest's latest occurrences, the newest first."""
    return _nouns(
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


def _nouns(rows: Sequence[Row[Any]]) -> tuple[Occurrence, ...]:
    return tuple(map(_noun, rows))


def _noun(row: Row[Any]) -> Occurrence:
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
