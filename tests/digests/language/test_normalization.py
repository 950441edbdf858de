import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language.normalization import (
    clean_text,
    normalize_text,
    parse_whole_number,
    revision_hash,
)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("0007", 7),
        ("99", 99),
        ("٣", 3),
        ("100", None),
        ("9" * 5_000, None),
        ("0" * 5_000, 0),
        ("²", None),
        ("-1", None),
        ("+1", None),
        ("1_0", None),
        (" 1", None),
        ("", None),
    ],
)
def test_a_whole_number_is_decimal_digits_within_bounds(written, number):
    assert parse_whole_number(written, 99) == number


def test_a_number_below_the_least_is_none():
    assert parse_whole_number("4", 99, least=5) is None


def test_every_newline_becomes_a_line_feed():
    assert clean_text("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_nul_and_lone_surrogates_become_the_replacement_character():
    assert clean_text("a\x00b\ud800c") == "a\ufffdb\ufffdc"


def test_only_a_leading_byte_order_mark_is_removed():
    assert clean_text("\ufeffa\ufeffb") == "a\ufeffb"


def test_nothing_else_changes():
    odd = "  e\u0301 ’x’ …\u00a0\t\u2028 \u200b "
    assert clean_text(odd) == odd


@given(st.text())
def test_cleaning_twice_changes_nothing_after_the_first_mark(raw):
    once = clean_text(raw.lstrip("\ufeff"))
    assert clean_text(once) == once


def test_a_revision_is_sixteen_hex_digits_of_title_and_text():
    assert revision_hash("Title", "Text") == "d7937c5bc5ab03f7"
    assert revision_hash(None, "Text") == revision_hash("", "Text")
    assert revision_hash("a", "bc") != revision_hash("ab", "c")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Don’t”", '"don\'t"'),
        ("«Ça va»", "„ÇA VA“"),
        ("1990–95", "1990-95"),
        ("a\u00a0 b\n\tc ", "a b c"),
        ("ﬁne ①", "fine 1"),
        ("STRASSE", "straße"),
        ("cafe\u0301", "café"),
    ],
)
def test_equal_looking_texts_normalize_alike(one, other):
    assert normalize_text(one) == normalize_text(other)


def test_what_differs_in_words_stays_different():
    assert normalize_text("He said no") != normalize_text("He said now")


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert normalize_text(normalize_text(text)) == normalize_text(text)
