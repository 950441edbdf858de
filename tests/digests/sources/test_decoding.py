import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import UnreadableInput
from digests.sources.untrusted import decode_text


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
