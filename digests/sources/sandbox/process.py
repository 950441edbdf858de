"""Keeps the worker: starts it when needed, hands it one job at a time, ends it.

A worker that is too slow, too large or dead costs its own job only; the next job gets
a new one. Nothing that it writes is trusted beyond nouns and plain values.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from digests.errors import Killed, SourceError
from digests.sources.cage.frames import LENGTH, opened, packed
from digests.sources.cage.limits import Limits

_Args = ParamSpec("_Args")
_Read = TypeVar("_Read")

_WORKER = "digests.sources.cage.worker"


class Cage:
    """A worker for hostile bytes; use it as an async context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._turn = asyncio.Lock()
        self._worker: Process | None = None
        self._done = 0
        self._idle: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rest(None)
        await self._end()

    async def run(
        self,
        read: Callable[_Args, _Read],
        /,
        *args: _Args.args,
        **kwargs: _Args.kwargs,
    ) -> _Read:
        """What `read` gives for these arguments, from inside the cage.

        Args:
            read: A function of a module of `digests`; what its module needs is
                imported by that module's `prepare`, if it has one, before time counts.
            args: Bytes and plain values.
            kwargs: The same by name.

        Raises:
            Killed: It used up its time or memory.
            SourceError: What `read` raised.
        """
        name = (read.__module__, read.__qualname__)
        job = packed((name, args, kwargs, self._limits))
        async with self._turn:
            self._rest(None)
            try:
                answer, tired = await self._ask(job)
            except BaseException:
                # Whatever it was, the pipe may hold half an answer.
                await self._end()
                raise
            self._done += 1
            if tired or self._done >= self._limits.jobs:
                await self._end()
            self._rest(self._limits.idle)
        if isinstance(answer, SourceError):
            raise answer
        return cast(_Read, answer)

    async def _ask(self, job: bytes) -> tuple[Any, bool]:
        """The answer, and whether its worker should be replaced."""
        worker = self._worker or await self._start()
        try:
            async with asyncio.timeout(self._limits.wall):
                content = await self._exchange(worker, job)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            raise Killed(
                "It took more time or memory than any sound feed or page, so that its "
                "reader was ended."
            ) from None
        try:
            answer, tired = opened(content)
            return answer, bool(tired)
        except Exception:
            raise Killed("Its reader gave no sound answer and was ended.") from None

    async def _exchange(self, worker: Process, job: bytes) -> bytes:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(job)
        await worker.stdin.drain()
        head = await worker.stdout.readexactly(LENGTH.size)
        size = LENGTH.unpack(head)[0]
        if size > self._limits.answer:
            raise ConnectionError("too much")
        return await worker.stdout.readexactly(size)

    async def _start(self) -> Process:
        """A new worker, that inherits neither our environment nor our files."""
        home = _home()
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _WORKER,
            str(os.getpid()),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=home,
            env={"PYTHONPATH": home, "PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"},
        )
        self._done = 0
        return self._worker

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()

    def _rest(self, seconds: float | None) -> None:
        """Let the worker go after so many idle seconds; None = not any more."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if seconds is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        if self._worker is not None and self._worker.stdin is not None:
            # At the end of its pipe a worker leaves by itself.
            self._worker.stdin.close()
            self._worker = None


def _home() -> str:
    """The folder that the worker imports `digests` from: the one we came from."""
    return str(Path(__file__).resolve().parents[3])
