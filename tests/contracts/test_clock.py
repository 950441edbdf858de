"""The contract of every Clock.

`bot.app.SystemClock` and the tests' own are held to it.
"""

from datetime import timedelta

import pytest

from bot.app import SystemClock
from bot.ports import Clock
from tests.fakes import FakeClock


@pytest.fixture(params=[FakeClock, SystemClock])
def clock(request) -> Clock:
    made: Clock = request.param()
    return made


def test_an_instant_is_aware_and_in_utc(clock: Clock):
    assert clock.now().utcoffset() == timedelta(0)


def test_time_does_not_run_backwards_between_two_readings(clock: Clock):
    assert clock.now() <= clock.now()
