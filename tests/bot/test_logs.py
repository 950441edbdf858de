"""Logs: one shape for every line, the id of its run, and no secrets."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.jobs.in_process import InProcessEngine
from bot.jobs.scheduler import JobScheduler
from bot.logs import HIDDEN, SecretFilter, bind_run
from bot.platforms.plugins import load_plugins
from bot.settings import load_settings
from bot.storage import Database
from tests.bot.harness import BotHarness
from tests.fakes import FakeClock

ReadLines = Callable[[], list[dict[str, Any]]]
SECRET = 'a"secret\\line-ä'
SETTINGS = {
    "STANDFIRST_LOG_FORMAT": "json",
    "STANDFIRST_SECRET_KEY": SECRET,
    "STANDFIRST_SLACK_BOT_TOKEN": "xoxb-1-known",
    "STANDFIRST_DATABASE_URL": "postgresql://us:pass%2Fword@db.example/news",
}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[ReadLines]:
    """What a process logs, configured as at its start, as JSON."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    groups = {name: plugin.settings for name, plugin in load_plugins().items()}
    env = SETTINGS | {"XDG_CONFIG_HOME": str(tmp_path)}
    settings, _ = load_settings(groups, env, tmp_path)
    logs.configure_logging(settings)

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in written.getvalue().splitlines()]

    yield read
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def say(event: str, **about: Any) -> None:
    structlog.get_logger().warning(event, **about)


# ── the shape of a line ────────────────────────────────────────────────────────


def test_a_line_has_its_level_its_time_its_process_and_its_run(lines):
    say("first")
    say("second", digest="Morning")
    first, second = lines()
    assert set(first) == {"event", "level", "timestamp", "process", "run"}
    assert (first["event"], first["level"]) == ("first", "warning")
    assert first["run"] == first["process"] == second["process"]
    assert second["digest"] == "Morning"


LIBRARIES = ("discord.http", "slack_sdk", "apscheduler", "uvicorn")


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_record_of_a_library_has_the_same_shape(lines, library):
    with bind_run(job="deliver"):
        logging.getLogger(library).warning("%s of %d\nis late", "one", 2)
    (line,) = lines()
    assert (line["event"], line["logger"]) == ("one of 2\nis late", library)
    assert (line["level"], line["job"]) == ("warning", "deliver")
    assert {"timestamp", "process", "run"} <= set(line)


def test_an_error_of_a_library_is_one_line_with_its_trace(lines):
    error = RuntimeError("heron")
    logging.getLogger("asyncio").error("Never retrieved", exc_info=error)
    (line,) = lines()
    assert line["level"] == "error"
    assert "RuntimeError: heron" in line["exception"]


def test_what_a_library_says_below_a_warning_is_left_out(lines):
    logging.getLogger("discord.http").info("every request")
    assert lines() == []


def test_a_record_that_cannot_be_formatted_stops_nothing(lines, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("odd").warning("%d", "no number")
    say("after")
    assert [line["event"] for line in lines()] == ["after"]


# ── runs ───────────────────────────────────────────────────────────────────────


async def test_lines_of_one_run_share_an_id_also_in_tasks_and_threads(
    lines, sqlite_url: str
):
    database = await asyncio.to_thread(Database.open, sqlite_url)
    engine = InProcessEngine()
    try:
        with bind_run(job="publish"):
            await asyncio.create_task(asyncio.to_thread(say, "task"))
            await database.read(lambda _: say("database"))
            await engine.run(say, "engine")
        with bind_run(job="publish"):
            say("next run")
    finally:
        engine.close()
        await database.close()
    *first, other = lines()
    assert [line["event"] for line in first] == ["task", "database", "engine"]
    assert len({line["run"] for line in first}) == 1
    assert other["run"] != first[0]["run"] != first[0]["process"]
    assert {line["job"] for line in lines()} == {"publish"}


async def test_each_run_of_a_job_has_an_id(lines):
    ended = asyncio.Event()

    async def work() -> None:
        say("worked")
        scheduler.run_now("poll")
        if len(lines()) == 3:
            ended.set()

    scheduler = JobScheduler(FakeClock())
    running = asyncio.create_task(scheduler.run({"poll": work}))
    await ended.wait()
    running.cancel()
    await asyncio.wait([running])
    found = lines()
    assert len({line["run"] for line in found}) == len(found) >= 3
    assert {line["job"] for line in lines()} == {"poll"}


async def test_a_failed_command_is_found_by_its_name_and_its_run(
    lines, harness: BotHarness, monkeypatch
):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bot.storage.process_store.record_invocation", fail)
    await harness.says("news latest")
    (line,) = [one for one in lines() if one["event"] == "command failed"]
    assert line["command"] == "news latest"
    assert line["run"] != line["process"]


async def test_what_is_typed_as_a_command_is_not_logged_as_its_name(
    lines, harness: BotHarness, monkeypatch
):
    asked = await harness.asks("my secret is heron", True, None, {})

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(harness.db, "read", fail)
    await harness.inbox.dispatch(asked)
    assert {line["command"] for line in lines()} == {"unknown"}
    assert "heron" not in json.dumps(lines())


# ── secrets ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        "xoxb-1-known",
        "pass/word",
        "pass%2Fword",
        "xoxb-123456789-of-another-workspace",
        "xoxe.xoxb-1-MQEBAkFabcdef",
        "xapp-1-A0B1C2D3E4F",
    ],
)
def test_a_secret_is_nowhere_in_a_line(lines, secret):
    error = RuntimeError(f"401 for {secret}")
    say(f"a {secret}", nested={"of": [secret]}, exc_info=error)
    logging.getLogger("slack_sdk").error("sent %s", {"token": secret})
    text = json.dumps(lines(), ensure_ascii=False)
    assert HIDDEN in text
    assert secret not in text
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text


def test_a_short_word_is_no_secret_that_is_replaced_everywhere():
    assert SecretFilter(["news"]).hide("news of today") == "news of today"


def test_a_secret_within_another_is_hidden_with_it():
    hidden = SecretFilter(["abcdef", "abcdef-ghijkl"]).hide("x abcdef-ghijkl y")
    assert hidden == f"x {HIDDEN} y"
