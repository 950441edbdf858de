"""A clock that is set: noticed, and waited for after a leap forward."""

from datetime import timedelta

import pytest

from bot.jumps import PATIENCE, Jumps
from tests.fakes import FakeClock


class Steady:
    seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


class Watched:
    """A clock beside one that nobody can set."""

    def __init__(self) -> None:
        self.clock, self.steady = FakeClock(), Steady()
        self.jumps = Jumps(self.clock, self.steady)

    def passes(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.steady.seconds += by.total_seconds()


@pytest.mark.parametrize("minutes", [0, 1, 11, 60 * 24])
def test_time_that_passes_is_no_leap(minutes):
    watched = Watched()
    watched.passes(timedelta(minutes=minutes))
    assert watched.jumps.look() == timedelta()
    assert not watched.jumps.wait


def test_after_a_leap_forward_a_minute_is_waited():
    watched = Watched()
    watched.clock.advance(hours=1)
    assert watched.jumps.look() == timedelta(hours=1)
    assert watched.jumps.wait == PATIENCE
    watched.passes(timedelta(seconds=59))
    watched.jumps.look()
    assert watched.jumps.wait == timedelta(seconds=1)
    watched.passes(timedelta(seconds=1))
    assert not watched.jumps.wait


def test_a_small_step_is_not_waited_for():
    watched = Watched()
    watched.clock.advance(minutes=10)
    watched.jumps.look()
    assert not watched.jumps.wait


def test_a_clock_that_is_set_right_again_ends_the_wait():
    watched = Watched()
    watched.clock.advance(days=1)
    watched.jumps.look()
    watched.clock.advance(days=-1)
    assert watched.jumps.look() == timedelta(days=-1)
    assert not watched.jumps.wait
