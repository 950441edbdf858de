"""Complete what people type for an option: names of the asking workspace only.

Every list is the asking workspace's own, and what is secret in an address is left out.
"""

from zoneinfo import available_timezones

from bot.commands.context import CommandContext
from bot.commands.preview import PREVIEW_DAYS
from bot.commands.workspace import list_people
from bot.configuration import feed_lists
from bot.ingest import addresses
from bot.lookup.name_resolution import format_suggestion
from bot.model import Command, Invocation, complete_sections
from bot.storage import destination_store, reader_store, report_store


async def complete_command_option(
    context: CommandContext,
    commands: tuple[Command, ...],
    invocation: Invocation,
    option: str,
    typed: str,
) -> tuple[str, ...]:
    """Up to 25 values for an option, by what the option says that it takes."""
    wanted = next(
        (
            o
            for command in commands
            if command.path == invocation.path
            for o in command.options
            if o.name == option
        ),
        None,
    )
    if wanted is None:
        return ()
    if wanted.choices:
        found: tuple[str, ...] = wanted.choices
    else:
        found = await _list_names(
            context, commands, invocation, wanted.completes, typed
        )
    start = typed.casefold()
    return tuple(name for name in found if start in name.casefold())[:25]


async def _list_names(
    context: CommandContext,
    commands: tuple[Command, ...],
    invocation: Invocation,
    kind: str,
    typed: str,
) -> tuple[str, ...]:
    workspace_id = invocation.place.workspace.id
    match kind:
        case "speaker":
            return await context.archive.speakers(workspace_id, typed)
        case "digest":
            known = await context.archive.digests(workspace_id)
            return tuple(digest.name for digest in known)
        case "story":
            stored_edition = await context.archive.newest(invocation.place)
            stories = stored_edition.edition.stories if stored_edition else ()
            return tuple(
                format_suggestion(n, story) for n, story in enumerate(stories, 1)
            )
        case "section":
            return complete_sections(typed)
        case "person":
            everybody = list_people(context, invocation.place.workspace)
            return tuple(person.id for person in everybody)
        case "command":
            return tuple(f"/{command.path}" for command in commands)
        case "follow":
            mine = await context.db.read(
                reader_store.list_follows,
                workspace_id=workspace_id,
                person_id=invocation.person.id,
            )
            return tuple(follow.name for follow in mine)
        case _:
            return await list_editor_names(context, workspace_id, kind)


async def list_editor_names(
    context: CommandContext, workspace_id: int, kind: str
) -> tuple[str, ...]:
    """All names of the kind that the workspace knows; none of an unknown kind."""
    match kind:
        case "day":
            return PREVIEW_DAYS
        case "pack":
            return feed_lists.list_packs()
        case "zone":
            return tuple(sorted(z for z in available_timezones() if "/" in z))
        case "destination":
            places = await context.db.read(
                destination_store.list_destinations, workspace_id=workspace_id
            )
            return tuple(place.name for place in places)
        case "report":
            found = await context.db.read(
                report_store.list_open_reports, workspace_id=workspace_id, limit=25
            )
            return tuple(report.public_id for report in found)
        case "source" | "filter" | "schedule":
            return await _list_digest_names(context, workspace_id, kind)
        case _:
            return ()


async def _list_digest_names(
    context: CommandContext, workspace_id: int, kind: str
) -> tuple[str, ...]:
    found: list[str] = []
    for digest in await context.archive.digests(workspace_id):
        match kind:
            case "source":
                every = (*digest.sources, *digest.paused_sources)
                found += [s.called or addresses.mask_secrets(s.name) for s in every]
            case "filter":
                found += [*digest.options.include, *digest.options.exclude]
            case "schedule":
                found += digest.schedules
    return tuple(dict.fromkeys(found))
