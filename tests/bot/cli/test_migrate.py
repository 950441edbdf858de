"""`standfirst migrate`, and `standfirst run` while it has not been run yet."""

import json
import re
import signal
from pathlib import Path

import pytest

from bot.__main__ import run_command
from bot.storage import schema_upgrade
from tests.bot.process import Home
from tests.bot.storage import first_schema
from tests.bot.storage.test_schema_upgrade import engine_of, version_of

HEAD = schema_upgrade.HEAD
OLDER = "0102"


def create_older_schema(url: str) -> None:
    """Make an empty database as an earlier version has left it."""
    with engine_of(url) as engine, engine.begin() as connection:
        schema_upgrade._run_migrations(connection, OLDER)


@pytest.fixture
def migrate(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Run `standfirst migrate …` over a database; return exit code and output."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))

    def run(url: str, *options: str) -> tuple[int, str]:
        monkeypatch.setenv("STANDFIRST_DATABASE_URL", url)
        code = run_command(["migrate", *options])
        return code, capsys.readouterr().out

    return run


def test_with_nothing_to_do_it_says_so(migrate, sqlite_url: str):
    for options in ((), ("--dry-run",)):
        code, printed = migrate(sqlite_url, *options)
        assert code == 0
        assert f"is at schema {HEAD}, as this version needs it." in printed


def test_a_dry_run_shows_each_migration_and_the_copy_and_changes_nothing(
    migrate, tmp_path: Path
):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    create_older_schema(url)

    code, printed = migrate(url, "--dry-run")

    assert code == 4
    assert f"is at schema {OLDER}; this version needs {HEAD}:" in printed
    assert re.findall(r"^  (\d{4})  [A-Z].*\.$", printed, re.M)[:2] == ["0103", "0104"]
    assert "Processes of the version before may run on." in printed
    assert "It goes through 0 rows of revisions. About 1 second." in printed
    assert f"It is copied to {tmp_path / 'older.db'}.before-{HEAD} first" in printed
    assert version_of(url) == OLDER
    assert [file.name for file in tmp_path.glob("*.before-*")] == []


def test_the_plan_as_json_has_the_same_facts(migrate, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    create_older_schema(url)

    code, printed = migrate(url, "--dry-run", "--json")

    plan = json.loads(printed)
    assert (code, plan["schema"], plan["target"]) == (4, OLDER, HEAD)
    assert plan["copy"] == f"{tmp_path / 'older.db'}.before-{HEAD}"
    assert plan["backup_command"] is None
    assert plan["migrations"][0] == {
        "number": "0103",
        "summary": "Add full texts: where a revision is from, which pages were read, "
        "who wants them.",
        "needs_stop": None,
        "rows": {"revisions": 0},
        "seconds": 1,
    }


def test_it_does_what_the_dry_run_showed(migrate, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    create_older_schema(url)

    code, printed = migrate(url)

    assert (code, version_of(url)) == (0, HEAD)
    assert f"is now at schema {HEAD}." in printed
    assert (tmp_path / f"older.db.before-{HEAD}").exists()


def test_a_database_that_does_not_exist_yet_is_shown_as_new_and_not_made(
    migrate, tmp_path: Path
):
    code, printed = migrate(f"sqlite:///{tmp_path / 'new.db'}", "--dry-run")
    assert (code, "is new; schema" in printed) == (4, True)
    assert not (tmp_path / "new.db").exists()


@pytest.mark.postgres
def test_on_postgresql_rows_are_counted_and_the_backup_command_is_named(
    migrate, empty_postgres_url: str
):
    with engine_of(empty_postgres_url) as engine:
        first_schema.load_into_postgresql(engine)

    code, printed = migrate(empty_postgres_url, "--dry-run")

    assert code == 4
    assert "make a backup first: pg_dump --format=custom" in printed
    plan = json.loads(migrate(empty_postgres_url, "--dry-run", "--json")[1])
    assert plan["backup_command"].startswith("pg_dump --format=custom")
    assert plan["copy"] is None
    full_texts = next(m for m in plan["migrations"] if m["number"] == "0103")
    assert full_texts["rows"]["revisions"] > 0


@pytest.mark.postgres
def test_run_waits_for_migrate_and_becomes_ready(
    tmp_path: Path, empty_postgres_url: str
):
    create_older_schema(empty_postgres_url)
    home, server = Home(tmp_path), {"STANDFIRST_DATABASE_URL": empty_postgres_url}

    with home.running("run", **server) as bot:
        bot.until(re.compile("Run «standfirst migrate».*waits until it can start"))
        done = home.run("migrate", **server)
        assert done.returncode == 0, done.stderr
        bot.until()
        assert bot.stop() == 0


@pytest.mark.postgres
def test_a_process_that_waits_for_migrate_stops_at_once(
    tmp_path: Path, empty_postgres_url: str
):
    create_older_schema(empty_postgres_url)
    server = {"STANDFIRST_DATABASE_URL": empty_postgres_url}
    with Home(tmp_path).running("run", **server) as bot:
        bot.until(re.compile("waits until it can start"))
        assert bot.stop(signal.SIGTERM) == 0


@pytest.mark.postgres
def test_other_commands_say_what_to_run_first(tmp_path: Path, empty_postgres_url: str):
    create_older_schema(empty_postgres_url)
    server = {"STANDFIRST_DATABASE_URL": empty_postgres_url}
    done = Home(tmp_path).run("digest", "list", **server)
    assert done.returncode == 3
    assert "Run «standfirst migrate»; with --dry-run" in done.stderr
