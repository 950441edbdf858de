import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import UnreadableInput
from digests.language.normalization import (
    clean_text,
    decode_text,
    normalize_text,
    revision_hash,
)


def test_every_newline_becomes_a_line_feed():
    assert clean_text("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_nul_and_lone_surrogates_become_the_replacement_character():
    assert clean_text("a\x00b\ud800c") == "a\ufffdb\ufffdc"


def test_a_leading_byte_order_mark_goes_and_a_later_one_stays():
    assert clean_text("\ufeffa\ufeffb") == "a\ufeffb"


def test_nothing_else_changes():
    odd = "  e\u0301 ’x’ …\u00a0\t\u2028 \u200b "
    assert clean_text(odd) == odd


@given(st.text())
def test_cleaning_twice_changes_nothing_after_the_first_mark(raw):
    once = clean_text(raw.lstrip("\ufeff"))
    assert clean_text(once) == once


@pytest.mark.parametrize(
    "raw",
    [
        "Café “x”".encode(),
        codecs.BOM_UTF8 + "Café “x”".encode(),
        "Café “x”".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Café “x”".encode("utf-16-be"),
        "Café “x”".encode("utf-32"),
        "Café “x”".encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16", "utf-16-be", "utf-32", "cp1252"],
)
def test_the_usual_encodings_are_read(raw):
    assert decode_text(raw) == "Café “x”"


def test_one_lost_byte_does_not_turn_every_accent_into_two_signs():
    raw = "Übergröße für Käthe".encode() + b"\xc3"
    assert decode_text(raw).startswith("Übergröße für Käthe")


@pytest.mark.parametrize(
    "raw",
    [
        b"%PDF-1.7 x",
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"PK\x03\x04" + bytes(20),
        b"\x1f\x8b\x08" + bytes(20),
        b"\xff\xd8\xff\xe0",
        bytes(range(32)) * 4,
    ],
    ids=["pdf", "png", "zip", "gzip", "jpeg", "controls"],
)
def test_binary_is_refused_with_a_plain_sentence(raw):
    with pytest.raises(UnreadableInput, match=r"^This .*text.*\.$"):
        decode_text(raw)


def test_an_empty_file_is_an_empty_text():
    assert decode_text(b"") == ""


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw):
    with contextlib.suppress(UnreadableInput):
        assert isinstance(decode_text(raw), str)


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
def test_what_reads_alike_folds_alike(one, other):
    assert normalize_text(one) == normalize_text(other)


def test_what_differs_in_words_stays_different():
    assert normalize_text("He said no") != normalize_text("He said now")


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert normalize_text(normalize_text(text)) == normalize_text(text)
