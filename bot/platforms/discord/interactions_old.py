"""What comes in from Discord, as plain nouns, and whose event it is: pure, no I/O.

Workspace, person and permission are read from the interaction alone, never from the id
of what was pressed. A server is a workspace where the bot was added to it; anywhere
else (in a DM, or where somebody brought the bot along for themselves) it is the
person's own, and nobody else's answers can be seen there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from bot.platforms.discord.permissions import ADMINISTRATOR, MANAGE_GUILD
from bot.platforms.events import Event
from bot.types import Permission, Person, PlatformName

NAME: Final[PlatformName] = "discord"
#: Discord's number of a person cannot be taken for the number of a server.
PERSON: Final = "user-"


class Kind(IntEnum):
    """docs.discord.com, interactions/receiving-and-responding: types."""

    COMMAND = 2
    COMPONENT = 3
    COMPLETION = 4
    MODAL = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Guild:
    """A server that the bot was added to."""

    id: str
    name: str
    #: Who is told that it worked: whoever added the bot, where that is known.
    host: str
    locale: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """An interaction."""

    id: str
    #: With it, and with nothing else, the interaction is answered; a secret.
    token: str
    kind: int
    data: Mapping[str, Any]
    #: The server, if the bot belongs to it, and its name where it is known.
    guild: str | None
    guild_name: str
    channel: str | None
    user: str
    user_name: str
    #: The person's roles there, at this moment.
    roles: tuple[str, ...]
    #: Of the person in this channel, at this moment, as Discord works them out.
    permissions: int
    locale: str

    def __repr__(self) -> str:
        return f"Arrived(id={self.id}, kind={self.kind})"

    @property
    def only_theirs(self) -> bool:
        """Whether it was asked from outside of a server that the bot belongs to."""
        return self.guild is None

    @property
    def custom_id(self) -> str:
        """The id of the control or modal."""
        return str(self.data.get("custom_id", ""))

    @property
    def control(self) -> str:
        """What was pressed: of a select, the value that was chosen."""
        values = self.data.get("values") or ()
        return str(values[0]) if values else self.custom_id


def event_of(arrived: Arrived) -> Event:
    """Whose event it is, and where."""
    return Event(
        key=arrived.id,
        platform=NAME,
        workspace=arrived.guild or f"{PERSON}{arrived.user}",
        workspace_name=arrived.guild_name if arrived.guild else arrived.user_name,
        channel=arrived.channel,
        person=Person(
            id=arrived.user,
            name=arrived.user_name,
            permission=_permission(arrived),
            # At home, roles of a strange server mean nothing.
            roles=() if arrived.only_theirs else arrived.roles,
        ),
        locale=arrived.locale,
    )


def _permission(arrived: Arrived) -> Permission:
    """In a server, by what the person may do there now; at home, everything."""
    may = arrived.permissions & (ADMINISTRATOR | MANAGE_GUILD)
    return Permission.EDITOR if arrived.only_theirs or may else Permission.EVERYONE
