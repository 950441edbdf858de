"""Rate limits: waits stated in headers, routes on hold, slots for requests.

Instants are seconds of a monotonic clock.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.errors import SendRateLimited

#: Routes that are held at once.
MAX_HELD_ROUTES: Final = 1_000
#: A method, and the channel or "".
RequestRoute = tuple[str, str]


class HeldRoutes:
    """Until when the requests of each route have to wait; bounded.

    A full table forgets the hold that ends first: a request that leaves too early on
    its route is answered with 429 once, and the route is held again.
    """

    def __init__(self) -> None:
        self._until: dict[RequestRoute, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def hold(self, route: RequestRoute, until: float, now: float) -> None:
        """Hold a route, at least until `until`."""
        self._until[route] = max(self._until.get(route, 0.0), until)
        if len(self._until) > MAX_HELD_ROUTES:
            self._until = {of: at for of, at in self._until.items() if at > now}
        while len(self._until) > MAX_HELD_ROUTES:
            del self._until[min(self._until, key=self._until.__getitem__)]

    def until(self, route: RequestRoute) -> float:
        """Return the end of a route's hold; 0.0 if it was never held."""
        return self._until.get(route, 0.0)

    def list_active(self, now: float) -> list[RequestRoute]:
        """List the routes that are still held."""
        return [route for route, until in self._until.items() if until > now]


@asynccontextmanager
async def take_slot(
    slots: asyncio.Semaphore, patience: float, busy: SendRateLimited
) -> AsyncIterator[None]:
    """Hold one of the slots for requests in flight.

    Raises:
        SendRateLimited: `busy`; no slot became free within `patience` seconds.
    """
    try:
        async with asyncio.timeout(patience):
            await slots.acquire()
    except TimeoutError:
        raise busy from None
    try:
        yield
    finally:
        slots.release()


def parse_wait(text: str | None, maximum: float) -> float | None:
    """Parse a header's wait, at most `maximum`; None if it states no wait."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    if not value >= 0:  # negative, or not a number
        return None
    return min(value, maximum)
