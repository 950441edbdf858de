"""`/newsdesk destination`: channels that digests can be posted to, and how.

A channel becomes a destination only from inside it, so that nobody can name a channel
that they cannot see. The configuration rejects options that the platform does not
support, with an error at their question.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated

from bot.commands.changes import propose_and_render, request_edit
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.digest_requests import get_channel, name_destination
from bot.configuration.change_steps import ChangeRequest
from bot.lookup.name_resolution import resolve_destination
from bot.model import (
    Destination,
    Digest,
    ListItem,
    Reply,
    SettingsEntry,
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
