"""Short items of one genre have the same words and are other events."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest

from digests.stories.assignment import group_articles
from digests.stories.index import StoryIndex
from digests.stories.joining import join_events
from digests.types import Article
from tests.digests.stories.builders import assign_article, news
from tests.digests.stories.short_items import Form, read_items

FORMS: dict[Form, Mapping[str, Sequence[Article]]] = {
    "title": read_items("title"),
    "both": read_items("both"),
    "text": read_items("text"),
}
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


def in_capitals(article: Article) -> Article:
    title = " ".join(w[:1].upper() + w[1:] for w in (article.title or "").split())
    return replace(article, title=title)


@pytest.mark.parametrize("genre", sorted({n[:-2] for n in FORMS["title"]}))
def test_headlines_in_title_case_are_as_many_stories(genre: str):
    templates = [items for n, items in FORMS["title"].items() if n[:-2] == genre]
    rows = list(zip(*templates, strict=True))
    merged = [
        (one.title, other.title)
        for mine, theirs in combinations(rows, 2)
        for one, other in product(map(in_capitals, mine), map(in_capitals, theirs))
        if count_stories(one, replace(other, id="other")) == 1
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


@pytest.mark.parametrize("form", FORMS)
def test_where_each_event_has_several_reports_they_join_no_other_event(form: Form):
    mixed: dict[str, list[Article]] = {}
    for name, items in FORMS[form].items():
        genre, _, template = name.rpartition("-")
        mixed.setdefault(genre, []).extend(
            replace(item, id=f"{item.id}/{template}") for item in items
        )
    for articles in mixed.values():
        members = join_events(articles, group_articles(articles), {})
        events: dict[str, set[str]] = {}
        for member in members:
            events.setdefault(member.story, set()).add(member.article.partition("/")[0])
        assert [found for found in events.values() if len(found) > 1] == []


def test_items_of_one_template_differ_across_templates_too():
    groups = [g for name, g in FORMS["title"].items() if "-de" not in name]
    items = [items[n % 12] for n, items in enumerate(groups)]
    assert count_stories(*items) == len(items)


#: What a local outlet reports of one town on one day.
LOCAL = (
    ("Man jailed for six years for arson in {}", "A man of 34 was jailed for six years "
     "for arson by the court in {} on Monday. Judge Helen Marsh spoke of a miracle."),
    ("{} Rovers beat Ostrel City 2-1", "{} Rovers beat Ostrel City 2-1 in the league "
     "on Saturday. Mikel Dune scored twice."),
    ("Storm cuts power to 70 homes in {}", "A storm cut the power to 70 homes in {} on "
     "Monday, the supplier Norgrid said. Trees fell on the coast road."),
    ("Painter Elsa Morn dies in {} at 81", "The painter Elsa Morn died in {} at the "
     "age of 81, her family said."),
    ("Swimming pool in {} closes for repairs", "The pool in {} closes on Monday for "
     "repairs to its roof. Pupils will swim in Ostrel."),
    ("Bus drivers in {} to strike on Friday", "Bus drivers in {} will strike on Friday "
     "over pay, the union said on Monday. Talks had failed."),
    ("New mayor of {} is Ada Pell", "Ada Pell is the new mayor of {}. She won 54 "
     "percent of the vote on Sunday."),
)  # fmt: skip


@pytest.mark.parametrize("town", ["Tarvik", "Fell Bridge", "Sankt Odil"])
def test_short_items_of_one_town_stay_apart(town: str):
    items = [
        news(str(n), text.format(town), title=title.format(town))
        for n, (title, text) in enumerate(LOCAL)
    ]
    assert count_stories(*items) == len(items)


def test_two_headlines_of_one_death_are_one_story():
    one = news("a", title="Painter Elsa Morn dies at 81")
    other = news("b", title="Elsa Morn, painter of the sea, is dead")
    assert count_stories(one, other) == 1


def test_two_headlines_with_rare_words_in_common_are_one_story():
    one = news("a", title="Iconic Actor Vigo Tarnell Dead At 93")
    other = news("b", title="Vigo Tarnell: A Consummate Showman For Nine Decades")
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


STAND = news(
    "stand",
    "Six people were killed when a stand collapsed at the Orvane racecourse on "
    "Saturday afternoon, police said. More than forty were taken to hospital, "
    "eleven of them with serious injuries. The stand was built in 1988 and had "
    "been inspected in March, the owners said. The fire service was still "
    "searching the wreckage in the evening.",
    title="Stand collapses at Orvane racecourse, six dead",
)
IN_ORVANE = (
    (
        "Pedestrian breaks arm in collision with lorry in Orvane",
        "A pedestrian broke an arm when a lorry hit him in Orvane on Saturday, "
        "police said. The man, 44, was taken to hospital. The driver was not "
        "hurt.",
    ),
    (
        "Shed burns down in Orvane",
        "A shed burnt down in Orvane on Saturday night. Nobody was hurt, the fire "
        "service said. The damage is put at 8,000 crowns.",
    ),
    (
        "Car on fire at Orvane station",
        "A car caught fire at Orvane station on Saturday night. Nobody was hurt, "
        "the fire service said. The damage is put at 5,000 crowns.",
    ),
)
IN_KIRRLACH = (
    (
        "Schuppen abgebrannt",
        "In Kirrlach ist in der Nacht zum Sonntag ein Schuppen abgebrannt. "
        "Verletzt wurde niemand, teilte die Feuerwehr mit. Der Schaden beträgt "
        "rund 8.000 Euro.",
    ),
    (
        "Auto brennt am Bahnhof",
        "Am Bahnhof in Kirrlach hat am Sonntag ein Auto gebrannt. Verletzt wurde "
        "niemand, teilte die Feuerwehr mit. Der Schaden beträgt rund 5.000 Euro.",
    ),
)


def test_what_happens_in_a_town_every_day_joins_no_other_event():
    items = [
        news(str(n), text, title=title, hours=n, source="Orvane Echo")
        for n, (title, text) in enumerate(IN_ORVANE, 1)
    ]
    assert count_stories(STAND, *items) == 4


def test_two_german_fires_in_one_town_are_two_stories():
    items = [
        news(str(n), text, title=title, hours=n, source="Bote", lang="de")
        for n, (title, text) in enumerate(IN_KIRRLACH)
    ]
    assert count_stories(*items) == 2
