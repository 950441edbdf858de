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

All of this is done to a copy beside the database, which then replaces it in one step. A
crash before that leaves the database as it was, one after it leaves it restored;
restoring again is safe. On PostgreSQL, the server's own tools copy and load, and
`secure_restored_database` does the rest. Everything here blocks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import UserError
from bot.publishing import planning
from bot.storage import Connection, process_store, restoration_store, sqlite_backup
from bot.storage.sqlite_backup import ReportProgress, ignore_progress

_NEW_SUFFIX, _REPLACED_SUFFIX = ".restoring", ".replaced"

StepHook = Callable[[str], None]


def _ignore_step(_step: str) -> None:
    """The default; tests end the process at a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreSummary:
    """What restoring changed in the data."""

    #: Posts that are read back.
    uncertain: int
    #: Due moments that are skipped.
    skipped: int
    #: Workspaces whose newer tokens were adopted, and those that were erased again.
    tokens: int = 0
    erased: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreResult:
    """A restored database."""

    found: RestoreSummary
    #: The replaced database; None if there was none.
    aside: Path | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _ReplacedState:
    """State that only the replaced database has."""

    tokens: tuple[restoration_store.NewerTokens, ...] = ()
    erased: tuple[restoration_store.ErasedWorkspace, ...] = ()


# ── making one ─────────────────────────────────────────────────────────────────


def default_backup_path(file: Path, now: datetime) -> Path:
    """Build the default path of a backup."""
    return backup_path_in(file, file.parent / sqlite_backup.BACKUP_FOLDER, now)


def backup_path_in(file: Path, folder: Path, now: datetime) -> Path:
    """Build an unused path for a backup in a folder."""
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
    sealed = sqlite_backup.query_file(file, restoration_store.count_installations)
    return Backup(
        file=file,
        schema=looked.schema,
        size=looked.size,
        made_at=made_at,
        sealed=sealed or 0,
    )


def find_lease_holder(file: Path, *, name: str, now: datetime) -> str | None:
    """Find who holds the lease of this name; None also for an unreadable database."""
    if not file.exists():
        return None
    return sqlite_backup.query_file(
        file, process_store.find_current_lease_holder, name=name, now=now
    )


def restore_backup(
    backup: Path,
    file: Path,
    *,
    now: datetime,
    published: bool = True,
    on_progress: ReportProgress = ignore_progress,
    at: StepHook = _ignore_step,
) -> RestoreResult:
    """Replace the database at `file`, which is kept, with a backup.

    Args:
        backup: The file; it is not changed.
        file: The database; it need not exist.
        now: The present instant.
        published: Whether articles fetched before now count as published.
        on_progress: Called with the progress of copying.
        at: Called after each step.

    Raises:
        UserError: The backup cannot be used, or is the database itself.
        ConfigurationError: It is damaged or newer, the database is open in another
            program, or its folder cannot be written.
    """
    _inspect_other_file(backup, file)
    there = file.exists()
    if there:
        sqlite_backup.checkpoint_file(file)
    new = file.with_name(f"{file.name}{_NEW_SUFFIX}")
    aside = sqlite_backup.choose_free_path(
        file.parent, f"{file.name}{_REPLACED_SUFFIX}", now
    )
    try:
        sqlite_backup.copy_database(backup, new, on_progress=on_progress)
        at("copied")
        remembered = _load_replaced_state(file) if there else _ReplacedState()
        sqlite_backup.upgrade_file(new)
        found = sqlite_backup.modify_file(
            new,
            secure_restored_database,
            now=now,
            published=published,
            remembered=remembered,
        )
        at("made safe")
        sqlite_backup.checkpoint_file(new)
        # Another process may have opened it meanwhile.
        if there:
            sqlite_backup.checkpoint_file(file)
        at("settled")
        kept = sqlite_backup.replace_file(new, file, aside, at=at)
    finally:
        sqlite_backup.discard_file(new)
    return RestoreResult(found=found, aside=aside if kept else None)


def secure_restored_database(
    conn: Connection,
    *,
    now: datetime,
    published: bool,
    remembered: _ReplacedState | None = None,
) -> RestoreSummary:
    """Cancel what a restored database wrongly regards as still to do."""
    newer = remembered or _ReplacedState()
    restoration_store.record_restoration(conn, now=now, published=published)
    restoration_store.skip_used_ids(conn)
    waiting = restoration_store.skip_due_occurrences(conn)
    restoration_store.fail_open_notices(conn, now=now)
    return RestoreSummary(
        uncertain=restoration_store.mark_posts_uncertain(conn, now=now),
        skipped=waiting
        + planning.skip_due_schedules(conn, now, restoration_store.SKIPPED_REASON),
        tokens=restoration_store.adopt_newer_tokens(conn, newer.tokens),
        erased=restoration_store.repeat_erasures(conn, newer.erased, now=now),
    )


def _inspect_other_file(backup: Path, file: Path) -> sqlite_backup.DatabaseFile:
    looked = sqlite_backup.inspect_file(backup)
    if file.exists() and backup.samefile(file):
        raise UserError(f"{backup} is the database itself, not a backup of it.")
    return looked


def _load_replaced_state(file: Path) -> _ReplacedState:
    tokens = sqlite_backup.query_file(file, restoration_store.list_newer_tokens)
    erased = sqlite_backup.query_file(file, restoration_store.list_erased_workspaces)
    return _ReplacedState(tokens=tokens or (), erased=erased or ())
