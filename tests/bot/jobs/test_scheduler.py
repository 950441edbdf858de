"""The scheduler with APScheduler's real timers: waits are tiny, none is asserted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Self

import pytest
from structlog.testing import capture_logs

from bot.jobs.scheduler import TICKS, Job, JobScheduler, RunJob
from bot.storage import DatabaseUnavailable
from tests.fakes import FakeClock

SOON = timedelta(seconds=0.03)
NEVER = timedelta(hours=1)


class Work:
    """Counts its runs; each does one step of the test."""

    def __init__(self, *steps: datetime | Exception | Callable[[], None] | None):
        self.steps = list(steps)
        self.runs = 0
        self._changed = asyncio.Condition()

    async def __call__(self) -> datetime | None:
        self.runs += 1
        async with self._changed:
            self._changed.notify_all()
        step = self.steps.pop(0) if self.steps else None
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step()
            return None
        return step

    async def run_times(self, times: int) -> None:
        async with self._changed, asyncio.timeout(5):
            await self._changed.wait_for(lambda: self.runs >= times)


@asynccontextmanager
async def running(
    job: Job, work: RunJob, scheduler: JobScheduler | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    scheduler = scheduler or JobScheduler(FakeClock())
    scheduler.jobs = {job.name: job}
    task = asyncio.create_task(scheduler.run({job.name: work}))
    yield task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def run_ready_tasks() -> None:
    """Let every ready task run."""
    for _ in range(20):
        await asyncio.sleep(0)


def a_job(
    *, tick: timedelta = NEVER, back_off: timedelta = timedelta(seconds=1)
) -> tuple[FakeClock, Job]:
    clock = FakeClock()
    return clock, Job("publish", clock=clock, tick=tick, back_off=back_off)


async def test_it_runs_at_start_and_then_rests():
    _, job = a_job()
    work = Work()
    async with running(job, work):
        await work.run_times(1)
        await asyncio.sleep(0.05)
        assert work.runs == 1


async def test_it_runs_at_the_moment_that_the_last_wake_named():
    clock, job = a_job()
    work = Work(clock.now() + SOON)
    async with running(job, work):
        await work.run_times(2)
        await asyncio.sleep(0.05)
        assert work.runs == 2


async def test_an_earlier_moment_replaces_a_later_one():
    clock, job = a_job()
    work = Work(clock.now() + NEVER)
    async with running(job, work):
        await work.run_times(1)
        job.run_at(clock.now() + SOON)
        await work.run_times(2)


async def test_a_later_moment_neither_replaces_an_earlier_one_nor_is_lost():
    clock, job = a_job()
    work = Work(clock.now() + SOON)
    async with running(job, work):
        await work.run_times(1)
        job.run_at(clock.now() + 3 * SOON)
        await work.run_times(3)


async def test_a_moment_requested_before_the_start_counts():
    clock, job = a_job()
    job.run_at(clock.now() + SOON)
    work = Work()
    async with running(job, work):
        await work.run_times(2)


async def test_a_moment_that_has_come_runs_at_once():
    clock, job = a_job()
    work = Work()
    async with running(job, work):
        await work.run_times(1)
        job.run_at(clock.now())
        await work.run_times(2)


async def test_a_moment_that_came_while_resting_runs_once():
    clock, job = a_job()
    work = Work(clock.now() + SOON)
    async with running(job, work):
        await work.run_times(1)
        clock.advance(SOON)
        await work.run_times(2)
        await run_ready_tasks()
        assert work.runs == 2


async def test_a_requested_run_also_covers_the_moment_that_has_passed():
    clock, job = a_job()
    work = Work(clock.now() + NEVER)
    async with running(job, work):
        await work.run_times(1)
        clock.advance(NEVER)
        job.run_now()
        await work.run_times(2)
        await run_ready_tasks()
        assert work.runs == 2


async def test_a_far_moment_is_waited_for_without_error():
    clock, job = a_job()
    work = Work(clock.now() + timedelta(days=36500))
    async with running(job, work) as task:
        await work.run_times(1)
        await run_ready_tasks()
        assert not task.done()
        job.run_now()
        await work.run_times(2)


async def test_the_tick_runs_unscheduled_work():
    _, job = a_job(tick=SOON)
    work = Work()
    async with running(job, work):
        await work.run_times(3)


class SystemClock(datetime):
    """The clock that APScheduler reads, which a test may set."""

    moved = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + cls.moved


@pytest.mark.parametrize("moved", [timedelta(days=-1), timedelta(minutes=10)])
async def test_a_clock_that_is_set_stops_no_job(moved, monkeypatch):
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", SystemClock)
    monkeypatch.setattr(SystemClock, "moved", timedelta(0))
    monkeypatch.setattr("bot.jobs.scheduler.CLOCK_CHECK_SECONDS", 0.02)
    _, job = a_job(tick=SOON)
    work = Work()
    scheduler = JobScheduler(FakeClock(), wall=lambda: SystemClock.now().timestamp())
    async with running(job, work, scheduler):
        await work.run_times(2)
        SystemClock.moved = moved
        await work.run_times(work.runs + 3)


async def test_a_poke_runs_now():
    _, job = a_job()
    work = Work()
    async with running(job, work):
        await work.run_times(1)
        job.run_now()
        await work.run_times(2)


async def test_runs_never_overlap_and_requests_during_one_are_one_more():
    _, job = a_job()
    inside, most, runs = 0, 0, 0
    go_on = asyncio.Event()

    async def work() -> None:
        nonlocal inside, most, runs
        inside, runs = inside + 1, runs + 1
        most = max(most, inside)
        await go_on.wait()
        inside -= 1

    async with running(job, work):
        await run_ready_tasks()
        for _ in range(3):
            job.run_now()
            await run_ready_tasks()
        go_on.set()
        await run_ready_tasks()
        assert (most, runs) == (1, 2)


async def test_a_failed_run_is_logged_and_tried_again():
    _, job = a_job(back_off=SOON)
    work = Work(OSError("disk"), OSError("disk"))
    with capture_logs() as logs:
        async with running(job, work):
            await work.run_times(3)
    assert [entry["event"] for entry in logs] == ["job failed", "job failed"]
    assert [entry["retry_in"] for entry in logs] == [0.03, 0.06]


async def test_what_the_database_reports_itself_is_no_error_of_each_job():
    job = Job("publish", clock=FakeClock(), tick=NEVER, back_off=SOON)
    work = Work(DatabaseUnavailable("The disk is full."), None)
    with capture_logs() as logs:
        async with running(job, work):
            await work.run_times(2)
    assert [entry["log_level"] for entry in logs] == ["debug"]


async def test_the_back_off_is_reset_by_a_good_run_and_ends_at_the_tick():
    clock, job = a_job(back_off=SOON, tick=2 * SOON)
    bad = [OSError() for _ in range(4)]
    work = Work(*bad[:3], clock.now() + SOON, bad[3])
    with capture_logs() as logs:
        async with running(job, work):
            await work.run_times(6)
    assert [entry["retry_in"] for entry in logs] == [0.03, 0.06, 0.06, 0.03]


async def test_a_failed_run_loses_no_moment():
    clock, job = a_job(back_off=NEVER)
    work = Work(clock.now() + SOON, OSError())
    async with running(job, work):
        await work.run_times(1)
        job.run_at(clock.now() + 2 * SOON)
        with capture_logs():
            await work.run_times(3)


async def test_a_job_that_is_always_requested_does_not_starve_others():
    _, job = a_job()
    work = Work(*[job.run_now] * 100_000)
    async with running(job, work):
        await run_ready_tasks()
    assert work.runs < 1000


async def test_cancelling_cancels_the_current_run():
    _, job = a_job()
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async with running(job, work):
        await run_ready_tasks()
    assert ended == [True]


async def test_a_job_can_be_run_again_after_it_was_stopped():
    clock, job = a_job()
    for _ in range(2):
        work = Work(clock.now() + SOON)
        async with running(job, work):
            await work.run_times(2)


class CountingJob(Job):
    requests = 0

    def run_now(self) -> None:
        self.requests += 1
        super().run_now()


async def test_stopping_leaves_no_task_and_no_timer_behind():
    before = asyncio.all_tasks()
    job = CountingJob("publish", clock=FakeClock(), tick=SOON)
    work = Work()
    async with running(job, work):
        await work.run_times(3)
    await run_ready_tasks()
    requests = job.requests
    assert requests >= 2
    await asyncio.sleep(0.1)
    assert (asyncio.all_tasks(), job.requests) == (before, requests)


async def test_one_scheduler_runs_the_five_named_jobs_and_reports_their_runs():
    clock = FakeClock()
    scheduler = JobScheduler(clock)
    works = {name: Work(clock.now() + SOON) for name in TICKS}
    task = asyncio.create_task(scheduler.run(works))
    for work in works.values():
        await work.run_times(2)
    await run_ready_tasks()
    task.cancel()
    statuses = {status.name: status for status in scheduler.list_statuses()}
    assert list(statuses) == ["publish", "deliver", "poll", "notify", "maintain"]
    for name, status in statuses.items():
        assert (status.last_run, status.failures) == (clock.now(), 0)
        assert status.next_run == clock.now() + TICKS[name]


async def test_a_status_counts_failures_in_a_row():
    _, job = a_job(back_off=SOON)
    work = Work(OSError(), OSError())
    with capture_logs():
        async with running(job, work):
            await work.run_times(2)
            await run_ready_tasks()
            assert job.status.failures == 2
            await work.run_times(3)
            await run_ready_tasks()
            assert job.status.failures == 0
