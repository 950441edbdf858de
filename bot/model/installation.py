"""An app installation in one workspace, with its tokens, which are secrets.

It does nothing. Tokens are secrets: neither `repr` nor an error shows them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallationTokens:
    """What calls are made with."""

    token: str = field(repr=False)
    #: Good for one exchange against new tokens; None where tokens do not run out.
    refresh: str | None = field(default=None, repr=False)
    #: When `token` runs out; None = never.
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AppInstallation:
    """The app as it is installed in one workspace."""

    #: The platform's id of the workspace, and its name.
    team: str
    name: str
    #: The platform's id of whoever installed it.
    installer: str
    scopes: tuple[str, ...]
    installed_at: datetime
    #: None where they were kept under another key and cannot be read any more.
    tokens: InstallationTokens | None
    #: Ours; installing again gives another one.
    id: int = 0
    #: Grows with every exchange of the tokens.
    version: int = 1
    #: Why there will be no new tokens, as a sentence; None = there will be.
    broken: Message | None = None
