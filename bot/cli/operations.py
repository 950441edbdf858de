"""`standfirst migrate, slack-manifest, backup, restore`."""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from bot.cli.arguments import FlagOption, JsonOption
from bot.cli.console import (
    ATTENTION,
    OK,
    USAGE,
    format_count,
    print_json,
    print_message,
    print_to_stderr,
    print_warnings,
)
from bot.cli.running import ApplicationFactory, read_queue_scripts, read_settings
from bot.errors import UserError
from bot.jobs.leases import is_holder_dead
from bot.operations import backup
from bot.ports import Clock
from bot.runner import Application
from bot.settings import Settings
from bot.storage import Database, schema_upgrade
from bot.storage.engines import find_sqlite_path, strip_password
from bot.storage.schema_upgrade import UpgradePlan
from bot.storage.sqlite_backup import BACKUP_FOLDER

UP_TO_DATE = "The database {where} is at schema {target}, as this version needs it."
UPGRADED = "The database {where} is now at schema {target}."
PLAN_TITLE = "The database {where} is at schema {present}; this version needs {target}:"
QUEUE_TITLE = "The database {where} is at schema {present}; this is missing:"
NEW_TITLE = "The database {where} is new; schema {target} is made in these steps:"
PG_DUMP = (
    "pg_dump --format=custom --no-owner --file=standfirst.dump --dbname='{address}'"
)


def migrate_database(
    *,
    dry_run: FlagOption = False,
    json: JsonOption = False,
    factory: ApplicationFactory,
) -> int:
    """Upgrade the database to this version's schema.

    Args:
        dry_run: Only print each migration, how long it takes, and whether the bot has
            to be stopped; the exit code is 4 if there is any.
    """
    url = read_settings(factory).database_url
    queue = read_queue_scripts(url)
    plan = schema_upgrade.plan_upgrade(url, queue)
    if json:
        print_json(_describe_plan(plan, url))
    elif plan.steps:
        _print_plan(plan, url)
    if dry_run and plan.steps:
        return ATTENTION
    if not dry_run:
        schema_upgrade.upgrade_database(url, queue)
    if not json:
        sentence = UPGRADED if plan.steps else UP_TO_DATE
        print_message(_format_plan(sentence, plan))
    return OK


def _print_plan(plan: UpgradePlan, url: str) -> None:
    title = NEW_TITLE if plan.present is None else PLAN_TITLE
    if plan.present == plan.target:
        title = QUEUE_TITLE
    print_message(_format_plan(title, plan))
    for step in plan.steps:
        print_message(f"  {step.number}  {step.summary}")
        if plan.present is not None:
            stop = f"Stop every process first: {step.needs_stop}"
            beside = "Processes of the version before may run on."
            tables = [
                f"{format_count(rows, 'row')} of {name}"
                for name, rows in step.rows.items()
            ]
            work = f" It goes through {' and '.join(tables)}." if tables else ""
            print_message(
                f"        {stop if step.needs_stop else beside}{work} "
                f"About {format_count(step.seconds, 'second')}."
            )
    if plan.copy is not None:
        size = _format_size(plan.copy_size)
        print_message(f"It is copied to {plan.copy} first ({size}).")
    elif plan.present is not None:
        command = PG_DUMP.format(address=strip_password(url))
        print_message(f"No copy is made on PostgreSQL; make a backup first: {command}")


def _format_plan(sentence: str, plan: UpgradePlan) -> str:
    return sentence.format(where=plan.where, present=plan.present, target=plan.target)


def _describe_plan(plan: UpgradePlan, url: str) -> dict[str, object]:
    on_server = plan.copy is None and plan.present is not None and bool(plan.steps)
    command = PG_DUMP.format(address=strip_password(url)) if on_server else None
    return {
        "schema": plan.present,
        "target": plan.target,
        "migrations": [
            {
                "number": step.number,
                "summary": step.summary,
                "needs_stop": step.needs_stop or None,
                "rows": dict(step.rows),
                "seconds": step.seconds,
            }
            for step in plan.steps
        ],
        "copy": str(plan.copy) if plan.copy else None,
        "backup_command": command,
    }


async def print_slack_manifest(
    *,
    mode: Literal["socket", "http"] = "socket",
    url: str = "",
    rotation: FlagOption = False,
    app: Application,
) -> None:
    """Print the Slack app's manifest as JSON, and the reason for each scope on stderr.

    Args:
        mode: Whether the bot connects to Slack (socket; it needs no public address), or
            Slack connects to the bot.
        url: With http: the bot's public address, such as https://news.example; by
            default the one in STANDFIRST_PUBLIC_URL.
        rotation: With http, if several workspaces install the app: tokens expire
            after twelve hours. Slack never allows this to be switched off again.
    """
    if mode == "http" and not url:
        url = app.settings.public_url or ""
    plugins = app.plugins.values()
    manifest = next(found for one in plugins if (found := one.manifest))
    commands = app.inbox.commands
    print_json(manifest.build(commands, mode=mode, url=url, rotation=rotation))
    for line in manifest.list_scopes(mode):
        print_to_stderr(line)


#: Progress is printed for files of at least this size.
LARGE_FILE_BYTES = 64 * 2**20
MEGABYTE = 1_000_000

SEALED_TOKENS_NOTE = (
    "It contains the tokens of {installations}, encrypted with STANDFIRST_SECRET_KEY, "
    "which it does not contain: keep that key as well, in another place. Without it "
    "they have to install the app again."
)
PRIVATE_FILE_NOTE = (
    "Keep it as safe as the database: it contains addresses of private feeds{key}. It "
    "contains no token of .env."
)
PG_DUMP_HINT = (
    f"The data is on PostgreSQL, whose own command makes the backup: {PG_DUMP} (it "
    "asks for the password)."
)
PG_RESTORE_HINT = (
    "The data is on PostgreSQL, whose own command loads a backup. Stop the bot, make a "
    "new database (createdb) and name it in STANDFIRST_DATABASE_URL; then "
    "pg_restore --no-owner --exit-on-error --dbname='{address}' FILE (it asks for the "
    "password), then «standfirst restore» without a file, before the bot starts again."
)
STILL_CONNECTED = (
    "Standfirst is connected to the database. Stop every process of it first; nothing "
    "was changed."
)
REPLACEMENT_STEPS = """\
This will happen:
- It replaces {database}. What is there now is kept beside it.
- What was set up, saved or changed since then is gone from the database.
- Messages posted since then stay in their channels, but the bot no longer knows
  them: they are not corrected, and their buttons say so."""
SAFETY_STEPS = """\
- Messages that were being sent then are looked for in their channels. What is
  not found is held: «standfirst digest release» lists it.
- Editions that were due between then and now are skipped."""
COUNTED_STEP = """\
- News from before this moment counts as posted, so that nothing is posted
  twice. With --tell-again it may be posted a second time."""
REPEATED_STEP = "- News since then may be posted a second time (--tell-again)."


def back_up_database(
    file: Path | None = None, *, json: JsonOption = False, factory: ApplicationFactory
) -> int:
    """Copy the database to a file; the bot may be running.

    Args:
        file: The new file, or its folder; by default «backups» beside the database.
    """
    settings, now = read_settings(factory), factory.get_clock().now()
    database = find_sqlite_path(settings.database_url)
    if database is None:
        address = strip_password(settings.database_url)
        raise UserError(PG_DUMP_HINT.format(address=address))
    wanted = file.expanduser().absolute() if file is not None else None
    target = backup.choose_backup_path(database, wanted, now)
    made = backup.create_backup(
        database, target, now=now, on_progress=progress_printer(database)
    )
    if json:
        print_json({"file": str(made.file), "bytes": made.size, "schema": made.schema})
        return OK
    size = _format_size(made.size)
    print_message(f"The backup is {made.file} ({size}); it was checked.")
    if made.sealed:
        print_message(_format_sealed_note(made.sealed))
    signs = "" if settings.secret_key else " and the key that signs buttons"
    print_message(PRIVATE_FILE_NOTE.format(key=signs))
    return OK


def restore_database(
    file: Path | None = None,
    *,
    tell_again: FlagOption = False,
    yes: FlagOption = False,
    factory: ApplicationFactory,
) -> int:
    """Restore a backup; the current database is kept beside it.

    Args:
        file: The backup. With PostgreSQL: none, after pg_restore has loaded it.
        tell_again: News from before this moment may be posted, perhaps again.
        yes: Do not ask for confirmation.
    """
    settings, clock = read_settings(factory), factory.get_clock()
    database = find_sqlite_path(settings.database_url)
    if database is not None:
        if file is None:
            raise UserError(_missing_file_message(database))
        file = file.expanduser().absolute()
        return _restore_file(settings, clock, database, file, tell_again, yes)
    if file is not None:
        address = strip_password(settings.database_url)
        raise UserError(PG_RESTORE_HINT.format(address=address))
    if schema_upgrade.is_used(settings.database_url):
        raise UserError(STILL_CONNECTED)
    print_message("This makes a database safe that pg_restore has just loaded:")
    if not _confirm_steps(tell_again, yes):
        return USAGE
    found = asyncio.run(_secure_loaded_database(settings, clock, tell_again))
    print_message("It is safe to run.")
    _print_checked_counts(found)
    return OK


# ── steps ──────────────────────────────────────────────────────────────────────


def _restore_file(
    settings: Settings,
    clock: Clock,
    database: Path,
    file: Path,
    tell_again: bool,
    yes: bool,
) -> int:
    now = clock.now()
    _refuse_running(backup.find_lease_holder(database, now))
    found = backup.inspect_backup(file, database)
    when = "at an unknown time"
    if found.made_at is not None:
        ago = _format_age(now - found.made_at)
        when = f"on {found.made_at:%d %B %Y at %H:%M} UTC, {ago} ago"
    print_message(f"The backup {found.file} was made {when}.")
    print_message(REPLACEMENT_STEPS.format(database=database))
    if not _confirm_steps(tell_again, yes):
        return USAGE
    done = backup.restore_backup(
        file,
        database,
        now=clock.now(),
        published=not tell_again,
        on_progress=progress_printer(file),
    )
    print_message(f"{database} is restored.")
    _print_checked_counts(done)
    if done.left_out:
        names = ", ".join(done.left_out)
        print_message(f"Left out, because Standfirst did not make it: {names}.")
    if found.sealed and settings.secret_key is None:
        print_warnings(_format_sealed_note(found.sealed))
    if done.aside is not None:
        print_message(f"What was there before is kept as {done.aside}.")
        print_message(f"To go back to it: standfirst restore {done.aside}")
    print_message("Check it with «standfirst doctor», then start «standfirst run».")
    return OK


async def _secure_loaded_database(
    settings: Settings, clock: Clock, tell_again: bool
) -> backup.RestoreResult:
    db = await asyncio.to_thread(Database.open, settings.database_url)
    now = (db.server_clock or clock).now()
    try:
        return await db.write(
            backup.secure_restored_database, now=now, published=not tell_again
        )
    finally:
        await db.close()


def _refuse_running(holder: str | None) -> None:
    if holder is not None and not is_holder_dead(holder):
        raise UserError(
            f"Standfirst is running ({holder}). Stop it first; nothing was changed."
        )


def _confirm_steps(tell_again: bool, yes: bool) -> bool:
    print_message(SAFETY_STEPS)
    print_message(REPEATED_STEP if tell_again else COUNTED_STEP)
    if yes:
        return True
    if not sys.stdin.isatty():
        print_warnings("Nothing was changed. Where nobody can answer, say --yes.")
        return False
    agreed = input("Type yes to go on: ").strip().lower() == "yes"
    if not agreed:
        print_warnings("Nothing was changed.")
    return agreed


# ── output ────────────────────────────────────────────────────────────────────


def _print_checked_counts(found: backup.RestoreResult) -> None:
    for text, number, noun in (
        ("Looked for in their channels: {}.", found.uncertain, "message"),
        ("Skipped: {}.", found.skipped, "due edition"),
        ("Newer tokens of {} were taken over.", found.tokens, "workspace"),
        (
            "Erased again when the bot starts: {}, erased since the backup.",
            found.erased,
            "workspace",
        ),
    ):
        if number:
            print_message(text.format(format_count(number, noun)))


def _format_sealed_note(workspaces: int) -> str:
    installations = format_count(workspaces, "Slack workspace")
    return SEALED_TOKENS_NOTE.format(installations=installations)


def _missing_file_message(database: Path) -> str:
    backups = (database.parent / BACKUP_FOLDER).glob(f"{database.stem}-*")
    newest = max(backups, key=lambda file: file.stat().st_mtime, default=None)
    known = (
        f"None is beside {database}." if newest is None else f"The newest is {newest}"
    )
    return f"Say which backup: standfirst restore FILE. {known}"


def progress_printer(file: Path) -> Callable[[float], None]:
    """Make a callback that prints progress in tenths, for large files only."""
    size = file.stat().st_size if file.is_file() else 0
    printed = [0]

    def on_progress(done: float) -> None:
        tenth = int(done * 10)
        if size >= LARGE_FILE_BYTES and tenth > printed[0]:
            printed[0] = tenth
            print_to_stderr(f"{tenth * 10} % of {_format_size(size)}")

    return on_progress


def _format_age(gap: timedelta) -> str:
    hours = gap.total_seconds() / 3600
    if hours < 1:
        return format_count(max(0, round(hours * 60)), "minute")
    return format_count(round(hours), "hour") if hours < 72 else f"{gap.days} days"


def _format_size(size: int) -> str:
    return f"{size / MEGABYTE:,.1f} MB"
