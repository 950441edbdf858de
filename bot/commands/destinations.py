"""/newsdesk destination: the channels that digests can be posted to.

A channel becomes one only from inside it: nobody can name a channel that is not theirs.
"""

from bot.commands import destination_manner
from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.destinations_here import called, known_here
from bot.commands.founding import channel_of, free_name
from bot.commands.newsdesk_digest import edited
from bot.commands.proposals import proposed
from bot.commands.wording import texts_of
from bot.configuring import Entry, Wish
from bot.texts import Texts
from bot.types import (
    Command,
    Destination,
    Digest,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
)


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_here(desk), destination_manner.build(desk), _list(desk), _remove(desk))


def _here(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        place = invocation.place
        channel = channel_of(place)
        known = await known_here(desk, place)
        there = next((d for d in known if d.channel == channel), None)
        said = invocation.args.get("name", "").strip().lstrip("#")
        name = said or (there.name if there else free_name("", channel, known))
        entry: Entry = {"name": name, "channel": channel, "stopped": None}
        wish = Wish(
            noun="destination",
            name=there.name if there else name,
            edit=lambda before: {**(before or {}), **entry},
        )
        return await proposed(desk, invocation, wish)

    return asks_back(
        Command(
            path="newsdesk destination here",
            description="Let digests be posted to this channel",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(name="name", description="How digests call it", rest=True),
            ),
            examples=(
                "/newsdesk destination here",
                "/newsdesk destination here morning",
            ),
        )
    )


def _list(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        known = await known_here(desk, invocation.place)
        posting = await desk.archive.digests(invocation.place.workspace.id)
        lines = tuple(_line(place, posting, texts) for place in known)
        title = texts.say("Destinations")
        if not lines:
            nothing = texts.say(
                "No channel is a destination yet. Say /newsdesk destination here in "
                "the channel that it is for."
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


def _line(place: Destination, known: tuple[Digest, ...], texts: Texts) -> Line:
    users = [d.name for d in known if place.name in {p.name for p in d.destinations}]
    return Line(
        title=f"#{place.name}",
        text=texts.retold(place.paused),
        note=", ".join(users) or texts.say("no digest posts there"),
    )


def _remove(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        place = invocation.place
        known = await known_here(desk, place)
        name = called(invocation.args["name"], known).name
        users = [
            edited(digest, lambda e: _without(e, name))
            for digest in await desk.archive.digests(place.workspace.id)
            if name in {p.name for p in digest.destinations}
        ]
        gone = Wish(noun="destination", name=name, edit=lambda _: None)
        return await proposed(desk, invocation, *users, gone)

    return asks_back(
        Command(
            path="newsdesk destination remove",
            description="Post to a channel no more",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
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


def _without(entry: Entry, name: str) -> Entry:
    return {**entry, "destinations": [d for d in entry["destinations"] if d != name]}
