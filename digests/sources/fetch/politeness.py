"""Pace requests to a host and obey its robots.txt.

`HostQueue` has its state in memory only; pollers store pauses themselves. Time is
monotonic seconds, so that no clock change shortens a pause.

A valid robots.txt is obeyed. A missing or broken one does not prevent a fetch: somebody
asked for this one address, and we do not crawl.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from protego import Protego
from yarl import URL

from digests.errors import SourceError, SourceRateLimited
from digests.sources.fetch.policy import ROBOT_NAME
from digests.sources.fetch.response import FetchResponse
from digests.types import frozen

_MAX_QUEUED_HOSTS = 10_000


@dataclass(slots=True)
class _HostState:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: When the next fetch may start.
    free_at: float = 0.0
    #: The end of a pause that the host asked for.
    paused_until: float = 0.0
    waiting: int = 0


class HostQueue:
    """One fetch at a time per host, with spacing and pauses."""

    def __init__(
        self, spacing: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._spacing, self._clock = spacing, clock
        self._hosts: OrderedDict[str, _HostState] = OrderedDict()

    @asynccontextmanager
    async def reserve(self, name: str, *, spaced: bool = True) -> AsyncIterator[None]:
        """Reserve the host for one fetch; others wait.

        Args:
            name: The host.
            spaced: Whether the usual spacing follows.

        Raises:
            SourceRateLimited: The host asked for a pause that is not over.
        """
        host = self._host(name)
        host.waiting += 1
        try:
            async with host.lock:
                self._check_pause(name)
                await asyncio.sleep(max(0.0, host.free_at - self._clock()))
                host.free_at = self._clock() + (self._spacing if spaced else 0.0)
                yield
        finally:
            host.waiting -= 1

    @asynccontextmanager
    async def join(self, name: str) -> AsyncIterator[None]:
        """Ask the host beside others, as a page does for its pictures.

        Only a delay that its robots.txt asks for, longer than our spacing, is waited
        for: that is what the host can take.

        Raises:
            SourceRateLimited: The host asked for a pause that is not over.
        """
        host = self._host(name)
        host.waiting += 1
        try:
            self._check_pause(name)
            left = host.free_at - self._clock()
            if left > self._spacing:
                await asyncio.sleep(left)
            yield
        finally:
            host.waiting -= 1

    def _check_pause(self, name: str) -> None:
        left = self._host(name).paused_until - self._clock()
        if left > 0:
            raise SourceRateLimited("source.resting", host=name, wait=left)

    def pause_host(self, name: str, seconds: float) -> None:
        """Send nothing to the host for so many seconds."""
        until = self._clock() + seconds
        host = self._host(name)
        host.paused_until = max(host.paused_until, until)

    def delay_next(self, name: str, seconds: float) -> None:
        """Delay the next fetch by so many seconds from now."""
        host = self._host(name)
        host.free_at = max(host.free_at, self._clock() + seconds)

    def _host(self, name: str) -> _HostState:
        host = self._hosts.setdefault(name, _HostState())
        self._hosts.move_to_end(name)
        if len(self._hosts) > _MAX_QUEUED_HOSTS:
            self._forget()
        return host

    def _forget(self) -> None:
        """Drop the least recently used host without waiters and pause."""
        now = self._clock()
        for name, host in self._hosts.items():
            if not host.waiting and host.paused_until <= now:
                del self._hosts[name]
                return


#: RFC 9309, 2.4: at most a day; less after a failure.
_CACHE_SECONDS, _CACHE_SECONDS_EMPTY = 24 * 3600.0, 3600.0
_LARGEST = 500 << 10
_MAX_ROBOTS_HOSTS = 2_000
_LONGEST_DELAY = 30.0

FetchRobots = Callable[[URL], Awaitable[FetchResponse]]

_AGENT_LINE = re.compile(
    r"^[ \t]*user[- ]?agent\b[ \t]*:?(.*)$", re.IGNORECASE | re.MULTILINE
)
_OTHER_AGENT = "User-agent: stranger"


@frozen
class RobotsRules:
    """The robots.txt rules of one host; `parsed` is None without any."""

    parsed: Protego | None
    until: float

    def allow(self, url: URL) -> bool:
        """Whether we may fetch this address of the host."""
        return self.parsed is None or self.parsed.can_fetch(str(url), ROBOT_NAME)

    def delay(self) -> float:
        """The crawl delay in seconds, at most 30."""
        asked = self.parsed.crawl_delay(ROBOT_NAME) if self.parsed else None
        return min(max(asked or 0.0, 0.0), _LONGEST_DELAY)


class RobotsCache:
    """The rules of hosts, cached for a day."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[URL, RobotsRules] = OrderedDict()

    async def rules(self, url: URL, ask: FetchRobots) -> RobotsRules:
        """The rules of the host of `url`; `ask` fetches its robots.txt if needed."""
        origin = url.origin()
        known = self._known.get(origin)
        if known is None or known.until <= self._clock():
            known = await self._ask(origin, ask)
            self._known[origin] = known
            if len(self._known) > _MAX_ROBOTS_HOSTS:
                self._known.popitem(last=False)
        return known

    async def _ask(self, origin: URL, ask: FetchRobots) -> RobotsRules:
        try:
            answer = await ask(origin / "robots.txt")
        except SourceError:
            return RobotsRules(parsed=None, until=self._clock() + _CACHE_SECONDS_EMPTY)
        text = answer.body[:_LARGEST].decode("utf-8", "replace")
        parsed = await asyncio.to_thread(_parsed, text)
        return RobotsRules(parsed=parsed, until=self._clock() + _CACHE_SECONDS)


def _parsed(text: str) -> Protego | None:
    # With one name for all other agents the time is linear in the file's length.
    ours = _AGENT_LINE.sub(
        lambda line: line[0] if _is_ours(line[1]) else _OTHER_AGENT, text
    )
    try:
        return Protego.parse(ours)
    except Exception:  # a hostile file must not stop the fetch
        return None


def _is_ours(name: str) -> bool:
    written = name.partition("#")[0].strip().lower()
    return written == "*" or written.replace("*", "") == ROBOT_NAME.lower()
