"""Which files are taken for backups, and where they are written."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bot import restoring
from bot.errors import ConfigurationError, UserError
from tests.bot.restoring.past import DAY, Past, rows
from tests.fakes import NOON

# ── which files are taken ───────────────────────────────────────────────────


@contextmanager
def untouched(past: Past) -> Iterator[None]:
    before = past.file.read_bytes()
    yield
    assert past.file.read_bytes() == before
    assert [*past.home.glob("*.restoring*"), *past.home.glob("*.replaced*")] == []


def test_what_is_no_database_is_refused(past: Past):
    past.kept.write_text("[[workspace]]", encoding="utf-8")
    with untouched(past), pytest.raises(ConfigurationError, match="no database"):
        past.restore()


def test_another_programs_database_is_refused(past: Past):
    with closing(sqlite3.connect(past.kept)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    with untouched(past), pytest.raises(UserError, match="not a database of Standf"):
        past.restore()


def test_a_backup_of_a_newer_standfirst_is_refused(past: Past):
    past.back_up()
    with closing(sqlite3.connect(past.kept)) as connection:
        connection.execute("UPDATE standfirst_version SET version_num = '9999'")
        connection.commit()
    with untouched(past), pytest.raises(ConfigurationError, match="newer Standfirst"):
        past.restore()


def test_a_damaged_backup_is_refused(past: Past):
    past.back_up()
    whole = bytearray(past.kept.read_bytes())
    # Behind the definitions, which every look at it would stumble over.
    for page in range(len(whole) // 4096 * 2 // 3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    past.kept.write_bytes(whole)
    with untouched(past), pytest.raises(ConfigurationError, match="Name another file"):
        past.restore()


def test_the_database_itself_is_no_backup(past: Past):
    with untouched(past), pytest.raises(UserError, match="the database itself"):
        restoring.restore(past.file, past.file, now=NOON)


def test_a_damaged_database_gives_no_backup(past: Past):
    whole = bytearray(past.file.read_bytes())
    # Behind the definitions, which every look at it would stumble over.
    for page in range(len(whole) // 4096 * 2 // 3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    past.file.write_bytes(whole)
    with pytest.raises(ConfigurationError, match="Keep the copies that you have"):
        past.back_up()
    assert not past.kept.exists()
    assert [*past.home.glob("*.part*")] == []


def test_a_backup_never_takes_the_place_of_a_file(past: Past):
    past.kept.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="exists already"):
        past.back_up()
    assert past.kept.read_text(encoding="utf-8") == "mine"


def test_a_file_that_appears_meanwhile_is_left_too(past: Past):
    def tell(_done: float) -> None:
        past.kept.write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match="exists already"):
        restoring.back_up(past.file, past.kept, now=NOON, tell=tell)
    assert past.kept.read_text(encoding="utf-8") == "mine"
    assert [*past.home.glob("*.part*")] == []


def test_a_backup_is_one_file_for_its_owner_alone_and_says_when_it_was_made(
    past: Past,
):
    target = past.home / "backups" / "kept.db"
    restoring.back_up(past.file, target, now=NOON)
    assert [path.name for path in target.parent.iterdir()] == ["kept.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.parent.stat().st_mode & 0o777 == 0o700
    found = restoring.look(target, past.file)
    assert (found.made_at, found.sealed) == (NOON, 0)
    assert restoring.usual_name(past.file, NOON).name == (
        "standfirst-20261124T120000Z.db"
    )


def test_the_mark_of_a_backup_is_not_in_what_was_restored_from_it(past: Past):
    past.back_up()
    past.restore()
    again = past.home / "again.db"
    shutil.copyfile(past.file, again)
    made_at = restoring.look(again, past.file).made_at
    assert made_at is None or made_at < NOON + DAY
    assert rows(past.file, "SELECT name FROM keys WHERE name = 'backup'") == []
