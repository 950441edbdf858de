"""Run the five named jobs: at start, at the next needed moment, on request, per tick.

The only user of APScheduler 3. One instance holds one alarm per job, set to the
earliest moment at which the job has work, but no later than one tick ahead: the tick
makes up for whatever was missed (a computer that slept). What is due is stored in the
database; a job queries it, does it, and returns when to run again. An extra run is
therefore harmless, and a lost one costs at most a tick.

APScheduler waits for moments of the system's clock: if that is set back, its alarms
would come late by as much, the tick too. So the clock is compared with a monotonic one
every second, and every job runs at once after a jump, which sets its alarm again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.errors import BotError
from bot.logs import bind_run
from bot.metrics import JobOutcome, Metrics
from bot.model import JobName, JobStatus
from bot.ports import Clock
from bot.storage import DatabaseUnavailable

#: Does the work that is due; returns the instant of its next work, or None.
RunJob = Callable[[], Awaitable[datetime | None]]

#: Ticks: how soon a job sees what another process stored.
TICKS: Mapping[JobName, timedelta] = MappingProxyType(
    {
        "publish": timedelta(seconds=2),
        "deliver": timedelta(seconds=2),
        "poll": timedelta(seconds=15),
        "notify": timedelta(seconds=15),
        "maintain": timedelta(seconds=60),
    }
)

#: How often the clock is compared with a monotonic one, and how far they may drift.
CLOCK_CHECK_SECONDS, CLOCK_JUMP_SECONDS = 1.0, 0.5

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Job:
    """One named job. All calls belong to one event loop."""

    name: JobName
    clock: Clock
    #: The longest time between two runs.
    tick: timedelta
    #: The first wait after a failure; it doubles up to the tick.
    back_off: timedelta = timedelta(seconds=1)
    metrics: Metrics = field(default_factory=Metrics)
    #: When the run that is waited for was requested, by the monotonic clock.
    _requested_at: float | None = field(default=None, init=False)
    _requested: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _moments: set[datetime] = field(default_factory=set, init=False)
    _scheduler: AsyncIOScheduler | None = field(default=None, init=False)
    _last_run: datetime | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)

    def run_now(self) -> None:
        """Request a run now, or one more after the current run."""
        if self._requested_at is None:
            self._requested_at = time.monotonic()
        self._requested.set()

    def run_at(self, at: datetime) -> None:
        """Request a run at `at` (aware); at once if that moment has passed."""
        self._moments.add(at.astimezone(UTC))
        self._set_alarm()

    @property
    def status(self) -> JobStatus:
        """Return when the job ran last and will run next."""
        return JobStatus(
            name=self.name,
            last_run=self._last_run,
            next_run=self._find_next_run(self.clock.now()),
            failures=self._failures,
        )

    def _find_next_run(self, now: datetime) -> datetime:
        return min(self._moments | {now + self.tick})

    async def run(self, work: RunJob, scheduler: AsyncIOScheduler) -> None:
        """Call `work` whenever it is time, never twice at once, until cancelled.

        An exception is logged, and `work` is called again after a back-off.
        """
        self._scheduler = scheduler
        try:
            while True:
                self._requested.clear()
                self._record_wait()
                self._discard_past_moments()
                with bind_run(job=self.name):
                    await self._run_once(work)
                # A job that is requested constantly must not starve the others.
                await asyncio.sleep(0)
                await self._requested.wait()
        finally:
            self._scheduler = None

    def _record_wait(self) -> None:
        if self._requested_at is not None:
            wait = time.monotonic() - self._requested_at
            self.metrics.record_queue_wait(self.name, wait)
        self._requested_at = None

    async def _run_once(self, work: RunJob) -> None:
        started = time.monotonic()
        outcome: JobOutcome = "failed"
        try:
            following = await work()
        except DatabaseUnavailable as error:
            # The database reports it once; every job fails again until it is over.
            log.debug("job failed", reason=str(error), **self._record_failure())
        except BotError as error:
            # A person or time can fix it: not a bug, hence no traceback.
            log.error("job failed", reason=str(error), **self._record_failure())
        except Exception:
            log.exception("job failed", **self._record_failure())
        else:
            self._failures, outcome = 0, "done"
            if following is not None:
                self._moments.add(following.astimezone(UTC))
            self._set_alarm()
        self.metrics.record_job(self.name, outcome, time.monotonic() - started)
        self._last_run = self.clock.now()

    def _record_failure(self) -> dict[str, object]:
        """Schedule the next attempt; return its fields for the log."""
        wait = min(self.back_off * 2 ** min(self._failures, 20), self.tick)
        self._failures += 1
        self.run_at(self.clock.now() + wait)
        return {"retry_in": wait.total_seconds()}

    def _discard_past_moments(self) -> bool:
        now = self.clock.now()
        past = {at for at in self._moments if at <= now}
        self._moments -= past
        return bool(past)

    def _set_alarm(self) -> None:
        """Set the job's one alarm to its earliest moment, at most a tick ahead."""
        if self._discard_past_moments():
            self.run_now()
        if self._scheduler is None:
            return
        now = self.clock.now()
        at = self._find_next_run(now)
        self._scheduler.add_job(
            self._on_alarm,
            _DelayTrigger(at - now),
            args=(at,),
            id=self.name,
            replace_existing=True,
        )

    async def _on_alarm(self, at: datetime) -> None:
        self._moments.discard(at)
        self.run_now()


class JobScheduler:
    """The five jobs of a running application, and their one scheduler."""

    def __init__(
        self,
        clock: Clock,
        *,
        metrics: Metrics | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Create the jobs.

        Args:
            clock: The application's.
            metrics: Of this process.
            wall: Seconds of the system's clock, which APScheduler reads itself.
        """
        metrics = metrics or Metrics()
        self.jobs: Mapping[JobName, Job] = {
            name: Job(name, clock=clock, tick=tick, metrics=metrics)
            for name, tick in TICKS.items()
        }
        self._wall = wall

    def run_now(self, name: JobName) -> None:
        """Request a run of the job now, or one more after its current run."""
        self.jobs[name].run_now()

    def list_statuses(self) -> tuple[JobStatus, ...]:
        """List when each job ran last and will run next."""
        return tuple(job.status for job in self.jobs.values())

    async def run(self, work: Mapping[JobName, RunJob]) -> None:
        """Run every job until cancelled; their current runs are cancelled then."""
        # A late alarm runs instead of being dropped.
        defaults = {"misfire_grace_time": None, "coalesce": True}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        scheduler.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, function in work.items():
                    tasks.create_task(self.jobs[name].run(function, scheduler))
                tasks.create_task(self._watch_clock())
        finally:
            scheduler.shutdown(wait=False)

    async def _watch_clock(self) -> None:
        """Run every job when the system's clock was set."""
        steady = asyncio.get_running_loop().time
        offset = self._wall() - steady()
        while True:
            await asyncio.sleep(CLOCK_CHECK_SECONDS)
            before, offset = offset, self._wall() - steady()
            if abs(offset - before) > CLOCK_JUMP_SECONDS:
                for job in self.jobs.values():
                    job.run_now()


class _DelayTrigger(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fire once, a fixed delay after the job was added.

    A date trigger would compare our Clock's time with the library's own, and would wait
    longer than the delay if the clock was set back.
    """

    def __init__(self, delay: timedelta) -> None:
        self.delay = delay

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        return now + self.delay if previous_fire_time is None else None
