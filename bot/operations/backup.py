"""Backups, and the way back to one: nothing is lost, and nothing told a second time.

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
  had not told yet is thereby left out as well. `told=False` says otherwise.
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

from bot import planning
from bot.errors import UserError
from bot.storage import Connection, backups, leases, restorations
from bot.storage.backups import Tell, untold

#: The folder beside the database in which backups are kept.
FOLDER = "backups"
_NEW, _OLD = ".restoring", ".replaced"

At = Callable[[str], None]


def _unwatched(_step: str) -> None:
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
class Found:
    """What making it safe came to."""

    #: Posts that are looked for.
    doubted: int
    #: Moments that are passed over.
    passed_over: int
    #: Workspaces whose newer tokens were taken over, and that are erased again.
    tokens: int = 0
    erased: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was put in place."""

    found: Found
    #: Where the database of before is kept; None: there was none.
    aside: Path | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Remembered:
    """What the database that is replaced knows and its backup does not."""

    tokens: tuple[restorations.Tokens, ...] = ()
    erased: tuple[restorations.Erased, ...] = ()


# ── making one ─────────────────────────────────────────────────────────────────


def usual_name(file: Path, now: datetime) -> Path:
    """Where a backup goes when nobody says."""
    return named(file, file.parent / FOLDER, now)


def named(file: Path, folder: Path, now: datetime) -> Path:
    """A new name for a backup in a folder."""
    return backups.free_name(folder, file.stem, now, file.suffix)


def back_up(file: Path, target: Path, *, now: datetime, tell: Tell = untold) -> Backup:
    """Copy the database at `file`; whoever uses it goes on.

    Raises:
        UserError: The target exists, or there is no database.
        ConfigurationError: It cannot be written, or the database is damaged.
    """
    if target.exists():
        raise UserError(f"{target} exists already. Name another file.")
    if not file.exists():
        raise UserError(f"There is no database yet at {file}.")
    part = target.with_name(f"{target.name}{backups.PART}")
    try:
        backups.copy(file, part, tell=tell)
        looked = backups.look(part)
        backups.within(part, restorations.mark, now=now)
        backups.publish(part, target)
    finally:
        part.unlink(missing_ok=True)
    sealed = backups.asked(target, restorations.sealed)
    return Backup(
        file=target,
        schema=looked.schema,
        size=looked.size,
        made_at=now,
        sealed=sealed or 0,
    )


# ── going back to one ──────────────────────────────────────────────────────────


def look(file: Path, database: Path) -> Backup:
    """What can be said of a backup before it is restored; it is not changed.

    Raises:
        UserError: There is no such file, it is no backup of Standfirst's, or it is the
            database that is to be replaced.
        ConfigurationError: It is damaged, or of a newer Standfirst.
    """
    looked = _looked(file, database)
    return Backup(
        file=file,
        schema=looked.schema,
        size=looked.size,
        made_at=backups.asked(file, restorations.made_at),
        sealed=backups.asked(file, restorations.sealed) or 0,
    )


def holder(file: Path, *, name: str, now: datetime) -> str | None:
    """Who has the lease of this name in the database, as far as it can be read."""
    if not file.exists():
        return None
    return backups.asked(file, leases.holding, name=name, now=now)


def restore(
    backup: Path,
    file: Path,
    *,
    now: datetime,
    told: bool = True,
    tell: Tell = untold,
    at: At = _unwatched,
) -> Restored:
    """Put a backup in the place of the database at `file`, which is kept.

    Args:
        backup: The file; it stays as it is.
        file: The database, or where there is to be one.
        now: The time.
        told: What was published before now counts as told.
        tell: Hears how far the copying is.
        at: Hears of each step as it is done.

    Raises:
        UserError: The backup cannot be used, or is the database itself.
        ConfigurationError: It is damaged or newer, the database is open in another
            program, or its folder cannot be written.
    """
    _looked(backup, file)
    there = file.exists()
    if there:
        backups.settle(file)
    new = file.with_name(f"{file.name}{_NEW}")
    aside = backups.free_name(file.parent, f"{file.name}{_OLD}", now)
    try:
        backups.copy(backup, new, tell=tell)
        at("copied")
        remembered = _remembered(file) if there else _Remembered()
        backups.upgrade(new)
        found = backups.within(
            new, make_safe, now=now, told=told, remembered=remembered
        )
        at("made safe")
        backups.settle(new)
        # Somebody may have begun to use it meanwhile.
        if there:
            backups.settle(file)
        at("settled")
        kept = backups.replace(new, file, aside, at=at)
    finally:
        backups.discard(new)
    return Restored(found=found, aside=aside if kept else None)


def make_safe(
    conn: Connection,
    *,
    now: datetime,
    told: bool,
    remembered: _Remembered | None = None,
) -> Found:
    """Let a database that was a backup forget what it only believes is still to do."""
    newer = remembered or _Remembered()
    restorations.record(conn, now=now, told=told)
    restorations.leap(conn)
    waiting = restorations.pass_over(conn)
    restorations.give_up_notices(conn, now=now)
    return Found(
        doubted=restorations.doubt(conn, now=now),
        passed_over=waiting + planning.pass_over(conn, now, restorations.PASSED_OVER),
        tokens=restorations.take_over(conn, newer.tokens),
        erased=restorations.erase_again(conn, newer.erased, now=now),
    )


def _looked(backup: Path, file: Path) -> backups.Looked:
    looked = backups.look(backup)
    if file.exists() and backup.samefile(file):
        raise UserError(f"{backup} is the database itself, not a backup of it.")
    return looked


def _remembered(file: Path) -> _Remembered:
    tokens = backups.asked(file, restorations.tokens)
    erased = backups.asked(file, restorations.erased)
    return _Remembered(tokens=tokens or (), erased=erased or ())
