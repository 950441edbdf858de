"""Prepare SQLite files to be opened and check them for damage.

A new file belongs to its owner alone (it will hold a secret key and addresses of
private feeds). An existing one is looked through before anything is read from it; a
damaged or emptied one is refused and kept.

    up to 64 MiB   all of it
    larger         what decides about sending, for as long as a start can wait

The look compares indexes with their tables (`integrity_check`): an index that lost an
entry hides a due message or shows a sent one as unsent, and everything else of the file
is in order. That costs as much as looking at the pages alone: about 4 ms a MiB.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.errors import ConfigurationError
from bot.storage import engines
from bot.storage.engines import explain_error, is_transient

#: Bytes of a file that is looked through as a whole.
_FULL_CHECK_BYTES = 64 * 2**20
#: What is due, what was told, what goes where: the small ones first, as time is short.
CRITICAL_TABLES = (
    "schedules",
    "digests",
    "destinations",
    "digest_sources",
    "digest_destinations",
    "occurrences",
    "editions",
    "published_articles",
    "published_items",
    "deliveries",
)
#: Seconds for them; 40,000 deliveries take a fifth of one.
_CHECK_SECONDS = 0.3
#: Steps of SQLite between two looks at the clock.
_OPENING_PROGRESS_STEPS = 10_000
#: Seconds for which another process may be at the very first step of a new file.
_STARTUP_TIMEOUT = 5.0
_POLL_DELAY = 0.05


def prepare_file(file: Path) -> None:
    """Make the file and its folder, or see that the file can be trusted.

    Raises:
        ConfigurationError: It is not a database, is damaged, or cannot be written.
    """
    fresh = _create_file(file)
    if not fresh:
        _refuse_empty_file(file)
    give_up = time.monotonic() + _STARTUP_TIMEOUT
    while True:
        try:
            return _enable_wal(file)
        except sqlite3.Error as error:
            # Several processes may begin at once; only one can turn WAL on.
            if not is_transient(error) or time.monotonic() > give_up:
                raise explain_error(error, str(file)) or error from error
        time.sleep(_POLL_DELAY)


def list_damage(connection: Connection) -> tuple[str, ...]:
    """Look the whole database through: what is damaged, in SQLite's words.

    PostgreSQL watches over itself; there the answer is always empty.
    """
    if connection.dialect.name != "sqlite":
        return ()
    found = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    return tuple(str(line) for line in found if line != "ok")


def find_file_damage(connection: sqlite3.Connection) -> str | None:
    """Look a whole file through, its definitions too: the first damage, or None."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != ("ok",):
        return str(found[0]) if found else "it cannot be looked through"
    return (
        "its definitions contradict each other"
        if _has_dangling_references(connection)
        else None
    )


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
    """A file of no bytes was a database once, or is being made at this moment."""
    give_up = time.monotonic() + _STARTUP_TIMEOUT
    while file.stat().st_size == 0:
        if time.monotonic() > give_up:
            raise ConfigurationError(
                f"The database {file} is an empty file. It was left as it is: restore "
                "a backup (standfirst restore), or delete the file to begin anew."
            )
        time.sleep(_POLL_DELAY)


def _enable_wal(file: Path) -> None:
    # Straight from the driver: this pragma must stand outside of any transaction.
    with closing(
        sqlite3.connect(file, timeout=engines.BUSY_SECONDS, isolation_level=None)
    ) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        sound = not _has_dangling_references(connection) and _is_intact(
            connection, file.stat().st_size
        )
    if not sound:
        raise ConfigurationError(
            f"The database {file} is damaged. It was left as it is: restore a backup "
            "(standfirst restore), or move the file away to begin anew."
        )


def _is_intact(connection: sqlite3.Connection, size: int) -> bool:
    """Whether the file holds together, as far as it is looked through."""
    if size <= _FULL_CHECK_BYTES:
        return _passes_check(connection, "1")
    until = time.monotonic() + _CHECK_SECONDS
    connection.set_progress_handler(
        lambda: time.monotonic() > until, _OPENING_PROGRESS_STEPS
    )
    try:
        # One that is not there yet comes with a migration.
        return all(
            _passes_check(connection, name)
            for name in _list_critical_tables(connection)
        )
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return True
    finally:
        connection.set_progress_handler(None, 0)


def _passes_check(connection: sqlite3.Connection, which: str) -> bool:
    """Ask for the first damage only: of everything (`1`), or of a table."""
    found = connection.execute(f"PRAGMA integrity_check({which})").fetchone()
    return bool(found == ("ok",))


def _list_critical_tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = {name for (name,) in found}
    return [name for name in CRITICAL_TABLES if name in names]


def _has_dangling_references(connection: sqlite3.Connection) -> bool:
    """Whether a table points at one that is not there: its definition was damaged.

    `integrity_check` looks at what they hold, not at the words that define them.
    """
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [name for (name,) in tables]
    targets = {
        target.lower()
        for name in names
        for (target,) in connection.execute(
            'SELECT "table" FROM pragma_foreign_key_list(?)', (name,)
        )
    }
    return not targets.issubset({name.lower() for name in names})


#: Steps of SQLite between two looks at the clock.
_CHECK_PROGRESS_STEPS = 10_000


def find_damage(connection: Connection, *, seconds: float) -> str | None:
    """Look whether the database is whole; the first damage in words, or None.

    A file that is too large to be looked through in so many seconds counts as whole as
    far as it was seen. PostgreSQL sees to that itself.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SELECT 1")
        return None
    raw: Any = connection.connection.driver_connection
    until = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > until, _CHECK_PROGRESS_STEPS)
    try:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    except OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        return None
    finally:
        raw.set_progress_handler(None, 0)
    return None if found == "ok" else f"it is damaged: {found}"
