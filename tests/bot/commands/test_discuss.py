"""/news discuss, where no platform opens the thread by itself."""

from dataclasses import replace

from bot.types import Place
from tests.bot.commands.editors import Editor, said
from tests.bot.newsroom import CONFIGURATION, Newsroom


async def test_the_local_page_says_that_it_has_no_threads(desk: Newsroom):
    answer = await desk.says("news discuss", editor=False)
    assert "This page has no threads" in said(answer)
    assert answer.discussion is None


async def test_nothing_posted_is_nothing_to_discuss(desk: Newsroom):
    await desk.apply(CONFIGURATION.replace('"local"', '"slack"'))
    place = await desk.place()
    workspace = replace(place.workspace, platform="slack")
    asker = Editor(desk=desk, place=Place(workspace=workspace, channel="c-morning"))
    answer = await asker.says("news discuss")
    assert answer.problem
    assert "No edition has been posted" in said(answer)
