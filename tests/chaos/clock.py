"""A clock that several processes share, and that is advanced instead of waited for.

It shows the machine's time plus an offset in a file that all of them have mapped: a
process with nothing to do until a moment sets the clock there. A kill does not undo
that, as it undoes no real time.
"""

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SIZE = 8
_ALWAYS_POSITIVE = 1e9


class SharedClock:
    """`bot.ports.Clock` over a small file."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_SIZE))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _SIZE)

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self._offset(), UTC)

    def monotonic(self) -> float:
        """Seconds of a clock that follows the leaps too: the rate limiters' clock."""
        return _ALWAYS_POSITIVE + time.monotonic() + self._offset()

    def set(self, at: datetime) -> None:
        self.advance(at - self.now())

    def advance(self, by: timedelta) -> None:
        """Advance the clock, or set it back."""
        struct.pack_into("d", self._map, 0, self._offset() + by.total_seconds())

    def _offset(self) -> float:
        found: float = struct.unpack_from("d", self._map, 0)[0]
        return found
