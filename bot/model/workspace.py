"""Workspaces, their destinations, and the people in them.

Rows of the database come out as these; platforms, commands and the scheduler
exchange them. They import nothing of ours but the composer's nouns. Instants are
aware datetimes in UTC; `id` is the database's own key and never leaves the house.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal

from bot.model.post_options import DEFAULT_POST_OPTIONS, PostOptions
from digests.messages import Message

PlatformName = Literal["discord", "slack", "local"]
#: Begins the channel of a person's own destination: «person:», their id. A platform
#: opens it when it sends there.
PERSON_PREFIX = "person:"


class Permission(IntEnum):
    """Who may use a command; a higher one includes the lower."""

    EVERYONE = 0
    EDITOR = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A Discord server, a Slack team, or the local page: the unit of tenancy."""

    id: int
    platform: PlatformName
    #: The platform's own id (guild, team; any word for local).
    external_id: str
    name: str
    zone: str = "UTC"
    locale: str = "en"
    #: Why its platform takes nothing of it at present; None when it works.
    stopped: Message | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """A channel, thread or DM of a workspace that can be posted to."""

    id: int
    workspace_id: int
    #: How digests refer to it.
    name: str
    #: The platform's own id of the channel.
    channel: str
    #: Why nothing is posted there at present; None when it works.
    paused: Message | None = None
    #: When one message tries whether it works again; None = only a person can say.
    retest_at: datetime | None = None
    #: Whose own it is (the platform's id); None = the workspace's.
    person: str | None = None
    manner: PostOptions = DEFAULT_POST_OPTIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who asks, as the platform knows them at this moment."""

    id: str
    name: str
    permission: Permission
    #: The platform's ids of the roles that they hold at this moment.
    roles: tuple[str, ...] = ()
    #: The permission was given by an editor here, and is not the platform's.
    granted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """Where it was asked."""

    workspace: Workspace
    #: The platform's id of the channel; None outside of channels.
    channel: str | None

    @property
    def of_person(self) -> str | None:
        """Whose own place it is: the id of a person; None = anybody's."""
        channel = self.channel or ""
        return (
            channel.removeprefix(PERSON_PREFIX)
            if channel.startswith(PERSON_PREFIX)
            else None
        )
