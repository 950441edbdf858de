"""The tables of the queue's library on PostgreSQL: create them, or carry them over.

The library brings the SQL. Which of its changes were applied is stored as the comment
of its main table, which belongs to us, as the library has no place for it.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text

from digests.types import frozen

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


def upgrade_job_tables(conn: Connection, scripts: TableScripts) -> tuple[str, ...]:
    """Create the tables or apply what is missing; return the names of the changes.

    In a transaction that nobody else runs at the same time.
    """
    version = find_job_tables(conn)
    if version is None:
        missing = {"create": scripts.create}
    else:
        missing = {n: sql for n, sql in scripts.changes.items() if n > version}
    plain = conn.execution_options(no_parameters=True)
    for script in (*missing.values(), _INDEX_LOCKS):
        plain.exec_driver_sql(script)
    if missing:
        name = scripts.version.replace("'", "''")
        plain.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{name}'")
    return tuple(missing)
