"""The demo's newsroom: which articles arrive in which order, and restarts."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.demo import INITIAL_ARTICLES, DemoArticles
from bot.settings import find_seeds_folder


@pytest.fixture
def newsroom(tmp_path: Path) -> DemoArticles:
    return DemoArticles(
        home=tmp_path / "demo",
        seeds=find_seeds_folder(),
        pace=timedelta(milliseconds=1),
    )


def arrived(newsroom: DemoArticles) -> set[str]:
    return {path.name for path in (newsroom.home / "articles").glob("*.txt")}


def test_it_opens_with_the_first_articles_the_summit_among_them(newsroom):
    newsroom.open()
    assert len(arrived(newsroom)) == INITIAL_ARTICLES
    assert sum(name.startswith("summit") for name in arrived(newsroom)) == 3


def test_opening_again_brings_nothing_more_and_keeps_what_is_there(newsroom):
    newsroom.open()
    mine = newsroom.home / "articles" / "mine.md"
    mine.write_text("My own article.", encoding="utf-8")
    newsroom.open()
    assert len(arrived(newsroom)) == INITIAL_ARTICLES
    assert mine.exists()


async def test_the_others_arrive_one_at_a_time_until_all_are_there(newsroom):
    newsroom.open()
    counts = []
    await newsroom.feed(lambda: counts.append(len(arrived(newsroom))))
    every = len(list((newsroom.seeds / "articles").glob("*.txt")))
    assert counts == list(range(INITIAL_ARTICLES + 1, every + 1))


async def test_a_stopped_feed_continues_where_it_was(newsroom):
    newsroom.open()
    one_came = asyncio.Event()
    feeding = asyncio.create_task(newsroom.feed(one_came.set))
    await one_came.wait()
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)
    before = arrived(newsroom)
    assert len(before) > INITIAL_ARTICLES
    newsroom.open()
    assert arrived(newsroom) >= before


def test_no_half_written_article_is_ever_seen(newsroom):
    newsroom.open()
    left = [path.name for path in (newsroom.home / "articles").iterdir()]
    assert not any(name.endswith(".part") for name in left)
