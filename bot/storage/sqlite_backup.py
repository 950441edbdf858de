"""Copy an SQLite file, check a copy, and replace a file by another.

At each moment there is a complete database under the database's name: a copy gets its
name only when it is on the disk, and the old file gets a second name before its first
is reused. A crash leaves at most a file ending in `.part`, or that second name.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.errors import ConfigurationError, UserError
from bot.storage import engines, schema_upgrade, sqlite_files
from bot.storage.engines import explain_error, explain_errors, is_transient
from digests.types import frozen

P = ParamSpec("P")
T = TypeVar("T")

#: Pages copied between two progress reports: about 16 MiB.
_PAGES_PER_STEP = 4096
#: Files that SQLite keeps beside a database.
_WAL_SUFFIX = "-wal"
_SIDE_SUFFIXES = (_WAL_SUFFIX, "-journal", "-shm")
PARTIAL_SUFFIX = ".part"
#: The folder beside the database in which backups are kept.
BACKUP_FOLDER = "backups"
_SQLITE_HEADER = b"SQLite format 3\0"

#: Called with the progress, from 0 to 1.
ReportProgress = Callable[[float], None]


def ignore_progress(_done: float) -> None:
    """Do nothing: the default `ReportProgress`."""


@frozen
class DatabaseFile:
    """A file that contains an intact Standfirst database."""

    file: Path
    schema: str
    #: Bytes.
    size: int


def copy_database(
    file: Path, target: Path, on_progress: ReportProgress = ignore_progress
) -> None:
    """Copy a database while others may be writing to it, without blocking them.

    The copy is a consistent snapshot in a single checked file that only its owner can
    read. It replaces an existing file.

    Raises:
        ConfigurationError: It cannot be read or written, or is damaged.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        discard_file(target)
        target.touch(mode=0o600, exist_ok=False)
        try:
            _copy_pages(file, target, on_progress)
            _check_copy(target, file)
            _sync_to_disk(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    except sqlite3.Error as error:
        if _is_damage(error):
            raise _damage_error(file, str(error)) from error
        raise explain_error(error, f"{file}, copied to {target},") or error from error
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written: {error.strerror}. Name a folder that may be "
            "written to and has free space."
        ) from error


def finalize_copy(part: Path, target: Path) -> None:
    """Rename a finished copy to its final name.

    Raises:
        UserError: A file of that name exists.
    """
    try:
        _link_file(part, target)
    except FileExistsError:
        raise UserError(
            f"{target} exists already and was left as it is. Name another file."
        ) from None
    part.unlink(missing_ok=True)
    _sync_to_disk(target.parent)


def inspect_file(file: Path) -> DatabaseFile:
    """Check a file before it is used, without changing it.

    Raises:
        UserError: It does not exist, or is the database of another program.
        ConfigurationError: It is damaged, or newer than this code.
    """
    if not file.is_file():
        raise UserError(f"There is no file {file}.")
    try:
        with closing(_open_read_only(file)) as conn:
            schema = _read_version(conn)
            if schema is None:
                raise UserError(f"{file} is not a database of Standfirst's.")
            schema_upgrade.refuse_unsupported_schema(schema, str(file))
            wrong = _find_cut(conn, file) or sqlite_files.find_file_damage(conn)
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise explain_error(error, str(file)) or error from error
        schema, wrong = None, str(error)
    if schema is None or wrong is not None:
        raise ConfigurationError(
            f"{file} is damaged, or no database ({wrong}). Name another file; this one "
            "was left as it is."
        )
    return DatabaseFile(file=file, schema=schema, size=file.stat().st_size)


def query_file(
    file: Path,
    operation: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | None:
    """Run a query over a file; return None if it cannot be read."""
    if not _has_sqlite_header(file):
        return None
    with suppress(DBAPIError), _begin(file, writes=False) as conn:
        return operation(conn, *args, **kwargs)
    return None


def modify_file(
    file: Path,
    operation: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a change over a file that no other process uses, whatever its schema."""
    with explain_errors(str(file)), _begin(file) as conn:
        return operation(conn, *args, **kwargs)


@contextmanager
def _begin(file: Path, *, writes: bool = True) -> Iterator[Connection]:
    engine = engines.create_sqlite_engine(file, writes=writes)
    try:
        with engine.begin() as conn:
            yield conn
    finally:
        engine.dispose()


def upgrade_file(file: Path) -> None:
    """Upgrade a copy to the schema of this code, without backing it up again."""
    schema_upgrade.upgrade_database(f"sqlite:///{file}")
    for before in file.parent.glob(f"{file.name}.before-*"):
        before.unlink()


def refuse_changed_definitions(looked: DatabaseFile) -> None:
    """Check that a file still has the definitions of its schema.

    Raises:
        ConfigurationError: One of them is missing or changed.
    """
    query = schema_upgrade.list_foreign_definitions
    query_file(looked.file, query, version=looked.schema)


def drop_foreign_definitions(file: Path, schema: str) -> tuple[str, ...]:
    """Drop what a copy defines besides its schema; return the types and names.

    Raises:
        ConfigurationError: A definition of the schema itself is missing or changed.
    """
    return modify_file(file, schema_upgrade.drop_foreign_definitions, version=schema)


def discard_file(file: Path) -> None:
    """Remove an unfinished file and the files beside it."""
    for other in (file, *file.parent.glob(f"{file.name}.before-*")):
        other.unlink(missing_ok=True)
    _delete_side_files(file)


def checkpoint_file(file: Path) -> bool:
    """Write the WAL into the file; False if the file is too damaged.

    Raises:
        ConfigurationError: Another program has it open.
    """
    if not _has_sqlite_header(file):
        return False
    try:
        with closing(_connect(file, "rw")) as conn:
            conn.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error as error:
        if is_transient(error):
            raise ConfigurationError(
                f"The database {file} is open in another program. Stop Standfirst, "
                "and close what else uses it; nothing was changed."
            ) from error
        return False
    return not _append_suffix(file, _WAL_SUFFIX).exists()


def replace_file(
    new: Path, file: Path, kept_as: Path, at: Callable[[str], None]
) -> bool:
    """Replace `file` by `new`, and keep it as `kept_as`; False: `file` did not exist.

    Both must be checkpointed, unless `file` is damaged: its WAL is then kept as well.
    `at` is called with the name of each finished step.
    """
    try:
        return _replace_step_by_step(new, file, kept_as, at)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be replaced: {error.strerror}. It is where it was; see "
            "that its folder may be written to and has free space."
        ) from error


# ── steps ──────────────────────────────────────────────────────────────────────


def _append_suffix(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}{ending}")


def _delete_side_files(file: Path) -> None:
    for ending in _SIDE_SUFFIXES:
        _append_suffix(file, ending).unlink(missing_ok=True)


def _replace_step_by_step(
    new: Path, file: Path, kept_as: Path, at: Callable[[str], None]
) -> bool:
    _delete_stale_links(file, kept_as)
    kept = False
    for ending in ("", *_SIDE_SUFFIXES[:2]):
        there = _append_suffix(file, ending)
        if there.exists():
            _link_file(there, _append_suffix(kept_as, ending))
            kept = True
    _sync_to_disk(file.parent)
    at("kept")
    # A WAL left behind would be applied to the new file.
    _delete_side_files(file)
    at("cleared")
    new.replace(file)
    _sync_to_disk(file.parent)
    at("replaced")
    return kept


def _copy_pages(file: Path, target: Path, on_progress: ReportProgress) -> None:
    def done(_status: int, remaining: int, total: int) -> None:
        on_progress(1 - remaining / total if total else 1.0)

    with closing(_open_read_only(file)) as whole:
        sqlite_files.copy_pages(whole, target, pages=_PAGES_PER_STEP, progress=done)


def _check_copy(target: Path, file: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as conn:
        wrong = sqlite_files.find_file_damage(conn)
    if wrong is not None:
        raise _damage_error(file, wrong)


def _damage_error(file: Path, wrong: str) -> ConfigurationError:
    return ConfigurationError(
        f"The database {file} is damaged ({wrong}), and so would be its copy: none was "
        "made. Keep the copies that you have."
    )


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _read_version(conn: sqlite3.Connection) -> str | None:
    table = schema_upgrade.VERSION_TABLE
    there = "SELECT 1 FROM sqlite_master WHERE name = ?"
    if conn.execute(there, (table,)).fetchone() is None:
        return None
    row = conn.execute(f"SELECT version_num FROM {table}").fetchone()  # noqa: S608
    return str(row[0]) if row else None


def _find_cut(conn: sqlite3.Connection, file: Path) -> str | None:
    """Say that the file ends within a page: SQLite reads the missing part as zeros."""
    (page,) = conn.execute("PRAGMA page_size").fetchone()
    return "its end is missing" if file.stat().st_size % page else None


def _open_read_only(file: Path) -> sqlite3.Connection:
    """Open a file read-only; a file without a WAL may be on a read-only disk."""
    writable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    if writable or _append_suffix(file, _WAL_SUFFIX).exists():
        return _connect(file, "rw", "PRAGMA query_only = ON")
    return _connect(file, "ro&immutable=1")


def _connect(file: Path, mode: str, *pragmas: str) -> sqlite3.Connection:
    conn = sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}",
        uri=True,
        timeout=engines.BUSY_SECONDS,
        isolation_level=None,
    )
    try:
        for pragma in pragmas:
            conn.execute(pragma)
    except BaseException:
        conn.close()
        raise
    return conn


def _has_sqlite_header(file: Path) -> bool:
    """Check for SQLite's header: SQLite deletes the WAL of a file without one."""
    with suppress(OSError), file.open("rb") as opened:
        return opened.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    return False


def _link_file(file: Path, other: Path) -> None:
    """Hard-link a file to a second name; copy it if the disk has no hard links.

    Raises:
        FileExistsError: A file of the other name exists.
    """
    with suppress(OSError):
        os.link(file, other)
        return
    if other.exists():
        raise FileExistsError(other)
    part = _append_suffix(other, PARTIAL_SUFFIX)
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(file, part)
    _sync_to_disk(part)
    part.rename(other)


def _delete_stale_links(file: Path, kept_as: Path) -> None:
    """Delete second names that an interrupted replacement gave to the file."""
    if not file.exists():
        return
    for other in file.parent.glob(f"{kept_as.name.rpartition('-')[0]}-*"):
        if other.samefile(file):
            _append_suffix(other, _WAL_SUFFIX).unlink(missing_ok=True)
            other.unlink()


def _sync_to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def choose_free_path(folder: Path, stem: str, at: datetime, ending: str = "") -> Path:
    """Build an unused file name in the folder from this instant."""
    instant = at.strftime("%Y%m%dT%H%M%SZ")
    numbers = ("", *(f".{number}" for number in range(2, 99)))
    paths = (folder / f"{stem}-{instant}{number}{ending}" for number in numbers)
    return next(path for path in paths if not path.exists())
