"""`standfirst run` while its database does not work, and afterwards."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.bot.harness import BRIDGE, CONFIGURATION
from tests.bot.process import PATIENCE, Home, Running, eventually
from tests.bot.storage.test_server_faults import fill, small_disk


def sql(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as administrator:
        for statement in statements:
            administrator.execute(statement)


def ready(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)["checks"]["database"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["checks"]["database"]


@contextmanager
def running(home: Home, log: Path, **settings: str) -> Iterator[Running]:
    """Run the bot, with its log in a file."""
    settings["STANDFIRST_LOG_FORMAT"] = "json"
    with home.running("run", log=str(log), **settings) as bot:
        yield bot


def read_errors(log: Path) -> list[str]:
    """The reasons of all errors in a log; each must be about the database."""
    lines = log.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    wrong = [e for e in entries if e["level"] in ("error", "critical")]
    assert {e["event"] for e in wrong} <= {"the database does not work"}
    assert "the database works again" in [entry["event"] for entry in entries]
    return [e["reason"] for e in wrong]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_of_this_machine_is_outlived_too(tmp_path: Path):
    home, log = Home(tmp_path), tmp_path / "log"
    (tmp_path / "data").mkdir()
    with small_disk(tmp_path / "data", "16m"), running(home, log) as bot:
        address = bot.until()
        # What the write-ahead log has taken up it may go on writing to.
        home.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        fill(tmp_path / "data" / "filler")
        eventually(lambda: ready(address)[0] == 503)
        assert "the disk is full" in ready(address)[1]
        (tmp_path / "data" / "filler").unlink()
        eventually(lambda: ready(address) == (200, "ok"))
        assert bot.stop() == 0
    (reason,) = read_errors(log)
    assert "the disk is full" in reason


@pytest.mark.postgres
def test_it_stays_up_says_it_once_is_not_ready_and_goes_on(
    tmp_path: Path, empty_postgres_url: str
):
    home, log = Home(tmp_path), tmp_path / "log"
    server = {"STANDFIRST_DATABASE_URL": empty_postgres_url}
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION.replace("every 2 minutes", "monthly on the 1st at 8"))
    assert home.run("apply", "newsroom.toml", **server).returncode == 0
    name = empty_postgres_url.partition("?")[0].rpartition("/")[2]
    end_sessions = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    with running(home, log, **server) as bot:
        address = bot.until()
        assert ready(address) == (200, "ok")
        sql(
            empty_postgres_url,
            f"ALTER DATABASE {name} SET default_transaction_read_only = on",
            end_sessions,
        )
        eventually(lambda: ready(address)[0] == 503)
        assert "can only be read" in ready(address)[1]
        sql(
            empty_postgres_url,
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {name} RESET default_transaction_read_only",
        )
        eventually(lambda: ready(address) == (200, "ok"))
        done = home.run("digest", "post", **server)
        assert done.returncode == 0, done.stderr
        assert bot.process.poll() is None
        assert bot.stop() == 0

    # The sessions that were ended are a fault of their own.
    reasons = read_errors(log)
    assert len(reasons) == len(set(reasons)) <= 2
    assert "can only be read" in reasons[-1]
