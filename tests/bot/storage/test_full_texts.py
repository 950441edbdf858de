"""Full texts beside the texts of their sources, in the database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.model.scope import Scope
from bot.storage import Connection, Database, article_store, page_reading_store
from bot.storage.page_reading_store import PageReading
from digests.types import Article
from tests.bot.storage.builders import NOW, Tenant, a_tenant, an_article

MORE = "The lock opens at noon. It is 312 metres long and was built in four years."


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


def store(conn: Connection, tenant: Tenant, *, hours: int = 0, **changes: Any) -> int:
    at = NOW + timedelta(hours=hours)
    article = an_article(excerpt=True, **changes)
    stored, _ = article_store.store_article(conn, tenant.source, article, now=at)
    return stored.article_id


def expand(conn: Connection, key: int, *, hours: int = 1) -> Article | None:
    """Store the full text of the source's newest text; return it as it is current."""
    at = NOW + timedelta(hours=hours)
    announced = article_store.load_source_texts(conn, [key])[key]
    reading = PageReading(
        article_id=key, host="news.example", expands=announced.revision, asked_at=at
    )
    page_reading_store.save_page_reading(conn, reading)
    full = replace(
        announced,
        text=MORE,
        excerpt=False,
        origin="page",
        expands=announced.revision,
        revision="page-1",
    )
    return full if article_store.store_full_text(conn, key, full, at) else None


async def find(database: Database, tenant: Tenant, key: int) -> Article:
    scope = Scope(tenant.workspace.id)
    found = await database.read(article_store.find_article, scope, key)
    assert found is not None
    return found[0]


async def test_a_full_text_is_current_and_comes_back_whole(database, tenant):
    key = await database.write(store, tenant)

    full = await database.write(expand, key)

    assert await find(database, tenant, key) == full


async def test_a_poll_that_began_before_it_does_not_bring_the_excerpt_back(
    database, tenant
):
    key = await database.write(store, tenant)
    await database.write(expand, key)

    await database.write(store, tenant, hours=2)

    assert (await find(database, tenant, key)).origin == "page"


async def test_a_full_text_of_an_earlier_entry_is_not_stored(database, tenant):
    key = await database.write(store, tenant)
    before = (await database.read(article_store.load_source_texts, [key]))[key]
    await database.write(store, tenant, hours=1, text="The lock opens at one.")
    late = replace(before, text=MORE, origin="page", expands=before.revision)

    stored = await database.write(
        article_store.store_full_text, key, replace(late, revision="page-1"), NOW
    )

    assert stored is None
    assert (await find(database, tenant, key)).text == "The lock opens at one."


async def test_the_sources_next_text_is_compared_with_its_last_one(database, tenant):
    key = await database.write(store, tenant)
    await database.write(expand, key)

    names = ["lock-opens"]
    known = await database.read(
        article_store.find_known_articles, tenant.source.id, names
    )

    assert known["lock-opens"].full
    assert known["lock-opens"].article.origin == "source"


async def test_requests_are_counted_by_host_and_time(database, tenant):
    key = await database.write(store, tenant)
    reading = PageReading(
        article_id=key, host="news.example", expands="r", asked_at=NOW, requests=2
    )
    await database.write(page_reading_store.save_page_reading, reading)

    async def count(host: str, hours: int) -> int:
        since = NOW - timedelta(hours=hours)
        counted = page_reading_store.count_host_requests
        return int(await database.read(counted, host, since))

    assert await count("news.example", 1) == 2
    assert await count("news.example", -1) == 0
    assert await count("other.example", 1) == 0


async def test_what_came_of_the_pages_of_a_source_is_counted(database, tenant):
    for number, verdict in enumerate(("article", "article", "paywall", None)):
        key = await database.write(
            store, tenant, id=f"a{number}", url=f"https://x/{number}"
        )
        reading = PageReading(
            article_id=key, host="x", expands="r", asked_at=NOW, verdict=verdict
        )
        await database.write(page_reading_store.save_page_reading, reading)

    counts = await database.read(
        page_reading_store.count_page_verdicts,
        [tenant.source.id],
        NOW - timedelta(days=1),
    )

    assert counts == {tenant.source.id: {"article": 2, "paywall": 1}}
