"""`standfirst apply, export, when`: the configuration file and schedule sentences."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import (
    OK,
    ApplicationFactory,
    FlagOption,
    JsonOption,
    WorkspaceOption,
    application_command,
    factory_command,
    format_count,
    print_json,
    print_message,
    print_warnings,
)

if TYPE_CHECKING:
    from bot.runner import Application
    from bot.schedules.rules import Schedule

#: Fixed, because strftime would use the machine's locale while the output is English.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@application_command
async def apply_file(
    application: "Application",
    file: Path,
    *,
    dry_run: FlagOption = False,
    prune: FlagOption = False,
) -> None:
    """Set up what a TOML file says; doing it twice changes nothing more.

    Args:
        file: The file; README.md shows an example.
        dry_run: Only print what would change.
        prune: Also remove what the file does not name, inside its workspaces.
    """
    from bot.configuration import file_import

    wanted = file_import.read_file(file, application.plugins)
    now = application.clock.now()
    if dry_run:
        changes = await application.db.read(
            file_import.plan_changes, wanted, prune=prune, now=now
        )
    else:
        changes = await application.db.write(
            file_import.apply_file,
            wanted,
            prune=prune,
            now=now,
            allow_private=application.settings.fetch_allow_private,
            recorded=True,
        )
    signs = {"add": "+", "change": "~", "remove": "-"}
    for change in changes:
        print(f"{signs[change.kind]} {change.text}")
    if not changes:
        print_message("Nothing to change: everything is as the file says.")
    elif dry_run:
        print_message("Nothing was changed (--dry-run).")


@application_command
async def export_configuration(
    application: "Application",
    *,
    opml: FlagOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print everything that is set up, as a file that `apply` takes.

    Args:
        opml: Print only the feeds, for other readers and for `import`.
        workspace: Only this workspace's feeds.
    """
    from bot.configuration import file_export

    if opml:
        await _export_feeds(application, workspace)
    else:
        print(await application.db.read(file_export.dump_configuration), end="")


async def _export_feeds(application: "Application", workspace: str | None) -> None:
    from bot.configuration import feed_lists
    from digests.sources import opml

    found, secret = await application.db.read(
        feed_lists.list_all_feeds, workspace=workspace
    )
    sys.stdout.buffer.write(opml.write_opml(found, title="Standfirst"))
    if secret:
        left = format_count(secret, "source")
        print_warnings([f"Left out: {left}, whose addresses are secrets."])


@factory_command
def explain_schedule(
    factory: ApplicationFactory,
    sentence: str,
    *,
    after: datetime | None = None,
    count: int = 3,
    language: str = "en",
    json: JsonOption = False,
) -> int:
    """Say what a schedule sentence means and when it is due next.

    Args:
        sentence: For example «weekdays at 8:30 Europe/Berlin», or «cron 30 8 * * 1-5».
        after: Only moments after this one (ISO 8601; without an offset it is UTC).
        count: How many moments, 1 to 1000.
        language: In which language to say it back: en or de.
        json: Print JSON; the sentence in it is always the English one.
    """
    from bot.schedules.calendar import load_zone
    from bot.schedules.parsing import parse_schedule
    from bot.schedules.rules import list_upcoming_dues
    from bot.schedules.wording import describe_schedule

    rule = parse_schedule(sentence)
    zone = load_zone(rule.zone)
    start = after or factory.get_clock().now()
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    dues = list_upcoming_dues(rule, start.astimezone(UTC), max(1, min(count, 1000)))
    moments = [due.at.astimezone(zone) for due in dues]
    if json:
        said, found = (
            describe_schedule(rule),
            [moment.isoformat() for moment in moments],
        )
        print_json({"schedule": said, "zone": rule.zone, "next": found})
    else:
        print(_format_explanation(rule, moments, language))
    return OK


def _format_explanation(
    rule: "Schedule", moments: Sequence[datetime], language: str
) -> str:
    """Format the schedule, its next moments, and what happens if one is missed."""
    from bot.i18n.translation import Texts
    from bot.schedules.rules import catch_up_limit
    from bot.schedules.wording import describe_schedule

    # In English in the form that `apply` accepts; in other languages as people write.
    texts = None if language == "en" else Texts.of(language)
    rows = [_format_moment(moment) for moment in moments]
    lines = [
        describe_schedule(rule, texts),
        "",
        *_labelled_lines("zone", [rule.zone]),
        *_labelled_lines("next", rows or ["never again: its dates are over"]),
        *_labelled_lines("missed", _catch_up_lines(catch_up_limit(rule))),
    ]
    return "\n".join(lines)


def _labelled_lines(name: str, lines: Sequence[str]) -> list[str]:
    """Prefix the first line with the name, and indent the others."""
    return [f"  {'' if n else name:<8}{line}" for n, line in enumerate(lines)]


def _format_moment(moment: datetime) -> str:
    """Format a moment: «Thu  2026-11-26  08:30  +01:00 CET»."""
    offset = moment.isoformat(timespec="seconds")[len("2026-11-26T08:30:00") :]
    name = moment.tzname() or ""
    name = f" {name}" if name[:1].isalpha() and name != "UTC" else ""
    return f"{_WEEKDAYS[moment.weekday()]}  {moment:%Y-%m-%d  %H:%M}  {offset}{name}"


def _catch_up_lines(catch_up: timedelta) -> list[str]:
    minutes = catch_up // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    if rest:
        span = f"{minutes} minutes" if minutes > 1 else "a minute"
    else:
        span = f"{hours} hours" if hours > 1 else "an hour"
    return [
        f"made up for within {span}, by one edition that says it is late;",
        "after that it is left out, and its articles come with the next one.",
    ]
