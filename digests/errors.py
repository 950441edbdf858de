"""Errors of the composer, and who has to act on each.

    DigestsError                  base; its text is a sentence for people
    ├── InputError                for the user: what, where, and what to do
    │   ├── UnreadableInput       a file or line without readable text
    │   └── UsageError            a verb, option or value that does not exist
    └── SourceError               one source cannot be read now; others can
        ├── FetchRefused          for the admin: an address that is not fetched
        ├── SourceGone            for the admin: 410, permanently removed
        ├── SourceMissing         retry, then for the admin: 404 and other 4xx
        ├── AccessDenied          for the admin: 401, 403, 407
        ├── SourceRateLimited     retry after `wait` seconds: 429, 503
        ├── ResponseTooLarge      for the admin: above the size limit
        ├── FetchTimeout          retry: not complete before the deadline
        ├── CertificateUntrusted  for its owner: the certificate is not valid
        ├── SourceUnreachable     retry: no name, no connection, 5xx, broken
        ├── SourceUnreadable      retry: not a readable feed, page or list
        └── SandboxKilled         its parser exceeded time or memory

Any other exception that leaves this package is a defect, for the developers.
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
    """A file, folder or line without readable text."""


class UsageError(InputError):
    """A verb, an option or a value that does not exist."""


class SourceError(DigestsError):
    """A source could not be read; its text names the host, never a whole address."""

    #: Whether retrying is pointless until somebody changes something.
    permanent = False

    def __init__(
        self, message: str | Message, /, *, wait: float | None = None, **params: object
    ) -> None:
        super().__init__(message, **params)
        #: Seconds that the source asked us to wait, or None.
        self.wait = wait


class FetchRefused(SourceError):
    """An address that is not allowed, or that robots.txt excludes."""

    permanent = True


class SourceGone(SourceError):
    """The source was permanently removed (410)."""

    permanent = True


class SourceMissing(SourceError):
    """The source is currently not at the address (404 and other 4xx)."""


class AccessDenied(SourceError):
    """The source requires credentials or refuses us (401, 403, 407)."""

    permanent = True


class SourceRateLimited(SourceError):
    """The source asks for a pause of `wait` seconds (429, 503)."""


class ResponseTooLarge(SourceError):
    """The response exceeds the size limit, compressed or decompressed."""


class FetchTimeout(SourceError):
    """The response was not complete before the deadline."""


class CertificateUntrusted(SourceError):
    """The certificate is expired, self-signed or for another host."""


class SourceUnreachable(SourceError):
    """The host name, the connection or the response failed."""


class SourceUnreadable(SourceError):
    """The response is not in the expected format, or is malicious."""


class SandboxKilled(SourceError):
    """The parser of this source exceeded its time or memory and was killed."""
