"""`standfirst backup, restore`: says what will happen, asks, and says what happened."""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import (
    OK,
    USAGE,
    Flag,
    Json,
    counted,
    print_json,
    say,
    warn,
)

if TYPE_CHECKING:
    from bot.restoring import Backup, Restored
    from bot.settings import Settings

#: From so many bytes on it is said how far it is.
LARGE = 64 * 2**20
MB = 1_000_000

SEALED = (
    "Tokens of {installations} lie in it, sealed with "
    "STANDFIRST_SECRET_KEY, which it does not hold: keep that key as well, in another "
    "place. Without it they have to install the app again."
)
PRIVATE = (
    "Keep it as safe as the database: it holds addresses of private feeds{key}. It "
    "holds no token of .env."
)
DUMP = (
    "The data is on PostgreSQL, whose own command makes the backup: "
    "pg_dump --format=custom --file=standfirst.dump --dbname='{address}' (it asks for "
    "the password)."
)
LOAD = (
    "The data is on PostgreSQL, whose own command loads a backup: stop the bot, then "
    "pg_restore --clean --if-exists --dbname='{address}' FILE (it asks for the "
    "password), then «standfirst restore» without a file, before the bot starts again."
)
RUNS = "Standfirst is running ({holder}). Stop it first; nothing was changed."


def backup(file: Path | None = None, *, json: Json = False) -> int:
    """Copy the database to a file, also while the bot runs.

    Args:
        file: Where to; a folder will do. Usually: «backups» beside the database.
        json: Print what was made as JSON.
    """
    from bot import restoring
    from bot.app import SystemClock
    from bot.errors import UserError

    settings = _settings()
    database = _file_of(settings)
    if database is None:
        raise UserError(DUMP.format(address=_address(settings)))
    now = SystemClock().now()
    target = file.expanduser().absolute() if file is not None else None
    if target is None:
        target = restoring.usual_name(database, now)
    elif target.is_dir():
        target = restoring.named(database, target, now)
    made = restoring.back_up(database, target, now=now, tell=progress(database))
    if json:
        print_json({"file": str(made.file), "bytes": made.size, "schema": made.schema})
        return OK
    say(f"The backup is {made.file} ({_large(made.size)}); it is whole.")
    if made.sealed:
        say(SEALED.format(installations=counted(made.sealed, "Slack workspace")))
    signs = "" if settings.secret_key else " and the key that signs buttons"
    say(PRIVATE.format(key=signs))
    return OK


def restore(
    file: Path | None = None,
    *,
    tell_again: Flag = False,
    yes: Flag = False,
) -> int:
    """Go back to a backup; what is there now is kept beside it.

    Args:
        file: The backup. On PostgreSQL: none, after pg_restore has loaded it.
        tell_again: News from before this moment may be posted, perhaps again.
        yes: Do not ask.
    """
    from bot.app import SystemClock
    from bot.errors import UserError

    settings, clock = _settings(), SystemClock()
    database = _file_of(settings)
    if database is None:
        if file is not None:
            raise UserError(LOAD.format(address=_address(settings)))
        return asyncio.run(_load(settings, clock.now(), tell_again, yes))
    if file is None:
        raise UserError(_which(database))
    asked = file.expanduser().absolute()
    return _restore(settings, database, asked, tell_again, yes)


# ── steps ──────────────────────────────────────────────────────────────────────


def _restore(
    settings: "Settings", database: Path, file: Path, tell_again: bool, yes: bool
) -> int:
    from bot import restoring
    from bot.app import SystemClock

    clock = SystemClock()
    _refuse_running(database, clock.now())
    found = restoring.look(file, database)
    _announce(found, database, clock.now(), tell_again)
    if not _agreed(yes):
        return USAGE
    done = restoring.restore(
        file,
        database,
        now=clock.now(),
        told=not tell_again,
        tell=progress(file),
    )
    _tell(done, database, found, settings)
    return OK


async def _load(
    settings: "Settings", now: datetime, tell_again: bool, yes: bool
) -> int:
    from bot import restoring, runner
    from bot.errors import UserError
    from bot.storage import Database, leases

    say("This makes a database safe that pg_restore has just loaded:")
    _announce_safety(tell_again)
    if not _agreed(yes):
        return USAGE
    db = await asyncio.to_thread(Database.open, settings.database_url)
    try:
        holder = await db.read(leases.holding, name=runner.LEASE, now=now)
        if holder is not None and not runner.is_dead(holder):
            raise UserError(RUNS.format(holder=holder))
        found = await db.write(restoring.make_safe, now=now, told=not tell_again)
    finally:
        await db.close()
    say("It is safe to run.")
    _count(found.doubted, found.passed_over)
    return OK


def _refuse_running(database: Path, now: datetime) -> None:
    from bot import restoring, runner
    from bot.errors import UserError

    holder = restoring.holder(database, name=runner.LEASE, now=now)
    if holder is not None and not runner.is_dead(holder):
        raise UserError(RUNS.format(holder=holder))


def _agreed(yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        warn(["Nothing was changed. Where nobody can answer, say --yes."])
        return False
    if input("Type yes to go on: ").strip().lower() == "yes":
        return True
    warn(["Nothing was changed."])
    return False


# ── what is said ───────────────────────────────────────────────────────────────


def _announce(found: "Backup", database: Path, now: datetime, tell_again: bool) -> None:
    when, ago = "at a moment that it does not say", ""
    if found.made_at is not None:
        when = f"on {found.made_at:%d %B %Y at %H:%M} UTC"
        ago = f", {_long(now - found.made_at)} ago"
    say(f"The backup {found.file} was made {when}{ago}.")
    say("This will happen:")
    say(f"- It takes the place of {database}. What is there now is kept beside it.")
    say("- What was set up, saved or changed since then is gone from the database.")
    say("- Messages posted since then stay in their channels; the bot does not know")
    say("  them any more: they are not corrected, and their buttons say so.")
    _announce_safety(tell_again)


def _announce_safety(tell_again: bool) -> None:
    say("- Messages that were on their way then are looked for in their channels. What")
    say("  is not found is held: «standfirst digest release» lists it.")
    say("- Editions that were due between then and now are passed over.")
    if tell_again:
        say("- News of the time since then may be told a second time (--tell-again).")
    else:
        say("- News from before this moment counts as told, so that nothing is posted")
        say("  twice. With --tell-again it may be told, perhaps for the second time.")


def _tell(
    done: "Restored", database: Path, found: "Backup", settings: "Settings"
) -> None:
    say(f"{database} is restored.")
    _count(done.found.doubted, done.found.passed_over)
    if done.found.tokens:
        taken = counted(done.found.tokens, "workspace")
        say(f"Newer tokens of {taken} were taken over.")
    if done.found.erased:
        erased = counted(done.found.erased, "workspace")
        say(f"Erased again when the bot starts: {erased}, gone since the backup.")
    if found.sealed and settings.secret_key is None:
        warn([SEALED.format(installations=counted(found.sealed, "Slack workspace"))])
    if done.aside is not None:
        say(f"What was there before is kept as {done.aside}.")
        say(f"To go back to it: standfirst restore {done.aside}")
    say("Look at it with «standfirst doctor», then start it with «standfirst run».")


def _count(doubted: int, passed_over: int) -> None:
    if doubted:
        say(f"Looked for in their channels: {counted(doubted, 'message')}.")
    if passed_over:
        say(f"Passed over: {counted(passed_over, 'moment')}.")


def _which(database: Path) -> str:
    from bot.restoring import FOLDER

    known = sorted((database.parent / FOLDER).glob(f"{database.stem}-*"))
    newest = max(known, key=lambda file: file.stat().st_mtime, default=None)
    if newest is None:
        return (
            f"Say which backup: standfirst restore FILE. None lies beside {database}."
        )
    return f"Say which backup: standfirst restore FILE. The newest is {newest}"


def progress(file: Path) -> Callable[[float], None]:
    """What hears how far the copying is: it says so, where that takes a while."""
    size = file.stat().st_size if file.is_file() else 0
    told = [0]

    def tell(done: float) -> None:
        tenth = int(done * 10)
        if size >= LARGE and tenth > told[0]:
            told[0] = tenth
            print(f"{tenth * 10} % of {_large(size)}", file=sys.stderr, flush=True)

    return tell


def _long(gap: timedelta) -> str:
    hours = gap.total_seconds() / 3600
    if hours < 1:
        return counted(max(0, round(hours * 60)), "minute")
    return counted(round(hours), "hour") if hours < 72 else f"{gap.days} days"


def _large(size: int) -> str:
    return f"{size / MB:,.1f} MB"


# ── what it works on ───────────────────────────────────────────────────────────


def _settings() -> "Settings":
    from bot.settings import load

    settings, warnings = load()
    warn(warnings)
    return settings


def _file_of(settings: "Settings") -> Path | None:
    from bot.storage import engines

    return engines.sqlite_file(settings.database_url)


def _address(settings: "Settings") -> str:
    from bot.storage import engines

    return engines.without_password(settings.database_url)
