"""Results of checks: subject, state, description and fix.

Exchanged between the doctor, the setup wizard and the platforms.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from digests.messages import Message, as_message
from digests.types import frozen

_NOTHING: Final = Message("")


@frozen
class DestinationProblem:
    """A defect of a destination as its platform sees it, with the fix."""

    text: Message
    fix: Message
    #: Nothing can be posted until it is fixed.
    stops: bool = False


#: Which check a finding comes from, for programs; it does not change between versions.
CheckCode = Literal[
    "start",
    "database",
    "backup",
    "disk",
    "database-log",
    "jobs",
    "time-zones",
    "pictures",
    "settings",
    "platform",
    "connection",
    "clock",
    "workspace",
    "channel",
    "quota",
    "digest",
    "source",
    "delivery",
    "deadline",
]
FindingState = Literal["ok", "warning", "problem"]


@frozen
class Finding:
    """Result of one check; `ok`, `warning` and `problem` build it by its state."""

    subject: str
    state: FindingState
    text: Message
    #: What to do about it, if anything.
    fix: Message = _NOTHING
    #: Set by `mark_findings`; None where no program reads it.
    code: CheckCode | None = None

    @classmethod
    def ok(cls, subject: str, text: Message | str) -> "Finding":
        """Nothing to do. A `str` is an English text, as for `Texts.say`."""
        return cls(subject=subject, state="ok", text=as_message(text))

    @classmethod
    def warning(
        cls, subject: str, text: Message | str, fix: Message | str = ""
    ) -> "Finding":
        """Posting works, but something needs attention."""
        text, fix = as_message(text), as_message(fix)
        return cls(subject=subject, state="warning", text=text, fix=fix)

    @classmethod
    def problem(
        cls, subject: str, text: Message | str, fix: Message | str = ""
    ) -> "Finding":
        """Something does not work."""
        text, fix = as_message(text), as_message(fix)
        return cls(subject=subject, state="problem", text=text, fix=fix)


def mark_findings(code: CheckCode, found: Iterable[Finding]) -> list[Finding]:
    """Set the code of the findings that have none."""
    return [one if one.code else replace(one, code=code) for one in found]


#: Checks a workspace, given the platform's id of it.
PlatformCheck = Callable[[str], Awaitable[Sequence[Finding]]]


@frozen
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


@frozen
class JobStatus:
    """Last and next run of one of the named jobs of a running process."""

    name: JobName
    #: None before its first run has ended.
    last_run: datetime | None
    next_run: datetime
    #: Number of consecutive failed runs.
    failures: int = 0


@frozen
class Measurement:
    """One family of gauges for `/metrics`: a value for each value of a label."""

    #: Without the prefix; its unit is its last word.
    name: str
    help: str
    #: Name of the label; "" where there is one value without a label.
    label: str = ""
    #: Label value → number; "" is the key of a value without a label.
    values: Mapping[str, float]
