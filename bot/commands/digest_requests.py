"""Build the change requests that create a digest, with its destination and time zone.

The channel becomes a destination unless it is one, a pack's name stands for its feeds,
and the workspace takes its time zone from its first schedule.
"""

import re
from collections.abc import Mapping, Sequence

from bot.commands.context import CommandContext
from bot.configuration import feed_lists
from bot.configuration.change_steps import ChangeRequest, request_entry
from bot.configuration.feed_lists import expand_addresses
from bot.errors import FieldError, UserError
from bot.lookup.name_resolution import HERE, get_channel, is_here
from bot.model import DEFAULT_DIGEST, Destination, SettingsEntry
from bot.schedules.parsing import parse_schedule

_NAME_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


async def request_new_digest(
    context: CommandContext, wanted: Mapping[str, str]
) -> list[ChangeRequest]:
    """Build the requests for zone, destination and digest, in this order.

    Args:
        context: The call, whose channel is the destination unless others are named.
        wanted: Settings of the digest, as they were typed.
    """
    name, sources = " ".join(wanted["name"].split()), wanted["sources"]
    schedule = wanted.get("schedule", "")
    requests = await _request_zone(context, schedule)
    places = []
    for typed in parse_names(wanted.get("destinations", "")) or [HERE]:
        if is_here(typed):
            place, created = await _request_destination(context, name)
            requests += created
            places.append(place)
        else:
            places.append(typed.removeprefix("#"))
    entry: SettingsEntry = {
        **DEFAULT_DIGEST,
        "language": feed_lists.get_pack_language(sources) or "en",
        **wanted,
        "name": name,
        "sources": expand_addresses(sources),
        "schedule": [schedule] if schedule else [],
        "destinations": places,
    }
    return [*requests, request_digest(name, entry)]


def parse_names(typed: str) -> list[str]:
    """Parse names that are separated by commas."""
    return [*filter(None, map(str.strip, typed.split(",")))]


def request_digest(name: str, entry: SettingsEntry) -> ChangeRequest:
    """Build a request for a digest with these settings, under an unused name."""

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        if before is not None:
            raise FieldError(
                "There is already a digest «{name}».", name=name, field="name"
            )
        return entry

    return ChangeRequest(noun="digest", name=name, edit=edit)


async def _request_destination(
    context: CommandContext, name: str
) -> tuple[str, list[ChangeRequest]]:
    """Return the name of this channel's destination, and requests to create it."""
    channel, known = get_channel(context.place), await context.list_destinations()
    for found in known:
        if found.channel == channel:
            return found.name, []
    called = name_destination(name, channel, known)
    entry = {"name": called, "channel": channel, "stopped": None}
    return called, [request_entry("destination", called, entry)]


def name_destination(wanted: str, channel: str, known: Sequence[Destination]) -> str:
    """Choose a short, unused destination name, from the words or the channel's name."""
    words = "-".join(_NAME_WORD.findall(wanted.lower()))[:40].strip("-") or channel[:40]
    taken = {place.name for place in known}
    numbered = (f"{words}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (words, *numbered) if name not in taken)


async def _request_zone(context: CommandContext, sentence: str) -> list[ChangeRequest]:
    """Build the request for the workspace's zone, from its first schedule, if unset."""
    if context.zone != "UTC" or await context.list_digests():
        return []
    try:
        zone = parse_schedule(sentence).zone
    except UserError:
        return []
    return [request_entry("zone", "zone", {"name": "zone", "zone": zone})]
