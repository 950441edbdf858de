"""The tables of the queue's library on PostgreSQL: create them, or carry them over.

The library brings the SQL. Which of its changes were applied is stored as the comment
of its main table, which belongs to us, as the library has no place for it.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text

from digests.types import frozen

#: Name of the change that creates all tables.
CREATE: Final = "create"
_FIND_VERSION: Final = text(
    "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS exists,"
    " obj_description(to_regclass('procrastinate_jobs'), 'pg_class') AS version"
)

#: A worker that takes a job looks for others with its lock, for each job that waits
#: before it. Without this, each of these looks reads all jobs.
_INDEX_LOCKS: Final = """
CREATE INDEX IF NOT EXISTS standfirst_jobs_lock
    ON procrastinate_jobs (lock, priority DESC, id)
    WHERE status IN ('todo', 'doing')
"""


@frozen
class TableScripts:
    """The SQL of one version of the library."""

    #: Creates all tables, in an empty database.
    create: str
    #: By name, in the order in which they are applied.
    changes: Mapping[str, str]

    @property
    def version(self) -> str:
        """The name of the newest change."""
        return max(self.changes)


def find_job_tables(conn: Connection) -> str | None:
    """Find the version of the tables; "" if it is unknown, None if there are none."""
    found = conn.execute(_FIND_VERSION).one()
    return (found.version or "") if found.exists else None


def list_missing_changes(conn: Connection, scripts: TableScripts) -> tuple[str, ...]:
    """List the names of the changes that `upgrade_job_tables` would apply."""
    version = find_job_tables(conn)
    if version is None:
        return (CREATE,)
    return tuple(name for name in scripts.changes if name > version)


def upgrade_job_tables(conn: Connection, scripts: TableScripts) -> tuple[str, ...]:
    """Create the tables or apply what is missing; return the names of the changes.

    In a transaction that nobody else runs at the same time.
    """
    missing = list_missing_changes(conn, scripts)
    sql = {CREATE: scripts.create, **scripts.changes}
    plain = conn.execution_options(no_parameters=True)
    for name in missing:
        plain.exec_driver_sql(sql[name])
    plain.exec_driver_sql(_INDEX_LOCKS)
    if missing:
        name = scripts.version.replace("'", "''")
        plain.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{name}'")
    return missing
