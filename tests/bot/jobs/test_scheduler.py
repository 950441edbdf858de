"""APScheduler's timers are real: waits are tiny, and no duration is asserted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.jobs.scheduler import WakeupTimer
from tests.fakes import FakeClock

SOON = timedelta(seconds=0.03)
NEVER = timedelta(hours=1)


class Work:
    """Counts its wakes, and does at each what the test says."""

    def __init__(self, *steps: datetime | Exception | Callable[[], None] | None):
        self.steps = list(steps)
        self.wakes = 0
        self._changed = asyncio.Condition()

    async def __call__(self) -> datetime | None:
        self.wakes += 1
        async with self._changed:
            self._changed.notify_all()
        step = self.steps.pop(0) if self.steps else None
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step()
            return None
        return step

    async def woken(self, times: int) -> None:
        async with self._changed, asyncio.timeout(5):
            await self._changed.wait_for(lambda: self.wakes >= times)


@asynccontextmanager
async def running(
    wakeups: WakeupTimer, wake: Callable[[], Awaitable[datetime | None]]
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(wakeups.run(wake))
    yield task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def settled() -> None:
    """Let everything run that is ready to."""
    for _ in range(20):
        await asyncio.sleep(0)


def clockwork(**changes: timedelta) -> tuple[FakeClock, WakeupTimer]:
    clock = FakeClock()
    return clock, WakeupTimer(clock=clock, **{"tick": NEVER} | changes)


async def test_it_wakes_at_start_and_then_rests():
    _, wakeups = clockwork()
    work = Work()
    async with running(wakeups, work):
        await work.woken(1)
        await asyncio.sleep(0.05)
        assert work.wakes == 1


async def test_it_wakes_at_the_moment_that_the_last_wake_named():
    clock, wakeups = clockwork()
    work = Work(clock.now() + SOON)
    async with running(wakeups, work):
        await work.woken(2)
        await asyncio.sleep(0.05)
        assert work.wakes == 2


async def test_an_earlier_moment_replaces_a_later_one():
    clock, wakeups = clockwork()
    work = Work(clock.now() + NEVER)
    async with running(wakeups, work):
        await work.woken(1)
        wakeups.arm(clock.now() + SOON)
        await work.woken(2)


async def test_a_later_moment_neither_replaces_an_earlier_one_nor_is_lost():
    clock, wakeups = clockwork()
    work = Work(clock.now() + SOON)
    async with running(wakeups, work):
        await work.woken(1)
        wakeups.arm(clock.now() + 3 * SOON)
        await work.woken(3)


async def test_a_moment_armed_before_the_start_counts():
    clock, wakeups = clockwork()
    wakeups.arm(clock.now() + SOON)
    work = Work()
    async with running(wakeups, work):
        await work.woken(2)


async def test_a_moment_that_has_come_wakes_at_once():
    clock, wakeups = clockwork()
    work = Work()
    async with running(wakeups, work):
        await work.woken(1)
        wakeups.arm(clock.now())
        await work.woken(2)


async def test_a_moment_that_came_while_resting_wakes_once():
    clock, wakeups = clockwork()
    work = Work(clock.now() + SOON)
    async with running(wakeups, work):
        await work.woken(1)
        clock.advance(SOON)
        await work.woken(2)
        await settled()
        assert work.wakes == 2


async def test_a_moment_that_a_poke_came_before_is_served_by_that_wake():
    clock, wakeups = clockwork()
    work = Work(clock.now() + NEVER)
    async with running(wakeups, work):
        await work.woken(1)
        clock.advance(NEVER)
        wakeups.wake_now()
        await work.woken(2)
        await settled()
        assert work.wakes == 2


async def test_a_far_moment_is_waited_for_without_error():
    clock, wakeups = clockwork()
    work = Work(clock.now() + timedelta(days=36500))
    async with running(wakeups, work) as task:
        await work.woken(1)
        await settled()
        assert not task.done()
        wakeups.wake_now()
        await work.woken(2)


async def test_the_tick_wakes_what_nobody_armed():
    _, wakeups = clockwork(tick=SOON)
    work = Work()
    async with running(wakeups, work):
        await work.woken(3)


async def test_a_poke_wakes_now():
    _, wakeups = clockwork()
    work = Work()
    async with running(wakeups, work):
        await work.woken(1)
        wakeups.wake_now()
        await work.woken(2)


async def test_wakes_never_overlap_and_pokes_during_one_are_one_more():
    _, wakeups = clockwork()
    inside, most, wakes = 0, 0, 0
    go_on = asyncio.Event()

    async def wake() -> None:
        nonlocal inside, most, wakes
        inside, wakes = inside + 1, wakes + 1
        most = max(most, inside)
        await go_on.wait()
        inside -= 1

    async with running(wakeups, wake):
        await settled()
        for _ in range(3):
            wakeups.wake_now()
            await settled()
        go_on.set()
        await settled()
        assert (most, wakes) == (1, 2)


async def test_a_failing_wake_is_logged_and_tried_again():
    _, wakeups = clockwork(back_off=SOON)
    work = Work(OSError("disk"), OSError("disk"))
    with capture_logs() as logs:
        async with running(wakeups, work):
            await work.woken(3)
    assert [entry["event"] for entry in logs] == ["wake_failed", "wake_failed"]
    assert [entry["again_in"] for entry in logs] == [0.03, 0.06]


async def test_the_back_off_starts_anew_after_a_good_wake_and_ends_at_the_tick():
    clock, wakeups = clockwork(back_off=SOON, tick=2 * SOON)
    bad = [OSError() for _ in range(4)]
    work = Work(*bad[:3], clock.now() + SOON, bad[3])
    with capture_logs() as logs:
        async with running(wakeups, work):
            await work.woken(6)
    assert [entry["again_in"] for entry in logs] == [0.03, 0.06, 0.06, 0.03]


async def test_a_moment_is_not_lost_over_a_failing_wake():
    clock, wakeups = clockwork(back_off=NEVER)
    work = Work(clock.now() + SOON, OSError())
    async with running(wakeups, work):
        await work.woken(1)
        wakeups.arm(clock.now() + 2 * SOON)
        with capture_logs():
            await work.woken(3)


async def test_a_wake_that_is_always_asked_for_leaves_the_others_room():
    _, wakeups = clockwork()
    work = Work(*[wakeups.wake_now] * 100_000)
    async with running(wakeups, work):
        await settled()
    assert work.wakes < 1000


async def test_cancelling_during_a_wake_cancels_it():
    _, wakeups = clockwork()
    ended = []

    async def wake() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async with running(wakeups, wake):
        await settled()
    assert ended == [True]


async def test_it_can_run_again_after_it_was_stopped():
    clock, wakeups = clockwork()
    for _ in range(2):
        work = Work(clock.now() + SOON)
        async with running(wakeups, work):
            await work.woken(2)


class Counting(WakeupTimer):
    pokes = 0

    def wake_now(self) -> None:
        self.pokes += 1
        super().wake_now()


async def test_stopping_leaves_no_task_and_no_timer_behind():
    before = asyncio.all_tasks()
    wakeups = Counting(clock=FakeClock(), tick=SOON)
    work = Work()
    async with running(wakeups, work):
        await work.woken(3)
    await settled()
    pokes = wakeups.pokes
    assert pokes >= 2
    await asyncio.sleep(0.1)
    assert (asyncio.all_tasks(), wakeups.pokes) == (before, pokes)
