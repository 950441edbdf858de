"""`standfirst backup` and `restore` as an operator runs them.

Where a bot runs meanwhile, both are real processes; otherwise the command runs here.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import run_command
from bot.cli import operations
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL
from tests.bot.process import Home

SERVER = "postgresql://bob:hunter2@db.example:5433/news?sslmode=require"
SHOWN = "postgresql://bob@db.example:5433/news"


@dataclass(frozen=True)
class Done:
    """The result of a command."""

    returncode: int
    stdout: str
    stderr: str


class Here(Home):
    """The same folders, with commands that run in this process."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        super().__init__(folder)
        self._capsys = capsys
        monkeypatch.chdir(folder)
        for name, value in self.environment().items():
            monkeypatch.setenv(name, value)
        self._set = monkeypatch.setenv

    def says(self, *args: str, **more: str) -> Done:
        for name, value in more.items():
            self._set(name, value)
        self._capsys.readouterr()
        code = run_command(args)
        reported = self._capsys.readouterr()
        return Done(code, reported.out, reported.err)


@pytest.fixture
def home(tmp_path: Path, monkeypatch, capsys) -> Here:
    built = Here(tmp_path, monkeypatch, capsys)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    assert built.says("apply", "newsroom.toml").returncode == 0
    return built


def kept(home: Here) -> list[str]:
    folder = home.folder / "data" / "standfirst" / "backups"
    return sorted(str(path) for path in folder.glob("*"))


def test_a_running_bot_is_backed_up_and_must_stop_to_be_restored(home: Here):
    with home.running("run") as bot:
        bot.until()
        done = home.says("backup", "--json")
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout)
        assert [made["file"]] == kept(home)
        refused = home.says("restore", made["file"], "--yes")
        assert refused.returncode == 2
        assert "Standfirst is running" in refused.stderr
        assert bot.stop() == 0
    done = home.says("restore", made["file"], "--yes")
    assert done.returncode == 0, done.stderr
    (back,) = re.findall(r"To go back to it: standfirst (.*)", done.stdout)
    again = home.says(*back.split(), "--yes")
    assert again.returncode == 0, again.stderr


def test_a_killed_bot_does_not_block_a_restore(home: Here):
    """Its lease has not expired; the process is found to be dead."""
    assert home.says("backup").returncode == 0
    with home.running("run") as bot:
        bot.until()
        bot.process.kill()
        bot.process.wait()
    assert home.rows("SELECT holder FROM leases") != [(None,)]
    done = home.says("restore", *kept(home), "--yes")
    assert done.returncode == 0, done.stderr


def test_parts_posted_since_the_backup_are_not_repeated(home: Here):
    assert home.says("backup").returncode == 0
    assert home.says("digest", "post").returncode == 0
    assert home.rows("SELECT public_id FROM editions") != []
    assert home.says("restore", *kept(home), "--yes").returncode == 0
    reported = home.says("digest", "post")
    assert "Nothing new" in reported.stdout + reported.stderr
    assert home.rows("SELECT public_id FROM editions") == []


def test_nothing_is_restored_without_a_terminal_to_confirm(home: Here):
    assert home.says("backup").returncode == 0
    done = home.says("restore", *kept(home))
    assert done.returncode == 2
    assert "counts as posted" in done.stdout
    assert "say --yes" in done.stderr
    assert home.rows("SELECT name FROM keys WHERE name = 'restored'") == []


def test_without_a_file_it_names_the_newest_backup(home: Here):
    assert "None is beside" in home.says("restore").stderr
    assert home.says("backup").returncode == 0
    done = home.says("restore")
    assert done.returncode == 2
    assert kept(home)[0] in done.stderr


def test_a_folder_is_given_a_file_with_the_moment_in_its_name(home: Here):
    (home.folder / "disk").mkdir()
    assert home.says("backup", "disk").returncode == 0
    (file,) = (home.folder / "disk").iterdir()
    assert re.fullmatch(r"standfirst-\d{8}T\d{6}Z\.db", file.name)


def test_a_file_that_exists_is_left_as_it_is(home: Here):
    (home.folder / "mine.db").write_text(POOL, encoding="utf-8")
    done = home.says("backup", "mine.db")
    assert done.returncode == 2
    assert (home.folder / "mine.db").read_text(encoding="utf-8") == POOL


@pytest.mark.parametrize("command", [["backup"], ["restore", "some.dump"]])
def test_on_postgresql_its_own_command_is_named_without_the_password(
    home: Here, command: list[str]
):
    done = home.says(*command, STANDFIRST_DATABASE_URL=SERVER)
    assert done.returncode == 2
    assert f"--dbname='{SHOWN}'" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.postgres
def test_what_pg_restore_has_loaded_is_made_safe_without_a_file(
    home: Here, postgres_url: str
):
    server = {"STANDFIRST_DATABASE_URL": postgres_url}
    assert home.says("apply", "newsroom.toml", **server).returncode == 0
    asked = home.says("restore", **server)
    assert (asked.returncode, "say --yes" in asked.stderr) == (2, True)
    done = home.says("restore", "--yes", **server)
    assert done.returncode == 0, done.stderr
    assert "It is safe to run." in done.stdout
    reported = home.says("digest", "post", **server)
    assert "Nothing new" in reported.stdout + reported.stderr


def test_a_large_backup_reports_its_progress(tmp_path: Path, capsys):
    large, small = tmp_path / "large.db", tmp_path / "small.db"
    small.touch()
    with large.open("wb") as file:
        file.truncate(operations.LARGE_FILE_BYTES)
    for which in (large, small):
        tell = operations.progress_printer(which)
        for done in (0.04, 0.12, 0.17, 0.31, 1.0):
            tell(done)
    assert capsys.readouterr().err.splitlines() == [
        "10 % of 67.1 MB", "30 % of 67.1 MB", "100 % of 67.1 MB",
    ]  # fmt: skip
