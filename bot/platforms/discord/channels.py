"""Where a message stands: in a channel, in a thread, or as a post of a forum; no I/O.

The id that the core is given of a message in a thread is «THREAD/MESSAGE»; elsewhere
it is Discord's own. A thread that was opened from a message has that message's number,
and a forum's post is a thread with the number of its first message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.errors import Refused
from bot.platforms.discord import limits
from bot.types import Delivery

#: docs.discord.com, resources/channel: types.
TEXT, ANNOUNCEMENT, FORUM, MEDIA = 0, 5, 15, 16
THREADS: Final = frozenset({10, 11, 12})
#: Between the bot and one person.
PRIVATE: Final = 1
#: Channels in which every message opens a post of its own.
POSTS: Final = frozenset({FORUM, MEDIA})
_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)


class WrongKind(Refused):
    """Nothing of this sort can be done in a channel of its kind."""


class NoPlace(Refused):
    """The channel or thread does not exist any more."""


class ThreadThere(Refused):
    """The message has a thread already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A message and the channel or thread that it stands in."""

    place: int
    message: int


def spot(delivery: Delivery) -> Spot:
    """Where the delivery's message stands.

    Raises:
        Refused: Its id cannot be one.
    """
    thread, _, message = (delivery.message_id or "").rpartition("/")
    place = snowflake(thread, "thread") if thread else channel_of(delivery)
    return Spot(place=place, message=snowflake(message, "message"))


def channel_of(delivery: Delivery) -> int:
    """The destination's channel; `Refused` when it cannot be one."""
    return snowflake(delivery.channel, "channel")


def named(place: int, message: str) -> str:
    """The id of a message in a thread."""
    return f"{place}/{message}"


def begun(delivery: Delivery) -> tuple[int | None, int | None]:
    """The thread that the edition was begun in, or else its first message."""
    if not delivery.opening:
        return None, None
    thread, _, message = delivery.opening.rpartition("/")
    if thread:
        return snowflake(thread, "thread"), None
    return None, snowflake(message, "message")


def first_since(delivery: Delivery) -> int:
    """The smallest number that something made for this delivery can have."""
    if delivery.claimed_at is None:
        return 0
    since = delivery.claimed_at - timedelta(seconds=limits.CLOCKS_APART)
    return max(0, int((since - _EPOCH).total_seconds() * 1000)) << 22


def is_ours(thread: Mapping[str, Any], *, forum: int, me: str, since: int) -> bool:
    """Whether a thread, as Discord lists it, may be a post of ours in the forum."""
    return (
        str(thread.get("parent_id")) == str(forum)
        and str(thread.get("owner_id")) == me
        and int(thread["id"]) >= since
    )


def snowflake(text: str | None, what: str) -> int:
    """One of Discord's ids; `Refused` when it cannot be one."""
    if not text or not (text.isascii() and text.isdigit() and len(text) <= 20):
        only = what != "channel"
        raise Refused(f"«{text}» is not the id of a Discord {what}.", message_only=only)
    return int(text)
