"""Send for some tokens at a time, where several processes share the outbox.

A token of a platform has limits of its own, so one process at a time sends with it: a
job for its share (`DeliveryShare`) runs here until nothing is due for a while, or until
its turn is over. All shares of a process go through one outbox, which records and
claims for all of them in one commit.

A process that holds many more shares than others while some of them only wait gives
those back, for the others to take: which process takes a job first is left to chance.

The limits that a platform applies to a token are known to the process that used it
last. Another one waits until they are over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

import structlog

from bot.delivery.outbox import CHECK_SECONDS, GATHER_SECONDS, Outbox
from bot.errors import BotError
from bot.model.jobs import LOST_AFTER, DeliveryShare, DeliveryShares, JobRequest
from bot.storage import Connection, Database, job_requests, job_store
from digests.types import frozen

log = structlog.get_logger(__name__)

#: Seconds between two looks at what is left to do.
LOOK_SECONDS = 0.2
NOTICES_SECONDS = 2.0
#: Shares that may wait without any being given back, and how many times its fair part a
#: process holds before it gives back some: each changes hands once more.
MANY_WAITING = 16
UNFAIR = 1.15


@frozen
class ShareTiming:
    """How long a process keeps a share, and what it lets pass before. In seconds."""

    #: Over how long a platform counts the requests of a token that serves all of its
    #: workspaces, and of one for a single workspace.
    shared_limits: float = 5.0
    own_limits: float = 1.0
    #: Without work, after which the share of a whole platform is given back: retries
    #: after a rate limit come sooner.
    quiet: float = 4.0
    #: The same for a share of one workspace. A process holds a limited number of them
    #: at once, and others wait.
    own_quiet: float = 2.0
    #: After which the share of a workspace is given back although there is more to do,
    #: so that the work spreads over the processes.
    turn: float = 60.0

    def get_limits(self, share: DeliveryShare) -> float:
        """Over how long the platform counts the requests of a share's token."""
        return self.own_limits if share.workspace_id else self.shared_limits

    def get_quiet(self, share: DeliveryShare) -> float:
        """After how long without work a share is given back."""
        return self.own_quiet if share.workspace_id else self.quiet


@dataclass(kw_only=True)
class ShareSender:
    """Holds shares for the outbox of one process."""

    db: Database
    outbox: Outbox
    #: Names this process.
    holder: str
    timing: ShareTiming = field(default_factory=ShareTiming)
    _held: set[DeliveryShare] = field(default_factory=set, init=False)
    _busy: frozenset[tuple[str, int]] = field(default=frozenset(), init=False)
    #: Set when there may be something to send at once.
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def run(self) -> None:
        """Send for what is held, until cancelled; then finish what is in flight."""
        self.outbox.hold(DeliveryShares())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_repeat(self._drain, CHECK_SECONDS, self._changed))
            tasks.create_task(_repeat(self._notify, NOTICES_SECONDS))
            tasks.create_task(_repeat(self._drop_lost, NOTICES_SECONDS))
            tasks.create_task(_repeat(self._spread, NOTICES_SECONDS))
            tasks.create_task(_repeat(self._look, LOOK_SECONDS))

    async def send(self, share: DeliveryShare, stopping: asyncio.Event) -> None:
        """Send what is due in a share, until nothing is for a while.

        Args:
            share: Nobody else sends for it meanwhile.
            stopping: When set, the share is given back as soon as possible.
        """
        since = await self.db.write(job_store.take_share, share, self.holder)
        limits = self.timing.get_limits(share)
        await _wait_unless(stopping, limits - since.total_seconds())
        self._hold(self._held | {share})
        try:
            more = await self._serve(share, stopping)
        finally:
            self._hold(self._held - {share})
        unused = 0.0 if more else self.timing.get_quiet(share) - LOOK_SECONDS
        while self._is_busy(share):
            unused = 0.0
            await asyncio.sleep(LOOK_SECONDS)
        ago = timedelta(seconds=max(0.0, unused))
        await self.db.write(_give_back_share, share, self.holder, ago, more)

    async def _serve(self, share: DeliveryShare, stopping: asyncio.Event) -> bool:
        """Wait until a share is quiet; return whether it was interrupted before."""
        time = asyncio.get_running_loop().time
        quiet = self.timing.get_quiet(share)
        begun = busy_at = time()
        while True:
            over = share.workspace_id and time() - begun > self.timing.turn
            if over or stopping.is_set() or share not in self._held:
                return True
            # On a slow database, the first query may take longer than a share is kept.
            if self._is_busy(share) or self.outbox.offered_at <= begun:
                busy_at = time()
            elif time() - busy_at >= quiet:
                return False
            await asyncio.sleep(LOOK_SECONDS)

    def _is_busy(self, share: DeliveryShare) -> bool:
        if share.workspace_id:
            return (share.platform, share.workspace_id) in self._busy
        return any(platform == share.platform for platform, _ in self._busy)

    def _hold(self, held: set[DeliveryShare]) -> None:
        more, self._held = held - self._held, held
        self.outbox.hold(DeliveryShares.of(*held, held_by=self.holder))
        if more:
            self._changed.set()
        self._busy = self.outbox.list_busy()

    async def _look(self) -> None:
        self._busy = self.outbox.list_busy()

    async def _drain(self) -> None:
        # One query for all shares that are taken within a moment.
        await asyncio.sleep(GATHER_SECONDS)
        self._changed.clear()
        if self._held:
            await asyncio.gather(self.outbox.send_due(), self.outbox.show_drafts())
        elif self._busy:
            await self.outbox.send_due()

    async def _notify(self) -> None:
        if self._held:
            await self.outbox.deliver_notices()

    async def _drop_lost(self) -> None:
        """Stop sending for what another process took over during a pause of this."""
        if self._held:
            mine = await self.db.read(job_store.list_held_shares, self.holder)
            if lost := self._held - mine:
                log.warning("another process sends here", shares=len(lost))
                self._hold(self._held & mine)

    async def _spread(self) -> None:
        """Give back shares that wait here, if others hold fewer."""
        names = self.outbox.list_waiting()
        waiting = [s for s in self._held if (s.platform, s.workspace_id) in names]
        if len(waiting) <= MANY_WAITING:
            return
        fair = await self.db.read(job_store.count_fair_part, LOST_AFTER)
        most = ceil(UNFAIR * fair) if fair else len(self._held)
        excess = waiting[: max(0, len(self._held) - most)]
        if excess:
            log.info("others send some of what waits here", shares=len(excess))
            self._hold(self._held - set(excess))


def _give_back_share(
    conn: Connection, share: DeliveryShare, holder: str, unused: timedelta, more: bool
) -> None:
    """Record until when a share was used; request a job for what is left to do."""
    job_store.give_back_share(conn, share, holder, unused)
    if more:
        job_requests.request_job(conn, JobRequest.for_share(share))


async def _wait_unless(event: asyncio.Event, seconds: float) -> None:
    if seconds > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()


async def _repeat(
    work: Callable[[], Awaitable[None]],
    seconds: float,
    sooner: asyncio.Event | None = None,
) -> None:
    """Do something again and again; what the database refuses is tried again."""
    while True:
        try:
            await work()
        except BotError as error:
            log.error("sending waits", reason=str(error))
        except Exception:
            log.exception("sending failed")
        await (_wait_unless(sooner, seconds) if sooner else asyncio.sleep(seconds))
