"""Order, snippets and days of search results."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.answers.periods import parse_period, parse_since_date
from digests.answers.questions import parse_question, plan_searches
from digests.answers.search import find_snippet, is_about, rank_matches
from digests.language.search_terms import (
    expand_phrase,
    extract_terms,
    locate_groups,
    parse_query,
)
from digests.types import Article, Span

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
THURSDAY = NOW.date()


def an_article(id: str, text: str, title: str = "", days: int = 0) -> Article:
    return Article(id=id, text=text, title=title, published=NOW - timedelta(days=days))


def test_a_word_of_the_title_counts_more_than_one_of_the_text():
    text = an_article("text", "The bridge is long. It rains in the whole valley.")
    title = an_article(
        "title", "It is long. It rains in the whole valley now.", "Bridge"
    )

    found = rank_matches([text, title], parse_query("bridge"))

    assert [article.id for article in found] == ["title", "text"]


def test_of_two_alike_the_newer_comes_first():
    old, new = (
        an_article("old", "The bridge.", days=40),
        an_article("new", "The bridge."),
    )

    assert [a.id for a in rank_matches([old, new], parse_query("bridge"))] == [
        "new",
        "old",
    ]


def test_an_old_article_on_the_subject_precedes_a_passing_mention():
    passing = an_article("passing", "Rain fell. " * 40 + "A bridge was wet.")
    about = an_article("about", "The bridge. A bridge, this bridge.", "Bridge", days=60)

    assert rank_matches([passing, about], parse_query("bridge"))[0].id == "about"


def test_the_snippet_is_the_sentence_with_most_of_the_words():
    article = an_article(
        "a", "The bridge is old. A crack in the bridge was found. Rain."
    )

    found = find_snippet(article, parse_query("bridge cracks"))

    assert found is not None
    words = [article.text[mark.start : mark.end] for mark in found.marks]
    whole = article.text[found.sentence.start : found.sentence.end]
    assert whole == "A crack in the bridge was found."
    assert words == ["crack", "bridge"]


def test_a_phrase_is_set_apart_as_one():
    article = an_article("a", "The foot ferry runs. A ferry on foot does not.")

    found = find_snippet(article, parse_query('"foot ferry"'))

    assert found is not None
    assert [article.text[m.start : m.end] for m in found.marks] == ["foot ferry"]


_SAID = [
    *("Straße", "STRASSE", "écoles", "école's", "Ecole", "naïve", "o’clock", "a", "Å"),
    *("ﬁnes", "fine", "東京都", "it's", "1,200", "x-ray", "İzmir", "Weirs", "weir"),
]


@given(
    text=st.lists(st.sampled_from(_SAID), max_size=12).map(" ".join),
    asked=st.lists(st.sampled_from(_SAID), min_size=1, max_size=3).map(" ".join),
    lang=st.sampled_from(["en", "de", None]),
)
def test_words_are_placed_at_their_stored_positions(
    text: str, asked: str, lang: str | None
):
    ways = expand_phrase(asked)
    kept = list(extract_terms(text, lang))
    hits = sum(
        tuple(kept[at : at + len(phrase)]) == phrase
        for phrase in ways
        for at in range(len(kept))
    )

    (found,) = locate_groups(text, lang, (ways,))

    assert len(found) == hits


def test_words_of_the_title_only_have_no_snippet():
    assert (
        find_snippet(an_article("a", "It rains.", "Bridge"), parse_query("bridge"))
        is None
    )


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("yesterday", date(2026, 1, 7)),
        ("Yesterday", date(2026, 1, 7)),
        ("Monday", date(2026, 1, 5)),
        ("monday", date(2026, 1, 5)),
        ("last week", date(2025, 12, 29)),
        ("2026-01-02", date(2026, 1, 2)),
        ("1 March", date(2025, 3, 1)),
        ("7 days", date(2026, 1, 1)),
        ("2w", date(2025, 12, 25)),
        ("mon", date(2026, 1, 5)),
        ("gestern", date(2026, 1, 7)),
        ("soon", None),
        ("", None),
        ("999999999 days", None),
        ("🙂", None),
    ],
)
def test_since_is_read_as_people_write_it(typed: str, day: date | None):
    assert parse_since_date(typed, THURSDAY) == day


def test_a_period_has_its_position():
    text = "What happened last week in Hallin?"

    found = parse_period(text, THURSDAY)

    assert found is not None
    assert text[found.start : found.end] == "last week"
    assert (found.first, found.last) == (date(2025, 12, 29), date(2026, 1, 4))


def test_the_strictest_search_is_made_first_and_none_twice():
    question = parse_question("Who found the crack in the Tern Bridge?", THURSDAY)

    made = list(plan_searches(question))

    sizes = [len(each.every) for each in made]
    assert sizes[0] == max(sizes)
    assert len({frozenset(each.every) for each in made}) == len(made)
    assert parse_query('"tern bridge"').every in [each.every for each in made]


@pytest.mark.parametrize(
    ("topic", "sentence", "about"),
    [
        ("trade", "Trade between the two fell by 4%.", True),
        ("trade", "Their trade was worth $18 billion.", True),
        ("trade", "It lowers the foreign trade by a tenth.", True),
        ("trade", "The regional trade grew by 3%.", True),
        ("trade", "It boosts trade by 3%.", True),
        ("trade", "Traded goods were 3% dearer.", True),
        ("trade", "Shares rose by 3% in early trading.", False),
        ("trade", "Two of nine firms left the furniture trade.", False),
        ("furniture trade", "Two of nine firms left the furniture trade.", True),
        ("trading", "Shares rose by 3% in early trading.", True),
        ("bridge", "Both bridges carry 31,000 vehicles.", True),
        ("bridge", "It carries 31,000 vehicles.", False),
        ("vik bridge", "The bridge carries 31,000 vehicles.", False),
        ("US", "Visitors join us, and pay 3 euros.", False),
        ("US", "Imports of the US fell by 8%.", True),
        ("us", "Imports of the US fell by 8%.", True),
        ("WHO", "The man who paid 3 euros left.", False),
        ("May", "The bridge may close for 6 months.", False),
        ("May", "Cases rose by 8% in May.", True),
        ("May", "MAY LOSES BY 61 VOTES", True),
        ("Trade", "Their trade was worth $18 billion.", True),
    ],
)
def test_a_sentence_is_about_what_it_names(topic: str, sentence: str, about: bool):
    article = an_article("1", f"A day like others.\n\n{sentence}")
    said = Span(start=len(article.text) - len(sentence), end=len(article.text))
    assert is_about(article, [said], topic) is about


def test_the_title_and_the_first_paragraph_say_what_all_is_about():
    text = "In Vik it snows.\n\nIt carries 31,000 vehicles."
    article = an_article("1", text, title="Bridge reopens")
    assert is_about(article, [Span(start=18, end=len(text))], "bridge vik")
