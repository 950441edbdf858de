"""Hold a platform's connection: reconnect with growing delays, stop for good.

A platform stops when its token is refused: nothing is sent any more. When only the
connection is refused, it is not opened again: posts continue, commands do not work.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

import structlog

from bot.errors import SendRefused
from digests.messages import Message

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Seconds before a lost connection is reopened: doubled each time, up to the maximum.
RECONNECT_DELAY: Final = 1.0
MAX_RECONNECT_DELAY: Final = 30.0
#: Seconds after which a connection counts as stable, and the delay is reset.
STABLE_AFTER: Final = 10.0
#: Seconds after which a lost cancellation is repeated.
CANCEL_INTERVAL: Final = 0.2


class StopSwitch:
    """Why a platform, or one of its workspaces, sends nothing any more."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._stopped = asyncio.Event()
        #: The reason, for the administrator; None while the platform works.
        self.reason: Message | None = None

    def stop(self, reason: Message) -> None:
        """Stop for good; the first reason counts."""
        if self.reason is None:
            self.reason = reason
            self._stopped.set()
            log.error("platform stopped", platform=self._platform, reason=str(reason))

    def check(self) -> None:
        """Raise `SendRefused` if the platform is stopped."""
        if self.reason is not None:
            raise SendRefused(self.reason, whole_workspace=True)

    async def wait(self) -> None:
        """Wait until the platform is stopped."""
        await self._stopped.wait()


async def stay_connected(
    hold: Callable[[], Awaitable[bool]],
    *,
    may_connect: Callable[[], bool],
    handle_loss: Callable[[Exception], Awaitable[float]],
    stopped: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Keep the connection open: reconnect for as long as `may_connect` returns True.

    Args:
        hold: Opens the connection and holds it until it ends; returns whether the
            platform asked for a new one at once.
        may_connect: Whether a connection is wanted.
        handle_loss: Handles an error of `hold`; returns the minimum delay in seconds.
        stopped: Returns when the platform is stopped, which ends a delay.
    """
    clock = asyncio.get_running_loop()
    delay = RECONNECT_DELAY
    while may_connect():
        started, renew = clock.time(), False
        try:
            renew = await hold()
        except Exception as error:
            delay = max(delay, await handle_loss(error))
        if clock.time() - started > STABLE_AFTER:
            delay = RECONNECT_DELAY
        if not may_connect():
            return
        # A second request for a new connection in a row waits like a lost one.
        if not renew or delay > RECONNECT_DELAY:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped(), delay)
        delay = min(delay * 2, MAX_RECONNECT_DELAY)


async def hold_until_stopped(
    connection: Coroutine[Any, Any, T],
    stopped: Coroutine[Any, Any, None],
    *others: Coroutine[Any, Any, Any],
) -> T | None:
    """Run a connection until it ends or the platform is stopped.

    `others` run beside it and are cancelled with it. Returns the connection's result,
    or None if the platform was stopped first.
    """
    held, stop = asyncio.create_task(connection), asyncio.create_task(stopped)
    beside = [asyncio.create_task(other) for other in others]
    try:
        await asyncio.wait((held, stop), return_when=asyncio.FIRST_COMPLETED)
        return held.result() if held.done() else None
    finally:
        await cancel_tasks(held, stop, *beside)


async def cancel_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended, and ignore their results.

    Cancelling once is not enough: `wait_for`, which the libraries use to connect, loses
    a cancellation that arrives together with its result.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_INTERVAL)
    await asyncio.gather(*tasks, return_exceptions=True)
