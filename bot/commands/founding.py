"""What a new digest needs, from what somebody answered: wishes, and nothing is done.

Both `/newsdesk setup` and `/newsdesk digest create` begin here: the channel becomes a
destination where it is none, a pack's name stands for its feeds, and the workspace
takes its zone from its first schedule.
"""

import re
from collections.abc import Iterator, Mapping

from bot import schedules
from bot.commands.desk import Desk
from bot.configuring import NEW_DIGEST, Entry, Mistake, Wish, packs
from bot.errors import UserError
from bot.storage import destinations
from bot.types import Destination, Invocation, Place

#: The channel that the local page begins with.
FIRST_CHANNEL = "news"
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", re.ASCII)


async def wishes(
    desk: Desk, asked: Invocation, answers: Mapping[str, str]
) -> list[Wish]:
    """Zone, destination and digest as they are wanted, in this order.

    Args:
        desk: The commands' desk.
        asked: Where it was asked: that channel is the destination.
        answers: name, source, and perhaps schedule, stories, language, to.
    """
    name = " ".join(answers.get("name", "").split())
    source, sentence = answers.get("source", ""), answers.get("schedule", "")
    to = [part.strip() for part in answers.get("to", "").split(",") if part.strip()]
    found: list[Wish] = []
    if not to:
        place, wish = await here(desk, asked.place, name)
        found += [wish] if wish else []
        to = [place]
    entry: Entry = {
        **NEW_DIGEST,
        "name": name,
        "sources": listed(source),
        "schedule": [sentence] if sentence.strip() else [],
        "destinations": to,
        "stories": answers.get("stories") or NEW_DIGEST["stories"],
        "language": answers.get("language") or packs.language_of(source) or "en",
    }
    return [*await _zone(desk, asked.place, sentence), *found, _new(name, entry)]


def listed(written: str) -> list[str]:
    """The addresses that are meant: whole ones, hosts, and the feeds of packs."""
    found: list[str] = []
    for word in _words(written):
        feeds = packs.addresses_of(word)
        if feeds:
            found += feeds
        elif "://" not in word and _HOST.fullmatch(word):
            found.append(f"https://{word}")
        else:
            found.append(word)
    return found


def _words(written: str) -> Iterator[str]:
    """What spaces and commas part; a comma inside of an address parts nothing."""
    for word in re.split(r"\s+|,(?=https?://)", written):
        parts = [word] if "://" in word else word.split(",")
        yield from (part.rstrip(",") for part in parts if part.strip(","))


async def here(desk: Desk, place: Place, name: str) -> tuple[str, Wish | None]:
    """The destination of this channel: its name, and the wish that makes it."""
    channel = channel_of(place)
    known = await desk.db.read(
        destinations.in_workspace, workspace_id=place.workspace.id
    )
    for found in known:
        if found.channel == channel:
            return found.name, None
    called = free_name(name, channel, known)
    entry = {"name": called, "channel": channel, "stopped": None}
    return called, Wish(noun="destination", name=called, edit=lambda _: entry)


def channel_of(place: Place) -> str:
    """The channel's id on its platform."""
    if place.channel is not None:
        return place.channel
    if place.workspace.platform == "local":
        return FIRST_CHANNEL
    raise UserError(
        "There is no channel here. Run this in the channel that the digest is for."
    )


def free_name(wanted: str, channel: str, known: tuple[Destination, ...]) -> str:
    """A short name that no destination has: from the words, or else the channel's."""
    words = "-".join(_WORD.findall(wanted.lower()))[:40].strip("-") or channel[:40]
    taken = {place.name for place in known}
    numbered = (f"{words}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (words, *numbered) if name not in taken)


def _new(name: str, entry: Entry) -> Wish:
    def edit(before: Entry | None) -> Entry:
        if before is not None:
            raise Mistake(
                "Another digest is called «{name}» already.", name=name, field="name"
            )
        return entry

    return Wish(noun="digest", name=name, edit=edit)


async def _zone(desk: Desk, place: Place, sentence: str) -> list[Wish]:
    """The first schedule says where its people live, until somebody says it better."""
    workspace = place.workspace
    if workspace.zone != "UTC" or await desk.archive.digests(workspace.id):
        return []
    try:
        zone = schedules.parse(sentence).zone
    except UserError:
        return []
    entry = {"name": "zone", "zone": zone}
    return [Wish(noun="zone", name="zone", edit=lambda _: entry)]
