"""`standfirst apply, export, doctor, when`: what is set up, and whether it is well."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import (
    ATTENTION,
    OK,
    Flag,
    InWorkspace,
    Json,
    counted,
    print_json,
    say,
    warn,
    with_house,
)

if TYPE_CHECKING:
    from bot import schedules
    from bot.app import House
    from bot.findings import Finding

#: Not by the machine's locale: the rest of the line is English as well.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def apply(
    file: Path,
    *,
    dry_run: Flag = False,
    prune: Flag = False,
) -> int:
    """Set up what a TOML file says; doing it twice changes nothing more.

    Args:
        file: The file; README.md shows an example.
        dry_run: Only print what would change.
        prune: Also remove what the file does not name, inside its workspaces.
    """

    async def work(house: "House") -> int:
        from bot import config_file
        from bot.configuring import terminal

        wanted = config_file.read(file)
        if dry_run:
            changes = await house.db.read(config_file.plan, wanted, prune=prune)
        else:
            changes = await house.db.write(
                terminal.apply,
                wanted,
                prune=prune,
                now=house.clock.now(),
                allow_private=house.settings.fetch_allow_private,
            )
        signs = {"add": "+", "change": "~", "remove": "-"}
        for change in changes:
            print(f"{signs[change.kind]} {change.text}")
        if not changes:
            say("Nothing to change: everything is as the file says.")
        elif dry_run:
            say("Nothing was changed (--dry-run).")
        return OK

    return with_house(work)


def export(*, opml: Flag = False, workspace: InWorkspace = None) -> int:
    """Print everything that is set up, as a file that `apply` takes.

    Args:
        opml: Print only the feeds, for other readers and for `import`.
        workspace: Only this workspace's feeds.
    """

    async def work(house: "House") -> int:
        from bot import config_file

        if opml:
            return await _feeds(house, workspace)
        print(await house.db.read(config_file.export), end="")
        return OK

    return with_house(work)


async def _feeds(house: "House", workspace: str | None) -> int:
    from bot.config_file import feed_lists
    from digests.sources import opml

    found, secret = await house.db.read(feed_lists.list_out, workspace=workspace)
    sys.stdout.buffer.write(opml.write(found, title="Standfirst"))
    if secret:
        left = counted(secret, "source")
        warn([f"Left out: {left}, whose addresses are secrets."])
    return OK


def doctor(*, json: Json = False) -> int:
    """Look at everything that can be wrong; exit 4 when something needs attention."""

    async def work(house: "House") -> int:
        from dataclasses import asdict

        from bot import logs

        # What a check meets is in its finding; stdout is for the findings alone.
        logs.silence()
        found = await house.doctor.examine()
        if json:
            print_json([asdict(finding) for finding in found])
        else:
            _print_findings(found)
        bad = any(finding.state == "problem" for finding in found)
        return ATTENTION if bad else OK

    return with_house(work)


def _print_findings(found: Sequence["Finding"]) -> None:
    marks = {"ok": "✓", "warning": "!", "problem": "✗"}
    for one in found:
        fix = f" → {one.fix}" if one.fix else ""
        print(f"{marks[one.state]} {one.subject:<24} {one.text}{fix}")
    problems = sum(one.state == "problem" for one in found)
    warnings = sum(one.state == "warning" for one in found)
    print(f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}")


def when(
    sentence: str,
    *,
    after: datetime | None = None,
    count: int = 3,
    language: str = "en",
    json: Json = False,
) -> int:
    """Say what a schedule sentence means and when it is due next.

    Args:
        sentence: For example «weekdays at 8:30 Europe/Berlin», or «cron 30 8 * * 1-5».
        after: Only moments after this one (ISO 8601; without an offset it is UTC).
        count: How many moments, 1 to 1000.
        language: In which language to say it back: en or de.
        json: Print JSON; the sentence in it is always the English one.
    """
    from bot import schedules
    from bot.app import SystemClock

    rule = schedules.parse(sentence)
    zone = schedules.zone_named(rule.zone)
    start = after or SystemClock().now()
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    dues = schedules.upcoming(rule, start.astimezone(UTC), max(1, min(count, 1000)))
    moments = [due.at.astimezone(zone) for due in dues]
    if json:
        said, found = schedules.say(rule), [moment.isoformat() for moment in moments]
        print_json({"schedule": said, "zone": rule.zone, "next": found})
    else:
        print(_explained(rule, moments, language))
    return OK


def _explained(
    rule: "schedules.Schedule", moments: Sequence[datetime], language: str
) -> str:
    """The sentence back, the moments as a table, and what happens to a missed one."""
    from bot import schedules
    from bot.texts import Texts

    # In English as `apply` would take it; for others as people write.
    texts = None if language == "en" else Texts.of(language)
    rows = [_moment_row(moment) for moment in moments]
    lines = [
        schedules.say(rule, texts),
        "",
        *_block("zone", [rule.zone]),
        *_block("next", rows or ["never again: its dates are over"]),
        *_block("missed", _missed_lines(schedules.catch_up(rule))),
    ]
    return "\n".join(lines)


def _block(name: str, lines: Sequence[str]) -> list[str]:
    """Lines beside their name, which stands once."""
    return [f"  {'' if n else name:<8}{line}" for n, line in enumerate(lines)]


def _moment_row(moment: datetime) -> str:
    """«Thu  2026-11-26  08:30  +01:00 CET»."""
    offset = moment.isoformat(timespec="seconds")[len("2026-11-26T08:30:00") :]
    name = moment.tzname() or ""
    name = f" {name}" if name[:1].isalpha() and name != "UTC" else ""
    return f"{_DAYS[moment.weekday()]}  {moment:%Y-%m-%d  %H:%M}  {offset}{name}"


def _missed_lines(catch_up: timedelta) -> list[str]:
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
