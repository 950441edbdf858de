"""Results of checks: subject, state, description and fix.

Exchanged between the doctor, the setup wizard and the platforms.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class DestinationProblem:
    """A defect of a destination as its platform sees it, with the fix."""

    text: str
    fix: str
    #: Nothing can be posted until it is fixed.
    stops: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Result of one check; `ok`, `warning` and `problem` build it by its state."""

    subject: str
    state: Literal["ok", "warning", "problem"]
    text: str
    fix: str = ""

    @classmethod
    def ok(cls, subject: str, text: str) -> "Finding":
        """Nothing to do."""
        return cls(subject=subject, state="ok", text=text)

    @classmethod
    def warning(cls, subject: str, text: str, fix: str = "") -> "Finding":
        """Posting works, but something needs attention."""
        return cls(subject=subject, state="warning", text=text, fix=fix)

    @classmethod
    def problem(cls, subject: str, text: str, fix: str = "") -> "Finding":
        """Something does not work."""
        return cls(subject=subject, state="problem", text=text, fix=fix)


#: What a platform finds in one of its workspaces, by its own id of it; None = in how it
#: is set up as a whole.
PlatformCheck = Callable[[str | None], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformIdentity:
    """The account behind a token, as the platform reports it."""

    #: Name of the bot on the platform.
    bot: str
    #: Id of the application on the platform; "" if unknown.
    application: str
    #: Names of the servers, or of the team, that the bot is in.
    places: tuple[str, ...]
    #: Defects of the application's configuration on the platform.
    findings: tuple[Finding, ...] = ()
    #: Time on the platform's clock when it answered; None if unknown.
    clock: datetime | None = None


JobName = Literal["publish", "deliver", "poll", "notify", "maintain"]


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatus:
    """When one of the named jobs of a running process ran last and will run next."""

    name: JobName
    #: None before its first run has ended.
    last_run: datetime | None
    next_run: datetime
    #: Runs in a row that failed.
    failures: int = 0
