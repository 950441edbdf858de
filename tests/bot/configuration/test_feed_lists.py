"""Import of OPML feed lists from other readers, and export of ours."""

import pytest

from bot.configuration import feed_lists
from bot.configuration.change_steps import ChangeContext
from bot.errors import UserError
from bot.platforms.plugins import load_plugins
from bot.storage import workspace_store
from digests.sources.opml import Subscription
from tests.bot.harness import CONFIGURATION, BotHarness

FEED = Subscription(address="https://a.example/feed", title="Hallin Courier")
OTHER = Subscription(address="https://b.example/feed", title="Torvale Herald")
EVENING = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
destinations = ["morning"]
"""


async def bring_in(harness: BotHarness, *feeds: Subscription, **where: str):
    return await harness.db.write(
        feed_lists.assign_feeds,
        feeds,
        ChangeContext(plugins=load_plugins(), now=harness.clock.now()),
        **where,
    )


async def addresses(harness: BotHarness, digest: str) -> list[str]:
    return [
        s.address for s in (await harness.digest(digest)).sources if s.kind == "feed"
    ]


async def test_feeds_go_to_the_only_digest_beside_what_it_has(harness):
    ((_, new),) = await bring_in(harness, FEED, OTHER)
    assert await addresses(harness, "Morning brief") == [FEED.address, OTHER.address]
    assert len((await harness.digest()).sources) == 3
    assert [source.address for source in new] == [FEED.address, OTHER.address]


async def test_the_digest_is_otherwise_unchanged(harness):
    before = await harness.digest()
    await bring_in(harness, FEED)
    after = await harness.digest()
    assert (after.schedules, after.destinations) == (
        before.schedules,
        before.destinations,
    )


async def test_what_happens_to_corrections_stays_as_it_was_set(harness):
    await harness.apply(CONFIGURATION + 'corrections = "off"\n')
    await bring_in(harness, FEED)
    assert (await harness.digest()).options.corrections == "off"


async def test_feeds_that_are_there_are_not_added_twice(harness):
    await bring_in(harness, FEED)
    ((_, new),) = await bring_in(harness, FEED, OTHER)
    assert [source.address for source in new] == [OTHER.address]
    assert len((await harness.digest()).sources) == 3


async def test_a_feed_goes_to_the_digest_of_its_folder(harness):
    await harness.apply(CONFIGURATION + EVENING)
    inner = Subscription(address="https://c.example/f", folders=("News", "evening"))
    await bring_in(harness, inner)
    assert await addresses(harness, "Evening") == [inner.address]


async def test_with_several_digests_and_no_folder_it_asks_which(harness):
    await harness.apply(CONFIGURATION + EVENING)
    with pytest.raises(UserError, match="--digest"):
        await bring_in(harness, FEED)


async def test_a_digest_that_is_named_is_made(harness):
    await bring_in(harness, FEED, digest="World")
    assert await addresses(harness, "World") == [FEED.address]


async def test_with_nothing_set_up_the_local_page_gets_a_digest(empty_harness):
    await bring_in(empty_harness, FEED)
    (place,) = await empty_harness.db.read(workspace_store.list_workspaces)
    assert place.external_id == "local"
    assert await addresses(empty_harness, feed_lists.DEFAULT_DIGEST_NAME) == [
        FEED.address
    ]


async def test_an_unknown_workspace_is_reported_with_the_known_ones(harness):
    with pytest.raises(UserError, match="newsroom"):
        await bring_in(harness, FEED, workspace="nowhere")


async def test_the_titles_of_the_list_are_the_names_of_new_sources(harness):
    await bring_in(harness, FEED)
    assert "Hallin Courier" in {s.called for s in (await harness.digest()).sources}


async def test_what_is_listed_out_can_be_brought_in_again(harness):
    await harness.apply(CONFIGURATION + EVENING)
    await bring_in(harness, FEED, digest="Evening")
    await bring_in(harness, OTHER, digest="Morning brief")
    listed, secret = await harness.db.read(feed_lists.list_all_feeds)
    assert {(one.address, one.title, one.folders) for one in listed} == {
        (FEED.address, FEED.title, ("Evening",)),
        (OTHER.address, OTHER.title, ("Morning brief",)),
    }
    assert secret == 0
    assert await bring_in(harness, *listed) == []


async def test_a_secret_address_is_not_listed_out(harness):
    secret = "https://ada:quetzal@a.example/feed"
    text = CONFIGURATION.replace('["articles"]', f'["{secret}"]')
    await harness.apply(text)
    assert await harness.db.read(feed_lists.list_all_feeds) == ((), 1)
