"""Faults of a PostgreSQL server: told in a sentence, and over once they are over.

The faults are real where a test can cause them; the rest are raised by the server with
the code that PostgreSQL documents for them.
"""

import asyncio
import itertools
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.errors import ConfigurationError
from bot.lookup.archive import Archive
from bot.storage import Connection, Database, DatabaseUnavailable, process_store
from tests.bot.storage.builders import NOW
from tests.bot.storage.test_database import count_of_invocations

pytestmark = pytest.mark.postgres

_keys = itertools.count(1)


def record(conn: Connection) -> bool:
    """A small write."""
    key = f"event-{next(_keys)}"
    return process_store.record_invocation(conn, platform="local", key=key, now=NOW)


def sql(url: str, *statements: str) -> None:
    """Run statements as the administrator, each on its own."""
    with psycopg.connect(url, autocommit=True) as administrator:
        for statement in statements:
            administrator.execute(statement)


@pytest.fixture
async def database(empty_postgres_url: str) -> AsyncIterator[Database]:
    opened = await asyncio.to_thread(Database.open, empty_postgres_url)
    opened.faults.logged = True
    await opened.write(record)
    yield opened
    await opened.close()


@pytest.fixture
def alter(postgres_server: str, empty_postgres_url: str) -> Callable[..., None]:
    """Change the database, and end its sessions: new ones have what was set.

    With `end=False` sessions stay, as after an administrator's change.
    """
    name = empty_postgres_url.partition("?")[0].rpartition("/")[2]

    def change(words: str, *, end: bool = True) -> None:
        sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        sql(
            postgres_server % "postgres",
            f"ALTER DATABASE {name} {words}",
            f"{sessions} WHERE datname = '{name}'" if end else "SELECT 1",
        )

    return change


# ── what is said ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("25006", "can only be read"),
        ("25P03", "ended a query or a transaction"),
        ("25P04", "ended a query or a transaction"),
        ("42501", "may not do what is needed"),
        ("53100", "server's disk is full"),
        ("53200", "is busy"),
        ("53300", "no free connection"),
        ("57014", "ended a query or a transaction"),
        ("57P01", "cannot be reached"),
        ("57P03", "cannot be reached"),
        ("58030", "its disk reports a fault"),
        ("XX001", "is damaged"),
    ],
)
async def test_each_error_of_the_server_has_a_sentence(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, code: str, said: str
):
    database = await asyncio.to_thread(Database.open, postgres_url)

    def fail(conn: Connection) -> None:
        conn.exec_driver_sql(
            f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"
        )

    monkeypatch.setattr("bot.storage.database._WRITE_TIMEOUT", 0)
    with pytest.raises(ConfigurationError, match=said):
        await database.write(fail)
    assert database.faults.present != ""
    assert await database.write(record)
    assert database.faults.present == ""
    await database.close()


async def test_a_fault_is_logged_once_until_it_is_over(
    database: Database, alter: Callable[..., None]
):
    with capture_logs() as logs:
        alter("SET default_transaction_read_only = on")
        for _ in range(10):
            with pytest.raises(DatabaseUnavailable):
                await database.write(record)
            await database.read(count_of_invocations)
        alter("RESET default_transaction_read_only")
        await database.write(record)
    said = [(entry["log_level"], entry["event"]) for entry in logs]
    assert said == [
        ("error", "the database does not work"),
        ("warning", "the database works again"),
    ]


async def test_a_fault_that_comes_and_goes_is_logged_once_a_minute(
    database: Database, alter: Callable[..., None]
):
    with capture_logs() as logs:
        for _ in range(2):
            alter("SET default_transaction_read_only = on")
            with pytest.raises(DatabaseUnavailable):
                await database.write(record)
            alter("RESET default_transaction_read_only")
            await database.write(record)
    errors = [entry for entry in logs if entry["log_level"] == "error"]
    assert len(errors) == 1


async def test_a_transaction_that_writes_nothing_does_not_end_a_fault(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    def fail(conn: Connection) -> None:
        conn.exec_driver_sql(
            "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$"
        )

    with pytest.raises(DatabaseUnavailable):
        await database.write(fail)
    with monkeypatch.context() as full:
        full.setattr(process_store, "probe_writing", fail)
        with pytest.raises(DatabaseUnavailable):
            await database.write(count_of_invocations)
    assert "disk is full" in database.faults.present
    await database.write(count_of_invocations)
    assert database.faults.present == ""


async def test_a_command_prints_its_error_and_logs_none(
    database: Database, alter: Callable[..., None]
):
    database.faults.logged = False
    alter("SET default_transaction_read_only = on")
    with capture_logs() as logs, pytest.raises(DatabaseUnavailable):
        await database.write(record)
    assert logs == []


# ── what ends by itself ────────────────────────────────────────────────────────


async def test_a_read_only_database_is_not_ready_and_used_again_afterwards(
    database: Database, alter: Callable[..., None]
):
    """Sessions begun meanwhile would stay read-only if they were used again."""
    alter("SET default_transaction_read_only = on")
    with pytest.raises(DatabaseUnavailable, match=r"can only be read .*is lost"):
        await database.write(record)
    assert "can only be read" in (await Archive(db=database).ready())["database"]

    alter("RESET default_transaction_read_only", end=False)

    assert await Archive(db=database).ready() == {"database": "ok"}
    assert await database.write(record)


async def test_a_statement_that_takes_too_long_is_reported_and_the_limit_can_be_raised(
    database: Database, alter: Callable[..., None]
):
    def wait(conn: Connection) -> None:
        conn.exec_driver_sql("SELECT pg_sleep(0.3)")

    alter("SET statement_timeout = '100ms'")
    with pytest.raises(DatabaseUnavailable, match="raise statement_timeout"):
        await database.write(wait)
    alter("RESET statement_timeout", end=False)
    await database.write(wait)


async def test_a_transaction_that_was_idle_for_too_long_leaves_nothing(
    database: Database,
):
    def pause(conn: Connection) -> None:
        record(conn)
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        threading.Event().wait(0.3)
        record(conn)

    before = await database.read(count_of_invocations)
    with pytest.raises(DatabaseUnavailable, match="ended a query or a transaction"):
        await database.write(pause)
    assert await database.read(count_of_invocations) == before
    assert await database.write(record)


async def test_a_connection_that_is_cut_leaves_nothing_and_the_next_one_works(
    database: Database,
):
    def cut(conn: Connection) -> None:
        record(conn)
        conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    before = await database.read(count_of_invocations)
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        await database.write(cut)
    assert await database.read(count_of_invocations) == before
    assert await database.write(record)


async def test_connections_that_were_cut_while_idle_are_replaced_unnoticed(
    database: Database, alter: Callable[..., None]
):
    alter("SET work_mem = '4MB'")
    assert await database.write(record)
    assert database.faults.present == ""


@pytest.fixture
def clerk(postgres_server: str, empty_postgres_url: str) -> Iterator[str]:
    """Address of the database for a user who owns it and is no superuser."""
    name = empty_postgres_url.partition("?")[0].rpartition("/")[2]
    role = f"clerk_of_{name}"
    sql(
        postgres_server % "postgres",
        f"CREATE ROLE {role} LOGIN",
        f"ALTER DATABASE {name} OWNER TO {role}",
    )
    yield empty_postgres_url.replace("postgres:@", f"{role}:@")
    sql(
        postgres_server % "postgres",
        f"ALTER DATABASE {name} OWNER TO postgres",
    )
    sql(empty_postgres_url, f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}")


async def test_a_server_without_free_connections_is_waited_for(
    clerk: str, postgres_server: str
):
    database = await asyncio.to_thread(Database.open, clerk)
    role = clerk.partition("//")[2].partition(":")[0]
    administrator = postgres_server % "postgres"
    sql(
        administrator,
        f"ALTER ROLE {role} CONNECTION LIMIT 0",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE usename = '{role}'",
    )
    with pytest.raises(DatabaseUnavailable, match="no free connection"):
        await database.write(record)
    sql(administrator, f"ALTER ROLE {role} CONNECTION LIMIT -1")
    assert await database.write(record)
    await database.close()


async def test_rights_that_were_taken_are_named_and_used_again_once_granted(
    clerk: str, empty_postgres_url: str
):
    database = await asyncio.to_thread(Database.open, clerk)
    role = clerk.partition("//")[2].partition(":")[0]
    sql(empty_postgres_url, f"REVOKE INSERT ON invocations FROM {role}")
    with pytest.raises(ConfigurationError, match="may not do what is needed"):
        await database.write(record)
    sql(empty_postgres_url, f"GRANT INSERT ON invocations TO {role}")
    assert await database.write(record)
    await database.close()


def test_a_user_without_any_right_is_told_so_at_once(
    empty_postgres_url: str, postgres_server: str
):
    sql(postgres_server % "postgres", "CREATE ROLE stranger LOGIN")
    url = empty_postgres_url.replace("postgres:@", "stranger:@")
    try:
        with pytest.raises(ConfigurationError, match="may not do what is needed"):
            Database.open(url)
    finally:
        sql(postgres_server % "postgres", "DROP ROLE stranger")


async def test_a_restart_of_the_server_under_load_loses_nothing_that_was_acknowledged(
    database: Database, postgres_process, alter: Callable[..., None]
):
    # The server of the tests does not wait for its log otherwise.
    alter("SET synchronous_commit = on")
    stored: set[str] = set()
    stop = asyncio.Event()

    async def write_on(number: int) -> None:
        for count in itertools.count():
            if stop.is_set():
                return
            key = f"{number}-{count}"
            with suppress(DatabaseUnavailable):
                await database.write(
                    process_store.record_invocation, platform="local", key=key, now=NOW
                )
                stored.add(key)
            await asyncio.sleep(0.01)

    writers = [asyncio.create_task(write_on(number)) for number in range(6)]
    await asyncio.sleep(0.2)
    await asyncio.to_thread(restart, postgres_process)
    before = len(stored)
    for _ in range(200):
        if len(stored) > before + 50:
            break
        await asyncio.sleep(0.05)
    assert len(stored) > before + 50, "it was not used again"
    stop.set()
    await asyncio.gather(*writers)

    def read_keys(conn: Connection) -> set[str]:
        return set(conn.execute(text("SELECT key FROM invocations")).scalars())

    assert stored <= await database.read(read_keys)


def restart(server) -> None:
    subprocess.run(
        [
            server.bin_path / "pg_ctl", "restart", "--wait", "--mode", "immediate",
            "--pgdata", server.pgdata, "--log", server.log,
        ],
        user=server.system_user,
        stdout=subprocess.DEVNULL,
        check=True,
    )  # fmt: skip


# ── a disk that is really full ─────────────────────────────────────────────────


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of this size in memory; only root can mount one."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """Write until there is no room left."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


async def write_for_ever(database: Database) -> None:
    while True:
        await database.write(record_much)


def record_much(conn: Connection) -> None:
    for _ in range(40):
        key = f"event-{next(_keys)}" + "x" * 2000
        process_store.record_invocation(conn, platform="local", key=key, now=NOW)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
async def test_a_full_disk_of_the_server_loses_nothing_and_its_room_is_used_again(
    postgres_process, postgres_server: str, tmp_path_factory: pytest.TempPathFactory
):
    disk = tmp_path_factory.mktemp("disk")
    for folder in (disk, *disk.parents[:3]):
        folder.chmod(0o755)
    with small_disk(disk, "40m"):
        (disk / "space").mkdir()
        shutil.chown(disk / "space", postgres_process.system_user)
        administrator = postgres_server % "postgres"
        sql(
            administrator,
            f"CREATE TABLESPACE small LOCATION '{disk / 'space'}'",
            "CREATE DATABASE on_small TABLESPACE small",
        )
        database = await asyncio.to_thread(Database.open, postgres_server % "on_small")
        try:
            await database.write(record)
            fill(disk / "filler")
            with pytest.raises(DatabaseUnavailable, match="server's disk is full"):
                await write_for_ever(database)
            before = await database.read(count_of_invocations)
            assert (before - 1) % 40 == 0, "a transaction was half written"

            (disk / "filler").unlink()

            await database.write(record_much)
            assert await database.read(count_of_invocations) == before + 40
        finally:
            await database.close()
            sql(administrator, "DROP DATABASE on_small", "DROP TABLESPACE small")
