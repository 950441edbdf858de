"""Unpacks a body as it arrives, to a limit, and never twice.

zlib is asked for at most what is still allowed, so that a bomb costs no more memory
than the limit. br and zstd are not offered, because their readers know no limit.
"""

import zlib
from dataclasses import dataclass, field

from digests.errors import TooLarge, Unreadable

OFFERED = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = frozenset(("", "identity"))
_GZIPS = frozenset(("gzip", "x-gzip"))


@dataclass(kw_only=True, slots=True)
class Body:
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
            raise Unreadable("The answer is packed in a way that we did not ask for.")
        self.coding = coding

    def take(self, chunk: bytes) -> None:
        """Take the next bytes from the wire.

        Raises:
            TooLarge: They are more than is allowed, packed or unpacked.
            Unreadable: They are not packed as the answer says.
        """
        self._came += len(chunk)
        if self._came > self.raw:
            raise TooLarge(f"The answer is larger than {_size(self.raw)}.")
        if self.coding == "deflate" and self._unpacker is None and chunk:
            self._unpacker = _deflate(chunk)
        try:
            self._unpack(chunk)
        except zlib.error:
            raise Unreadable("The answer is not packed as it says.") from None

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
            raise TooLarge(f"The answer is larger than {_size(self.unpacked)}.")
        self._parts.append(part)


def _deflate(start: bytes) -> "zlib._Decompress":
    """With the header of zlib, as the standard says, or bare, as some send it."""
    bare = start[0] & 0x0F != zlib.DEFLATED or (
        len(start) > 1 and (start[0] << 8 | start[1]) % 31 != 0
    )
    return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)


def _size(limit: int) -> str:
    return f"{limit / (1 << 20):g} MiB"
