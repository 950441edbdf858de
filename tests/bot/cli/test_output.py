"""Where data and logs go, and what a process does when they cannot be written."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

from bot.logs import LogStream
from tests.bot.harness import BRIDGE, CONFIGURATION
from tests.bot.process import PATIENCE, Home, eventually, page

EDITIONS = "SELECT public_id FROM editions ORDER BY id"
LOG_LINE = "source has a problem"


@pytest.fixture
def furnished(tmp_path: Path) -> Home:
    """A home with one article that was not read yet, and a feed that is not there."""
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    sources = 'sources = ["articles", "http://127.0.0.1:1/feed"]'
    text = CONFIGURATION.replace('sources = ["articles"]', sources)
    file.write_text(text, encoding="utf-8")
    done = home.run("apply", "newsroom.toml")
    assert done.returncode == 0, done.stderr
    return home


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def shell(home: Home, line: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run `standfirst` with what the shell does to its streams."""
    process = subprocess.Popen(
        ["sh", "-c", f'exec "$0" -m bot {line}', sys.executable],
        env=home.environment(**more),
        cwd=home.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def answers(port: int) -> bool:
    try:
        return "alive" in page(f"http://127.0.0.1:{port}/healthz")
    except URLError:
        return False


@pytest.mark.parametrize("streams", ["2>/dev/full", "2>&-", ">/dev/full", ">&- 2>&-"])
def test_a_process_whose_log_cannot_be_written_goes_on(furnished: Home, streams: str):
    port = a_free_port()
    settings = {
        "STANDFIRST_WEB_PORT": str(port),
        "STANDFIRST_LOG_LEVEL": "debug",
    }
    with shell(furnished, f"run {streams}", **settings) as process:
        eventually(lambda: answers(port))
        ordered = furnished.run("digest", "post", STANDFIRST_LOG_LEVEL="error")
        assert (ordered.returncode, ordered.stderr) == (0, "")
        eventually(lambda: furnished.rows(EDITIONS))
        assert answers(port)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "[info" not in out


def test_a_preview_for_programs_is_nothing_but_json(furnished: Home):
    done = furnished.run("digest", "preview", "--format", "local")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert LOG_LINE in done.stderr


@pytest.mark.parametrize(
    "command", [("digest", "preview"), ("digest", "post"), ("source", "list", "--json")]
)
def test_a_command_logs_as_much_as_the_level_says(furnished: Home, command):
    quiet = furnished.run(*command, STANDFIRST_LOG_LEVEL="error")
    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert LOG_LINE not in quiet.stdout


def test_a_command_logs_in_the_form_that_is_set(furnished: Home):
    done = furnished.run("digest", "preview", STANDFIRST_LOG_FORMAT="json")
    assert [json.loads(line)["level"] for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    "command",
    [
        "digest list",
        "digest list --json",
        "export",
        "export --opml",
        "when 'daily at 8'",
    ],
)
def test_data_that_cannot_be_written_is_reported(furnished: Home, command: str):
    with shell(furnished, f"{command} >/dev/full") as process:
        _, reported = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert reported == (
        "standfirst: The output cannot be written: No space left on device.\n"
    )


def test_a_refusal_that_cannot_be_written_keeps_its_exit_code(furnished: Home):
    with shell(furnished, "when nonsense 2>/dev/full") as process:
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 2


# ── a log that nobody reads ────────────────────────────────────────────────────


@pytest.fixture
def stuck() -> Iterator[int]:
    """The writing end of a pipe that is full, and that nobody reads."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, b"x" * 65_536)
    os.set_blocking(write, True)
    yield write
    os.close(read)
    os.close(write)


def test_a_log_that_nobody_reads_is_not_waited_for(stuck: int):
    with os.fdopen(stuck, "w", encoding="utf-8", closefd=False) as stream:
        log = LogStream(stream)
        started = time.monotonic()
        for _ in range(100):
            log.write("a line of the log\n" * 500)
        assert time.monotonic() - started < 1


def test_a_log_that_is_read_again_is_written_again():
    read, write = os.pipe()
    with (
        os.fdopen(read, "rb") as reader,
        os.fdopen(write, "w", encoding="utf-8") as stream,
    ):
        log = LogStream(stream)
        log.write("dropped\n" * 50_000)
        held = len(reader.read1(1_000_000))
        log.write("and again\n")
        assert 0 < held < 100_000
        assert reader.read1(1_000_000).endswith(b"and again\n")


def test_a_process_whose_log_nobody_reads_goes_on(furnished: Home, stuck: int):
    port = a_free_port()
    settings = {"STANDFIRST_WEB_PORT": str(port), "STANDFIRST_LOG_LEVEL": "debug"}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=furnished.environment(**settings),
        cwd=furnished.folder,
        stdout=subprocess.DEVNULL,
        stderr=stuck,
    )
    try:
        eventually(lambda: answers(port))
        assert furnished.run("digest", "post").returncode == 0
        eventually(lambda: furnished.rows(EDITIONS))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
