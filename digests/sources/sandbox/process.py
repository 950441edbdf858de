"""Start and replace the worker process; the frames on its pipe.

A worker that is too slow, too large or dead affects its own job only; the next job gets
a new one. The worker parses hostile input: even if it is taken over, its answers can
only build our own frozen types and plain values in the parent process.
"""

import asyncio
import io
import os
import pickle
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar, cast

from digests.errors import SandboxKilled, SourceError
from digests.types import frozen

_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")

_WORKER = "digests.sources.sandbox.worker"
#: The folder that `digests` was imported from, for the worker.
_IMPORT_ROOT = str(Path(__file__).resolve().parents[3])


@frozen
class SandboxLimits:
    """The limits of one job and of its worker."""

    #: Seconds of CPU, far more than a valid feed or page needs.
    cpu: float = 1.25
    #: Seconds of wall time, for a busy machine.
    wall: float = 15.0
    #: Bytes that the worker may allocate, beyond its code.
    memory: int = 64 << 20
    #: Bytes that a worker may retain between jobs before it is replaced.
    kept: int = 24 << 20
    #: Bytes of an answer.
    answer: int = 32 << 20
    #: Jobs after which a worker is replaced, against slow leaks.
    jobs: int = 1000
    #: Seconds after which an idle worker ends.
    idle: float = 60.0


class Sandbox:
    """Runs parsers of hostile bytes; use it as an async context manager."""

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self._limits = limits or SandboxLimits()
        self._lock = asyncio.Lock()
        self._worker: Process | None = None
        self._jobs_done = 0
        self._idle: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._set_idle_timer(None)
        await self._stop_worker()

    async def run(
        self,
        read: Callable[_Args, _Result],
        /,
        *args: _Args.args,
        **kwargs: _Args.kwargs,
    ) -> _Result:
        """The result of `read` for these arguments, computed in the worker.

        Args:
            read: A function of a module of `digests`. The module's `LIBRARIES`, if it
                has any, are imported before limits apply.
            args: Bytes and plain values.
            kwargs: The same by name.

        Raises:
            SandboxKilled: It exceeded its time or memory.
            SourceError: What `read` raised.
        """
        name = (read.__module__, read.__qualname__)
        job = encode_frame((name, args, kwargs, self._limits))
        async with self._lock:
            self._set_idle_timer(None)
            try:
                answer, worn = await self._ask(job)
            except BaseException:
                # The pipe may contain half an answer.
                await self._stop_worker()
                raise
            self._jobs_done += 1
            if worn or self._jobs_done >= self._limits.jobs:
                await self._stop_worker()
            self._set_idle_timer(self._limits.idle)
        if isinstance(answer, SourceError):
            raise answer
        return cast(_Result, answer)

    async def _ask(self, job: bytes) -> tuple[Any, bool]:
        """The answer, and whether its worker should be replaced."""
        worker = self._worker or await self._start_worker()
        try:
            async with asyncio.timeout(self._limits.wall):
                content = await self._exchange(worker, job)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            raise SandboxKilled("source.sandbox_limits") from None
        try:
            answer, worn = decode_answer(content)
            return answer, bool(worn)
        except Exception:
            raise SandboxKilled("source.sandbox_answer") from None

    async def _exchange(self, worker: Process, job: bytes) -> bytes:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(job)
        await worker.stdin.drain()
        head = await worker.stdout.readexactly(FRAME_LENGTH.size)
        size = FRAME_LENGTH.unpack(head)[0]
        if size > self._limits.answer:
            raise ConnectionError("too much")
        return await worker.stdout.readexactly(size)

    async def _start_worker(self) -> Process:
        """A new worker, which inherits neither our environment nor our files."""
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _WORKER,
            str(os.getpid()),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=_IMPORT_ROOT,
            env={"PYTHONPATH": _IMPORT_ROOT, "PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"},
        )
        self._jobs_done = 0
        return self._worker

    async def _stop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()

    def _set_idle_timer(self, seconds: float | None) -> None:
        """Stop the worker after so many idle seconds; None = cancel."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if seconds is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(seconds, self._release_worker)

    def _release_worker(self) -> None:
        if self._worker is not None and self._worker.stdin is not None:
            # At the end of its pipe a worker exits.
            self._worker.stdin.close()
            self._worker = None


FRAME_LENGTH = struct.Struct(">I")

#: Modules whose frozen types and errors an answer may contain.
_ALLOWED_MODULES = (
    "digests.types",
    "digests.errors",
    "digests.messages",
    "digests.cards.thumbnails",
    "digests.sources.",
)
_ALLOWED_TYPES = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
}


def encode_frame(value: object) -> bytes:
    """A value as a frame: its length, then its pickle."""
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return FRAME_LENGTH.pack(len(content)) + content


def decode_answer(content: bytes) -> Any:
    """The value of an answer.

    Raises:
        pickle.UnpicklingError: It has anything but our types and plain values.
    """
    return _RestrictedUnpickler(io.BytesIO(content)).load()


class _RestrictedUnpickler(pickle.Unpickler):  # noqa: S301 - this is what makes it safe
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED_TYPES:
            return super().find_class(module, name)
        if module.startswith(_ALLOWED_MODULES) and "." not in name:
            found = super().find_class(module, name)
            if _is_allowed(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a noun")


def _is_allowed(found: object) -> bool:
    if not isinstance(found, type):
        return False
    return is_dataclass(found) or issubclass(found, SourceError)
