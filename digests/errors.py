"""Errors of the composer, and who has to act on each.

    DigestsError                  base; its text is a whole sentence fit to be shown
    ├── InputError                the user's turn: what, where, and what to do
    │   ├── UnreadableInput       a file or line that cannot be read as text
    │   └── UsageError            a verb, option or value that does not exist
    └── SourceError               one source gave nothing this time; others go on
        ├── Refused               the admin's turn: we may not or will not dial that
        ├── Gone                  the admin's turn: 410, it will not come back
        ├── Missing               later, then the admin: 404 and other refusals of 4xx
        ├── Denied                the admin's turn: 401, 403, 407
        ├── Limited               later, after `wait` seconds: 429, 503
        ├── TooLarge              the admin's turn: more than we ever read
        ├── TooSlow               later: it did not answer whole in time
        ├── Untrusted             its owner's turn: the certificate is not good
        ├── Unreachable           later: no name, no connection, 5xx, a broken answer
        ├── Unreadable            later: not a feed, page or list that we can read
        └── Killed                its reader used up time or memory and was ended

Anything else that leaves this package is a defect of ours: the developer's turn.
"""

from digests.messages import Message, as_message


class DigestsError(Exception):
    """Base of every error that the composer raises on purpose; `str` is English."""

    message: Message

    def __init__(self, message: str | Message, /, **params: object) -> None:
        self.message = as_message(message, **params)
        super().__init__(self.message)


class InputError(DigestsError):
    """The input is at fault; the message says what to do about it."""


class UnreadableInput(InputError):
    """A file, folder or line that holds no readable text."""


class UsageError(InputError):
    """A verb, an option or a value that the interface does not know."""


class SourceError(DigestsError):
    """A source could not be read; its text names the host, never a whole address."""

    #: Whether asking again is pointless until somebody changes something.
    permanent = False

    def __init__(
        self,
        message: str | Message,
        /,
        *,
        wait: float | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, **params)
        #: Seconds that the source asked us to wait, or None.
        self.wait = wait


class FetchRefused(SourceError):
    """An address that we do not dial, or that its owner asks us not to read."""

    permanent = True


class SourceGone(SourceError):
    """The source says that it has ended (410)."""

    permanent = True


class SourceMissing(SourceError):
    """Nothing stands at the address now (404 and the other refusals of 4xx)."""


class AccessDenied(SourceError):
    """The source wants a name and password, or wants us not at all (401, 403, 407)."""

    permanent = True


class SourceRateLimited(SourceError):
    """The source asks for a pause of `wait` seconds (429, 503)."""


class ResponseTooLarge(SourceError):
    """The answer is larger than anything we read, packed or unpacked."""


class FetchTimeout(SourceError):
    """The answer was not there whole before the deadline."""


class CertificateUntrusted(SourceError):
    """The certificate is expired, self-made or for another host."""


class SourceUnreachable(SourceError):
    """No name, no connection, or an answer that breaks off or makes no sense."""


class SourceUnreadable(SourceError):
    """What came is not what it should be, or is built to do harm."""


class SandboxKilled(SourceError):
    """The reader of this source used up its time or memory and was ended."""
