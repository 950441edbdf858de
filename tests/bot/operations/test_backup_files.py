"""Which files are accepted as backups, and where they are written."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigurationError, UserError
from bot.operations import backup
from tests.bot.operations.backup_harness import DAY, BackupHarness, rows
from tests.fakes import NOON

# ── which files are accepted ────────────────────────────────────────────────


@contextmanager
def untouched(backups: BackupHarness) -> Iterator[None]:
    before = backups.file.read_bytes()
    yield
    assert backups.file.read_bytes() == before
    assert [*backups.home.glob("*.restoring*"), *backups.home.glob("*.replaced*")] == []


def test_a_file_that_is_no_database_is_rejected(backups: BackupHarness):
    backups.kept.write_text("[[workspace]]", encoding="utf-8")
    with untouched(backups), pytest.raises(ConfigurationError, match="no database"):
        backups.restore()


def test_another_programs_database_is_refused(backups: BackupHarness):
    with closing(sqlite3.connect(backups.kept)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    with untouched(backups), pytest.raises(UserError, match="not a database of Standf"):
        backups.restore()


@pytest.mark.parametrize(
    ("schema", "refusal"),
    [("9999", "newer Standfirst"), ("0015", "development version")],
)
def test_a_backup_with_a_schema_that_is_not_supported_is_refused(
    backups: BackupHarness, schema: str, refusal: str
):
    backups.back_up()
    with closing(sqlite3.connect(backups.kept)) as connection:
        connection.execute("UPDATE standfirst_version SET version_num = ?", (schema,))
        connection.commit()
    with untouched(backups), pytest.raises(ConfigurationError, match=refusal):
        backups.restore()


def test_a_damaged_backup_is_refused(backups: BackupHarness):
    backups.back_up()
    whole = bytearray(backups.kept.read_bytes())
    # After the definitions, which any query would trip over.
    for page in range(len(whole) // 4096 * 2 // 3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    backups.kept.write_bytes(whole)
    with (
        untouched(backups),
        pytest.raises(ConfigurationError, match="Name another file"),
    ):
        backups.restore()


def test_a_backup_without_the_end_of_its_last_page_is_damaged(backups: BackupHarness):
    backups.back_up()
    backups.kept.write_bytes(backups.kept.read_bytes()[:-1000])
    with untouched(backups), pytest.raises(ConfigurationError, match="end is missing"):
        backups.restore()


FOREIGN = {
    "trigger": "CREATE TRIGGER theirs AFTER INSERT ON deliveries BEGIN"
    " UPDATE destinations SET channel = 'C-theirs'; END",
    "view": "CREATE VIEW theirs AS SELECT * FROM keys",
    "index": "CREATE INDEX theirs ON keys (value)",
    "table": "CREATE TABLE theirs (a PRIMARY KEY)",
}


def add_definition(backups: BackupHarness, *statements: str) -> None:
    with closing(sqlite3.connect(backups.kept)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def definitions(file: Path) -> set[tuple[Any, ...]]:
    query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    return set(rows(file, query))


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_a_backup_defines_besides_the_schema_is_left_out(
    backups: BackupHarness, kind: str
):
    ours = definitions(backups.file)
    backups.back_up()
    add_definition(backups, FOREIGN[kind])
    assert backups.restore().left_out == (f"{kind} theirs",)
    assert definitions(backups.file) == ours


def test_a_name_of_sqlites_own_does_not_hide_a_trigger(backups: BackupHarness):
    backups.back_up()
    add_definition(
        backups,
        FOREIGN["trigger"],
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET name = 'sqlite_theirs', sql = replace(sql, 'theirs',"
        " 'sqlite_theirs') WHERE name = 'theirs'",
    )
    backups.restore()
    assert (
        rows(backups.file, "SELECT 1 FROM sqlite_master WHERE type = 'trigger'")
        == [(1,)] * 2
    )


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE keys ADD COLUMN theirs TEXT DEFAULT 'x'",
        "DROP TABLE feedback",
        "DROP TRIGGER searchable_after_insert",
        "DROP INDEX ix_install_states_until",
    ],
)
def test_a_backup_whose_own_definitions_are_changed_is_refused(
    backups: BackupHarness, statement: str
):
    backups.back_up()
    add_definition(backups, statement)
    with untouched(backups), pytest.raises(ConfigurationError, match="was changed by"):
        backups.restore()


def test_a_rule_in_a_table_of_the_search_index_is_a_changed_definition(
    backups: BackupHarness,
):
    backups.back_up()
    add_definition(
        backups,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'v)', 'v, CHECK (k <> 1))')"
        " WHERE name = 'searchable_index_config'",
    )
    with untouched(backups), pytest.raises(ConfigurationError, match="was changed by"):
        backups.restore()


def test_a_table_of_an_unknown_module_cannot_be_left_out(backups: BackupHarness):
    backups.back_up()
    add_definition(
        backups,
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('table', 'theirs', 'theirs', 0,"
        " 'CREATE VIRTUAL TABLE theirs USING elsewhere(a)')",
    )
    with pytest.raises(ConfigurationError, match="no such module"):
        backups.restore()
    assert [*backups.home.glob("*.restoring*"), *backups.home.glob("*.replaced*")] == []


def test_a_name_from_a_backup_does_nothing_to_a_terminal(backups: BackupHarness):
    backups.back_up()
    add_definition(backups, 'CREATE TABLE "a\x1b[2J" (a)')
    assert backups.restore().left_out == ("table a?[2J",)


def test_foreign_tables_that_refer_to_each_other_are_left_out(backups: BackupHarness):
    backups.back_up()
    add_definition(
        backups,
        "CREATE TABLE a_theirs (a PRIMARY KEY)",
        "CREATE TABLE b_theirs (a REFERENCES a_theirs)",
        "INSERT INTO a_theirs VALUES (1)",
        "INSERT INTO b_theirs VALUES (1)",
    )
    assert len(backups.restore().left_out) == 2


def test_statistics_of_sqlites_own_are_no_foreign_definition(backups: BackupHarness):
    backups.back_up()
    add_definition(backups, "ANALYZE")
    assert backups.restore().left_out == ()


def test_a_database_with_other_definitions_can_be_backed_up(backups: BackupHarness):
    with closing(sqlite3.connect(backups.file)) as connection:
        connection.execute(FOREIGN["index"])
    backups.back_up()
    assert backups.restore().left_out == ("index theirs",)


def test_the_database_itself_is_no_backup(backups: BackupHarness):
    with untouched(backups), pytest.raises(UserError, match="the database itself"):
        backup.restore_backup(backups.file, backups.file, now=NOON)


def test_a_damaged_database_gives_no_backup(backups: BackupHarness):
    whole = bytearray(backups.file.read_bytes())
    # After the definitions, which any query would trip over.
    for page in range(len(whole) // 4096 * 2 // 3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    backups.file.write_bytes(whole)
    with pytest.raises(ConfigurationError, match="Keep the copies that you have"):
        backups.back_up()
    assert not backups.kept.exists()
    assert [*backups.home.glob("*.part*")] == []


def test_a_backup_never_takes_the_place_of_a_file(backups: BackupHarness):
    backups.kept.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="exists already"):
        backups.back_up()
    assert backups.kept.read_text(encoding="utf-8") == "mine"


def test_a_file_that_appears_meanwhile_is_left_too(backups: BackupHarness):
    def on_progress(_done: float) -> None:
        backups.kept.write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match="exists already"):
        backup.create_backup(
            backups.file, backups.kept, now=NOON, on_progress=on_progress
        )
    assert backups.kept.read_text(encoding="utf-8") == "mine"
    assert [*backups.home.glob("*.part*")] == []


def test_a_backup_is_one_private_file_with_its_date(backups: BackupHarness):
    target = backups.home / "backups" / "kept.db"
    backup.create_backup(backups.file, target, now=NOON)
    assert [path.name for path in target.parent.iterdir()] == ["kept.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.parent.stat().st_mode & 0o777 == 0o700
    found = backup.inspect_backup(target, backups.file)
    assert (found.made_at, found.sealed) == (NOON, 0)
    assert backup.choose_backup_path(backups.file, None, NOON).name == (
        "standfirst-20261124T120000Z.db"
    )


def test_the_mark_of_a_backup_is_not_in_what_was_restored_from_it(
    backups: BackupHarness,
):
    backups.back_up()
    backups.restore()
    again = backups.home / "again.db"
    shutil.copyfile(backups.file, again)
    made_at = backup.inspect_backup(again, backups.file).made_at
    assert made_at is None or made_at < NOON + DAY
    assert rows(backups.file, "SELECT name FROM keys WHERE name = 'backup'") == []
