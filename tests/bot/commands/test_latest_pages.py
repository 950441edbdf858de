"""Pages of /news latest: what is not in it, the next editions, corrections."""

import pytest

from tests.bot.commands.editors import Editor, controls, editor, said
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness
from tests.walks.walkers import HarnessWalker


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """Below an edition from which the flood was left out by a filter."""
    harness.publish("flood", FLOOD)
    await harness.apply(f'{CONFIGURATION}exclude = ["Brannock"]\n')
    await harness.post()
    return await editor(harness)


async def test_why_a_story_is_missing_is_found_with_one_press(ana: Editor):
    walker = HarnessWalker(editor=ana)
    await walker.types("/news latest")
    await walker.press("What was left out")
    assert walker.presses == 1
    assert "River floods the market square of Brannock" in walker.text
    assert "Brannock" in walker.text.split("River floods", 1)[1]
    await walker.press("Back to the edition")
    assert "Harbour bridge" in walker.text


async def test_nothing_left_out_is_said(harness: BotHarness):
    await harness.post()
    ana = await editor(harness)
    page = await ana.presses(await ana.says("news latest"), "What was left out")
    assert "Nothing that was read for it was left out" in said(page)


async def test_what_is_missing_belongs_to_the_edition_of_the_page(ana: Editor):
    older = await ana.says("news latest")
    ana.harness.clock.advance(hours=2)
    ana.harness.publish("ferry", FERRY)
    await ana.harness.post("later")
    page = await ana.presses(older, "What was left out")
    assert "Ferry" not in said(page)
    assert "River floods" in said(page)


FERRY = """---
title: Ferry to Sandholm runs again after a week of storms
source: Hallin Courier
published: 2026-11-24T13:40:00+00:00
lang: en
---
The ferry to Sandholm ran again on Tuesday after a week of storms, its captain said.
"""


async def test_the_next_editions_are_a_page_that_leads_back(ana: Editor):
    latest = await ana.says("news latest")
    page = await ana.presses(latest, "Next editions")
    assert "Morning brief" in said(page)
    assert "today 13:02" in said(page)
    back = await ana.presses(page, "Back to the edition")
    assert back.in_place
    assert "Harbour bridge" in said(back)


async def test_corrections_are_those_of_a_week_until_another_time_is_chosen(
    ana: Editor,
):
    page = await ana.presses(await ana.says("news latest"), "Corrections")
    assert page.title == "Corrections · Last 7 days"
    assert "since then" in said(page)
    labels = [label for _, label in controls(page)]
    assert labels == [
        "Newest edition", "Last 1 day", "Last 7 days", "Last 30 days",
        "All that are kept",
    ]  # fmt: skip
    assert "so far" in said(await ana.presses(page, "All that are kept"))


async def test_the_newest_edition_is_led_to_from_the_corrections(ana: Editor):
    page = await ana.presses(await ana.says("news latest"), "Corrections")
    assert "Harbour bridge" in said(await ana.presses(page, "Newest edition"))
