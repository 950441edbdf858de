"""What came back from an address: frozen nouns; what went wrong is in `errors`."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What a server told us to ask with next time (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A whole answer, unpacked."""

    #: Where the body came from in the end; without user information.
    url: str
    body: bytes
    #: The value of Content-Type, lower case, or "".
    content_type: str
    validators: Validators
    #: Where the address has moved for good, when every redirect said so.
    moved_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotModified:
    """Nothing has changed since the validators that were sent."""

    url: str
    validators: Validators
    moved_to: str | None = None
