"""Responses: types, bounded decoding of bodies, errors by status.

zlib is limited to what is still allowed, so that a bomb costs no more memory than the
limit. br and zstd are not offered, because their decoders have no limit.
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
from digests.types import frozen

OFFERED_ENCODINGS = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = frozenset(("", "identity"))
_GZIPS = word_set("gzip x-gzip")


@dataclass(kw_only=True, slots=True)
class BodyDecoder:
    """Decompresses a body: `take` its chunks, then get the `whole`."""

    #: The value of Content-Encoding.
    coding: str
    #: Allowed bytes, compressed and decompressed.
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
            raise SourceUnreadable("source.encoding")
        self.coding = coding

    def take(self, chunk: bytes) -> None:
        """Add the next bytes.

        Raises:
            ResponseTooLarge: More than is allowed, compressed or decompressed.
            SourceUnreadable: They are not compressed as declared.
        """
        self._came += len(chunk)
        if self._came > self.raw:
            raise ResponseTooLarge("source.too_large", size=_format_size(self.raw))
        if self.coding == "deflate" and self._unpacker is None and chunk:
            self._unpacker = _deflate_decompressor(chunk)
        try:
            self._unpack(chunk)
        except zlib.error:
            raise SourceUnreadable("source.corrupt") from None

    def whole(self) -> bytes:
        """The whole body, or what was received of an incomplete stream."""
        return b"".join(self._parts)

    def _unpack(self, chunk: bytes) -> None:
        if self._unpacker is None:
            self._keep(chunk)
            return
        # Bytes after the end of the compressed stream are ignored.
        while chunk and not self._unpacker.eof:
            left = self.unpacked - self._size + 1
            self._keep(self._unpacker.decompress(chunk, left))
            chunk = self._unpacker.unconsumed_tail

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self.unpacked:
            raise ResponseTooLarge("source.too_large", size=_format_size(self.unpacked))
        self._parts.append(part)


def _deflate_decompressor(start: bytes) -> "zlib._Decompress":
    """For deflate with the zlib header of the standard, or without, as some send it."""
    bare = start[0] & 0x0F != zlib.DEFLATED or (
        len(start) > 1 and (start[0] << 8 | start[1]) % 31 != 0
    )
    return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)


def _format_size(limit: int) -> str:
    return f"{limit / (1 << 20):g} MiB"


@frozen
class Validators:
    """Validators for a conditional request (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@frozen
class FetchResponse:
    """A complete response, decompressed."""

    #: The address after redirects, without user information.
    url: str
    body: bytes
    #: The value of Content-Type, lower case, or "".
    content_type: str
    validators: Validators
    #: The new address, if every redirect was permanent.
    moved_to: str | None = None
    #: Sent for it, redirects included.
    requests: int = 1


@frozen
class NotModified:
    """The response to a conditional request: not modified."""

    url: str
    validators: Validators
    moved_to: str | None = None
    #: Sent for it, redirects included.
    requests: int = 1


PERMANENT_REDIRECTS = frozenset((301, 308))
REDIRECTS = PERMANENT_REDIRECTS | {302, 303, 307}
NOT_MODIFIED_STATUS = 304

_DENIED = frozenset((401, 403, 407))
#: Client errors that are temporary.
_PASSING = frozenset((408, 421, 425))


def error_for_response(answer: ClientResponse, host: str) -> SourceError | None:
    """The error of a response's status, or None if it has a body to read."""
    status = answer.status
    if 200 <= status < 300:
        return None
    asked = answer.headers.get("Retry-After")
    if status == 429 or (status == 503 and asked):
        wait = parse_retry_after(asked, answer.headers.get("Date"))
        return SourceRateLimited(
            "source.rate_limited", host=host, status=status, wait=wait
        )
    if status == 410:
        return SourceGone("source.gone", host=host)
    if status in _DENIED:
        return AccessDenied("source.forbidden", host=host, status=status)
    if 400 <= status < 500 and status not in _PASSING:
        return SourceMissing("source.missing", host=host, status=status)
    return SourceUnreachable("source.server_error", host=host, status=status)


#: The longest pause; longer ones are mostly mistakes.
LONGEST_PAUSE = 24 * 3600.0
#: The pause if a host does not say how long.
DEFAULT_PAUSE = 15 * 60.0


def parse_retry_after(written: str | None, dated: str | None = None) -> float:
    """The seconds of Retry-After, between 1 second and 24 hours.

    Args:
        written: Seconds or a date; anything else gives the default pause.
        dated: The response's Date, from which a date is measured; None = our clock.
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
