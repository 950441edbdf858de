"""`standfirst digest …`: post, undo, preview, list, pause, resume, skip, release."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from bot.cli.console import (
    FlagOption,
    JsonOption,
    WorkspaceOption,
    application_command,
    load_named_digest,
    print_json,
    print_message,
    print_rows,
)
from bot.errors import UserError
from bot.ports import PlatformContext

if TYPE_CHECKING:
    from bot.model import Delivery, Digest, SettingsEntry, Workspace
    from bot.runner import Application


@application_command
async def post_digest(
    application: "Application",
    name: str | None = None,
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Order one edition now; the scheduled one still comes.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
    """
    found = await load_named_digest(application, name, workspace)
    key = f"cli-{application.clock.now():%Y%m%dT%H%M%S%f}"
    lacks = await _find_missing_setting(application, found)
    if lacks:
        await application.publisher.order(found, key)
        print_message(
            f"An edition of «{found.name}» is ordered. This terminal lacks "
            f"{lacks}, so the Standfirst that runs on this database with it, or "
            "the next one to start, makes the edition and posts it."
        )
        return
    outcome = await application.publisher.post_now(found, key)
    if outcome.stored_edition is None:
        print_message(f"No edition: {outcome.reason}")
        return
    count = len(outcome.stored_edition.edition.stories)
    print_message(
        f"Edition {outcome.stored_edition.public_id} with {count} stories "
        "is on its way."
    )


async def _find_missing_setting(application: "Application", found: "Digest") -> str:
    """Return the missing setting of the digest's platform; "" if none is missing.

    An edition is rendered by its platform. Without the platform it would not be posted,
    but its articles would count as published.
    """
    from bot.storage import workspace_store

    kept = await application.db.read(workspace_store.find_workspace, found.scope)
    if kept is None or kept.platform in application.platforms:
        return ""
    plugin = application.plugins.get(kept.platform)
    return plugin.required_settings if plugin else f"the platform {kept.platform}"


@application_command
async def undo_edition(
    application: "Application",
    name: str | None = None,
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Take a digest's newest edition back, within ten minutes.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
    """
    from bot.publishing import manual

    found = await load_named_digest(application, name, workspace)
    key: dict[str, Any] = {"scope": found.scope, "now": application.clock.now()}
    stored_edition = await application.db.read(
        manual.find_undoable_edition, **key, digest_id=found.id
    )
    done = await application.db.write(
        manual.undo_edition,
        **key,
        public_id=stored_edition.public_id,
        by="the command line",
    )
    if done.before:
        print_message(f"Edition {stored_edition.public_id} was taken back before.")
    else:
        print_message(
            f"Edition {stored_edition.public_id} is taken back: "
            f"{done.deleted} messages are "
            f"being deleted, {done.cancelled} are not sent."
        )


@application_command
async def preview_digest(
    application: "Application",
    name: str | None = None,
    *,
    workspace: WorkspaceOption = None,
    format: str = "text",
) -> None:
    """Print what would be posted now; nothing is posted.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
        format: text, markdown or html; or a platform's name for its payloads as JSON.
    """
    from digests import templates

    plugins, platforms = application.plugins, dict(application.platforms)
    documents = {name: name for name in get_args(templates.DocumentFormat)}
    if format not in (*documents, *plugins):
        choices = ", ".join((*documents, *plugins))
        raise UserError("--format is one of: {choices}.", choices=choices)
    if format in plugins and format not in platforms:
        context = PlatformContext(
            settings=application.settings, clock=application.clock
        )
        platforms[format] = plugins[format].build(context).platform
    found = await load_named_digest(application, name, workspace)
    publisher = replace(application.publisher, platforms=platforms)
    shown_by = format if format in platforms else next(iter(platforms))
    draft = await publisher.preview(found, shown_by)
    if format in platforms:
        print_json([dict(part.payload) for part in draft.parts])
    elif draft.edition.stories:
        print(templates.render(draft.edition, documents[format]))
    else:
        print_message("Nothing would be posted now: nothing is new.")


@application_command
async def list_digests(application: "Application", *, json: JsonOption = False) -> None:
    """List the digests with their schedules and next due moments."""
    known = await application.archive.all_digests()
    lines = (
        f"{found.name}  ({'; '.join(found.schedules)})  "
        f"next: {_format_next_due(application, found)}"
        for found in known
    )
    print_rows(
        [_digest_row(application, found) for found in known],
        lines,
        as_json=json,
        empty="No digest is set up. See: standfirst apply --help",
    )


def _format_next_due(application: "Application", found: "Digest") -> str:
    """Format the next due moment in the digest's own zone."""
    from bot.i18n.translation import Texts
    from bot.publishing.planning import digest_zone, find_next_due

    now, zone = application.clock.now(), digest_zone(found)
    due = find_next_due(found, now)
    if due is None:
        return "paused" if found.paused else "no schedule"
    return f"{Texts.of('en').moment(due, zone, now)} ({zone})"


def _digest_row(application: "Application", found: "Digest") -> dict[str, Any]:
    from bot.publishing.planning import find_next_due

    due = find_next_due(found, application.clock.now())
    return {
        "name": found.name,
        "schedule": list(found.schedules),
        "destinations": [place.name for place in found.destinations],
        "next": due.isoformat() if due else None,
        "paused": found.paused,
        "paused_until": found.paused_until and found.paused_until.isoformat(),
        "skip": [day.isoformat() for day in found.skips],
    }


@application_command
async def pause_digest(
    application: "Application",
    name: str | None = None,
    *,
    until: date | None = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Stop a digest's schedules until it is resumed, or until a date.

    Args:
        name: The digest; may be left out where there is only one.
        until: The first day on which it posts again, as 2026-12-24.
        workspace: Id of its workspace, where names clash.
    """
    found = await load_named_digest(application, name, workspace)
    changes = {"paused": True} if until is None else {"paused_until": until}
    await _change_digest(application, found, changes)
    how_long = f" until {until}" if until else ""
    print_message(
        f"«{found.name}» is paused{how_long}; articles wait for the next edition."
    )


@application_command
async def resume_digest(
    application: "Application",
    name: str | None = None,
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Start a paused digest's schedules again.

    Args:
        name: The digest; may be left out where there is only one.
        workspace: Id of its workspace, where names clash.
    """
    found = await load_named_digest(application, name, workspace)
    await _change_digest(application, found, {"paused": False, "paused_until": None})
    print_message(f"«{found.name}» goes on.")


@application_command
async def skip_day(
    application: "Application",
    day: date,
    name: str | None = None,
    *,
    back: bool = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Leave one day out; its articles come with the next edition.

    Args:
        day: The date where the digest's readers live, as 2026-12-24.
        name: The digest; may be left out where there is only one.
        back: Do not leave it out after all.
        workspace: Id of its workspace, where names clash.
    """
    found = await load_named_digest(application, name, workspace)
    days = set(found.skips) - {day} if back else {*found.skips, day}
    await _change_digest(application, found, {"skip": sorted(days)})
    done = "is not left out" if back else "is left out"
    print_message(f"{day} {done} of «{found.name}».")


async def _change_digest(
    application: "Application", digest: "Digest", changes: "SettingsEntry"
) -> None:
    """Change settings of the digest, and record it in its workspace's history."""
    from bot.configuration.change_steps import ChangeContext, ChangeRequest
    from bot.configuration.changes import apply_requests

    request = ChangeRequest(
        noun="digest", name=digest.name, edit=lambda entry: {**(entry or {}), **changes}
    )
    operator = ChangeContext(plugins=application.plugins, now=application.clock.now())
    await application.db.write(apply_requests, digest.scope, [request], operator)


@application_command
async def release_delivery(
    application: "Application",
    key: str | None = None,
    *,
    leave: FlagOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Send a held message again; it may then stand in its channel twice.

    Args:
        key: Which one, by the beginning of its key; without it they are listed.
        leave: Leave it as it is, and let what waits behind it go out.
        workspace: Id of its workspace, where keys clash.
        json: Print the list as JSON.
    """
    found = await _load_held_deliveries(application, workspace)
    if key is None:
        _print_held_deliveries(found, as_json=json)
    else:
        held = [one for _, one in found]
        await _decide_held_delivery(application, held, key, leave=leave)


async def _load_held_deliveries(
    application: "Application", only: str | None
) -> list[tuple["Workspace", "Delivery"]]:
    from bot.storage import delivery_store, workspace_store

    return [
        (home, one)
        for home in await application.db.read(workspace_store.list_workspaces)
        if only in (None, home.external_id)
        for one in await application.db.read(
            delivery_store.list_held_deliveries, home.scope
        )
    ]


def _print_held_deliveries(
    found: "list[tuple[Workspace, Delivery]]", *, as_json: bool
) -> None:
    from bot.delivery.send_failures import SHORT_KEY_LENGTH

    rows = [
        {
            "key": one.key,
            "workspace": home.external_id,
            "channel": one.channel,
            "part": one.part,
            "reason": str(one.reason) if one.reason else None,
        }
        for home, one in found
    ]
    lines = (
        f"{one.key[:SHORT_KEY_LENGTH]}  {home.platform} {home.name}, "
        f"channel {one.channel}, part {one.part}: {one.reason or ''}"
        for home, one in found
    )
    print_rows(
        rows,
        lines,
        as_json=as_json,
        empty="Nothing is held: of every message it is known whether it arrived.",
    )


async def _decide_held_delivery(
    application: "Application", found: "list[Delivery]", key: str, *, leave: bool
) -> None:
    from bot.delivery import send_failures

    one = send_failures.find_held(found, key)
    await application.db.write(
        send_failures.decide_held,
        one.scope,
        key=one.key,
        decision="leave" if leave else "again",
        by="The command line",
        now=application.clock.now(),
    )
    if leave:
        print_message(
            "It is not sent again; the messages that waited for it are sent now."
        )
    else:
        print_message("It goes out again, and may then stand in its channel twice.")
