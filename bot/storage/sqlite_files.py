"""Prepare SQLite files to be opened, copy them, and check them for damage.

A new file is readable by its owner only (it will contain a secret key and addresses of
private feeds). An existing one is checked before anything is read from it; a damaged or
emptied one is refused and left unchanged.

    up to 64 MiB   the whole file is checked
    larger         only the tables that control sending, within a time limit

The check compares indexes with their tables (`integrity_check`): an index that lost an
entry hides a due message or shows a sent one as unsent, while the rest of the file is
intact. It costs as much as checking the pages alone: about 4 ms per MiB.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.errors import ConfigurationError
from bot.storage import engines
from bot.storage.engines import explain_error, is_transient

#: Maximum size of a file that is checked as a whole.
_FULL_CHECK_BYTES = 64 * 2**20
#: Tables that control sending; small ones first, because time is limited.
CRITICAL_TABLES = (
    "schedules", "digests", "destinations", "digest_sources", "digest_destinations",
    "occurrences", "editions", "published_articles", "published_items", "deliveries",
)  # fmt: skip
#: Seconds for checking these tables; 40,000 deliveries take a fifth of it.
_CHECK_SECONDS = 0.3
#: SQLite virtual machine steps between two checks of the time.
_PROGRESS_STEPS = 10_000
#: Seconds that another process may take for the first step of a new file.
_STARTUP_TIMEOUT = 5.0
_POLL_DELAY = 0.05


def prepare_file(file: Path) -> None:
    """Create the file and its folder, or check an existing file.

    Raises:
        ConfigurationError: It is not a database, is damaged, or cannot be written.
    """
    if not _create_file(file):
        _refuse_empty_file(file)
    give_up = time.monotonic() + _STARTUP_TIMEOUT
    while True:
        try:
            return _enable_wal(file)
        except sqlite3.Error as error:
            # Several processes may start at once; only one can turn WAL on.
            if not is_transient(error) or time.monotonic() > give_up:
                raise explain_error(error, str(file)) or error from error
        time.sleep(_POLL_DELAY)


def copy_pages(
    file: sqlite3.Connection,
    target: Path,
    pages: int = -1,
    progress: Callable[[int, int, int], object] | None = None,
) -> None:
    """Copy a database that others may be using into a consistent single file."""
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # Pins the snapshot: otherwise the copy restarts after each write by others.
        file.execute("BEGIN")
        file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        file.backup(copy, pages=pages, progress=progress)
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()


def find_file_damage(conn: sqlite3.Connection) -> str | None:
    """Check a whole file and its schema; return the first damage, or None."""
    if _has_dangling_references(conn):
        return "its definitions contradict each other"
    return _check(conn)


def find_damage(conn: Connection, seconds: float) -> str | None:
    """Check the database; return a description of the first damage, or None.

    When the time is up, the unchecked rest counts as intact. PostgreSQL checks itself.
    """
    if conn.dialect.name != "sqlite":
        conn.exec_driver_sql("SELECT 1")
        return None
    raw: Any = conn.connection.driver_connection
    damage = _check(raw, seconds=seconds)
    return None if damage is None else f"it is damaged: {damage}"


def _check(
    conn: sqlite3.Connection,
    tables: Iterable[str] = ("1",),
    seconds: float | None = None,
) -> str | None:
    """Return the first damage in the file (`1`) or in these tables; None if intact.

    When the time is up, the unchecked rest counts as intact.
    """
    if seconds is not None:
        until = time.monotonic() + seconds
        conn.set_progress_handler(lambda: time.monotonic() > until, _PROGRESS_STEPS)
    try:
        found = (_find_first_damage(conn, table) for table in tables)
        return next(filter(None, found), None)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        conn.set_progress_handler(None, 0)
    return None


def _find_first_damage(conn: sqlite3.Connection, table: str) -> str | None:
    found = conn.execute(f"PRAGMA integrity_check({table})").fetchone()
    if found == ("ok",):
        return None
    return str(found[0]) if found else "it cannot be checked"


def _create_file(file: Path) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        if file.is_file():
            return False
        raise ConfigurationError(
            f"The database {file} cannot be made: something that is no file has its "
            "name. Point STANDFIRST_DATABASE_URL at a file."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The database {file} cannot be made: {error.strerror}. Point "
            "STANDFIRST_DATABASE_URL at a folder that may be written to."
        ) from error
    return True


def _refuse_empty_file(file: Path) -> None:
    """Refuse an empty file, unless another process is just creating it."""
    give_up = time.monotonic() + _STARTUP_TIMEOUT
    while file.stat().st_size == 0:
        if time.monotonic() > give_up:
            raise ConfigurationError(
                f"The database {file} is an empty file. It was left as it is: restore "
                "a backup (standfirst restore), or delete the file to begin anew."
            )
        time.sleep(_POLL_DELAY)


def _enable_wal(file: Path) -> None:
    # On the driver's connection: this pragma must run outside of any transaction.
    timeout = engines.BUSY_SECONDS
    raw = sqlite3.connect(file, timeout=timeout, isolation_level=None)
    with closing(raw) as conn:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
            size = file.stat().st_size
            sound = not _has_dangling_references(conn) and _is_intact(conn, size)
        except UnicodeDecodeError:
            # SQLite quotes the damaged name in its error.
            sound = False
    if not sound:
        raise ConfigurationError(
            f"The database {file} is damaged. It was left as it is: restore a backup "
            "(standfirst restore), or move the file away to begin anew."
        )


def _is_intact(conn: sqlite3.Connection, size: int) -> bool:
    """Check the file as far as its size allows; return whether it is intact."""
    if size <= _FULL_CHECK_BYTES:
        return _check(conn) is None
    there = _list_tables(conn)
    tables = [name for name in CRITICAL_TABLES if name in there]
    return _check(conn, tables, seconds=_CHECK_SECONDS) is None


def _list_tables(conn: sqlite3.Connection) -> list[str]:
    tables = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in tables]


def _has_dangling_references(conn: sqlite3.Connection) -> bool:
    """Check whether a table references a missing one, after damage to the schema.

    `integrity_check` checks rows, not definitions.
    """
    names = _list_tables(conn)
    query = 'SELECT "table" FROM pragma_foreign_key_list(?)'
    targets = {
        target.lower() for name in names for (target,) in conn.execute(query, (name,))
    }
    return not targets.issubset({name.lower() for name in names})
