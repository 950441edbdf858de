"""What editions stand on, what was corrected in them, and pages that are read again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.storage import (
    Connection,
    Database,
    articles,
    corrections,
    digests,
    editions,
    rereads,
    told_articles,
)
from bot.storage.corrections import Correction
from bot.storage.told_articles import LIVING, RESTLESS, SETTLED, ToldArticle
from bot.types import Issue
from digests.amending import Amendment
from digests.types import ArticleRef, Note
from tests.bot.storage.builders import (
    NOW,
    TEXT,
    House,
    a_house,
    an_article,
    an_edition,
    an_issue,
)

PLATFORMS = ("local", "discord", "slack")


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


def store(connection: Connection, /, house: House, text: str, **later: float) -> int:
    """The article in this text, so long after now; its key."""
    stored, _ = articles.store(
        connection,
        house.source,
        an_article(text=text, url="https://outlet.example/a"),
        now=NOW + timedelta(**later),
    )
    return stored.article_id


def tell(
    connection: Connection, house: House, slot: str = "08:30"
) -> tuple[Issue, int]:
    """An edition that tells the stored article."""
    key = store(connection, house, TEXT, minutes=-5)
    found = articles.by_id(connection, workspace_id=house.workspace.id, article_id=key)
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
    told = replace(edition, stories=(story,), brief=(), made_at=NOW)
    return an_issue(connection, house, slot=slot, edition=told), key


async def due(database: Database, **later: float) -> tuple[ToldArticle, ...]:
    at = NOW + timedelta(**later)
    return await database.read(told_articles.due, now=at, limit=9)


# ── when an article is looked at ───────────────────────────────────────────────


async def test_nothing_is_looked_at_before_something_changed(
    database: Database, house: House
):
    await database.write(tell, house)
    assert await due(database, days=1) == ()
    assert await database.read(told_articles.next_look) is None


async def test_a_changed_text_is_looked_at_once_it_has_settled(
    database: Database, house: House
):
    await database.write(tell, house)
    await database.write(store, house, f"{TEXT} More.", hours=1)
    at = NOW + timedelta(hours=1) + SETTLED
    assert await database.read(told_articles.next_look) == at
    assert await due(database, hours=1) == ()
    assert len(await due(database, hours=2)) == 1


async def test_what_never_settles_is_looked_at_all_the_same(
    database: Database, house: House
):
    await database.write(tell, house)
    for minute in range(60, 80):
        await database.write(store, house, f"{TEXT} {minute}.", minutes=minute)
    at = NOW + timedelta(minutes=60) + RESTLESS
    assert await database.read(told_articles.next_look) == at


async def test_looked_at_it_waits_for_the_next_change(database: Database, house: House):
    await database.write(tell, house)
    await database.write(store, house, f"{TEXT} More.", hours=1)
    (one,) = await due(database, hours=2)
    assert await database.write(told_articles.looked, one, revision="new")
    assert await due(database, days=1) == ()


async def test_what_changed_again_while_it_was_looked_at_is_looked_at_again(
    database: Database, house: House
):
    await database.write(tell, house)
    await database.write(store, house, f"{TEXT} More.", hours=1)
    (one,) = await due(database, hours=2)
    await database.write(store, house, f"{TEXT} And more.", hours=2)
    assert not await database.write(told_articles.looked, one, revision="new")
    assert len(await due(database, hours=3)) == 1


async def test_what_rests_is_not_looked_at_before(database: Database, house: House):
    await database.write(tell, house)
    await database.write(store, house, f"{TEXT} More.", hours=1)
    (one,) = await due(database, hours=2)
    rest = NOW + timedelta(hours=5)
    await database.write(told_articles.looked, one, revision="new", rests_until=rest)
    await database.write(store, house, f"{TEXT} And more.", hours=2)
    assert await database.read(told_articles.next_look) == rest


async def test_an_old_edition_and_one_taken_back_are_not_looked_at(
    database: Database, house: House
):
    issue, _ = await database.write(tell, house)
    old = (LIVING + timedelta(hours=1)) / timedelta(hours=1)
    await database.write(store, house, f"{TEXT} More.", hours=old)
    assert await database.read(told_articles.next_look) is None
    await database.write(
        editions.note_undone,
        workspace_id=house.workspace.id,
        edition_id=issue.id,
        by="ana",
        now=NOW,
    )
    await database.write(store, house, f"{TEXT} And more.", hours=2)
    assert await database.read(told_articles.next_look) is None


async def test_what_changed_while_the_edition_was_made_is_looked_at_at_once(
    database: Database, house: House
):
    def late(connection: Connection) -> None:
        issue, _ = tell(connection, house)
        store(connection, house, f"{TEXT} More.", minutes=-1)
        again = replace(issue.edition, made_at=NOW)
        other = an_issue(connection, house, slot="09:00", edition=again)
        assert other.id != issue.id

    await database.write(late)
    found = await due(database, minutes=0)
    assert len({one.edition_id for one in found}) == 1


# ── corrections ────────────────────────────────────────────────────────────────


def a_correction(issue: Issue, said: str = "It was 14.", **changes: Any) -> Correction:
    story = issue.edition.stories[0].id
    note = Note(at=NOW, said=said)
    correction = Correction(
        edition_id=issue.id,
        story=story,
        headline="A headline",
        found_at=NOW,
        state="due",
        amendment=Amendment(story=story, notes=(note,)),
    )
    return replace(correction, **changes)


@pytest.fixture
async def kept(database: Database, house: House) -> tuple[Issue, Callable[..., Any]]:
    issue, _ = await database.write(tell, house)

    async def keep(**changes: Any) -> int:
        return await database.write(
            corrections.record,
            workspace_id=house.workspace.id,
            correction=a_correction(issue, **changes),
        )

    return issue, keep


async def test_a_correction_comes_back_as_it_was_kept(
    database: Database, house: House, kept: Any
):
    issue, keep = kept
    wanted = a_correction(issue, changes=({"before": "40", "after": "14"},))
    key = await keep(changes=({"before": "40", "after": "14"},))
    (found,) = await database.read(
        corrections.newest, workspace_id=house.workspace.id, count=9
    )
    assert found == replace(wanted, id=key, changes=[{"before": "40", "after": "14"}])


async def test_what_is_due_is_found_where_its_platform_is_on(
    database: Database, house: House, kept: Any
):
    issue, keep = kept
    await keep()
    here = (house.workspace.id, issue.id)
    found = await database.read(corrections.due, platforms=PLATFORMS, limit=9)
    assert found == (here,)
    assert await database.read(corrections.due, platforms=(), limit=9) == ()
    await database.write(
        corrections.settle,
        workspace_id=here[0],
        edition_id=here[1],
        state="edited",
    )
    assert await database.read(corrections.due, platforms=PLATFORMS, limit=9) == ()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"state": "due"}, True),
        ({"state": "edited"}, True),
        ({"state": "listed"}, False),
        ({"state": "unshown", "amendment": None}, False),
    ],
)
async def test_an_edition_is_found_as_it_is_told_now(
    database: Database, house: House, kept: Any, changes: Any, shown: bool
):
    issue, keep = kept
    await keep(**changes)
    found = await database.read(
        editions.by_id, workspace_id=house.workspace.id, edition_id=issue.id
    )
    assert found is not None
    notes = [note.said for note in found.edition.stories[0].notes]
    assert notes == (["It was 14."] if shown else [])


async def test_what_was_taken_back_is_due_and_holds_no_more(
    database: Database, house: House, kept: Any
):
    issue, keep = kept
    key = await keep(state="edited", by_name="Ana")
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    await database.write(corrections.take_back, **here, corrections=[key], now=NOW)
    assert await database.read(corrections.due, platforms=PLATFORMS, limit=9)
    this = {"edition_id": issue.id}
    assert await database.read(corrections.amendments, **here, **this) == ()
    story = issue.edition.stories[0].id
    assert (
        await database.read(corrections.by_editor, **here, **this, story=story) is None
    )


# ── pages ──────────────────────────────────────────────────────────────────────


@pytest.fixture
async def feed(database: Database) -> House:
    return await database.write(a_house, name="feed", shared=True)


async def page_of(database: Database) -> rereads.Reread | None:
    found = await database.read(rereads.due, now=NOW + timedelta(days=9), limit=9)
    return found[0] if found else None


async def test_only_what_a_feed_gave_is_read_again(
    database: Database, house: House, feed: House
):
    kinds = {house.source.kind, feed.source.kind}
    await database.write(tell, house)
    before = await page_of(database)
    await database.write(tell, feed)
    after = await page_of(database)
    assert [before is None, after is None] == [
        house.source.kind == "folder",
        feed.source.kind == "folder",
    ], kinds


async def test_a_page_is_a_version_that_is_never_current(
    database: Database, feed: House
):
    _, key = await database.write(tell, feed)
    one = await page_of(database)
    assert one is not None
    page = replace(an_article(text="On the page."), id=str(key), revision="page-1")
    await database.write(rereads.keep, one, page, now=NOW)
    here: dict[str, Any] = {"workspace_id": feed.workspace.id, "article_id": key}
    current = await database.read(articles.by_id, **here)
    stored = await database.read(articles.by_id, **here, revision="page-1")
    assert current is not None
    assert stored is not None
    assert (current[0].text, stored[0].text) == (TEXT, "On the page.")


async def test_editions_begin_at_the_first_version_of_a_page(
    database: Database, feed: House
):
    _, key = await database.write(tell, feed)
    one = await page_of(database)
    assert one is not None
    page = replace(an_article(text="On the page."), id=str(key), revision="page-1")
    await database.write(rereads.keep, one, page, now=NOW)
    await database.write(tell, feed, "09:00")
    await database.write(store, feed, f"{TEXT} More.", hours=1)
    found = await due(database, hours=2)
    assert [told.page_revision for told in found] == ["page-1", "page-1"]


async def test_when_it_is_read_next_is_kept(database: Database, feed: House):
    await database.write(tell, feed)
    one = await page_of(database)
    assert one is not None
    later = NOW + timedelta(hours=3)
    await database.write(rereads.again, one, next_at=later)
    await database.write(rereads.ask_with, one, etag='"a"', last_modified=None)
    assert await database.read(rereads.earliest) == later
    again = await page_of(database)
    assert again is not None
    assert (again.times, again.etag) == (1, '"a"')
    await database.write(rereads.again, one, next_at=None)
    assert await database.read(rereads.earliest) is None


async def test_a_page_is_wanted_as_long_as_somebody_would_be_corrected(
    database: Database, feed: House
):
    _, key = await database.write(tell, feed)
    assert await database.read(rereads.is_wanted, article_id=key)
    await database.write(
        digests.delete_one,
        workspace_id=feed.workspace.id,
        digest_id=feed.digest.id,
        now=NOW,
    )
    assert not await database.read(rereads.is_wanted, article_id=key)
