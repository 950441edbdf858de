"""Checks of the database, the machine and the platforms, each with a time limit.

For the operator, not for the editors of a workspace. A platform answers through its
`Examiner`; this module decides what to ask and how serious each answer is. Read-only.
"""

import asyncio
import shutil
import zoneinfo
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.delivery.card_pictures import DrawCard
from bot.errors import SendError, UserError
from bot.model import Destination, Finding, JobStatus, PlatformIdentity, Workspace
from bot.model.findings import mark_findings
from bot.model.jobs import LOST_AFTER
from bot.ports import Clock, Examiner
from bot.schedules.calendar import load_zone
from bot.storage import (
    Database,
    job_store,
    process_store,
    server_clock,
    sqlite_backup,
    sqlite_files,
    workspace_store,
)
from digests.cards.wording import CardDesign, CardWording
from digests.errors import DigestsError
from digests.messages import Message

MB: Final = 1_000_000
#: Free bytes under which nothing works reliably.
MIN_FREE_BYTES: Final = 100 * MB
#: Free bytes under which the operator is warned.
LOW_FREE_BYTES: Final = 500 * MB
#: Bytes of a write-ahead log that is no longer checkpointed.
LARGE_LOG_BYTES: Final = 256 * MB
#: Age in years at which time zone rules are out of date.
OLD_ZONES_YEARS: Final = 2
#: Offset of the machine's clock at which posts are visibly late or early.
CLOCK_TOLERANCE: Final = timedelta(seconds=30)
#: How long a job may wait before more workers are advised.
LONG_WAIT: Final = timedelta(minutes=1)
#: Channels checked per workspace; the rest are only counted.
MAX_CHANNELS: Final = 200
#: Seconds that one check may take.
CHECK_TIMEOUT = 10.0
#: Checks of the same kind that run at once.
CONCURRENT_CHECKS = 8

#: The text of a finding about a check that took too long.
UNFINISHED: Final = "this check did not end within {n} seconds"

RunCheck = Callable[[], Awaitable[Sequence[Finding]]]


async def run_check(
    subject: str, check: RunCheck, patience: float = CHECK_TIMEOUT
) -> list[Finding]:
    """Run one check; a failure or a timeout becomes a finding."""
    fix = ""
    try:
        async with asyncio.timeout(patience):
            return list(await check())
    except TimeoutError:
        text = Message(UNFINISHED, n=f"{patience:g}")
        fix = "check the network and the disk, then run the doctor again"
    except SendError as error:
        text = error.message
    except Exception as error:
        text = Message(
            "this check failed: {error}", error=f"{type(error).__name__}: {error}"
        )
    return [Finding.problem(subject, text, fix)]


async def run_checks(checks: Sequence[tuple[str, RunCheck]]) -> list[Finding]:
    """Run several checks concurrently; findings come in the order of the checks."""
    places = asyncio.Semaphore(CONCURRENT_CHECKS)

    async def run_one(subject: str, check: RunCheck) -> list[Finding]:
        async with places:
            return await run_check(subject, check)

    found = await asyncio.gather(*(run_one(*check) for check in checks))
    return [finding for some in found for finding in some]


# ── the machine ────────────────────────────────────────────────────────────────


async def check_database(db: Database, now: datetime) -> Sequence[Finding]:
    """Check the database's integrity, the age of its backup and the free disk space."""
    # Shorter than the check's own limit, so that a partial result is still reported.
    wrong = await db.read(sqlite_files.find_damage, seconds=CHECK_TIMEOUT * 0.8)
    kept = await db.read(workspace_store.list_workspaces)
    if wrong:
        fix = "stop the bot, and go back to a backup: standfirst restore FILE"
        return (Finding.problem("database", wrong, fix),)
    found = [Finding.ok("database", f"{db.where}, workspaces: {len(kept)}")]
    if db.file is not None:
        found += mark_findings("backup", check_backups(db.file, now))
        free, size = shutil.disk_usage(db.file.parent).free, db.file.stat().st_size
        wal = db.file.with_name(f"{db.file.name}-wal")
        found += mark_findings("disk", check_disk(free, size))
        log_size = wal.stat().st_size if wal.exists() else 0
        found += mark_findings("database-log", check_log_size(log_size))
    return found


async def check_server_clock(db: Database) -> Sequence[Finding]:
    """Compare this machine's clock with the database server's, if there is one."""
    if db.server_clock is None or db.server_clock.offset is None:
        return ()
    offset = db.server_clock.offset
    seconds = abs(round(offset.total_seconds()))
    if abs(offset) <= server_clock.CLOCK_TOLERANCE:
        text = Message("it agrees with the database server's")
        return (Finding.ok("clock", text),)
    text = Message(
        "this machine's clock is {n} seconds ahead of the database server's, which is "
        "used for everything"
        if offset > timedelta(0)
        else "this machine's clock is {n} seconds behind the database server's, which "
        "is used for everything",
        n=seconds,
    )
    fix = "set both over the network (timedatectl set-ntp true)"
    return (Finding.warning("clock", text, fix),)


async def check_jobs(db: Database, now: datetime) -> Sequence[Finding]:
    """Report when each job of the running process ran last and will run next."""
    holder = await db.read(process_store.find_lease_holder, now=now)
    statuses = await db.read(process_store.list_job_statuses) if holder else ()
    return [
        *(_job_finding(status) for status in statuses),
        *await _check_workers(db, now),
    ]


async def _check_workers(db: Database, now: datetime) -> Sequence[Finding]:
    """Check that somebody does the jobs that wait, where processes share the work."""
    state = await db.read(job_store.find_queue_state, LOST_AFTER)
    waiting = sum(state.waiting.values()) if state else 0
    if state is None or not (waiting or state.has_workers):
        return ()
    seconds = round(state.longest_wait.total_seconds())
    text = f"jobs that wait: {waiting}, the oldest for {seconds} s"
    if not state.has_workers:
        fix = "start «standfirst run --role worker»"
        return (Finding.problem("workers", f"no worker runs; {text}", fix),)
    if state.longest_wait > LONG_WAIT:
        fix = "start another «standfirst run --role worker»"
        return (Finding.warning("workers", text, fix),)
    return (Finding.ok("workers", text),)


def _job_finding(status: JobStatus) -> Finding:
    subject = f"job {status.name}"
    last = f"{status.last_run:%H:%M:%S} UTC" if status.last_run else "not yet"
    text = f"last run: {last}, next run: {status.next_run:%H:%M:%S} UTC"
    if status.failures:
        failed = f"{text}; runs that failed in a row: {status.failures}"
        return Finding.warning(subject, failed, "search the log for «job failed»")
    return Finding.ok(subject, text)


def check_backups(file: Path, now: datetime) -> Sequence[Finding]:
    """Report the age of the newest backup in the default backup folder."""
    folder = file.parent / sqlite_backup.BACKUP_FOLDER
    made = [kept.stat().st_mtime for kept in folder.glob(f"{file.stem}-*{file.suffix}")]
    if not made:
        text = f"there is none in {folder}; standfirst backup makes one"
        return (Finding.ok("backup", text),)
    hours = max(0, round((now.timestamp() - max(made)) / 3600))
    old = f"{hours} h" if hours < 48 else f"{hours // 24} days"
    return (Finding.ok("backup", f"the newest is {old} old"),)


def check_disk(free: int, database_size: int) -> list[Finding]:
    """Check that the disk has space for new data and for the copy before an upgrade."""
    few = max(LOW_FREE_BYTES, database_size + MIN_FREE_BYTES)
    text = f"{free / MB:,.0f} MB are free, the database takes {database_size / MB:,.0f}"
    if free < MIN_FREE_BYTES:
        fix = "free some space now: without it nothing is recorded or posted"
        return [Finding.problem("disk", text, fix)]
    if free < few:
        fix = "free some space: an upgrade copies the database first"
        return [Finding.warning("disk", text, fix)]
    return [Finding.ok("disk", text)]


def check_log_size(size: int) -> list[Finding]:
    """Check that the write-ahead log is checkpointed."""
    if size <= LARGE_LOG_BYTES:
        return []
    text = f"{size / MB:,.0f} MB are not yet written back to the database"
    fix = "close other programs that use the database, then start the bot again"
    return [Finding.warning("database log", text, fix)]


def check_zones(used: Collection[str], now: datetime) -> Sequence[Finding]:
    """Check that every zone in use has rules, and that the rules are recent."""
    unknown = []
    for name in sorted(used):
        try:
            load_zone(name)
        except UserError:
            unknown.append(name)
    if unknown:
        fix = "pip install --upgrade tzdata, or name another zone"
        text = f"there are no rules for {', '.join(unknown)}"
        return (Finding.problem("time zones", text, fix),)
    packaged = version("tzdata")
    if any(Path(folder, "UTC").exists() for folder in zoneinfo.TZPATH):
        text = f"the system's rules are used (the package's are of {packaged})"
        return (Finding.ok("time zones", text),)
    return check_zone_package(packaged, now.year)


def check_zone_package(packaged: str, year: int) -> Sequence[Finding]:
    """Check the age of the tzdata package by its version («2026.1»)."""
    first = packaged.split(".")[0]
    text = f"the package's rules are used, of {packaged}"
    if first.isdigit() and year - int(first) >= OLD_ZONES_YEARS:
        fix = "pip install --upgrade tzdata: countries change their clocks"
        return (Finding.warning("time zones", text, fix),)
    return (Finding.ok("time zones", text),)


# ── the platforms ──────────────────────────────────────────────────────────────


async def check_drawing(draw_card: DrawCard) -> Sequence[Finding]:
    """Draw a card: where that does not work, quotes are posted as text only."""
    wording = CardWording(
        quote="Word for word", opening="“", closing="”", speaker="Standfirst"
    )
    try:
        await draw_card(wording, CardDesign())
    except (DigestsError, OSError) as error:
        text = Message(
            "quotes cannot be drawn as pictures ({reason}); they are posted as text",
            reason=error,
        )
        fix = Message(
            "install Standfirst again; if the package «typst» does not exist for this "
            "machine, set the digests' quotes as pictures to «off»"
        )
        return [Finding.warning("pictures", text, fix)]
    return []


async def check_platform(name: str, examiner: Examiner, clock: Clock) -> list[Finding]:
    """Check the token, its permissions, the clock, and that commands can arrive."""

    async def identity() -> Sequence[Finding]:
        found = await examiner.identity()
        clocks = mark_findings("clock", check_clock(name, found.clock, clock.now()))
        return (_identity_finding(name, found), *found.findings, *clocks)

    async def reach() -> Sequence[Finding]:
        return (await examiner.reach(),)

    found = mark_findings("platform", await run_check(name, identity))
    if any(one.subject == name and one.state == "problem" for one in found):
        # Without a valid token every other check would fail as well.
        return found
    reached = await run_check(f"{name} connection", reach)
    return [*found, *mark_findings("connection", reached)]


async def check_channels(
    examiner: Examiner, workspace: Workspace, places: Sequence[Destination]
) -> list[Finding]:
    """Check what the bot may do in the channels that digests post to."""

    async def check(channel: str, subject: str) -> Sequence[Finding]:
        return (await examiner.channel(workspace.external_id, channel, subject),)

    checks: list[tuple[str, RunCheck]] = []
    for place in places[:MAX_CHANNELS]:
        subject = f"{workspace.platform} #{place.name}"
        checks.append((subject, partial(check, place.channel, subject)))
    found = await run_checks(checks)
    if (more := len(places) - MAX_CHANNELS) > 0:
        text = Message("{n} more channels were not checked", n=more)
        found.append(Finding.warning(f"{workspace.platform} {workspace.name}", text))
    return found


def check_clock(name: str, theirs: datetime | None, ours: datetime) -> list[Finding]:
    """Compare this machine's clock with a platform's; nothing if that is unknown."""
    if theirs is None:
        return []
    off = round((ours - theirs).total_seconds())
    if abs(ours - theirs) <= CLOCK_TOLERANCE:
        text = Message(
            "it agrees with {platform}'s clock within {n} seconds",
            platform=name,
            n=CLOCK_TOLERANCE.seconds,
        )
        return [Finding.ok("clock", text)]
    text = Message(
        "this machine's clock is {n} seconds ahead of {platform}'s"
        if off > 0
        else "this machine's clock is {n} seconds behind {platform}'s",
        n=abs(off),
        platform=name,
    )
    fix = (
        "set it, preferably over the network (timedatectl set-ntp true); until then "
        "digests come at wrong times"
    )
    return [Finding.problem("clock", text, fix)]


def _identity_finding(name: str, found: PlatformIdentity) -> Finding:
    bot, app = found.bot, found.application
    if not found.places:
        text = Message(
            "the token belongs to {bot}, which is not in any server", bot=bot
        )
        fix = "invite it: standfirst setup prints the address"
        return Finding.warning(name, text, fix)
    text = Message("the token belongs to {bot}", bot=bot)
    if app:
        text = Message("the token belongs to {bot}, application {id}", bot=bot, id=app)
    return Finding.ok(name, text)
