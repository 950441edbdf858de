"""Drafts show the pictures that they would be posted with, also after an act."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.corrections.living import Rendering
from tests.bot.harness import open_harness
from tests.bot.publishing.reviews import REVIEWED, Newsroom
from tests.bot.publishing.test_review import TWO_QUOTES
from tests.bot.web.console.stage import ConsoleStage
from tests.fakes import FakeDrawing

GIRDER, FERRY = "The city will replace the whole girder", "The ferry will run every ten"


@pytest.fixture
async def newsroom(
    sqlite_url: str, tmp_path: Path, drawing: FakeDrawing
) -> AsyncIterator[Newsroom]:
    """A newsroom whose platform renders for Discord, with one article."""
    platform = Rendering()
    async with open_harness(
        sqlite_url, tmp_path, platform, draw_card=drawing
    ) as harness:
        harness.publish("bridge", TWO_QUOTES)
        await harness.apply(REVIEWED)
        yield Newsroom(harness)


def drawn_in(newsroom: Newsroom) -> list[str]:
    """What the pictures say that were sent with the newest message of the desk."""
    sent = [one for one in newsroom.harness.platform.tried if one.channel == "c-desk"]
    return [picture.content[24:].decode() for picture in sent[-1].loaded_pictures]


async def test_a_draft_is_shown_with_its_pictures_at_once(newsroom):
    await newsroom.goes_by("11-25T06:30")
    (only,) = newsroom.in_channel("c-desk")
    assert only.edits == 0
    assert len(drawn_in(newsroom)) == 1


async def test_another_quote_comes_with_its_picture(newsroom, drawing):
    await newsroom.goes_by("11-25T06:30")
    (before,) = drawn_in(newsroom)
    other = FERRY if before.startswith(GIRDER) else GIRDER
    cards = (await newsroom.draft()).content.stories[0].cards
    number = next(n for n, c in enumerate(cards, 1) if c.text.startswith(other))
    await newsroom.types(f"quote 1 {number}")
    await newsroom.harness.outbox.drain()
    (after,) = drawn_in(newsroom)
    assert after.startswith(other)


async def test_a_quote_that_is_taken_away_takes_its_picture_with_it(newsroom):
    await newsroom.goes_by("11-25T06:30")
    await newsroom.types("quote 1 none")
    await newsroom.harness.outbox.drain()
    assert drawn_in(newsroom) == []


async def test_what_could_not_be_drawn_in_time_follows(newsroom, drawing):
    drawing.fault = OSError("busy")
    await newsroom.goes_by("11-25T06:30")
    assert drawn_in(newsroom) == []
    drawing.fault = None
    await newsroom.goes_by("11-25T06:41")
    assert len(drawn_in(newsroom)) == 1


async def test_what_is_posted_has_the_same_pictures(newsroom):
    await newsroom.goes_by("11-25T06:30")
    in_draft = drawn_in(newsroom)
    await newsroom.types("approve")
    await newsroom.goes_by("11-25T07:00")
    sent = [
        one for one in newsroom.harness.platform.tried if one.channel == "c-morning"
    ]
    assert [one.content[24:].decode() for one in sent[0].loaded_pictures] == in_draft


async def test_the_console_shows_the_draft_as_it_will_be_posted(newsroom):
    await newsroom.goes_by("11-25T06:30")
    draft = await newsroom.draft()
    browser = await ConsoleStage(newsroom.harness).enter()
    base = f"/console/w/{draft.workspace_id}"
    page = await browser.get(f"{base}/review/{draft.public_id}")
    pictures = page.tree.css(".shown img.dc-picture")
    (shown,) = {one.attributes["src"] or "" for one in pictures}
    assert (await browser.get(shown)).header("content-type") == "image/png"
