"""The default engine: one worker thread of this process.

One thread, because parsing and composing are pure Python: a second one would only
compete with the first and make the event loop wait longer for the interpreter.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class InProcessEngine:
    """Runs calls one after the other in a thread of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="engine")

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` in the thread; return its result or raise its exception."""
        loop = asyncio.get_running_loop()
        # Log lines of the work belong to the caller's run.
        run = contextvars.copy_context().run
        return await loop.run_in_executor(
            self._pool, partial(run, partial(work, *args, **kwargs))
        )

    def close(self) -> None:
        """Finish the current work and drop what is queued."""
        self._pool.shutdown(wait=True, cancel_futures=True)
