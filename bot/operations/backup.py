"""Back up the database and restore it, losing and repeating nothing.

    back_up    the database as it is at this moment → a file of its own, looked through
    restore    such a file → the database; what was there is kept beside it

A backup does not know what was posted after it was made, and no platform can list that.
Restoring therefore leans to silence. What it decides, and why:

- A post that was on its way when the backup was made is looked for in its channel.
  Found, it is adopted; not found, it is *held*: after so long, not to find it proves
  nothing (it may have been taken back since), and an admin decides.
- What is due by now is passed over, with that reason, also within the time in which a
  late edition would come after a mere standstill: it was probably posted.
- What came in, or was published, before the restoring counts as told: `at_hand` adds it
  to what readers were told, so that later articles are compared with it. What the bot
  had not told yet is thereby left out as well. `published=False` says otherwise.
- Keys leap, so that a button under a message that the backup does not know leads
  nowhere, and never to another story.
- Where the database that is replaced can be read, two things are taken from it: newer
  tokens of workspaces (the old ones were exchanged, and are good once), and which
  workspaces were erased for good since: they are erased again.

All of that is done to a copy beside the database, which then takes its place in one
step. A crash before leaves the database as it was, one after it leaves it restored;
restoring again is safe. On PostgreSQL the server's own tools copy and load, and
`make_safe` does the rest. Everything here blocks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import UserError
from bot.publishing import planning
from bot.storage import Connection, process_store, restoration_store, sqlite_backup
from bot.storage.sqlite_backup import ReportProgress, ignore_progress

#: The folder beside the database in which backups are kept.
BACKUP_FOLDER = "backups"
_NEW_SUFFIX, _REPLACED_SUFFIX = ".restoring", ".replaced"

StepHook = Callable[[str], None]


def _ignore_step(_step: str) -> None:
    """Nobody listens but the tests that end the process at a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A backup that can be restored."""

    file: Path
    schema: str
    #: Bytes.
    size: int
    #: When it was made, or the last moment that it knows of; None: it knows of none.
    made_at: datetime | None
    #: Workspaces whose tokens lie in it, sealed.
    sealed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreSummary:
    """What making it safe came to."""

    #: Posts that are looked for.
    doubted: int
    #: Moments that are passed over.
    passed_over: int
    #: Workspaces whose newer tokens were taken over, and that are erased again.
    tokens: int = 0
    erased: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreResult:
    """What was put in place."""

    found: RestoreSummary
    #: Where the database of before is kept; None: there was none.
    aside: Path | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _ReplacedState:
    """What the database that is replaced knows and its backup does not."""

    tokens: tuple[restoration_store.NewerTokens, ...] = ()
    erased: tuple[restoration_store.ErasedWorkspace, ...] = ()


# ── making one ─────────────────────────────────────────────────────────────────


def default_backup_path(file: Path, now: datetime) -> Path:
    """Where a backup goes when nobody says."""
    return backup_path_in(file, file.parent / BACKUP_FOLDER, now)


def backup_path_in(file: Path, folder: Path, now: datetime) -> Path:
    """A new name for a backup in a folder."""
    return sqlite_backup.choose_free_path(folder, file.stem, now, file.suffix)


def create_backup(
    file: Path,
    target: Path,
    *,
    now: datetime,
    on_progress: ReportProgress = ignore_progress,
) -> Backup:
    """Copy the database at `file`; whoever uses it goes on.

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
    sealed = sqlite_backup.query_file(target, restoration_store.count_installations)
    return Backup(
        file=target,
        schema=looked.schema,
        size=looked.size,
        made_at=now,
        sealed=sealed or 0,
    )


# ── going back to one ──────────────────────────────────────────────────────────


def inspect_backup(file: Path, database: Path) -> Backup:
    """What can be said of a backup before it is restored; it is not changed.

    Raises:
        UserError: There is no such file, it is no backup of Standfirst's, or it is the
            database that is to be replaced.
        ConfigurationError: It is damaged, or of a newer Standfirst.
    """
    looked = _inspect_other_file(file, database)
    return Backup(
        file=file,
        schema=looked.schema,
        size=looked.size,
        made_at=sqlite_backup.query_file(file, restoration_store.find_backup_time),
        sealed=sqlite_backup.query_file(file, restoration_store.count_installations)
        or 0,
    )


def find_lease_holder(file: Path, *, name: str, now: datetime) -> str | None:
    """Who has the lease of this name in the database, as far as it can be read."""
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
    """Put a backup in the place of the database at `file`, which is kept.

    Args:
        backup: The file; it stays as it is.
        file: The database, or where there is to be one.
        now: The time.
        published: What was published before now counts as told.
        on_progress: Hears how far the copying is.
        at: Hears of each step as it is done.

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
        # Somebody may have begun to use it meanwhile.
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
    """Let a database that was a backup forget what it only believes is still to do."""
    newer = remembered or _ReplacedState()
    restoration_store.record_restoration(conn, now=now, told=published)
    restoration_store.skip_used_ids(conn)
    waiting = restoration_store.skip_due_occurrences(conn)
    restoration_store.fail_open_notices(conn, now=now)
    return RestoreSummary(
        doubted=restoration_store.mark_posts_uncertain(conn, now=now),
        passed_over=waiting
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
