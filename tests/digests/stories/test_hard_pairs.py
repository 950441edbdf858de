"""Pairs that are easy to get wrong: 80 of them, with their answers."""

from collections import Counter

import pytest

from digests.language import words
from digests.stories.assignment import group_articles
from digests.stories.index import StoryIndex
from digests.types import Article
from tests.digests.stories.builders import assign_article
from tests.digests.stories.hard_pairs import Pair, pairs

PAIRS = pairs()


def joined(one: Article, other: Article) -> bool:
    first, second = group_articles((one, other))
    return first.story == second.story


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_hard_pair_is_one_story_or_two_as_expected(pair: Pair):
    assert joined(pair.one, pair.other) is pair.same


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_an_article_that_arrives_joins_as_in_the_batch(pair: Pair):
    archive = StoryIndex()
    archive.add(pair.one, assign_article(pair.one, archive))
    there = archive.story_of(pair.one.id)
    here = assign_article(pair.other, archive).story
    assert (here == there) is joined(pair.one, pair.other)


def test_all_together_no_two_events_become_one_story():
    articles = {a.id: a for pair in PAIRS for a in (pair.one, pair.other)}
    apart = {pair.other.id for pair in PAIRS if not pair.same}
    story_of = {m.article: m.story for m in group_articles(tuple(articles.values()))}
    false = [
        f"{pair}"
        for pair in PAIRS
        if not pair.same and story_of[pair.one.id] == story_of[pair.other.id]
    ]
    events: dict[str, set[str]] = {}
    for article, story in story_of.items():
        if article not in apart:
            events.setdefault(story, set()).add(article.partition("/")[0])
    assert false == []
    assert [names for names in events.values() if len(names) > 1] in (
        [],
        # Both report the match between the two teams.
        [{"falcons", "united"}],
    )


def test_there_are_eighty_pairs_of_every_kind():
    kinds = Counter(pair.kind for pair in PAIRS)
    assert len(PAIRS) == 80
    assert min(kinds.values()) >= 7
    assert len(kinds) == 9


@pytest.mark.parametrize(
    "pair", [p for p in PAIRS if p.kind == "rewrite"], ids=lambda p: p.event
)
def test_a_rewrite_has_few_words_in_common(pair: Pair):
    one, other = (
        set(words.split_words(pair.one.text)),
        set(words.split_words(pair.other.text)),
    )
    assert 0.12 <= len(one & other) / len(one | other) <= 0.3
