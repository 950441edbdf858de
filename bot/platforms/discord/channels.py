"""Channels: types, ids, message locations, permissions, Discord's errors. Pure.

The core knows a message in a thread by the id «THREAD/MESSAGE», any other by Discord's
own id. A thread that was opened below a message has that message's id, and a post in a
forum is a thread with the id of its first message.

Permissions: what the bot asks for, what a member may do in a channel.
The computation is Discord's own (topics/permissions): the owner and administrators have
every permission; anyone else has those of all their roles, changed by the channel's
overwrites for everyone, for the roles, and for the member. In each of these steps
denials are applied first.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.errors import SendRefused
from bot.model import Delivery, PlatformName
from bot.platforms.discord import limits
from digests.types import frozen

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
FileContents = Mapping[str, bytes]
NO_FILES: Final[FileContents] = {}


class WrongChannelKind(SendRefused):
    """The operation is not possible in a channel of that type."""


class ChannelGone(SendRefused):
    """The channel or thread does not exist any more."""


class PermissionMissing(SendRefused):
    """The bot lacks a permission in the channel; Discord does not say which."""


class ThreadExists(SendRefused):
    """The message has a thread already."""


class InteractionExpired(Exception):
    """Discord accepts no response any more."""


class AlreadyAnswered(Exception):
    """The first response was given already."""


class PressedMessageGone(Exception):
    """The message that a response would replace does not exist any more."""


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


@frozen
class ChannelFacts:
    """A destination's channel as the bot sees it."""

    #: Its type; None if the bot can see no such channel.
    kind: int | None
    #: The bot's permissions there.
    may: int
    #: Role → whether everybody may mention it.
    roles: Mapping[str, bool]


#: Where applications are created and configured.
PORTAL: Final = "https://discord.com/developers/applications"
#: docs.discord.com, topics/permissions: bits.
ADMINISTRATOR: Final = 1 << 3
MANAGE_GUILD: Final = 1 << 5
VIEW_CHANNEL: Final = 1 << 10
SEND_MESSAGES: Final = 1 << 11
EMBED_LINKS: Final = 1 << 14
ATTACH_FILES: Final = 1 << 15
READ_HISTORY: Final = 1 << 16
MENTION_EVERYONE: Final = 1 << 17
CREATE_THREADS: Final = 1 << 35
SEND_IN_THREADS: Final = 1 << 38
ALL_PERMISSIONS: Final = (1 << 60) - 1

#: Permissions that the invitation asks for: Discord's name, and the reason.
REQUESTED_PERMISSIONS: Final[Mapping[int, tuple[str, str]]] = {
    VIEW_CHANNEL: ("View Channels", "sees the channels that it is to post in"),
    SEND_MESSAGES: ("Send Messages", "posts editions"),
    SEND_IN_THREADS: ("Send Messages in Threads", "posts where a thread was chosen"),
    CREATE_THREADS: (
        "Create Public Threads",
        "opens a thread below an edition, where that is asked for",
    ),
    EMBED_LINKS: ("Embed Links", "shows links as links"),
    ATTACH_FILES: (
        "Attach Files",
        "posts quotes as pictures, and exports that are too long for a message",
    ),
    READ_HISTORY: (
        "Read Message History",
        "looks whether a message arrived whose answer was lost, and at nothing else",
    ),
}
#: The bits of all of them.
INVITATION_BITS: Final = sum(REQUESTED_PERMISSIONS)


def build_invitation_url(application: str) -> str:
    """Build the URL at which the bot is invited to a server."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot+applications.commands&permissions={INVITATION_BITS}"
    )


def compute_permissions(guild: Json, member: Json, overwrites: Sequence[Json]) -> int:
    """Compute the permission bits of a member in a channel.

    Args:
        guild: Discord's JSON, with the roles.
        member: Discord's JSON, with the ids of the member's roles.
        overwrites: The channel's overwrites.
    """
    me = str(member["user"]["id"])
    if str(guild.get("owner_id")) == me:
        return ALL_PERMISSIONS
    everyone = str(guild["id"])
    mine = {everyone, *map(str, member["roles"])}
    bits = 0
    for role in guild["roles"]:
        if str(role["id"]) in mine:
            bits |= int(role["permissions"])
    if bits & ADMINISTRATOR:
        return ALL_PERMISSIONS
    for of in ({everyone}, mine - {everyone}, {me}):
        bits = _apply_overwrites(bits, overwrites, of)
    return bits


def list_missing_permissions(bits: int, kind: int) -> tuple[str, ...]:
    """List missing permissions in a channel of this kind, by Discord's names.

    Those needed to post come first; without «View Channels» only that is listed.
    """
    if not bits & VIEW_CHANNEL:
        return name_missing_permissions(bits, (VIEW_CHANNEL,))
    send = SEND_IN_THREADS if kind in THREAD_KINDS else SEND_MESSAGES
    needed = send, EMBED_LINKS, ATTACH_FILES, READ_HISTORY
    return name_missing_permissions(bits, needed)


def name_missing_permissions(bits: int, needed: Iterable[int]) -> tuple[str, ...]:
    """Name those of the needed permissions that are missing."""
    return tuple(REQUESTED_PERMISSIONS[bit][0] for bit in needed if not bits & bit)


def can_write(bits: int, kind: int) -> bool:
    """Check whether these bits allow seeing and writing in a channel of this kind."""
    needed = VIEW_CHANNEL | (SEND_IN_THREADS if kind in THREAD_KINDS else SEND_MESSAGES)
    return bits & needed == needed


def _apply_overwrites(
    bits: int, overwrites: Sequence[Json], of: Collection[str]
) -> int:
    denied = allowed = 0
    for overwrite in overwrites:
        if str(overwrite["id"]) in of:
            denied |= int(overwrite["deny"])
            allowed |= int(overwrite["allow"])
    return bits & ~denied | allowed


@frozen
class ShardRange:
    """Some of the shards over which a bot's servers are spread."""

    first: int
    last: int
    count: int


def parse_shards(written: str) -> ShardRange | None:
    """Parse «0-3/8», the first four of eight shards; None if it is not that."""
    found = re.fullmatch(r"(\d{1,5})-(\d{1,5})/(\d{1,5})", written, re.ASCII)
    if found is None:
        return None
    first, last, count = map(int, found.groups())
    if not first <= last < count:
        return None
    return ShardRange(first=first, last=last, count=count)
