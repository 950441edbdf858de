"""Detect clock jumps, and pause posting after a jump forward.

A clock that leaps may be wrong and be set right soon: what is planned and sent by it in
between would be wrong too. So for a minute nothing is. A clock that is set back in that
time ends the wait.
"""

from collections.abc import Callable
from datetime import timedelta

from bot.ports import Clock

#: A leap forward by more is doubted; the computer may also have slept.
JUMP_FORWARD = timedelta(minutes=10)
#: A clock that goes back by more was wrong before: so may be what was planned by it.
JUMP_BACK = timedelta(minutes=1)
PAUSE_AFTER_JUMP = timedelta(seconds=60)


class ClockMonitor:
    """Compares the clock with one that nobody can set."""

    def __init__(self, clock: Clock, steady: Callable[[], float]) -> None:
        """Take the time now as right.

        Args:
            clock: The one that may be set.
            steady: Seconds, from any beginning.
        """
        self._clock = clock
        self._steady = steady
        self._ahead = self._difference()
        self._until = steady()

    def measure_jump(self) -> timedelta:
        """By how much the clock was set since the last look; within seconds: by none.

        A leap forward begins the wait, one back ends it.
        """
        before, self._ahead = self._ahead, self._difference()
        moved = timedelta(seconds=self._ahead - before)
        if moved > JUMP_FORWARD:
            self._until = self._steady() + PAUSE_AFTER_JUMP.total_seconds()
        elif moved < -JUMP_BACK:
            self._until = self._steady()
        return moved

    @property
    def wait(self) -> timedelta:
        """For how long nothing should be planned or sent; zero when all is well."""
        return timedelta(seconds=max(0.0, self._until - self._steady()))

    def _difference(self) -> float:
        return self._clock.now().timestamp() - self._steady()
