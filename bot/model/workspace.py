"""Workspaces, their destinations, and the people in them.

Instants are aware datetimes in UTC; `id` is the database key and is never shown.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from bot.model.settings import (
    DEFAULT_POST_OPTIONS,
    DestinationSettings,
    PlatformName,
    PostOptions,
)
from digests.messages import Message

LOCAL_PLATFORM = "local"
#: Prefix of the channel of a personal destination, before the person's id. The
#: platform opens the direct message when it sends there.
PERSON_PREFIX = "person:"


class Permission(IntEnum):
    """Who may use a command; each level includes the ones below it."""

    EVERYONE = 0
    EDITOR = 1


@dataclass(frozen=True, slots=True)
class Scope:
    """The workspace to whose rows a query is restricted."""

    workspace_id: int


@dataclass(frozen=True, slots=True)
class PersonScope:
    """The person to whose rows in a workspace a query is restricted."""

    workspace_id: int
    #: The platform's id.
    person_id: str

    @property
    def workspace(self) -> Scope:
        """The whole workspace."""
        return Scope(self.workspace_id)


class Scoped:
    """A noun that belongs to a workspace."""

    __slots__ = ()
    workspace_id: int

    @property
    def scope(self) -> Scope:
        """The workspace that it belongs to."""
        return Scope(self.workspace_id)


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
    #: Why the platform refuses its messages; None when it works.
    stopped: Message | None = None

    @property
    def is_local(self) -> bool:
        """Whether it is the local page: it owns all its channels and shows problems."""
        return self.platform == LOCAL_PLATFORM

    @property
    def scope(self) -> Scope:
        """Its own scope."""
        return Scope(self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination(Scoped):
    """A channel, thread or DM of a workspace that can be posted to."""

    id: int
    workspace_id: int
    #: Name by which digests refer to it.
    name: str
    #: The platform's own id of the channel.
    channel: str
    #: Why nothing is posted there; None when it works.
    paused: Message | None = None
    #: When one message is sent as a test; None = only a person can resume it.
    retest_at: datetime | None = None
    #: The platform's id of the person it belongs to; None = the workspace's.
    person: str | None = None
    post_options: PostOptions = DEFAULT_POST_OPTIONS

    @property
    def settings(self) -> DestinationSettings:
        """The destination as the configuration file describes it."""
        return DestinationSettings.model_construct(
            name=self.name, channel=self.channel, **self.post_options.to_entry()
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The person who uses a command, as the platform describes them now."""

    id: str
    name: str
    permission: Permission
    #: The platform's ids of their current roles.
    roles: tuple[str, ...] = ()
    #: The permission comes from a grant in this workspace, not from the platform.
    granted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """Workspace and channel in which a command is used."""

    workspace: Workspace
    #: The platform's id of the channel; None outside of channels.
    channel: str | None

    @property
    def of_person(self) -> str | None:
        """Id of the person whose direct messages these are; None = a channel."""
        channel = self.channel or ""
        person = channel.removeprefix(PERSON_PREFIX)
        return person if person != channel else None
