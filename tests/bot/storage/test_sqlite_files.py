"""How much of a file is checked before anything is read from it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.storage import Database, engines, schema, sqlite_files
from tests.bot.storage.builders import a_tenant, some_deliveries


@pytest.fixture
async def file(sqlite_url: str) -> Path:
    """A database file with a few deliveries."""
    database = Database.open(sqlite_url)
    await database.write(
        lambda connection: some_deliveries(connection, a_tenant(connection))
    )
    await database.close()
    return engines.get_sqlite_path(engines.parse_database_url(sqlite_url))


@contextmanager
def unindexed(file: Path, index: str) -> Iterator[sqlite3.Connection]:
    """Hide an index from the connection: writes to its table do not reach it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as schemas:
        schemas.execute("PRAGMA writable_schema = ON")
        row = schemas.execute(
            "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema"
            " WHERE name = ?",
            (index,),
        ).fetchone()
        schemas.execute("DELETE FROM sqlite_schema WHERE name = ?", (index,))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)


def lose_a_write(file: Path) -> None:
    """Record a delivery as sent without updating the index of unsent ones."""
    with unindexed(file, "ix_deliveries_state_not_before") as connection:
        connection.execute("UPDATE deliveries SET state = 'sent'")


def ruin(file: Path, table: str) -> None:
    with closing(sqlite3.connect(file)) as looked:
        (page,) = looked.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()
        (size,) = looked.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)


def test_an_index_that_differs_from_its_table_is_damage(file: Path):
    lose_a_write(file)
    with pytest.raises(ConfigurationError, match=r"is damaged.* restore a backup"):
        sqlite_files.prepare_file(file)


def test_the_sending_tables_of_a_large_file_are_checked(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite_files, "_FULL_CHECK_BYTES", 0)
    sqlite_files.prepare_file(file)
    lose_a_write(file)
    with pytest.raises(ConfigurationError, match="is damaged"):
        sqlite_files.prepare_file(file)


def test_other_tables_of_a_large_file_are_not_checked(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    ruin(file, "saved_stories")
    monkeypatch.setattr(sqlite_files, "_FULL_CHECK_BYTES", 0)
    sqlite_files.prepare_file(file)
    monkeypatch.undo()
    with pytest.raises(ConfigurationError, match="is damaged"):
        sqlite_files.prepare_file(file)


def test_a_start_does_not_wait_for_the_full_check(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    """Without time for a full check, the file is opened if no damage was seen."""
    lose_a_write(file)
    monkeypatch.setattr(sqlite_files, "_FULL_CHECK_BYTES", 0)
    monkeypatch.setattr(sqlite_files, "_CHECK_SECONDS", -1.0)
    monkeypatch.setattr(sqlite_files, "_PROGRESS_STEPS", 1)
    sqlite_files.prepare_file(file)


def test_the_critical_tables_exist():
    assert set(sqlite_files.CRITICAL_TABLES) < set(schema.metadata.tables)
