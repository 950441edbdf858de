"""Channel kinds, snowflakes, and where a delivery's message is. Pure.

The id that the core is given of a message in a thread is «THREAD/MESSAGE»; elsewhere
it is Discord's own. A thread that was opened from a message has that message's number,
and a forum's post is a thread with the number of its first message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.errors import SendRefused
from bot.model import Delivery, PlatformName
from bot.platforms.discord import limits

PLATFORM_NAME: Final[PlatformName] = "discord"
#: Path on our web server that Discord posts interactions to.
INTERACTIONS_PATH: Final = "/discord/interactions"
#: Discord's number of a person cannot be taken for the number of a server.
PERSONAL_WORKSPACE_PREFIX: Final = "user-"

#: docs.discord.com, resources/channel: types.
TEXT, ANNOUNCEMENT, FORUM, MEDIA = 0, 5, 15, 16
THREAD_KINDS: Final = frozenset({10, 11, 12})
#: Between the bot and one person.
DIRECT_MESSAGE_KIND: Final = 1
#: Channels in which every message opens a post of its own.
FORUM_KINDS: Final = frozenset({FORUM, MEDIA})
_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)


class WrongChannelKind(SendRefused):
    """Nothing of this sort can be done in a channel of its kind."""


class ChannelGone(SendRefused):
    """The channel or thread does not exist any more."""


class ThreadExists(SendRefused):
    """The message has a thread already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageLocation:
    """A message and the channel or thread that it stands in."""

    place: int
    message: int


def locate_message(delivery: Delivery) -> MessageLocation:
    """Where the delivery's message stands.

    Raises:
        Refused: Its id cannot be one.
    """
    thread, _, message = (delivery.message_id or "").rpartition("/")
    place = parse_snowflake(thread, "thread") if thread else get_channel_id(delivery)
    return MessageLocation(place=place, message=parse_snowflake(message, "message"))


def get_channel_id(delivery: Delivery) -> int:
    """The destination's channel; `Refused` when it cannot be one."""
    return parse_snowflake(delivery.channel, "channel")


def format_thread_message_id(place: int, message: str) -> str:
    """The id of a message in a thread."""
    return f"{place}/{message}"


def parse_opening(delivery: Delivery) -> tuple[int | None, int | None]:
    """The thread that the edition was begun in, or else its first message."""
    if not delivery.opening_message_id:
        return None, None
    thread, _, message = delivery.opening_message_id.rpartition("/")
    if thread:
        return parse_snowflake(thread, "thread"), None
    return None, parse_snowflake(message, "message")


def compute_first_snowflake(delivery: Delivery) -> int:
    """The smallest number that something made for this delivery can have."""
    if delivery.claimed_at is None:
        return 0
    since = delivery.claimed_at - timedelta(seconds=limits.CLOCK_SKEW)
    return max(0, int((since - _EPOCH).total_seconds() * 1000)) << 22


def is_own_thread(
    thread: Mapping[str, Any], *, forum: int, me: str, since: int
) -> bool:
    """Whether a thread, as Discord lists it, may be a post of ours in the forum."""
    return (
        str(thread.get("parent_id")) == str(forum)
        and str(thread.get("owner_id")) == me
        and int(thread["id"]) >= since
    )


def parse_snowflake(text: str | None, what: str) -> int:
    """One of Discord's ids; `Refused` when it cannot be one."""
    if not text or not (text.isascii() and text.isdigit() and len(text) <= 20):
        only = what != "channel"
        raise SendRefused("discord.not_an_id", text=text, what=what, message_only=only)
    return int(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelFacts:
    """A destination's channel as the bot sees it."""

    #: Its type; None where the server has no such channel for the bot.
    kind: int | None
    #: What the bot may do there.
    may: int
    #: The server's roles by their numbers: whether everybody may ping them.
    roles: Mapping[str, bool]
