"""The filled database of the first schema, from which every migration is tested.

`first_schema.sql` holds its tables and at least one row of each, as SQLite dumps them.
`python -m tests.bot.storage.first_schema` wrote it before 0.1.0 was released. It is
never written again: it represents the databases in use.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, Connection, DateTime, Engine, MetaData

from bot.model import AppInstallation
from bot.model.scope import Scope
from bot.storage import (
    columns,
    deletion_store,
    engines,
    installation_store,
    notice_store,
    process_store,
    schedule_store,
    schema,
    schema_upgrade,
)
from bot.storage.installation_store import EncryptedTokens
from bot.storage.schedule_store import NewSchedule
from tests.bot.storage.builders import NOW, a_due, full_tenant

DUMP = Path(__file__).with_suffix(".sql")
MIGRATIONS = Path(schema_upgrade.__file__).parent / "migrations"


def create_first_schema(engine: Engine) -> None:
    """Run the first migration alone."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["version_table"] = schema_upgrade.VERSION_TABLE
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema_upgrade.FIRST)


def load_into_sqlite(file: Path) -> None:
    """Create the database of the dump."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL").fetchone()


def load_into_postgresql(engine: Engine) -> None:
    """Create the same database on PostgreSQL: the first schema with the dump's rows."""
    create_first_schema(engine)
    tables = MetaData()
    tables.reflect(engine)
    with (
        closing(sqlite3.connect(":memory:")) as source,
        engine.begin() as connection,
    ):
        source.executescript(DUMP.read_text(encoding="utf-8"))
        source.row_factory = sqlite3.Row
        for table in tables.sorted_tables:
            if table.name == schema_upgrade.VERSION_TABLE:
                continue
            rows = source.execute(f"SELECT * FROM {table.name}")
            for row in rows:
                values = {
                    column.name: _for_postgresql(column.type, row[column.name])
                    for column in table.columns
                }
                connection.execute(table.insert().values(values))


def _for_postgresql(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    if isinstance(kind, Boolean):
        return bool(value)
    if str(kind) == "TSVECTOR":
        return columns._format_tsvector(value.split())
    return value


def fill(connection: Connection) -> None:
    """Store at least one row in every table."""
    tenant = full_tenant(connection, "full")
    scope = Scope(tenant.workspace.id)
    until = NOW + timedelta(days=1)
    schedule_store.replace_schedules(
        connection,
        scope,
        digest_id=tenant.digest.id,
        rows=[NewSchedule(sentence="daily", rule={}, zone="UTC", next=a_due())],
    )
    notice_store.add_notice(
        connection,
        scope,
        destination_id=tenant.destination.id,
        person_id="p",
        text="Posting stopped.",
        now=NOW,
    )
    process_store.acquire_lease(
        connection, name="run", holder="one", now=NOW, ttl=timedelta(minutes=1)
    )
    process_store.get_signing_secret(connection, now=NOW)
    connection.execute(schema.keys.update().values(value="0" * 64))
    process_store.record_invocation(connection, platform="local", key="1", now=NOW)
    installation_store.replace_installation(
        connection,
        platform="slack",
        installed=AppInstallation(
            team="T1",
            name="Team",
            installer="U1",
            scopes=("chat:write",),
            installed_at=NOW,
            tokens=None,
        ),
        encrypted=EncryptedTokens(token="s1.AA", refresh=None, expires_at=until),
        now=NOW,
    )
    installation_store.record_used_state(
        connection, state_hash="0", now=NOW, until=until
    )
    deletion_store.propose_erasure(
        connection, scope, person_id="p", reason="asked", now=NOW
    )


def dump(file: Path) -> str:
    """Dump a database as SQL: definitions, then rows, one statement per line."""
    with closing(sqlite3.connect(file)) as connection:
        # The full text index creates its own tables, and triggers fill it.
        definitions = connection.execute(
            "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL"
            " AND name NOT LIKE 'sqlite%' AND name NOT GLOB 'searchable_index_*'"
            " ORDER BY rowid"
        ).fetchall()
        lines = [f"{sql};" for _, _, sql in definitions]
        for name, kind, _ in definitions:
            if kind == "table" and name != "searchable_index":
                lines += _dump_rows(connection, name)
    return "\n".join(lines) + "\n"


def _dump_rows(connection: sqlite3.Connection, table: str) -> list[str]:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    listed = ", ".join(f'"{name}"' for name in names)
    quoted = " || ', ' || ".join(f'quote("{name}")' for name in names)
    query = f"SELECT {quoted} FROM {table} ORDER BY 1"
    return [
        f"INSERT INTO {table} ({listed}) VALUES ({values});"
        for (values,) in connection.execute(query)
    ]


def main() -> None:
    """Write a new dump."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "first.db"
        engine = engines.create_sqlite_engine(file)
        create_first_schema(engine)
        with engine.begin() as connection:
            fill(connection)
        engine.dispose()
        DUMP.write_text(dump(file), encoding="utf-8")


if __name__ == "__main__":
    main()
