"""Corrections of articles that were published from their pages.

A source's text is compared with the source's next one, a page with the page: what the
two word differently is no correction.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.storage.correction_store import Correction
from tests.bot.corrections.living import listed, pass_time
from tests.bot.ingest.newswire import Newswire, open_newswire
from tests.bot.ingest.pages import HTML, PAYWALL, QUARRY, News
from tests.wire.server import answer

#: Another title on the page than in the feed, and other words for the same.
REWORDED = replace(
    QUARRY,
    title="Ostrel: quarry closed after the slope came down on 3 machines",
    teaser=(
        "After a rockfall on Monday night that buried two excavators, the quarry "
        "above Ostrel is closed. It is the 3rd one since 2019."
    ),
)


#: The page counts what the feed counts, and otherwise.
OTHER_COUNT = replace(
    QUARRY,
    teaser=QUARRY.teaser.replace("two", "three"),
    more=tuple(part.replace("two machines", "machines") for part in QUARRY.more),
)


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom that published an excerpt's article from its page."""
    async with open_newswire(sqlite_url, tmp_path) as built:
        await publish(built, QUARRY)
        yield built


async def publish(
    newswire: Newswire, page: News | None, *, from_page: bool | None = None
) -> None:
    newswire.publish("/feed", [QUARRY.item(newswire.url("/quarry"))])
    if page is not None:
        newswire.shelf["/quarry"] = page.page()
    await newswire.subscribe("/feed")
    stored = (await newswire.harness.post()).stored_edition
    assert stored is not None
    (ref,) = stored.edition.stories[0].articles
    made_from = page is not None if from_page is None else from_page
    assert ref.revision.startswith("page-") is made_from


async def pass_days(newswire: Newswire, days: float = 2.1) -> tuple[Correction, ...]:
    """Do for days what the background tasks do; return what was corrected."""
    harness = newswire.harness
    for _ in range(int(days * 24)):
        harness.clock.advance(timedelta(hours=1))
        await harness.ingestor.poll()
        await harness.ingestor.page_rereader.run()
        await pass_time(harness, timedelta(0))
    return await listed(harness)


def offer(newswire: Newswire, old: str, new: str, *, title: str = QUARRY.title) -> None:
    item = QUARRY.item(newswire.url("/quarry"), title=title)
    assert old in item.text
    changed = replace(item, text=item.text.replace(old, new))
    newswire.publish("/feed", [changed])


def notes(found: tuple[Correction, ...]) -> list[tuple[str, str]]:
    return [
        (note.before, note.after)
        for one in found
        if one.amendment is not None
        for note in one.amendment.notes
    ]


async def test_a_page_that_stays_as_it_is_corrects_nothing(newswire):
    assert await pass_days(newswire) == ()


async def test_a_page_under_another_title_corrects_nothing(sqlite_url, tmp_path):
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        await publish(newswire, REWORDED)

        assert await pass_days(newswire) == ()


@pytest.mark.parametrize("page", [REWORDED, OTHER_COUNT], ids=["words", "count"])
async def test_a_page_that_is_read_after_the_excerpt_was_published_corrects_nothing(
    sqlite_url, tmp_path, page
):
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        await publish(newswire, None)
        newswire.shelf["/quarry"] = page.page()
        newswire.harness.clock.advance(hours=1)
        digest = await newswire.harness.digest()
        read = newswire.harness.publisher.full_texts.read_articles
        assert await read(digest.scope, [1], seconds=8) == 1
        # The entry is compared again.
        offer(newswire, "stays closed after a rockfall", "stays shut since a rockfall")

        assert await pass_days(newswire) == ()


async def test_a_wall_in_the_pages_place_corrects_nothing(newswire):
    newswire.shelf["/quarry"] = PAYWALL

    assert await pass_days(newswire) == ()


async def test_further_paragraphs_on_the_page_correct_nothing(newswire):
    more = "A geologist from Westerholt will look at the slope on Thursday."
    newswire.shelf["/quarry"] = replace(QUARRY, more=(*QUARRY.more, more)).page()

    assert notes(await pass_days(newswire)) == []


async def test_what_the_page_corrects_is_corrected(newswire):
    teaser = QUARRY.teaser.replace("two excavators", "three excavators")
    newswire.shelf["/quarry"] = replace(QUARRY, teaser=teaser).page()

    assert notes(await pass_days(newswire, 1)) == [
        ("two excavators", "three excavators")
    ]


async def test_what_the_feed_corrects_is_corrected(newswire):
    offer(newswire, "two excavators", "three excavators")

    assert notes(await pass_days(newswire, 1)) == [
        ("two excavators", "three excavators")
    ]


async def test_feed_and_page_that_correct_the_same_are_noted_once(newswire):
    offer(newswire, "two excavators", "three excavators")
    teaser = QUARRY.teaser.replace("two excavators", "three excavators")
    newswire.shelf["/quarry"] = replace(QUARRY, teaser=teaser).page()

    assert notes(await pass_days(newswire, 1)) == [
        ("two excavators", "three excavators")
    ]


async def test_a_reworded_entry_corrects_nothing(newswire):
    offer(newswire, "stays closed after a rockfall", "stays shut since a rockfall")

    assert await pass_days(newswire) == ()


async def test_a_corrected_title_of_the_feed_is_corrected(newswire):
    right = QUARRY.title.replace("Ostrel", "Ostrava")
    offer(newswire, "Ostrel", "Ostrava", title=right)

    found = await pass_days(newswire, 1)

    headlines = [o.amendment.headline for o in found if o.amendment is not None]
    assert [h.text for h in headlines if h is not None] == [right]


async def test_a_page_that_is_gone_corrects_nothing(newswire):
    newswire.shelf["/quarry"] = answer(b"", status=410)

    assert await pass_days(newswire) == ()


def offer_two_pages(newswire: Newswire, second: str) -> None:
    first = replace(QUARRY, more=QUARRY.more[:2])
    link = b'<link rel="next" href="/quarry?page=2"></head>'
    rest = replace(QUARRY, teaser=second, more=()).html()
    newswire.shelf |= {
        "/quarry": answer(first.html().replace(b"</head>", link), headers=HTML),
        "/quarry?page=2": answer(rest, headers=HTML),
    }


async def test_an_article_of_two_pages_that_stays_as_it_is_corrects_nothing(
    sqlite_url, tmp_path
):
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        offer_two_pages(newswire, QUARRY.more[2])
        await publish(newswire, None, from_page=True)

        assert await pass_days(newswire) == ()


async def test_what_its_second_page_corrects_is_corrected(sqlite_url, tmp_path):
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        offer_two_pages(newswire, QUARRY.more[2])
        await publish(newswire, None, from_page=True)
        offer_two_pages(newswire, QUARRY.more[2].replace("1.3 million", "3.1 million"))

        changes = [one.changes for one in await pass_days(newswire, 1)]

    assert "3.1 million" in str(changes)


async def test_a_page_read_for_corrections_and_then_for_its_text_corrects_nothing(
    sqlite_url, tmp_path
):
    page = replace(QUARRY, title=f"{QUARRY.title} of 900 tonnes")
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        harness = newswire.harness
        await publish(newswire, None)
        newswire.shelf["/quarry"] = page.page()
        harness.clock.advance(hours=1)
        await harness.ingestor.page_rereader.run()
        harness.clock.advance(hours=1)
        await harness.ingestor.page_rereader.run()
        digest = await harness.digest()
        read = harness.publisher.full_texts.read_articles
        assert await read(digest.scope, [1], seconds=8) == 1
        await newswire.subscribe(
            "/feed",
            more='\n[[workspace.digest]]\nname = "Second"\n'
            f'sources = ["{newswire.url("/feed")}"]\ndestinations = ["morning"]\n',
        )
        other = await harness.digest("Second")
        stored = (await harness.publisher.post_now(other, "second")).stored_edition
        assert stored is not None
        offer(newswire, "stays closed after a rockfall", "stays shut since a rockfall")

        assert await pass_days(newswire) == ()
