"""The quota of stored articles: whose texts go, and that news still comes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.model.scope import Scope
from bot.operations.article_quota import UNREAD_PERIOD, ArticleQuota
from bot.operations.maintenance import Maintenance
from bot.settings import Retention
from bot.storage import (
    Connection,
    article_store,
    quota_store,
    schema,
    workspace_store,
)
from bot.storage.source_store import HAS_TEXT, TEXT_SIZE
from tests.bot.ingest.newswire import Newswire, feed_configuration, open_newswire
from tests.feeds import Item, an_item

LIMIT = 10
REVISION, SOURCE = schema.revisions.c, schema.sources.c


def items(*numbers: int) -> list[Item]:
    """Items with these numbers, of which the higher ones are older."""
    return [an_item(number) for number in numbers]


@pytest.fixture
async def wire(database_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom with feeds on loopback, on each kind of database."""
    async with open_newswire(database_url, tmp_path) as built:
        yield built


async def workspace_with(wire: Newswire, name: str, *paths: str) -> Scope:
    """Set up a workspace that reads the feeds at these paths."""
    text = feed_configuration([wire.url(path) for path in paths])
    await wire.harness.apply(text.replace('"newsroom"', f'"{name}"'))
    return (await wire.harness.place(name)).workspace.scope


async def enforce(wire: Newswire, limit: int = LIMIT) -> None:
    quota = ArticleQuota(db=wire.harness.db, clock=wire.harness.clock, limit=limit)
    await quota.enforce()


def list_titles(connection: Connection, path: str) -> list[str]:
    """The titles of the stored texts of a feed, oldest first."""
    query = (
        select(REVISION.title)
        .join(schema.articles, schema.articles.c.id == REVISION.article_id)
        .join(schema.sources, SOURCE.id == schema.articles.c.source_id)
        .where(SOURCE.address.endswith(path), REVISION.current, HAS_TEXT)
        .order_by(REVISION.fetched_at, REVISION.id)
    )
    return list(connection.execute(query).scalars())


async def titles(wire: Newswire, path: str) -> list[str]:
    return await wire.harness.db.read(list_titles, path)


def count_stored(connection: Connection) -> tuple[dict[int, int], dict[int, int]]:
    """The counts of the sources, and what they should be."""
    kept = select(SOURCE.id, SOURCE.stored_articles)
    counted = (
        select(schema.articles.c.source_id, func.sum(TEXT_SIZE))
        .join(REVISION.id.table, schema.articles.c.id == REVISION.article_id)
        .where(HAS_TEXT)
        .group_by(schema.articles.c.source_id)
    )
    stored = {key: count for key, count in connection.execute(kept) if count}
    return stored, {key: int(count) for key, count in connection.execute(counted)}


# ── counting ──────────────────────────────────────────────────────────────────────


async def test_what_is_stored_is_counted_through_changes_and_pruning(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    await enforce(wire)
    wire.publish("/feed", items(1, 2, 3))
    await wire.poll(minutes=1)
    wire.publish("/feed", [an_item(1, text="The bridge is open again."), an_item(4)])
    await wire.poll(minutes=30)
    stored, expected = await wire.harness.db.read(count_stored)
    assert stored == expected
    assert sum(stored.values()) == 5
    wire.harness.clock.advance(timedelta(days=60))
    short = Retention(articles=30, editions=30, history=30)
    db, clock = wire.harness.db, wire.harness.clock
    await Maintenance(db=db, clock=clock, retention=short).prune_outdated()
    assert await wire.harness.db.read(count_stored) == ({}, {})


async def test_a_long_text_counts_as_much_as_it_is_long(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    wire.publish("/feed", [an_item(1, text="The bridge is open. " * 9_000)])
    await wire.poll(minutes=1)
    await enforce(wire, limit=1_000)
    stored, expected = await wire.harness.db.read(count_stored)
    assert stored == expected
    assert list(stored.values()) == [18]


async def test_sources_of_an_earlier_version_are_counted_by_a_running_bot(
    wire: Newswire,
):
    await workspace_with(wire, "a", "/feed", "/other")
    wire.publish("/feed", items(1, 2, 3))
    wire.publish("/other", items(4))
    await wire.poll(minutes=1)

    def forget(connection: Connection) -> None:
        connection.execute(update(schema.sources).values(stored_articles=None))

    await wire.harness.db.write(forget)
    wire.publish("/feed", items(1, 2, 3, 5))
    await wire.poll(minutes=30)
    await enforce(wire)
    stored, expected = await wire.harness.db.read(count_stored)
    assert stored == expected
    assert sorted(stored.values()) == [1, 4]


async def test_what_several_read_is_divided_so_that_the_parts_add_up(wire: Newswire):
    a = await workspace_with(wire, "a", "/shared", "/own")
    b = await workspace_with(wire, "b", "/shared")
    wire.publish("/shared", items(1, 2, 3, 4))
    wire.publish("/own", items(5, 6, 7))
    await wire.poll(minutes=1)
    await enforce(wire, limit=100)
    parts = await wire.harness.db.read(quota_store.measure_parts)
    assert parts == {a.workspace_id: 5, b.workspace_id: 2}
    assert await wire.harness.db.read(quota_store.list_saved_parts) == parts
    assert await wire.harness.db.read(quota_store.measure_part, a) == 5


async def test_two_digests_of_a_workspace_pay_for_a_source_once(wire: Newswire):
    more = f"""
[[workspace.digest]]
name = "Evening"
sources = ["{wire.url("/feed")}"]
destinations = ["morning"]
"""
    await wire.subscribe("/feed", more=more)
    wire.publish("/feed", items(1, 2, 3))
    await wire.poll(minutes=1)
    await enforce(wire)
    parts = await wire.harness.db.read(quota_store.measure_parts)
    assert list(parts.values()) == [3]


async def test_a_folder_that_was_not_counted_yet_has_no_part(wire: Newswire):
    await wire.harness.apply()
    parts = await wire.harness.db.read(quota_store.measure_parts)
    assert list(parts.values()) == [0]


# ── beyond the quota ──────────────────────────────────────────────────────────────


async def test_the_oldest_texts_go_and_the_newest_stay(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    wire.publish("/feed", items(*range(30, 22, -1)))
    await wire.poll(minutes=1)
    wire.publish("/feed", items(*range(8)))
    await wire.poll(minutes=30)
    await enforce(wire)
    kept = await titles(wire, "/feed")
    assert len(kept) == 9
    assert {an_item(number).title for number in range(8)} <= set(kept)
    assert sum((await wire.harness.db.read(count_stored))[0].values()) == 9


async def test_news_still_comes_and_what_went_is_not_news_again(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    wire.publish("/feed", items(*range(20)))
    await wire.poll(minutes=1)
    await enforce(wire)
    gone = await wire.articles() - len(await titles(wire, "/feed"))
    assert gone == 11
    wire.publish("/feed", items(99, *range(20)))
    await wire.poll(minutes=30)
    assert (await titles(wire, "/feed"))[-1] == an_item(99).title
    assert await wire.articles() == 21
    (source,) = await wire.sources()
    since = wire.harness.clock.now() - timedelta(days=1)
    fresh = await wire.harness.db.read(
        article_store.list_fresh_articles, [source.id], since, include_baseline=True
    )
    assert len(fresh) == 10
    assert all(article.text for article in fresh)


async def test_what_an_edition_shows_stays(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    wire.publish("/feed", items(40, 41, 42))
    await wire.poll(minutes=1)
    await wire.harness.post()
    shown = await titles(wire, "/feed")
    assert len(shown) == 3
    wire.publish("/feed", items(*range(20)))
    await wire.poll(minutes=30)
    await enforce(wire)
    kept = await titles(wire, "/feed")
    assert kept[:3] == shown
    assert len(kept) == 9


async def test_a_workspace_within_its_quota_loses_nothing_because_of_another(
    wire: Newswire,
):
    await workspace_with(wire, "hostile", "/shared", "/flood")
    await workspace_with(wire, "quiet", "/shared", "/calm")
    wire.publish("/shared", items(*range(100, 108)))
    wire.publish("/calm", items(1, 2, 3))
    await wire.poll(minutes=1)
    # What they share is older than all that is deleted.
    wire.publish("/flood", items(*range(10, 50)))
    await wire.poll(minutes=90)
    await enforce(wire)
    assert len(await titles(wire, "/shared")) == 8
    assert len(await titles(wire, "/calm")) == 3
    # Half of what they share, and the rest of its own.
    assert len(await titles(wire, "/flood")) == 5


async def test_a_second_workspace_makes_nothing_free(wire: Newswire):
    """Both read the same feed, and both are over."""
    await workspace_with(wire, "one", "/flood")
    await workspace_with(wire, "two", "/flood")
    wire.publish("/flood", items(*range(40)))
    await wire.poll(minutes=1)
    await enforce(wire)
    assert len(await titles(wire, "/flood")) <= 2 * LIMIT


async def test_long_texts_are_not_pruned_further_than_necessary(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    long = "The bridge is open. " * 2_400
    wire.publish("/feed", [an_item(number, text=long) for number in range(12)])
    await wire.poll(minutes=1)
    await enforce(wire, limit=50)
    assert len(await titles(wire, "/feed")) == 9


async def test_only_so_much_stays_known_of_what_went(
    wire: Newswire, monkeypatch: pytest.MonkeyPatch
):
    """A feed whose entries are new at each reading leaves no endless record."""
    monkeypatch.setattr(quota_store, "KNOWN_ARTICLES", 15)
    await workspace_with(wire, "a", "/feed")
    for start in range(0, 80, 20):
        wire.publish("/feed", items(*range(start, start + 20)))
        await wire.poll(minutes=30)
        await enforce(wire)
    assert len(await titles(wire, "/feed")) == 9
    assert await wire.articles() <= 25


async def test_without_a_limit_nothing_goes(wire: Newswire):
    await workspace_with(wire, "a", "/feed")
    wire.publish("/feed", items(*range(20)))
    await wire.poll(minutes=1)
    await enforce(wire, limit=0)
    assert len(await titles(wire, "/feed")) == 20


# ── sources that nobody reads ─────────────────────────────────────────────────────


async def test_a_removed_source_keeps_its_texts_until_it_can_be_expected_gone(
    wire: Newswire,
):
    """Adding sources, filling them and removing them does not fill the disk."""
    await workspace_with(wire, "a", "/feed", "/other")
    wire.publish("/feed", items(1))
    wire.publish("/other", items(2, 3))
    await wire.poll(minutes=1)
    await workspace_with(wire, "a", "/feed")
    await enforce(wire)
    assert len(await titles(wire, "/other")) == 2
    wire.harness.clock.advance(UNREAD_PERIOD + timedelta(minutes=1))
    await enforce(wire)
    assert await titles(wire, "/other") == []
    assert len(await titles(wire, "/feed")) == 1


async def test_erasing_a_workspace_leaves_the_counts_of_others_right(wire: Newswire):
    scope = await workspace_with(wire, "a", "/feed", "/shared")
    await workspace_with(wire, "b", "/shared")
    wire.publish("/feed", items(1, 2))
    wire.publish("/shared", items(3, 4, 5))
    await wire.poll(minutes=1)
    await enforce(wire, limit=100)
    eraser = Maintenance(db=wire.harness.db, clock=wire.harness.clock).eraser
    workspace = await wire.harness.db.read(workspace_store.find_workspace, scope)
    assert workspace is not None
    await eraser.show(workspace, None)
    await eraser.order(workspace, None, workspace.name or workspace.external_id)
    await eraser.run_ordered()
    stored, expected = await wire.harness.db.read(count_stored)
    assert stored == expected
    assert list(stored.values()) == [3]
