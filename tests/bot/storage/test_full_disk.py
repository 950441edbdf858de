"""A full disk, as far as SQLite can tell: nothing is lost, and it goes on by itself."""

import pytest

from bot.storage import Connection
from bot.storage.failures import Unavailable
from tests.bot.newsroom import BRIDGE, FLOOD, Newsroom
from tests.bot.test_editions import history


async def fill(desk: Newsroom) -> None:
    await desk.db.write(_pragma, "max_page_count = 1")


async def make_room(desk: Newsroom) -> None:
    await desk.db.write(_pragma, "max_page_count = 1000000")


def _pragma(conn: Connection, words: str) -> None:
    conn.exec_driver_sql(f"PRAGMA {words}")


async def test_what_is_due_waits_until_there_is_room(desk):
    desk.publish("flood", FLOOD)
    digest = await desk.digest()
    await desk.editions.order(digest.workspace_id, digest, "by-hand")
    await fill(desk)
    with pytest.raises(Unavailable, match="disk is full"):
        await desk.editions.compose_due()
    assert [o.state for o in await history(desk)] == ["due"]
    await make_room(desk)
    await desk.editions.compose_due()
    assert [o.state for o in await history(desk)] == ["composed"]


async def test_that_nothing_can_be_stored_is_no_fault_of_the_source(desk):
    desk.publish("long", BRIDGE + "A word more. " * 40_000)
    await fill(desk)
    with pytest.raises(Unavailable, match="disk is full"):
        await desk.editions.intake.refresh((await desk.digest()).sources)
    await make_room(desk)
    (source,) = (await desk.digest()).sources
    assert source.failures == 0
    assert await desk.editions.intake.refresh((source,)) > 0
