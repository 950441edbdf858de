"""Publishes messages of announcement channels to those that follow them, if it can.

It is an extra: it begins when a message has been sent, is tried once, and what comes of
it changes no delivery. Discord takes about ten an hour; we stay below, and where it
limits or refuses us the channel rests.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from bot.errors import Limited, SendError
from bot.platforms.discord import limits, routes
from bot.platforms.discord.calling import Call
from bot.platforms.discord.interactions import NAME
from bot.platforms.discord.places import channel_of, snowflake
from bot.types import Delivery

log = structlog.get_logger(__name__)


class Crossposts:
    """What is being published, and which channels rest; instants are seconds."""

    def __init__(self, call: Call, *, now: Callable[[], float]) -> None:
        self._call = call
        self._now = now
        self._going: set[asyncio.Task[None]] = set()
        self._done: dict[int, deque[float]] = {}
        self._rests: dict[int, float] = {}

    def publish(self, delivery: Delivery, message: str) -> None:
        """Begin to publish a message that was just sent, where that was asked for."""
        if not delivery.manner.crosspost or not message:
            return
        channel, number = channel_of(delivery), snowflake(message, "message")
        if not self._may(channel):
            log.info("not published", platform=NAME, reason="the hour's are used up")
            return
        task = asyncio.create_task(self._publish(channel, number))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    def stop(self) -> None:
        """Leave what is not published yet."""
        for task in self._going:
            task.cancel()

    def _may(self, channel: int) -> bool:
        now = self._now()
        if self._rests.get(channel, now) > now:
            return False
        done = self._done.setdefault(channel, deque())
        while done and done[0] <= now - limits.CROSSPOST_WINDOW:
            done.popleft()
        if len(done) >= limits.CROSSPOSTS:
            return False
        done.append(now)
        return True

    async def _publish(self, channel: int, message: int) -> None:
        try:
            await self._call(
                "POST",
                routes.crosspost(channel),
                lambda s: s.publish(channel, message),
            )
        except Limited as limited:
            self._rest(channel, limited.retry_after, limited)
        except SendError as error:
            self._rest(channel, limits.CROSSPOST_WINDOW, error)

    def _rest(self, channel: int, seconds: float, why: SendError) -> None:
        self._rests[channel] = self._now() + seconds
        log.warning("not published", platform=NAME, reason=str(why))
