"""Measure how late the event loop runs what is due."""

import asyncio
from typing import Final

from bot.metrics import Metrics

#: Seconds between two measurements: often enough to see a loop that is busy, seldom
#: enough to cost an idle process nothing.
INTERVAL_SECONDS: Final = 1.0


async def watch_event_loop(
    metrics: Metrics, interval: float = INTERVAL_SECONDS
) -> None:
    """Record the event loop's lag after each interval, until cancelled."""
    now = asyncio.get_running_loop().time
    while True:
        due = now() + interval
        await asyncio.sleep(interval)
        metrics.record_loop_lag(now() - due)
