"""The same article despite changed ids, addresses and dates; and different articles.

Each case is a feed as it is now and at the next poll: nothing in the second is new,
whatever the publisher changed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.ingest.storing import name_articles
from digests.sources.feed_entries import canonicalize_address
from digests.types import Article
from tests.bot.ingest.newswire import Newswire
from tests.feeds import Item, an_item, items, rss
from tests.wire.server import answer

SAME_ADDRESS = (
    ("https://a.example/x", "http://a.example/x"),
    ("https://a.example/x", "https://a.example/x/"),
    ("https://a.example/x", "https://www.a.example/x"),
    ("https://a.example/x", "https://A.EXAMPLE/x"),
    ("https://a.example/x", "https://a.example/x#comments"),
    ("https://a.example/x", "https://a.example/x?utm_source=rss&utm_medium=feed"),
    ("https://a.example/x?id=3", "https://a.example/x?id=3&fbclid=abc"),
    ("https://a.example/x?id=3", "https://a.example/x?gclid=1&id=3"),
    ("https://a.example/x", "https://a.example:443/x"),
)
OTHER_ADDRESS = (
    ("https://a.example/x", "https://a.example/y"),
    ("https://a.example/x?id=3", "https://a.example/x?id=4"),
    ("https://a.example/x", "https://b.example/x"),
    ("https://a.example/x", "https://a.example:8443/x"),
    ("https://a.example/x", "https://a.example/X"),
)


@pytest.mark.parametrize(("one", "other"), SAME_ADDRESS)
def test_two_spellings_of_one_address_are_one(one: str, other: str):
    assert canonicalize_address(one) == canonicalize_address(other)


@pytest.mark.parametrize(("one", "other"), OTHER_ADDRESS)
def test_two_addresses_are_two(one: str, other: str):
    assert canonicalize_address(one) != canonicalize_address(other)


def test_a_name_that_several_articles_share_names_none_of_them():
    one = Article(id="1", title="Bridge closed", text="A.", url="https://a.example/x")
    two = Article(id="2", title="Pool opened", text="B.", url="https://a.example/x")
    alone, other = name_articles([one, two])
    assert not set(alone.names) & set(other.names)
    assert not any(name.startswith("at:") for name in alone.names)


def test_the_front_page_of_a_site_is_the_name_of_no_article():
    (one,) = name_articles([Article(id="1", text="A.", url="https://a.example/")])
    assert not any(name.startswith("at:") for name in one.names)


Change = Callable[[Item, int], Item]


def change(**fields: object) -> Change:
    return lambda item, _: replace(item, **fields)  # type: ignore[arg-type]


def later(item: Item, hours: float) -> datetime:
    assert item.published is not None
    return item.published + timedelta(hours=hours)


REPLAYS: dict[str, tuple[Change, Change]] = {
    "unchanged": (change(), change()),
    "ids made anew at each build": (
        lambda i, n: replace(i, guid=f"build-1-{n}"),
        lambda i, n: replace(i, guid=f"build-2-{n}"),
    ),
    "ids in another order": (
        lambda i, n: replace(i, guid=f"{n}"),
        lambda i, n: replace(i, guid=f"#{29 - n}"),
    ),
    "ids come": (change(guid=None), change()),
    "ids go": (change(), change(guid=None)),
    "one id for all": (change(guid="feed"), change(guid="feed")),
    "one id for all comes": (change(), change(guid="feed")),
    "no ids at all": (change(guid=None), change(guid=None)),
    "ids anew and no dates": (
        lambda i, n: replace(i, guid=f"a{n}", published=None),
        lambda i, n: replace(i, guid=f"b{n}", published=None),
    ),
    "ids anew and no addresses": (
        lambda i, n: replace(i, guid=f"a{n}", link=None),
        lambda i, n: replace(i, guid=f"b{n}", link=None),
    ),
    "ids anew, no addresses, no dates": (
        lambda i, n: replace(i, guid=f"a{n}", link=None, published=None),
        lambda i, n: replace(i, guid=f"b{n}", link=None, published=None),
    ),
    "tracking in addresses that are ids": (
        lambda i, _: replace(i, guid=None, link=f"{i.link}?utm_source=a"),
        lambda i, _: replace(i, guid=None, link=f"{i.link}?utm_source=b&fbclid=9"),
    ),
    "tracking and new ids": (
        lambda i, n: replace(i, guid=f"a{n}", link=f"{i.link}?utm_source=a"),
        lambda i, n: replace(i, guid=f"b{n}", link=f"{i.link}?utm_source=b"),
    ),
    "http becomes https": (
        lambda i, _: replace(i, guid=None, link=str(i.link).replace("https:", "http:")),
        change(guid=None),
    ),
    "ids are addresses with http, then https": (
        lambda i, _: replace(i, guid=str(i.link).replace("https:", "http:")),
        lambda i, _: replace(i, guid=i.link),
    ),
    "a slash at the end": (
        change(guid=None),
        lambda i, _: replace(i, guid=None, link=f"{i.link}/"),
    ),
    "another host, the same headlines and dates": (
        lambda i, n: replace(i, guid=f"a{n}"),
        lambda i, n: replace(i, guid=f"b{n}", link=f"https://new.example/{n}"),
    ),
    "dates move": (
        change(),
        lambda i, _: replace(i, published=later(i, 1)),
    ),
    "dates go": (change(), change(published=None)),
    "dates move and ids are new": (
        lambda i, n: replace(i, guid=f"a{n}"),
        lambda i, n: replace(i, guid=f"b{n}", published=later(i, -24)),
    ),
    "one address for all": (
        change(link="https://outlet.example/"),
        change(link="https://outlet.example/"),
    ),
}


def test_there_are_twenty_replays():
    assert len(REPLAYS) >= 20


@pytest.mark.parametrize("name", REPLAYS)
async def test_a_feed_that_is_made_anew_posts_nothing_again(
    newswire: Newswire, name: str
):
    first, second = REPLAYS[name]
    count = 12
    before = [first(an_item(n), n) for n in range(count)]
    after = [second(an_item(n), n) for n in range(count)]
    newswire.publish("/feed", before)
    await newswire.subscribe("/feed", more="stories = 3")
    await newswire.harness.post("one")
    reported = newswire.posted()
    assert (await newswire.articles(), await newswire.revisions()) == (count, count)
    for _ in range(2):
        newswire.publish("/feed", after)
        await newswire.poll(hours=7)
    await newswire.harness.post("two")
    assert (await newswire.articles(), await newswire.revisions()) == (count, count)
    assert newswire.posted() == reported


async def test_a_changed_text_is_a_revision_and_a_changed_id_no_reason_for_more(
    newswire,
):
    newswire.publish("/feed", items(range(5)))
    await newswire.subscribe("/feed")
    await newswire.poll()
    old = an_item(0)
    newswire.publish(
        "/feed",
        [replace(old, guid="other", text=f"{old.text} It was free."), *items([1, 2])],
    )
    await newswire.poll(hours=7)
    assert (await newswire.articles(), await newswire.revisions()) == (5, 6)


@pytest.mark.parametrize("kept", ["its id", "its address", "its headline and date"])
async def test_one_of_three_names_is_enough_to_know_an_article_again(newswire, kept):
    old = an_item(0)
    new = replace(an_item(1), text=f"{old.text} It was free.")
    changed = {
        "its id": replace(new, guid=old.guid),
        "its address": replace(new, link=old.link),
        "its headline and date": replace(new, title=old.title, published=old.published),
    }
    newswire.publish("/feed", [old, *items([2, 3])])
    await newswire.subscribe("/feed")
    await newswire.poll()
    newswire.publish("/feed", [changed[kept], *items([2, 3])])
    await newswire.poll(hours=7)
    assert (await newswire.articles(), await newswire.revisions()) == (3, 4)


async def test_going_back_to_an_old_text_makes_it_the_current_one(newswire):
    from bot.storage import article_store

    texts = [an_item(0).text, f"{an_item(0).text} It was free.", an_item(0).text]
    await newswire.subscribe("/feed")
    for text in texts:
        newswire.publish("/feed", [replace(an_item(0), text=text), *items([1, 2])])
        await newswire.poll(hours=7)
    source = await newswire.source()
    fresh = await newswire.harness.db.read(
        article_store.list_fresh_articles,
        source_ids=[source.id],
        since=newswire.harness.clock.now() - timedelta(days=7),
    )
    assert texts[0] in {article.text for article in fresh}
    assert await newswire.revisions() == 4


async def test_several_articles_under_one_id_stay_several(newswire):
    newswire.shelf["/feed"] = answer(rss(items(range(6), guid="always the same")))
    await newswire.subscribe("/feed")
    await newswire.poll()
    assert await newswire.articles() == 6
