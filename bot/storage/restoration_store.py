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
from contextlib import suppress
from datetime import datetime
from itertools import product
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, func, inspect, literal, or_, select, text
from sqlalchemy.exc import DBAPIError

from bot.model.scope import Scope
from bot.storage import deletion_store
from bot.storage.columns import Instant
from bot.storage.deletion_store import Erasure
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
    find_first,
    first_scalar,
    from_row,
    has_row,
    has_values,
    list_all,
    update_rows,
    upsert,
)
from digests.messages import Message
from digests.types import frozen

_WORKSPACE, _KEY = workspaces.c, keys.c
_DELIVERY, _INSTALLATION = deliveries.c, installations.c
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
#: Columns of an installation that change with an exchange of tokens.
_TOKEN_COLUMNS = (
    "installer", "scopes", "installed_at", "token", "refresh", "expires_at",
    "version", "exchange_until", "broken",
)  # fmt: skip


@frozen
class Restoration:
    """When the database was restored, and what that means for older news."""

    at: datetime
    #: Articles that arrived before the restoration count as published.
    published: bool
    #: Highest key of a source in the backup.
    source: int


@frozen
class NewerTokens:
    """The encrypted tokens of a workspace in a newer database."""

    platform: str
    external_id: str
    values: dict[str, Any]


# ── the backup ─────────────────────────────────────────────────────────────────


def mark_backup(conn: Connection, now: datetime) -> None:
    """Store in a backup when it was made."""
    if inspect(conn).has_table(keys.name):
        _set_key(conn, _BACKUP, "", now)


def find_backup_time(conn: Connection) -> datetime | None:
    """Find when the backup was made; without a mark, its last activity."""
    marked = first_scalar(conn, select(_KEY.made_at).where(_KEY.name == _BACKUP))
    if marked is not None:
        return cast(datetime, marked)
    activity = (sources.c.requested_at, _DELIVERY.updated_at, editions.c.made_at)
    found = (first_scalar(conn, select(func.max(column))) for column in activity)
    return max((at for at in found if at is not None), default=None)


def count_installations(conn: Connection) -> int:
    """Count the workspaces whose encrypted tokens are in the backup."""
    return count_rows(conn, installations)


# ── making it safe ─────────────────────────────────────────────────────────────


def record_restoration(conn: Connection, now: datetime, published: bool) -> None:
    """Record that the database was restored, and release all leases."""
    delete_rows(conn, keys, _KEY.name == _BACKUP)
    source = first_scalar(conn, select(func.max(sources.c.id)))
    value = json.dumps({"published": published, "source": source or 0})
    _set_key(conn, _RESTORED, value, now)
    update_rows(conn, leases, holder=None, until=None)


def find_last_restoration(conn: Connection) -> Restoration | None:
    """Find when the database was last restored; None: never."""
    query = select(keys).where(_KEY.name == _RESTORED)
    return find_first(
        conn, query, lambda row: Restoration(at=row.made_at, **json.loads(row.value))
    )


def mark_posts_uncertain(conn: Connection, now: datetime) -> int:
    """Mark every post without an outcome as uncertain; return how many.

    An edit or a deletion is simply repeated, which does no harm.
    """
    posts = and_(_DELIVERY.operation == "post", _DELIVERY.state.in_(OPEN_STATES))
    return update_rows(
        conn,
        deliveries,
        posts,
        state="uncertain",
        reason=UNCERTAIN_REASON,
        # It is read back from here on; a claim after the restoration is later.
        claimed_at=func.coalesce(_DELIVERY.claimed_at, _DELIVERY.updated_at),
        fence=_DELIVERY.fence + 1,
        lease_until=None,
        not_before=None,
        updated_at=now,
    )


def fail_open_notices(conn: Connection, now: datetime) -> int:
    """Fail all notices without an outcome; return how many."""
    values = {"state": "failed", "reason": NOTICE_REASON, "lease_until": None}
    unsent = notices.c.state.in_(OPEN_STATES)
    return update_rows(conn, notices, unsent, **values, updated_at=now)


def skip_due_occurrences(conn: Connection) -> int:
    """Skip the due occurrences without an edition; return how many."""
    waiting = occurrences.c.state.in_(("due", "deferred"))
    values = {"state": "skipped", "reason": SKIPPED_REASON}
    return update_rows(conn, occurrences, waiting, **values)


def skip_used_ids(conn: Connection) -> None:
    """Skip the keys that may have been assigned after the backup."""
    on_sqlite = conn.dialect.name == "sqlite"
    statements = _SKIP_IDS_ON_SQLITE if on_sqlite else _SKIP_IDS_ON_POSTGRESQL
    tables = [table.name for table in metadata.tables.values() if "id" in table.c]
    for name, statement in product(tables, statements):
        conn.execute(statement, {"name": name, "leap": SKIPPED_IDS})


# ── the newer database ─────────────────────────────────────────────────────────


def list_newer_tokens(conn: Connection) -> tuple[NewerTokens, ...]:
    """List the encrypted tokens of every workspace; empty if they cannot be read.

    A token that was exchanged after the backup is valid in the newer database only.
    """
    here = _WORKSPACE.id == _INSTALLATION.workspace_id
    named = (_WORKSPACE.platform, _WORKSPACE.external_id)
    query = select(installations, *named).join(workspaces, here)
    with suppress(DBAPIError):
        return list_all(conn, query, _tokens_from_row)
    return ()


def list_erased_workspaces(conn: Connection) -> tuple[Erasure, ...]:
    """List the ordered erasures of workspaces; empty if they cannot be read."""
    query = select(erasures).where(erasures.c.ordered_at.is_not(None))
    with suppress(DBAPIError):
        return list_all(conn, query, Erasure)
    return ()


def repeat_erasures(conn: Connection, found: Collection[Erasure], now: datetime) -> int:
    """Order again the erasures that are missing in the backup; return how many."""
    count = 0
    for one in found:
        named = {"platform": one.platform, "external_id": one.external_id}
        same = has_values(workspaces, id=one.workspace_id, **named)
        if has_row(conn, select(_WORKSPACE.id).where(same)):
            scope = Scope(one.workspace_id)
            deletion_store.propose_erasure(
                conn, scope, person_id=one.person_id, reason=one.reason, now=now
            )
            count += deletion_store.order_erasure(conn, scope, now)
    return count


def adopt_newer_tokens(conn: Connection, found: Collection[NewerTokens]) -> int:
    """Replace older tokens by newer ones; return for how many workspaces."""
    count = 0
    for one in found:
        named = {"platform": one.platform, "external_id": one.external_id}
        here = select(_WORKSPACE.id).where(has_values(workspaces, **named))
        newer = or_(
            _INSTALLATION.installed_at < literal(one.values["installed_at"], Instant),
            _INSTALLATION.version < one.values["version"],
        )
        mine = _INSTALLATION.workspace_id.in_(here)
        count += update_rows(conn, installations, mine, newer, **one.values)
    return count


def _tokens_from_row(row: Row[Any]) -> NewerTokens:
    values = {name: getattr(row, name) for name in _TOKEN_COLUMNS}
    return from_row(NewerTokens, row, values=values)


def _set_key(conn: Connection, name: str, value: str, now: datetime) -> None:
    upsert(conn, keys, {"name": name}, {"value": value, "made_at": now})
