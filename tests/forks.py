"""Processes that start in milliseconds: forks of one that has imported everything.

The parent of all is Python's own fork server: one thread, no event loop, no socket of
ours, so that a fork of it equals a start. A start of the program is a second and a half
of imports, and that of a sandbox half a second; the suite needs a thousand of both.
Tests about the start itself run the interpreter (`Home.cold`).
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from digests.sources.sandbox import Sandbox

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.chaos.warm_up"])
#: Where `tests` is imported from by the fork server, whatever the working directory.
_ROOT = str(Path(__file__).parents[1])


@cache
def start_server() -> None:
    """Start the fork server; the first process waits until it has imported all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", _ROOT)
        forkserver.ensure_running()


class Program:
    """`standfirst` in a fork, with the methods of `subprocess.Popen`."""

    def __init__(
        self,
        args: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        streams: Sequence[int],
    ) -> None:
        """Take the descriptors of its three streams, or `subprocess.DEVNULL`."""
        self.args = args
        opened = [_open_stream(stream) for stream in streams]
        self._process = CONTEXT.Process(
            target=_run_program, args=(args, dict(env), cwd, opened), daemon=True
        )
        start_server()
        self._process.start()
        for stream in opened:
            stream.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(list(self.args), timeout)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _open_stream(descriptor: int) -> Connection:
    """A copy of a descriptor that can be passed to a fork."""
    if descriptor == subprocess.DEVNULL:
        return Connection(os.open(os.devnull, os.O_RDWR))
    return Connection(os.dup(descriptor))


def _run_program(
    args: Sequence[str], env: Mapping[str, str], cwd: Path, streams: list[Connection]
) -> None:
    """Make the fork what the interpreter makes of a new process, and run `main`."""
    from bot.__main__ import main

    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", closefd=False)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["standfirst", *args]
    main()


class _SandboxWorker:
    """A worker of the sandbox in a fork, with what `Sandbox` uses of a process."""

    def __init__(
        self,
        process: BaseProcess,
        stdout: asyncio.StreamReader,
        stdin: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self.stdout = stdout
        self.stdin = stdin

    def kill(self) -> None:
        self._process.kill()

    async def wait(self) -> None:
        self.stdin.close()
        await asyncio.to_thread(self._process.join)
        self._process.close()


start_cold_worker = Sandbox._start_worker


async def start_forked_worker(self: Sandbox) -> Any:
    """Replace `Sandbox._start_worker`: fork the worker instead of starting Python."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = CONTEXT.Process(target=_run_worker, args=(theirs,), daemon=True)
            start_server()
            # In a thread: the first one waits until the fork server is ready.
            await asyncio.to_thread(process.start)
        streams = await asyncio.open_unix_connection(sock=ours)
    except BaseException:
        ours.close()
        raise
    worker = _SandboxWorker(process, *streams)
    self._worker, self._jobs_done = worker, 0  # type: ignore[assignment]
    return worker


def _run_worker(pipe: socket.socket) -> None:
    from digests.sources.sandbox import worker

    nowhere = os.open(os.devnull, os.O_RDWR)
    for number, descriptor in enumerate((pipe.fileno(), pipe.fileno(), nowhere)):
        os.dup2(descriptor, number)
    pipe.close()
    os.close(nowhere)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    worker.main(os.getppid())
