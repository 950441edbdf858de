"""Build the change requests that create a digest, with its destination and time zone.

Used by `/newsdesk setup` and by the panel: the channel becomes a destination unless it
is one, a pack's name stands for its feeds, and the workspace takes its time zone from
its first schedule.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from bot.commands.context import CommandContext, Option, collapse_blanks
from bot.configuration import feed_lists
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.feed_lists import expand_addresses
from bot.errors import FieldError, UserError
from bot.model import (
    DEFAULT_DIGEST,
    Destination,
    DigestSettings,
    Location,
    SettingsEntry,
    get_setting,
)
from bot.schedules.parsing import parse_schedule


def describe_setting(name: str) -> str:
    """Return what a setting of a digest means: an English message."""
    setting = get_setting(DigestSettings, name)
    assert setting is not None, name
    return setting.info.help


#: What is asked of the sources of a new digest.
SOURCES_HELP = "Addresses of feeds or sites, or a pack such as world"
#: What a new digest can be given.
NewName = Annotated[str, Option(describe_setting("name"), convert=collapse_blanks)]
NewSources = Annotated[
    str, Option(SOURCES_HELP, completes="pack", settings=("sources",))
]
NewSchedule = Annotated[str, Option(describe_setting("schedule"))]
NewStories = Annotated[str, Option(describe_setting("stories"))]
NewLanguage = Annotated[str, Option(describe_setting("language"), completes="language")]

#: The first channel of the local page.
FIRST_LOCAL_CHANNEL = "news"
_NAME_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def parse_names(typed: str) -> list[str]:
    """Parse names that are separated by commas."""
    return [*filter(None, map(str.strip, typed.split(",")))]


async def request_new_digest(
    context: CommandContext,
    name: str,
    source: str,
    schedule: str,
    settings: Mapping[str, str],
    to: Sequence[str] = (),
) -> list[ChangeRequest]:
    """Build the requests for zone, destination and digest, in this order.

    Args:
        context: The call, whose channel is the destination unless others are named.
        name: Its name; "" here and below means not answered.
        source: As in `expand_addresses`.
        schedule: A sentence.
        settings: Other settings, as they were typed.
        to: Names of destinations.
    """
    requests = await _request_zone(context, schedule)
    if not to:
        place, created = await _request_destination(context, name)
        requests += created
        to = [place]
    entry: SettingsEntry = {
        **DEFAULT_DIGEST,
        "name": name,
        "sources": expand_addresses(source),
        "schedule": [schedule] if schedule else [],
        "destinations": list(to),
        "language": feed_lists.get_pack_language(source) or "en",
        **settings,
    }
    return [*requests, request_digest(name, entry)]


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
    new = ChangeRequest(noun="destination", name=called, edit=lambda _: entry)
    return called, [new]


def get_channel(place: Location) -> str:
    """Return the channel's id on its platform."""
    if place.channel is not None:
        return place.channel
    if place.workspace.is_local:
        return FIRST_LOCAL_CHANNEL
    raise UserError(
        "There is no channel here. Run /newsdesk setup in the channel that should get "
        "the news."
    )


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
    entry = {"name": "zone", "zone": zone}
    return [ChangeRequest(noun="zone", name="zone", edit=lambda _: entry)]
