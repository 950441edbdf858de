"""Each command of the first release is reached where the table says, everywhere."""

from collections.abc import Mapping

import pytest

from bot.commands.help_pages import FormerCommand, read_former_commands
from bot.i18n.translation import Texts
from tests.walks.acceptance import report_an_error
from tests.walks.newsrooms import Walk
from tests.walks.walkers import Walker

TEXTS = Texts.of("en")
#: What stands for the name of something in the table, in this newsroom.
NAMES: Mapping[str, str] = {
    "Open {digest}": "Open Evening",
    "Open {paused digest}": "Open Morning brief",
    "{source}": "Hallin Courier",
    "{paused source}": "Torvale Herald",
    "{destination}": "#evening",
}
#: Where the row is walked in another newsroom, below.
ELSEWHERE = {"newsdesk destination here", "newsdesk resume", "news discuss"}
#: An address of the table that no server answers for.
INVENTED = "https://news.example/feed.xml"
PROBLEM = "That did not work"
#: What a change is answered with that would change nothing: it was understood.
NOTHING = "Nothing would change"
MOVED = [row for row in read_former_commands().values() if row.is_moved]


async def reach(walker: Walker, row: FormerCommand) -> str:
    """Walk to where the row leads; what went wrong, or nothing."""
    line = row.example if row.example.startswith(f"/{row.now}") else f"/{row.now}"
    await walker.types(line)
    *first, last = [NAMES.get(label, label) for label in row.list_labels(TEXTS)] or [""]
    await walker.press(*first)
    if last and last not in walker.menus:
        await walker.press(last)
    return f"{row.path}: {walker.text[:200]}" if PROBLEM in walker.text else ""


async def type_example(walker: Walker, row: FormerCommand, outlet: str) -> str:
    """Type the example of the row; what went wrong, or nothing."""
    await walker.types(row.example.replace(INVENTED, f"{outlet}/third"))
    failed = PROBLEM in walker.text and NOTHING not in walker.text
    asked_again = row.example.startswith("/newsdesk set") and walker.fields
    return f"{row.path}: {walker.text[:300]}" if failed or asked_again else ""


@pytest.fixture
async def newsroom(walk: Walk) -> Walk:
    """With an edition, a report of a reader, a filter and a paused source."""
    one, other = f"{walk.outlet}/feed", f"{walk.outlet}/other"
    text = walk.configuration.replace(
        f'sources = ["{one}"]', f'sources = ["{one}", "{other}"]\nexclude = ["rumour"]'
    )
    await walk.harness.apply(text)
    await walk.harness.ingestor.poll()
    pause = f'paused_sources = ["{other}"]\nexclude'
    await walk.harness.apply(text.replace("exclude", pause))
    await report_an_error(walk.harness)
    await walk.harness.post()
    await walk.walker.types("/news follow bridge")
    return walk


async def test_every_command_is_reached(newsroom):
    rows = [row for row in MOVED if row.path not in ELSEWHERE]
    wrong = [await reach(newsroom.walker, row) for row in rows]
    assert list(filter(None, wrong)) == []


async def test_every_example_works(newsroom):
    rows = [row for row in MOVED if row.example]
    wrong = [await type_example(newsroom.walker, row, newsroom.outlet) for row in rows]
    assert list(filter(None, wrong)) == []


async def test_a_paused_digest_is_resumed(newsroom):
    await newsroom.walker.types('/newsdesk set "Morning brief" paused yes')
    await newsroom.walker.press("Confirm")
    assert await reach(newsroom.walker, read_former_commands()["newsdesk resume"]) == ""


async def test_a_channel_becomes_a_destination(empty):
    row = read_former_commands()["newsdesk destination here"]
    if empty.platform == "slack home":
        # The home tab is in no channel.
        await empty.walker.types("/newsdesk home")
        await empty.walker.press("All destinations")
        assert "Open this in the channel" in empty.walker.text
    else:
        assert await reach(empty.walker, row) == ""


async def test_an_edition_is_discussed_where_there_are_threads(newsroom):
    row = read_former_commands()["news discuss"]
    if newsroom.platform == "core":
        await newsroom.walker.types("/news story 1")
        assert not newsroom.walker.has("Discuss")
    else:
        assert await reach(newsroom.walker, row) == ""
