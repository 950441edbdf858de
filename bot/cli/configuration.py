"""`standfirst apply, export, when`: the configuration file and schedule sentences."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli.console import (
    OK,
    Factory,
    FlagOption,
    JsonOption,
    OpenApplication,
    format_count,
    print_json,
    print_message,
    print_warnings,
)
from bot.configuration import feed_lists, file_import
from bot.i18n.translation import Texts
from bot.schedules.calendar import load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule, catch_up_limit, list_upcoming_dues
from bot.schedules.wording import describe_schedule
from digests.sources.opml import write_opml

#: Fixed, because strftime would use the machine's locale while the output is English.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


async def apply_file(
    file: Path,
    *,
    dry_run: FlagOption = False,
    prune: FlagOption = False,
    app: OpenApplication,
) -> None:
    """Apply a TOML configuration file; applying it again changes nothing.

    Args:
        file: Path of the file; README.md has an example.
        dry_run: Only print what would change.
        prune: Also remove what the file does not mention, in its workspaces.
    """
    wanted = file_import.read_file(file, app.plugins)
    db, now = app.db, app.clock.now()
    if dry_run:
        changes = await db.read(file_import.plan_changes, wanted, prune=prune, now=now)
    else:
        changes = await db.write(
            file_import.apply_file,
            wanted,
            prune=prune,
            now=now,
            allow_private=app.settings.fetch_allow_private,
            recorded=True,
        )
    signs = {"add": "+", "change": "~", "remove": "-"}
    for change in changes:
        print(f"{signs[change.kind]} {change.text}")
    if not changes:
        print_message("Nothing to change: everything is as the file says.")
    elif dry_run:
        print_message("Nothing was changed (--dry-run).")


async def export_configuration(
    *, opml: FlagOption = False, workspace: str | None = None, app: OpenApplication
) -> None:
    """Print the configuration as a file for `apply`.

    Args:
        opml: Print only the feeds as OPML, for other readers and for `import`.
        workspace: With --opml: id of the only workspace whose feeds are printed.
    """
    if not opml:
        print(await app.db.read(file_import.dump_configuration), end="")
        return
    feeds, secret = await app.db.read(feed_lists.list_all_feeds, workspace=workspace)
    sys.stdout.buffer.write(write_opml(feeds, title="Standfirst"))
    if secret:
        left = format_count(secret, "source")
        print_warnings(f"Left out: {left}, whose addresses are secrets.")


def explain_schedule(
    sentence: str,
    *,
    after: datetime | None = None,
    count: int = 3,
    language: str = "en",
    json: JsonOption = False,
    factory: Factory,
) -> int:
    """Explain a schedule and show when it is due next.

    Args:
        sentence: Such as «weekdays at 8:30 Europe/Berlin» or «cron 30 8 * * 1-5».
        after: Only show times after this one (ISO 8601; UTC without an offset).
        count: How many times to show, 1 to 1000.
        language: Language of the explanation, en or de; JSON is always English.
    """
    rule = parse_schedule(sentence)
    zone = load_zone(rule.zone)
    start = after or factory.get_clock().now()
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    dues = list_upcoming_dues(rule, start.astimezone(UTC), max(1, min(count, 1000)))
    moments = [due.at.astimezone(zone) for due in dues]
    if json:
        dates = [moment.isoformat() for moment in moments]
        said = {"schedule": describe_schedule(rule), "zone": rule.zone, "next": dates}
        print_json(said)
    else:
        print(_format_explanation(rule, moments, language))
    return OK


def _format_explanation(
    rule: Schedule, moments: Sequence[datetime], language: str
) -> str:
    """Format the schedule, its next moments, and what happens if one is missed."""
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
