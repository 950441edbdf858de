"""`standfirst backup` and `restore` as an operator runs them: real processes."""

import json
import re
from pathlib import Path

import pytest

from tests.bot.newsroom import BRIDGE, CONFIGURATION, POOL
from tests.bot.process import Home, eventually

MESSAGES = "SELECT key FROM local_messages ORDER BY id"
SERVER = "postgresql://bob:hunter2@db.example:5433/news?sslmode=require"
SHOWN = "postgresql://bob@db.example:5433/news"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    built = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    assert built.run("apply", "newsroom.toml").returncode == 0
    return built


def kept(home: Home) -> list[str]:
    folder = home.folder / "data" / "standfirst" / "backups"
    return sorted(str(path) for path in folder.glob("*"))


def test_a_running_bot_is_backed_up_and_must_stop_to_be_restored(home: Home):
    with home.running("run") as bot:
        bot.until()
        done = home.run("backup", "--json")
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout)
        assert [made["file"]] == kept(home)
        refused = home.run("restore", made["file"], "--yes")
        assert refused.returncode == 2
        assert "Standfirst is running" in refused.stderr
        assert bot.stop() == 0
    done = home.run("restore", made["file"], "--yes")
    assert done.returncode == 0, done.stderr
    (back,) = re.findall(r"To go back to it: standfirst (.*)", done.stdout)
    again = home.run(*back.split(), "--yes")
    assert again.returncode == 0, again.stderr


def test_a_bot_that_was_killed_does_not_stand_in_the_way(home: Home):
    assert home.run("backup").returncode == 0
    with home.running("run") as bot:
        bot.until()
        bot.process.kill()
        bot.process.wait()
    done = home.run("restore", *kept(home), "--yes")
    assert done.returncode == 0, done.stderr


def test_what_was_posted_since_is_not_posted_again(home: Home):
    assert home.run("backup").returncode == 0
    with home.running("run") as bot:
        bot.until()
        assert home.run("digest", "post").returncode == 0
        before = eventually(lambda: home.rows(MESSAGES))
        bot.stop()
    done = home.run("restore", *kept(home), "--yes")
    assert done.returncode == 0, done.stderr
    # The page is part of the database: of what was posted there nothing is left.
    assert home.rows(MESSAGES) == []
    assert home.run("digest", "post").returncode != 1
    assert home.rows("SELECT public_id FROM editions") == []
    assert before


def test_nothing_is_restored_where_nobody_can_say_yes(home: Home):
    assert home.run("backup").returncode == 0
    done = home.run("restore", *kept(home))
    assert done.returncode == 2
    assert "counts as told" in done.stdout
    assert "say --yes" in done.stderr
    assert home.rows("SELECT name FROM keys WHERE name = 'restored'") == []


def test_without_a_file_it_names_the_newest_backup(home: Home):
    assert "None lies beside" in home.run("restore").stderr
    assert home.run("backup").returncode == 0
    done = home.run("restore")
    assert done.returncode == 2
    assert kept(home)[0] in done.stderr


def test_a_folder_is_given_a_file_with_the_moment_in_its_name(home: Home):
    (home.folder / "disk").mkdir()
    assert home.run("backup", "disk").returncode == 0
    (file,) = (home.folder / "disk").iterdir()
    assert re.fullmatch(r"standfirst-\d{8}T\d{6}Z\.db", file.name)


def test_a_file_that_exists_is_left_as_it_is(home: Home):
    (home.folder / "mine.db").write_text(POOL, encoding="utf-8")
    done = home.run("backup", "mine.db")
    assert done.returncode == 2
    assert (home.folder / "mine.db").read_text(encoding="utf-8") == POOL


@pytest.mark.parametrize("command", [["backup"], ["restore", "some.dump"]])
def test_on_postgresql_its_own_command_is_named_without_the_password(
    home: Home, command: list[str]
):
    done = home.run(*command, STANDFIRST_DATABASE_URL=SERVER)
    assert done.returncode == 2
    assert f"--dbname='{SHOWN}'" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
