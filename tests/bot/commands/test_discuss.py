"""/news discuss, where the platform has not already opened the thread."""

from dataclasses import replace

from bot.model import Location
from tests.bot.commands.editors import Editor, said
from tests.bot.harness import CONFIGURATION, BotHarness


async def test_the_local_page_reports_that_it_has_no_threads(harness: BotHarness):
    answer = await harness.says("news discuss", editor=False)
    assert "This page has no threads" in said(answer)
    assert answer.discussion is None


async def test_nothing_posted_is_nothing_to_discuss(harness: BotHarness):
    text = CONFIGURATION.replace('"local"', '"slack"')
    await harness.apply(text.replace("c-morning", "C2001"))
    place = await harness.place()
    workspace = replace(place.workspace, platform="slack")
    asker = Editor(
        harness=harness, place=Location(workspace=workspace, channel="C2001")
    )
    answer = await asker.says("news discuss")
    assert answer.problem
    assert "No edition has been posted" in said(answer)
