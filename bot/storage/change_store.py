"""Configuration changes: proposed, confirmed, and listed as history.

A change is stored when it is shown, before it is confirmed: the confirm button then
needs only its public id, and works after a restart.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from bot.model.edition import Payload
from bot.model.scope import Scope
from bot.storage.schema import changes
from bot.storage.statements import (
    delete_rows,
    find_first,
    from_row,
    in_scope,
    insert_with_public_id,
    list_all,
    update_rows,
)
from digests.types import frozen


@frozen
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
        **asdict(scope),
        steps=[dict(step) for step in steps],
        person_id=person_id,
        person_name=person_name,
        proposed_at=now,
        reverts=reverts,
    )
    return from_row(StoredChange, row)


def find_change(conn: Connection, scope: Scope, public_id: str) -> StoredChange | None:
    """Find the workspace's change with this public id."""
    query = select(changes).where(in_scope(changes, scope, public_id=public_id))
    return find_first(conn, query, StoredChange)


def confirm_change(
    conn: Connection,
    scope: Scope,
    public_id: str,
    person_id: str,
    person_name: str,
    now: datetime,
) -> bool:
    """Record that the person confirmed the change; False: it was confirmed before."""
    proposed = in_scope(changes, scope, public_id=public_id, made_at=None)
    person = {"person_id": person_id, "person_name": person_name}
    return update_rows(conn, changes, proposed, made_at=now, **person) > 0


def list_newest_changes(
    conn: Connection, scope: Scope, count: int
) -> tuple[StoredChange, ...]:
    """List confirmed changes, the newest first."""
    made_at = changes.c.made_at
    confirmed = select(changes).where(in_scope(changes, scope), made_at.is_not(None))
    newest = confirmed.order_by(made_at.desc(), changes.c.id.desc())
    return list_all(conn, newest.limit(count), StoredChange)


def delete_unconfirmed_changes(
    conn: Connection, scope: Scope, before: datetime
) -> None:
    """Delete changes that were proposed before `before` and never confirmed."""
    unconfirmed = in_scope(changes, scope, made_at=None)
    delete_rows(conn, changes, unconfirmed, changes.c.proposed_at < before)
