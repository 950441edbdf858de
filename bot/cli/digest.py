"""`standfirst digest …`: post, undo, preview, list, pause, resume, skip, release."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, get_args

from bot.cli.arguments import (
    DigestName,
    FlagOption,
    JsonOption,
    WorkspaceId,
    load_named_digest,
)
from bot.cli.console import format_iso, print_json, print_message, print_rows
from bot.configuration.change_steps import ChangeContext, ChangeRequest
from bot.configuration.changes import apply_requests
from bot.delivery import attempts
from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.lookup.name_resolution import select_workspaces
from bot.model import Delivery, Digest, Workspace
from bot.operations.doctor import describe_next_due
from bot.ports import PlatformContext, ReportProgress
from bot.publishing import manual
from bot.publishing.planning import digest_zone, find_next_due
from bot.runner import Application
from bot.schedules.calendar import load_zone
from bot.storage import delivery_store, workspace_store
from digests import templates


async def post_digest(
    name: DigestName = None, *, workspace: WorkspaceId = None, app: Application
) -> None:
    """Post an edition now; the scheduled one is still posted.

    If only another process has the platform's token, that process posts it.
    """
    digest = await load_named_digest(app, name, workspace)
    key = f"cli-{app.clock.now():%Y%m%dT%H%M%S%f}"
    lacks = await _find_missing_setting(app, digest)
    if lacks:
        await app.publisher.order(digest, key)
        print_message(
            f"An edition of «{digest.name}» is ordered. This terminal lacks "
            f"{lacks}, so the Standfirst that runs on this database with it, or "
            "the next one to start, makes the edition and posts it."
        )
        return
    outcome = await app.publisher.post_now(digest, key)
    edition = outcome.stored_edition
    if edition is None:
        print_message(f"No edition: {outcome.reason}")
    else:
        stories = Texts.of("en").count(
            "{n} story", "{n} stories", len(edition.edition.stories)
        )
        print_message(f"Edition {edition.public_id} with {stories} is on its way.")
    if outcome.unread:
        names = ", ".join(outcome.unread)
        print_message(
            f"Not included, because they could not be read now: {names}. "
            "«standfirst source list» says why."
        )


async def _find_missing_setting(app: Application, digest: Digest) -> str:
    """Return the missing setting of the digest's platform; "" if none is missing.

    An edition is rendered by its platform. Without the platform it would not be posted,
    but its articles would count as published.
    """
    home = await app.db.read(workspace_store.find_workspace, digest.scope)
    if home is None or home.platform in app.platforms:
        return ""
    plugin = app.plugins.get(home.platform)
    return plugin.required_settings if plugin else f"the platform {home.platform}"


async def undo_edition(
    name: DigestName = None, *, workspace: WorkspaceId = None, app: Application
) -> None:
    """Delete a digest's newest edition, within ten minutes of posting it."""
    digest = await load_named_digest(app, name, workspace)
    now = app.clock.now()
    edition = await app.db.read(
        manual.find_undoable_edition, digest.scope, digest_id=digest.id, now=now
    )
    done = await app.db.write(
        manual.undo_edition,
        digest.scope,
        public_id=edition.public_id,
        by="the command line",
        now=now,
    )
    if done.before:
        print_message(f"Edition {edition.public_id} was taken back before.")
    else:
        print_message(
            f"Edition {edition.public_id} is taken back: {done.deleted} messages are "
            f"being deleted, {done.cancelled} are not sent."
        )


async def preview_digest(
    name: DigestName = None,
    *,
    workspace: WorkspaceId = None,
    format: str = "text",
    app: Application,
) -> None:
    """Print what would be posted now, without posting it.

    Args:
        format: text, markdown or html; or a platform's name for its payloads as JSON.
    """
    plugins, platforms = app.plugins, dict(app.platforms)
    documents = {name: name for name in get_args(templates.DocumentFormat)}
    if format not in (*documents, *plugins):
        choices = ", ".join((*documents, *plugins))
        raise UserError("--format is one of: {choices}.", choices=choices)
    if format in plugins and format not in platforms:
        context = PlatformContext(settings=app.settings, clock=app.clock)
        platforms[format] = plugins[format].build(context).platform
    digest = await load_named_digest(app, name, workspace)
    publisher = replace(app.publisher, platforms=platforms)
    shown_by = format if format in platforms else next(iter(platforms))
    with show_page_progress() as report:
        draft = await publisher.preview(digest, shown_by, report)
    if format in platforms:
        print_json([dict(part.payload) for part in draft.rendered.parts])
    elif draft.edition.stories:
        zone = load_zone(digest_zone(digest))
        print_message(templates.render(draft.edition, documents[format], zone))
    else:
        print_message("Nothing would be posted now: nothing is new.")


@contextmanager
def show_page_progress() -> Iterator[ReportProgress | None]:
    """Show how many pages were read so far, on stderr, at a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading the sources") as status:
        yield lambda done, total: status.update(f"Reading pages: {done} of {total}")


async def list_digests(*, json: JsonOption = False, app: Application) -> None:
    """List the digests with their schedules and next times."""
    digests = await app.archive.all_digests()
    now, texts = app.clock.now(), Texts.of("en")
    rows = [_digest_row(digest, now) for digest in digests]
    lines = (
        f"{digest.name}  ({'; '.join(digest.schedules)})  "
        f"{describe_next_due(digest, now, texts)}"
        for digest in digests
    )
    empty = "No digest is set up. See: standfirst apply --help"
    print_rows(rows, lines, as_json=json, empty=empty)


def _digest_row(digest: Digest, now: datetime) -> dict[str, Any]:
    due = find_next_due(digest, now)
    return {
        "name": digest.name,
        "schedule": list(digest.schedules),
        "destinations": [place.name for place in digest.destinations],
        "next": format_iso(due),
        "paused": digest.paused,
        "paused_until": format_iso(digest.paused_until),
        "skip": list(map(format_iso, digest.skips)),
    }


async def pause_digest(
    name: DigestName = None,
    *,
    until: date | None = None,
    workspace: WorkspaceId = None,
    app: Application,
) -> None:
    """Pause a digest until it is resumed, or until a date.

    Args:
        until: First day on which it posts again, such as 2026-12-24.
    """
    digest = await load_named_digest(app, name, workspace)
    changes = {"paused": True} if until is None else {"paused_until": until}
    await _change_digest(app, digest, **changes)
    how_long = f" until {until}" if until else ""
    print_message(
        f"«{digest.name}» is paused{how_long}; articles wait for the next edition."
    )


async def resume_digest(
    name: DigestName = None, *, workspace: WorkspaceId = None, app: Application
) -> None:
    """Resume a paused digest."""
    digest = await load_named_digest(app, name, workspace)
    await _change_digest(app, digest, paused=False, paused_until=None)
    print_message(f"«{digest.name}» is resumed.")


async def skip_day(
    day: date,
    name: DigestName = None,
    *,
    back: bool = False,
    workspace: WorkspaceId = None,
    app: Application,
) -> None:
    """Skip one day; its articles appear in the next edition.

    Args:
        day: Date in the digest's time zone, such as 2026-12-24.
        back: Do not skip the day after all.
    """
    digest = await load_named_digest(app, name, workspace)
    days = set(digest.skips) - {day} if back else {*digest.skips, day}
    await _change_digest(app, digest, skip=sorted(days))
    done = "is not skipped" if back else "is skipped"
    print_message(f"{day} {done} by «{digest.name}».")


async def _change_digest(app: Application, digest: Digest, **changes: object) -> None:
    """Change settings of the digest, and record it in its workspace's history."""
    request = ChangeRequest(
        noun="digest", name=digest.name, edit=lambda entry: {**(entry or {}), **changes}
    )
    operator = ChangeContext(
        plugins=app.plugins, now=app.clock.now(), quotas=app.settings.quotas
    )
    await app.db.write(apply_requests, digest.scope, [request], operator)


async def release_delivery(
    key: str | None = None,
    *,
    leave: FlagOption = False,
    workspace: str | None = None,
    json: JsonOption = False,
    app: Application,
) -> None:
    """Send a held message again; it may then be in its channel twice.

    A message is held when it may or may not have arrived.

    Args:
        key: Beginning of the message's key; without it, the held messages are listed.
        leave: Do not send it again, only the messages that wait behind it.
        workspace: Id of the only workspace to consider.
    """
    found = await _load_held_deliveries(app, workspace)
    if key is None:
        _print_held_deliveries(found, as_json=json)
        return
    held = attempts.find_held([delivery for _, delivery in found], key)
    await app.db.write(
        attempts.decide_held,
        held.scope,
        key=held.key,
        decision="leave" if leave else "again",
        by="The command line",
        now=app.clock.now(),
    )
    if leave:
        print_message(
            "It is not sent again; the messages that waited for it are sent now."
        )
    else:
        print_message("It is sent again, and may then be in its channel twice.")


async def _load_held_deliveries(
    app: Application, only: str | None
) -> list[tuple[Workspace, Delivery]]:
    known = await app.db.read(workspace_store.list_workspaces)
    return [
        (home, delivery)
        for home in select_workspaces(known, only)
        for delivery in await app.db.read(
            delivery_store.list_held_deliveries, home.scope
        )
    ]


def _print_held_deliveries(
    found: list[tuple[Workspace, Delivery]], *, as_json: bool
) -> None:
    rows = [
        {
            "key": held.key,
            "workspace": home.external_id,
            "channel": held.channel,
            "part": held.part,
            "reason": str(held.reason) if held.reason else None,
        }
        for home, held in found
    ]
    lines = (
        f"{held.key[: attempts.SHORT_KEY_LENGTH]}  {home.platform} {home.name}, "
        f"channel {held.channel}, part {held.part}: {held.reason or ''}"
        for home, held in found
    )
    empty = "Nothing is held: of every message it is known whether it arrived."
    print_rows(rows, lines, as_json=as_json, empty=empty)
