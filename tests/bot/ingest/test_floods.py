"""A known feed that delivers its whole past again posts nothing, and warns."""

from datetime import timedelta

from bot.ingest.source_state import is_flood
from bot.model import Source
from digests.types import Article
from tests.bot.ingest.newswire import Newswire
from tests.fakes import NOON
from tests.feeds import an_item, items

KNOWN = Source(
    id=1, workspace_id=None, kind="feed", address="https://a.example/", name="A",
    last_success_at=NOON - timedelta(minutes=15),
)  # fmt: skip


def some(count: int, hours_ago: float = 1) -> list[Article]:
    at = NOON - timedelta(hours=hours_ago)
    return [Article(id=str(n), text="A text.", published=at) for n in range(count)]


async def told_before(newswire: Newswire) -> list[str]:
    """A digest over a known feed of 30 items, with its first edition posted."""
    newswire.publish("/feed", items(range(30)))
    await newswire.subscribe("/feed", more="stories = 3")
    await newswire.harness.post("one")
    return newswire.posted()


async def test_a_flood_posts_nothing_and_is_reported_to_the_admin(newswire):
    reported = await told_before(newswire)
    newswire.publish("/feed", items(range(100, 130)))
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    assert newswire.posted() == reported
    assert await newswire.articles() == 60
    status = repr(await newswire.harness.says("newsdesk status"))
    assert "30 articles as new at once" in status


async def test_articles_after_a_flood_are_posted(newswire):
    await told_before(newswire)
    newswire.publish("/feed", items(range(100, 130)))
    await newswire.poll(hours=1)
    newswire.publish("/feed", [an_item(200), *items(range(100, 130))])
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    assert an_item(200).title in newswire.posted()


async def test_a_flood_of_changed_texts_posts_nothing(newswire):
    reported = await told_before(newswire)
    footer = " Subscribe to the new letter of the 40 editors of this house today."
    changed = [
        an_item(n, text=an_item(n).text + footer.replace("40", str(n)))
        for n in range(30)
    ]
    newswire.publish("/feed", changed)
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    assert newswire.posted() == reported
    assert await newswire.revisions() == 60


async def test_a_handful_of_new_articles_is_news(newswire):
    reported = await told_before(newswire)
    newswire.publish("/feed", [*items(range(100, 110)), *items(range(20))])
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    assert len(newswire.posted()) > len(reported)


def test_a_first_reading_is_no_flood():
    new = Source(id=1, workspace_id=None, kind="feed", address="a", name="A")
    assert not is_flood(new, 50, some(50), NOON)


def test_it_takes_more_than_twenty_and_more_than_four_fifths():
    assert is_flood(KNOWN, 21, some(21), NOON)
    assert not is_flood(KNOWN, 20, some(20), NOON)
    assert is_flood(KNOWN, 30, some(25), NOON)
    assert not is_flood(KNOWN, 30, some(24), NOON)


def test_articles_of_a_downtime_are_news():
    from dataclasses import replace

    away = replace(KNOWN, last_success_at=NOON - timedelta(days=2))
    assert not is_flood(away, 40, some(40, hours_ago=20), NOON)
    assert is_flood(away, 40, some(40, hours_ago=72), NOON)
