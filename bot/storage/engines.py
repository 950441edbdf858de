"""Create database engines from an address and explain driver errors.

SQLite: we issue BEGIN ourselves (sqlite3 would begin too late, and not for reads). A
writer uses BEGIN IMMEDIATE: a transaction that reads first and writes later fails at
once with BUSY_SNAPSHOT if another one wrote in between, whatever the timeout. Every
commit is synchronous=FULL: a claim must be on the disk before its message is sent, and
«sent» before anything else happens. One rule for all writes costs a few milliseconds
per commit and cannot be forgotten.

    ConfigurationError      a person must fix it: damaged, read-only, wrong password
    └── DatabaseUnavailable may be temporary: locked, full, not reachable

Any other driver error (a violated constraint, a misspelt table) is a bug and passes
through unchanged. SQLite's codes:
https://sqlite.org/rescode.html; PostgreSQL's:
https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from bot.errors import ConfigurationError
from bot.storage.schema.base import apply_postgresql_options, metadata

#: Seconds that SQLite waits for a lock before we check whether we are closing.
BUSY_SECONDS = 2.0
#: How many statements each SQLite connection keeps prepared. The driver's 128 hold a
#: megabyte more, mostly of statements that come once an hour; preparing one again
#: takes less than a tenth of a millisecond.
_PREPARED_STATEMENTS = 32
#: Name of our connections in PostgreSQL's own views.
APPLICATION_NAME = "standfirst"
#: A connection whose other end is gone without a word is found dead after about twenty
#: seconds by both ends: by ours, so that work goes on elsewhere; by the server, so that
#: its locks are released.
_DEAD_AFTER = {
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_SERVER_OPTIONS = (
    "-c timezone=UTC -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=20000"
    # A process that was stopped answers the server's system, but keeps its locks.
    " -c idle_in_transaction_session_timeout=15s"
    # A query takes milliseconds, compiling its plan fifty.
    " -c jit=off"
)
#: Errors after which a new connection may do what this one cannot: a session keeps the
#: settings with which it began.
_NEEDS_NEW_CONNECTION = {"25006", "57014"}
_URL_FORMS = (
    "Write sqlite:////path/to/standfirst.db (four strokes for an absolute path) or "
    "postgresql://user:password@host/name."
)


def parse_database_url(url: str) -> URL:
    """Parse a database address and add the driver that we use for it.

    Raises:
        ConfigurationError: It is invalid, or of an unsupported database. The address
            itself is not repeated: it may contain a password.
    """
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            f"STANDFIRST_DATABASE_URL is not the address of a database. {_URL_FORMS}"
        ) from None
    if backend in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigurationError(
            f"Standfirst keeps its data in SQLite or PostgreSQL, not in {backend}. "
            f"{_URL_FORMS}"
        )
    if not address.database or address.database == ":memory:" or address.query:
        raise ConfigurationError(
            "STANDFIRST_DATABASE_URL must name a file, so that nothing is forgotten "
            f"when the program ends, and nothing after it. {_URL_FORMS}"
        )
    return address.set(drivername="sqlite+pysqlite")


def get_sqlite_path(address: URL) -> Path:
    """Return the path of an SQLite address."""
    return Path(address.database or "").expanduser().absolute()


def find_sqlite_path(url: str) -> Path | None:
    """Return the path of an address if it is SQLite's; None for a server.

    Raises:
        ConfigurationError: It is invalid.
    """
    address = parse_database_url(url)
    return get_sqlite_path(address) if address.get_backend_name() == "sqlite" else None


def strip_password(url: str) -> str:
    """Format a server's address for its own tools, without password and options."""
    address = parse_database_url(url)
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


def describe_address(address: URL) -> str:
    """Describe the database for people, without user, password and options."""
    if address.get_backend_name() == "sqlite":
        return str(get_sqlite_path(address))
    host = address.host or str(address.query.get("host", "localhost"))
    port = f":{address.port}" if address.port else ""
    return f"{address.database or 'postgres'} on {host}{port}"


def create_sqlite_engine(
    file: Path, connections: int = 1, writes: bool = True, rules: bool = True
) -> Engine:
    """Make an engine over an SQLite file.

    Args:
        file: The database; created when missing.
        connections: Maximum number of connections.
        writes: Whether transactions take the write lock when they begin; otherwise
            they can only read.
        rules: Whether foreign keys are enforced. A migration that rebuilds a table
            must not delete what references it, and checks them itself.
    """
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(file)),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            "cached_statements": _PREPARED_STATEMENTS,
        },
    )

    @event.listens_for(engine, "connect")
    def configure_connection(conn: sqlite3.Connection, _record: Any) -> None:
        conn.isolation_level = None
        conn.execute(f"PRAGMA foreign_keys = {'ON' if rules else 'OFF'}")
        conn.execute("PRAGMA synchronous = FULL")
        # Kibibytes; the system caches the file too, once for all connections.
        conn.execute("PRAGMA cache_size = -400")
        # Freed space is overwritten, not only unlinked.
        conn.execute(f"PRAGMA secure_delete = {'ON' if writes else 'OFF'}")
        conn.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def create_postgresql_engine(address: URL, connections: int = 1) -> Engine:
    """Make an engine over a PostgreSQL database.

    Raises:
        ConfigurationError: The driver is not installed.
    """
    apply_postgresql_options()
    options = f"{address.query.get('options', '')} {_SERVER_OPTIONS}".strip()
    try:
        engine = create_engine(
            address,
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                **_list_limits(address),
                "options": options,
                "application_name": APPLICATION_NAME,
                "connect_timeout": 5,
                # A prepared statement has a generic plan, which is ten times slower
                # if the best index depends on a list of keys.
                "prepare_threshold": None,
            },
        )
    except ModuleNotFoundError:
        raise ConfigurationError(
            "PostgreSQL needs a driver that is not installed. Install it with "
            "pip install 'standfirst[postgres]'."
        ) from None

    # Many rows in one statement: the driver would send one for each.
    engine.dialect.use_insertmanyvalues_wo_returning = True

    @event.listens_for(engine, "do_connect")
    def refuse_encoding(
        dialect: Dialect, _record: Any, args: Any, options: dict[str, Any]
    ) -> Any:
        # Before SQLAlchemy's first query, which fails where text arrives as bytes.
        connection = dialect.loaded_dbapi.connect(*args, **options)
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            where = connection.info.dbname
            connection.close()
            raise ConfigurationError(_PG_ENCODING.format(where=where, found=encoding))
        return connection

    @event.listens_for(engine, "handle_error")
    def discard_connection(context: ExceptionContext) -> None:
        state = getattr(context.original_exception, "sqlstate", None)
        if state in _NEEDS_NEW_CONNECTION:
            context.is_disconnect = True

    @event.listens_for(engine, "checkin")
    def restore_default(connection: Any, _record: Any) -> None:
        # A reader's connection would next begin READ WRITE, even where the server's
        # administrator made read-only the default.
        if connection is not None:
            connection.read_only = None

    return engine


def _list_limits(address: URL) -> Mapping[str, int]:
    """List the limits of connections that the address does not set itself."""
    return {k: v for k, v in _DEAD_AFTER.items() if k not in address.query}


def format_driver_address(url: str) -> str:
    """Format a PostgreSQL address for the driver, with its password and our limits.

    Raises:
        ConfigurationError: It is of another database.
    """
    address = parse_database_url(url)
    if address.get_backend_name() != "postgresql":
        raise ConfigurationError(
            "Several processes share the work over PostgreSQL only. Set "
            "STANDFIRST_DATABASE_URL to postgresql://user:password@host/name, or start "
            "one process with «standfirst run»."
        )
    limits = {k: str(v) for k, v in _list_limits(address).items()}
    address = address.set(drivername="postgresql").update_query_dict(limits)
    return address.render_as_string(hide_password=False)


@contextmanager
def use_driver(conn: Connection) -> Iterator[Any]:
    """Lend the driver's connection to a library within our transaction.

    The driver's errors that the library wraps are raised as SQLAlchemy's.
    """
    try:
        yield conn.connection.driver_connection
    except Exception as error:
        driver, cause = conn.dialect.loaded_dbapi, error.__cause__
        if not isinstance(cause, driver.Error):
            raise
        raise DBAPIError.instance(
            "",
            {},
            cause,
            driver.Error,
            connection_invalidated=conn.dialect.is_disconnect(
                cause, conn.connection, None
            ),
            dialect=conn.dialect,
        ) from error


class DatabaseUnavailable(ConfigurationError):
    """The database is temporarily unavailable; the same call may work later."""


_LOCKED = (
    "The database {where} has been locked by another program for too long. "
    "Close what else uses it (a database viewer, a backup, a second Standfirst)."
)
_FULL = (
    "The database {where} cannot be written because the disk is full. "
    "Free some space; nothing was half written."
)
_IO = (
    "The database {where} cannot be read or written because its disk reports a "
    "fault. Check the disk and whether its folder is still there."
)
_READONLY = (
    "The database {where} can only be read. Give the user that runs Standfirst the "
    "right to write to the file and to its folder."
)
_DAMAGED = (
    "The database {where} is damaged. It was left as it is: restore a backup "
    "(standfirst restore), or move the file away to begin anew."
)
_NOT_A_DATABASE = (
    "The file {where} is not a database. It was left as it is: point "
    "STANDFIRST_DATABASE_URL at another file, or move this one away."
)
_CANNOT_OPEN = (
    "The database {where} cannot be opened. Check that its folder exists and that "
    "the user that runs Standfirst may write there."
)

_SQLITE_ERRORS = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _IO,
    sqlite3.SQLITE_READONLY: _READONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _NOT_A_DATABASE,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
}

_PG_BUSY = (
    "The database {where} is busy: other work holds what is needed here. "
    "It will be tried again."
)
_PG_UNREACHABLE = (
    "The database server of {where} cannot be reached. Check that it runs and that "
    "the address in STANDFIRST_DATABASE_URL is right."
)
_PG_LOGIN = (
    "The database server of {where} does not let us in. Check user and password in "
    "STANDFIRST_DATABASE_URL."
)
_PG_MISSING = (
    "The server has no database {where}. Make it (createdb), or correct the name at "
    "the end of STANDFIRST_DATABASE_URL."
)
_PG_ENCODING = (
    "The database {where} has the encoding {found}, and Standfirst needs UTF8. Make "
    "another: createdb --encoding=UTF8 --template=template0 NAME."
)
_PG_FULL = (
    "The database {where} cannot be written because its server's disk is full. "
    "Free some space there; nothing was half written."
)
_PG_READ_ONLY = (
    "The database {where} can only be read (a standby, or "
    "default_transaction_read_only). Nothing is posted until it can be written again; "
    "nothing is lost. If that lasts, point STANDFIRST_DATABASE_URL at the server that "
    "may be written to."
)
_PG_CONNECTIONS = (
    "The database server of {where} has no free connection for Standfirst. Raise its "
    "max_connections, or the limit of the user or the database; each process needs up "
    "to ten."
)
_PG_INTERRUPTED = (
    "The database server of {where} ended a query or a transaction that took longer "
    "than it allows, or somebody cancelled it. It will be tried again; if that lasts, "
    "raise statement_timeout and the other time limits of the user."
)
_PG_RIGHTS = (
    "The database user of {where} may not do what is needed. Make it the owner of "
    "the database, or grant it CREATE on the schema."
)

#: By SQLSTATE or, if that is not listed, by its first two characters (its class).
_POSTGRESQL_ERRORS = {
    "08": _PG_UNREACHABLE,
    "25006": _PG_READ_ONLY,
    "25P03": _PG_INTERRUPTED,
    "25P04": _PG_INTERRUPTED,
    "28": _PG_LOGIN,
    "3D": _PG_MISSING,
    "40": _PG_BUSY,
    "42501": _PG_RIGHTS,
    "53": _PG_BUSY,
    "53100": _PG_FULL,
    "53300": _PG_CONNECTIONS,
    "55P03": _PG_BUSY,
    "57014": _PG_INTERRUPTED,
    "57P": _PG_UNREACHABLE,
    "57": _PG_BUSY,
    "58": _IO,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}


#: SQLite's messages about a table, or a column of one.
_MISSING_PARTS = (
    re.compile(r"no such (?:table|column): (\w+)(?:\.(?P<column>\w+))?"),
    re.compile(r"table (\w+) has no column named (?P<column>\w+)"),
)
#: Faults that may pass by themselves.
_TEMPORARY = {
    _LOCKED,
    _FULL,
    _IO,
    _PG_BUSY,
    _PG_UNREACHABLE,
    _PG_FULL,
    _PG_READ_ONLY,
    _PG_CONNECTIONS,
    _PG_INTERRUPTED,
}
#: Parts of the server's (English) messages about a refused connection, in order.
_REFUSALS = (
    ("too many", _PG_CONNECTIONS),
    ("connection slots are reserved", _PG_CONNECTIONS),
    ("permission denied", _PG_RIGHTS),
    ("authentication", _PG_LOGIN),
    ("no password", _PG_LOGIN),
    ('role "', _PG_LOGIN),
)


@contextmanager
def explain_errors(where: str) -> Iterator[None]:
    """Convert driver errors of a block as `explain_error` does; bugs pass through."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise explain_error(error, where) or error from error


def explain_error(
    error: DBAPIError | sqlite3.Error, where: str
) -> ConfigurationError | None:
    """Convert a driver error to one for people; None if it is a bug.

    Args:
        error: As SQLAlchemy, or the driver itself, raised it.
        where: The database, as `describe_address` formats it.
    """
    sentence = _classify(error)
    if sentence is None:
        return None
    kind = DatabaseUnavailable if sentence in _TEMPORARY else ConfigurationError
    return kind(sentence.format(where=where))


def is_transient(error: DBAPIError | sqlite3.Error) -> bool:
    """Check whether the transaction lost a race and can be run again."""
    return _classify(error) in {_LOCKED, _PG_BUSY}


def _classify(error: DBAPIError | sqlite3.Error) -> str | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_ERROR and _lacks_part_of_schema(str(cause)):
            return _DAMAGED
        # The low byte is the primary code.
        return None if code is None else _SQLITE_ERRORS.get(code & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # Only failed and lost connections have no code.
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        failed = lost or isinstance(error, OperationalError)
        return _classify_by_message(str(cause)) if failed else None
    known = (state[:length] for length in (5, 3, 2))
    return next(filter(None, map(_POSTGRESQL_ERRORS.get, known)), None)


def _lacks_part_of_schema(said: str) -> bool:
    """Whether the file lacks what its version has: its definitions are damaged."""
    found = next(filter(None, (form.fullmatch(said) for form in _MISSING_PARTS)), None)
    if found is None or found[1] not in metadata.tables:
        return False
    column = found.groupdict().get("column")
    return column is None or column in metadata.tables[found[1]].c


def _classify_by_message(said: str) -> str:
    """Classify a refused connection, which has no code, by the server's message."""
    for part, sentence in _REFUSALS:
        if part in said:
            return sentence
    missing = 'database "' in said and "not exist" in said
    return _PG_MISSING if missing else _PG_UNREACHABLE
