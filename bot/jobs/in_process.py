"""The default engine: one worker thread of this process.

One thread, because parsing and composing are pure Python: a second one would only
compete with the first and make the event loop wait longer for the interpreter.
Workspaces share its processor time; see `bot.ingest.turns`.
"""

import asyncio
import contextvars
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, ParamSpec, TypeVar

from bot.ingest.turns import FairTurns
from digests.types import frozen_positional

P = ParamSpec("P")
T = TypeVar("T")

#: For the calls that are not of a workspace: they have a share of their own.
_NO_WORKSPACE: Final = 0


class InProcessEngine:
    """Runs calls one after the other in a thread of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._turns = FairTurns()

    def of_workspace(self, workspace_id: int) -> "WorkspaceEngine":
        """Return the engine for the calls of a workspace, which share its time."""
        return WorkspaceEngine(self, workspace_id)

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` in the thread; return its result or raise its exception."""
        return await self.run_for(_NO_WORKSPACE, partial(work, *args, **kwargs))

    async def run_for(self, workspace_id: int, work: Callable[[], T]) -> T:
        """Run the work of a workspace when it is its turn."""
        loop = asyncio.get_running_loop()
        # Log lines of the work belong to the caller's run.
        call = _TimedCall(partial(contextvars.copy_context().run, work))

        def end(_: Future[T]) -> None:
            # Nobody waits any more if the loop is closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._turns.end, workspace_id, call.seconds)

        await self._turns.take(workspace_id)
        try:
            done = self._pool.submit(call.run)
        except RuntimeError:
            # The engine is closed: those who wait are refused as well.
            self._turns.end(workspace_id, 0.0)
            raise
        # Also if the caller is cancelled: the thread is free only afterwards.
        done.add_done_callback(end)
        return await asyncio.wrap_future(done)

    def close(self) -> None:
        """Finish the current work and drop what is queued."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@frozen_positional
class WorkspaceEngine:
    """The engine, for the calls of one workspace."""

    engine: InProcessEngine
    workspace_id: int

    def of_workspace(self, workspace_id: int) -> "WorkspaceEngine":
        """Return the engine for the calls of another workspace."""
        return WorkspaceEngine(self.engine, workspace_id)

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` in the engine's thread, when it is the workspace's turn."""
        call = partial(work, *args, **kwargs)
        return await self.engine.run_for(self.workspace_id, call)


@dataclass(slots=True)
class _TimedCall(Generic[T]):
    """A call, and the processor time that it took."""

    work: Callable[[], T]
    seconds: float = 0.0

    def run(self) -> T:
        begun = time.thread_time()
        try:
            return self.work()
        finally:
            self.seconds = time.thread_time() - begun
