import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from bot.errors import ConfigurationError
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    digest_store,
    engines,
    schema_upgrade,
    workspace_store,
)
from bot.storage.schema import metadata
from tests.bot.storage import first_schema
from tests.bot.storage.builders import Tenant, a_tenant
from tests.bot.storage.test_tenancy import everything_seen_by

MIGRATIONS = Path(schema_upgrade.__file__).parent / "migrations"

TODAY = schema_upgrade.HEAD
TOMORROW = f"{int(schema_upgrade.HEAD) + 1:04}"
SECOND_STEP = f"""
from alembic import op
import sqlalchemy as sa
revision = "{TOMORROW}"
down_revision = "{schema_upgrade.HEAD}"
def upgrade():
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("workspaces", recreate=how) as batch:
        batch.add_column(sa.Column("motto", sa.Text()))
"""


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    address = engines.parse_database_url(url)
    engine = (
        engines.create_sqlite_engine(engines.get_sqlite_path(address))
        if address.get_backend_name() == "sqlite"
        else engines.create_postgresql_engine(address)
    )
    yield engine
    engine.dispose()


def description(engine: Engine) -> dict[str, Any]:
    looked = inspect(engine)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in looked.get_columns(table)
            ],
            "key": looked.get_pk_constraint(table),
            "foreign": sorted(looked.get_foreign_keys(table), key=str),
            "unique": sorted(looked.get_unique_constraints(table), key=str),
            "checks": sorted(looked.get_check_constraints(table), key=str),
            "indexes": sorted(
                (index["name"], index["column_names"], index["unique"])
                for index in looked.get_indexes(table)
            ),
        }
        for table in looked.get_table_names()
        if table != schema_upgrade.VERSION_TABLE
    }


def conditions(engine: Engine) -> set[tuple[str, str]]:
    query = "SELECT name, sql FROM sqlite_master WHERE sql LIKE '% WHERE %'"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(query).all()
    return {(name, sql.split(" WHERE ")[1]) for name, sql in rows}


def count_rows(engine: Engine) -> dict[str, int]:
    names = inspect(engine).get_table_names()
    with engine.connect() as connection:
        return {
            table: connection.exec_driver_sql(
                f"SELECT count(*) FROM {table}"
            ).scalar_one()
            for table in names
            if not table.startswith("searchable_index")
        }


def version_of(url: str) -> str | None:
    with engine_of(url) as engine, engine.connect() as connection:
        return schema_upgrade.read_version(connection)


def set_version(url: str, version: str) -> None:
    with engine_of(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE {schema_upgrade.VERSION_TABLE} SET version_num = '{version}'"
        )


@pytest.fixture
def a_second_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A future version: one more migration, which rebuilds a table."""
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / f"{TOMORROW}_motto.py").write_text(
        SECOND_STEP, encoding="utf-8"
    )
    monkeypatch.setattr(schema_upgrade, "_SCRIPTS", scripts)
    monkeypatch.setattr(schema_upgrade, "HEAD", TOMORROW)


def test_the_constant_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [schema_upgrade.HEAD]


def test_migrations_make_the_same_sqlite_schema_as_the_tables(
    sqlite_url: str, tmp_path: Path
):
    with (
        engine_of(sqlite_url) as migrated,
        engine_of(f"sqlite:///{tmp_path / 'made.db'}") as made,
    ):
        metadata.create_all(made)

        assert description(migrated) == description(made)


@pytest.mark.postgres
def test_migrations_make_the_same_postgresql_schema_as_the_tables(
    postgres_url: str, empty_postgres_url: str
):
    with engine_of(postgres_url) as migrated, engine_of(empty_postgres_url) as made:
        metadata.create_all(made)

        assert description(migrated) == description(made)


def test_partial_indexes_have_the_same_condition_in_both(
    sqlite_url: str, tmp_path: Path
):
    with (
        engine_of(sqlite_url) as migrated,
        engine_of(f"sqlite:///{tmp_path / 'made.db'}") as made,
    ):
        metadata.create_all(made)

        assert len(conditions(migrated)) == 5
        assert conditions(migrated) == conditions(made)


def test_the_dump_has_the_first_schema_and_a_row_in_every_table(tmp_path: Path):
    first_schema.load_into_sqlite(tmp_path / "dump.db")

    with (
        engine_of(f"sqlite:///{tmp_path / 'dump.db'}") as dumped,
        engine_of(f"sqlite:///{tmp_path / 'made.db'}") as made,
    ):
        first_schema.create_first_schema(made)

        assert description(dumped) == description(made)
        assert conditions(dumped) == conditions(made)
        assert [name for name, rows in count_rows(dumped).items() if not rows] == []


def test_upgrading_the_dump_on_sqlite_gives_the_schema_and_loses_no_row(
    tmp_path: Path,
):
    url = f"sqlite:///{tmp_path / 'dump.db'}"
    first_schema.load_into_sqlite(tmp_path / "dump.db")
    with engine_of(url) as engine:
        before = count_rows(engine)

    schema_upgrade.upgrade_database(url)

    with (
        engine_of(url) as upgraded,
        engine_of(f"sqlite:///{tmp_path / 'made.db'}") as made,
    ):
        metadata.create_all(made)
        assert description(upgraded) == description(made)
        assert conditions(upgraded) == conditions(made)
        after = count_rows(upgraded)
    assert after.items() >= {n: c for n, c in before.items() if n in after}.items()


@pytest.mark.postgres
def test_upgrading_the_dump_on_postgresql_gives_the_schema_and_loses_no_row(
    empty_postgres_url: str, postgres_url: str
):
    with engine_of(empty_postgres_url) as engine:
        first_schema.load_into_postgresql(engine)
        before = count_rows(engine)

    schema_upgrade.upgrade_database(empty_postgres_url)

    with engine_of(empty_postgres_url) as upgraded, engine_of(postgres_url) as made:
        assert description(upgraded) == description(made)
        after = count_rows(upgraded)
    assert after.items() >= {n: c for n, c in before.items() if n in after}.items()


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
async def test_everything_of_an_upgraded_database_is_read(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
):
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'dump.db'}"
        first_schema.load_into_sqlite(tmp_path / "dump.db")
    else:
        url = request.getfixturevalue("empty_postgres_url")
        with engine_of(url) as engine:
            first_schema.load_into_postgresql(engine)
    schema_upgrade.upgrade_database(url)
    database = await asyncio.to_thread(Database.open, url)

    tenant = await database.read(the_full_tenant)
    seen = await database.read(everything_seen_by, tenant.workspace.id, tenant)

    assert {name for name, answer in seen.items() if not answer} == ADDED_LATER
    await database.close()


#: Queries of tables that the dump of the first schema cannot have rows of.
ADDED_LATER = {"page", "examined"}


def the_full_tenant(connection: Connection) -> Tenant:
    (workspace,) = workspace_store.list_workspaces(connection)[:1]
    (digest,) = digest_store.list_digests(
        connection,
        Scope(workspace.id),
    )
    return Tenant(
        workspace=workspace,
        digest=digest,
        source=digest.sources[0],
        destination=digest.destinations[0],
    )


async def test_an_empty_database_is_filled_as_it_is_opened(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'folder' / 'that' / 'is-new' / 'x.db'}"

    database = await asyncio.to_thread(Database.open, url)

    assert await database.read(workspace_store.list_workspaces) == ()
    await database.close()


@pytest.mark.postgres
async def test_an_empty_postgresql_database_is_filled_as_it_is_opened(
    empty_postgres_url: str,
):
    database = await asyncio.to_thread(Database.open, empty_postgres_url)

    assert await database.read(workspace_store.list_workspaces) == ()
    await database.close()


async def test_many_at_once_fill_one_empty_database(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'x.db'}"

    opened = await asyncio.gather(
        *(asyncio.to_thread(Database.open, url) for _ in range(5))
    )

    assert version_of(url) == schema_upgrade.HEAD
    for database in opened:
        await database.close()


@pytest.mark.postgres
async def test_many_at_once_fill_one_empty_postgresql_database(
    empty_postgres_url: str,
):
    opened = await asyncio.gather(
        *(asyncio.to_thread(Database.open, empty_postgres_url) for _ in range(4))
    )

    assert version_of(empty_postgres_url) == schema_upgrade.HEAD
    for database in opened:
        await database.close()


def test_a_new_file_is_its_owners_alone(tmp_path: Path):
    schema_upgrade.upgrade_database(f"sqlite:///{tmp_path / 'x.db'}")

    assert (tmp_path / "x.db").stat().st_mode & 0o777 == 0o600


def test_looking_at_a_missing_file_does_not_make_it(tmp_path: Path):
    plan = schema_upgrade.plan_upgrade(f"sqlite:///{tmp_path / 'x.db'}")
    assert (plan.present, plan.steps[-1].number) == (None, TODAY)
    assert not (tmp_path / "x.db").exists()


def test_opening_an_up_to_date_database_loads_no_alembic(sqlite_url: str):
    program = (
        "import sys; from bot.storage import Database; "
        f"Database.open({sqlite_url!r}); "
        "sys.exit('alembic' in sys.modules or 'sqlalchemy.orm' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], check=False)

    assert done.returncode == 0


def test_a_database_of_a_development_version_is_refused(database_url: str):
    set_version(database_url, "0015")

    with pytest.raises(ConfigurationError, match="development version") as refused:
        Database.open(database_url)
    assert "«standfirst export» with that version" in str(refused.value)
    with pytest.raises(ConfigurationError, match="start fresh"):
        schema_upgrade.upgrade_database(database_url)
    assert version_of(database_url) == "0015"


def test_a_database_of_a_newer_program_is_refused(database_url: str):
    set_version(database_url, "9999")

    with pytest.raises(ConfigurationError, match=r"newer Standfirst .schema 9999"):
        Database.open(database_url)
    with pytest.raises(ConfigurationError, match="Update Standfirst, or point"):
        schema_upgrade.upgrade_database(database_url)
    assert version_of(database_url) == "9999"


@pytest.mark.usefixtures("a_second_step")
def test_sqlite_is_copied_and_upgraded_as_it_is_opened(sqlite_url: str, tmp_path: Path):
    with engine_of(sqlite_url) as engine, engine.begin() as connection:
        a_tenant(connection)

    schema_upgrade.prepare_database(engines.parse_database_url(sqlite_url))

    assert version_of(sqlite_url) == TOMORROW
    copy = tmp_path / f"standfirst.db.before-{TOMORROW}"
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT version_num FROM standfirst_version").fetchone() == (
            TODAY,
        )
        assert old.execute("SELECT name FROM workspaces").fetchall() == [("one",)]


@pytest.mark.usefixtures("a_second_step")
def test_rebuilding_a_table_erases_nothing_that_points_at_it(sqlite_url: str):
    with engine_of(sqlite_url) as engine, engine.begin() as connection:
        a_tenant(connection)

    schema_upgrade.upgrade_database(sqlite_url)

    with closing(
        sqlite3.connect(engines.get_sqlite_path(engines.parse_database_url(sqlite_url)))
    ) as file:
        assert file.execute("SELECT motto FROM workspaces").fetchall() == [(None,)]
        assert file.execute("SELECT name FROM digests").fetchall() == [("Morning",)]


@pytest.mark.usefixtures("a_second_step")
def test_a_step_that_fails_leaves_the_database_as_it_was(sqlite_url: str):
    folder: Path = schema_upgrade._SCRIPTS / "versions"
    (folder / f"{TOMORROW}_motto.py").write_text(
        SECOND_STEP + "    raise RuntimeError('half way')\n", encoding="utf-8"
    )

    with pytest.raises(RuntimeError, match="half way"):
        schema_upgrade.upgrade_database(sqlite_url)

    assert version_of(sqlite_url) == TODAY
    with engine_of(sqlite_url) as engine:
        columns = inspect(engine).get_columns("workspaces")
    assert "motto" not in {column["name"] for column in columns}


@pytest.mark.postgres
@pytest.mark.usefixtures("a_second_step")
def test_postgresql_in_use_is_upgraded_only_on_request(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as today:
        today.setattr(schema_upgrade, "HEAD", TODAY)
        today.setattr(schema_upgrade, "_SCRIPTS", MIGRATIONS)
        schema_upgrade.upgrade_database(empty_postgres_url)
    with pytest.raises(ConfigurationError, match="standfirst migrate"):
        Database.open(empty_postgres_url)
    assert version_of(empty_postgres_url) == TODAY

    schema_upgrade.upgrade_database(empty_postgres_url)

    assert version_of(empty_postgres_url) == TOMORROW


def test_a_file_of_another_program_is_refused_and_kept(tmp_path: Path):
    file = tmp_path / "x.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")

    with pytest.raises(ConfigurationError, match=r"did not make .recipes"):
        Database.open(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as other:
        tables = other.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("recipes",)]


@pytest.mark.postgres
def test_foreign_tables_with_our_names_are_rejected(empty_postgres_url: str):
    with engine_of(empty_postgres_url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE articles (name TEXT)")

    with pytest.raises(ConfigurationError, match=r"did not make .articles"):
        Database.open(empty_postgres_url)


@pytest.mark.postgres
async def test_tables_of_another_program_beside_ours_do_not_matter(
    empty_postgres_url: str,
):
    with engine_of(empty_postgres_url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")

    database = Database.open(empty_postgres_url)

    assert await database.read(workspace_store.list_workspaces) == ()
    await database.close()
