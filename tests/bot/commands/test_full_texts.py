"""What people see of full texts: in posts, `why`, a story, lists of sources."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.configuration import change_preview
from bot.configuration.change_preview import ChangePreviews, DigestPreview
from bot.model import DEFAULT_DIGEST
from bot.storage import page_reading_store
from bot.storage.page_reading_store import PageReading
from tests.bot.commands.editors import Editor, editor, newcomer, said
from tests.bot.ingest.newswire import Newswire, open_newswire
from tests.bot.ingest.pages import FERRY, HTML, QUARRY, News
from tests.wire.server import Script, answer, dripping

EXCERPT = "from the feed’s excerpt"
#: A page that stops where subscribers read on.
WALL = answer(
    QUARRY.html().replace(
        f"<p>{QUARRY.more[1]}".encode(),
        b'<div class="paywall"><p>Subscribe now to continue reading this article. '
        b"Already a subscriber? Log in.</p></div><p hidden>",
    ),
    headers=HTML,
)


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    async with open_newswire(sqlite_url, tmp_path) as built:
        yield built


async def subscribed(
    newswire: Newswire, page: Script | None, *, more: str = "", news: News = QUARRY
) -> Editor:
    """An editor of a digest over a feed with one excerpt, whose page is this."""
    newswire.publish("/feed", [news.item(newswire.url(f"/{news.name}"))])
    if page is not None:
        newswire.shelf[f"/{news.name}"] = page
    await newswire.subscribe("/feed", more=more)
    await newswire.poll()
    return await editor(newswire.harness)


async def is_posted_from_excerpt(newswire: Newswire) -> bool:
    """Post, and look at what the mark in every post comes from."""
    stored = (await newswire.harness.post()).stored_edition
    assert stored is not None
    (story,) = stored.edition.stories
    return bool(story.articles[0].excerpt)


async def test_a_story_from_its_page_is_not_marked_and_why_says_when_it_was_read(
    newswire: Newswire,
):
    ana = await subscribed(newswire, QUARRY.page())
    assert await is_posted_from_excerpt(newswire) is False
    assert EXCERPT not in said(await ana.says("news story", story="1"))
    assert "read from the page today 12:00" in said(
        await ana.says("news why", story="1")
    )


async def test_a_story_with_another_page_is_marked_and_why_says_what_the_page_was(
    newswire: Newswire,
):
    ana = await subscribed(newswire, FERRY.page())
    assert await is_posted_from_excerpt(newswire) is True
    assert EXCERPT in said(await ana.says("news story", story="1"))
    why = said(await ana.says("news why", story="1"))
    assert f"{EXCERPT}; its page, asked today 12:00: another article" in why


async def test_why_says_that_a_page_is_behind_a_wall(newswire: Newswire):
    ana = await subscribed(newswire, WALL)
    await newswire.harness.post()
    assert "today 12:00: paywall" in said(await ana.says("news why", story="1"))


async def test_why_says_that_a_page_was_not_read(newswire: Newswire):
    never = f'full_text = {{ "{newswire.url("/feed")}" = "never" }}'
    ana = await subscribed(newswire, QUARRY.page(), more=never)
    await newswire.harness.post()
    why = said(await ana.says("news why", story="1"))
    assert f"{EXCERPT}; its page was not read" in why


async def test_lists_of_sources_say_what_came_of_their_pages(newswire: Newswire):
    ana = await subscribed(newswire, QUARRY.page())
    await newswire.harness.post()
    listed = await ana.sees("{Morning brief}:sources:1")
    for reported in map(said, (listed, await ana.says("newsdesk status"))):
        assert "excerpts: the pages behind them are read" in reported
        assert "1 of 1 page could be used lately" in reported


async def test_a_source_whose_pages_fail_says_what_to_do(newswire: Newswire):
    ana = await subscribed(newswire, None)
    for n in range(6):
        news = News(name=f"n{n}", title=f"News {n}", teaser=f"It is {n}.", more=())
        newswire.publish("/feed", [news.item(newswire.url(f"/{news.name}"))])
        await newswire.poll(hours=7)
        await newswire.harness.db.write(
            page_reading_store.save_page_reading, walled(newswire, n + 1)
        )
    listed = said(await ana.sees("{Morning brief}:sources:1"))
    assert "! Hallin Courier" in listed
    assert "0 of 6 pages could be used lately (6: paywall)" in listed
    assert "set its full texts to never" in listed
    doctor = said(await ana.says("newsdesk doctor"))
    assert "full texts to never" in doctor
    await ana.sets("full_text", "Courier = never")
    assert "✓ Hallin Courier" in said(await ana.sees("{Morning brief}:sources:1"))


def walled(newswire: Newswire, article_id: int) -> PageReading:
    now = newswire.harness.clock.now()
    return PageReading(
        article_id=article_id,
        host="courier.example",
        expands="r",
        asked_at=now,
        tries=1,
        requests=1,
        verdict="paywall",
        read_at=now,
    )


# ── before there is a digest ───────────────────────────────────────────────────


async def first_preview(newswire: Newswire, **settings: object) -> DigestPreview:
    """What /newsdesk setup shows of a feed that nobody reads yet."""
    newswire.publish("/feed", [QUARRY.item(newswire.url("/quarry"))])
    feed, harness = newswire.url("/feed"), newswire.harness
    entry = {**DEFAULT_DIGEST, "name": "Brief", "sources": [feed], **settings}
    previews = ChangePreviews(publisher=harness.publisher)
    return await previews.preview_digest(newcomer(harness).place.workspace, entry)


async def test_the_first_preview_is_made_from_the_pages(newswire: Newswire):
    newswire.shelf["/quarry"] = QUARRY.page()
    shown = await first_preview(newswire)
    (story,) = shown.edition.stories
    assert (story.articles[0].origin, len(story.cards)) == ("page", 1)
    assert shown.excerpts == 1
    assert await newswire.articles() == 0


async def test_the_first_preview_does_not_wait_for_a_late_page(
    newswire: Newswire, monkeypatch: pytest.MonkeyPatch
):
    newswire.shelf["/quarry"] = dripping(QUARRY.html(), every=1)
    monkeypatch.setattr(change_preview, "PAGE_SECONDS", 0.1)
    (story,) = (await first_preview(newswire)).edition.stories
    assert story.articles[0].excerpt


async def test_pages_that_a_new_digest_does_not_want_are_not_asked(newswire: Newswire):
    newswire.shelf["/quarry"] = QUARRY.page()
    never = {newswire.url("/feed"): "never"}
    await first_preview(newswire, full_text=never)
    assert "/quarry" not in newswire.server.paths()


async def test_repeated_previews_keep_to_the_requests_that_a_host_gets(
    newswire: Newswire,
):
    newswire.shelf["/quarry"] = QUARRY.page()
    newswire.harness.ingestor.full_text_reader.budget.requests_per_host = 2
    for _ in range(4):
        await first_preview(newswire)
    assert newswire.server.paths().count("/quarry") == 2
