"""Articles behind editions, their corrections, and pages to be read again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.model import StoredEdition
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    article_store,
    correction_store,
    digest_store,
    edition_store,
    published_article_store,
)
from bot.storage.correction_store import Correction
from bot.storage.published_article_store import (
    CORRECTABLE_PERIOD,
    MAX_SETTLE_DELAY,
    SETTLE_DELAY,
    PublishedArticle,
)
from digests.corrections.amendments import Amendment
from digests.types import ArticleRef, CorrectionNote
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    Tenant,
    a_stored_edition,
    a_tenant,
    an_article,
    an_edition,
)

PLATFORMS = ("local", "discord", "slack")


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


def store(connection: Connection, /, tenant: Tenant, text: str, **later: float) -> int:
    """Store the article with this text, so long after now; return its key."""
    stored, _ = article_store.store_article(
        connection,
        tenant.source,
        an_article(text=text, url="https://outlet.example/a"),
        now=NOW + timedelta(**later),
    )
    return stored.article_id


def tell(
    connection: Connection, tenant: Tenant, slot: str = "08:30"
) -> tuple[StoredEdition, int]:
    """Store an edition that contains the article."""
    key = store(connection, tenant, TEXT, minutes=-5)
    found = article_store.find_article(
        connection, Scope(tenant.workspace.id), article_id=key
    )
    assert found is not None
    ref = ArticleRef(
        id=str(key),
        revision=found[0].revision,
        source="",
        title=None,
        url=None,
        published=None,
    )
    edition = an_edition()
    story = replace(edition.stories[0], articles=(ref,), cards=(), figures=())
    story = replace(story, disputes=())
    reported = replace(edition, stories=(story,), brief=(), made_at=NOW)
    return a_stored_edition(connection, tenant, slot=slot, edition=reported), key


async def due(database: Database, **later: float) -> tuple[PublishedArticle, ...]:
    at = NOW + timedelta(**later)
    return await database.read(
        published_article_store.list_due_comparisons, now=at, limit=9
    )


# ── when an article is checked ─────────────────────────────────────────────────


async def test_nothing_is_checked_before_a_change(database: Database, tenant: Tenant):
    await database.write(tell, tenant)
    assert await due(database, days=1) == ()
    assert await database.read(published_article_store.find_next_comparison_at) is None


async def test_a_changed_text_is_checked_once_it_has_settled(
    database: Database, tenant: Tenant
):
    await database.write(tell, tenant)
    await database.write(store, tenant, f"{TEXT} More.", hours=1)
    at = NOW + timedelta(hours=1) + SETTLE_DELAY
    assert await database.read(published_article_store.find_next_comparison_at) == at
    assert await due(database, hours=1) == ()
    assert len(await due(database, hours=2)) == 1


async def test_a_text_that_never_settles_is_still_checked(
    database: Database, tenant: Tenant
):
    await database.write(tell, tenant)
    for minute in range(60, 80):
        await database.write(store, tenant, f"{TEXT} {minute}.", minutes=minute)
    at = NOW + timedelta(minutes=60) + MAX_SETTLE_DELAY
    assert await database.read(published_article_store.find_next_comparison_at) == at


async def test_once_checked_it_waits_for_the_next_change(
    database: Database, tenant: Tenant
):
    await database.write(tell, tenant)
    await database.write(store, tenant, f"{TEXT} More.", hours=1)
    (one,) = await due(database, hours=2)
    assert await database.write(
        published_article_store.record_comparison, one, revision="new"
    )
    assert await due(database, days=1) == ()


async def test_a_change_during_a_check_is_checked_again(
    database: Database, tenant: Tenant
):
    await database.write(tell, tenant)
    await database.write(store, tenant, f"{TEXT} More.", hours=1)
    (one,) = await due(database, hours=2)
    await database.write(store, tenant, f"{TEXT} And more.", hours=2)
    assert not await database.write(
        published_article_store.record_comparison, one, revision="new"
    )
    assert len(await due(database, hours=3)) == 1


async def test_a_postponed_article_is_not_checked_before(
    database: Database, tenant: Tenant
):
    await database.write(tell, tenant)
    await database.write(store, tenant, f"{TEXT} More.", hours=1)
    (one,) = await due(database, hours=2)
    rest = NOW + timedelta(hours=5)
    await database.write(
        published_article_store.record_comparison, one, revision="new", not_before=rest
    )
    await database.write(store, tenant, f"{TEXT} And more.", hours=2)
    assert await database.read(published_article_store.find_next_comparison_at) == rest


async def test_old_and_undone_editions_are_not_checked(
    database: Database, tenant: Tenant
):
    stored_edition, _ = await database.write(tell, tenant)
    old = (CORRECTABLE_PERIOD + timedelta(hours=1)) / timedelta(hours=1)
    await database.write(store, tenant, f"{TEXT} More.", hours=old)
    assert await database.read(published_article_store.find_next_comparison_at) is None
    await database.write(
        edition_store.mark_edition_undone,
        Scope(tenant.workspace.id),
        edition_id=stored_edition.id,
        by="ana",
        now=NOW,
    )
    await database.write(store, tenant, f"{TEXT} And more.", hours=2)
    assert await database.read(published_article_store.find_next_comparison_at) is None


async def test_a_change_during_composition_is_checked_at_once(
    database: Database, tenant: Tenant
):
    def late(connection: Connection) -> None:
        stored_edition, _ = tell(connection, tenant)
        store(connection, tenant, f"{TEXT} More.", minutes=-1)
        again = replace(stored_edition.edition, made_at=NOW)
        other = a_stored_edition(connection, tenant, slot="09:00", edition=again)
        assert other.id != stored_edition.id

    await database.write(late)
    found = await due(database, minutes=0)
    assert len({one.edition_id for one in found}) == 1


# ── corrections ────────────────────────────────────────────────────────────────


def a_correction(
    stored_edition: StoredEdition, said: str = "It was 14.", **changes: Any
) -> Correction:
    story = stored_edition.edition.stories[0].id
    note = CorrectionNote(at=NOW, said=said)
    correction = Correction(
        edition_id=stored_edition.id,
        story=story,
        headline="A headline",
        found_at=NOW,
        state="due",
        amendment=Amendment(story=story, notes=(note,)),
    )
    return replace(correction, **changes)


@pytest.fixture
async def kept(
    database: Database, tenant: Tenant
) -> tuple[StoredEdition, Callable[..., Any]]:
    stored_edition, _ = await database.write(tell, tenant)

    async def keep(**changes: Any) -> int:
        return await database.write(
            correction_store.add_correction,
            Scope(tenant.workspace.id),
            correction=a_correction(stored_edition, **changes),
        )

    return stored_edition, keep


async def test_a_correction_comes_back_as_it_was_kept(
    database: Database, tenant: Tenant, kept: Any
):
    stored_edition, keep = kept
    wanted = a_correction(stored_edition, changes=({"before": "40", "after": "14"},))
    key = await keep(changes=({"before": "40", "after": "14"},))
    (found,) = await database.read(
        correction_store.list_newest_corrections,
        Scope(tenant.workspace.id),
        count=9,
    )
    assert found == replace(wanted, id=key, changes=({"before": "40", "after": "14"},))


async def test_due_work_is_found_where_its_platform_is_on(
    database: Database, tenant: Tenant, kept: Any
):
    stored_edition, keep = kept
    await keep()
    here = (tenant.workspace.id, stored_edition.id)
    found = await database.read(
        correction_store.list_due_corrections, platforms=PLATFORMS, limit=9
    )
    assert found == (here,)
    assert (
        await database.read(
            correction_store.list_due_corrections, platforms=(), limit=9
        )
        == ()
    )
    await database.write(
        correction_store.finish_corrections,
        Scope(here[0]),
        edition_id=here[1],
        state="edited",
    )
    assert (
        await database.read(
            correction_store.list_due_corrections, platforms=PLATFORMS, limit=9
        )
        == ()
    )


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"state": "due"}, True),
        ({"state": "edited"}, True),
        ({"state": "listed"}, False),
        ({"state": "unshown", "amendment": None}, False),
    ],
)
async def test_an_edition_is_found_in_its_corrected_form(
    database: Database, tenant: Tenant, kept: Any, changes: Any, shown: bool
):
    stored_edition, keep = kept
    await keep(**changes)
    found = await database.read(
        edition_store.find_edition,
        Scope(tenant.workspace.id),
        edition_id=stored_edition.id,
    )
    assert found is not None
    notes = [note.said for note in found.edition.stories[0].notes]
    assert notes == (["It was 14."] if shown else [])


async def test_a_reverted_correction_is_due_and_no_longer_applies(
    database: Database, tenant: Tenant, kept: Any
):
    stored_edition, keep = kept
    key = await keep(state="edited", editor_name="Ana")
    scope = Scope(tenant.workspace.id)
    await database.write(correction_store.revert_corrections, scope, ids=[key], now=NOW)
    assert await database.read(
        correction_store.list_due_corrections, platforms=PLATFORMS, limit=9
    )
    this = {"edition_id": stored_edition.id}
    assert await database.read(correction_store.list_amendments, scope, **this) == ()
    story = stored_edition.edition.stories[0].id
    assert (
        await database.read(
            correction_store.find_editor_correction, scope, **this, story=story
        )
        is None
    )


# ── pages ──────────────────────────────────────────────────────────────────────


@pytest.fixture
async def feed(database: Database) -> Tenant:
    return await database.write(a_tenant, name="feed", shared=True)


async def page_of(database: Database) -> published_article_store.PageReread | None:
    found = await database.read(
        published_article_store.list_due_rereads, now=NOW + timedelta(days=9), limit=9
    )
    return found[0] if found else None


async def test_only_what_a_feed_gave_is_read_again(
    database: Database, tenant: Tenant, feed: Tenant
):
    kinds = {tenant.source.kind, feed.source.kind}
    await database.write(tell, tenant)
    before = await page_of(database)
    await database.write(tell, feed)
    after = await page_of(database)
    assert [before is None, after is None] == [
        tenant.source.kind == "folder",
        feed.source.kind == "folder",
    ], kinds


async def test_a_page_is_a_version_that_is_never_current(
    database: Database, feed: Tenant
):
    _, key = await database.write(tell, feed)
    one = await page_of(database)
    assert one is not None
    page = replace(an_article(text="On the page."), id=str(key), revision="page-1")
    await database.write(
        published_article_store.store_page_revision, one, page, now=NOW
    )
    here: dict[str, Any] = {"scope": Scope(feed.workspace.id), "article_id": key}
    current = await database.read(article_store.find_article, **here)
    stored = await database.read(article_store.find_article, **here, revision="page-1")
    assert current is not None
    assert stored is not None
    assert (current[0].text, stored[0].text) == (TEXT, "On the page.")


async def test_editions_begin_at_the_first_version_of_a_page(
    database: Database, feed: Tenant
):
    _, key = await database.write(tell, feed)
    one = await page_of(database)
    assert one is not None
    page = replace(an_article(text="On the page."), id=str(key), revision="page-1")
    await database.write(
        published_article_store.store_page_revision, one, page, now=NOW
    )
    await database.write(tell, feed, "09:00")
    await database.write(store, feed, f"{TEXT} More.", hours=1)
    found = await due(database, hours=2)
    assert [reported.page_revision for reported in found] == ["page-1", "page-1"]


async def test_when_it_is_read_next_is_kept(database: Database, feed: Tenant):
    await database.write(tell, feed)
    one = await page_of(database)
    assert one is not None
    later = NOW + timedelta(hours=3)
    await database.write(published_article_store.reschedule_reread, one, next_at=later)
    await database.write(
        published_article_store.set_page_validators, one, etag='"a"', last_modified=None
    )
    assert await database.read(published_article_store.find_next_reread_at) == later
    again = await page_of(database)
    assert again is not None
    assert (again.times, again.etag) == (1, '"a"')
    await database.write(published_article_store.reschedule_reread, one, next_at=None)
    assert await database.read(published_article_store.find_next_reread_at) is None


async def test_a_page_is_reread_while_an_edition_could_be_corrected(
    database: Database, feed: Tenant
):
    _, key = await database.write(tell, feed)
    assert await database.read(published_article_store.is_reread_needed, article_id=key)
    await database.write(
        digest_store.delete_digest,
        Scope(feed.workspace.id),
        digest_id=feed.digest.id,
        now=NOW,
    )
    assert not await database.read(
        published_article_store.is_reread_needed, article_id=key
    )
