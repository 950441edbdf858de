"""Gets an SQLite file ready to be opened; never touches what is in it.

A new file belongs to its owner alone (it will hold a secret key and addresses of
private feeds). An existing one is looked through before anything is read from it, up
to a size where that takes no time; a damaged or emptied one is refused and kept.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from bot.errors import ConfigurationError
from bot.storage import engines
from bot.storage.failures import explained, passes_by_itself

#: Looking a file through takes some milliseconds a MiB; the doctor takes the time.
_LOOKED_THROUGH = 64 * 2**20
#: Seconds for which another process may be at the very first step of a new file.
_PATIENCE = 5.0
_STEP = 0.05


def make_ready(file: Path) -> None:
    """Make the file and its folder, or see that the file can be trusted.

    Raises:
        ConfigurationError: It is not a database, is damaged, or cannot be written.
    """
    fresh = _make(file)
    if not fresh:
        _refuse_emptied(file)
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            return _settle(file)
        except sqlite3.Error as error:
            # Several processes may begin at once; only one can turn WAL on.
            if not passes_by_itself(error) or time.monotonic() > give_up:
                raise explained(error, str(file)) or error from error
        time.sleep(_STEP)


def problems(connection: Connection) -> tuple[str, ...]:
    """Look the whole database through: what is damaged, in SQLite's words.

    PostgreSQL watches over itself; there the answer is always empty.
    """
    if connection.dialect.name != "sqlite":
        return ()
    found = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    return tuple(str(line) for line in found if line != "ok")


def damage(connection: sqlite3.Connection) -> str | None:
    """Look a whole file through, its definitions too: the first damage, or None."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != ("ok",):
        return str(found[0]) if found else "it cannot be looked through"
    return "its definitions contradict each other" if _torn_schema(connection) else None


def _make(file: Path) -> bool:
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


def _refuse_emptied(file: Path) -> None:
    """A file of no bytes was a database once, or is being made at this moment."""
    give_up = time.monotonic() + _PATIENCE
    while file.stat().st_size == 0:
        if time.monotonic() > give_up:
            raise ConfigurationError(
                f"The database {file} is an empty file. It was left as it is: restore "
                "a backup (standfirst restore), or delete the file to begin anew."
            )
        time.sleep(_STEP)


def _settle(file: Path) -> None:
    # Straight from the driver: this pragma must stand outside of any transaction.
    with closing(
        sqlite3.connect(file, timeout=engines.BUSY_SECONDS, isolation_level=None)
    ) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        sound = not _torn_schema(connection)
        if sound and file.stat().st_size <= _LOOKED_THROUGH:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
            sound = found == ("ok",)
    if not sound:
        raise ConfigurationError(
            f"The database {file} is damaged. It was left as it is: restore a backup "
            "(standfirst restore), or move the file away to begin anew."
        )


def _torn_schema(connection: sqlite3.Connection) -> bool:
    """Whether a table points at one that is not there: its definition was damaged.

    `quick_check` looks at what the tables hold, not at the words that define them.
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
