"""What the scheduler requests jobs for."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.jobs.dispatching import (
    MOST_OF_HOST,
    list_editions_to_compose,
    list_sources_to_read,
)
from bot.model import DueMoment
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    digest_store,
    schedule_store,
    source_store,
    workspace_store,
)
from tests.bot.storage.builders import NOW

pytestmark = pytest.mark.postgres


@pytest.fixture
async def database(queue_url: str) -> AsyncIterator[Database]:
    opened = Database.open(queue_url)
    yield opened
    await opened.close()


def a_digest(conn: Connection, *addresses: str) -> tuple[Scope, int]:
    """A digest that reads these feeds, none of which was read yet."""
    workspace = workspace_store.upsert_workspace(
        conn, platform="discord", external_id="1", name="w", zone="UTC", now=NOW
    )
    feeds = [
        source_store.upsert_source(conn, None, "feed", address, address)
        for address in addresses
    ]
    digest = digest_store.upsert_digest(
        conn, Scope(workspace.id), name="d", sources=feeds, destinations=[]
    )
    return Scope(workspace.id), digest.id


async def test_one_host_gets_a_limited_number_of_jobs(database):
    many = [f"https://many.example/{n}" for n in range(MOST_OF_HOST + 5)]
    await database.write(a_digest, *many, "https://one.example/feed")
    requests = await database.read(list_sources_to_read, NOW)
    locks = [one.lock for one in requests]
    assert locks.count("host:many.example") == MOST_OF_HOST
    assert locks.count("host:one.example") == 1


async def test_a_digest_is_not_requested_again_while_it_is_composed(database):
    def plan(conn: Connection) -> None:
        scope, digest_id = a_digest(conn)
        schedule_store.plan_occurrence(
            conn,
            scope,
            digest_id=digest_id,
            due=DueMoment(at=NOW, local_date=NOW.date(), slot="08:30"),
            zone="UTC",
            trigger="schedule",
        )

    await database.write(plan)
    (request,) = await database.read(
        list_editions_to_compose, NOW + timedelta(minutes=1)
    )
    assert request.unless_running


async def test_the_jobs_of_a_lock_have_an_index(database):
    query = text("SELECT to_regclass('standfirst_jobs_lock') IS NOT NULL")
    assert await database.read(lambda conn: conn.execute(query).scalar())
