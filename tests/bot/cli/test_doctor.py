"""`standfirst doctor` for monitoring: a stable shape, no secrets, bounded time."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.bot.harness import BRIDGE, CONFIGURATION
from tests.bot.process import Home

SLOW = """\
import asyncio, sys, threading
from contextlib import asynccontextmanager
from bot.cli import doctor
from bot.model import Finding
from bot.settings import Settings

class Factory:
    def load_platform_settings(self):
        url = "postgresql://us:heron-word@db.example/news"
        return Settings(database_url=url), ()

    @asynccontextmanager
    async def open_application(self, settings):
        {opening}
        yield self
        {closing}

    doctor = property(lambda self: self)

    async def examine(self, seconds):
        return [Finding.ok("database", "it is well")]

doctor.OPEN_SECONDS = doctor.CLOSE_SECONDS = 0.1
sys.exit(doctor.run_doctor(json=True, factory=Factory()))
"""


#: A thread that does not end.
WAITING = "await asyncio.to_thread(threading.Event().wait)"


@pytest.fixture
def furnished(tmp_path: Path) -> Home:
    """A home with one article, set up."""
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "newsroom.toml").write_text(CONFIGURATION, encoding="utf-8")
    done = home.run("apply", "newsroom.toml")
    assert done.returncode == 0, done.stderr
    return home


def examine(
    folder: Path, opening: str = "pass", closing: str = "pass"
) -> tuple[int, dict[str, Any], str]:
    """Run the doctor over an application that is opened and closed so."""
    done = subprocess.run(
        [sys.executable, "-c", SLOW.format(opening=opening, closing=closing)],
        env=Home(folder).environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, json.loads(done.stdout), done.stdout + done.stderr


def test_a_well_kept_installation_is_ok(furnished: Home):
    done = furnished.run("doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"]) == (0, "ok")
    for found in report["findings"]:
        assert list(found) == ["subject", "state", "code", "text", "fix"]
        assert found["code"]


def test_one_problem_is_the_state_of_the_whole(furnished: Home):
    (furnished.folder / "articles" / "bridge.txt").unlink()
    (furnished.folder / "articles").rmdir()
    done = furnished.run("doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"]) == (4, "problem")
    (problem,) = [one for one in report["findings"] if one["state"] == "problem"]
    assert problem["code"] == "source"
    assert problem["fix"]


def test_a_database_that_cannot_be_opened_is_a_finding(furnished: Home):
    (furnished.folder / "text.db").write_text("no database " * 100, encoding="utf-8")
    url = f"sqlite:///{furnished.folder}/text.db"
    done = furnished.run("doctor", "--json", STANDFIRST_DATABASE_URL=url)
    report = json.loads(done.stdout)
    assert done.returncode == 4
    (found,) = [one for one in report["findings"] if one["code"] == "start"]
    assert found["state"] == "problem"
    assert "is not a database" in found["text"]


def test_a_server_that_does_not_answer_is_not_waited_for(tmp_path: Path):
    code, report, _ = examine(tmp_path, opening=WAITING)
    assert (code, report["state"]) == (4, "problem")
    assert "did not answer" in report["findings"][0]["text"]


def test_a_server_that_stops_answering_does_not_hold_the_process(tmp_path: Path):
    code, report, _ = examine(tmp_path, closing=WAITING)
    assert (code, report["state"]) == (0, "ok")


def test_a_secret_in_an_error_is_not_printed(tmp_path: Path):
    raising = """\
    from bot.errors import ConfigurationError
            raise ConfigurationError("no login with heron-word at db.example")"""
    code, report, everything = examine(tmp_path, textwrap.dedent(raising))
    assert code == 4
    assert "[hidden] at db.example" in report["findings"][0]["text"]
    assert "heron-word" not in everything
