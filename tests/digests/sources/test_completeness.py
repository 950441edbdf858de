"""Whether entries of feeds are whole: a hundred feeds of both kinds, and the rules."""

from datetime import UTC, datetime

import pytest

from digests.sources.completeness import (
    Completeness,
    EntryText,
    compare_with_page,
    judge_entries,
    judge_source,
    says_it_continues,
)
from digests.sources.feed import parse_feed
from tests.builders import an_article
from tests.data.full_texts.feeds import EXCERPTS, FULL

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
SENTENCE = "The council of Hallin closed the market bridge on Tuesday morning. "


def read(feed):
    return parse_feed(feed(), url="https://courier.example/feed", now=NOW).articles


@pytest.mark.parametrize("name", FULL)
def test_a_feed_of_whole_texts_is_recognised(name: str):
    articles = read(FULL[name])
    assert judge_source(articles) == "full"
    assert not any(article.excerpt for article in articles)


@pytest.mark.parametrize("name", EXCERPTS)
def test_a_feed_of_excerpts_is_recognised(name: str):
    articles = read(EXCERPTS[name])
    assert judge_source(articles) == "excerpt"
    assert all(article.excerpt for article in articles)


# One entry


def alone(text: str, **more) -> Completeness:
    (judged,) = judge_entries([EntryText("Council closes bridge", text, **more)])
    return judged


@pytest.mark.parametrize(
    "end",
    [
        "It will take three …",
        "It will take three [...]",
        "It will take three weeks.\nRead more",
        "It will take three weeks. Continue reading →",
        "It will take three Continue reading Council closes bridge",
        "It will take three weeks.\nZum Artikel",
        "It will take three weeks. Mehr auf courier.example",
        "It will take three weeks.\nDen ganzen Bericht lesen",
        "It will take three weeks.\nThis post is for paying subscribers only",
        "It will take three weeks …\nThe post Council closes bridge appeared first on "
        "Courier.",
    ],
)
def test_a_long_text_that_says_that_it_continues_is_an_excerpt(end: str):
    assert alone(SENTENCE * 12 + end) == "excerpt"


@pytest.mark.parametrize(
    "end",
    [
        "Den alten Laden gibt es nicht mehr.",
        "The islanders want more.",
        "Read more: Why the harbour needs a new crane",
        "It was, the mayor said, the whole story.",
        "Der Minister schweigt zum Bericht.",
        "Read full topic",
        "Photo: Courier",
    ],
)
def test_a_long_text_with_such_words_at_its_end_is_whole(end: str):
    assert alone(f"{SENTENCE * 20}\n{end}") == "full"


def test_an_entry_that_repeats_its_title_says_nothing():
    assert alone("Council closes bridge – Hallin Courier") == "excerpt"


def test_a_content_that_is_much_longer_than_its_summary_is_whole():
    assert alone(SENTENCE * 8, summary=SENTENCE, content=True) == "full"


def test_some_sentences_without_any_sign_are_of_unknown_completeness():
    assert alone(SENTENCE * 10) == "unknown"


# Entries beside each other


def test_a_short_entry_is_judged_like_the_others_of_its_feed():
    whole = [EntryText(f"Title {n}", f"{n} {SENTENCE * 30}") for n in range(4)]
    assert judge_entries([*whole, EntryText("Short", SENTENCE)])[-1] == "full"


def test_an_ellipsis_that_only_one_long_text_has_is_its_authors():
    whole = [EntryText(f"Title {n}", f"{n} {SENTENCE * 30}") for n in range(4)]
    musing = EntryText("Musing", SENTENCE * 30 + "We shall see ...")
    assert judge_entries([*whole, musing])[-1] == "full"


def test_texts_that_break_off_at_one_length_are_excerpts():
    cut = [EntryText(f"Title {n}", (SENTENCE * 20)[n : n + 700]) for n in range(1, 6)]
    assert set(judge_entries(cut)) == {"excerpt"}


def test_an_unclear_entry_is_judged_like_most_of_its_feed():
    cut = [EntryText(f"Title {n}", f"{n} {SENTENCE} …") for n in range(3)]
    assert judge_entries([*cut, EntryText("Unclear", SENTENCE * 10)])[-1] == "excerpt"


def test_a_text_that_most_entries_share_is_about_the_feed():
    same = [EntryText(f"Title {n}", SENTENCE * 30) for n in range(5)]
    assert set(judge_entries(same)) == {"excerpt"}


# A source


def test_a_source_without_articles_is_not_known():
    assert judge_source([]) == "unknown"


def test_what_pages_showed_decides():
    excerpts = [an_article(text=SENTENCE, excerpt=True)] * 3
    assert judge_source(excerpts, ["full", "full", "excerpt"]) == "full"


def test_pages_that_showed_nothing_decide_nothing():
    excerpts = [an_article(text=SENTENCE, excerpt=True)] * 3
    assert judge_source(excerpts, ["unknown"]) == "excerpt"


def test_texts_that_may_be_whole_leave_their_source_unknown():
    unclear = [an_article(text=SENTENCE * 10, excerpt=True)] * 3
    assert judge_source(unclear) == "unknown"


@pytest.mark.parametrize(
    ("entry", "page", "shown"),
    [
        (SENTENCE, SENTENCE * 9, "excerpt"),
        (SENTENCE * 9, SENTENCE * 9, "full"),
        (SENTENCE * 9, SENTENCE * 10, "full"),
        (SENTENCE, "", "unknown"),
    ],
)
def test_a_page_shows_whether_its_entry_is_whole(entry: str, page: str, shown: str):
    found = compare_with_page(an_article(text=entry), an_article(text=page))
    assert found == shown


def test_a_stub_says_that_it_continues():
    assert says_it_continues(
        "Council closes bridge", SENTENCE + "\nRead the full story"
    )
    assert not says_it_continues("Council closes bridge", SENTENCE)


def test_endless_runs_of_such_words_take_no_time():
    texts = [
        EntryText("Title", f"{n} " + "mit dem weiter lesen " * 9_000) for n in range(50)
    ]
    assert len(judge_entries(texts)) == 50
