"""/newsdesk source rename, move: one source is called otherwise, or read by another.

A name is the digest's own: the same feed may have another one elsewhere, and nobody
else sees it.
"""

from dataclasses import replace

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.meant import SOURCE, hold_to_another, meant, without
from bot.commands.newsdesk_digest import edited
from bot.commands.proposals import DIGEST, proposed, shown
from bot.commands.wording import texts_of
from bot.configuring import Entry, Mistake
from bot.types import Command, Invocation, Option, Permission, Reply, Small

#: What stands for a source's own name.
OWN = "-"


def rename(desk: Desk) -> Command:
    """The command that says how a digest calls a source."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        digest, address = await meant(desk, invocation)
        name = " ".join(invocation.args["name"].split())
        wanted = "" if name == OWN else name
        change = await desk.configuring.propose(
            invocation, edited(digest, lambda e: _with_name(e, address, wanted))
        )
        where = texts.say(
            "Lists call it so, and editions where its articles name no outlet."
        )
        return shown(desk, change, texts, Small(text=where))

    return asks_back(
        Command(
            path="newsdesk source rename",
            description="Call a source otherwise in a digest",
            permission=Permission.EDITOR,
            run=run,
            options=(
                replace(SOURCE, rest=False),
                Option(
                    name="name",
                    description="How it is called; - gives it back its own name",
                    required=True,
                    rest=True,
                ),
                DIGEST,
            ),
            examples=('/newsdesk source rename "Hallin Courier" The Courier',),
        ),
        {"source_names": "name"},
    )


def _with_name(entry: Entry, address: str, name: str) -> Entry:
    others = {a: n for a, n in entry["source_names"].items() if a != address}
    return {**entry, "source_names": others | ({address: name} if name else {})}


def move(desk: Desk) -> Command:
    """The command that gives a source to another digest."""

    async def run(invocation: Invocation) -> Reply:
        digest, address = await meant(desk, invocation)
        target = await desk.archive.named(invocation.place, invocation.args["to"])
        if target.id == digest.id:
            raise Mistake(
                "«{name}» reads it already. Name another digest.",
                name=target.name,
                field="to",
            )
        hold_to_another(digest)
        every = (*digest.sources, *digest.paused_sources)
        source = next(one for one in every if one.address == address)
        rests = source in digest.paused_sources
        return await proposed(
            desk,
            invocation,
            edited(target, lambda e: _taken(e, address, source.called, rests=rests)),
            edited(digest, lambda e: without(e, address)),
        )

    return asks_back(
        Command(
            path="newsdesk source move",
            description="Let another digest read a source, in place of this",
            permission=Permission.EDITOR,
            run=run,
            options=(
                replace(SOURCE, rest=False),
                Option(
                    name="to",
                    description="The digest that reads it from now on",
                    required=True,
                    completes="digest",
                ),
                replace(DIGEST, description="The digest that reads it now"),
            ),
            examples=('/newsdesk source move "Hallin Courier" Evening',),
        ),
        {"sources": "source"},
    )


def _taken(entry: Entry, address: str, name: str | None, *, rests: bool) -> Entry:
    """The digest with the source, as it was called and whether it rested."""
    if address in entry["sources"]:
        return entry
    wanted = {**entry, "sources": [*entry["sources"], address]}
    if rests:
        wanted["paused_sources"] = [*entry["paused_sources"], address]
    return _with_name(wanted, address, name) if name else wanted
