"""The pages behind told articles are read again: when, where, and what comes of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.intake.rereading import AFTER, Rereading
from bot.storage import rereads
from bot.storage.rereads import Reread
from tests.bot.corrections.living import listed, settle
from tests.bot.intake.press import Press, press
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


def page(told: str = TOLD, below: str = BELOW) -> Script:
    """The page behind the feed's item, as the outlet shows it."""
    title = "Harbour bridge closes after crack is found"
    return answer(
        f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}"
        f"</h1><p>{told}</p><p>{below}</p></article></body></html>".encode(),
        headers=HTML,
    )


@pytest.fixture
async def room(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Press]:
    """A newsroom that told a feed's article; the page behind it is on the shelf."""
    async with press(sqlite_url, tmp_path) as built:
        await tell(built, built.url("/bridge"))
        yield built


async def tell(room: Press, link: str) -> None:
    item = Item(
        title="Harbour bridge closes after crack is found",
        text=TOLD,
        guid="bridge",
        link=link,
        published=NOON - timedelta(hours=1),
    )
    room.publish("/feed", [item])
    room.shelf["/bridge"] = page()
    await room.subscribe("/feed")
    await room.desk.post()


def asked(room: Press) -> int:
    """How often the page was asked for."""
    return sum(request.path == "/bridge" for request in room.server.requests)


async def wait(room: Press, **later: float) -> None:
    room.desk.clock.advance(timedelta(**later))
    await room.desk.intake.rereading.run()


async def read_first(room: Press) -> None:
    """The page is read for the first time: as it was told."""
    await wait(room)
    await wait(room, minutes=5)


# ── when ───────────────────────────────────────────────────────────────────────


async def test_a_page_is_read_at_growing_intervals_for_two_days(room):
    found: list[timedelta] = []
    await wait(room)
    for _ in range(len(AFTER) + 1):
        due = await room.desk.db.read(rereads.earliest)
        if due is None:
            break
        await wait(room, seconds=(due - room.desk.clock.now()).total_seconds() - 1)
        before = asked(room)
        await wait(room, seconds=1)
        assert (before, asked(room)) == (len(found), len(found) + 1)
        found.append(room.desk.clock.now() - NOON)
    assert tuple(found) == AFTER


async def test_after_a_stop_what_was_missed_is_not_made_up_for(room):
    await read_first(room)
    await wait(room, hours=11)
    await wait(room)
    assert asked(room) == 2


async def test_what_no_edition_told_is_not_read(room):
    room.publish(
        "/feed",
        [
            Item(
                title="A school opens",
                text=BELOW,
                guid="b",
                link=room.url("/other"),
                published=NOON,
            )
        ],
    )
    await room.poll(hours=1)
    await wait(room, minutes=5)
    assert not [r for r in room.server.requests if r.path == "/other"]


async def test_where_a_digest_makes_nothing_of_corrections_no_page_is_read(room):
    await room.subscribe("/feed", more='corrections = "off"')
    await read_first(room)
    assert asked(room) == 0


async def test_a_page_that_is_gone_is_not_asked_again(room):
    room.shelf["/bridge"] = answer(b"", status=410)
    await read_first(room)
    await wait(room, hours=49)
    assert asked(room) == 1


async def test_a_page_that_fails_is_asked_again_at_its_next_time(room):
    room.shelf["/bridge"] = answer(b"", status=500)
    await read_first(room)
    await wait(room, minutes=1)
    assert asked(room) == 1
    await wait(room, minutes=24)
    assert asked(room) == 2


# ── what comes of it ───────────────────────────────────────────────────────────


async def test_a_page_that_stays_as_it_is_corrects_nothing(room):
    await read_first(room)
    await wait(room, minutes=30)
    await settle(room.desk)
    assert await listed(room.desk) == ()


async def test_what_the_page_corrects_is_put_right_in_the_post(room):
    await read_first(room)
    room.shelf["/bridge"] = page(TOLD.replace("31,000", "13,000"))
    await wait(room, minutes=30)
    await settle(room.desk)
    (correction,) = await listed(room.desk)
    assert correction.state == "edited"
    assert correction.amendment is not None
    assert [(n.before, n.after) for n in correction.amendment.notes] == [
        ("About 31,000", "About 13,000")
    ]
    (changed,) = correction.amendment.sentences
    assert changed.new is not None
    assert changed.new.text.startswith("About 13,000 vehicles")


async def test_what_stands_on_the_page_only_is_seen_and_edits_nothing(room):
    await read_first(room)
    room.shelf["/bridge"] = page(below=BELOW.replace("Thursday", "Friday"))
    await wait(room, minutes=30)
    await settle(room.desk)
    assert [one.state for one in await listed(room.desk)] == ["unshown"]


async def test_a_page_that_words_it_otherwise_than_its_feed_corrects_nothing(room):
    room.shelf["/bridge"] = page("The bridge at Hallin is shut. 30,000 cars use it.")
    await read_first(room)
    await wait(room, minutes=30)
    await settle(room.desk)
    assert await listed(room.desk) == ()


async def test_the_page_is_never_told_as_news(room):
    await read_first(room)
    assert (await room.desk.post("next")).issue is None


async def test_feed_and_page_that_correct_the_same_are_one_correction(room):
    await read_first(room)
    right = TOLD.replace("31,000", "13,000")
    room.shelf["/bridge"] = page(right)
    await wait(room, minutes=30)
    room.publish(
        "/feed",
        [
            Item(
                title="Harbour bridge closes after crack is found",
                text=right,
                guid="bridge",
                link=room.url("/bridge"),
                published=NOON - timedelta(hours=1),
            )
        ],
    )
    await room.poll(hours=1)
    await settle(room.desk)
    found = await listed(room.desk)
    assert [one.state for one in found if one.amendment] == ["edited"]


async def test_a_wall_in_the_pages_place_corrects_nothing(room):
    await read_first(room)
    before = await room.revisions()
    room.shelf["/bridge"] = answer(
        b"<html><body><p>Please subscribe to read on.</p></body></html>", headers=HTML
    )
    await wait(room, minutes=30)
    await settle(room.desk)
    assert await listed(room.desk) == ()
    assert await room.revisions() == before


# ── where ──────────────────────────────────────────────────────────────────────


def a_reread(url: str, home: str = "https://courier.example/feed") -> Reread:
    return Reread(
        article_id=1,
        url=url,
        source_address=home,
        source_kind="feed",
        told_at=NOON,
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
def test_a_feed_leads_us_into_no_network_but_its_own(room_free, allowed, url, may):
    reading = replace(room_free, allow_private=allowed)
    assert reading._may_be_read(a_reread(url), url) is may


@pytest.fixture
def room_free() -> Rereading:
    """One that reads nothing."""
    nothing: object = None
    return Rereading(db=nothing, clock=nothing, look=nothing)  # type: ignore[arg-type]


async def test_what_a_page_redirects_to_in_another_network_is_not_kept(room):
    await read_first(room)
    reading = room.desk.intake.rereading
    room.shelf["/bridge"] = page(TOLD.replace("31,000", "13,000"))
    seen = await reading.look(room.url("/bridge"), None, None)
    inside = replace(seen, read_at="http://10.0.0.7/secret")

    async def look(*_: object):
        return inside

    away = replace(reading, look=look)
    before = await room.revisions()
    room.desk.clock.advance(minutes=30)
    await away.run()
    assert await room.revisions() == before
