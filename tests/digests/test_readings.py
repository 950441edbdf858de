"""Analyses are cached for every edition of a round, and change none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.analysis import MAX_ANALYSED, AnalysisCache, analyse_article
from digests.compose import compose
from digests.types import Article, ArticleAnalysis, EditionStyle
from tests.builders import BRIDGE, NOON, an_article

SHORT = EditionStyle(summary_chars=90)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the articles that were analysed, in order."""
    done: list[str] = []

    def counting(
        article: Article, style: EditionStyle | None = None
    ) -> ArticleAnalysis:
        done.append(article.id)
        return analyse_article(article, style)

    monkeypatch.setattr("digests.analysis.analyse_article", counting)
    return done


def test_the_same_words_are_read_once(read):
    kept = AnalysisCache()
    for name in ("a", "b"):
        kept.read(an_article(id=name), EditionStyle())
    assert read == ["a"]


@pytest.mark.parametrize(
    ("changes", "style"),
    [
        ({"text": BRIDGE.replace("31,000", "32,000")}, EditionStyle()),
        ({"title": "Another title"}, EditionStyle()),
        ({"lang": "de"}, EditionStyle()),
        ({}, SHORT),
    ],
)
def test_other_words_another_language_or_length_are_another_reading(
    read, changes: dict[str, Any], style: EditionStyle
):
    kept = AnalysisCache()
    kept.read(an_article(), EditionStyle())
    other = an_article(**changes)
    assert kept.read(other, style) == analyse_article(other, style)
    assert len(read) == 2


def test_an_analysis_is_returned_for_the_requested_article():
    kept = AnalysisCache()
    kept.read(an_article(source="Hallin Courier"), EditionStyle())
    renamed = an_article(id="elsewhere", source="The Courier")
    assert kept.read(renamed, EditionStyle()).article == renamed


_OTHERWISE = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(min_size=1, max_size=8),
        "source": st.sampled_from(["", "Ada Brandt", "Harbour bridge", "Reuters"]),
        "url": st.sampled_from([None, "https://news.example/bridge"]),
        "published": st.sampled_from([None, NOON, NOON - timedelta(days=400)]),
        "author": st.sampled_from([None, "Ada Brandt", "Strand Radio"]),
        "revises": st.sampled_from([None, "earlier"]),
        "sample": st.sampled_from([None, "retold"]),
        "excerpt": st.booleans(),
    },
)


@given(changes=_OTHERWISE)
def test_nothing_but_the_words_makes_a_difference_to_what_is_read(
    changes: dict[str, Any],
):
    """The cache key covers everything that the analysis depends on."""
    plain, other = an_article(), an_article(**changes)
    assert analyse_article(other) == replace(analyse_article(plain), article=other)


def test_an_edition_is_the_same_with_what_was_read_before():
    articles = [an_article(), an_article(id="b", text=BRIDGE[::-1], source="Echo")]
    kept = AnalysisCache()
    for style in (EditionStyle(), SHORT, EditionStyle(stories=1)):
        for _ in range(2):
            reported = compose(articles, now=NOON, style=style, read=kept.read)
            assert reported == compose(articles, now=NOON, style=style)


def test_the_room_is_bounded_and_what_was_used_last_stays(read):
    one, two, three = (an_article(id=n, title=n) for n in ("1", "2", "3"))
    kept = AnalysisCache(max_characters=2 * len(BRIDGE))
    for article in (one, two, one, three, one, two):
        kept.read(article, EditionStyle())
    assert read == ["1", "2", "3", "2"]


def test_a_long_text_takes_the_room_of_its_analysed_part(read):
    kept = AnalysisCache(max_characters=len(BRIDGE) + MAX_ANALYSED)
    long = an_article(id="long", text=f"{BRIDGE} " * 2_000)
    for article in (an_article(), long, an_article(), long):
        kept.read(article, EditionStyle())
    assert read == ["bridge", "long"]
    assert kept.read(long, EditionStyle()).article == long


def test_what_is_larger_than_the_room_is_read_each_time(read):
    kept = AnalysisCache(max_characters=len(BRIDGE) - 1)
    for _ in range(2):
        kept.read(an_article(), EditionStyle())
    assert len(read) == 2
