"""A real `standfirst` process in folders of its own."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.forks import Program

#: Seconds that a step may take on a busy machine before the test gives up.
PATIENCE = 30.0
READY = re.compile(r"http://\S+")


class Running:
    """A started process with the lines it has printed."""

    def __init__(
        self, process: "Program | subprocess.Popen[Any]", out: IO[str]
    ) -> None:
        self.process = process
        self.lines: list[str] = []
        self._out = out

    def until(self, pattern: re.Pattern[str] = READY) -> str:
        """The first line that matches; fails when the process ends first."""
        for line in self._out:
            self.lines.append(line)
            found = pattern.search(line)
            if found:
                return found.group().rstrip("/")
        raise AssertionError(f"it ended first, after: {''.join(self.lines)}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


class Home:
    """Data and configuration folders, and commands over them."""

    def __init__(self, folder: Path, *, cold: bool = False) -> None:
        """Use this folder; `cold` starts the interpreter for each command."""
        self.folder = folder
        self.cold = cold

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("STANDFIRST_")}
        return {
            **kept,
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "STANDFIRST_WEB_PORT": "0",
            "STANDFIRST_UNCERTAIN_WAIT": "1",
            "STANDFIRST_SEND_TIMEOUT": "0.9",
            "NO_COLOR": "1",
            # The code of this checkout, whichever version is installed.
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **more,
        }

    def run(self, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as out,
            tempfile.TemporaryFile("w+", encoding="utf-8") as err,
        ):
            streams = (subprocess.DEVNULL, out.fileno(), err.fileno())
            process = self.start(args, streams, **more)
            try:
                code = process.wait(PATIENCE)
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(args, code, out.read(), err.read())

    @contextmanager
    def running(
        self, *args: str, log: str = os.devnull, **more: str
    ) -> Iterator[Running]:
        """Run a command for as long as the block lasts, with stderr in a file."""
        read, write = os.pipe()
        with Path(log).open("wb") as err:
            streams = (subprocess.DEVNULL, write, err.fileno())
            process = self.start(args, streams, **more)
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as out:
            try:
                yield Running(process, out)
            finally:
                process.kill()
                process.wait(PATIENCE)

    def start(
        self,
        args: Sequence[str],
        streams: tuple[int, int, int],
        /,
        **more: str,
    ) -> "Program | subprocess.Popen[bytes]":
        """Start a command with these descriptors as its streams."""
        environment = self.environment(**more)
        stdin, stdout, stderr = streams
        if not self.cold:
            return Program(args, env=environment, cwd=self.folder, streams=streams)
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *args],
            env=environment,
            cwd=self.folder,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )

    def rows(self, query: str, database: str = "standfirst.db") -> list[tuple]:
        """Rows of the database, read from outside."""
        path = self.folder / "data" / "standfirst" / database
        if not path.exists():
            return []
        connection = sqlite3.connect(path, timeout=PATIENCE)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
    return body.decode()


def eventually(what, *, within: float = PATIENCE):
    """Wait for the first true answer of `what`; fail when none comes."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def run_script(script: str) -> str:
    """Run Python with nothing loaded; return what it prints."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
