"""The processes of the chaos suite: forks that run a job."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from tests.chaos.child import live
from tests.forks import CONTEXT, start_server

#: Seconds after which a process counts as broken instead of slow.
PATIENCE = 240.0


class Logged(Protocol):
    """The task of a process, with the file of its output."""

    @property
    def log(self) -> Path: ...


class Process:
    """One forked process."""

    def __init__(self, job: Logged, target: Callable[[Any], None] = live) -> None:
        self.job = job
        self._process: BaseProcess = CONTEXT.Process(
            target=target, args=(job,), daemon=True
        )
        start_server()
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def kill(self, number: int = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def end(self, patience: float = PATIENCE) -> int:
        """Wait for its exit code; −9 when it was killed, also by our timeout."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            async with asyncio.timeout(patience):
                await ended.wait()
        except TimeoutError:
            self.kill()
            await ended.wait()
            said = self.job.log.read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"a process did not end: …{said[-1500:]}") from None
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        assert code is not None
        return code
