"""Other readers' lists of feeds become sources, and ours become lists again."""

import pytest

from bot.config_file import feed_lists
from bot.errors import UserError
from digests.sources.opml import Subscription
from tests.bot.newsroom import CONFIGURATION, Newsroom

FEED = Subscription(address="https://a.example/feed", title="Hallin Courier")
OTHER = Subscription(address="https://b.example/feed", title="Torvale Herald")
EVENING = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
destinations = ["morning"]
"""


async def bring_in(desk: Newsroom, *feeds: Subscription, **where: str):
    return await desk.db.write(
        feed_lists.bring_in, feeds, now=desk.clock.now(), **where
    )


async def addresses(desk: Newsroom, digest: str) -> list[str]:
    return [s.address for s in (await desk.digest(digest)).sources if s.kind == "feed"]


async def test_feeds_go_to_the_only_digest_beside_what_it_has(desk):
    done = await bring_in(desk, FEED, OTHER)
    assert await addresses(desk, "Morning brief") == [FEED.address, OTHER.address]
    assert len((await desk.digest()).sources) == 3
    assert done.known == 0


async def test_the_digest_stays_as_it_was_otherwise(desk):
    before = await desk.digest()
    await bring_in(desk, FEED)
    after = await desk.digest()
    assert (after.schedules, after.destinations) == (
        before.schedules,
        before.destinations,
    )


async def test_feeds_that_are_there_are_not_added_twice(desk):
    await bring_in(desk, FEED)
    done = await bring_in(desk, FEED, OTHER)
    assert done.known == 1
    assert len((await desk.digest()).sources) == 3


async def test_a_feed_goes_where_its_folder_says(desk):
    await desk.apply(CONFIGURATION + EVENING)
    inner = Subscription(address="https://c.example/f", folders=("News", "evening"))
    await bring_in(desk, inner)
    assert await addresses(desk, "Evening") == [inner.address]


async def test_with_several_digests_and_no_folder_it_asks_which(desk):
    await desk.apply(CONFIGURATION + EVENING)
    with pytest.raises(UserError, match="--digest"):
        await bring_in(desk, FEED)


async def test_a_digest_that_is_named_is_made(desk):
    await bring_in(desk, FEED, digest="World")
    assert await addresses(desk, "World") == [FEED.address]


async def test_with_nothing_set_up_the_local_page_gets_a_digest(bare):
    done = await bring_in(bare, FEED)
    assert done.workspace == "local"
    assert await addresses(bare, feed_lists.FIRST_DIGEST) == [FEED.address]


async def test_an_unknown_workspace_is_told_with_those_there_are(desk):
    with pytest.raises(UserError, match="newsroom"):
        await bring_in(desk, FEED, workspace="nowhere")


async def test_the_titles_of_the_list_are_the_names_of_new_sources(desk):
    await bring_in(desk, FEED)
    assert "Hallin Courier" in {s.name for s in (await desk.digest()).sources}


async def test_what_is_listed_out_can_be_brought_in_again(desk):
    await desk.apply(CONFIGURATION + EVENING)
    await bring_in(desk, FEED, digest="Evening")
    await bring_in(desk, OTHER, digest="Morning brief")
    listed, secret = await desk.db.read(feed_lists.list_out)
    assert {(one.address, one.title, one.folders) for one in listed} == {
        (FEED.address, FEED.title, ("Evening",)),
        (OTHER.address, OTHER.title, ("Morning brief",)),
    }
    assert secret == 0
    done = await bring_in(desk, *listed)
    assert done.known == 2


async def test_a_secret_address_is_not_listed_out(desk):
    secret = "https://ada:quetzal@a.example/feed"
    text = CONFIGURATION.replace('["articles"]', f'["{secret}"]')
    await desk.apply(text)
    assert await desk.db.read(feed_lists.list_out) == ((), 1)
