"""A full disk, as far as SQLite can tell: nothing is lost, and work resumes."""

import pytest

from bot.storage import Connection, DatabaseUnavailable
from tests.bot.harness import BRIDGE, FLOOD, BotHarness
from tests.bot.publishing.test_editions import history


async def fill(harness: BotHarness) -> None:
    await harness.db.write(_pragma, "max_page_count = 1")


async def make_room(harness: BotHarness) -> None:
    await harness.db.write(_pragma, "max_page_count = 1000000")


def _pragma(conn: Connection, words: str) -> None:
    conn.exec_driver_sql(f"PRAGMA {words}")


async def test_what_is_due_waits_until_there_is_room(harness):
    harness.publish("flood", FLOOD)
    digest = await harness.digest()
    await harness.publisher.order(digest, "by-hand")
    await fill(harness)
    with pytest.raises(DatabaseUnavailable, match="disk is full"):
        await harness.publisher.compose_due()
    assert [o.state for o in await history(harness)] == ["due"]
    await make_room(harness)
    await harness.publisher.compose_due()
    assert [o.state for o in await history(harness)] == ["composed"]


async def test_that_nothing_can_be_stored_is_no_fault_of_the_source(harness):
    harness.publish("long", BRIDGE + "A word more. " * 40_000)
    await fill(harness)
    with pytest.raises(DatabaseUnavailable, match="disk is full"):
        await harness.publisher.ingestor.refresh((await harness.digest()).sources)
    await make_room(harness)
    (source,) = (await harness.digest()).sources
    assert source.failures == 0
    assert (await harness.publisher.ingestor.refresh((source,))).new > 0
