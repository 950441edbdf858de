"""Configuration changes: proposed, confirmed, and listed as history.

A change is stored when it is shown, before it is confirmed: the confirm button then
needs only its public id, and works after a restart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot.model.edition import Payload
from bot.model.workspace import Scope
from bot.storage.schema import changes
from bot.storage.statements import from_row, in_scope, insert_with_public_id


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredChange:
    """A change with its record."""

    #: «c-7k3m9q».
    public_id: str
    workspace_id: int
    #: JSON values, returned unchanged.
    steps: Sequence[Payload]
    #: The person who proposed it or, once it is confirmed, who confirmed it.
    person_id: str
    person_name: str
    proposed_at: datetime
    #: None: not confirmed.
    made_at: datetime | None
    #: The public id of the change that this one reverts.
    reverts: str | None


def propose_change(
    conn: Connection,
    scope: Scope,
    *,
    steps: Sequence[Payload],
    person_id: str,
    person_name: str,
    now: datetime,
    reverts: str | None = None,
) -> StoredChange:
    """Store a change that will be shown for confirmation."""
    row = insert_with_public_id(
        conn,
        changes,
        "c",
        workspace_id=scope.workspace_id,
        steps=[dict(step) for step in steps],
        person_id=person_id,
        person_name=person_name,
        proposed_at=now,
        reverts=reverts,
    )
    return _change_from_row(row)


def find_change(
    conn: Connection, scope: Scope, *, public_id: str
) -> StoredChange | None:
    """Find the workspace's change with this public id."""
    row = conn.execute(
        select(changes).where(
            changes.c.public_id == public_id, in_scope(changes, scope)
        )
    ).first()
    return _change_from_row(row) if row else None


def confirm_change(
    conn: Connection,
    scope: Scope,
    *,
    public_id: str,
    person_id: str,
    person_name: str,
    now: datetime,
) -> bool:
    """Record that the person confirmed the change; False: it was confirmed before."""
    done = conn.execute(
        update(changes)
        .where(
            changes.c.public_id == public_id,
            in_scope(changes, scope),
            changes.c.made_at.is_(None),
        )
        .values(made_at=now, person_id=person_id, person_name=person_name)
    )
    return done.rowcount > 0


def list_newest_changes(
    conn: Connection, scope: Scope, *, count: int
) -> tuple[StoredChange, ...]:
    """List confirmed changes, the newest first."""
    found = conn.execute(
        select(changes)
        .where(in_scope(changes, scope), changes.c.made_at.is_not(None))
        .order_by(changes.c.made_at.desc(), changes.c.id.desc())
        .limit(count)
    )
    return tuple(map(_change_from_row, found))


def delete_unconfirmed_changes(
    conn: Connection, scope: Scope, *, before: datetime
) -> None:
    """Delete changes that were proposed before `before` and never confirmed."""
    conn.execute(
        delete(changes).where(
            in_scope(changes, scope),
            changes.c.made_at.is_(None),
            changes.c.proposed_at < before,
        )
    )


def _change_from_row(row: Row[Any]) -> StoredChange:
    return from_row(StoredChange, row)
