"""Decide from Discord's own headers when a request may leave; sends nothing.

- A route (method and channel) that has used up its allowance, or was answered with
  429, waits for as long as Discord says; a global or unexplained limit holds them all.
- Requests begin evenly, and few are on their way at once, so that what waited behind
  a limit does not burst when it ends.
- No second holds more arrivals at Discord than it allows, however long each request is
  on its way (`Window`).
- Too many invalid answers in ten minutes, and everything is silent for a while:
  Discord bans an address that goes on.

Waiting is the outbox's: what may not go now is `Limited`, and certainly was not sent.

Opening threads and publishing have allowances of their own, much smaller than that of
messages; what they use up must not hold up the messages of the same channel.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bot.errors import SendRateLimited
from bot.platforms.common.rate_limits import parse_wait
from bot.platforms.discord import limits
from digests.messages import Message

_INVALID_STATUSES = frozenset({401, 403, 429})


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedResponse:
    """What came back for a request, as far as the pace goes."""

    method: str
    #: Empty where the route has none.
    channel: str
    status: int
    headers: Mapping[str, str]


class DiscordRateLimiter:
    """The waits that hold at present; instants are seconds of a monotonic clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._routes: dict[tuple[str, str], float] = {}
        self._global_until = 0.0
        self._window = ArrivalWindow()
        self._invalid: deque[float] = deque()
        self._slots = asyncio.Semaphore(limits.IN_FLIGHT)

    def record_response(self, answer: ObservedResponse) -> None:
        """Learn from an answer."""
        now = self._now()
        shared = answer.headers.get("X-RateLimit-Scope") == "shared"
        if answer.status in _INVALID_STATUSES and not shared:
            self._invalid.append(now)
        if answer.status == 429:
            self._record_rate_limit(answer, now)
        elif answer.headers.get("X-RateLimit-Remaining") == "0":
            wait = (
                parse_wait(
                    answer.headers.get("X-RateLimit-Reset-After"),
                    limits.MAX_RETRY_AFTER,
                )
                or 0.0
            )
            self._block_route(answer, now + wait)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Wait for a place among the requests on their way, and keep it.

        Raises:
            Limited: It may not go now.
        """
        self.check(method, channel)
        try:
            async with asyncio.timeout(limits.SLOT_TIMEOUT):
                await self._slots.acquire()
        except TimeoutError:
            text = Message("discord.busy")
            raise SendRateLimited(text, retry_after=limits.SLOT_TIMEOUT) from None
        try:
            yield
        finally:
            self._slots.release()

    async def enter(self, method: str, channel: str) -> float:
        """Wait until one more request may leave; it is given back to `leave`.

        Raises:
            Limited: Others were answered with a limit meanwhile.
        """
        entered = await self._window.enter()
        if channel:
            try:
                self.check(method, channel)
            except SendRateLimited:
                self._window.withdraw(entered)
                raise
        return entered

    def leave(self, entered: float) -> None:
        """The request was answered, or never will be."""
        self._window.leave(entered)

    def check(self, method: str, channel: str) -> None:
        """Raise `Limited` when a request of this route has to wait."""
        now = self._now()
        until = max(self._global_until, self._routes.get((method, channel), 0.0))
        if until > now:
            text = Message("discord.rate_limited")
            raise SendRateLimited(text, retry_after=until - now)
        while self._invalid and self._invalid[0] <= now - limits.INVALID_WINDOW:
            self._invalid.popleft()
        if len(self._invalid) >= limits.INVALID_MOST:
            wait = self._invalid[0] + limits.INVALID_WINDOW - now
            text = Message("discord.silent")
            raise SendRateLimited(text, retry_after=wait)

    def _record_rate_limit(self, answer: ObservedResponse, now: float) -> None:
        headers = answer.headers
        header_wait = parse_wait(headers.get("Retry-After"), limits.MAX_RETRY_AFTER)
        precise = parse_wait(
            headers.get("X-RateLimit-Reset-After"), limits.MAX_RETRY_AFTER
        )
        waits = [wait for wait in (header_wait, precise) if wait is not None]
        until = now + (max(waits) if waits else limits.DEFAULT_RETRY_AFTER)
        # Without «Via» it is not Discord's own limit but the ban of our address.
        everything = headers.get("X-RateLimit-Scope") == "global" or (
            "X-RateLimit-Global" in headers or "Via" not in headers
        )
        if everything:
            self._global_until = max(self._global_until, until)
        else:
            self._block_route(answer, until)

    def _block_route(self, answer: ObservedResponse, until: float) -> None:
        now = self._now()
        if len(self._routes) > 1000:
            self._routes = {r: at for r, at in self._routes.items() if at > now}
        route = (answer.method, answer.channel)
        self._routes[route] = max(self._routes.get(route, 0.0), until)


class ArrivalWindow:
    """At most `limits.GLOBAL_RATE` arrivals in any second, as Discord counts them.

    When a request arrives is not known: somewhere between its beginning and its answer.
    Of this stretch the quickest round trip seen is certainly spent before or behind the
    arrival. So a request counts while it is on its way, and from its answer on for one
    second less that round trip. While so many count, no other begins; then no second at
    Discord's holds more than are allowed.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._next = 0.0
        #: The requests on their way, by their beginning; and when others were answered.
        self._open: list[float] = []
        self._answered: deque[float] = deque()
        #: The quickest of the last round trips, and of those before them.
        self._fastest = self._fastest_before = float("inf")
        self._seen = 0

    async def enter(self) -> float:
        """Wait for the next turn, and for room; the instant of the beginning."""
        at = max(self._now(), self._next)
        self._next = at + 1 / limits.GLOBAL_RATE
        while (wait := at - self._now()) > 0 or (
            wait := self._seconds_until_room()
        ) > 0:
            await self._sleep(wait)
        started = self._now()
        self._open.append(started)
        return started

    def leave(self, started: float) -> None:
        """It was answered, or failed: it may have arrived until now."""
        now = self._now()
        self.withdraw(started)
        self._answered.append(now)
        self._seen += 1
        self._fastest = min(self._fastest, now - started)
        if self._seen % limits.ROUND_TRIP_SAMPLE == 0:
            self._fastest_before, self._fastest = self._fastest, float("inf")

    def withdraw(self, started: float) -> None:
        """It did not leave."""
        self._open.remove(started)

    def _seconds_until_room(self) -> float:
        """Seconds until there may be room for one more; 0 when there is."""
        now = self._now()
        # A few round trips do not tell yet how quick one can be.
        sure = self._seen >= limits.ROUND_TRIP_SAMPLE
        fastest = min(self._fastest, self._fastest_before) if sure else 0.0
        lasts = 1 + limits.CLOCK_MARGIN - min(fastest, 1.0)
        while self._answered and self._answered[0] <= now - lasts:
            self._answered.popleft()
        # What has been on its way for long arrived long ago, or never will.
        in_flight = sum(started > now - limits.ARRIVED_AFTER for started in self._open)
        if in_flight + len(self._answered) < limits.GLOBAL_RATE:
            return 0.0
        first = (
            self._answered[0] + lasts - now if self._answered else limits.CLOCK_MARGIN
        )
        return max(first, 0.001)


_CHANNEL_PATH: Final = re.compile(
    r"/channels/(?P<id>\d+)(?:/messages/\d+)?(?P<own>/threads|/crosspost)?(?=/|\Z)"
)


def parse_route(path: str) -> str:
    """«2001», «2001/threads», «2001/crosspost»; "" where it is no channel's."""
    found = _CHANNEL_PATH.search(path)
    return f"{found['id']}{found['own'] or ''}" if found else ""


def build_threads_route(channel: int) -> str:
    """The route by which a channel's threads are opened and listed."""
    return f"{channel}/threads"


def build_crosspost_route(channel: int) -> str:
    """The route by which a channel's messages are published."""
    return f"{channel}/crosspost"
