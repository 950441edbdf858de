"""Make a restored database safe: nothing is posted or announced twice.

A backup does not contain what was posted after it. So deliveries in progress become
uncertain and are read back; due occurrences are skipped; and the instant of the
restoration is stored, on which other packages depend:

    outbox             a post that is read back and not found is held, not sent again
    ingest             what a source published before it counts as published
    edition inputs     what was fetched before it counts as published

The functions work across all workspaces.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, inspect, literal, or_, select, text
from sqlalchemy.exc import DBAPIError

from bot.model.workspace import Scope
from bot.storage import deletion_store
from bot.storage.columns import Instant
from bot.storage.schema import (
    deliveries,
    editions,
    erasures,
    installations,
    keys,
    leases,
    metadata,
    notices,
    occurrences,
    sources,
    workspaces,
)
from bot.storage.send_leases import OPEN_STATES
from bot.storage.statements import (
    count_rows,
    delete_rows,
    first_scalar,
    from_row,
    update_rows,
    upsert,
)
from digests.messages import Message

_BACKUP, _RESTORED = "backup", "restored"
#: Keys to skip, so that none assigned after the backup is assigned again: buttons
#: under messages, and stories, refer to them.
SKIPPED_IDS = 100_000
_SKIP_IDS_ON_SQLITE = (
    # A table that never had a row is not in sqlite_sequence yet.
    text(
        "INSERT INTO sqlite_sequence (name, seq) SELECT :name, 0 WHERE NOT EXISTS"
        " (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
    ),
    text("UPDATE sqlite_sequence SET seq = seq + :leap WHERE name = :name"),
)
_SKIP_IDS_ON_POSTGRESQL = (
    text(
        "SELECT setval(pg_get_serial_sequence(:name, 'id'),"
        " nextval(pg_get_serial_sequence(:name, 'id')) + :leap)"
    ),
)
UNCERTAIN_REASON = Message("delivery.restored")
SKIPPED_REASON = Message("skip.restored")
NOTICE_REASON = Message("notice.restored")


@dataclass(frozen=True, kw_only=True, slots=True)
class Restoration:
    """When the database was restored, and what that means for older news."""

    at: datetime
    #: Articles that arrived before the restoration count as published.
    published: bool
    #: Highest key of a source in the backup.
    source: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewerTokens:
    """The encrypted tokens of a workspace in a newer database."""

    platform: str
    external_id: str
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedWorkspace:
    """A workspace whose erasure was ordered according to a newer database."""

    key: int
    platform: str
    external_id: str
    person_id: str | None
    reason: deletion_store.ErasureReason


# ── the backup ─────────────────────────────────────────────────────────────────


def mark_backup(conn: Connection, *, now: datetime) -> None:
    """Store in a backup when it was made."""
    if inspect(conn).has_table(keys.name):
        _set_key(conn, _BACKUP, "", now)


def find_backup_time(conn: Connection) -> datetime | None:
    """Find when the backup was made; without a mark, its last activity."""
    query = select(keys.c.made_at).where(keys.c.name == _BACKUP)
    marked: datetime | None = first_scalar(conn, query)
    if marked is not None:
        return marked
    activity = (sources.c.requested_at, deliveries.c.updated_at, editions.c.made_at)
    found = (first_scalar(conn, select(func.max(column))) for column in activity)
    return max((at for at in found if at is not None), default=None)


def count_installations(conn: Connection) -> int:
    """Count the workspaces whose encrypted tokens are in the backup."""
    return count_rows(conn, installations)


# ── making it safe ─────────────────────────────────────────────────────────────


def record_restoration(conn: Connection, *, now: datetime, published: bool) -> None:
    """Record that the database was restored, and release all leases."""
    delete_rows(conn, keys, keys.c.name == _BACKUP)
    source = first_scalar(conn, select(func.max(sources.c.id)))
    value = json.dumps({"published": published, "source": source or 0})
    _set_key(conn, _RESTORED, value, now)
    update_rows(conn, leases, holder=None, until=None)


def find_last_restoration(conn: Connection) -> Restoration | None:
    """Find when the database was last restored; None: never."""
    row = conn.execute(
        select(keys.c.value, keys.c.made_at).where(keys.c.name == _RESTORED)
    ).first()
    return row and Restoration(at=row.made_at, **json.loads(row.value))


def mark_posts_uncertain(conn: Connection, *, now: datetime) -> int:
    """Mark every post without an outcome as uncertain; return how many.

    An edit or a deletion is simply repeated, which does no harm.
    """
    return update_rows(
        conn,
        deliveries,
        deliveries.c.operation == "post",
        deliveries.c.state.in_(OPEN_STATES),
        state="uncertain",
        reason=UNCERTAIN_REASON,
        # It is read back from here on; a claim after the restoration is later.
        claimed_at=func.coalesce(deliveries.c.claimed_at, deliveries.c.updated_at),
        fence=deliveries.c.fence + 1,
        lease_until=None,
        not_before=None,
        updated_at=now,
    )


def fail_open_notices(conn: Connection, *, now: datetime) -> int:
    """Fail all notices without an outcome; return how many."""
    return update_rows(
        conn,
        notices,
        notices.c.state.in_(OPEN_STATES),
        state="failed",
        reason=NOTICE_REASON,
        lease_until=None,
        updated_at=now,
    )


def skip_due_occurrences(conn: Connection) -> int:
    """Skip the due occurrences without an edition; return how many."""
    waiting = occurrences.c.state.in_(("due", "deferred"))
    values = {"state": "skipped", "reason": SKIPPED_REASON}
    return update_rows(conn, occurrences, waiting, **values)


def skip_used_ids(conn: Connection) -> None:
    """Skip the keys that may have been assigned after the backup."""
    for table in metadata.tables.values():
        if "id" in table.c:
            how = (
                _SKIP_IDS_ON_SQLITE
                if conn.dialect.name == "sqlite"
                else _SKIP_IDS_ON_POSTGRESQL
            )
            for statement in how:
                conn.execute(statement, {"name": table.name, "leap": SKIPPED_IDS})


# ── the newer database ─────────────────────────────────────────────────────────


def list_newer_tokens(conn: Connection) -> tuple[NewerTokens, ...]:
    """List the encrypted tokens of every workspace; empty if they cannot be read.

    A token that was exchanged after the backup is valid in the newer database only.
    """
    try:
        rows = conn.execute(
            select(installations, workspaces.c.platform, workspaces.c.external_id).join(
                workspaces, workspaces.c.id == installations.c.workspace_id
            )
        ).all()
    except DBAPIError:
        return ()
    return tuple(map(_tokens_from_row, rows))


def list_erased_workspaces(conn: Connection) -> tuple[ErasedWorkspace, ...]:
    """List the workspaces whose erasure was ordered; empty if they cannot be read."""
    try:
        rows = conn.execute(
            select(erasures).where(erasures.c.ordered_at.is_not(None))
        ).all()
    except DBAPIError:
        return ()
    return tuple(from_row(ErasedWorkspace, row, key=row.workspace_id) for row in rows)


def repeat_erasures(
    conn: Connection, found: Collection[ErasedWorkspace], *, now: datetime
) -> int:
    """Order again the erasures that are missing in the backup; return how many."""
    count = 0
    for one in found:
        query = select(workspaces.c.id).where(
            workspaces.c.id == one.key,
            workspaces.c.platform == one.platform,
            workspaces.c.external_id == one.external_id,
        )
        there = first_scalar(conn, query)
        if there is not None:
            deletion_store.propose_erasure(
                conn, Scope(there), person_id=one.person_id, reason=one.reason, now=now
            )
            count += deletion_store.order_erasure(conn, Scope(there), now=now)
    return count


def adopt_newer_tokens(conn: Connection, found: Collection[NewerTokens]) -> int:
    """Replace older tokens by newer ones; return for how many workspaces."""
    count = 0
    for one in found:
        here = select(workspaces.c.id).where(
            workspaces.c.platform == one.platform,
            workspaces.c.external_id == one.external_id,
        )
        newer = or_(
            installations.c.installed_at < literal(one.values["installed_at"], Instant),
            installations.c.version < one.values["version"],
        )
        mine = installations.c.workspace_id.in_(here)
        count += update_rows(conn, installations, mine, newer, **one.values)
    return count


def _tokens_from_row(row: Row[Any]) -> NewerTokens:
    names = (
        "installer", "scopes", "installed_at", "token", "refresh", "expires_at",
        "version", "exchange_until", "broken",
    )  # fmt: skip
    return NewerTokens(
        platform=row.platform,
        external_id=row.external_id,
        values={name: getattr(row, name) for name in names},
    )


def _set_key(conn: Connection, name: str, value: str, now: datetime) -> None:
    upsert(conn, keys, {"name": name}, {"value": value, "made_at": now})
