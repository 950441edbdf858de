"""Run a callback at start, at scheduled moments, on request, and once per tick.

The only user of APScheduler 3, which holds two jobs in memory: one at the earliest
moment that somebody asked for, and a slow tick that makes up for whatever was missed
(a clock that was set, a computer that slept). The truth about what is due is in the
database; `wake` looks there, does it, and says when to look again. So a wake-up too
many is harmless, and one that was lost costs at most a tick.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import BotError
from bot.ports import Clock

WakeCallback = Callable[[], Awaitable[datetime | None]]

TICK = timedelta(seconds=60)
#: How soon what another process stored is noticed: orders, and new sources.
CHECK_INTERVAL, POLL_CHECK_INTERVAL = timedelta(seconds=2), timedelta(seconds=15)
#: The first wait after a failure; it doubles up to the tick.
FIRST_BACKOFF = timedelta(seconds=1)
#: Longer waits are cut: the tick comes first anyway, and timers stay in range.
_LONGEST_WAIT = timedelta(days=1)

log = structlog.get_logger(__name__)


class WakeupTimer:
    """Calls `wake` at start, at each armed moment, when poked, and at each tick.

    All of it belongs to one event loop.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        tick: timedelta = TICK,
        back_off: timedelta = FIRST_BACKOFF,
    ) -> None:
        self._clock = clock
        self._tick = tick
        self._back_off = back_off
        self._asked = asyncio.Event()
        self._moments: set[datetime] = set()
        self._scheduler: AsyncIOScheduler | None = None

    def wake_now(self) -> None:
        """Ask for a wake now, or for one more after the one that is running."""
        self._asked.set()

    def arm(self, at: datetime) -> None:
        """Ask for a wake at `at` (aware); a moment that has come is a poke."""
        self._moments.add(at.astimezone(UTC))
        self._rearm()

    async def run(self, wake: WakeCallback) -> None:
        """Call `wake`, never twice at a time, until cancelled.

        It returns the next moment at which there is something to do, or None. What it
        raises is logged, and it is called again after a while.
        """
        self._scheduler = _start_scheduler(self._ring, self._tick)
        try:
            failures = 0
            while True:
                self._asked.clear()
                self._forget_what_has_come()
                failures = 0 if await self._woken(wake, failures) else failures + 1
                # A wake that is always asked for again must not starve the others.
                await asyncio.sleep(0)
                await self._asked.wait()
        finally:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def _woken(self, wake: WakeCallback, failures: int) -> bool:
        try:
            following = await wake()
        except BotError as error:
            # Somebody or time will mend it; a defect it is not.
            log.error("wake_failed", reason=str(error), again_in=self._later(failures))
            return False
        except Exception:
            log.exception("wake_failed", again_in=self._later(failures))
            return False
        if following is not None:
            self._moments.add(following.astimezone(UTC))
        self._rearm()
        return True

    def _later(self, failures: int) -> float:
        """Arm the next try; the seconds until then."""
        wait: timedelta = min(self._back_off * 2 ** min(failures, 20), self._tick)
        self.arm(self._clock.now() + wait)
        return wait.total_seconds()

    def _forget_what_has_come(self) -> bool:
        now = self._clock.now()
        come = {at for at in self._moments if at <= now}
        self._moments -= come
        return bool(come)

    def _rearm(self) -> None:
        """Set the one date job to the earliest moment; what has come is a poke."""
        if self._forget_what_has_come():
            self.wake_now()
        if self._scheduler is None or not self._moments:
            return
        now = self._clock.now()
        at = min(*self._moments, now + _LONGEST_WAIT)
        self._scheduler.add_job(
            self._due,
            _AfterTrigger(at - now),
            args=(at,),
            id="due",
            replace_existing=True,
        )

    async def _due(self, at: datetime) -> None:
        self._moments.discard(at)
        self.wake_now()

    async def _ring(self) -> None:
        self.wake_now()


class _AfterTrigger(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Once, so long after the job was added.

    A date trigger would compare our Clock's time with the library's own; and a clock
    that was set back would make it wait for longer than it was told.
    """

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        return now + self.wait if previous_fire_time is None else None


def _start_scheduler(
    ring: Callable[[], Awaitable[None]], tick: timedelta
) -> AsyncIOScheduler:
    """A running scheduler with nothing but the tick; late jobs are run, not dropped."""
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True}
    )
    every = IntervalTrigger(seconds=tick.total_seconds(), timezone=UTC)
    scheduler.add_job(ring, every, id="tick")
    scheduler.start()
    return scheduler
