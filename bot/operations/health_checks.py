"""Checks of the database, the machine and the platforms, each with a time limit.

For whoever runs the bot, never for a workspace's editors.

What is asked is the platform's own `Examiner`; this decides which questions, and what
the answers mean for the digests. Nothing is changed anywhere.
"""

import asyncio
import shutil
import zoneinfo
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.errors import SendError, UserError
from bot.model import Destination, Finding, PlatformIdentity, Workspace
from bot.operations.backup import BACKUP_FOLDER
from bot.ports import Clock, Examiner
from bot.schedules.calendar import load_zone
from bot.storage import Database, sqlite_files, workspace_store

MB: Final = 1_000_000
#: Free bytes: below the first nothing can be relied on, below the second it is time.
MIN_FREE_BYTES: Final = 100 * MB
LOW_FREE_BYTES: Final = 500 * MB
#: Bytes of a write-ahead log that nobody clears away.
LARGE_LOG_BYTES: Final = 256 * MB
#: Years after which zones have changed somewhere.
OLD_ZONES_YEARS: Final = 2


async def check_database(db: Database, now: datetime) -> Sequence[Finding]:
    """Whether it is whole, how old its backup is, and whether its disk has room."""
    # A little less than the check itself has: what it found so far is then told.
    wrong = await db.read(sqlite_files.find_damage, seconds=CHECK_TIMEOUT * 0.8)
    kept = await db.read(workspace_store.list_workspaces)
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
        found += check_backups(db.file, now)
        found += check_disk(shutil.disk_usage(db.file.parent).free, _file_size(db.file))
        found += check_log_size(_file_size(db.file.with_name(f"{db.file.name}-wal")))
    return found


def check_backups(file: Path, now: datetime) -> Sequence[Finding]:
    """How old the newest backup is that lies where backups usually do."""
    folder = file.parent / BACKUP_FOLDER
    made = [_modified_at(kept) for kept in folder.glob(f"{file.stem}-*{file.suffix}")]
    if not made:
        text = f"none lies in {folder}; standfirst backup makes one"
        return (Finding(subject="backup", state="ok", text=text),)
    hours = max(0, round((now.timestamp() - max(made)) / 3600))
    old = f"{hours} h" if hours < 48 else f"{hours // 24} days"
    return (Finding(subject="backup", state="ok", text=f"the newest is {old} old"),)


def check_disk(free: int, database_size: int) -> list[Finding]:
    """Whether a disk has room for what comes, and for the copy before an upgrade."""
    few = max(LOW_FREE_BYTES, database_size + MIN_FREE_BYTES)
    text = f"{free / MB:,.0f} MB are free, the database takes {database_size / MB:,.0f}"
    if free < MIN_FREE_BYTES:
        fix = "make room now: without it nothing is recorded, and so nothing is posted"
        return [Finding(subject="disk", state="problem", text=text, fix=fix)]
    if free < few:
        fix = "make room: an upgrade copies the database first"
        return [Finding(subject="disk", state="warning", text=text, fix=fix)]
    return [Finding(subject="disk", state="ok", text=text)]


def check_log_size(size: int) -> list[Finding]:
    """Whether what was written is put in its place from time to time."""
    if size <= LARGE_LOG_BYTES:
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


def check_zones(used: Collection[str], now: datetime) -> Sequence[Finding]:
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
    return check_zone_package(packaged, now.year)


def check_zone_package(packaged: str, year: int) -> Sequence[Finding]:
    """How old the rules of the package are, by its version («2026.1»)."""
    first = packaged.split(".")[0]
    text = f"the package's rules are used, of {packaged}"
    if first.isdigit() and year - int(first) >= OLD_ZONES_YEARS:
        fix = "pip install --upgrade tzdata: countries change their clocks"
        return (Finding(subject="time zones", state="warning", text=text, fix=fix),)
    return (Finding(subject="time zones", state="ok", text=text),)


def _has_rules(name: str) -> bool:
    try:
        load_zone(name)
    except UserError:
        return False
    return True


def _modified_at(file: Path) -> float:
    """When it was last written; long ago where it is gone by now."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _file_size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


#: A clock that is further off posts at visibly wrong times.
CLOCK_TOLERANCE: Final = timedelta(seconds=30)
#: Channels of a workspace that are looked at; the others are only counted.
MAX_CHANNELS: Final = 200


async def check_platform(name: str, examiner: Examiner, clock: Clock) -> list[Finding]:
    """The token, what it may, the two clocks, and whether commands can come in."""

    async def identity() -> Sequence[Finding]:
        found = await examiner.identity()
        now = clock.now()
        return (
            _identity_finding(name, found),
            *found.findings,
            *check_clock(name, found.clock, now),
        )

    async def reach() -> Sequence[Finding]:
        return (await examiner.reach(),)

    found = await run_check(name, identity)
    if any(one.subject == name and one.state == "problem" for one in found):
        # Nothing else can be seen without a token.
        return found
    return [*found, *await run_check(f"{name} connection", reach)]


async def check_channels(
    examiner: Examiner, workspace: Workspace, places: Sequence[Destination]
) -> list[Finding]:
    """What the bot may do in the channels that digests are posted to."""

    def check(place: Destination) -> tuple[str, RunCheck]:
        subject = f"{workspace.platform} #{place.name}"

        async def look() -> Sequence[Finding]:
            found = await examiner.channel(
                workspace.external_id, place.channel, subject
            )
            return (found,)

        return subject, look

    found = await run_checks([check(place) for place in places[:MAX_CHANNELS]])
    if len(places) > MAX_CHANNELS:
        found.append(
            Finding(
                subject=f"{workspace.platform} {workspace.name}",
                state="warning",
                text=f"{len(places) - MAX_CHANNELS} more channels were not looked at",
            )
        )
    return found


def check_clock(name: str, theirs: datetime | None, ours: datetime) -> list[Finding]:
    """How far this machine's clock is off, by what a platform says the time is."""
    if theirs is None:
        return []
    off = ours - theirs
    seconds = abs(off.total_seconds())
    if abs(off) <= CLOCK_TOLERANCE:
        text = f"it agrees with {name}'s within {CLOCK_TOLERANCE.seconds} seconds"
        return [Finding(subject="clock", state="ok", text=text)]
    side = "ahead of" if off > timedelta(0) else "behind"
    return [
        Finding(
            subject="clock",
            state="problem",
            text=f"this machine's clock is {seconds:.0f} seconds {side} {name}'s",
            fix="set it, best by the network (timedatectl set-ntp true): until then "
            "digests come at wrong times",
        )
    ]


def _identity_finding(name: str, found: PlatformIdentity) -> Finding:
    of = f", application {found.application}" if found.application else ""
    if not found.places:
        return Finding(
            subject=name,
            state="warning",
            text=f"the token is of {found.bot}{of}, which is in no server",
            fix="invite it: standfirst setup prints the address",
        )
    text = f"the token is of {found.bot}{of}"
    return Finding(subject=name, state="ok", text=text)


RunCheck = Callable[[], Awaitable[Sequence[Finding]]]
#: Seconds that one check may take.
CHECK_TIMEOUT = 10.0
#: Checks of the same kind under way at once.
CONCURRENT_CHECKS = 8


async def run_check(
    subject: str, check: RunCheck, patience: float = CHECK_TIMEOUT
) -> list[Finding]:
    """What the check finds; that it failed, or did not end, is a finding, too."""
    try:
        async with asyncio.timeout(patience):
            return list(await check())
    except TimeoutError:
        text = f"this check did not end within {patience:g} seconds"
        fix = "look at the network and the disk, then run the doctor again"
    except SendError as error:
        text, fix = str(error), ""
    except Exception as error:
        text = f"This check itself failed: {type(error).__name__}: {error}"
        fix = ""
    return [Finding(subject=subject, state="problem", text=text, fix=fix)]


async def run_checks(checks: Sequence[tuple[str, RunCheck]]) -> list[Finding]:
    """The findings of many checks, in the order of the checks."""
    places = asyncio.Semaphore(CONCURRENT_CHECKS)

    async def one(subject: str, check: RunCheck) -> list[Finding]:
        async with places:
            return await run_check(subject, check)

    found = await asyncio.gather(*(one(*check) for check in checks))
    return [finding for some in found for finding in some]
