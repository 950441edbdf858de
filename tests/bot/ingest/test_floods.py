"""A known feed that pours everything out again posts nothing, and says so."""

from datetime import timedelta

from bot.intake.floods import is_flood
from bot.types import Source
from digests.types import Article
from tests.bot.intake.press import Press
from tests.fakes import NOON
from tests.feeds import an_item, items

KNOWN = Source(
    id=1, workspace_id=None, kind="feed", address="https://a.example/", name="A",
    last_good=NOON - timedelta(minutes=15),
)  # fmt: skip


def some(count: int, hours_ago: float = 1) -> list[Article]:
    at = NOON - timedelta(hours=hours_ago)
    return [Article(id=str(n), text="A text.", published=at) for n in range(count)]


async def told_before(room: Press) -> list[str]:
    """A digest over a known feed of 30 items, with its first edition out."""
    room.publish("/feed", items(range(30)))
    await room.subscribe("/feed", more="stories = 3")
    await room.desk.post("one")
    return room.posted()


async def test_a_flood_posts_nothing_and_is_told_to_the_admin(room):
    told = await told_before(room)
    room.publish("/feed", items(range(100, 130)))
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    assert room.posted() == told
    assert await room.articles() == 60
    status = repr(await room.desk.says("newsdesk status"))
    assert "30 articles as new at once" in status


async def test_what_comes_after_a_flood_is_posted(room):
    await told_before(room)
    room.publish("/feed", items(range(100, 130)))
    await room.poll(hours=1)
    room.publish("/feed", [an_item(200), *items(range(100, 130))])
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    assert an_item(200).title in room.posted()


async def test_a_flood_of_changed_texts_posts_nothing(room):
    told = await told_before(room)
    footer = " Subscribe to the new letter of the 40 editors of this house today."
    changed = [
        an_item(n, text=an_item(n).text + footer.replace("40", str(n)))
        for n in range(30)
    ]
    room.publish("/feed", changed)
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    assert room.posted() == told
    assert await room.revisions() == 60


async def test_a_handful_of_new_articles_is_news(room):
    told = await told_before(room)
    room.publish("/feed", [*items(range(100, 110)), *items(range(20))])
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    assert len(room.posted()) > len(told)


def test_a_first_reading_is_no_flood():
    new = Source(id=1, workspace_id=None, kind="feed", address="a", name="A")
    assert not is_flood(new, 50, some(50), NOON)


def test_it_takes_more_than_twenty_and_more_than_four_fifths():
    assert is_flood(KNOWN, 21, some(21), NOON)
    assert not is_flood(KNOWN, 20, some(20), NOON)
    assert is_flood(KNOWN, 30, some(25), NOON)
    assert not is_flood(KNOWN, 30, some(24), NOON)


def test_what_came_while_we_were_away_is_news():
    from dataclasses import replace

    away = replace(KNOWN, last_good=NOON - timedelta(days=2))
    assert not is_flood(away, 40, some(40, hours_ago=20), NOON)
    assert is_flood(away, 40, some(40, hours_ago=72), NOON)
