"""`/newsdesk destination`: channels that digests can be posted to, and how.

A channel becomes a destination by a command in it: nobody can name somebody else's
channel. Options that the platform lacks are refused when the change is proposed.
"""

from collections.abc import Sequence

from bot.commands.changes import propose_and_render
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import choose_destination_name, get_channel, request_edit
from bot.commands.forms import build_command_form, wrap_with_form
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.diff import shorten_line
from bot.configuration.settings import (
    build_setting_options,
    format_form_values,
    read_given_settings,
)
from bot.errors import UnknownName
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Destination,
    DestinationSettings,
    Digest,
    Form,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
    SettingsEntry,
)
from bot.storage import destination_store
from digests.language.normalization import normalize_text
from digests.messages import Message


def build_destinations(context: CommandContext) -> tuple[Command, ...]:
    """Build the commands."""
    return (
        _build_here(context),
        _build_edit(context),
        _build_list(context),
        _build_remove(context),
    )


def _build_here(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        place = invocation.place
        channel = get_channel(place)
        known = await load_destinations(context, place)
        there = next((d for d in known if d.channel == channel), None)
        said = invocation.args.get("name", "").strip().lstrip("#")
        name = said or (
            there.name if there else choose_destination_name("", channel, known)
        )
        entry: SettingsEntry = {"name": name, "channel": channel, "stopped": None}
        request = ChangeRequest(
            noun="destination",
            name=there.name if there else name,
            edit=lambda before: {**(before or {}), **entry},
        )
        return await propose_and_render(context, invocation, request)

    return wrap_with_form(
        Command(
            path="newsdesk destination here",
            description="Let digests be posted to this channel",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="name", description="How digests call it", rest=True
                ),
            ),
            examples=(
                "/newsdesk destination here",
                "/newsdesk destination here morning",
            ),
        )
    )


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        known = await load_destinations(context, invocation.place)
        posting = await context.archive.digests(invocation.place.workspace.id)
        lines = tuple(_render_destination(place, posting, texts) for place in known)
        title = texts.say("Destinations")
        if not lines:
            nothing = texts.say(
                "No channel is a destination yet. Run /newsdesk destination "
                "here in the channel that should get the news."
            )
            return Reply(title=title, blocks=(Paragraph(text=nothing),))
        return Reply(title=title, blocks=lines)

    return Command(
        path="newsdesk destination list",
        description="The channels that can be posted to",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk destination list",),
    )


def _render_destination(
    place: Destination, known: tuple[Digest, ...], texts: Texts
) -> ListItem:
    users = [d.name for d in known if place.name in {p.name for p in d.destinations}]
    return ListItem(
        title=f"#{place.name}",
        text=texts.message(place.paused),
        note=", ".join(users) or texts.say("no digest posts there"),
    )


def _build_remove(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        place = invocation.place
        known = await load_destinations(context, place)
        name = find_destination(invocation.args["name"], known).name
        users = [
            request_edit(digest, lambda e: _remove_destination(e, name))
            for digest in await context.archive.digests(place.workspace.id)
            if name in {p.name for p in digest.destinations}
        ]
        gone = ChangeRequest(noun="destination", name=name, edit=lambda _: None)
        return await propose_and_render(context, invocation, *users, gone)

    return wrap_with_form(
        Command(
            path="newsdesk destination remove",
            description="Stop posting to a channel",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="name",
                    description="What the list calls it",
                    required=True,
                    rest=True,
                    completes="destination",
                ),
            ),
            examples=("/newsdesk destination remove morning",),
        )
    )


def _remove_destination(entry: SettingsEntry, name: str) -> SettingsEntry:
    return {**entry, "destinations": [d for d in entry["destinations"] if d != name]}


NAME_OPTION = CommandOption(
    name="name",
    description="Which one; without it the one of this channel",
    completes="destination",
)


def _build_edit(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply | Form:
        args, here = invocation.args, invocation.place
        known = await load_destinations(context, here)
        place = _resolve_destination(args.get("name", ""), here.channel, known)
        wanted = read_given_settings(args, DestinationSettings, "destination edit")
        if not wanted:
            present = format_form_values(place.settings, "destination edit")
            return build_command_form(
                command, {**present, "name": place.name}, texts_for(invocation)
            )
        request = ChangeRequest(
            noun="destination",
            name=place.name,
            edit=lambda entry: {**entry, **wanted} if entry is not None else None,
        )
        return await propose_and_render(context, invocation, request)

    command = Command(
        path="newsdesk destination edit",
        description="Silent, with a ping, in a thread, published",
        permission=Permission.EDITOR,
        run=run,
        options=(
            NAME_OPTION,
            *build_setting_options(DestinationSettings, "destination edit"),
        ),
        examples=(
            "/newsdesk destination edit silent=yes thread=yes",
            '/newsdesk destination edit name=morning ping="role 4711"',
        ),
    )
    return wrap_with_form(command)


def _resolve_destination(
    name: str, channel: str | None, known: Sequence[Destination]
) -> Destination:
    if name.strip():
        return find_destination(name, known)
    here = next((place for place in known if place.channel == channel), None)
    if here is None:
        raise UnknownName(
            "This channel is not a destination yet. Run /newsdesk "
            "destination here first, or name one: /newsdesk destination "
            "list shows them."
        )
    return here


def find_destination(written: str, known: Sequence[Destination]) -> Destination:
    """Find the destination by its name.

    Raises:
        UnknownName: There is none of this name; which ones there are.
    """
    said = normalize_text(written).strip().lstrip("#")
    found = next((d for d in known if normalize_text(d.name) == said), None)
    if found is None:
        names = ", ".join(f"«{d.name}»" for d in known) or Message("none")
        raise UnknownName(
            "There is no destination «{written}» here. There are: {names}.",
            written=shorten_line(written),
            names=names,
        )
    return found


async def load_destinations(
    context: CommandContext, place: Location
) -> tuple[Destination, ...]:
    """Load the destinations of the workspace."""
    return await context.db.read(
        destination_store.list_destinations, workspace_id=place.workspace.id
    )
