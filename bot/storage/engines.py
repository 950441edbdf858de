"""Makes database engines from an address; runs no verb and creates no table.

SQLite: we write BEGIN ourselves (sqlite3 would begin too late, and not for reads).
A writer begins IMMEDIATE: a transaction that reads first and upgrades to writing
later fails at once with BUSY_SNAPSHOT when somebody wrote in between, whatever the
time-out. Every commit is FULL: a claim must be on the disk before its message goes
out, and «sent» before anything else happens; one rule for all writes costs a few
milliseconds where nobody waits, and cannot be forgotten.
"""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from bot.errors import ConfigurationError
from bot.storage.schema.base import for_postgresql

#: Seconds that SQLite itself waits for a lock, between two looks at whether we close.
BUSY_SECONDS = 2.0
_FORMS = (
    "Write sqlite:////path/to/standfirst.db (four strokes for an absolute path) or "
    "postgresql://user:password@host/name."
)


def parse(url: str) -> URL:
    """Read a database address and name the driver that we use for it.

    Raises:
        ConfigurationError: It is none, or of a database that we do not know. The
            address itself is not repeated: it may hold a password.
    """
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            f"STANDFIRST_DATABASE_URL is not the address of a database. {_FORMS}"
        ) from None
    if backend in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigurationError(
            f"Standfirst keeps its data in SQLite or PostgreSQL, not in {backend}. "
            f"{_FORMS}"
        )
    if not address.database or address.database == ":memory:" or address.query:
        raise ConfigurationError(
            "STANDFIRST_DATABASE_URL must name a file, so that nothing is forgotten "
            f"when the program ends, and nothing after it. {_FORMS}"
        )
    return address.set(drivername="sqlite+pysqlite")


def file_of(address: URL) -> Path:
    """Give the file of an SQLite address."""
    return Path(address.database or "").expanduser().absolute()


def sqlite_file(url: str) -> Path | None:
    """Give the file that an address names; None where a server keeps the data.

    Raises:
        ConfigurationError: It is no address.
    """
    address = parse(url)
    return file_of(address) if address.get_backend_name() == "sqlite" else None


def without_password(url: str) -> str:
    """Give a server's address as its own tools take it, without password or options."""
    address = parse(url)
    host = address.host or address.query.get("host")
    kept = {"host": host} if host and not address.host else {}
    return URL.create(
        "postgresql",
        username=address.username,
        host=address.host,
        port=address.port,
        database=address.database,
        query=kept,
    ).render_as_string()


def shown(address: URL) -> str:
    """Name the database for people: never with user, password or options."""
    if address.get_backend_name() == "sqlite":
        return str(file_of(address))
    host = address.host or str(address.query.get("host", "localhost"))
    port = f":{address.port}" if address.port else ""
    return f"{address.database or 'postgres'} on {host}{port}"


def sqlite_engine(
    file: Path, *, connections: int = 1, writes: bool = True, rules: bool = True
) -> Engine:
    """Make an engine over an SQLite file.

    Args:
        file: The database; made when missing.
        connections: How many at once, at the most.
        writes: Whether its transactions take the write lock as they begin; the others
            can only read.
        rules: Whether foreign keys hold. A migration that rebuilds a table must not
            erase what points at it, and checks them itself.
    """
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(file)),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA foreign_keys = {'ON' if rules else 'OFF'}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def postgresql_engine(address: URL, *, connections: int = 1) -> Engine:
    """Make an engine over a PostgreSQL database.

    Raises:
        ConfigurationError: The driver is not installed.
    """
    for_postgresql()
    # What is looked up takes milliseconds; to compile a plan takes fifty.
    ours = "-c timezone=UTC -c jit=off"
    options = f"{address.query.get('options', '')} {ours}".strip()
    try:
        return create_engine(
            address,
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                "options": options,
                "connect_timeout": 10,
                # A statement prepared once is planned for any values: ten times
                # slower where a list of keys decides which index is the short way.
                "prepare_threshold": None,
            },
        )
    except ModuleNotFoundError:
        raise ConfigurationError(
            "PostgreSQL needs a driver that is not installed. Install it with "
            "pip install 'standfirst[postgres]'."
        ) from None
