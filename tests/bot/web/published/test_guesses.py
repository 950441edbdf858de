"""Nobody reaches what is not published, by guessing or by following links."""

from pathlib import Path

from tests.bot.web.published.newsstand import open_newsstand
from tests.chaos.published_guesses import CANARY, Found, build_world, crawl_lists, guess


async def test_no_guess_and_no_link_reaches_what_is_not_published(
    sqlite_url: str, tmp_path: Path
):
    found = Found()
    async with open_newsstand(sqlite_url, tmp_path, "off") as stand:
        world = await build_world(stand)
        seen = await crawl_lists(world, found)
        await guess(world, found, count=400, seed=7)
        # What must not be found is really there, and what may be is found.
        shown = await stand.get(world.linked[0])
        assert CANARY in shown.text
        assert len(seen) > 6
    assert found.statuses[200] > 3
    assert found.leaks == []
