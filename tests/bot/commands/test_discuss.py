"""The button «Discuss», where the platform has not already opened the thread."""

from dataclasses import replace

from bot.model import Location
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, BotHarness


async def test_the_local_page_reports_that_it_has_no_threads(harness: BotHarness):
    await harness.post()
    ana = await editor(harness)
    assert "Discuss" not in said(await ana.says("news story", story="1"))
    newest = await harness.archive.newest(ana.place)
    assert newest is not None
    answer = await ana.presses_below(f"v1:discuss:{newest.public_id}")
    assert "This page has no threads" in said(answer)
    assert answer.discussion is None


async def test_an_edition_that_is_not_there_is_not_discussed(harness: BotHarness):
    text = CONFIGURATION.replace('"local"', '"slack"')
    await harness.apply(text.replace("c-morning", "C2001"))
    place = await harness.place()
    workspace = replace(place.workspace, platform="slack")
    asker = Editor(
        harness=harness, place=Location(workspace=workspace, channel="C2001")
    )
    answer = await asker.presses_below("v1:discuss:e-222222")
    assert answer.problem
    assert "no edition e-222222" in said(answer)
