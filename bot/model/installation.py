"""An app installation in one workspace, with its tokens.

Tokens are secrets: neither `repr` nor an error message shows them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallationTokens:
    """Tokens for calls to the platform's API."""

    token: str = field(repr=False)
    #: Refresh token, valid once; None if tokens do not expire.
    refresh: str | None = field(default=None, repr=False)
    #: When `token` expires; None = never.
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
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
