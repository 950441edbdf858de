"""The sources table: what polling reads and stores."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Source
from bot.model.scope import Scope
from bot.storage import Connection, Database, article_store, digest_store, source_store
from tests.bot.storage.builders import NOW, Tenant, a_tenant, an_article, store_article

HOUR = timedelta(hours=1)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant, name="one", shared=True)


async def record(database: Database, tenant: Tenant, **changes) -> Source:
    source = replace(tenant.source, **changes)
    await database.write(source_store.update_source, source=source)
    return source


async def test_a_source_that_was_never_read_is_due_at_once(database, tenant):
    assert await database.read(source_store.list_due_sources, now=NOW, limit=9) == (
        tenant.source,
    )
    assert await database.read(source_store.find_next_poll_at, now=NOW) == NOW


async def test_a_source_is_due_from_its_moment_on(database, tenant):
    source = await record(database, tenant, next_poll_at=NOW + HOUR)
    early = await database.read(source_store.list_due_sources, now=NOW, limit=9)
    late = await database.read(source_store.list_due_sources, now=NOW + HOUR, limit=9)
    assert (early, late) == ((), (source,))
    assert await database.read(source_store.find_next_poll_at, now=NOW) == NOW + HOUR


async def test_a_stopped_source_is_never_due(database, tenant):
    await record(database, tenant, stopped=True, next_poll_at=None)
    assert await database.read(source_store.list_due_sources, now=NOW, limit=9) == ()
    assert await database.read(source_store.find_next_poll_at, now=NOW) is None


async def test_naming_a_stopped_source_again_makes_it_due(database, tenant):
    await record(database, tenant, stopped=True, next_poll_at=None, kind="page")
    again = await database.write(
        source_store.upsert_source,
        workspace_id=None,
        kind="feed",
        address=tenant.source.address,
        name="Another name",
    )
    assert (again.stopped, again.name, again.kind) == (False, "Canal Post", "page")
    assert await database.read(source_store.list_due_sources, now=NOW, limit=9) == (
        again,
    )


async def test_a_pause_of_a_host_holds_for_its_sources_only(database, tenant):
    def make(connection: Connection, address: str) -> Source:
        return source_store.upsert_source(
            connection, workspace_id=None, kind="feed", address=address, name="x"
        )

    await record(database, tenant, next_poll_at=NOW)
    same = await database.write(make, "http://news.example/other")
    other = await database.write(make, "https://news.example.org/feed")
    until = NOW + HOUR
    await database.write(source_store.back_off_host, host="news.example", until=until)

    async def rest(source: Source):
        found = await database.read(source_store.find_source, source_id=source.id)
        assert found is not None
        return found.backoff_until, found.next_poll_at

    assert await rest(tenant.source) == (until, until)
    assert await rest(same) == (until, until)
    assert await rest(other) == (None, None)


async def test_a_shorter_pause_does_not_shorten_a_longer_one(database, tenant):
    await database.write(
        source_store.back_off_host, host="news.example", until=NOW + 3 * HOUR
    )
    await database.write(
        source_store.back_off_host, host="news.example", until=NOW + HOUR
    )
    found = await database.read(source_store.find_source, source_id=tenant.source.id)
    assert found is not None
    assert found.backoff_until == NOW + 3 * HOUR


async def test_a_digests_source_begins_once_and_stays_begun(database, tenant):
    key = {"scope": Scope(tenant.workspace.id), "digest_id": tenant.digest.id}
    first = await database.write(digest_store.mark_sources_begun, **key, now=NOW)
    await database.write(
        digest_store.upsert_digest,
        Scope(tenant.workspace.id),
        name="Morning",
        sources=[tenant.source],
        destinations=[],
    )
    second = await database.write(digest_store.mark_sources_begun, **key, now=NOW)
    assert (first, second) == ({tenant.source.id}, frozenset())


async def test_an_article_is_known_under_all_its_names(database, tenant):
    def store(connection: Connection) -> None:
        article_store.store_article(
            connection, tenant.source, an_article(), now=NOW, names=["at:x", "said:y"]
        )

    await database.write(store)
    heard = await database.read(
        article_store.find_known_articles,
        source_id=tenant.source.id,
        names={"at:x", "lock-opens", "no"},
    )
    assert set(heard) == {"at:x", "lock-opens"}
    assert {h.article.title for h in heard.values()} == {"Lock opens"}


async def test_articles_of_another_source_are_unknown(database, tenant):
    await database.write(store_article, tenant)
    other = await database.write(a_tenant, name="two")
    heard = await database.read(
        article_store.find_known_articles,
        source_id=other.source.id,
        names={"lock-opens"},
    )
    assert heard == {}


async def test_a_thousand_names_are_looked_up(database, tenant):
    await database.write(store_article, tenant)
    names = {f"name {n}" for n in range(2000)} | {"lock-opens"}
    heard = await database.read(
        article_store.find_known_articles, source_id=tenant.source.id, names=names
    )
    assert set(heard) == {"lock-opens"}


async def test_published_articles_are_not_fresh(database, tenant):
    def store(connection: Connection) -> None:
        for name, reported in (("told", True), ("new", False)):
            article = an_article(id=name, text=f"The {name} lock opens at noon.")
            article_store.store_article(
                connection, tenant.source, article, now=NOW, baseline=reported
            )

    await database.write(store)
    found = await database.read(
        article_store.list_fresh_articles,
        source_ids=[tenant.source.id],
        since=NOW - HOUR,
    )
    assert [article.text for article in found] == ["The new lock opens at noon."]
