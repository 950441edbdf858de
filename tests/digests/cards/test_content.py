from dataclasses import replace
from datetime import UTC, datetime

from digests.cards.content import build_card, find_card_context
from digests.quotes.attribution import find_quotes
from digests.types import Article

TEXT = "It rained.  “It’s  open,” said lock warden Ruth Bell."


def an_article(**changes):
    article = Article(
        id="a1",
        text=TEXT,
        source="Canal Courier",
        url="https://courier.example/lock",
        published=datetime(2026, 1, 6, 23, 30, tzinfo=UTC),
    )
    return replace(article, **changes)


def a_card(**changes):
    article = an_article(**changes)
    return build_card(article, find_quotes(article.text)[0])


def test_the_words_are_those_of_the_article():
    card = a_card()
    assert card.text == TEXT[card.span.start : card.span.end] == "It’s  open"


def test_the_comma_that_joins_the_words_to_the_reporters_sentence_is_left_out():
    assert not a_card().text.endswith(",")
    assert a_card(text="“It’s open, at last!” Ruth Bell said.").text.endswith("last!")


def test_the_card_shows_speaker_and_place():
    card = a_card()
    assert (card.speaker, card.role) == ("Ruth Bell", "lock warden")
    assert (card.source, card.article) == ("Canal Courier", "a1")
    assert card.url == "https://courier.example/lock"


def test_the_context_is_the_sentence_around_the_words():
    card = a_card()
    assert card.context_text == "“It’s  open,” said lock warden Ruth Bell."
    assert card.context_text == TEXT[card.context.start : card.context.end]


def test_the_alt_text_is_a_sentence_with_speaker_words_outlet_and_date():
    assert a_card().alt == (
        "Ruth Bell, lock warden: “It’s  open” (Canal Courier, 2026-01-06)."
    )


def test_the_alt_text_leaves_out_what_is_not_known():
    card = a_card(text="“It’s open now and it stays open.”", source="", published=None)
    assert card.alt == (
        "Somebody the article does not name: “It’s open now and it stays open.”"
    )


def test_a_text_without_declared_language_is_english():
    assert a_card().lang == "en"
    assert a_card(lang="en-GB").lang == "en-GB"


# ── context of the quote ────────────────────────────────────────────────────────


def set_in(text: str) -> str:
    article = an_article(text=text)
    place = find_card_context(article, build_card(article, find_quotes(text)[0]))
    return text[place.start : place.end]


def test_words_worked_into_a_sentence_are_set_in_that_sentence():
    text = "Rain came. Ruth Bell called the new lock “the best thing in ten years.”"
    assert set_in(text) == text.removeprefix("Rain came. ")


def test_a_mere_attribution_is_replaced_by_the_sentence_before():
    assert set_in(TEXT) == "It rained."


def test_words_of_another_speaker_are_no_context():
    quoted = "“We were all of us afraid that night,” said Tom Ames."
    text = f"The lock opened on Monday.\n\n{quoted}\n\n{quoted}"
    article = an_article(text=text)
    second = build_card(article, find_quotes(text)[-1])
    place = find_card_context(article, second)
    assert text[place.start : place.end] == "The lock opened on Monday."


def test_with_nothing_before_it_a_quote_is_set_in_its_own_sentence():
    text = "“It’s open,” said Ruth Bell."
    assert set_in(text) == text
