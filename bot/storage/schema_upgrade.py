"""Upgrade a database to the schema of this code, with Alembic.

`HEAD` is a constant here, so that opening an up-to-date database costs one small query
and no Alembic; a test compares it with the newest migration. SQLite is upgraded when it
is opened, after the file was copied. A PostgreSQL database may be in use by other
processes: only an empty one is filled automatically, any other needs
`standfirst migrate`.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Connection, create_engine, inspect, text

from bot.errors import ConfigurationError
from bot.storage import engines, sqlite_files
from bot.storage.engines import explain_errors

#: The first and the newest migration. Lower numbers were development versions.
FIRST = "0101"
HEAD = "0106"
#: The table with the version of the schema. Not `alembic_version`, which may belong to
#: another program in a shared PostgreSQL database.
VERSION_TABLE = "standfirst_version"
_SCRIPTS = Path(__file__).parent / "migrations"
#: Any number; the same in every process that upgrades a PostgreSQL database.
_ADVISORY_LOCK = 7_308_327_750_411_265


def get_schema_versions(url: str) -> tuple[str | None, str]:
    """Return the schema versions of the database (None: empty) and of this code.

    Raises:
        ConfigurationError: It cannot be read.
    """
    address = engines.parse_database_url(url)
    if _is_sqlite(address) and not engines.get_sqlite_path(address).exists():
        return None, HEAD
    with closing(_Upgrade(address)) as work:
        return work.current(), HEAD


def upgrade_database(url: str) -> None:
    """Upgrade the database to `HEAD`, or create it.

    Raises:
        ConfigurationError: It is newer than this code, is another program's, or
            cannot be written.
    """
    prepare_database(engines.parse_database_url(url), automatic=False)


def prepare_database(address: URL, automatic: bool = True) -> None:
    """Make sure that the database has the schema of this code.

    Args:
        address: Result of `engines.parse_database_url`.
        automatic: Not requested by a person: a PostgreSQL database in use is left as
            it is.

    Raises:
        ConfigurationError: It has another one, and cannot or may not be upgraded.
    """
    if _is_sqlite(address):
        sqlite_files.prepare_file(engines.get_sqlite_path(address))
    with closing(_Upgrade(address)) as work:
        current = work.current()
        if current == HEAD:
            return
        refuse_unsupported_schema(current, work.where)
        if current is not None and automatic and not _is_sqlite(address):
            raise ConfigurationError(
                f"The database {work.where} has an older schema ({current}; this "
                f"Standfirst needs {HEAD}). Stop what else uses it and run "
                "«standfirst migrate»."
            )
        work.upgrade()


class _Upgrade:
    """One connection to a database, for reading its version and upgrading it."""

    def __init__(self, address: URL) -> None:
        self.where = engines.describe_address(address)
        self._file: Path | None = None
        if _is_sqlite(address):
            self._file = engines.get_sqlite_path(address)
            self._engine = engines.create_sqlite_engine(self._file, rules=False)
        else:
            self._engine = engines.create_postgresql_engine(address)

    def close(self) -> None:
        self._engine.dispose()

    def current(self) -> str | None:
        with explain_errors(self.where), self._engine.connect() as conn:
            return _read_version(conn)

    def upgrade(self) -> None:
        with explain_errors(self.where), self._engine.begin() as conn:
            self._upgrade(conn)

    def _upgrade(self, conn: Connection) -> None:
        if self._file is None:
            lock = text("SELECT pg_advisory_xact_lock(:n)")
            conn.execute(lock, {"n": _ADVISORY_LOCK})
        # Another process may have done it while we waited for the lock.
        current = _read_version(conn)
        if current == HEAD:
            return
        if current is None:
            _refuse_foreign_tables(conn, self.where)
        elif self._file is not None:
            copy = self._file.with_name(f"{self._file.name}.before-{HEAD}")
            _copy_file(self._file, copy)
        _run_migrations(conn)
        if self._file is not None:
            _check_foreign_keys(conn, self.where)


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _read_version(conn: Connection) -> str | None:
    if not inspect(conn).has_table(VERSION_TABLE):
        return None
    query = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608
    return cast(str | None, conn.exec_driver_sql(query).scalar())


def refuse_unsupported_schema(current: str | None, where: str) -> None:
    """Refuse a schema that is unknown to this code or cannot be upgraded.

    Raises:
        ConfigurationError: It is newer than this code, or older than 0.1.0.
    """
    if current is not None and current < FIRST:
        raise ConfigurationError(
            f"The database {where} was made by a development version of Standfirst "
            f"(schema {current}) and cannot be upgraded: run «standfirst export» with "
            "that version and «standfirst apply» here on a new database, or move the "
            "database away to start fresh."
        )
    if current is not None and current > HEAD:
        raise ConfigurationError(
            f"The database {where} was made by a newer Standfirst (schema {current}; "
            f"this one knows {HEAD}). Update Standfirst, or point "
            "STANDFIRST_DATABASE_URL at another database."
        )


def _refuse_foreign_tables(conn: Connection, where: str) -> None:
    """Refuse a database without our version that has tables we would write to."""
    from bot.storage.schema import metadata

    there = set(inspect(conn).get_table_names())
    # A file is one program's; on a server, there may be other tables.
    taken = there if conn.dialect.name == "sqlite" else there & set(metadata.tables)
    if taken:
        raise ConfigurationError(
            f"The database {where} already holds tables that Standfirst did not make "
            f"({', '.join(sorted(taken)[:3])} …). Point STANDFIRST_DATABASE_URL at a "
            "new or empty database."
        )


def _run_migrations(conn: Connection, version: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = conn
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, version)


def _copy_file(file: Path, target: Path) -> None:
    """Copy a database that others may be reading; the name appears when complete."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with closing(sqlite3.connect(file, isolation_level=None)) as whole:
        sqlite_files.copy_pages(whole, part)
    part.replace(target)


def _check_foreign_keys(conn: Connection, where: str) -> None:
    if conn.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise ConfigurationError(
            f"The database {where} could not be upgraded: rows in it point at rows "
            "that are gone. It was left as it was: restore a backup."
        )


# ── definitions of an SQLite file ───────────────────────────────────────────────

#: (type, name) → SQL, as `sqlite_master` has them.
_Definitions = Mapping[tuple[str, str], str]
#: Tables that SQLite makes by itself for ANALYZE and AUTOINCREMENT.
_SQLITE_TABLES = frozenset(
    {"sqlite_sequence", "sqlite_stat1", "sqlite_stat3", "sqlite_stat4"}
)
_VIRTUAL = "CREATE VIRTUAL TABLE"
#: In the order in which they can be dropped.
_DROPPABLE = ("trigger", "view", "index", "table")


def list_foreign_definitions(
    conn: Connection, version: str
) -> tuple[tuple[str, str], ...]:
    """List type and name of what no migration made, in the order to drop it.

    Args:
        conn: Connection to an SQLite file.
        version: The schema of the file.

    Raises:
        ConfigurationError: A definition that a migration made is missing or changed.
    """
    engine = create_engine("sqlite://")
    with engine.begin() as empty:
        _run_migrations(empty, version)
        ours = _read_definitions(empty)
    engine.dispose()
    theirs = _read_definitions(conn)
    changed = [" ".join(key) for key, sql in ours.items() if theirs.get(key) != sql]
    if changed:
        names = f"{', '.join(changed[:3])}{' …' if len(changed) > 3 else ''}"
        raise ConfigurationError(
            f"The backup was changed by another program ({names}). Restore one that is "
            "as Standfirst made it; nothing was changed."
        )
    foreign = theirs.keys() - ours.keys()
    return tuple(sorted(foreign, key=lambda key: (_DROPPABLE.index(key[0]), key)))


def drop_foreign_definitions(conn: Connection, version: str) -> tuple[str, ...]:
    """Drop what no migration made; return its types and names.

    A trigger in a file from elsewhere could change what is posted, long after the file
    was checked.
    """
    foreign = list_foreign_definitions(conn, version)
    for kind, name in foreign:
        quoted = name.replace('"', '""')
        conn.exec_driver_sql(f'DROP {kind} IF EXISTS "{quoted}"')
    return tuple(f"{kind} {name}" for kind, name in foreign)


def _read_definitions(conn: Connection) -> _Definitions:
    rows = conn.exec_driver_sql("SELECT type, name, sql FROM sqlite_master").all()
    found = {
        (str(kind), str(name)): " ".join(sql.split())
        for kind, name, sql in rows
        # An index without SQL belongs to a constraint of its table.
        if sql is not None and not (kind == "table" and name in _SQLITE_TABLES)
    }
    virtual = [name for (_, name), sql in found.items() if sql.startswith(_VIRTUAL)]
    for key in found:
        if key[0] == "table" and any(key[1].startswith(f"{name}_") for name in virtual):
            # Written by the module of the virtual table, in the form of its version.
            found[key] = ""
    return found
