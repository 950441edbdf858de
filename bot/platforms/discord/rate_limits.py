"""Decides when a request may go out, from Discord's own headers; it sends nothing.

- A route (method and channel) that has used up its allowance, or was answered with
  429, waits for as long as Discord says; a global or unexplained limit holds them all.
- Requests begin evenly, and few are on their way at once, so that what waited behind
  a limit does not burst when it ends.
- No second holds more arrivals at Discord than it allows, however long each request is
  on its way (`Window`).
- Too many invalid answers in ten minutes, and everything is silent for a while:
  Discord bans an address that goes on.

Waiting is the outbox's: what may not go now is `Limited`, and certainly was not sent.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import Limited
from bot.platforms.discord import limits
from bot.platforms.waits import seconds

_INVALID = frozenset({401, 403, 429})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back for a request, as far as the pace goes."""

    method: str
    #: Empty where the route has none.
    channel: str
    status: int
    headers: Mapping[str, str]


class Pace:
    """The waits that hold at present; instants are seconds of a monotonic clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._routes: dict[tuple[str, str], float] = {}
        self._all = 0.0
        self._window = Window()
        self._invalid: deque[float] = deque()
        self._places = asyncio.Semaphore(limits.IN_FLIGHT)

    def note(self, answer: Answer) -> None:
        """Learn from an answer."""
        now = self._now()
        shared = answer.headers.get("X-RateLimit-Scope") == "shared"
        if answer.status in _INVALID and not shared:
            self._invalid.append(now)
        if answer.status == 429:
            self._limited(answer, now)
        elif answer.headers.get("X-RateLimit-Remaining") == "0":
            wait = (
                seconds(answer.headers.get("X-RateLimit-Reset-After"), limits.WAIT_MOST)
                or 0.0
            )
            self._hold(answer, now + wait)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Wait for a place among the requests on their way, and keep it.

        Raises:
            Limited: It may not go now.
        """
        self.check(method, channel)
        try:
            async with asyncio.timeout(limits.TURN):
                await self._places.acquire()
        except TimeoutError:
            text = "Many messages are on their way to Discord."
            raise Limited(text, retry_after=limits.TURN) from None
        try:
            yield
        finally:
            self._places.release()

    async def enter(self, method: str, channel: str) -> float:
        """Wait until one more request may leave; it is given back to `leave`.

        Raises:
            Limited: Others were answered with a limit meanwhile.
        """
        entered = await self._window.enter()
        if channel:
            try:
                self.check(method, channel)
            except Limited:
                self._window.withdraw(entered)
                raise
        return entered

    def leave(self, entered: float) -> None:
        """The request was answered, or never will be."""
        self._window.leave(entered)

    def check(self, method: str, channel: str) -> None:
        """Raise `Limited` when a request of this route has to wait."""
        now = self._now()
        until = max(self._all, self._routes.get((method, channel), 0.0))
        if until > now:
            text = "Discord asks us to wait."
            raise Limited(text, retry_after=until - now)
        while self._invalid and self._invalid[0] <= now - limits.INVALID_WINDOW:
            self._invalid.popleft()
        if len(self._invalid) >= limits.INVALID_MOST:
            wait = self._invalid[0] + limits.INVALID_WINDOW - now
            text = "Discord refused many requests; we are silent for a while."
            raise Limited(text, retry_after=wait)

    def _limited(self, answer: Answer, now: float) -> None:
        headers = answer.headers
        told = seconds(headers.get("Retry-After"), limits.WAIT_MOST)
        precise = seconds(headers.get("X-RateLimit-Reset-After"), limits.WAIT_MOST)
        waits = [wait for wait in (told, precise) if wait is not None]
        until = now + (max(waits) if waits else limits.WAIT_UNTOLD)
        # Without «Via» it is not Discord's own limit but the ban of our address.
        everything = headers.get("X-RateLimit-Scope") == "global" or (
            "X-RateLimit-Global" in headers or "Via" not in headers
        )
        if everything:
            self._all = max(self._all, until)
        else:
            self._hold(answer, until)

    def _hold(self, answer: Answer, until: float) -> None:
        now = self._now()
        if len(self._routes) > 1000:
            self._routes = {r: at for r, at in self._routes.items() if at > now}
        route = (answer.method, answer.channel)
        self._routes[route] = max(self._routes.get(route, 0.0), until)


class Window:
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
        self._quick = self._quick_before = float("inf")
        self._seen = 0

    async def enter(self) -> float:
        """Wait for the next turn, and for room; the instant of the beginning."""
        at = max(self._now(), self._next)
        self._next = at + 1 / limits.GLOBAL_RATE
        while (wait := at - self._now()) > 0 or (wait := self._full()) > 0:
            await self._sleep(wait)
        begun = self._now()
        self._open.append(begun)
        return begun

    def leave(self, begun: float) -> None:
        """It was answered, or failed: it may have arrived until now."""
        now = self._now()
        self.withdraw(begun)
        self._answered.append(now)
        self._seen += 1
        self._quick = min(self._quick, now - begun)
        if self._seen % limits.QUICK_OF == 0:
            self._quick_before, self._quick = self._quick, float("inf")

    def withdraw(self, begun: float) -> None:
        """It did not leave."""
        self._open.remove(begun)

    def _full(self) -> float:
        """Seconds until there may be room for one more; 0 when there is."""
        now = self._now()
        # A few round trips do not tell yet how quick one can be.
        sure = self._seen >= limits.QUICK_OF
        quick = min(self._quick, self._quick_before) if sure else 0.0
        lasts = 1 + limits.SLACK - min(quick, 1.0)
        while self._answered and self._answered[0] <= now - lasts:
            self._answered.popleft()
        # What has been on its way for long arrived long ago, or never will.
        on_their_way = sum(begun > now - limits.LANDED for begun in self._open)
        if on_their_way + len(self._answered) < limits.GLOBAL_RATE:
            return 0.0
        first = self._answered[0] + lasts - now if self._answered else limits.SLACK
        return max(first, 0.001)
