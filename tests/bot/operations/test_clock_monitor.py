"""System clock changes: detected, and waited out after a leap forward."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import runner
from bot.errors import SendNotReceived
from bot.jobs.scheduler import JobScheduler
from bot.operations.clock_monitor import PAUSE_AFTER_JUMP, ClockMonitor
from tests.bot.harness import BotHarness
from tests.bot.publishing.test_planning import at, editions, scheduled, states
from tests.fakes import FakeClock


class Steady:
    seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


class Watched:
    """A wall clock beside a steady clock that cannot be set."""

    def __init__(self) -> None:
        self.clock, self.steady = FakeClock(), Steady()
        self.jumps = ClockMonitor(self.clock, self.steady)

    def passes(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.steady.seconds += by.total_seconds()


@pytest.mark.parametrize("minutes", [0, 1, 11, 60 * 24])
def test_time_that_passes_is_no_leap(minutes):
    watched = Watched()
    watched.passes(timedelta(minutes=minutes))
    assert watched.jumps.measure_jump() == timedelta()
    assert not watched.jumps.wait


def test_after_a_leap_forward_a_minute_is_waited():
    watched = Watched()
    watched.clock.advance(hours=1)
    assert watched.jumps.measure_jump() == timedelta(hours=1)
    assert watched.jumps.wait == PAUSE_AFTER_JUMP
    watched.passes(timedelta(seconds=59))
    watched.jumps.measure_jump()
    assert watched.jumps.wait == timedelta(seconds=1)
    watched.passes(timedelta(seconds=1))
    assert not watched.jumps.wait


def test_a_small_step_is_not_waited_for():
    watched = Watched()
    watched.clock.advance(minutes=10)
    watched.jumps.measure_jump()
    assert not watched.jumps.wait


def test_a_clock_that_is_set_right_again_ends_the_wait():
    watched = Watched()
    watched.clock.advance(days=1)
    watched.jumps.measure_jump()
    watched.clock.advance(days=-1)
    assert watched.jumps.measure_jump() == timedelta(days=-1)
    assert not watched.jumps.wait


class Run:
    """The posting jobs of `standfirst run`, in turn."""

    def __init__(self, harness: BotHarness) -> None:
        self.clock, self.steady = harness.clock, Steady()
        application: Any = SimpleNamespace(
            clock=harness.clock,
            publisher=harness.publisher,
            corrections=harness.corrections,
            outbox=harness.outbox,
            jobs=JobScheduler(harness.clock),
            maintenance=SimpleNamespace(run=None),
            db=harness.db,
        )
        jobs = runner.build_jobs(application, ClockMonitor(harness.clock, self.steady))
        self._publish, self._deliver = jobs["publish"], jobs["deliver"]

    async def turn(self, **passed: float) -> None:
        by = timedelta(**passed)
        self.clock.advance(by)
        self.steady.seconds += by.total_seconds()
        await self._deliver()
        await self._publish()
        await self._deliver()


@pytest.fixture
async def daily(harness: BotHarness) -> BotHarness:
    """A digest due at 7:00 UTC; it is five to."""
    await harness.apply(scheduled("daily at 8 Europe/Berlin"))
    harness.clock.set(at("11-25T06:55"))
    return harness


async def test_after_a_leap_over_a_due_moment_it_is_made_up_for_a_minute_later(daily):
    run = Run(daily)
    daily.clock.advance(hours=1)
    await run.turn(seconds=2)
    await run.turn(seconds=57)
    assert await editions(daily) == 0
    await run.turn(seconds=3)
    assert await editions(daily) == 1
    assert await states(daily) == [("11-25 07:00", "composed", True)]


async def test_a_leap_that_is_soon_corrected_has_no_effect(daily):
    run = Run(daily)
    daily.clock.advance(days=1)
    await run.turn(seconds=2)
    daily.clock.advance(days=-1)
    await run.turn(seconds=2)
    assert await states(daily) == []
    await run.turn(minutes=5)
    assert await states(daily) == [("11-25 07:00", "composed", False)]
    assert await editions(daily) == 1


@pytest.mark.parametrize("hours", [-1, 1, 24, -24])
async def test_no_clock_change_causes_a_second_post(daily, hours):
    run = Run(daily)
    await run.turn(minutes=6)
    daily.clock.advance(hours=hours)
    await run.turn(seconds=2)
    await run.turn(seconds=61)
    daily.clock.advance(hours=-hours)
    await run.turn(seconds=2)
    await run.turn(seconds=61)
    assert await editions(daily) == 1
    assert daily.platform.doubled() == ()


async def test_a_failed_post_is_tried_again_as_soon_after_the_clock_was_set_back(daily):
    run = Run(daily)
    daily.platform.script(SendNotReceived("The platform is busy."))
    await run.turn(minutes=6)
    assert daily.platform.messages == []
    daily.clock.advance(days=-1)
    await run.turn(minutes=5)
    assert daily.platform.messages
    assert daily.platform.doubled() == ()
