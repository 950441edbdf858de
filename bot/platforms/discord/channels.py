"""Channel types, ids, message locations, and Discord's own errors. Pure.

The core knows a message in a thread by the id «THREAD/MESSAGE», any other by Discord's
own id. A thread that was opened below a message has that message's id, and a post in a
forum is a thread with the id of its first message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.errors import SendRefused
from bot.model import Delivery, PlatformName
from bot.platforms.discord import limits

#: An object of Discord's JSON.
Json = Mapping[str, Any]

PLATFORM_NAME: Final[PlatformName] = "discord"
#: Path on our web server that Discord posts interactions to.
INTERACTIONS_PATH: Final = "/discord/interactions"
#: Distinguishes the id of a person from the id of a server.
PERSONAL_WORKSPACE_PREFIX: Final = "user-"

#: docs.discord.com, resources/channel: types.
TEXT, ANNOUNCEMENT, FORUM, MEDIA = 0, 5, 15, 16
THREAD_KINDS: Final = frozenset({10, 11, 12})
#: Between the bot and one person.
DIRECT_MESSAGE_KIND: Final = 1
#: Types of channels in which every message opens a post of its own.
FORUM_KINDS: Final = frozenset({FORUM, MEDIA})
_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)


#: Contents of the files that a body may name, by their names.
ReplyFiles = Mapping[str, bytes]
NO_FILES: Final[ReplyFiles] = {}


class WrongChannelKind(SendRefused):
    """The operation is not possible in a channel of that type."""


class ChannelGone(SendRefused):
    """The channel or thread does not exist any more."""


class ThreadExists(SendRefused):
    """The message has a thread already."""


class InteractionExpired(Exception):
    """Discord accepts no response any more."""


class AlreadyAnswered(Exception):
    """The first response was given already."""


class ReplyRejected(Exception):
    """Discord rejects the body of a response: a bug of ours."""


def locate_message(delivery: Delivery) -> tuple[int, int]:
    """Return the channel or thread that contains a delivery's message, and its id.

    Raises:
        SendRefused: The id is not valid.
    """
    thread, _, message = (delivery.message_id or "").rpartition("/")
    place = parse_snowflake(thread, "thread") if thread else get_channel_id(delivery)
    return place, parse_snowflake(message, "message")


def get_channel_id(delivery: Delivery) -> int:
    """Return the destination's channel. Raises `SendRefused` for no valid id."""
    return parse_snowflake(delivery.channel, "channel")


def format_thread_message_id(place: int, message: str) -> str:
    """Format the id of a message in a thread."""
    return f"{place}/{message}"


def parse_opening(delivery: Delivery) -> tuple[int | None, int | None]:
    """Return the thread that contains the edition's first message, or that message."""
    if not delivery.opening_message_id:
        return None, None
    thread, _, message = delivery.opening_message_id.rpartition("/")
    if thread:
        return parse_snowflake(thread, "thread"), None
    return None, parse_snowflake(message, "message")


def compute_first_snowflake(delivery: Delivery) -> int:
    """Return the smallest id of anything that was created for this delivery."""
    if delivery.claimed_at is None:
        return 0
    since = delivery.claimed_at - timedelta(seconds=limits.CLOCK_SKEW)
    return max(0, int((since - _EPOCH).total_seconds() * 1000)) << 22


def is_snowflake(text: str) -> bool:
    """Check whether a text may be one of Discord's ids."""
    return text.isascii() and text.isdigit() and len(text) <= 20


def parse_snowflake(text: str | None, what: str) -> int:
    """Parse one of Discord's ids. Raises `SendRefused` for no valid id."""
    if text is None or not is_snowflake(text):
        only = what != "channel"
        raise SendRefused("discord.not_an_id", text=text, what=what, message_only=only)
    return int(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelFacts:
    """A destination's channel as the bot sees it."""

    #: Its type; None if the bot can see no such channel.
    kind: int | None
    #: The bot's permissions there.
    may: int
    #: Role → whether everybody may mention it.
    roles: Mapping[str, bool]
