"""Copies an SQLite file whole and puts one in another's place; it opens no row of ours.

    copy      a file, in use or not → another, looked through before it gets its name
    look      what a file is: refuses what is none of ours, newer, or damaged
    settle    everything into the one file, which nobody else has open
    replace   a new file in the place of one that is kept under another name

At each moment there is a whole database under the database's name: a copy gets its name
only when it is on the disk, and the old file gets a second name before it loses its
first. What a crash leaves is a file ending in `.part`, or that second name.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.errors import ConfigurationError, UserError
from bot.storage import engines, files, migrate
from bot.storage.failures import explained, passes_by_itself

P = ParamSpec("P")
T = TypeVar("T")

#: Pages that are copied between two words about how far it is: some 16 MiB.
_STEP = 4096
#: What SQLite keeps beside a file.
_LOG = "-wal"
_BESIDE = (_LOG, "-journal", "-shm")
PART = ".part"
_HEADER = b"SQLite format 3\0"

#: Is told how much is done, from 0 to 1.
Tell = Callable[[float], None]


def untold(_done: float) -> None:
    """Hear nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """A file that is a database of Standfirst's, whole as far as can be seen."""

    file: Path
    schema: str
    #: Bytes.
    size: int


def copy(file: Path, target: Path, *, tell: Tell = untold) -> None:
    """Copy a database that others may be writing; they do not wait for it.

    What is copied is the state at one moment. The copy is one file that belongs to its
    owner alone, and has been looked through. It takes the place of what is there.

    Raises:
        ConfigurationError: It cannot be read or written, or is damaged.
    """
    try:
        _make_folder(target.parent)
        discard(target)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _copy(file, target, tell)
            _hold_sound(target, file)
            _onto_the_disk(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    except sqlite3.Error as error:
        if _is_damage(error):
            raise _damaged(file, str(error)) from error
        raise explained(error, f"{file}, copied to {target},") or error from error
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written: {error.strerror}. Name a folder that may be "
            "written to and has room."
        ) from error


def publish(part: Path, target: Path) -> None:
    """Give a finished copy its name, where nothing has it yet.

    Raises:
        UserError: Something has that name.
    """
    try:
        _second_name(part, target)
    except FileExistsError:
        raise UserError(
            f"{target} exists already and was left as it is. Name another file."
        ) from None
    part.unlink(missing_ok=True)
    _onto_the_disk(target.parent)


def look(file: Path) -> Looked:
    """Look a file through before anything is made of it; it is not changed.

    Raises:
        UserError: There is none, or it is a database of another program's.
        ConfigurationError: It is damaged, or newer than this code.
    """
    if not file.is_file():
        raise UserError(f"There is no file {file}.")
    try:
        with closing(_reader(file)) as connection:
            schema = _schema(connection)
            if schema is None:
                raise UserError(f"{file} is not a database of Standfirst's.")
            migrate.refuse_newer(schema, str(file))
            wrong = files.damage(connection)
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise explained(error, str(file)) or error from error
        schema, wrong = None, str(error)
    if schema is None or wrong is not None:
        raise ConfigurationError(
            f"{file} is damaged, or no database ({wrong}). Name another file; this one "
            "was left as it is."
        )
    return Looked(file=file, schema=schema, size=file.stat().st_size)


def asked(
    file: Path,
    verb: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | None:
    """Run a verb that only reads over a file; None where it cannot be read so."""
    if not _begins_well(file):
        return None
    engine = engines.sqlite_engine(file, writes=False)
    try:
        with engine.begin() as connection:
            return verb(connection, *args, **kwargs)
    except DBAPIError:
        return None
    finally:
        engine.dispose()


def within(
    file: Path,
    verb: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a verb over a file that nobody else has, whatever its schema."""
    engine = engines.sqlite_engine(file)
    try:
        with engine.begin() as connection:
            return verb(connection, *args, **kwargs)
    except DBAPIError as error:
        raise explained(error, str(file)) or error from error
    finally:
        engine.dispose()


def upgrade(file: Path) -> None:
    """Bring a copy to the schema of this code; no copy of the copy stays."""
    migrate.upgrade(f"sqlite:///{file}")
    for before in file.parent.glob(f"{file.name}.before-*"):
        before.unlink()


def discard(file: Path) -> None:
    """Remove a file that did not become anything, and what stands beside it."""
    for other in (file, *file.parent.glob(f"{file.name}.before-*")):
        other.unlink(missing_ok=True)
    for ending in _BESIDE:
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)


def settle(file: Path) -> bool:
    """Bring what is in the log into the file; False where the file is too damaged.

    Raises:
        ConfigurationError: Another program has it open.
    """
    if not _begins_well(file):
        return False
    try:
        with closing(_connected(file, "rw")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error as error:
        if passes_by_itself(error):
            raise ConfigurationError(
                f"The database {file} is open in another program. Stop Standfirst, "
                "and close what else uses it; nothing was changed."
            ) from error
        return False
    return not file.with_name(f"{file.name}{_LOG}").exists()


def replace(new: Path, file: Path, aside: Path, *, at: Callable[[str], None]) -> bool:
    """Put `new` in the place of `file`, kept as `aside`; False: there was none.

    Both must be settled, unless `file` is damaged: its log is then kept beside it.
    """
    try:
        return _replace(new, file, aside, at)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be replaced: {error.strerror}. It is where it was; see "
            "that its folder may be written to and has room."
        ) from error


# ── steps ──────────────────────────────────────────────────────────────────────


def _replace(new: Path, file: Path, aside: Path, at: Callable[[str], None]) -> bool:
    _drop_second_names(file, aside)
    kept = False
    for ending in ("", *_BESIDE[:2]):
        there = file.with_name(f"{file.name}{ending}")
        if there.exists():
            _second_name(there, aside.with_name(f"{aside.name}{ending}"))
            kept = True
    _onto_the_disk(file.parent)
    at("kept")
    # A log that stayed would be taken for the new file's own.
    for ending in _BESIDE:
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)
    at("cleared")
    new.replace(file)
    _onto_the_disk(file.parent)
    at("replaced")
    return kept


def _copy(file: Path, target: Path, tell: Tell) -> None:
    def done(_status: int, remaining: int, total: int) -> None:
        tell(1 - remaining / total if total else 1.0)

    with (
        closing(_reader(file)) as whole,
        closing(sqlite3.connect(target, isolation_level=None)) as part,
    ):
        # One state from here on: else the copy begins anew whenever somebody writes.
        whole.execute("BEGIN")
        whole.execute("SELECT count(*) FROM sqlite_master").fetchone()
        whole.backup(part, pages=_STEP, progress=done)
        part.execute("PRAGMA journal_mode = DELETE").fetchone()


def _hold_sound(target: Path, file: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        wrong = files.damage(connection)
    if wrong is not None:
        raise _damaged(file, wrong)


def _damaged(file: Path, wrong: str) -> ConfigurationError:
    return ConfigurationError(
        f"The database {file} is damaged ({wrong}), and so would be its copy: none was "
        "made. Keep the copies that you have."
    )


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _schema(connection: sqlite3.Connection) -> str | None:
    there = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = ?", (migrate.VERSION_TABLE,)
    ).fetchone()
    if there is None:
        return None
    row = connection.execute(
        f"SELECT version_num FROM {migrate.VERSION_TABLE}"  # noqa: S608
    ).fetchone()
    return str(row[0]) if row else None


def _reader(file: Path) -> sqlite3.Connection:
    """Open it for reading alone; a file without a log may lie where nobody writes."""
    log = file.with_name(f"{file.name}{_LOG}")
    if log.exists():
        return _connected(file, "rw", "PRAGMA query_only = ON")
    writable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    if writable:
        return _connected(file, "rw", "PRAGMA query_only = ON")
    return _connected(file, "ro&immutable=1")


def _connected(file: Path, mode: str, *pragmas: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}",
        uri=True,
        timeout=engines.BUSY_SECONDS,
        isolation_level=None,
    )
    try:
        for pragma in pragmas:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _begins_well(file: Path) -> bool:
    """Whether SQLite may be let at it: of a file without its head it drops the log."""
    with suppress(OSError), file.open("rb") as opened:
        return opened.read(len(_HEADER)) == _HEADER
    return False


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)


def _second_name(file: Path, other: Path) -> None:
    """Give a file another name as well; a copy where the disk knows no such thing.

    Raises:
        FileExistsError: Something has the other name.
    """
    with suppress(OSError):
        os.link(file, other)
        return
    if other.exists():
        raise FileExistsError(other)
    part = other.with_name(f"{other.name}{PART}")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    shutil.copyfile(file, part)
    _onto_the_disk(part)
    part.rename(other)


def _drop_second_names(file: Path, aside: Path) -> None:
    """Forget names that an interrupted replacement gave to the file itself."""
    if not file.exists():
        return
    for other in file.parent.glob(f"{aside.name.rpartition('-')[0]}-*"):
        if other.samefile(file):
            other.with_name(f"{other.name}{_LOG}").unlink(missing_ok=True)
            other.unlink()


def _onto_the_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def free_name(folder: Path, stem: str, at: datetime, ending: str = "") -> Path:
    """Make a name with this moment in it that nothing in the folder has."""
    told = at.strftime("%Y%m%dT%H%M%SZ")
    names = (f"{stem}-{told}{more}{ending}" for more in ("", *map(_nth, range(2, 99))))
    return next(folder / name for name in names if not (folder / name).exists())


def _nth(number: int) -> str:
    return f".{number}"
