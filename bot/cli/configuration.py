"""`standfirst apply, export, doctor, when`: what is set up, and whether it is well."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import (
    ATTENTION,
    OK,
    Flag,
    InWorkspace,
    Json,
    print_json,
    say,
    warn,
    with_house,
)

if TYPE_CHECKING:
    from bot.app import House
    from bot.doctor import Finding


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

        wanted = config_file.read(file)
        if dry_run:
            changes = await house.db.read(config_file.plan, wanted, prune=prune)
        else:
            changes = await house.db.write(
                config_file.carry_out,
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
        warn([f"{secret} source(s) were left out: their addresses are secrets."])
    return OK


def doctor(*, json: Json = False) -> int:
    """Look at everything that can be wrong; exit 4 when something needs attention."""

    async def work(house: "House") -> int:
        from dataclasses import asdict

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
    print(f"{problems} problem(s), {warnings} warning(s)")


def when(
    sentence: str,
    *,
    after: datetime | None = None,
    count: int = 3,
    json: Json = False,
) -> int:
    """Say what a schedule sentence means and when it is due next.

    Args:
        sentence: For example «weekdays at 8:30 Europe/Berlin».
        after: Only moments after this one (ISO 8601; without an offset it is UTC).
        count: How many moments.
        json: Print JSON.
    """
    from zoneinfo import ZoneInfo

    from bot import schedules
    from bot.app import SystemClock

    rule = schedules.parse(sentence)
    start = after or SystemClock().now()
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    zone = ZoneInfo(rule.zone)
    found = schedules.upcoming(rule, start.astimezone(UTC), max(1, min(count, 1000)))
    moments = [due.at.astimezone(zone).isoformat() for due in found]
    said = schedules.say(rule)
    if json:
        print_json({"schedule": said, "zone": rule.zone, "next": moments})
    else:
        print("\n".join((said, *(f"  {moment}" for moment in moments))))
    return OK
