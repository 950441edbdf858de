"""Detect clock jumps, and pause posting after a jump forward.

A clock that jumped may be wrong and corrected soon; what is planned and sent by it in
between would be wrong too. So nothing is planned or sent for a minute. If the clock is
set back in that time, the pause ends.
"""

from collections.abc import Callable
from datetime import timedelta

from bot.ports import Clock

#: A longer jump forward causes a pause, although the computer may only have slept.
JUMP_FORWARD = timedelta(minutes=10)
#: A clock that is set back by more was wrong before, and so may be its plans.
JUMP_BACK = timedelta(minutes=1)
PAUSE_AFTER_JUMP = timedelta(seconds=60)


class ClockMonitor:
    """Compares the clock with a monotonic one."""

    def __init__(self, clock: Clock, steady: Callable[[], float]) -> None:
        """Take the present time as right.

        Args:
            clock: The clock that may be set.
            steady: Monotonic seconds.
        """
        self._clock = clock
        self._steady = steady
        self._offset = self._measure_offset()
        self._paused_until = steady()

    def measure_jump(self) -> timedelta:
        """Measure the clock's jump since the last call; zero within a second or so.

        A jump forward begins a pause, one back ends it.
        """
        before, self._offset = self._offset, self._measure_offset()
        moved = timedelta(seconds=self._offset - before)
        if moved > JUMP_FORWARD:
            self._paused_until = self._steady() + PAUSE_AFTER_JUMP.total_seconds()
        elif moved < -JUMP_BACK:
            self._paused_until = self._steady()
        return moved

    @property
    def wait(self) -> timedelta:
        """Return how long to plan and send nothing; zero if there is no pause."""
        return timedelta(seconds=max(0.0, self._paused_until - self._steady()))

    def _measure_offset(self) -> float:
        return self._clock.now().timestamp() - self._steady()
