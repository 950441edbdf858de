"""`standfirst apply, export, when`: the configuration file and schedule sentences."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.cli.arguments import FlagOption, JsonOption
from bot.cli.console import (
    OK,
    USAGE,
    format_count,
    format_finding,
    format_iso,
    print_bytes,
    print_json,
    print_message,
    print_rows,
    print_warnings,
)
from bot.cli.running import ApplicationFactory
from bot.configuration import feed_lists, file_import
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts
from bot.model import Destination, Workspace
from bot.operations.health_checks import run_check
from bot.runner import Application
from bot.schedules.calendar import load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule, catch_up_limit, list_upcoming_dues
from bot.schedules.wording import describe_schedule
from bot.storage import deletion_store, destination_store, workspace_store
from bot.storage.deletion_store import Erasure
from digests.sources.opml import write_opml

#: Seconds in which the platforms must have answered about new channels.
CHANNELS_TIMEOUT = 20.0
#: Fixed, because strftime would use the machine's locale while the output is English.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


async def apply_file(
    file: Path,
    *,
    dry_run: FlagOption = False,
    prune: FlagOption = False,
    app: Application,
) -> None:
    """Apply a TOML configuration file; applying it again changes nothing.

    Args:
        file: Path of the file; docs/configuration.md has an example.
        dry_run: Only print what would change.
        prune: Also remove what the file does not mention, in its workspaces.
    """
    wanted = file_import.read_file(file, app.plugins)
    db, now, quotas = app.db, app.clock.now(), app.settings.quotas
    before = {place.id: place.channel for _, place in await _load_destinations(app)}
    if dry_run:
        changes = await db.read(
            file_import.plan_changes, wanted, prune=prune, now=now, quotas=quotas
        )
    else:
        changes = await db.write(
            file_import.apply_file,
            wanted,
            prune=prune,
            now=now,
            allow_private=app.settings.fetch_allow_private,
            quotas=quotas,
            recorded=True,
        )
    signs = {"add": "+", "change": "~", "remove": "-", "note": "!"}
    for change in changes:
        print_message(f"{signs[change.kind]} {change.text}")
    if not changes:
        print_message("Nothing to change: everything is as the file says.")
    elif dry_run:
        print_message("Nothing was changed (--dry-run).")
    await _warn_of_channels(app, before)


async def _warn_of_channels(app: Application, before: Mapping[int, str]) -> None:
    """Ask the platforms that are switched on about channels that are new.

    Warnings only: a bot may be invited to a channel after it was set up.
    """
    new = [
        (space, place)
        for space, place in await _load_destinations(app)
        if before.get(place.id) != place.channel
    ]
    for space in dict.fromkeys(space for space, _ in new):
        places = [place for home, place in new if home == space]
        check = partial(app.doctor.check_destinations, space, places)
        subject = f"{space.platform} {space.name}"
        for one in await run_check(subject, check, patience=CHANNELS_TIMEOUT):
            if one.state != "ok":
                print_warnings(format_finding(one))


async def _load_destinations(app: Application) -> list[tuple[Workspace, Destination]]:
    return [
        (space, place)
        for space in await app.db.read(workspace_store.list_workspaces)
        for place in await app.db.read(destination_store.list_destinations, space.scope)
    ]


async def export_configuration(
    *, opml: FlagOption = False, workspace: str | None = None, app: Application
) -> None:
    """Print the configuration as a file for `apply`.

    Args:
        opml: Print only the feeds as OPML, for other readers and for `import`.
        workspace: With --opml: id of the only workspace whose feeds are printed.
    """
    if not opml:
        text = await app.db.read(file_import.dump_configuration)
        print_message(text.removesuffix("\n"))
        return
    feeds, secret = await app.db.read(feed_lists.list_all_feeds, workspace=workspace)
    print_bytes(write_opml(feeds, title="Standfirst"))
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
    factory: ApplicationFactory,
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
        print_message(_format_explanation(rule, moments, language))
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


# ── workspaces ──────────────────────────────────────────────────────────────────
#
# `standfirst workspace list, erase`: list workspaces, delete one for good.

#: What is counted, as the operator reads it.
_COUNT_LABELS = {
    "digests": "digests, deleted ones too",
    "destinations": "destinations",
    "grants": "people and roles with access",
    "changes": "changes in the history",
    "editions": "editions",
    "deliveries": "messages recorded",
    "sources": "sources nobody else reads",
    "articles": "articles of these",
}


async def list_workspaces(*, json: JsonOption = False, app: Application) -> None:
    """List the workspaces, including those that removed the bot but still have data."""
    rows = [
        {
            "platform": space.platform,
            "id": space.external_id,
            "name": space.name,
            "left": format_iso(since),
        }
        for space, since in await _load_workspaces(app)
    ]
    lines = (
        f"{row['platform']:<8} {row['id']:<22} {row['name']}"
        f"{'  left ' + row['left'][:10] if row['left'] else ''}"
        for row in rows
    )
    empty = "There is no workspace yet. See: standfirst apply --help"
    print_rows(rows, lines, as_json=json, empty=empty)


async def erase_workspace(
    name: str, *, confirm: str | None = None, app: Application
) -> int:
    """Erase all data of a workspace permanently, after showing what will be deleted.

    Args:
        name: Name of the workspace, or its id on its platform.
        confirm: The name once more, instead of typing it when asked.
    """
    known = [space for space, _ in await _load_workspaces(app)]
    space, eraser = _select_workspace(name, known), app.maintenance.eraser
    _print_erasure(space, await eraser.show(space, None))
    typed = confirm if confirm is not None else _prompt_confirmation()
    if typed is None:
        print_warnings("Nothing was erased. Where nobody can type, say --confirm NAME.")
        return USAGE
    await eraser.order(space, None, typed)
    await eraser.run_ordered()
    print_message("It is erased. Backups and copies of the database still hold it.")
    return OK


def _prompt_confirmation() -> str | None:
    if not sys.stdin.isatty():
        return None
    return input("Type its name to erase all of it: ")


def _print_erasure(space: Workspace, shown: Erasure) -> None:
    print_message(f"Data of «{space.name}» ({space.platform}, {space.external_id}):")
    for kind, words in _COUNT_LABELS.items():
        if shown.counts.get(kind):
            print_message(f"{shown.counts[kind]:>8}  {words}")


async def _load_workspaces(app: Application) -> list[tuple[Workspace, datetime | None]]:
    going = await app.db.read(deletion_store.list_ordered_erasures)
    present = await app.db.read(workspace_store.list_workspaces)
    left = await app.db.read(workspace_store.list_left_workspaces)
    return [
        *((space, None) for space in present),
        *((space, since) for space, since in left if space.id not in going),
    ]


def _select_workspace(name: str, known: list[Workspace]) -> Workspace:
    whole = [one for one in known if f"{one.platform}/{one.external_id}" == name]
    by_id = whole or [space for space in known if space.external_id == name]
    found = by_id or [space for space in known if space.name == name]
    if len(found) == 1:
        return found[0]
    several = len({space.external_id for space in found}) < len(found)
    names = ", ".join(
        f"{s.platform}/{s.external_id}" if several else f"{s.external_id} («{s.name}»)"
        for s in found or known
    )
    if found:
        raise UserError(f"«{name}» fits several; say its id: {names}.")
    raise UnknownName(f"There is no workspace «{name}». Known: {names or 'none'}.")
