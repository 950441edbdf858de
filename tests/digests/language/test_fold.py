import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language.fold import fold


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
    assert fold(one) == fold(other)


def test_what_differs_in_words_stays_different():
    assert fold("He said no") != fold("He said now")


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
