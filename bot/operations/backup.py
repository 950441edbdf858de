"""Back up the database, and restore it without losing or repeating posts.

A backup does not contain what was posted after it was made, and no platform can list
that. When in doubt, a restored bot therefore stays silent:

- A post that was being sent when the backup was made is looked for in its channel. If
  it is found, it is adopted; if not, it is *held* and an editor decides: after so long,
  a missing message proves nothing (it may have been undone since).
- What is due by now is skipped with that reason, even within the time in which a late
  edition would be posted after a pause: it was probably posted.
- What was fetched or published before the restore counts as published
  (`publishing.edition_inputs` adds it to the ledger, so that later articles are
  compared with it). Articles that were never published are left out as well;
  `published=False` includes them.
- Ids skip ahead, so that a button under a message that the backup does not contain
  leads nowhere, and never to another story.
- If the replaced database can be read, two things are taken from it: newer tokens of
  workspaces (the old ones were exchanged and are valid once), and which workspaces were
  erased since: they are erased again.

Triggers, views, indexes and tables that Standfirst did not make are left out: what came
with a file from elsewhere must not act in the database later.

All of this is done to a copy beside the database, which then replaces it in one step. A
crash before that leaves the database as it was, one after it leaves it restored;
restoring again is safe. On PostgreSQL, the server's own tools copy and load, and
`secure_restored_database` does the rest. Everything here blocks.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.errors import UserError
from bot.publishing import planning
from bot.storage import (
    Connection,
    console_store,
    draft_message_store,
    draft_store,
    process_store,
    restoration_store,
    sqlite_backup,
)
from bot.storage.deletion_store import Erasure
from bot.storage.restoration_store import NewerTokens
from bot.storage.sqlite_backup import ReportProgress, ignore_progress
from digests.types import frozen


@frozen
class Backup:
    """A backup that can be restored."""

    file: Path
    schema: str
    #: Bytes.
    size: int
    #: When it was made, or the latest moment in it; None if there is none.
    made_at: datetime | None
    #: Workspaces whose encrypted tokens are in it.
    sealed: int


@frozen
class RestoreResult:
    """What restoring changed in the data."""

    #: Posts that are read back.
    uncertain: int
    #: Due moments that are skipped.
    skipped: int
    #: Workspaces whose newer tokens were adopted, and those that were erased again.
    tokens: int = 0
    erased: int = 0
    #: What the backup defined besides the schema, and the restored database does not:
    #: types and names, such as «trigger audit».
    left_out: tuple[str, ...] = ()
    #: The replaced database; None if there was none.
    aside: Path | None = None


# ── making one ─────────────────────────────────────────────────────────────────


def choose_backup_path(file: Path, wanted: Path | None, now: datetime) -> Path:
    """Return `wanted`, or an unused path in it if it is a folder.

    The default folder is beside the database at `file`.
    """
    if wanted is not None and not wanted.is_dir():
        return wanted
    folder = wanted or file.parent / sqlite_backup.BACKUP_FOLDER
    return sqlite_backup.choose_free_path(folder, file.stem, now, file.suffix)


def create_backup(
    file: Path,
    target: Path,
    *,
    now: datetime,
    on_progress: ReportProgress = ignore_progress,
) -> Backup:
    """Copy the database at `file`, which may be in use.

    Raises:
        UserError: The target exists, or there is no database.
        ConfigurationError: It cannot be written, or the database is damaged.
    """
    if target.exists():
        raise UserError(f"{target} exists already. Name another file.")
    if not file.exists():
        raise UserError(f"There is no database yet at {file}.")
    part = target.with_name(f"{target.name}{sqlite_backup.PARTIAL_SUFFIX}")
    try:
        sqlite_backup.copy_database(file, part, on_progress=on_progress)
        looked = sqlite_backup.inspect_file(part)
        sqlite_backup.modify_file(part, restoration_store.mark_backup, now=now)
        sqlite_backup.finalize_copy(part, target)
    finally:
        part.unlink(missing_ok=True)
    return _describe(target, looked, made_at=now)


# ── restoring one ──────────────────────────────────────────────────────────


def inspect_backup(file: Path, database: Path) -> Backup:
    """Describe a backup before it is restored; it is not changed.

    Raises:
        UserError: There is no such file, it is not a backup of Standfirst, or it is the
            database to be replaced.
        ConfigurationError: It is damaged, or of a newer Standfirst.
    """
    looked = _inspect_other_file(file, database)
    made_at = sqlite_backup.query_file(file, restoration_store.find_backup_time)
    return _describe(file, looked, made_at)


def _describe(
    file: Path, looked: sqlite_backup.DatabaseFile, made_at: datetime | None
) -> Backup:
    sealed = sqlite_backup.query_file(file, restoration_store.count_installations) or 0
    schema, size = looked.schema, looked.size
    return Backup(file=file, schema=schema, size=size, made_at=made_at, sealed=sealed)


def find_lease_holder(file: Path, now: datetime) -> str | None:
    """Find who holds the lease; None also for an unreadable database."""
    return sqlite_backup.query_file(file, process_store.find_lease_holder, now=now)


def restore_backup(
    backup: Path,
    file: Path,
    *,
    now: datetime,
    published: bool = True,
    on_progress: ReportProgress = ignore_progress,
    at: Callable[[str], None] = lambda _: None,
) -> RestoreResult:
    """Replace the database at `file`, which is kept, with a backup.

    Args:
        backup: The file; it is not changed.
        file: The database; it need not exist.
        now: The present instant.
        published: Whether articles fetched before now count as published.
        on_progress: Called with the progress of copying.
        at: Called after each step; tests end the process there.

    Raises:
        UserError: The backup cannot be used, or is the database itself.
        ConfigurationError: It is damaged or newer, its tables were changed by another
            program, the database is open in one, or its folder cannot be written.
    """
    looked = _inspect_other_file(backup, file)
    sqlite_backup.checkpoint_file(file)
    new = file.with_name(f"{file.name}.restoring")
    aside = sqlite_backup.choose_free_path(file.parent, f"{file.name}.replaced", now)
    try:
        sqlite_backup.copy_database(backup, new, on_progress=on_progress)
        at("copied")
        tokens = sqlite_backup.query_file(file, restoration_store.list_newer_tokens)
        gone = sqlite_backup.query_file(file, restoration_store.list_erased_workspaces)
        left_out = sqlite_backup.drop_foreign_definitions(new, looked.schema)
        sqlite_backup.upgrade_file(new)
        found = sqlite_backup.modify_file(
            new,
            secure_restored_database,
            now=now,
            published=published,
            tokens=tokens or (),
            erased=gone or (),
        )
        at("made safe")
        sqlite_backup.checkpoint_file(new)
        # Another process may have opened it meanwhile.
        sqlite_backup.checkpoint_file(file)
        at("settled")
        kept = sqlite_backup.replace_file(new, file, aside, at=at)
    finally:
        sqlite_backup.discard_file(new)
    return replace(found, left_out=left_out, aside=aside if kept else None)


def secure_restored_database(
    conn: Connection,
    *,
    now: datetime,
    published: bool,
    tokens: Collection[NewerTokens] = (),
    erased: Collection[Erasure] = (),
) -> RestoreResult:
    """Cancel what a restored database wrongly regards as still to do.

    Args:
        conn: Connection to the restored database.
        now: The present instant.
        published: Whether articles fetched before now count as published.
        tokens: Those of the replaced database.
        erased: The workspaces whose erasure the replaced database has.
    """
    restoration_store.record_restoration(conn, now=now, published=published)
    restoration_store.skip_used_ids(conn)
    skipped = restoration_store.skip_due_occurrences(conn)
    reason = restoration_store.SKIPPED_REASON
    skipped += planning.skip_due_schedules(conn, now, reason)
    restoration_store.fail_open_notices(conn, now=now)
    # Somebody may have signed out since the backup was made.
    console_store.end_all_sessions(conn)
    draft_store.close_open_drafts(conn, reason, now)
    draft_message_store.fail_open_messages(conn, restoration_store.NOTICE_REASON, now)
    return RestoreResult(
        uncertain=restoration_store.mark_posts_uncertain(conn, now=now),
        skipped=skipped,
        tokens=restoration_store.adopt_newer_tokens(conn, tokens),
        erased=restoration_store.repeat_erasures(conn, erased, now=now),
    )


def _inspect_other_file(backup: Path, file: Path) -> sqlite_backup.DatabaseFile:
    looked = sqlite_backup.inspect_file(backup)
    if file.exists() and backup.samefile(file):
        raise UserError(f"{backup} is the database itself, not a backup of it.")
    sqlite_backup.refuse_changed_definitions(looked)
    return looked
