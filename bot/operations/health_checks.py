"""What the machine gives: the database and its disk, and the rules of time zones.

For whoever runs the bot, never for a workspace's editors.
"""

import shutil
import zoneinfo
from collections.abc import Collection, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.doctor.bounded import PATIENCE
from bot.errors import UserError
from bot.findings import Finding
from bot.restoring import FOLDER
from bot.schedules import zone_named
from bot.storage import checkup, workspaces
from bot.storage.database import Database

MB: Final = 1_000_000
#: Free bytes: below the first nothing can be relied on, below the second it is time.
FREE_LEAST: Final = 100 * MB
FREE_FEW: Final = 500 * MB
#: Bytes of a write-ahead log that nobody clears away.
LOG_LARGE: Final = 256 * MB
#: Years after which zones have changed somewhere.
ZONES_OLD: Final = 2


async def database(db: Database, now: datetime) -> Sequence[Finding]:
    """Whether it is whole, how old its backup is, and whether its disk has room."""
    # A little less than the check itself has: what it found so far is then told.
    wrong = await db.read(checkup.damage, seconds=PATIENCE * 0.8)
    kept = await db.read(workspaces.every)
    if wrong:
        fix = "stop the bot, and go back to a backup: standfirst restore FILE"
        return (Finding(subject="database", state="problem", text=wrong, fix=fix),)
    found = [
        Finding(
            subject="database",
            state="ok",
            text=f"{db.where}, workspaces: {len(kept)}",
        )
    ]
    if db.file is not None:
        found += of_backups(db.file, now)
        found += of_disk(shutil.disk_usage(db.file.parent).free, _size(db.file))
        found += of_log(_size(db.file.with_name(f"{db.file.name}-wal")))
    return found


def of_backups(file: Path, now: datetime) -> Sequence[Finding]:
    """How old the newest backup is that lies where backups usually do."""
    folder = file.parent / FOLDER
    made = [_made(kept) for kept in folder.glob(f"{file.stem}-*{file.suffix}")]
    if not made:
        text = f"none lies in {folder}; standfirst backup makes one"
        return (Finding(subject="backup", state="ok", text=text),)
    hours = max(0, round((now.timestamp() - max(made)) / 3600))
    old = f"{hours} h" if hours < 48 else f"{hours // 24} days"
    return (Finding(subject="backup", state="ok", text=f"the newest is {old} old"),)


def of_disk(free: int, database_size: int) -> list[Finding]:
    """Whether a disk has room for what comes, and for the copy before an upgrade."""
    few = max(FREE_FEW, database_size + FREE_LEAST)
    text = f"{free / MB:,.0f} MB are free, the database takes {database_size / MB:,.0f}"
    if free < FREE_LEAST:
        fix = "make room now: without it nothing is recorded, and so nothing is posted"
        return [Finding(subject="disk", state="problem", text=text, fix=fix)]
    if free < few:
        fix = "make room: an upgrade copies the database first"
        return [Finding(subject="disk", state="warning", text=text, fix=fix)]
    return [Finding(subject="disk", state="ok", text=text)]


def of_log(size: int) -> list[Finding]:
    """Whether what was written is put in its place from time to time."""
    if size <= LOG_LARGE:
        return []
    return [
        Finding(
            subject="database log",
            state="warning",
            text=f"{size / MB:,.0f} MB wait to be put in their place",
            fix="end other programs that have the database open, then start the bot "
            "again",
        )
    ]


def zones(used: Collection[str], now: datetime) -> Sequence[Finding]:
    """Whether the zones in use have rules here, and how old these are."""
    unknown = [name for name in sorted(used) if not _has_rules(name)]
    if unknown:
        return (
            Finding(
                subject="time zones",
                state="problem",
                text=f"there are no rules for {', '.join(unknown)}",
                fix="pip install --upgrade tzdata, or name another zone",
            ),
        )
    system = any(Path(folder, "UTC").exists() for folder in zoneinfo.TZPATH)
    packaged = version("tzdata")
    if system:
        text = f"the system's rules are used (the package's are of {packaged})"
        return (Finding(subject="time zones", state="ok", text=text),)
    return of_package(packaged, now.year)


def of_package(packaged: str, year: int) -> Sequence[Finding]:
    """How old the rules of the package are, by its version («2026.1»)."""
    first = packaged.split(".")[0]
    text = f"the package's rules are used, of {packaged}"
    if first.isdigit() and year - int(first) >= ZONES_OLD:
        fix = "pip install --upgrade tzdata: countries change their clocks"
        return (Finding(subject="time zones", state="warning", text=text, fix=fix),)
    return (Finding(subject="time zones", state="ok", text=text),)


def _has_rules(name: str) -> bool:
    try:
        zone_named(name)
    except UserError:
        return False
    return True


def _made(file: Path) -> float:
    """When it was last written; long ago where it is gone by now."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
