"""Make a restored database safe: nothing is posted or announced twice.

A backup knows nothing of what was posted after it. So what was on its way then becomes
uncertain and is looked for; what was due is passed over; and when it was restored stays
written down, for those who have to ask what came before it:

    the outbox     a post that is looked for and not found is held, not sent again
    the intake     what a source published before it counts as told
    `at_hand`      what came in before it counts as told

All of it is for everybody: these verbs name no workspace.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    func,
    inspect,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

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
from bot.storage.statements import insert_into
from digests.messages import Message

_BACKUP, _RESTORED = "backup", "restored"
#: Keys that are left out, so that none that was given after the backup comes again:
#: buttons under messages, and stories, are called by them.
SKIPPED_IDS = 100_000
_SKIP_IDS_ON_SQLITE = (
    # A table that never had a row is not in the list yet.
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
    """When the database was put in place, and what becomes of older news."""

    at: datetime
    #: What was published before counts as told.
    told: bool
    #: Key of the last source that the backup knew.
    source: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewerTokens:
    """The sealed tokens of a workspace, as a newer database has them."""

    platform: str
    external_id: str
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedWorkspace:
    """A workspace whose erasure was ordered, as a newer database has it."""

    key: int
    platform: str
    external_id: str
    person_id: str | None
    reason: deletion_store.ErasureReason


# ── what a backup says of itself ───────────────────────────────────────────────


def mark_backup(connection: Connection, *, now: datetime) -> None:
    """Write into a copy when it was made."""
    if inspect(connection).has_table(keys.name):
        _upsert_key(connection, _BACKUP, "", now)


def find_backup_time(connection: Connection) -> datetime | None:
    """Tell when the copy was made; of one without a mark: the last that it knows of."""
    said: datetime | None = connection.execute(
        select(keys.c.made_at).where(keys.c.name == _BACKUP)
    ).scalar()
    if said is not None:
        return said
    traces = (
        select(func.max(column))
        for column in (
            sources.c.requested_at,
            deliveries.c.updated_at,
            editions.c.made_at,
        )
    )
    found = [connection.execute(query).scalar() for query in traces]
    return max((at for at in found if at is not None), default=None)


def count_installations(connection: Connection) -> int:
    """Count the workspaces whose tokens lie sealed in it."""
    return connection.execute(
        select(func.count()).select_from(installations)
    ).scalar_one()


# ── making it safe ─────────────────────────────────────────────────────────────


def record_restoration(connection: Connection, *, now: datetime, told: bool) -> None:
    """Write down that it was restored; it is no copy any more, and nobody's yet."""
    connection.execute(keys.delete().where(keys.c.name == _BACKUP))
    source = connection.execute(select(func.max(sources.c.id))).scalar()
    said = {"told": told, "source": source or 0}
    _upsert_key(connection, _RESTORED, json.dumps(said), now)
    connection.execute(update(leases).values(holder=None, until=None))


def find_last_restoration(connection: Connection) -> Restoration | None:
    """Find out whether, and when, the database was restored the last time."""
    row = connection.execute(
        select(keys.c.value, keys.c.made_at).where(keys.c.name == _RESTORED)
    ).first()
    return row and Restoration(at=row.made_at, **json.loads(row.value))


def mark_posts_uncertain(connection: Connection, *, now: datetime) -> int:
    """Make uncertain every post that was not at its end; how many those are.

    An edit or a deletion is simply done (again): that does no harm.
    """
    done = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.operation == "post",
            deliveries.c.state.in_(("ready", "sending", "retry", "uncertain")),
        )
        .values(
            state="uncertain",
            reason=UNCERTAIN_REASON,
            # It is looked for from here on; a claim after the restoring is later.
            claimed_at=func.coalesce(deliveries.c.claimed_at, deliveries.c.updated_at),
            fence=deliveries.c.fence + 1,
            lease_until=None,
            not_before=None,
            updated_at=now,
        )
    )
    return done.rowcount


def fail_open_notices(connection: Connection, *, now: datetime) -> int:
    """End what single people were to be told then; how many notices that were."""
    done = connection.execute(
        update(notices)
        .where(notices.c.state.in_(("ready", "sending", "retry", "uncertain")))
        .values(state="failed", reason=NOTICE_REASON, lease_until=None, updated_at=now)
    )
    return done.rowcount


def skip_due_occurrences(connection: Connection) -> int:
    """Skip the moments that waited for their edition; how many those were."""
    done = connection.execute(
        update(occurrences)
        .where(occurrences.c.state.in_(("due", "deferred")))
        .values(state="skipped", reason=SKIPPED_REASON)
    )
    return done.rowcount


def skip_used_ids(connection: Connection) -> None:
    """Leave out the keys that may have been given after the backup."""
    for table in metadata.tables.values():
        if "id" in table.c:
            how = (
                _SKIP_IDS_ON_SQLITE
                if connection.dialect.name == "sqlite"
                else _SKIP_IDS_ON_POSTGRESQL
            )
            for statement in how:
                connection.execute(statement, {"name": table.name, "leap": SKIPPED_IDS})


# ── what a newer database remembers ────────────────────────────────────────────


def list_newer_tokens(connection: Connection) -> tuple[NewerTokens, ...]:
    """List the sealed tokens of every workspace; none where it cannot be read.

    A token that was exchanged after the backup is good in the newer database alone.
    """
    try:
        rows = connection.execute(
            select(installations, workspaces.c.platform, workspaces.c.external_id).join(
                workspaces, workspaces.c.id == installations.c.workspace_id
            )
        ).all()
    except DBAPIError:
        return ()
    return tuple(map(_tokens_from_row, rows))


def list_erased_workspaces(connection: Connection) -> tuple[ErasedWorkspace, ...]:
    """List the workspaces that were erased for good; none where it cannot be read."""
    try:
        rows = connection.execute(
            select(erasures).where(erasures.c.ordered_at.is_not(None))
        ).all()
    except DBAPIError:
        return ()
    return tuple(
        ErasedWorkspace(
            key=row.workspace_id,
            platform=row.platform,
            external_id=row.external_id,
            person_id=row.person_id,
            reason=row.reason,
        )
        for row in rows
    )


def repeat_erasures(
    connection: Connection, found: Collection[ErasedWorkspace], *, now: datetime
) -> int:
    """Let go again what a backup still holds of erased workspaces; of how many."""
    count = 0
    for one in found:
        there = connection.execute(
            select(workspaces.c.id).where(
                workspaces.c.id == one.key,
                workspaces.c.platform == one.platform,
                workspaces.c.external_id == one.external_id,
            )
        ).scalar()
        if there is not None:
            deletion_store.propose_erasure(
                connection,
                workspace_id=there,
                person_id=one.person_id,
                reason=one.reason,
                now=now,
            )
            count += deletion_store.order_erasure(
                connection, workspace_id=there, now=now
            )
    return count


def adopt_newer_tokens(connection: Connection, found: Collection[NewerTokens]) -> int:
    """Put newer tokens in the place of older ones; for how many workspaces."""
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
        done = connection.execute(
            update(installations)
            .where(installations.c.workspace_id.in_(here), newer)
            .values(one.values)
        )
        count += done.rowcount
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


def _upsert_key(connection: Connection, name: str, value: str, now: datetime) -> None:
    values = {"value": value, "made_at": now}
    connection.execute(
        insert_into(connection, keys)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
