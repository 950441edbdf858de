"""What the bot may do in a channel of Discord, and what it asks for: pure, no calls.

The computation is Discord's own (topics/permissions): the owner and administrators may
everything; else the roles together, then the channel's overwrites for everyone, for the
roles, and for the bot itself, each time first what is denied.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from bot.platforms.discord.places import THREADS

#: docs.discord.com, topics/permissions: bits.
ADMINISTRATOR: Final = 1 << 3
MANAGE_GUILD: Final = 1 << 5
VIEW: Final = 1 << 10
SEND: Final = 1 << 11
EMBED: Final = 1 << 14
ATTACH: Final = 1 << 15
HISTORY: Final = 1 << 16
MENTION_ALL: Final = 1 << 17
OPEN_THREADS: Final = 1 << 35
SEND_IN_THREADS: Final = 1 << 38
ALL: Final = (1 << 60) - 1

#: What the invitation asks for: as Discord names it, and what it is for.
ASKED: Final[Mapping[int, tuple[str, str]]] = {
    VIEW: ("View Channels", "sees the channels that it is told to post in"),
    SEND: ("Send Messages", "posts editions"),
    SEND_IN_THREADS: ("Send Messages in Threads", "posts where a thread was chosen"),
    OPEN_THREADS: (
        "Create Public Threads",
        "opens a thread below an edition, where that is asked for",
    ),
    EMBED: ("Embed Links", "shows links as links"),
    ATTACH: ("Attach Files", "hands over exports that are too long for a message"),
    HISTORY: (
        "Read Message History",
        "looks whether a message arrived whose answer was lost, and at nothing else",
    ),
}
#: The sum of it.
INVITED: Final = sum(ASKED)


def invitation(application: str) -> str:
    """Where the bot is invited to a server, by the application's id."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot+applications.commands&permissions={INVITED}"
    )


def granted(
    guild: Mapping[str, Any],
    member: Mapping[str, Any],
    overwrites: Sequence[Mapping[str, Any]],
) -> int:
    """The bits that a member has in a channel.

    Args:
        guild: As Discord gives it, with its roles.
        member: As Discord gives it, with its roles' ids.
        overwrites: The channel's.
    """
    me = str(member["user"]["id"])
    if str(guild.get("owner_id")) == me:
        return ALL
    everyone = str(guild["id"])
    mine = {everyone, *map(str, member["roles"])}
    bits = 0
    for role in guild["roles"]:
        if str(role["id"]) in mine:
            bits |= int(role["permissions"])
    if bits & ADMINISTRATOR:
        return ALL
    for of in ({everyone}, mine - {everyone}, {me}):
        bits = _over(bits, overwrites, of)
    return bits


def missing(bits: int, kind: int) -> tuple[str, ...]:
    """What of it lacks in a channel of this kind, by Discord's names.

    What posts is named first; without «View Channels» nothing else counts.
    """
    if not bits & VIEW:
        return (ASKED[VIEW][0],)
    needed = [SEND_IN_THREADS if kind in THREADS else SEND, EMBED, ATTACH, HISTORY]
    return tuple(ASKED[bit][0] for bit in needed if not bits & bit)


def may_write(bits: int, kind: int) -> bool:
    """Whether somebody with these bits sees a channel of this kind and writes there."""
    needed = VIEW | (SEND_IN_THREADS if kind in THREADS else SEND)
    return bits & needed == needed


def _over(
    bits: int, overwrites: Sequence[Mapping[str, Any]], of: Collection[str]
) -> int:
    denied = allowed = 0
    for overwrite in overwrites:
        if str(overwrite["id"]) in of:
            denied |= int(overwrite["deny"])
            allowed |= int(overwrite["allow"])
    return bits & ~denied | allowed
