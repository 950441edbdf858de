"""Pace requests by Slack's limits: per channel, per method, per workspace.

- A channel takes one post a second. A post whose turn is near waits for it here.
- A post that was answered with 429 holds its channel for as long as Slack says. Slack
  does not say whether it was the channel's limit or the workspace's; when a second
  channel is limited while the first one waits, it is the workspace's and holds all.
- Any other request that was limited holds its method: those limits are per method.
- Posts start evenly, more slowly each time the workspace's limit was reached, and few
  requests are in flight at once: what waited behind a limit does not burst.

The outbox handles longer waits: a request that may not be sent now raises
`SendRateLimited` and certainly was not sent.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.errors import SendRateLimited
from bot.platforms.common.rate_limits import HeldRoutes, take_slot
from bot.platforms.slack import limits

POST_MESSAGE = "chat.postMessage"
#: Channels that are stored before those whose moment has passed are dropped.
_SWEEP_FROM = 1000


class SlackRateLimiter:
    """The limits that apply at present; instants are seconds of a monotonic clock."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = limits.SLOT_TIMEOUT,
    ) -> None:
        """Start without limits.

        Args:
            now: A monotonic clock in seconds.
            sleep: Waits by that clock.
            patience: Seconds that a request may wait here before it is postponed.
        """
        self._patience = patience
        self._now = now
        self._sleep = sleep
        self._held = HeldRoutes()
        self._posts_limited_until = 0.0
        #: When the next post may start: to a channel, and to any.
        self._next_by_channel: dict[str, float] = {}
        self._next_post = 0.0
        self._rate = limits.RATE
        self._slots = asyncio.Semaphore(limits.IN_FLIGHT)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Take one of the slots for requests in flight, a post at its due moment.

        Raises:
            SendRateLimited: It may not be sent now.
        """
        self.check(method, channel)
        if method == POST_MESSAGE:
            await self._until_due(channel)
        busy = SendRateLimited("slack.busy", retry_after=limits.MIN_RETRY_AFTER)
        async with take_slot(self._slots, self._patience, busy):
            # Others may have been limited meanwhile.
            self.check(method, channel)
            yield

    def check(self, method: str, channel: str) -> None:
        """Raise `SendRateLimited` while such a request has to wait."""
        now = self._now()
        until = self._held.until(_get_bucket(method, channel))
        if method == POST_MESSAGE:
            until = max(until, self._posts_limited_until)
        if until > now:
            raise SendRateLimited("slack.rate_limited", retry_after=until - now)

    def posted(self) -> None:
        """Record that a post was accepted."""
        self._rate = min(limits.RATE, self._rate + limits.RATE_INCREASE)

    def limited(self, method: str, channel: str, wait: float) -> None:
        """Record that Slack asked to wait for this many seconds."""
        now = self._now()
        others = any(
            of == POST_MESSAGE and place != channel
            for of, place in self._held.list_active(now)
        )
        if method == POST_MESSAGE and others:
            if self._posts_limited_until <= now:
                self._rate = max(limits.RATE_LEAST, self._rate * limits.RATE_DECREASE)
            self._posts_limited_until = max(self._posts_limited_until, now + wait)
        self._held.hold(_get_bucket(method, channel), now + wait, now)

    async def _until_due(self, channel: str) -> None:
        """Reserve the next moment of the channel and of all, and wait if it is near."""
        now = self._now()
        due = max(now, self._next_by_channel.get(channel, 0.0), self._next_post)
        if due - now > self._patience:
            raise SendRateLimited("slack.waiting", retry_after=due - now)
        if len(self._next_by_channel) > _SWEEP_FROM:
            self._next_by_channel = {
                of: at for of, at in self._next_by_channel.items() if at > now
            }
        # A channel that waits for its own moment does not delay the others.
        self._next_post = max(now, self._next_post) + 1 / self._rate
        self._next_by_channel[channel] = due + 1 / limits.CHANNEL_RATE
        if due > now:
            await self._sleep(due - now)


def _get_bucket(method: str, channel: str) -> tuple[str, str]:
    """Return the channel or method that a limit of this request holds."""
    return (method, channel if method == POST_MESSAGE else "")
