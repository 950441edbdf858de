"""Responses: types, bounded decoding of bodies, errors by status.

zlib is asked for at most what is still allowed, so that a bomb costs no more memory
than the limit. br and zstd are not offered, because their readers know no limit.
"""

import re
import time
import zlib
from dataclasses import dataclass, field

from aiohttp import ClientResponse

from digests.errors import (
    AccessDenied,
    ResponseTooLarge,
    SourceError,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
    SourceUnreachable,
    SourceUnreadable,
)
from digests.language.dates import parse_instant
from digests.language.words import word_set

OFFERED_ENCODINGS = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = frozenset(("", "identity"))
_GZIPS = word_set("gzip x-gzip")


@dataclass(kw_only=True, slots=True)
class BodyDecoder:
    """A body in the making: `take` chunks, then ask for `whole`."""

    #: The value of Content-Encoding.
    coding: str
    #: Bytes allowed over the wire, and unpacked.
    raw: int
    unpacked: int
    _came: int = 0
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _unpacker: "zlib._Decompress | None" = None

    def __post_init__(self) -> None:
        coding = self.coding.strip().lower()
        if coding in _GZIPS:
            self._unpacker = zlib.decompressobj(_GZIP)
        elif coding not in _PLAIN and coding != "deflate":
            raise SourceUnreadable(
                "The answer is packed in a way that we did not ask for."
            )
        self.coding = coding

    def take(self, chunk: bytes) -> None:
        """Take the next bytes from the wire.

        Raises:
            TooLarge: They are more than is allowed, packed or unpacked.
            Unreadable: They are not packed as the answer says.
        """
        self._came += len(chunk)
        if self._came > self.raw:
            raise ResponseTooLarge(
                f"The answer is larger than {_format_size(self.raw)}."
            )
        if self.coding == "deflate" and self._unpacker is None and chunk:
            self._unpacker = _deflate_decompressor(chunk)
        try:
            self._unpack(chunk)
        except zlib.error:
            raise SourceUnreadable("The answer is not packed as it says.") from None

    def whole(self) -> bytes:
        """Everything that came; a stream that broke off gives what it held."""
        return b"".join(self._parts)

    def _unpack(self, chunk: bytes) -> None:
        if self._unpacker is None:
            self._keep(chunk)
            return
        # What follows the end of the packed stream is not looked at.
        while chunk and not self._unpacker.eof:
            room = self.unpacked - self._size + 1
            self._keep(self._unpacker.decompress(chunk, room))
            chunk = self._unpacker.unconsumed_tail

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self.unpacked:
            raise ResponseTooLarge(
                f"The answer is larger than {_format_size(self.unpacked)}."
            )
        self._parts.append(part)


def _deflate_decompressor(start: bytes) -> "zlib._Decompress":
    """With the header of zlib, as the standard says, or bare, as some send it."""
    bare = start[0] & 0x0F != zlib.DEFLATED or (
        len(start) > 1 and (start[0] << 8 | start[1]) % 31 != 0
    )
    return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)


def _format_size(limit: int) -> str:
    return f"{limit / (1 << 20):g} MiB"


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What a server told us to ask with next time (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchResponse:
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


PERMANENT_REDIRECTS = frozenset((301, 308))
REDIRECTS = PERMANENT_REDIRECTS | {302, 303, 307}
NOT_MODIFIED_STATUS = 304

_DENIED = frozenset((401, 403, 407))
#: A client's mistake by number, but one that passes.
_PASSING = frozenset((408, 421, 425))


def error_for_response(answer: ClientResponse, host: str) -> SourceError | None:
    """The error that the status stands for; None where there is a body to read."""
    status = answer.status
    if 200 <= status < 300:
        return None
    asked = answer.headers.get("Retry-After")
    if status == 429 or (status == 503 and asked):
        wait = parse_retry_after(asked, answer.headers.get("Date"))
        return SourceRateLimited(
            f"{host} asks for a pause (status {status}).", wait=wait
        )
    return _error_for_status(status, host)


def _error_for_status(status: int, host: str) -> SourceError:
    if status == 410:
        return SourceGone(f"{host} says that this address has ended (status 410).")
    if status in _DENIED:
        return AccessDenied(
            f"{host} does not let us read this address (status {status})."
        )
    if 400 <= status < 500 and status not in _PASSING:
        return SourceMissing(f"{host} has nothing at this address (status {status}).")
    return SourceUnreachable(f"{host} could not answer (status {status}).")


#: Nobody is obeyed for longer; most such answers are mistakes.
LONGEST_PAUSE = 24 * 3600.0
#: Where a host asks for a pause and does not say how long.
DEFAULT_PAUSE = 15 * 60.0


def parse_retry_after(written: str | None, dated: str | None = None) -> float:
    """How many seconds Retry-After asks for, between 1 second and 24 hours.

    Args:
        written: Seconds or a date; nonsense and nothing give the usual pause.
        dated: The answer's own Date, that a date is measured from; None = our clock.
    """
    text = (written or "").strip()
    if re.fullmatch(r"\d{1,20}(\.\d{0,9})?", text, re.ASCII):
        return _clamp_pause(float(text))
    until = parse_instant(text)
    if until is None:
        return DEFAULT_PAUSE
    since = parse_instant(dated or "")
    seconds = until.timestamp() - (since.timestamp() if since else time.time())
    return _clamp_pause(seconds)


def _clamp_pause(seconds: float) -> float:
    return min(max(seconds, 1.0), LONGEST_PAUSE)
