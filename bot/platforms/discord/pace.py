"""Decides when a request may go out, from Discord's own headers; it sends nothing.

- A route (method and channel) that has used up its allowance, or was answered with
  429, waits for as long as Discord says; a global or unexplained limit holds them all.
- Requests begin evenly, a little under the global rate, and few are on their way at
  once, so that what waited behind a limit does not burst when it ends.
- Too many invalid answers in ten minutes, and everything is silent for a while:
  Discord bans an address that goes on.

Waiting is the outbox's: what may not go now is `Limited`, and certainly was not sent.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import Limited
from bot.platforms.discord import limits

_INVALID = frozenset({401, 403, 429})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back for a request, as far as the pace goes."""

    method: str
    #: Empty where the route has none.
    channel: str
    status: int
    headers: Mapping[str, str]


def seconds(text: str | None) -> float | None:
    """A wait as headers say it, within reason; None where they say nothing useful."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    if not value >= 0:  # negative, or not a number
        return None
    return min(value, limits.WAIT_MOST)


class Pace:
    """The waits that hold at present; instants are seconds of a monotonic clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._routes: dict[tuple[str, str], float] = {}
        self._all = 0.0
        self._next = 0.0
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
            wait = seconds(answer.headers.get("X-RateLimit-Reset-After")) or 0.0
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
            await self._even()
            # Others may have been answered with a limit meanwhile.
            self.check(method, channel)
            yield
        finally:
            self._places.release()

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
        told = seconds(headers.get("Retry-After"))
        precise = seconds(headers.get("X-RateLimit-Reset-After"))
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

    async def _even(self) -> None:
        now = self._now()
        at = max(now, self._next)
        self._next = at + 1 / limits.RATE
        if at > now:
            await asyncio.sleep(at - now)
