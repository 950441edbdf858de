"""One fetch at a time from a host, with space between them, and none in its pauses.

`Turns` keeps what it knows of hosts in memory only; who polls over days keeps the
pauses in a table. Time is monotonic seconds, so that no clock change shortens a pause.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from digests.errors import Limited

#: Nobody is obeyed for longer; most such answers are mistakes.
LONGEST_PAUSE = 24 * 3600.0
#: Where a host asks for a pause and does not say how long.
USUAL_PAUSE = 15 * 60.0

_MOST_HOSTS = 10_000


def pause(written: str | None, dated: str | None = None) -> float:
    """How many seconds Retry-After asks for, between 1 second and 24 hours.

    Args:
        written: Seconds or a date; nonsense and nothing give the usual pause.
        dated: The answer's own Date, that a date is measured from; None = our clock.
    """
    text = (written or "").strip()
    if re.fullmatch(r"\d{1,20}(\.\d{0,9})?", text, re.ASCII):
        return _capped(float(text))
    until = _date(text)
    if until is None:
        return USUAL_PAUSE
    since = _date(dated or "")
    seconds = until.timestamp() - (since.timestamp() if since else time.time())
    return _capped(seconds)


def _date(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _capped(seconds: float) -> float:
    return min(max(seconds, 1.0), LONGEST_PAUSE)


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: When the next fetch may start.
    free_at: float = 0.0
    #: Until when the host wants to be left alone.
    paused_until: float = 0.0
    waiting: int = 0


class Turns:
    """Whose turn it is at each host."""

    def __init__(
        self, spacing: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._spacing, self._clock = spacing, clock
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, name: str, *, spaced: bool = True) -> AsyncIterator[None]:
        """Hold the host for one fetch; others wait.

        Args:
            name: The host.
            spaced: Whether the usual space follows.

        Raises:
            Limited: The host asked for a pause that is not over.
        """
        host = self._host(name)
        host.waiting += 1
        try:
            async with host.lock:
                self._check_pause(name, host)
                await asyncio.sleep(max(0.0, host.free_at - self._clock()))
                host.free_at = self._clock() + (self._spacing if spaced else 0.0)
                yield
        finally:
            host.waiting -= 1

    def rest(self, name: str, seconds: float) -> None:
        """Leave the host alone for these seconds."""
        until = self._clock() + seconds
        host = self._host(name)
        host.paused_until = max(host.paused_until, until)

    def space(self, name: str, seconds: float) -> None:
        """Let the next fetch start only in so many seconds."""
        host = self._host(name)
        host.free_at = max(host.free_at, self._clock() + seconds)

    def _check_pause(self, name: str, host: _Host) -> None:
        left = host.paused_until - self._clock()
        if left > 0:
            raise Limited(f"{name} asked for a pause.", wait=left)

    def _host(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        if len(self._hosts) > _MOST_HOSTS:
            self._forget()
        return host

    def _forget(self) -> None:
        """Drop the longest unused host that nobody waits for or must leave alone."""
        now = self._clock()
        for name, host in self._hosts.items():
            if not host.waiting and host.paused_until <= now:
                del self._hosts[name]
                return
