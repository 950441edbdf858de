import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.model import StoredArticle
from bot.model.scope import Scope
from bot.storage import Connection, Database, article_store
from bot.storage.unknown_articles import OfferedArticle, store_unknown_articles
from digests.language.normalization import revision_hash
from digests.types import Article, ArticleImage
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    Tenant,
    a_tenant,
    an_article,
    random_letters,
    store_article,
)

LONG_AGO = NOW - timedelta(days=300)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


def fresh(connection: Connection, tenant: Tenant) -> tuple[Article, ...]:
    return article_store.list_fresh_articles(
        connection, source_ids=[tenant.source.id], since=LONG_AGO
    )


# ── identity and revisions ─────────────────────────────────────────────────────


async def test_an_article_comes_back_whole(database: Database, tenant: Tenant):
    image = ArticleImage(address="https://canal.example/lock.jpg", alt="The lock")
    given = an_article(author="N. Weir", lang="en", sample="fictional", image=image)

    stored, new = await database.write(
        article_store.store_article, tenant.source, given, now=NOW
    )

    (found,) = await database.read(fresh, tenant)
    assert new
    assert found == an_article(
        id=str(stored.article_id),
        source="Canal Post",
        author="N. Weir",
        lang="en",
        sample="fictional",
        image=image,
        revision=revision_hash(given.title, given.text),
    )


async def test_the_outlet_in_the_text_overrides_the_sources_name(
    database: Database, tenant: Tenant
):
    await database.write(
        article_store.store_article,
        tenant.source,
        an_article(source="Lakeside Wire"),
        now=NOW,
    )

    (found,) = await database.read(fresh, tenant)
    assert found.source == "Lakeside Wire"


async def test_the_same_version_again_is_not_new(database: Database, tenant: Tenant):
    first, _ = await database.write(
        article_store.store_article, tenant.source, an_article(), now=NOW
    )
    again, new = await database.write(
        article_store.store_article,
        tenant.source,
        an_article(),
        now=NOW + timedelta(hours=1),
    )

    assert not new
    assert again == first


async def test_a_changed_text_is_a_new_revision_and_current(
    database: Database, tenant: Tenant
):
    first, _ = await database.write(
        article_store.store_article, tenant.source, an_article(), now=NOW
    )
    changed, new = await database.write(
        article_store.store_article,
        tenant.source,
        an_article(text="It opens at one."),
        now=NOW,
    )

    (found,) = await database.read(fresh, tenant)
    assert new
    assert changed.article_id == first.article_id
    assert changed.revision_id != first.revision_id
    assert found.text == "It opens at one."


async def test_a_changed_title_alone_is_a_new_revision(
    database: Database, tenant: Tenant
):
    await database.write(
        article_store.store_article, tenant.source, an_article(), now=NOW
    )
    _, new = await database.write(
        article_store.store_article,
        tenant.source,
        an_article(title="Lock opened"),
        now=NOW,
    )

    assert new


async def test_an_old_version_can_still_be_found(database: Database, tenant: Tenant):
    first, _ = await database.write(
        article_store.store_article, tenant.source, an_article(), now=NOW
    )
    await database.write(
        article_store.store_article,
        tenant.source,
        an_article(text="It opens at one."),
        now=NOW,
    )
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "article_id": first.article_id,
    }

    old = await database.read(
        article_store.find_article, **key, revision=revision_hash("Lock opens", TEXT)
    )
    current = await database.read(article_store.find_article, **key)
    none = await database.read(article_store.find_article, **key, revision="0000")

    assert old is not None
    assert current is not None
    assert (old[0].text, old[1].current) == (TEXT, False)
    assert (current[0].text, current[1].current) == ("It opens at one.", True)
    assert none is None


CORRECTION: dict[str, Any] = {
    "id": "lock-opens-corrected",
    "revises": "lock-opens",
    "text": "It opens at one.",
    "published": NOW,
}


@pytest.mark.parametrize("correction_first", [False, True])
async def test_a_correction_joins_its_article_whichever_comes_first(
    database: Database, tenant: Tenant, correction_first: bool
):
    given = [an_article(), an_article(**CORRECTION)]
    if correction_first:
        given.reverse()

    stored = [
        await database.write(article_store.store_article, tenant.source, one, now=NOW)
        for one in given
    ]

    (found,) = await database.read(fresh, tenant)
    assert len({one.article_id for one, _ in stored}) == 1
    assert [new for _, new in stored] == [True, True]
    assert found.text == "It opens at one."


async def test_reading_both_again_changes_nothing(database: Database, tenant: Tenant):
    both = [an_article(), an_article(**CORRECTION)]
    for one in both:
        await database.write(article_store.store_article, tenant.source, one, now=NOW)

    again = [
        await database.write(article_store.store_article, tenant.source, one, now=NOW)
        for one in both
    ]

    (found,) = await database.read(fresh, tenant)
    assert [new for _, new in again] == [False, False]
    assert found.text == "It opens at one."


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_correction_of_a_correction_joins_too(
    database: Database, tenant: Tenant, backwards: bool
):
    given = [
        an_article(),
        an_article(**CORRECTION),
        an_article(
            id="lock-opens-corrected-again",
            revises="lock-opens-corrected",
            text="It opens at two.",
            published=NOW + timedelta(hours=1),
        ),
    ]
    for one in reversed(given) if backwards else given:
        await database.write(article_store.store_article, tenant.source, one, now=NOW)

    (found,) = await database.read(fresh, tenant)
    assert found.text == "It opens at two."


async def test_a_source_that_reverts_to_an_earlier_text_is_followed(
    database: Database, tenant: Tenant
):
    for text in (TEXT, "It opens at one.", TEXT):
        stored, new = await database.write(
            article_store.store_article, tenant.source, an_article(text=text), now=NOW
        )

    (found,) = await database.read(fresh, tenant)
    assert not new
    assert stored.current
    assert found.text == TEXT


async def test_two_sources_with_one_id_are_two_articles(database: Database):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")

    first, _ = await database.write(
        article_store.store_article, one.source, an_article(), now=NOW
    )
    other, _ = await database.write(
        article_store.store_article, two.source, an_article(), now=NOW
    )

    assert first.article_id != other.article_id


async def test_an_id_of_ten_thousand_characters_is_an_id(
    database: Database, tenant: Tenant
):
    long = random_letters(10_000)
    first, _ = await database.write(
        article_store.store_article, tenant.source, an_article(id=long), now=NOW
    )
    _, again = await database.write(
        article_store.store_article, tenant.source, an_article(id=long), now=NOW
    )
    other, new = await database.write(
        article_store.store_article, tenant.source, an_article(id=long + "y"), now=NOW
    )

    assert not again
    assert new
    assert other.article_id != first.article_id


async def test_an_article_stored_twice_at_once_is_one(database_url: str):
    one, other = Database.open(database_url), Database.open(database_url)
    tenant = await one.write(a_tenant)
    loop = asyncio.get_running_loop()
    second: list[asyncio.Future[tuple[StoredArticle, bool]]] = []

    def begin_the_other() -> None:
        second.append(
            asyncio.ensure_future(
                other.write(
                    article_store.store_article, tenant.source, an_article(), now=NOW
                )
            )
        )

    def store(connection: Connection) -> tuple[StoredArticle, bool]:
        done = article_store.store_article(
            connection, tenant.source, an_article(), now=NOW
        )
        # The other one reaches its own insert while this one is not yet committed.
        loop.call_soon_threadsafe(begin_the_other)
        time.sleep(0.2)
        return done

    first, new = await one.write(store)

    assert new
    assert await second[0] == (first, False)
    for opened in (one, other):
        await opened.close()


# ── fresh ───────────────────────────────────────────────────────────


async def test_fresh_is_what_came_in_since_newest_first(
    database: Database, tenant: Tenant
):
    def fill(connection: Connection) -> None:
        store_article(connection, tenant, id="early", at=NOW - timedelta(hours=2))
        store_article(connection, tenant, id="b", published=NOW - timedelta(minutes=5))
        store_article(
            connection, tenant, id="a", published=NOW - timedelta(days=9), title="Old"
        )
        store_article(
            connection, tenant, id="c", published=NOW + timedelta(days=9), title="Odd"
        )

    await database.write(fill)
    found = await database.read(
        article_store.list_fresh_articles, source_ids=[tenant.source.id], since=NOW
    )

    # A future date counts as the moment it was fetched: nothing is pinned.
    assert [article.title for article in found] == ["Odd", "Lock opens", "Old"]


async def test_fresh_reads_only_the_sources_named(database: Database):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")
    await database.write(store_article, one)

    assert len(await database.read(fresh, one)) == 1
    assert await database.read(fresh, two) == ()


# ── several at once ──────────────────────────────────────────────────────────────


async def store_unknown(
    database: Database, tenant: Tenant, *offered: OfferedArticle
) -> list[StoredArticle | None]:
    return await database.write(store_unknown_articles, tenant.source, offered, now=NOW)


async def test_unknown_articles_are_stored_as_if_one_after_the_other(
    database: Database, tenant: Tenant
):
    several = [an_article(id=f"a{n}", title=f"Lock {n} opens") for n in range(3)]
    offered = [OfferedArticle(article=one, names=(f"at:{one.id}",)) for one in several]
    stored = await store_unknown(database, tenant, *offered)
    found = await database.read(fresh, tenant)
    assert {one.title for one in found} == {one.title for one in several}
    assert [str(one.article_id) for one in stored if one] == sorted(
        one.id for one in found
    )
    for one, before in zip(several, stored, strict=True):
        again = await database.write(
            article_store.store_article, tenant.source, one, now=NOW
        )
        assert again == (before, False)


async def test_their_names_lead_to_them(database: Database, tenant: Tenant):
    offered = OfferedArticle(article=an_article(), names=("at:elsewhere",))
    await store_unknown(database, tenant, offered)
    renamed = an_article(id="another", title="Lock opens at last")
    _stored, new = await database.write(
        article_store.store_article,
        tenant.source,
        renamed,
        now=NOW,
        names=("at:elsewhere",),
    )
    assert new
    assert len(await database.read(fresh, tenant)) == 1


async def test_what_counts_as_published_stays_so(database: Database, tenant: Tenant):
    await store_unknown(
        database, tenant, OfferedArticle(article=an_article(), baseline=True)
    )
    assert await database.read(fresh, tenant) == ()


@pytest.mark.parametrize(
    "other",
    [
        OfferedArticle(article=an_article(title="The same id")),
        OfferedArticle(article=an_article(id="b"), names=("lock-opens",)),
        OfferedArticle(article=an_article(id="c", revises="lock-opens")),
    ],
    ids=["id", "name", "revised"],
)
async def test_what_may_be_another_ones_revision_is_left_to_the_careful_way(
    database: Database, tenant: Tenant, other: OfferedArticle
):
    first = OfferedArticle(article=an_article())
    assert await store_unknown(database, tenant, first, other) == [None, None]
    (stored,) = await store_unknown(database, tenant, first)
    assert stored is not None
    assert await store_unknown(database, tenant, other) == [None]


async def test_nothing_unknown_stores_nothing(database: Database, tenant: Tenant):
    assert await store_unknown(database, tenant) == []
    assert await database.read(fresh, tenant) == ()
