"""Pace requests by Slack's limits: per channel, per method, per workspace.

- A channel takes one post a second. A post whose turn is near waits for it here.
- A post that was answered with 429 holds its channel for as long as Slack says. Slack
  does not say whether the channel's limit was met or the workspace's; when a second
  channel is limited while the first one waits, it is the workspace's, and holds all.
- Anything else that was limited holds its own method: those limits are per method.
- Posts begin evenly, more slowly each time that the workspace's limit was met, and few
  requests are on their way at once: what waited behind a limit does not burst when it
  ends.

Longer waiting is the outbox's: what may not go now is `Limited`, and certainly was not
sent.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.errors import SendRateLimited
from bot.platforms.slack import limits
from digests.messages import Message

POST_MESSAGE = "chat.postMessage"
#: Channels that are remembered before those that may go are swept out.
_SWEEP_FROM = 1000


class SlackRateLimiter:
    """The waits that hold at present; instants are seconds of a monotonic clock."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = limits.SLOT_TIMEOUT,
    ) -> None:
        """Nothing waits yet.

        Args:
            now: Seconds of a clock that never goes back.
            sleep: Waits by that clock.
            patience: Seconds that a request may wait here; after that it is put off.
        """
        self._patience = patience
        self._now = now
        self._sleep = sleep
        #: Until when Slack asked to wait: by method and channel.
        self._limited_until: dict[tuple[str, str], float] = {}
        self._posts_limited_until = 0.0
        #: When the next post may begin: to a channel, and to any.
        self._next_by_channel: dict[str, float] = {}
        self._next_post = 0.0
        self._rate = limits.RATE
        self._slots = asyncio.Semaphore(limits.IN_FLIGHT)

    @asynccontextmanager
    async def turn(self, method: str, channel: str) -> AsyncIterator[None]:
        """Wait for a place among the requests on their way, and keep it.

        Raises:
            Limited: It may not go now.
        """
        self.check(method, channel)
        if method == POST_MESSAGE:
            await self._until_due(channel)
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            text = Message("slack.busy")
            raise SendRateLimited(text, retry_after=limits.MIN_RETRY_AFTER) from None
        try:
            # Others may have been answered with a limit meanwhile.
            self.check(method, channel)
            yield
        finally:
            self._slots.release()

    def check(self, method: str, channel: str) -> None:
        """Raise `Limited` when Slack asked such a request to wait."""
        now = self._now()
        until = self._limited_until.get(_get_bucket(method, channel), 0.0)
        if method == POST_MESSAGE:
            until = max(until, self._posts_limited_until)
        if until > now:
            raise SendRateLimited("slack.rate_limited", retry_after=until - now)

    def posted(self) -> None:
        """Learn that a post was taken."""
        self._rate = min(limits.RATE, self._rate + limits.RATE_INCREASE)

    def limited(self, method: str, channel: str, wait: float) -> None:
        """Learn that Slack asked to wait for so many seconds."""
        now = self._now()
        self._limited_until = {
            of: until for of, until in self._limited_until.items() if until > now
        }
        others = any(
            of == POST_MESSAGE and place != channel for of, place in self._limited_until
        )
        if method == POST_MESSAGE and others:
            if self._posts_limited_until <= now:
                self._rate = max(limits.RATE_LEAST, self._rate * limits.RATE_DECREASE)
            self._posts_limited_until = max(self._posts_limited_until, now + wait)
        route = _get_bucket(method, channel)
        self._limited_until[route] = max(
            self._limited_until.get(route, 0.0), now + wait
        )

    async def _until_due(self, channel: str) -> None:
        """Take the next moment of the channel and of all, and wait for it if near."""
        now = self._now()
        due = max(now, self._next_by_channel.get(channel, 0.0), self._next_post)
        if due - now > self._patience:
            text = Message("slack.waiting")
            raise SendRateLimited(text, retry_after=due - now)
        if len(self._next_by_channel) > _SWEEP_FROM:
            self._next_by_channel = {
                of: at for of, at in self._next_by_channel.items() if at > now
            }
        # A channel that waits for its own moment does not make the others wait.
        self._next_post = max(now, self._next_post) + 1 / self._rate
        self._next_by_channel[channel] = due + 1 / limits.CHANNEL_RATE
        if due > now:
            await self._sleep(due - now)


def _get_bucket(method: str, channel: str) -> tuple[str, str]:
    """What a limit of this request holds."""
    return (method, channel if method == POST_MESSAGE else "")
