"""Rereading the pages of published articles: when, where, and its results."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ingest.page_rereading import REREAD_DELAYS, PageRereader
from bot.ingest.source_reader import SourceReader
from bot.ingest.source_state import SourceReading
from bot.storage import published_article_store
from bot.storage.published_article_store import PageReread
from tests.bot.corrections.living import listed, pass_time
from tests.bot.ingest.newswire import Newswire, open_newswire
from tests.fakes import NOON
from tests.feeds import Item
from tests.wire.server import Script, answer

TOLD = (
    "The harbour bridge at Hallin was closed on Tuesday after a crack was found in a "
    "girder. About 31,000 vehicles cross the bridge every day, the city says."
)
BELOW = (
    "Traffic is led over the old ferry road until the steel has been tested. The "
    "council meets on Thursday to hear what the repair will cost, and how long the "
    "children of the southern districts will have to take the long way to school."
)
HTML = {"Content-Type": "text/html"}


def page(reported: str = TOLD, below: str = BELOW) -> Script:
    """The page of the feed's item, as the outlet shows it."""
    title = "Harbour bridge closes after crack is found"
    return answer(
        f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}"
        f"</h1><p>{reported}</p><p>{below}</p></article></body></html>".encode(),
        headers=HTML,
    )


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom that published a feed's article, whose page the server has."""
    async with open_newswire(sqlite_url, tmp_path) as built:
        await tell(built, built.url("/bridge"))
        yield built


async def tell(newswire: Newswire, link: str) -> None:
    item = Item(
        title="Harbour bridge closes after crack is found",
        text=TOLD,
        guid="bridge",
        link=link,
        published=NOON - timedelta(hours=1),
    )
    newswire.publish("/feed", [item])
    await newswire.subscribe("/feed")
    # Published from the feed: its page is not there yet.
    await newswire.harness.post()
    newswire.shelf["/bridge"] = page()
    newswire.server.requests.clear()


def asked(newswire: Newswire) -> int:
    """How often the page was requested."""
    return sum(request.path == "/bridge" for request in newswire.server.requests)


async def wait(newswire: Newswire, **later: float) -> None:
    newswire.harness.clock.advance(timedelta(**later))
    await newswire.harness.ingestor.page_rereader.run()


async def read_first(newswire: Newswire) -> None:
    """Read the page for the first time, with the published text."""
    await wait(newswire)
    await wait(newswire, minutes=5)


# ── when ───────────────────────────────────────────────────────────────────────


async def test_a_page_is_read_at_growing_intervals_for_two_days(newswire):
    found: list[timedelta] = []
    await wait(newswire)
    for _ in range(len(REREAD_DELAYS) + 1):
        due = await newswire.harness.db.read(
            published_article_store.find_next_reread_at
        )
        if due is None:
            break
        await wait(
            newswire, seconds=(due - newswire.harness.clock.now()).total_seconds() - 1
        )
        before = asked(newswire)
        await wait(newswire, seconds=1)
        assert (before, asked(newswire)) == (len(found), len(found) + 1)
        found.append(newswire.harness.clock.now() - NOON)
    assert tuple(found) == REREAD_DELAYS


async def test_after_a_stop_what_was_missed_is_not_made_up_for(newswire):
    await read_first(newswire)
    await wait(newswire, hours=11)
    await wait(newswire)
    assert asked(newswire) == 2


async def test_pages_of_unpublished_articles_are_not_read(newswire):
    newswire.publish(
        "/feed",
        [
            Item(
                title="A school opens",
                text=BELOW,
                guid="b",
                link=newswire.url("/other"),
                published=NOON,
            )
        ],
    )
    await newswire.poll(hours=1)
    await wait(newswire, minutes=5)
    assert not [r for r in newswire.server.requests if r.path == "/other"]


async def test_where_a_digest_makes_nothing_of_corrections_no_page_is_read(newswire):
    await newswire.subscribe("/feed", more='corrections = "off"')
    await read_first(newswire)
    assert asked(newswire) == 0


async def test_a_removed_page_is_not_requested_again(newswire):
    newswire.shelf["/bridge"] = answer(b"", status=410)
    await read_first(newswire)
    await wait(newswire, hours=49)
    assert asked(newswire) == 1


async def test_a_page_that_fails_is_asked_again_at_its_next_time(newswire):
    newswire.shelf["/bridge"] = answer(b"", status=500)
    await read_first(newswire)
    await wait(newswire, minutes=1)
    assert asked(newswire) == 1
    await wait(newswire, minutes=24)
    assert asked(newswire) == 2


# ── results ────────────────────────────────────────────────────────────────────


async def test_a_page_that_stays_as_it_is_corrects_nothing(newswire):
    await read_first(newswire)
    await wait(newswire, minutes=30)
    await pass_time(newswire.harness)
    assert await listed(newswire.harness) == ()


async def test_corrections_of_the_page_are_applied_to_the_post(newswire):
    await read_first(newswire)
    newswire.shelf["/bridge"] = page(TOLD.replace("31,000", "13,000"))
    await wait(newswire, minutes=30)
    await pass_time(newswire.harness)
    (correction,) = await listed(newswire.harness)
    assert correction.state == "edited"
    assert correction.amendment is not None
    assert [(n.before, n.after) for n in correction.amendment.notes] == [
        ("About 31,000 vehicles", "About 13,000 vehicles")
    ]
    (changed,) = correction.amendment.sentences
    assert changed.new is not None
    assert changed.new.text.startswith("About 13,000 vehicles")


async def test_a_change_only_on_the_page_is_recorded_and_edits_nothing(newswire):
    await read_first(newswire)
    newswire.shelf["/bridge"] = page(below=BELOW.replace("Thursday", "Friday"))
    await wait(newswire, minutes=30)
    await pass_time(newswire.harness)
    assert [one.state for one in await listed(newswire.harness)] == ["unshown"]


async def test_a_page_worded_differently_from_its_feed_corrects_nothing(newswire):
    newswire.shelf["/bridge"] = page(
        "The bridge at Hallin is shut. 30,000 cars use it."
    )
    await read_first(newswire)
    await wait(newswire, minutes=30)
    await pass_time(newswire.harness)
    assert await listed(newswire.harness) == ()


async def test_the_page_is_never_published_as_news(newswire):
    await read_first(newswire)
    assert (await newswire.harness.post("next")).stored_edition is None


async def test_feed_and_page_that_correct_the_same_are_one_correction(newswire):
    await read_first(newswire)
    right = TOLD.replace("31,000", "13,000")
    newswire.shelf["/bridge"] = page(right)
    await wait(newswire, minutes=30)
    newswire.publish(
        "/feed",
        [
            Item(
                title="Harbour bridge closes after crack is found",
                text=right,
                guid="bridge",
                link=newswire.url("/bridge"),
                published=NOON - timedelta(hours=1),
            )
        ],
    )
    await newswire.poll(hours=1)
    await pass_time(newswire.harness)
    found = await listed(newswire.harness)
    assert [one.state for one in found if one.amendment] == ["edited"]


async def test_a_wall_in_the_pages_place_corrects_nothing(newswire):
    await read_first(newswire)
    before = await newswire.revisions()
    newswire.shelf["/bridge"] = answer(
        b"<html><body><p>Please subscribe to read on.</p></body></html>", headers=HTML
    )
    await wait(newswire, minutes=30)
    await pass_time(newswire.harness)
    assert await listed(newswire.harness) == ()
    assert await newswire.revisions() == before


# ── where ──────────────────────────────────────────────────────────────────────


def a_reread(url: str, home: str = "https://courier.example/feed") -> PageReread:
    return PageReread(
        article_id=1,
        url=url,
        source_address=home,
        source_kind="feed",
        published_at=NOON,
        times=1,
        revision=None,
        etag=None,
        last_modified=None,
    )


@pytest.mark.parametrize(
    ("allowed", "url", "may"),
    [
        ("", "https://outlet.example/a", True),
        ("", "http://10.0.0.7/a", False),
        ("", "http://169.254.169.254/latest", False),
        ("", "http://feeds.local/a", False),
        ("feeds.local:8080", "http://feeds.local:8080/a", False),
        ("1", "https://outlet.example/a", False),
        ("1", "https://courier.example/a", True),
        ("", "https://name:word@outlet.example/a", False),
        ("", "ftp://outlet.example/a", False),
    ],
)
def test_a_feed_cannot_redirect_into_another_network(idle_rereading, allowed, url, may):
    reading = replace(idle_rereading, source_reader=SourceReader(allowed))
    assert reading._may_be_read(a_reread(url), url) is may


@pytest.fixture
def idle_rereading() -> PageRereader:
    """A rereading that requests nothing."""
    nothing: object = None
    return PageRereader(db=nothing, clock=nothing, source_reader=nothing)  # type: ignore[arg-type]


async def test_what_a_page_redirects_to_in_another_network_is_not_kept(newswire):
    await read_first(newswire)
    reading = newswire.harness.ingestor.page_rereader
    newswire.shelf["/bridge"] = page(TOLD.replace("31,000", "13,000"))
    reader, now = reading.source_reader, newswire.harness.clock.now()
    seen = await reader.read_address(newswire.url("/bridge"), now=now, kind="page")
    inside: SourceReading = replace(seen, read_at="http://10.0.0.7/secret")

    class Redirected(SourceReader):
        async def read_address(self, *_: object, **_options: object) -> SourceReading:
            return inside

    away = replace(reading, source_reader=Redirected(reader.allow_private))
    before = await newswire.revisions()
    newswire.harness.clock.advance(minutes=30)
    await away.run()
    assert await newswire.revisions() == before
