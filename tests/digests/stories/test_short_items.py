"""Short items of one genre have the same words and are other events."""

from itertools import combinations

import pytest

from digests.stories.assignment import group_articles
from digests.stories.index import StoryIndex
from digests.stories.joining import join_events
from digests.types import Article
from tests.digests.stories.builders import assign_article, news
from tests.digests.stories.short_items import read_items

FORMS = {form: read_items(form) for form in ("title", "both", "text")}
GROUPS = [
    pytest.param(items, id=f"{form}-{name}")
    for form, genres in FORMS.items()
    for name, items in genres.items()
]


def count_stories(*articles: Article) -> int:
    members = join_events(articles, group_articles(articles), {})
    return len({m.story for m in members})


def test_there_are_enough_pairs_of_every_genre():
    pairs = [len(items) * (len(items) - 1) // 2 for items in FORMS["both"].values()]
    assert sum(pairs) > 1000
    assert len(pairs) == 24


@pytest.mark.parametrize("items", GROUPS)
def test_no_two_items_become_one_story(items: list[Article]):
    merged = [
        (one.title, other.title)
        for one, other in combinations(items, 2)
        if count_stories(one, other) == 1
    ]
    assert merged == []


@pytest.mark.parametrize("items", GROUPS)
def test_a_feed_of_them_has_as_many_stories(items: list[Article]):
    assert count_stories(*items) == len(items)


@pytest.mark.parametrize("items", GROUPS)
def test_each_that_arrives_is_a_story_of_its_own(items: list[Article]):
    archive = StoryIndex()
    for item in items:
        archive.add(item, assign_article(item, archive))
    assert len(archive.members) == len(items)


def test_items_of_one_template_differ_across_templates_too():
    groups = [g for name, g in FORMS["title"].items() if "-de" not in name]
    items = [items[n % 12] for n, items in enumerate(groups)]
    assert count_stories(*items) == len(items)


def test_two_headlines_of_one_death_are_one_story():
    one = news("a", title="Painter Elsa Morn dies at 81")
    other = news("b", title="Elsa Morn, painter of the sea, is dead")
    assert count_stories(one, other) == 1


def test_two_reports_of_one_earthquake_are_one_story():
    one = news(
        "a",
        "An earthquake of magnitude 5.8 struck northern Tarvia on Monday, the "
        "geological survey said. There were no reports of casualties in Brelo.",
        title="Earthquake of magnitude 5.8 strikes northern Tarvia",
    )
    other = news(
        "b",
        "Tarvia was shaken by an earthquake of magnitude 5.8 on Monday morning. People "
        "in Brelo ran into the streets, the geological survey said.",
        title="Strong earthquake shakes Tarvia",
    )
    assert count_stories(one, other) == 1
