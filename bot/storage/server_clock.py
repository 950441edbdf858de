"""The clock of a database server, on which all processes that share it agree.

Leases, claims and waits are instants that one machine writes and another compares. With
clocks that differ by minutes, a standby would take a lease that is held, and a message
on its way would be read back, and sent again, too early. So on PostgreSQL the whole
application runs on the server's clock: measured on each new connection, which may lead
to another server, and regularly; in between this machine's monotonic clock continues
it. Setting this machine's clock therefore changes nothing.

However far this machine's clock is off, «once» holds, so nothing is refused. A clock
that is off is reported: logs and platforms compare with it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.ports import Clock
from digests.types import frozen

log = structlog.get_logger(__name__)

#: Offset of this machine's clock that is reported.
CLOCK_TOLERANCE = timedelta(seconds=2)
#: Seconds between measurements.
MEASURE_SECONDS = 10.0
#: A measurement whose answer took longer is not used, because its error is up to half
#: of that; `UNCERTAIN_WAIT` is longer than `SEND_TIMEOUT` by far more.
MAX_ROUND_TRIP = 1.0
ASK_TIME = "SELECT clock_timestamp()"
CLOCK_IS_OFF = "this machine's clock differs from the database server's, which is used"
CLOCK_AGREES = "this machine's clock agrees with the database server's again"


@frozen
class _Reading:
    server: datetime
    #: When it was that time, by the monotonic clock.
    steady: float


class ServerClock:
    """`Clock` of the server; any thread may measure it."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._reading: _Reading | None = None
        #: How far this machine's clock is ahead, as `watch` found last.
        self.offset: timedelta | None = None

    def now(self) -> datetime:
        """Return the server's present time.

        Raises:
            RuntimeError: Nothing was measured yet: no connection was ever made.
        """
        if self._reading is None:
            raise RuntimeError("the server's clock was not measured yet")
        elapsed = self._steady() - self._reading.steady
        return self._reading.server + timedelta(seconds=elapsed)

    def measure(self, ask: Callable[[], datetime]) -> None:
        """Set the clock by what `ask` reads from the server."""
        asked = self._steady()
        server = ask()
        answered = self._steady()
        if self._reading is None or answered - asked <= MAX_ROUND_TRIP:
            middle = (asked + answered) / 2
            self._reading = _Reading(server=server, steady=middle)

    def measure_on(self, connection: Any, _record: Any = None) -> None:
        """Measure over a new connection of the driver."""
        self.measure(lambda: connection.execute(ASK_TIME).fetchone()[0])
        connection.rollback()

    async def watch(
        self, local: Clock, measure_again: Callable[[], Awaitable[None]]
    ) -> None:
        """Measure regularly; log when this machine's clock is off, and when it agrees.

        Args:
            local: This machine's clock.
            measure_again: Has this clock measured, if the server can be reached.
        """
        was_off = False
        while True:
            self.offset = local.now() - self.now()
            is_off = abs(self.offset) > CLOCK_TOLERANCE
            if is_off != was_off:
                seconds = round(self.offset.total_seconds(), 1)
                log.warning(CLOCK_IS_OFF if is_off else CLOCK_AGREES, ahead=seconds)
            was_off = is_off
            await asyncio.sleep(MEASURE_SECONDS)
            await measure_again()
