import asyncio
import random
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from bot.errors import ConfigurationError
from bot.storage import (
    Connection,
    Database,
    DatabaseUnavailable,
    engines,
    process_store,
    schema,
    sqlite_files,
    workspace_store,
)
from bot.storage import database as module
from bot.storage.schema import revisions
from tests.bot.storage.builders import NOW, a_tenant, some_deliveries
from tests.conftest import run_sql

SECRET = "hunter2"


def file_of(url: str) -> Path:
    return engines.get_sqlite_path(engines.parse_database_url(url))


def thread_name(connection: Connection) -> str:
    return threading.current_thread().name


def count_of_invocations(connection: Connection) -> int:
    found: int = connection.execute(
        select(func.count()).select_from(schema.invocations)
    ).scalar_one()
    return found


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """One database opened twice, as by two processes."""
    pair = (Database.open(database_url), Database.open(database_url))
    yield pair
    for one in pair:
        await one.close()


async def test_verbs_run_in_threads_of_their_own(database: Database):
    names = {await database.read(thread_name), await database.write(thread_name)}

    assert threading.current_thread().name not in names
    assert {name.split("_")[0] for name in names} == {"reader", "writer"}


async def test_a_verb_that_raises_leaves_nothing(database: Database):
    def fail(connection: Connection) -> None:
        process_store.record_invocation(connection, platform="local", key="1", now=NOW)
        raise LookupError("no")

    with pytest.raises(LookupError):
        await database.write(fail)

    assert await database.read(count_of_invocations) == 0


async def test_verbs_compose_into_one_transaction(database: Database):
    def both(connection: Connection) -> int:
        process_store.record_invocation(connection, platform="local", key="1", now=NOW)
        process_store.record_invocation(connection, platform="local", key="2", now=NOW)
        return count_of_invocations(connection)

    assert await database.write(both) == 2


async def test_reading_cannot_write(database: Database):
    with pytest.raises(ConfigurationError, match="can only be read"):
        await database.read(
            process_store.record_invocation, platform="local", key="1", now=NOW
        )


async def test_read_then_write_loses_no_update(two: tuple[Database, Database]):
    """A transaction that began by reading must not fail because of another write."""
    met = threading.Barrier(2)
    runs: list[str] = []

    def see(connection: Connection, platform: str) -> None:
        runs.append(platform)
        connection.execute(select(schema.workspaces)).all()
        # With BEGIN IMMEDIATE the other one cannot be here too: it waits for the lock.
        with suppress(threading.BrokenBarrierError):
            met.wait(timeout=0.3)
        connection.execute(
            schema.invocations.insert().values(platform=platform, key="1", seen_at=NOW)
        )

    await asyncio.gather(two[0].write(see, "local"), two[1].write(see, "slack"))

    assert await two[0].read(count_of_invocations) == 2
    # Neither had to be retried.
    assert sorted(runs) == ["local", "slack"]


def test_a_deferred_transaction_would_have_failed_at_once(sqlite_url: str):
    """Control of the test above: the failure that BEGIN IMMEDIATE prevents."""
    file = file_of(sqlite_url)
    with (
        closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as one,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        one.execute("BEGIN")
        one.execute("SELECT * FROM workspaces").fetchall()
        other.execute("INSERT INTO invocations VALUES ('slack', '1', 0)")

        with pytest.raises(sqlite3.OperationalError) as caught:
            one.execute("INSERT INTO invocations VALUES ('local', '1', 0)")

    assert caught.value.sqlite_errorname == "SQLITE_BUSY_SNAPSHOT"


async def test_a_write_waits_for_a_lock_while_the_loop_stays_free(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    # Far shorter than the lock is held: SQLite gives up, we do not.
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    database = Database.open(sqlite_url)
    with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(
            database.write(
                process_store.record_invocation, platform="local", key="1", now=NOW
            )
        )
        await asyncio.sleep(0.1)
        assert not writing.done()
        assert await database.read(count_of_invocations) == 0
        other.execute("ROLLBACK")

    assert await writing
    await database.close()


async def test_a_lasting_lock_is_reported_in_one_sentence(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_WRITE_TIMEOUT", 0.1)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    database = Database.open(sqlite_url)
    with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match=r"has been locked .* Close"):
            await database.write(
                process_store.record_invocation, platform="local", key="1", now=NOW
            )
    await database.close()


async def test_closing_does_not_wait_for_a_lock_that_stays(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    database = Database.open(sqlite_url)
    with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(
            database.write(
                process_store.record_invocation, platform="local", key="1", now=NOW
            )
        )
        await asyncio.sleep(0.05)
        await asyncio.wait_for(database.close(), timeout=5)

        with pytest.raises(DatabaseUnavailable):
            await writing


async def test_a_full_disk_is_reported_and_leaves_no_partial_row(sqlite_url: str):
    database = Database.open(sqlite_url)

    def fill_up(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

    def much(connection: Connection) -> None:
        a_tenant(connection)
        for number in range(500):
            process_store.record_invocation(
                connection, platform="local", key=f"{number:0200}", now=NOW
            )

    await database.write(fill_up)
    with pytest.raises(
        DatabaseUnavailable, match=r"disk is full.* nothing was half written"
    ):
        await database.write(much)

    assert await database.read(count_of_invocations) == 0
    assert await database.read(workspace_store.list_workspaces) == ()
    assert await database.read(sqlite_files.find_damage, seconds=9) is None
    await database.close()


async def test_room_on_the_disk_is_used_again_without_a_restart(sqlite_url: str):
    database = Database.open(sqlite_url)
    await database.write(
        lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1")
    )
    limit = "PRAGMA max_page_count = 100000"
    with pytest.raises(DatabaseUnavailable):
        await database.write(
            lambda connection: [
                process_store.record_invocation(
                    connection, platform="local", key=f"{number:09000}", now=NOW
                )
                for number in range(20)
            ]
        )

    await database.write(lambda connection: connection.exec_driver_sql(limit))

    assert await database.write(
        process_store.record_invocation, platform="local", key="1", now=NOW
    )
    await database.close()


@pytest.mark.parametrize("content", [b"This is a letter. " * 400, b"\x00" * 8192])
def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path, content: bytes):
    file = tmp_path / "x.db"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"x\.db (is not|already|is dam).*\."):
        Database.open(f"sqlite:///{file}")

    assert file.read_bytes() == content


def test_an_emptied_file_is_refused_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite_files, "_STARTUP_TIMEOUT", 0.1)
    file = tmp_path / "x.db"
    file.touch()

    with pytest.raises(ConfigurationError, match=r"is an empty file.* restore"):
        Database.open(f"sqlite:///{file}")

    assert file.stat().st_size == 0


def test_a_shortened_file_is_refused_and_kept(sqlite_url: str):
    file = file_of(sqlite_url)
    content = file.read_bytes()[: file.stat().st_size // 2]
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"is damaged.* restore a backup"):
        Database.open(sqlite_url)

    assert file.read_bytes() == content


def test_damage_where_opening_does_not_read_is_found_at_once(sqlite_url: str):
    file = file_of(sqlite_url)
    with closing(sqlite3.connect(file)) as looked:
        (page,) = looked.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'published_items'"
        ).fetchone()
        (size,) = looked.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"is damaged.* restore a backup"):
        Database.open(sqlite_url)


async def test_a_column_that_damage_renamed_is_explained(sqlite_url: str):
    """Of 200 flipped bytes one made a column's name another one, unnoticed at start."""
    database = Database.open(sqlite_url)
    with closing(sqlite3.connect(file_of(sqlite_url))) as changed:
        changed.execute("ALTER TABLE revisions RENAME COLUMN excerpt TO exderpt")
        changed.commit()

    for statement in (
        select(revisions.c.excerpt),
        insert(revisions).values(excerpt=True),
    ):
        with pytest.raises(ConfigurationError, match=r"is damaged.* restore a backup"):
            await database.write(Connection.execute, statement)
    await database.close()


async def test_a_misspelt_table_is_a_bug_and_no_damage(sqlite_url: str):
    database = Database.open(sqlite_url)
    with pytest.raises(OperationalError, match="no such table: revisionss"):
        await database.read(
            lambda conn: conn.exec_driver_sql("SELECT 1 FROM revisionss")
        )
    await database.close()


def test_damage_in_the_words_that_define_a_table_is_found_at_once(sqlite_url: str):
    file = file_of(sqlite_url)
    content = file.read_bytes()
    turned = content.replace(b"REFERENCES destinations", b"REFERENCES desthnations")
    assert turned != content
    file.write_bytes(turned)

    with pytest.raises(ConfigurationError, match=r"is damaged.* restore a backup"):
        Database.open(sqlite_url)


def furnish(connection: Connection) -> None:
    some_deliveries(connection, a_tenant(connection))


async def test_flipped_bytes_are_found_or_do_no_harm(sqlite_url: str):
    database = Database.open(sqlite_url)
    await database.write(
        lambda connection: some_deliveries(connection, a_tenant(connection))
    )
    await database.close()
    file = file_of(sqlite_url)
    whole = file.read_bytes()
    drawn = random.Random(20260304)
    found = 0
    # Most of a new file is empty: it takes many bytes to hit anything.
    for _ in range(120):
        damaged = bytearray(whole)
        damaged[drawn.randrange(len(whole))] ^= 1 << drawn.randrange(8)
        file.write_bytes(damaged)
        found += await refused_or_whole(sqlite_url)
        for side in ("-wal", "-shm"):
            file.with_name(file.name + side).unlink(missing_ok=True)

    assert found > 0


async def refused_or_whole(url: str) -> bool:
    """Whether the damage was reported; otherwise the database must still work."""
    try:
        database = Database.open(url)
    except ConfigurationError:
        return True
    try:
        assert len(await database.read(workspace_store.list_workspaces)) == 1
    except ConfigurationError:
        return True
    finally:
        await database.close()
    return False


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot be made"):
        Database.open(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://reader:{SECRET}@127.0.0.1:1/news",
        f"postgresql://127.0.0.1:1/news?password={SECRET}",
    ],
)
def test_an_unreachable_server_is_reported_without_the_password(url: str):
    with pytest.raises(DatabaseUnavailable, match=r"news on 127\.0\.0\.1:1") as caught:
        Database.open(url)

    assert SECRET not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_database_is_reported(postgres_server: str):
    with pytest.raises(ConfigurationError, match="has no database nowhere"):
        Database.open(postgres_server % "nowhere")


@pytest.mark.postgres
def test_a_database_with_another_encoding_is_refused(postgres_server: str):
    run_sql(
        postgres_server % "postgres",
        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
    )
    with pytest.raises(ConfigurationError, match="ascii has the encoding SQL_ASCII"):
        Database.open(postgres_server % "ascii")


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://root:{SECRET}@host/name",
        f"not an address {SECRET}",
        f"postgresql://user:{SECRET}@host:port/name",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_unusable_address_is_reported_without_the_password(url: str):
    with pytest.raises(ConfigurationError, match=r"sqlite:////path") as caught:
        Database.open(url)

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"postgresql://user:{SECRET}@db.example:5433/news", "news on db.example:5433"),
        (f"postgres://user:{SECRET}@db.example/news", "news on db.example"),
        ("postgresql:///news?host=/run/pg", "news on /run/pg"),
        ("sqlite:////srv/x.db", "/srv/x.db"),
    ],
)
def test_a_database_is_named_without_credentials(url: str, expected: str):
    assert engines.describe_address(engines.parse_database_url(url)) == expected


async def test_many_callers_at_once_each_get_their_own_answer(database: Database):
    answers = await asyncio.gather(
        *(
            database.write(
                process_store.record_invocation,
                platform="local",
                key=str(number % 5),
                now=NOW,
            )
            for number in range(40)
        )
    )

    assert sum(answers) == 5
