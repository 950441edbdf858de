"""Permission bits: what the bot asks for, what a member may do in a channel. Pure.

The computation is Discord's own (topics/permissions): the owner and administrators have
every permission; anyone else has those of all their roles, changed by the channel's
overwrites for everyone, for the roles, and for the member. In each of these steps
denials are applied first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from bot.platforms.discord.channels import THREAD_KINDS, Json

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
    VIEW_CHANNEL: ("View Channels", "sees the channels that it is told to post in"),
    SEND_MESSAGES: ("Send Messages", "posts editions"),
    SEND_IN_THREADS: ("Send Messages in Threads", "posts where a thread was chosen"),
    CREATE_THREADS: (
        "Create Public Threads",
        "opens a thread below an edition, where that is asked for",
    ),
    EMBED_LINKS: ("Embed Links", "shows links as links"),
    ATTACH_FILES: ("Attach Files", "sends exports that are too long for a message"),
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
