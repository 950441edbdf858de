"""People who signed in to the console."""

from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from bot.model.scope import PlatformName
from digests.types import frozen

#: Id of the owner of this machine in histories; nobody on a platform has it.
OWNER_ID: Final = "owner"


@frozen
class Identity:
    """Who somebody is, as the platform confirmed when they signed in."""

    #: "" for the owner of this machine, who has no account.
    platform: PlatformName
    #: The platform's id of the person; "" for the owner.
    user_id: str
    name: str
    #: The platform's ids of workspaces that they were in at that time. What they may do
    #: there is asked again whenever it matters.
    workspaces: tuple[str, ...] = ()

    @property
    def is_owner(self) -> bool:
        """Whether it is the owner of this machine, who manages every workspace."""
        return not self.platform


#: The path of the owner's one-time address, and how long one is valid.
ENTER_PATH: Final = "/console/enter"
LINK_LIFETIME: Final = timedelta(minutes=10)


def build_enter_address(base: str, token: str) -> str:
    """Build the owner's one-time address on a server with this address."""
    return f"{base}{ENTER_PATH}?key={token}"


def get_sign_in_path(platform: str) -> str:
    """Return the path that a platform sends a browser back to after a login."""
    return f"/console/sign-in/{platform}/callback"


#: The owner of this machine, who signs in by a one-time address.
OWNER = Identity(platform="", user_id="", name="")


@frozen
class ConsoleSession:
    """A browser that is signed in."""

    id: int
    identity: Identity
    created_at: datetime
    #: When it was last seen, to a few minutes.
    used_at: datetime
    expires_at: datetime


@frozen
class SignInAttempt:
    """A login that began in a browser and has not come back from the platform yet."""

    #: Our address that the platform sends the browser back to.
    redirect: str
    #: All three random: against answers that this browser did not ask for, against ID
    #: tokens that were made for another login, and against intercepted codes (PKCE).
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
