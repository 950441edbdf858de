"""/newsdesk destination edit: how messages are posted there; a form without words.

What a platform has not is refused by `configuring`, in a sentence at its question.
"""

import re
from collections.abc import Mapping, Sequence

from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.destinations_here import called, known_here
from bot.commands.proposals import proposed
from bot.commands.wording import texts_of
from bot.configuring import Mistake, Wish
from bot.errors import UnknownName
from bot.types import (
    Command,
    Destination,
    Form,
    Invocation,
    Option,
    Permission,
    Reply,
)

_YES, _NO = frozenset({"yes", "on", "true"}), frozenset({"no", "off", "false"})
_NOBODY = frozenset({"nobody", "none", "no", "off"})
#: «<@&4711>», «role 4711», «4711».
_ROLE = re.compile(r"(?:<@&(\d{1,20})>|(?:role\s+)?(\d{1,20}))")
_SWITCHES = ("silent", "thread", "crosspost")
NAME = Option(
    name="name",
    description="Which one; without it the one of this channel",
    completes="destination",
)
SILENT = Option(
    name="silent", description="Post without a sound", choices=("yes", "no")
)
PING = Option(
    name="ping",
    description="The role that hears of scheduled editions, or nobody",
)
THREAD = Option(
    name="thread",
    description="All but the first message in a thread",
    choices=("yes", "no"),
)
CROSSPOST = Option(
    name="crosspost",
    description="Publish to channels that follow this one",
    choices=("yes", "no"),
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args, known = invocation.args, await known_here(desk, invocation.place)
        place = _meant(args.get("name", ""), invocation.place.channel, known)
        wanted = _wanted(args)
        if not wanted:
            return form(command, _as_it_is(place), texts_of(invocation))
        wish = Wish(
            noun="destination",
            name=place.name,
            edit=lambda entry: {**entry, **wanted} if entry is not None else None,
        )
        return await proposed(desk, invocation, wish)

    command = Command(
        path="newsdesk destination edit",
        description="Silent, with a ping, in a thread, published",
        permission=Permission.EDITOR,
        run=run,
        options=(NAME, SILENT, PING, THREAD, CROSSPOST),
        examples=(
            "/newsdesk destination edit silent=yes thread=yes",
            '/newsdesk destination edit name=morning ping="role 4711"',
        ),
    )
    return asks_back(command)


def _meant(name: str, channel: str | None, known: Sequence[Destination]) -> Destination:
    if name.strip():
        return called(name, known)
    here = next((place for place in known if place.channel == channel), None)
    if here is None:
        raise UnknownName(
            "This channel is no destination yet. Say /newsdesk destination here first, "
            "or name one: /newsdesk destination list shows them."
        )
    return here


def _wanted(args: Mapping[str, str]) -> dict[str, object]:
    """The settings that were said, in the words of the configuration file."""
    found: dict[str, object] = {}
    for name in _SWITCHES:
        said = args.get(name, "").strip().casefold()
        if said:
            found[name] = _switch(said, name)
    role = args.get("ping", "").strip()
    if role:
        found["ping"] = _role(role)
    return found


def _switch(said: str, name: str) -> bool:
    if said not in _YES | _NO:
        raise Mistake("Say «yes» or «no».", field=name)
    return said in _YES


def _role(said: str) -> str | None:
    if said.casefold() in _NOBODY:
        return None
    found = _ROLE.fullmatch(said)
    if found is None:
        raise Mistake(
            "Name one role by a mention or by its number, or say «nobody».",
            field="ping",
        )
    return found[1] or found[2]


def _as_it_is(place: Destination) -> dict[str, str]:
    manner = place.manner
    return {
        "name": place.name,
        "silent": "yes" if manner.silent else "no",
        "ping": manner.ping or "nobody",
        "thread": "yes" if manner.thread else "no",
        "crosspost": "yes" if manner.crosspost else "no",
    }
