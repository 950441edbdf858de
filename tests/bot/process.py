"""A real `standfirst` process in folders of its own."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds that a step may take on a busy machine before the test gives up.
PATIENCE = 30.0
READY = re.compile(r"http://\S+")


class Running:
    """A started process with the lines it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, pattern: re.Pattern[str] = READY) -> str:
        """The first line that matches; fails when the process ends first."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
        return subprocess.run(
            [sys.executable, "-m", "bot", *args],
            env=self.environment(**more),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextmanager
    def running(self, *args: str, **more: str) -> Iterator[Running]:
        """Run a command for as long as the block lasts."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *args],
            env=self.environment(**more),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield Running(process)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)
            assert process.stdout is not None
            process.stdout.close()

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
