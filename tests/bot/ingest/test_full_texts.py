"""Reading the pages behind excerpts: what is stored, what is asked, and how often."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.ingest.full_texts import MOST_TRIES
from bot.model.scope import Scope
from bot.storage import article_store, page_reading_store, quote_store, schema
from bot.storage.page_reading_store import PageReading
from digests.types import Article, ArticleImage
from tests.bot.ingest.newswire import Newswire, answer_with_etag, open_newswire
from tests.bot.ingest.pages import FERRY, HTML, NEWS, PAYWALL, QUARRY, News
from tests.wire.server import answer, dripping, endless, redirect


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom with a feed of one excerpt, whose page the server has."""
    async with open_newswire(sqlite_url, tmp_path) as built:
        await offer(built, QUARRY)
        await built.subscribe("/feed")
        await built.poll()
        yield built


async def offer(newswire: Newswire, *several: News) -> None:
    newswire.publish("/feed", [n.item(newswire.url(f"/{n.name}")) for n in several])
    for news in several:
        newswire.shelf[f"/{news.name}"] = news.page()


async def read(newswire: Newswire, *, seconds: float = 30.0) -> int:
    """Read the pages of all stored articles that are due."""
    harness = newswire.harness
    keys = await harness.db.read(
        lambda conn: list(conn.execute(select(schema.articles.c.id)).scalars())
    )
    pages = await harness.db.read(page_reading_store.list_article_pages, keys)
    return await harness.ingestor.full_text_reader.read_pages(
        pages.values(), 1, seconds=seconds
    )


async def current(newswire: Newswire, key: int = 1) -> Article:
    found = await newswire.harness.db.read(article_store.find_article, Scope(1), key)
    assert found is not None
    return found[0]


async def reading(newswire: Newswire, key: int = 1) -> PageReading:
    find = page_reading_store.find_page_reading
    found = await newswire.harness.db.read(find, Scope(1), key)
    assert found is not None
    return found


def asked(newswire: Newswire, path: str = "/quarry") -> int:
    return newswire.server.paths().count(path)


# ── what is stored ─────────────────────────────────────────────────────────────


async def test_the_text_of_the_page_is_the_articles_current_text(newswire):
    before = await current(newswire)

    assert await read(newswire) == 1

    now = await current(newswire)
    assert (before.excerpt, now.excerpt, now.origin) == (True, False, "page")
    assert "Milena Hartog" in now.text
    assert now.title == before.title
    assert now.expands == before.revision
    assert now.published == before.published


async def test_an_article_without_an_image_has_that_of_its_page(newswire):
    image = b'<head><meta property="og:image" content="/hill.jpg">'
    html = QUARRY.html().replace(b"<head>", image)
    newswire.shelf["/quarry"] = answer(html, headers=HTML)
    assert await read(newswire) == 1
    found = ArticleImage(address=newswire.url("/hill.jpg"))
    assert (await current(newswire)).image == found


async def test_the_sources_own_text_stays_beside_it(newswire):
    excerpt = await current(newswire)
    await read(newswire)

    find = article_store.find_source_text
    found = await newswire.harness.db.read(find, Scope(1), 1)

    assert found is not None
    assert found[0] == excerpt


async def test_its_quotes_and_figures_point_into_it(newswire):
    await read(newswire)

    text = (await current(newswire)).text
    quotes = await newswire.harness.db.read(quote_store.list_quotes, Scope(1), limit=9)
    figures = await newswire.harness.db.read(
        quote_store.list_figures, Scope(1), article_ids=[1], limit=9
    )

    assert {quote.speaker for _, quote in quotes} == {"Milena Hartog"}
    assert all(text[quote.start : quote.end] == quote.text for _, quote in quotes)
    assert "1.3 million euros" in {figure.text for _, figure in figures}


async def test_it_counts_as_fetched_with_the_entry(newswire):
    arrival = article_store.find_article_arrival
    first = await newswire.harness.db.read(arrival, Scope(1), 1)
    newswire.harness.clock.advance(hours=5)

    await read(newswire)

    assert await newswire.harness.db.read(arrival, Scope(1), 1) == first


async def test_what_came_of_it_is_stored(newswire):
    newswire.harness.clock.advance(minutes=7)

    await read(newswire)

    found = await reading(newswire)
    assert (found.verdict, found.next_at) == ("article", None)
    assert found.read_at == newswire.harness.clock.now()


async def test_a_page_without_more_leaves_the_entry_and_calls_it_whole(newswire):
    whole = FERRY.item(newswire.url("/ferry"), whole=True)
    newswire.publish("/feed", [replace(whole, text=f"{whole.text} Read more")])
    newswire.shelf["/ferry"] = FERRY.page()
    await newswire.poll(hours=1)
    assert (await current(newswire, 2)).excerpt

    await read(newswire)

    found = await current(newswire, 2)
    assert (found.origin, found.excerpt) == ("source", False)
    assert (await reading(newswire, 2)).verdict == "entry_full"


async def test_it_goes_with_its_source(newswire):
    await read(newswire)

    def delete_source(conn):
        conn.execute(schema.sources.delete())
        left = (schema.page_readings, schema.revisions)
        return [conn.execute(select(table)).all() for table in left]

    assert await newswire.harness.db.write(delete_source) == [[], []]


async def test_its_source_is_known_to_give_excerpts_after_the_next_poll(newswire):
    await read(newswire)
    await offer(newswire, QUARRY, FERRY)
    await newswire.poll(hours=1)

    assert (await newswire.source()).completeness == "excerpt"


# ── what is asked, and how often ───────────────────────────────────────────────


async def test_a_page_is_asked_once_for_a_text(newswire):
    await read(newswire)
    newswire.harness.clock.advance(days=1)

    assert await read(newswire) == 0
    assert asked(newswire) == 1


@pytest.mark.parametrize(
    "bad",
    [
        answer(b"", status=500),
        answer(b"<html><body></body></html>", headers={"Content-Type": "text/html"}),
        answer(b"", status=404),
    ],
    ids=["broken", "empty", "missing"],
)
async def test_a_page_that_fails_is_tried_again_at_doubling_intervals(newswire, bad):
    newswire.shelf["/quarry"] = bad
    times = []
    for _ in range(60 * 6):
        before = asked(newswire)
        await read(newswire)
        if asked(newswire) > before:
            times.append(newswire.harness.clock.now())
        newswire.harness.clock.advance(minutes=1)

    gaps = [later - at for at, later in pairwise(times)]
    assert gaps == [timedelta(minutes=15), timedelta(minutes=30)]
    assert len(times) == MOST_TRIES
    assert (await current(newswire)).excerpt


async def test_a_wall_leaves_the_excerpt(newswire):
    newswire.shelf["/quarry"] = PAYWALL

    await read(newswire)

    assert (await current(newswire)).origin == "source"
    assert (await reading(newswire)).verdict != "article"


async def test_a_defect_in_one_page_does_not_stop_the_others(newswire, monkeypatch):
    await offer(newswire, *NEWS)
    await newswire.poll(hours=1)
    reader = newswire.harness.ingestor.source_reader
    usual = reader.read_article_page

    async def defective(announced, *args, **more):
        if announced.url.endswith("/ferry"):
            raise ZeroDivisionError
        return await usual(announced, *args, **more)

    monkeypatch.setattr(reader, "read_article_page", defective)

    assert await read(newswire) == 2


async def test_a_text_that_could_not_be_stored_is_read_again(newswire, monkeypatch):
    reader = newswire.harness.ingestor.full_text_reader

    async def defective(*_args):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(type(reader), "_store", defective)
        assert await read(newswire) == 0
    newswire.harness.clock.advance(minutes=15)

    assert await read(newswire) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        endless({"Content-Type": "text/html"}, b"<p>more and more</p>" * 500),
        dripping(b"<html><body>" + b"x" * 100_000, every=0.5),
        redirect("/quarry"),
        answer(b"\x1f\x8b" + b"\0" * 200, headers={"Content-Encoding": "gzip"}),
    ],
    ids=["endless", "drip", "redirect", "bomb"],
)
async def test_a_hostile_page_leaves_the_excerpt_and_delays_nobody(newswire, hostile):
    elsewhere = FERRY.item(newswire.url("/ferry", "island.example"))
    newswire.publish("/feed", [QUARRY.item(newswire.url("/quarry")), elsewhere])
    newswire.shelf |= {"/quarry": hostile, "/ferry": FERRY.page()}
    await newswire.poll(hours=1)
    begun = asyncio.get_running_loop().time()

    await read(newswire, seconds=6)

    assert asyncio.get_running_loop().time() - begun < 12
    assert (await current(newswire)).origin == "source"
    assert (await current(newswire, 2)).origin == "page"
    assert asked(newswire) <= 3


async def test_a_page_that_changes_with_each_call_is_asked_once(newswire):
    count = 0

    async def changing(request, writer):
        nonlocal count
        count += 1
        more = replace(QUARRY, more=(*QUARRY.more, f"The clock says {count}."))
        await more.page()(request, writer)

    newswire.shelf["/quarry"] = changing
    for _ in range(5):
        await read(newswire)
        newswire.harness.clock.advance(hours=1)

    assert count == 1


# ── pauses and budgets ─────────────────────────────────────────────────────────

BUSY = answer(b"", status=429, headers={"Retry-After": "86400"})


async def test_a_busy_host_is_left_alone_by_pages_and_polls_alike(newswire):
    await offer(newswire, *NEWS)
    await newswire.poll(hours=1)
    newswire.shelf |= {f"/{news.name}": BUSY for news in NEWS}

    await read(newswire)
    before = len(newswire.server.requests)
    for _ in range(22):
        await newswire.poll(hours=1)
        await read(newswire)

    assert len(newswire.server.requests) == before
    assert sum(asked(newswire, f"/{news.name}") for news in NEWS) == 1


async def test_its_pause_is_stored_so_that_a_restart_keeps_it(newswire):
    newswire.shelf["/quarry"] = BUSY
    await read(newswire)

    until = (await newswire.source()).backoff_until
    assert until is not None
    assert until >= newswire.harness.clock.now() + timedelta(days=1)


async def test_a_busy_feed_holds_the_pages_of_its_host(newswire):
    newswire.shelf["/feed"] = BUSY
    await newswire.poll(hours=1)

    assert await read(newswire) == 0
    assert asked(newswire) == 0
    find = page_reading_store.find_page_reading
    assert await newswire.harness.db.read(find, Scope(1), 1) is None


async def test_after_its_pause_the_page_is_read(newswire):
    newswire.shelf["/quarry"] = BUSY
    await read(newswire)
    newswire.shelf["/quarry"] = QUARRY.page()
    newswire.harness.clock.advance(hours=30)

    assert await read(newswire) == 1


async def test_a_host_gets_no_more_requests_than_its_budget(newswire):
    newswire.harness.ingestor.full_text_reader.budget.requests_per_host = 2
    await offer(newswire, *NEWS)
    await newswire.poll(hours=1)

    assert await read(newswire) == 2
    newswire.harness.clock.advance(minutes=59)
    assert await read(newswire) == 0
    newswire.harness.clock.advance(minutes=2)
    assert await read(newswire) == 1


async def test_a_restart_grants_no_second_budget(newswire):
    first = newswire.harness.ingestor
    first.full_text_reader.budget.requests_per_host = 2
    await offer(newswire, *NEWS)
    await newswire.poll(hours=1)
    await read(newswire)

    again = replace(first)
    again.full_text_reader.budget.requests_per_host = 2
    restarted = replace(newswire, harness=replace(newswire.harness, ingestor=again))

    assert await read(restarted) == 0


async def test_one_article_wanted_twice_at_once_is_asked_once(newswire):
    await asyncio.gather(read(newswire), read(newswire))

    assert asked(newswire) == 1


# ── changes of the entry ───────────────────────────────────────────────────────


async def test_the_same_entry_again_does_not_bring_the_excerpt_back(newswire):
    await read(newswire)

    for _ in range(3):
        await newswire.poll(hours=1)

    assert (await current(newswire)).origin == "page"


async def edit(newswire: Newswire, old: str, new: str) -> None:
    item = QUARRY.item(newswire.url("/quarry"))
    newswire.publish("/feed", [replace(item, text=item.text.replace(old, new))])
    await newswire.poll(hours=1)


async def test_an_entry_with_the_same_facts_leaves_the_full_text(newswire):
    await read(newswire)

    await edit(newswire, "stays closed after a rockfall", "stays shut after a rockfall")

    assert (await current(newswire)).origin == "page"


async def test_its_page_is_read_again_all_the_same(newswire):
    await read(newswire)
    await edit(newswire, "stays closed after a rockfall", "stays shut after a rockfall")
    longer = replace(QUARRY, more=(*QUARRY.more, "The road below is open again."))
    newswire.shelf["/quarry"] = longer.page()

    assert await read(newswire) == 1

    assert "open again" in (await current(newswire)).text


async def test_a_page_asked_again_is_asked_conditionally(newswire):
    newswire.shelf["/quarry"] = answer_with_etag(QUARRY.html())
    await read(newswire)
    full = await current(newswire)
    await edit(newswire, "stays closed after a rockfall", "stays shut after a rockfall")

    await read(newswire)

    assert newswire.server.requests[-1].headers["if-none-match"] == '"one"'
    assert await current(newswire) == full


async def test_a_corrected_entry_is_current_until_its_page_is_read(newswire):
    await read(newswire)

    await edit(newswire, "two excavators", "three excavators")

    assert "three excavators" in (await current(newswire)).text
    right = replace(QUARRY, teaser=QUARRY.teaser.replace("two", "three"))
    newswire.shelf["/quarry"] = right.page()
    assert await read(newswire) == 1
    now = await current(newswire)
    assert (now.origin, "three excavators" in now.text) == ("page", True)


async def test_a_page_that_lacks_the_correction_is_not_used(newswire):
    await read(newswire)
    await edit(newswire, "two excavators", "three excavators")

    assert await read(newswire) == 0

    now = await current(newswire)
    assert (now.origin, "three excavators" in now.text) == ("source", True)


async def test_an_entry_that_goes_back_gets_its_full_text_back(newswire):
    await read(newswire)
    await edit(newswire, "two excavators", "three excavators")

    await edit(newswire, "nothing", "nothing")

    now = await current(newswire)
    assert (now.origin, "two excavators" in now.text) == ("page", True)
    assert asked(newswire) == 1
