"""What would go wrong at a destination, from what the gateway told us: pure, no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.platforms.discord.permissions import (
    HISTORY,
    MENTION_ALL,
    OPEN_THREADS,
    SEND,
    SEND_IN_THREADS,
    VIEW,
)
from bot.platforms.discord.places import ANNOUNCEMENT, POSTS, THREADS
from bot.types import Manner, Trouble

_CATEGORY: Final = 4
_CALLED: Final[Mapping[int, str]] = {
    VIEW: "View Channel",
    SEND: "Send Messages",
    SEND_IN_THREADS: "Send Messages in Threads",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """A destination's channel as the bot sees it."""

    #: Its type; None where the server has no such channel for the bot.
    kind: int | None
    #: What the bot may do there.
    may: int
    #: The server's roles by their numbers: whether everybody may ping them.
    roles: Mapping[str, bool]


def troubles(facts: Facts, manner: Manner) -> Iterator[Trouble]:
    """What is wrong there, the worst first; nothing where all is well."""
    if facts.kind is None:
        yield Trouble(
            text="its channel is not there, or the bot cannot see it",
            fix="give the bot «View Channel» there, or remove the destination",
            stops=True,
        )
        return
    if facts.kind == _CATEGORY:
        yield Trouble(
            text="its channel is a category; nothing can be posted there",
            fix="say /newsdesk destination here in one of its channels",
            stops=True,
        )
        return
    lacking = [_CALLED[bit] for bit in _needed(facts, manner) if not facts.may & bit]
    if lacking:
        named = ", ".join(f"«{name}»" for name in lacking)
        yield Trouble(
            text=f"the bot lacks {named} there",
            fix="give its role that in the channel's settings",
            stops=True,
        )
    if not facts.may & HISTORY:
        yield Trouble(
            text="without «Read Message History» an unclear message has to be held",
            fix="give the bot's role that in the channel's settings",
        )
    yield from _of_manner(facts, manner)


def _needed(facts: Facts, manner: Manner) -> Iterator[int]:
    yield VIEW
    if facts.kind not in THREADS:
        yield SEND
    if facts.kind in THREADS or facts.kind in POSTS or manner.thread:
        yield SEND_IN_THREADS


def _of_manner(facts: Facts, manner: Manner) -> Iterator[Trouble]:
    opens = manner.thread and facts.kind not in POSTS | THREADS
    if opens and not facts.may & OPEN_THREADS:
        yield Trouble(
            text="the bot may open no threads there; all stands in the channel",
            fix="give it «Create Public Threads», or say thread=no",
        )
    if manner.ping is not None:
        yield from _of_role(manner.ping, facts)
    if manner.crosspost and facts.kind != ANNOUNCEMENT:
        yield Trouble(
            text="it is no announcement channel; nothing is published",
            fix="make it one in Discord, or say crosspost=no",
        )


def _of_role(role: str, facts: Facts) -> Iterator[Trouble]:
    change = "say /newsdesk destination edit with another role, or ping=nobody"
    if role not in facts.roles:
        text = f"the role {role} that it pings does not exist"
        yield Trouble(text=text, fix=change)
    elif not facts.roles[role] and not facts.may & MENTION_ALL:
        yield Trouble(
            text=f"the bot may not ping the role {role}, so nobody hears of it",
            fix=f"let anyone mention that role, or {change}",
        )
