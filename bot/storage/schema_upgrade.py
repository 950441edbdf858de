"""Upgrade a database to the schema of this code, with Alembic.

`HEAD` is a constant here, so that opening an up-to-date database costs one small query
and no Alembic; a test compares it with the newest migration. SQLite is upgraded when it
is opened, after the file was copied. A PostgreSQL database may be in use by other
processes: only an empty one is filled automatically, any other needs
`standfirst migrate`, and processes of a newer program wait for it. Migrations run under
an advisory lock, so that two upgrades never run at once. They give way to a process
that holds a table for longer than `LOCK_MILLISECONDS`: everybody else would queue
behind them.
"""

import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import table

from bot.errors import ConfigurationError, UserError
from bot.storage import engines, job_tables, sqlite_files
from bot.storage.engines import explain_errors
from bot.storage.job_tables import TableScripts
from digests.types import frozen

if TYPE_CHECKING:
    from bot.storage.migration_steps import MigrationStep

#: The first and the newest migration. Lower numbers were development versions.
FIRST = "0101"
HEAD = "0112"
#: The table with the version of the schema. Not `alembic_version`, which may belong to
#: another program in a shared PostgreSQL database.
VERSION_TABLE = "standfirst_version"
_SCRIPTS = Path(__file__).parent / "migrations"
#: Any number; the same in every process that upgrades a PostgreSQL database.
_ADVISORY_LOCK = 7_308_327_750_411_265
#: How long a migration waits for a table, and for how long it is tried again.
LOCK_MILLISECONDS, _GIVE_UP_SECONDS = 5000, 120.0
#: Rows that a migration rewrites in a second, for estimates: 11,000 to 14,000 of two
#: kilobytes were measured on two busy cores, with either database.
ROWS_PER_SECOND = 10_000


#: Connections of other processes to a PostgreSQL database.
_COUNT_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = :name AND pid <> pg_backend_pid()"
)


class OutdatedSchema(ConfigurationError):
    """The database has an older schema, which a person upgrades."""


@frozen
class PlannedStep:
    """A migration of a plan."""

    number: str
    #: What it does, in one sentence.
    summary: str
    #: Why every process must be stopped first; "" = older processes may run on.
    needs_stop: str
    #: Rows that are read or written, by table.
    rows: Mapping[str, int]

    @property
    def seconds(self) -> int:
        """Estimate how long it takes, rounded up."""
        return 1 + sum(self.rows.values()) // ROWS_PER_SECOND


@frozen
class UpgradePlan:
    """What upgrading a database would do."""

    #: The database for people; without credentials.
    where: str
    #: Version of its schema; None = it is empty.
    present: str | None
    target: str
    steps: tuple[PlannedStep, ...]
    #: Copy of the SQLite file that is made first, and its size in bytes.
    copy: Path | None
    copy_size: int


def is_used(url: str) -> bool:
    """Check whether a process of ours is connected to a PostgreSQL database.

    Raises:
        ConfigurationError: It cannot be reached.
    """
    with closing(_Upgrade(engines.parse_database_url(url))) as work:
        return work.is_used()


def plan_upgrade(url: str, queue: TableScripts | None = None) -> UpgradePlan:
    """Describe what `upgrade_database` would do; nothing is changed.

    Raises:
        ConfigurationError: It is newer than this code, or cannot be read.
    """
    address = engines.parse_database_url(url)
    if _is_sqlite(address) and not engines.get_sqlite_path(address).exists():
        return _describe_plan(address, None, _plan_steps(None, None))
    with closing(_Upgrade(address, queue)) as work:
        current = work.current()
        refuse_unsupported_schema(current, work.where)
        return _describe_plan(address, current, work.plan(current))


def _describe_plan(
    address: URL, current: str | None, steps: Sequence[PlannedStep]
) -> UpgradePlan:
    file = engines.get_sqlite_path(address) if _is_sqlite(address) else None
    copied = file is not None and current is not None and bool(steps)
    return UpgradePlan(
        where=engines.describe_address(address),
        present=current,
        target=HEAD,
        steps=tuple(steps),
        copy=_get_copy_path(file) if file and copied else None,
        copy_size=file.stat().st_size if file and copied else 0,
    )


def upgrade_database(url: str, queue: TableScripts | None = None) -> None:
    """Upgrade the database to `HEAD`, or create it.

    Args:
        url: Its address.
        queue: How the tables of the queue are made, if several processes may share the
            work.

    Raises:
        ConfigurationError: It is newer than this code, is another program's, or
            cannot be written.
        UserError: Processes have to be stopped first.
    """
    prepare_database(engines.parse_database_url(url), automatic=False, queue=queue)


def prepare_database(
    address: URL, automatic: bool = True, queue: TableScripts | None = None
) -> None:
    """Make sure that the database has the schema of this code.

    Args:
        address: Result of `engines.parse_database_url`.
        automatic: Not requested by a person: a PostgreSQL database in use is left as
            it is.
        queue: As for `upgrade_database`.

    Raises:
        ConfigurationError: It has another one, and cannot be upgraded;
            `OutdatedSchema` if it may not be upgraded automatically.
    """
    if _is_sqlite(address):
        sqlite_files.prepare_file(engines.get_sqlite_path(address))
    with closing(_Upgrade(address, queue)) as work:
        current = work.current()
        if current == HEAD and not work.lacks_queue():
            return
        refuse_unsupported_schema(current, work.where)
        if current is not None and automatic and not _is_sqlite(address):
            lacks = f"has an older schema ({current}; this Standfirst needs {HEAD})"
            if current == HEAD:
                lacks = "has no tables for several processes yet, or older ones"
            raise OutdatedSchema(
                f"The database {work.where} {lacks}. Run «standfirst migrate»; with "
                "--dry-run it shows first what it will do."
            )
        work.upgrade()


class _Upgrade:
    """One connection to a database, for reading its version and upgrading it."""

    def __init__(self, address: URL, queue: TableScripts | None = None) -> None:
        self._queue = queue
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
            return read_version(conn)

    def is_used(self) -> bool:
        name = {"name": engines.APPLICATION_NAME}
        with explain_errors(self.where), self._engine.connect() as conn:
            return bool(conn.execute(_COUNT_OTHERS, name).scalar_one())

    def lacks_queue(self) -> bool:
        with explain_errors(self.where), self._engine.connect() as conn:
            return bool(self._list_queue_changes(conn))

    def plan(self, current: str | None) -> tuple[PlannedStep, ...]:
        with explain_errors(self.where), self._engine.connect() as conn:
            return self._plan(conn, current)

    def _plan(self, conn: Connection, current: str | None) -> tuple[PlannedStep, ...]:
        steps, changes = _plan_steps(conn, current), self._list_queue_changes(conn)
        return (*steps, _describe_queue_changes(changes)) if changes else steps

    def _list_queue_changes(self, conn: Connection) -> Sequence[str]:
        if self._queue is None:
            return ()
        return job_tables.list_missing_changes(conn, self._queue)

    def upgrade(self) -> None:
        give_up = time.monotonic() + _GIVE_UP_SECONDS
        while True:
            try:
                with explain_errors(self.where), self._engine.begin() as conn:
                    return self._upgrade(conn)
            except engines.DatabaseUnavailable as error:
                cause = error.__cause__
                busy = isinstance(cause, DBAPIError) and engines.is_transient(cause)
                if self._file or not busy or time.monotonic() > give_up:
                    raise

    def _upgrade(self, conn: Connection) -> None:
        if self._file is None:
            lock = text("SELECT pg_advisory_xact_lock(:n)")
            conn.execute(lock, {"n": _ADVISORY_LOCK})
            conn.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
        # Another process may have done it while we waited for the lock.
        current = read_version(conn)
        if current is None:
            _refuse_foreign_tables(conn, self.where)
        elif self._file is None:
            _refuse_while_used(conn, self.where, self._plan(conn, current))
        elif current != HEAD:
            _copy_file(self._file, _get_copy_path(self._file))
        if current != HEAD:
            _run_migrations(conn)
        if self._queue is not None:
            job_tables.upgrade_job_tables(conn, self._queue)
        if self._file is not None:
            _check_foreign_keys(conn, self.where)


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def read_version(conn: Connection) -> str | None:
    """Read the version of the database's schema; None: it has none of ours."""
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


def _list_steps(
    conn: Connection | None, current: str | None
) -> "tuple[MigrationStep, ...]":
    # Imported late: it loads Alembic.
    from bot.storage import migration_steps

    dialect = conn.dialect.name if conn is not None else "sqlite"
    return migration_steps.list_steps(_SCRIPTS, current, dialect)


def _plan_steps(
    conn: Connection | None, current: str | None
) -> tuple[PlannedStep, ...]:
    """Plan the migrations after a version; without a connection there are no rows."""
    there = set(inspect(conn).get_table_names()) if conn is not None else set()

    def count_rows(name: str) -> int:
        assert conn is not None
        query = select(func.count()).select_from(table(name))
        return conn.execute(query).scalar_one()

    return tuple(
        PlannedStep(
            number=one.number,
            summary=one.summary,
            needs_stop=one.needs_stop,
            rows={name: count_rows(name) for name in one.tables if name in there},
        )
        for one in _list_steps(conn, current)
    )


def _describe_queue_changes(changes: Sequence[str]) -> PlannedStep:
    creates = job_tables.CREATE in changes
    return PlannedStep(
        number="queue",
        summary="Create the tables over which several processes share the work."
        if creates
        else "Upgrade the tables over which several processes share the work.",
        needs_stop="" if creates else "Workers of the version before use them.",
        rows={},
    )


def _refuse_while_used(
    conn: Connection, where: str, steps: Sequence[PlannedStep]
) -> None:
    """Refuse to run a migration beside processes that it would break."""
    needed = [one for one in steps if one.needs_stop]
    if not needed:
        return
    if conn.execute(_COUNT_OTHERS, {"name": engines.APPLICATION_NAME}).scalar_one():
        step = needed[0]
        raise UserError(
            f"Stop every Standfirst that uses the database {where} first: migration "
            f"{step.number} cannot run beside them. {step.needs_stop} Nothing was "
            "changed."
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


def _get_copy_path(file: Path) -> Path:
    return file.with_name(f"{file.name}.before-{HEAD}")


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
#: What no module writes into its own tables: rules and computed values.
_RULES = re.compile(
    r"\b(?:CHECK|DEFAULT|GENERATED|AS|REFERENCES|COLLATE)\b", re.IGNORECASE
)
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

    Raises:
        ConfigurationError: A definition of the schema is missing or changed, or a
            foreign one cannot be dropped, such as a table of an unknown module.
    """
    foreign = list_foreign_definitions(conn, version)
    # Tables may refer to each other, whichever is dropped first.
    conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for kind, name in foreign:
        quoted = name.replace('"', '""')
        try:
            conn.exec_driver_sql(f'DROP {kind} IF EXISTS "{quoted}"')
        except DBAPIError as error:
            raise ConfigurationError(
                f"The backup has a {kind} «{_show(name)}» that Standfirst did not make "
                f"and cannot remove ({error.orig}). Remove it with the program that "
                "made it, or restore another backup; nothing was changed."
            ) from error
    return tuple(f"{kind} {_show(name)}" for kind, name in foreign)


def _show(name: str) -> str:
    """The name without what a terminal would act on."""
    return "".join(char if char.isprintable() else "?" for char in name)


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
        own = any(key[1].startswith(f"{name}_") for name in virtual)
        if key[0] == "table" and own and not _RULES.search(found[key]):
            # Written by the module of the virtual table, in the form of its version.
            found[key] = ""
    return found
