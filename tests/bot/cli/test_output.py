"""Where data and logs go, and what a process does when they cannot be written."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

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
