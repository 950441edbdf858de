"""Two short items of one genre are two stories, two reports of one event are one."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from digests.stories.assignment import group_articles
from digests.stories.index import StoryIndex
from digests.stories.joining import join_events
from digests.types import Article
from tests.digests.stories.builders import assign_article, news

_FILE = Path(__file__).parents[2] / "data" / "short_pairs.toml"
PAIRS = tomllib.loads(_FILE.read_text(encoding="utf-8"))["pair"]
APART = [pair for pair in PAIRS if not pair["same"]]
SAME = [pair for pair in PAIRS if pair["same"]]


def read_pair(pair: dict[str, Any], name: str = "") -> list[Article]:
    """The two items, an hour apart in one feed."""
    return [
        news(
            f"{name}{place}",
            text,
            hours=place,
            title=title,
            source="Wire",
            lang=pair.get("lang", "en"),
        )
        for place, (title, text) in enumerate((pair["one"], pair["other"]))
    ]


def group_at_once(items: Sequence[Article]) -> int:
    members = join_events(items, group_articles(items), {})
    return len({member.story for member in members})


def assign_one_by_one(items: Sequence[Article]) -> int:
    archive = StoryIndex()
    for item in items:
        archive.add(item, assign_article(item, archive))
    return len(archive.members)


COUNTS = (group_at_once, assign_one_by_one)


@pytest.mark.parametrize("count_stories", COUNTS)
def test_items_of_one_genre_stay_apart(
    count_stories: Callable[[Sequence[Article]], int],
):
    merged = [
        (pair["one"][0], pair["other"][0])
        for pair in APART
        if count_stories(read_pair(pair)) == 1
    ]
    assert merged == []


@pytest.mark.parametrize("count_stories", COUNTS)
def test_a_feed_of_them_has_as_many_stories(
    count_stories: Callable[[Sequence[Article]], int],
):
    items = [i for n, pair in enumerate(APART) for i in read_pair(pair, f"{n}/")]
    assert count_stories(items) == len(items)


@pytest.mark.parametrize("count_stories", COUNTS)
def test_two_reports_of_one_event_are_one_story(
    count_stories: Callable[[Sequence[Article]], int],
):
    split = [
        (pair["one"][0], pair["other"][0])
        for pair in SAME
        if count_stories(read_pair(pair)) == 2
    ]
    assert split == []


def test_there_are_pairs_of_both_kinds():
    assert (len(APART), len(SAME)) == (90, 35)
