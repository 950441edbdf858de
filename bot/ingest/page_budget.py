"""Whose turn it is to ask a host for a page, and how many requests it gets.

A host gets one request at a time, and a limited number of them an hour. Workspaces that
want pages of one host take turns, and while another one waits, none gets more than half
of the hour's requests. The requests are counted from stored rows, so that a restart
grants no second budget; which workspace they were for is only known in memory.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Requests for pages that one host gets within this time.
REQUESTS_PER_HOST, BUDGET_PERIOD = 60, timedelta(hours=1)
#: Hosts in memory from which on those are dropped that were not asked for an hour.
MAX_HOSTS = 1_000


@dataclass(kw_only=True, slots=True)
class _HostTurns:
    """Who waits for a host; one of them has the turn."""

    taken: bool = False
    #: By workspace, the one that is next first.
    waiting: OrderedDict[int, deque[asyncio.Future[None]]] = field(
        default_factory=OrderedDict
    )
    #: When requests were sent, and for which workspace.
    sent: deque[tuple[datetime, int, int]] = field(default_factory=deque)

    def pass_on(self) -> None:
        """Give the turn to the next workspace that waits."""
        while self.waiting:
            workspace, queue = self.waiting.popitem(last=False)
            first = queue.popleft()
            if queue:
                # Behind all others: workspaces take turns.
                self.waiting[workspace] = queue
            if not first.done():
                first.set_result(None)
                return
        self.taken = False

    def is_wanted_by_others(self, workspace: int) -> bool:
        """Whether another workspace waits."""
        return any(
            not one.done()
            for other, queue in self.waiting.items()
            if other != workspace
            for one in queue
        )

    def forget_before(self, oldest: datetime) -> None:
        """Forget requests that count no more."""
        while self.sent and self.sent[0][0] <= oldest:
            self.sent.popleft()


class PageBudget:
    """Turns and budgets of hosts; of one event loop."""

    def __init__(self, requests_per_host: int = REQUESTS_PER_HOST) -> None:
        """Create it for so many requests per host and hour."""
        self.requests_per_host = requests_per_host
        self._hosts: dict[str, _HostTurns] = {}

    @asynccontextmanager
    async def take_turn(self, host: str, workspace: int) -> AsyncIterator[None]:
        """Wait until no other page of the host is being read."""
        turns = self._hosts.setdefault(host, _HostTurns())
        if turns.taken:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            turns.waiting.setdefault(workspace, deque()).append(mine)
            try:
                await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    turns.pass_on()
                raise
        turns.taken = True
        try:
            yield
        finally:
            turns.pass_on()

    def count_left(self, host: str, workspace: int, used: int, now: datetime) -> int:
        """Count the requests that the workspace may send to the host now.

        Args:
            host: The host, whose turn is taken.
            workspace: The workspace that wants a page.
            used: The requests of the last hour, for everybody.
            now: The present instant.
        """
        turns = self._hosts.setdefault(host, _HostTurns())
        turns.forget_before(now - BUDGET_PERIOD)
        # Those of articles that are not stored are known here only.
        sent = sum(requests for _, _, requests in turns.sent)
        left = self.requests_per_host - max(used, sent)
        if turns.is_wanted_by_others(workspace):
            own: Counter[int] = Counter()
            for _, sender, requests in turns.sent:
                own[sender] += requests
            left = min(left, self.requests_per_host // 2 - own[workspace])
        return max(left, 0)

    def record_requests(
        self, host: str, workspace: int, requests: int, now: datetime
    ) -> None:
        """Count requests that were sent to the host for a workspace."""
        turns = self._hosts.setdefault(host, _HostTurns())
        turns.sent.append((now, workspace, requests))
        if len(self._hosts) > MAX_HOSTS:
            self._drop_idle(now - BUDGET_PERIOD)

    def _drop_idle(self, oldest: datetime) -> None:
        for host, turns in list(self._hosts.items()):
            turns.forget_before(oldest)
            if not turns.taken and not turns.sent:
                del self._hosts[host]
