"""Versions are mixed while PostgreSQL is upgraded: old processes run on, new ones wait.

There is one released version so far. The later one is a copy of the migrations with one
more, over whose schema the present program works on.
"""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import ConfigurationError, UserError
from bot.jobs.job_queue import read_table_scripts
from bot.storage import (
    Database,
    engines,
    migration_steps,
    schema_upgrade,
    workspace_store,
)
from bot.storage.schema import metadata
from bot.storage.schema_upgrade import OutdatedSchema
from tests.bot.harness import BRIDGE, FLOOD, POOL, WAIT, open_harness
from tests.bot.storage.builders import full_tenant
from tests.bot.storage.test_schema_upgrade import MIGRATIONS, engine_of, version_of
from tests.bot.storage.test_tenancy import everything_seen_by
from tests.fakes import Lost

pytestmark = pytest.mark.postgres

LATER = "0999"
#: A column with and one without a default in every table, a table and an index.
EXPANDING = f"""
    for table in {sorted(metadata.tables)!r}:
        op.add_column(table, sa.Column("later_note", sa.Text()))
        op.add_column(table, sa.Column(
            "later_flag", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.create_index("ix_later_" + table, table, ["later_flag"])
    op.create_table("later_things", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE digests SET later_note = 'x'")
"""
CONTRACTING = """
    op.drop_column("notices", "lists_incidents")
"""
REASON = "Older processes write a column that it drops."


@pytest.fixture
def upgrade_to_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., None]:
    """Upgrade a database as a later version does."""
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))

    def upgrade(url: str, body: str = EXPANDING, stop: str = "") -> None:
        (scripts / "versions" / f"{LATER}_later.py").write_text(
            '"""Change something."""\nimport sqlalchemy as sa\nfrom alembic import op\n'
            f'revision, down_revision = "{LATER}", "{schema_upgrade.HEAD}"\n'
            f"NEEDS_STOP = {stop!r}\ndef upgrade():{body}",
            encoding="utf-8",
        )
        with monkeypatch.context() as later:
            later.setattr(schema_upgrade, "_SCRIPTS", scripts)
            later.setattr(schema_upgrade, "HEAD", LATER)
            schema_upgrade.upgrade_database(url)

    return upgrade


@pytest.fixture
async def running(empty_postgres_url: str) -> AsyncIterator[Database]:
    """The database as a process of the present version has it open, in use."""
    opened = await asyncio.to_thread(Database.open, empty_postgres_url)
    await opened.read(workspace_store.list_workspaces)
    yield opened
    await opened.close()


@contextmanager
def transaction_that_has_read(url: str, table: str) -> Iterator[psycopg.Connection]:
    """Another program's transaction, which keeps a table from being altered."""
    with psycopg.connect(url) as other:
        other.execute(f"SELECT 1 FROM {table}")
        yield other


# ── processes of the version before ────────────────────────────────────────────


async def test_a_running_process_posts_once_over_a_schema_that_was_expanded_meanwhile(
    empty_postgres_url: str, tmp_path: Path, upgrade_to_later
):
    async with open_harness(empty_postgres_url, tmp_path) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply()
        await harness.post("before")
        # Its answer is lost: it is read back after the upgrade.
        harness.publish("pool", POOL)
        harness.platform.script(Lost())
        await harness.post("meanwhile")

        await asyncio.to_thread(upgrade_to_later, empty_postgres_url)

        harness.clock.advance(WAIT * 3)
        await harness.wake()
        harness.publish("flood", FLOOD)
        await harness.post("after")
        assert "Brannock" in repr((await harness.says("news latest")).blocks)
        assert harness.platform.doubled() == ()
        shown = " ".join(str(m.payload["text"]) for m in harness.platform.messages)
    for place in ("Harbour bridge", "Torvale", "Brannock"):
        assert place in shown


async def test_everything_is_read_over_a_schema_that_was_expanded_meanwhile(
    empty_postgres_url: str, running: Database, upgrade_to_later
):
    tenant = await running.write(full_tenant, "full")

    await asyncio.to_thread(upgrade_to_later, empty_postgres_url)

    seen = await running.read(everything_seen_by, tenant.workspace.id, tenant)
    assert [name for name, answer in seen.items() if not answer] == []


def test_the_later_schema_of_these_tests_is_an_expanded_one(
    empty_postgres_url: str, upgrade_to_later, tmp_path: Path
):
    """Control: the migrations are judged as what these tests take them for."""
    upgrade_to_later(empty_postgres_url)
    scripts, head = tmp_path / "migrations", schema_upgrade.HEAD
    (step,) = migration_steps.list_steps(scripts, head, "postgresql")
    assert step.breaking == ()


def test_a_process_that_starts_over_the_newer_schema_is_refused(
    empty_postgres_url: str, upgrade_to_later
):
    schema_upgrade.upgrade_database(empty_postgres_url)
    upgrade_to_later(empty_postgres_url)
    with pytest.raises(ConfigurationError, match=r"newer Standfirst .*Update"):
        Database.open(empty_postgres_url)


# ── the upgrade ────────────────────────────────────────────────────────────────


async def test_what_would_break_running_processes_waits_until_they_are_stopped(
    empty_postgres_url: str, running: Database, upgrade_to_later
):
    contract = partial(upgrade_to_later, empty_postgres_url, CONTRACTING, REASON)

    with pytest.raises(UserError, match=f"Stop every Standfirst .*{LATER}.*{REASON}"):
        await asyncio.to_thread(contract)
    assert version_of(empty_postgres_url) == schema_upgrade.HEAD

    await running.close()
    await asyncio.to_thread(contract)
    assert version_of(empty_postgres_url) == LATER


async def test_two_upgrades_at_once_are_one(empty_postgres_url: str):
    with engine_of(empty_postgres_url) as engine, engine.begin() as connection:
        schema_upgrade._run_migrations(connection, schema_upgrade.FIRST)

    await asyncio.gather(
        *(
            asyncio.to_thread(schema_upgrade.upgrade_database, empty_postgres_url)
            for _ in range(3)
        )
    )

    assert version_of(empty_postgres_url) == schema_upgrade.HEAD


def test_an_upgrade_gives_way_to_who_holds_a_table_and_is_done_afterwards(
    empty_postgres_url: str, upgrade_to_later, monkeypatch: pytest.MonkeyPatch
):
    schema_upgrade.upgrade_database(empty_postgres_url)
    monkeypatch.setattr(schema_upgrade, "LOCK_MILLISECONDS", 50)
    read_beside = threading.Event()

    def retry(error: DBAPIError) -> bool:
        # Between two attempts, others are served: nobody queues behind the upgrade.
        with psycopg.connect(empty_postgres_url) as third:
            third.execute("SELECT 1 FROM digests")
        read_beside.set()
        return transient(error)

    transient = engines.is_transient
    monkeypatch.setattr(engines, "is_transient", retry)
    upgrading = threading.Thread(target=upgrade_to_later, args=(empty_postgres_url,))
    with transaction_that_has_read(empty_postgres_url, "digests"):
        upgrading.start()
        assert read_beside.wait(30)
    upgrading.join(30)

    assert version_of(empty_postgres_url) == LATER


def test_a_table_that_is_never_free_is_reported_and_nothing_is_changed(
    empty_postgres_url: str, upgrade_to_later, monkeypatch: pytest.MonkeyPatch
):
    schema_upgrade.upgrade_database(empty_postgres_url)
    monkeypatch.setattr(schema_upgrade, "LOCK_MILLISECONDS", 50)
    monkeypatch.setattr(schema_upgrade, "_GIVE_UP_SECONDS", 0)

    with (
        transaction_that_has_read(empty_postgres_url, "digests"),
        pytest.raises(engines.DatabaseUnavailable, match="is busy: other work"),
    ):
        upgrade_to_later(empty_postgres_url)

    assert version_of(empty_postgres_url) == schema_upgrade.HEAD


# ── the tables of the queue ────────────────────────────────────────────────────


def test_a_process_that_shares_work_waits_for_the_tables_of_the_queue(
    empty_postgres_url: str,
):
    schema_upgrade.upgrade_database(empty_postgres_url)
    address = engines.parse_database_url(empty_postgres_url)
    scripts = read_table_scripts()
    schema_upgrade.prepare_database(address)
    with pytest.raises(OutdatedSchema, match="no tables for several processes"):
        schema_upgrade.prepare_database(address, queue=scripts)
    plan = schema_upgrade.plan_upgrade(empty_postgres_url, scripts)
    assert [step.number for step in plan.steps] == ["queue"]

    schema_upgrade.upgrade_database(empty_postgres_url, scripts)

    schema_upgrade.prepare_database(address, queue=scripts)
    assert schema_upgrade.plan_upgrade(empty_postgres_url, scripts).steps == ()


async def test_changes_of_the_queues_tables_wait_until_workers_are_stopped(
    empty_postgres_url: str, running: Database
):
    scripts = read_table_scripts()
    await asyncio.to_thread(
        schema_upgrade.upgrade_database, empty_postgres_url, scripts
    )
    later = replace(scripts, changes={**scripts.changes, "99_later": "SELECT 1"})
    upgrade = partial(schema_upgrade.upgrade_database, empty_postgres_url, later)
    with pytest.raises(UserError, match="migration queue cannot run beside them"):
        await asyncio.to_thread(upgrade)
    await running.close()
    await asyncio.to_thread(upgrade)
