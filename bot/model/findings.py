"""Results of checks: what was examined, its state, and the fix.

The doctor, the first set-up and the platforms exchange them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class DestinationProblem:
    """What a platform finds wrong with a destination, and what mends it."""

    text: Message
    fix: Message
    #: Nothing can be posted there.
    stops: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and the fix."""

    subject: str
    state: Literal["ok", "warning", "problem"]
    text: Message
    fix: Message | None = None


#: What a platform finds in one of its workspaces, by its own id of it; None = in how it
#: is set up as a whole.
PlatformCheck = Callable[[str | None], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformIdentity:
    """Who a platform says that we are, and what it says besides."""

    #: What the bot is called there.
    bot: str
    #: The application's id on the platform; "" where it is not told.
    application: str
    #: Names of the servers, or of the team, that the bot belongs to.
    places: tuple[str, ...]
    #: What is wrong with how the application is set up there.
    findings: tuple[Finding, ...] = ()
    #: The platform's own clock as it answered; None where it did not tell.
    clock: datetime | None = None
