"""Turns of workspaces at what only one of them can use at a time.

Workspaces share its time by start-time fair queueing (Goyal, Vin and Cheng, 1996), as
they share the queues of jobs: of those that wait, the one that has used the least time
is next, and one that did not want it begins where the others are. So a workspace with
very long articles delays the others by its share of the time, and not by its share of
the uses.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Share:
    """The part of a workspace since somebody had to wait."""

    #: Seconds that it has used.
    spent: float
    #: Its uses that wait, the oldest first.
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class FairTurns:
    """Lets workspaces use something one after the other; for one event loop."""

    def __init__(self) -> None:
        self._shares: dict[int, _Share] = {}
        #: What the workspace of the newest use had spent before it.
        self._spent = 0.0
        self._is_used = False

    @asynccontextmanager
    async def hold(self, workspace_id: int) -> AsyncIterator[None]:
        """Wait for a turn of the workspace, and end it after the block."""
        await self.take(workspace_id)
        begun = time.monotonic()
        try:
            yield
        finally:
            self.end(workspace_id, time.monotonic() - begun)

    async def take(self, workspace_id: int) -> None:
        """Wait for a turn of the workspace; the caller ends it with `end`."""
        share = self._shares.setdefault(workspace_id, _Share(self._spent))
        if not share.waiting:
            share.spent = max(share.spent, self._spent)
        if not self._is_used:
            self._is_used, self._spent = True, share.spent
            return
        turn = asyncio.get_running_loop().create_future()
        share.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It was its turn already.
                self._begin_next()
            raise

    def end(self, workspace_id: int, seconds: float) -> None:
        """End the turn of the workspace, which used so many seconds."""
        self._shares[workspace_id].spent += seconds
        self._begin_next()

    def _begin_next(self) -> None:
        """Begin the next turn; when nobody waits, forget who has had how much."""
        for share in self._shares.values():
            while share.waiting and share.waiting[0].cancelled():
                share.waiting.popleft()
        waiting = [share for share in self._shares.values() if share.waiting]
        if not waiting:
            self._shares.clear()
            self._is_used, self._spent = False, 0.0
            return
        share = min(waiting, key=lambda one: one.spent)
        self._spent = share.spent
        share.waiting.popleft().set_result(None)
