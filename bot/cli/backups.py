"""`standfirst backup, restore`: print the steps, confirm, report the result."""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import (
    OK,
    USAGE,
    ApplicationFactory,
    FlagOption,
    JsonOption,
    factory_command,
    format_count,
    print_json,
    print_message,
    print_warnings,
    read_settings,
)

if TYPE_CHECKING:
    from bot.operations.backup import Backup, RestoreResult
    from bot.ports import Clock
    from bot.settings import Settings

#: Progress is printed for files of at least this size.
LARGE_FILE_BYTES = 64 * 2**20
MEGABYTE = 1_000_000

SEALED_TOKENS_NOTE = (
    "Tokens of {installations} lie in it, sealed with "
    "STANDFIRST_SECRET_KEY, which it does not hold: keep that key as well, in another "
    "place. Without it they have to install the app again."
)
PRIVATE_FILE_NOTE = (
    "Keep it as safe as the database: it holds addresses of private feeds{key}. It "
    "holds no token of .env."
)
PG_DUMP_HINT = (
    "The data is on PostgreSQL, whose own command makes the backup: "
    "pg_dump --format=custom --file=standfirst.dump --dbname='{address}' (it asks for "
    "the password)."
)
PG_RESTORE_HINT = (
    "The data is on PostgreSQL, whose own command loads a backup: stop the bot, then "
    "pg_restore --clean --if-exists --dbname='{address}' FILE (it asks for the "
    "password), then «standfirst restore» without a file, before the bot starts again."
)
RUNNING_REFUSAL = (
    "Standfirst is running ({holder}). Stop it first; nothing was changed."
)


@factory_command
def back_up_database(
    factory: ApplicationFactory, file: Path | None = None, *, json: JsonOption = False
) -> int:
    """Copy the database to a file, also while the bot runs.

    Args:
        file: Where to; a folder will do. Usually: «backups» beside the database.
        json: Print what was made as JSON.
    """
    from bot.errors import UserError
    from bot.operations import backup

    settings = read_settings(factory)
    database = _database_file(settings)
    if database is None:
        raise UserError(PG_DUMP_HINT.format(address=_database_address(settings)))
    now = factory.get_clock().now()
    target = file.expanduser().absolute() if file is not None else None
    if target is None:
        target = backup.default_backup_path(database, now)
    elif target.is_dir():
        target = backup.backup_path_in(database, target, now)
    made = backup.create_backup(
        database, target, now=now, on_progress=progress_printer(database)
    )
    if json:
        print_json({"file": str(made.file), "bytes": made.size, "schema": made.schema})
        return OK
    print_message(
        f"The backup is {made.file} ({_format_size(made.size)}); it is whole."
    )
    if made.sealed:
        print_message(
            SEALED_TOKENS_NOTE.format(
                installations=format_count(made.sealed, "Slack workspace")
            )
        )
    signs = "" if settings.secret_key else " and the key that signs buttons"
    print_message(PRIVATE_FILE_NOTE.format(key=signs))
    return OK


@factory_command
def restore_database(
    factory: ApplicationFactory,
    file: Path | None = None,
    *,
    tell_again: FlagOption = False,
    yes: FlagOption = False,
) -> int:
    """Go back to a backup; the present database is kept beside it.

    Args:
        file: The backup. On PostgreSQL: none, after pg_restore has loaded it.
        tell_again: News from before this moment may be posted, perhaps again.
        yes: Do not ask.
    """
    from bot.errors import UserError

    settings, clock = read_settings(factory), factory.get_clock()
    database = _database_file(settings)
    if database is None:
        if file is not None:
            raise UserError(PG_RESTORE_HINT.format(address=_database_address(settings)))
        return asyncio.run(
            _secure_loaded_database(settings, clock.now(), tell_again, yes)
        )
    if file is None:
        raise UserError(_missing_file_message(database))
    asked = file.expanduser().absolute()
    return _restore_file(settings, clock, database, asked, tell_again, yes)


# ── steps ──────────────────────────────────────────────────────────────────────


def _restore_file(
    settings: "Settings",
    clock: "Clock",
    database: Path,
    file: Path,
    tell_again: bool,
    yes: bool,
) -> int:
    from bot.operations import backup

    _refuse_running(database, clock.now())
    found = backup.inspect_backup(file, database)
    _print_restore_plan(found, database, clock.now(), tell_again)
    if not _confirm(yes):
        return USAGE
    done = backup.restore_backup(
        file,
        database,
        now=clock.now(),
        published=not tell_again,
        on_progress=progress_printer(file),
    )
    _print_restore_result(done, database, found, settings)
    return OK


async def _secure_loaded_database(
    settings: "Settings", now: datetime, tell_again: bool, yes: bool
) -> int:
    from bot import runner
    from bot.errors import UserError
    from bot.operations import backup
    from bot.storage import Database, process_store

    print_message("This makes a database safe that pg_restore has just loaded:")
    _print_safety_steps(tell_again)
    if not _confirm(yes):
        return USAGE
    db = await asyncio.to_thread(Database.open, settings.database_url)
    try:
        holder = await db.read(
            process_store.find_current_lease_holder,
            name=process_store.RUNNER_LEASE,
            now=now,
        )
        if holder is not None and not runner.is_holder_dead(holder):
            raise UserError(RUNNING_REFUSAL.format(holder=holder))
        found = await db.write(
            backup.secure_restored_database, now=now, published=not tell_again
        )
    finally:
        await db.close()
    print_message("It is safe to run.")
    _print_checked_counts(found.doubted, found.passed_over)
    return OK


def _refuse_running(database: Path, now: datetime) -> None:
    from bot import runner
    from bot.errors import UserError
    from bot.operations import backup
    from bot.storage import process_store

    holder = backup.find_lease_holder(
        database, name=process_store.RUNNER_LEASE, now=now
    )
    if holder is not None and not runner.is_holder_dead(holder):
        raise UserError(RUNNING_REFUSAL.format(holder=holder))


def _confirm(yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        print_warnings(["Nothing was changed. Where nobody can answer, say --yes."])
        return False
    if input("Type yes to go on: ").strip().lower() == "yes":
        return True
    print_warnings(["Nothing was changed."])
    return False


# ── output ────────────────────────────────────────────────────────────────────


def _print_restore_plan(
    found: "Backup", database: Path, now: datetime, tell_again: bool
) -> None:
    when, ago = "at a moment that it does not say", ""
    if found.made_at is not None:
        when = f"on {found.made_at:%d %B %Y at %H:%M} UTC"
        ago = f", {_format_age(now - found.made_at)} ago"
    print_message(f"The backup {found.file} was made {when}{ago}.")
    print_message("This will happen:")
    print_message(
        f"- It takes the place of {database}. What is there now is kept beside it."
    )
    print_message(
        "- What was set up, saved or changed since then is gone from the database."
    )
    print_message(
        "- Messages posted since then stay in their channels; the bot does not know"
    )
    print_message("  them any more: they are not corrected, and their buttons say so.")
    _print_safety_steps(tell_again)


def _print_safety_steps(tell_again: bool) -> None:
    print_message(
        "- Messages that were on their way then are looked for in their channels. What"
    )
    print_message("  is not found is held: «standfirst digest release» lists it.")
    print_message("- Editions that were due between then and now are passed over.")
    if tell_again:
        print_message(
            "- News of the time since then may be told a second time (--tell-again)."
        )
    else:
        print_message(
            "- News from before this moment counts as posted, so that nothing is posted"
        )
        print_message("  twice. With --tell-again it may be posted a second time.")


def _print_restore_result(
    done: "RestoreResult", database: Path, found: "Backup", settings: "Settings"
) -> None:
    print_message(f"{database} is restored.")
    _print_checked_counts(done.found.doubted, done.found.passed_over)
    if done.found.tokens:
        taken = format_count(done.found.tokens, "workspace")
        print_message(f"Newer tokens of {taken} were taken over.")
    if done.found.erased:
        erased = format_count(done.found.erased, "workspace")
        print_message(
            f"Erased again when the bot starts: {erased}, gone since the backup."
        )
    if found.sealed and settings.secret_key is None:
        print_warnings(
            [
                SEALED_TOKENS_NOTE.format(
                    installations=format_count(found.sealed, "Slack workspace")
                )
            ]
        )
    if done.aside is not None:
        print_message(f"What was there before is kept as {done.aside}.")
        print_message(f"To go back to it: standfirst restore {done.aside}")
    print_message(
        "Look at it with «standfirst doctor», then start it with «standfirst run»."
    )


def _print_checked_counts(doubted: int, passed_over: int) -> None:
    if doubted:
        print_message(
            f"Looked for in their channels: {format_count(doubted, 'message')}."
        )
    if passed_over:
        print_message(f"Passed over: {format_count(passed_over, 'moment')}.")


def _missing_file_message(database: Path) -> str:
    from bot.storage.sqlite_backup import BACKUP_FOLDER

    known = sorted((database.parent / BACKUP_FOLDER).glob(f"{database.stem}-*"))
    newest = max(known, key=lambda file: file.stat().st_mtime, default=None)
    if newest is None:
        return (
            f"Say which backup: standfirst restore FILE. None lies beside {database}."
        )
    return f"Say which backup: standfirst restore FILE. The newest is {newest}"


def progress_printer(file: Path) -> Callable[[float], None]:
    """Make a callback that prints progress in tenths, for large files only."""
    size = file.stat().st_size if file.is_file() else 0
    printed = [0]

    def on_progress(done: float) -> None:
        tenth = int(done * 10)
        if size >= LARGE_FILE_BYTES and tenth > printed[0]:
            printed[0] = tenth
            print(
                f"{tenth * 10} % of {_format_size(size)}", file=sys.stderr, flush=True
            )

    return on_progress


def _format_age(gap: timedelta) -> str:
    hours = gap.total_seconds() / 3600
    if hours < 1:
        return format_count(max(0, round(hours * 60)), "minute")
    return format_count(round(hours), "hour") if hours < 72 else f"{gap.days} days"


def _format_size(size: int) -> str:
    return f"{size / MEGABYTE:,.1f} MB"


# ── the database ──────────────────────────────────────────────────────────────


def _database_file(settings: "Settings") -> Path | None:
    from bot.storage import engines

    return engines.find_sqlite_path(settings.database_url)


def _database_address(settings: "Settings") -> str:
    from bot.storage import engines

    return engines.strip_password(settings.database_url)
