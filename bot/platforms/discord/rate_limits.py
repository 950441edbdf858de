"""Decide from Discord's own headers when a request may be sent.

- A route (method and channel) whose allowance is used up, or that was answered with
  429, waits for as long as Discord says; a global or unexplained limit holds all.
- Requests start evenly and few are in flight at once, so that what waited behind a
  limit does not burst when it ends.
- In no second do more requests arrive at Discord than it allows, however long each one
  takes (`ArrivalWindow`).
- After too many invalid responses in ten minutes nothing is sent for a while: Discord
  bans an IP address that continues.

The outbox handles longer waits: a request that may not be sent now raises
`SendRateLimited` and certainly was not sent. Opening threads and crossposting have much
smaller allowances than messages, and must not hold up messages of the same channel.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from bot.errors import SendRateLimited
from bot.platforms.common.rate_limits import (
    HeldRoutes,
    RequestRoute,
    parse_wait,
    take_slot,
)
from bot.platforms.discord import limits

_INVALID_STATUSES = frozenset({401, 403, 429})


class DiscordRateLimiter:
    """The limits that apply at present; instants are seconds of a monotonic clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held = HeldRoutes()
        self._global_until = 0.0
        self._window = ArrivalWindow()
        self._invalid: deque[float] = deque()
        self._slots = asyncio.Semaphore(limits.IN_FLIGHT)

    def record_response(
        self, method: str, channel: str, status: int, headers: Mapping[str, str]
    ) -> None:
        """Record the limits that a response states; `channel` is "" without one."""
        now = self._now()
        route = method, channel
        scope = headers.get("X-RateLimit-Scope")
        if status in _INVALID_STATUSES and scope != "shared":
            self._invalid.append(now)
        reset = parse_wait(
            headers.get("X-RateLimit-Reset-After"), limits.MAX_RETRY_AFTER
        )
        if status != 429:
            if headers.get("X-RateLimit-Remaining") == "0":
                self._held.hold(route, now + (reset or 0.0), now)
            return
        stated = parse_wait(headers.get("Retry-After"), limits.MAX_RETRY_AFTER), reset
        waits = [wait for wait in stated if wait is not None]
        until = now + max(waits, default=limits.DEFAULT_RETRY_AFTER)
        # Without «Via» it is no limit of Discord but the ban of our address.
        if scope == "global" or "X-RateLimit-Global" in headers or "Via" not in headers:
            self._global_until = max(self._global_until, until)
        else:
            self._held.hold(route, until, now)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Take one of the slots for requests in flight.

        Raises:
            SendRateLimited: It may not be sent now.
        """
        self.check(method, channel)
        busy = SendRateLimited("discord.busy", retry_after=limits.SLOT_TIMEOUT)
        async with take_slot(self._slots, limits.SLOT_TIMEOUT, busy):
            yield

    async def enter(self, method: str, channel: str) -> float:
        """Wait until one more request may be sent; return its start for `leave`.

        Raises:
            SendRateLimited: The route was limited meanwhile.
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
        """Record that the request ended."""
        self._window.leave(entered)

    def check(self, method: str, channel: str) -> None:
        """Raise `SendRateLimited` when a request of this route has to wait."""
        now = self._now()
        until = max(self._global_until, self._held.until((method, channel)))
        if until > now:
            raise SendRateLimited("discord.rate_limited", retry_after=until - now)
        while self._invalid and self._invalid[0] <= now - limits.INVALID_WINDOW:
            self._invalid.popleft()
        if len(self._invalid) >= limits.INVALID_MOST:
            wait = self._invalid[0] + limits.INVALID_WINDOW - now
            raise SendRateLimited("discord.silent", retry_after=wait)


class ArrivalWindow:
    """At most `limits.GLOBAL_RATE` arrivals in any second, as Discord counts them.

    When a request arrives is unknown: some time between its start and its response. At
    least the fastest round trip of that time is spent before or after the arrival. So a
    request counts while it is in flight, and after its response for one second minus
    that round trip. While as many count as are allowed, no other request starts.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._next = 0.0
        #: Starts of requests in flight, and the instants of the newest responses.
        self._open: list[float] = []
        self._answered: deque[float] = deque()
        #: The fastest of the newest round trips, and of the sample before.
        self._fastest = self._fastest_before = float("inf")
        self._seen = 0

    async def enter(self) -> float:
        """Wait until a request may start; return the instant."""
        at = max(self._now(), self._next)
        self._next = at + 1 / limits.GLOBAL_RATE
        while (wait := max(at - self._now(), self._seconds_until_room())) > 0:
            await self._sleep(wait)
        started = self._now()
        self._open.append(started)
        return started

    def leave(self, started: float) -> None:
        """Record that a request ended: it may have arrived at any time until now."""
        now = self._now()
        self.withdraw(started)
        self._answered.append(now)
        self._seen += 1
        self._fastest = min(self._fastest, now - started)
        if self._seen % limits.ROUND_TRIP_SAMPLE == 0:
            self._fastest_before, self._fastest = self._fastest, float("inf")

    def withdraw(self, started: float) -> None:
        """Record that a request was not sent after all."""
        self._open.remove(started)

    def _seconds_until_room(self) -> float:
        """Return the seconds until one more may start; 0.0 for now."""
        now = self._now()
        # A few round trips do not show yet how fast one can be.
        sure = self._seen >= limits.ROUND_TRIP_SAMPLE
        fastest = min(self._fastest, self._fastest_before) if sure else 0.0
        lasts = 1 + limits.CLOCK_MARGIN - min(fastest, 1.0)
        while self._answered and self._answered[0] <= now - lasts:
            self._answered.popleft()
        # A request that takes very long arrived long ago, or never will.
        in_flight = sum(started > now - limits.ARRIVED_AFTER for started in self._open)
        if in_flight + len(self._answered) < limits.GLOBAL_RATE:
            return 0.0
        if not self._answered:
            return limits.CLOCK_MARGIN
        return max(self._answered[0] + lasts - now, 0.001)


_CHANNEL_PATH: Final = re.compile(
    r"/channels/(?P<id>\d+)(?:/messages/\d+)?(?P<own>/threads|/crosspost)?(?=/|\Z)"
)


def parse_route(path: str) -> str:
    """Return «2001», «2001/threads» or «2001/crosspost»; "" without a channel."""
    found = _CHANNEL_PATH.search(path)
    return f"{found['id']}{found['own'] or ''}" if found else ""


#: A request that reads what belongs to no channel.
READ: Final[RequestRoute] = "GET", ""


def build_threads_route(channel: int, method: str = "POST") -> RequestRoute:
    """Build the route on which a channel's threads are opened, or listed."""
    return method, f"{channel}/threads"


def build_crosspost_route(channel: int) -> RequestRoute:
    """Build the route on which a channel's messages are crossposted."""
    return "POST", f"{channel}/crosspost"
