"""What is written on a card, and which cards are not drawn."""

from datetime import UTC, datetime

import pytest

from digests.cards.wording import build_card_wording, find_obstacle
from digests.types import QuoteCard, Span
from tests.digests.cards.wordings import SCRIPTS, a_wording


def a_card(**changes):
    fields = {
        "text": "The gate was never shut.",
        "speaker": "Marit Oakes",
        "role": "harbour engineer",
        "source": "Tidewater Gazette",
        "article": "a1",
        "url": None,
        "published": datetime(2026, 11, 24, tzinfo=UTC),
        "span": Span(start=0, end=24),
        "context": Span(start=0, end=24),
        "context_text": "",
        "alt": "",
        "lang": "en",
    }
    return QuoteCard(**{**fields, **changes})


def build(**changes):
    return build_card_wording(a_card(**changes), "word for word", "24 November")


@pytest.mark.parametrize(
    ("lang", "opening", "closing"),
    [("en", "“", "”"), ("de-AT", "„", "“"), ("el", "«", "»"), ("ja", "「", "」")],
)
def test_a_card_has_the_words_in_the_marks_of_their_language(lang, opening, closing):
    built = build(lang=lang)
    assert (built.opening, built.closing) == (opening, closing)
    assert built.quote == "The gate was never shut."


def test_a_mark_with_a_space_stays_beside_its_word():
    built = build(text="La porte !", lang="fr")
    assert (built.opening, built.closing) == ("«\u00a0", "\u00a0»")


def test_the_words_of_the_reporter_between_two_parts_are_left_out():
    built = build(text="It held,” she said. “It will hold.")
    assert built.quote == "It held” … “It will hold."


def test_a_card_names_speaker_role_outlet_date_and_check():
    built = build()
    assert (built.speaker, built.role) == ("Marit Oakes", "harbour engineer")
    assert (built.outlet, built.date) == ("Tidewater Gazette", "24 November")
    assert built.check_line == "word for word"
    assert not built.struck


def test_a_role_that_the_name_contains_is_not_repeated():
    assert build(speaker="harbour engineer Marit Oakes").role == ""


def test_a_speaker_whom_the_article_does_not_name_is_said_not_to_be_named():
    built = build_card_wording(a_card(speaker=None), "", unnamed="nicht genannt")
    assert built.speaker == "nicht genannt"


def test_withdrawn_words_are_struck():
    assert build(withdrawn=True).struck


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It\u202eheld\u202c and\u2066 so\u2069", "Itheld and so"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("nul\u2400\x01", "nul"),
        ("two\n\nlines\tand  spaces", "two lines and spaces"),
        ("oui\u00a0! deux\u202f: trois", "oui\u00a0! deux\u202f: trois"),
        ("e" + "\u0301" * 9 + "!", "e" + "\u0301" * 4 + "!"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a lone \ud800 half", "a lone \ufffd half"),
    ],
)
def test_only_what_affects_the_display_is_dropped(text, shown):
    assert build(text=text).quote == shown


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_with_installed_fonts_has_no_obstacle(script):
    assert find_obstacle(a_wording(script, "long")) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quote": "a" * 241}, "card.too_long"),
        ({"quote": "橋" * 161}, "card.too_long"),
        ({"quote": ""}, "card.no_words"),
        ({"quote": "runes ᚠᚢ"}, "card.no_glyph"),
        ({"quote": "private \ue000"}, "card.no_glyph"),
        ({"speaker": "ᚠ"}, "card.no_glyph"),
        ({"outlet": "ᚠ"}, "card.no_glyph"),
        ({"check_line": "ᚠ"}, "card.no_glyph"),
        # One font has the letter, another one the mark.
        ({"quote": "क\u0301"}, "card.no_glyph"),
        ({"quote": "A\u20e3"}, "card.no_glyph"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_it_is_drawn(changes, code):
    found = find_obstacle(a_wording(**changes))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("quote", ["a" * 240, "橋" * 160])
def test_as_many_characters_as_a_card_has_room_for_are_drawn(quote):
    assert find_obstacle(a_wording(quote=quote)) is None


@pytest.mark.parametrize("script", ["japanese", "chinese", "korean"])
def test_without_the_extra_a_card_in_east_asian_letters_names_it(script):
    found = find_obstacle(a_wording(script), cjk=False)
    assert found is not None
    assert found.code == "card.no_cjk_fonts"


@pytest.mark.parametrize("script", ["thai", "arabic", "emoji"])
def test_other_scripts_do_not_need_the_extra(script):
    assert find_obstacle(a_wording(script), cjk=False) is None
