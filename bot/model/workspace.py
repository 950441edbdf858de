"""Workspaces, the people in them, and installations of the app.

Instants are aware datetimes in UTC; `id` is the database key and is never shown.
"""

from dataclasses import field
from datetime import datetime
from enum import IntEnum

from bot.model.scope import PlatformName, Scope
from digests.messages import Message
from digests.types import frozen

LOCAL_PLATFORM = "local"
#: Prefix of the channel of a personal destination, before the person's id. The
#: platform opens the direct message when it sends there.
PERSON_PREFIX = "person:"


class Permission(IntEnum):
    """Who may use a command; each level includes the ones below it."""

    EVERYONE = 0
    EDITOR = 1


@frozen
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


@frozen
class Person:
    """The person who uses a command, as the platform describes them now."""

    id: str
    name: str
    permission: Permission
    #: The platform's ids of their current roles.
    roles: tuple[str, ...] = ()
    #: The permission comes from a grant in this workspace, not from the platform.
    granted: bool = False


@frozen
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


# ── installations of the app ────────────────────────────────────────────────────
#
# An app installation in one workspace, with its tokens.
#
# Tokens are secrets: neither `repr` nor an error message shows them.


@frozen
class InstallationTokens:
    """Tokens for calls to the platform's API."""

    token: str = field(repr=False)
    #: Refresh token, valid once; None if tokens do not expire.
    refresh: str | None = field(default=None, repr=False)
    #: When `token` expires; None = never.
    expires_at: datetime | None = None


@frozen
class AppInstallation:
    """An installation of the app in one workspace."""

    #: The platform's id of the workspace, and its name.
    team: str
    name: str
    #: The platform's id of the person who installed it.
    installer: str
    scopes: tuple[str, ...]
    installed_at: datetime
    #: None if they were encrypted under another key and cannot be decrypted.
    tokens: InstallationTokens | None
    #: Key in our database; a new installation gets another one.
    id: int = 0
    #: Incremented by every exchange of the tokens.
    version: int = 1
    #: Why the tokens cannot be exchanged any more; None if they can.
    broken: Message | None = None
