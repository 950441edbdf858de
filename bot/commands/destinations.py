"""`/newsdesk destination`: channels that digests can be posted to, and how.

A channel becomes a destination only from inside it, so that nobody can name a channel
that they cannot see. The configuration rejects options that the platform does not
support, with an error at their question.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated

from bot.commands.changes import propose_and_render, request_edit
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, OptionGroup, command
from bot.commands.digest_requests import get_channel, name_destination
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.settings import format_typed_value
from bot.errors import UnknownName
from bot.lookup.name_resolution import resolve_destination
from bot.model import (
    Destination,
    DestinationSettings,
    Digest,
    Form,
    ListItem,
    Reply,
    SettingsEntry,
    list_settings,
)


@command(
    "newsdesk destination here", "Let digests be posted to this channel", "", "morning"
)
async def add_destination(
    context: CommandContext,
    name: Annotated[str, Option("How digests call it", rest=True)] = "",
) -> Reply:
    """Propose this channel as a destination, or resume posting there."""
    channel, known = get_channel(context.place), await context.list_destinations()
    there = next((place for place in known if place.channel == channel), None)
    present = there.name if there else name_destination("", channel, known)
    name = name.lstrip("#") or present
    entry = {"name": name, "channel": channel, "stopped": None}
    request = ChangeRequest(
        noun="destination",
        name=present if there else name,
        edit=lambda before: {**(before or {}), **entry},
    )
    return await propose_and_render(context, request)


@command("newsdesk destination list", "The channels that can be posted to")
async def list_destinations(context: CommandContext) -> Reply:
    """List the destinations, each with the digests that are posted there."""
    lines, users_of = [], defaultdict(list)
    for digest in await context.list_digests():
        for place in digest.destinations:
            users_of[place.name].append(digest.name)
    for place in await context.list_destinations():
        users = ", ".join(users_of[place.name])
        note = users or context.say("no digest posts there")
        text = context.message(place.paused)
        lines.append(ListItem(title=f"#{place.name}", text=text, note=note))
    nothing = context.say(
        "No channel is a destination yet. Run /newsdesk destination here in the "
        "channel that should get the news."
    )
    return context.listing(context.say("Destinations"), lines, nothing=nothing)


def _list_users(place: Destination, known: Iterable[Digest]) -> list[Digest]:
    """List the digests that are posted there."""
    return [d for d in known if any(place.name == p.name for p in d.destinations)]


async def _find_destination(context: CommandContext, typed: str) -> Destination:
    return resolve_destination(await context.list_destinations(), typed)


@command("newsdesk destination remove", "Stop posting to a channel", "morning")
async def remove_destination(
    context: CommandContext,
    name: Annotated[
        Destination,
        Option(
            "What the list calls it",
            rest=True,
            completes="destination",
            convert=_find_destination,
        ),
    ],
) -> Reply:
    """Propose to remove the destination, also from the digests posted there."""

    def leave(entry: SettingsEntry) -> SettingsEntry:
        others = [place for place in entry["destinations"] if place != name.name]
        return {**entry, "destinations": others}

    users = _list_users(name, await context.list_digests())
    left = [request_edit(digest, leave) for digest in users]
    gone = ChangeRequest(noun="destination", name=name.name, edit=lambda _: None)
    return await propose_and_render(context, *left, gone)


async def _find_destination_or_here(context: CommandContext, typed: str) -> Destination:
    known = await context.list_destinations()
    if typed:
        return resolve_destination(known, typed)
    here = next((p for p in known if p.channel == context.place.channel), None)
    if here is None:
        raise UnknownName(
            "This channel is not a destination yet. Run /newsdesk destination here "
            "first, or name one: /newsdesk destination list shows them."
        )
    return here


@command(
    "newsdesk destination edit",
    "Silent, with a ping, in a thread, published",
    "silent=yes thread=yes",
    'name=morning ping="role 4711"',
)
async def edit_destination(
    context: CommandContext,
    name: Annotated[
        Destination,
        Option(
            "Which one; without it the one of this channel",
            completes="destination",
            implicit=True,
            convert=_find_destination_or_here,
        ),
    ],
    settings: Annotated[
        Mapping[str, str],
        OptionGroup(DestinationSettings, ("silent", "ping", "thread", "crosspost")),
    ],
) -> Reply | Form:
    """Propose posting options; without any, show a form with the present ones."""
    if not settings:
        entry = name.settings.to_entry()
        present = {
            one.name: format_typed_value(one, entry[one.name])
            for one in list_settings(DestinationSettings)
            if one.info.group == "look"
        }
        return context.form({**present, "name": name.name})
    request = ChangeRequest(
        noun="destination",
        name=name.name,
        edit=lambda entry: {**entry, **settings} if entry is not None else None,
    )
    return await propose_and_render(context, request)
