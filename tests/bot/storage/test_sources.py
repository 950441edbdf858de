"""What polling asks of the sources' table, and what it keeps there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.storage import Connection, Database, articles, digests, sources
from bot.types import Source
from tests.bot.storage.builders import NOW, House, a_house, an_article, keep

HOUR = timedelta(hours=1)


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house, name="one", shared=True)


async def record(database: Database, house: House, **changes) -> Source:
    source = replace(house.source, **changes)
    await database.write(sources.record, source=source)
    return source


async def test_a_source_that_was_never_read_is_due_at_once(database, house):
    assert await database.read(sources.due, now=NOW, limit=9) == (house.source,)
    assert await database.read(sources.earliest, now=NOW) == NOW


async def test_a_source_is_due_from_its_moment_on(database, house):
    source = await record(database, house, next_poll_at=NOW + HOUR)
    early = await database.read(sources.due, now=NOW, limit=9)
    late = await database.read(sources.due, now=NOW + HOUR, limit=9)
    assert (early, late) == ((), (source,))
    assert await database.read(sources.earliest, now=NOW) == NOW + HOUR


async def test_a_stopped_source_is_never_due(database, house):
    await record(database, house, stopped=True, next_poll_at=None)
    assert await database.read(sources.due, now=NOW, limit=9) == ()
    assert await database.read(sources.earliest, now=NOW) is None


async def test_naming_a_stopped_source_again_makes_it_due(database, house):
    await record(database, house, stopped=True, next_poll_at=None, kind="page")
    again = await database.write(
        sources.ensure,
        workspace_id=None,
        kind="feed",
        address=house.source.address,
        name="Another name",
    )
    assert (again.stopped, again.name, again.kind) == (False, "Canal Post", "page")
    assert await database.read(sources.due, now=NOW, limit=9) == (again,)


async def test_a_pause_of_a_host_holds_for_its_sources_only(database, house):
    def make(connection: Connection, address: str) -> Source:
        return sources.ensure(
            connection, workspace_id=None, kind="feed", address=address, name="x"
        )

    await record(database, house, next_poll_at=NOW)
    same = await database.write(make, "http://news.example/other")
    other = await database.write(make, "https://news.example.org/feed")
    until = NOW + HOUR
    await database.write(sources.let_rest, host="news.example", until=until)

    async def rest(source: Source):
        found = await database.read(sources.by_key, source_id=source.id)
        assert found is not None
        return found.rest_until, found.next_poll_at

    assert await rest(house.source) == (until, until)
    assert await rest(same) == (until, until)
    assert await rest(other) == (None, None)


async def test_a_shorter_pause_does_not_shorten_a_longer_one(database, house):
    await database.write(sources.let_rest, host="news.example", until=NOW + 3 * HOUR)
    await database.write(sources.let_rest, host="news.example", until=NOW + HOUR)
    found = await database.read(sources.by_key, source_id=house.source.id)
    assert found is not None
    assert found.rest_until == NOW + 3 * HOUR


async def test_a_digests_source_begins_once_and_stays_begun(database, house):
    key = {"workspace_id": house.workspace.id, "digest_id": house.digest.id}
    first = await database.write(digests.begin_sources, **key, now=NOW)
    await database.write(
        digests.ensure,
        workspace_id=house.workspace.id,
        name="Morning",
        sources=[house.source],
        destinations=[],
    )
    second = await database.write(digests.begin_sources, **key, now=NOW)
    assert (first, second) == ({house.source.id}, frozenset())


async def test_an_article_is_heard_of_under_all_its_names(database, house):
    def store(connection: Connection) -> None:
        articles.store(
            connection, house.source, an_article(), now=NOW, names=["at:x", "said:y"]
        )

    await database.write(store)
    heard = await database.read(
        articles.heard, source_id=house.source.id, names={"at:x", "lock-opens", "no"}
    )
    assert set(heard) == {"at:x", "lock-opens"}
    assert {h.article.title for h in heard.values()} == {"Lock opens"}


async def test_what_another_source_gave_is_not_heard_of(database, house):
    await database.write(keep, house)
    other = await database.write(a_house, name="two")
    heard = await database.read(
        articles.heard, source_id=other.source.id, names={"lock-opens"}
    )
    assert heard == {}


async def test_a_thousand_names_are_looked_up(database, house):
    await database.write(keep, house)
    names = {f"name {n}" for n in range(2000)} | {"lock-opens"}
    heard = await database.read(articles.heard, source_id=house.source.id, names=names)
    assert set(heard) == {"lock-opens"}


async def test_what_counts_as_told_is_not_fresh(database, house):
    def store(connection: Connection) -> None:
        for name, told in (("told", True), ("new", False)):
            article = an_article(id=name, text=f"The {name} lock opens at noon.")
            articles.store(connection, house.source, article, now=NOW, baseline=told)

    await database.write(store)
    found = await database.read(
        articles.fresh, source_ids=[house.source.id], since=NOW - HOUR
    )
    assert [article.text for article in found] == ["The new lock opens at noon."]
