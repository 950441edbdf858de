"""Comparing two quotations: the same words, a part of them, or changed ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.quotes.spans import match_quotes

SAID = "The ship was where the chart said there was water"


@pytest.mark.parametrize(
    ("other", "version"),
    [
        (f"{SAID.upper()},", "same"),
        ("the chart said there was water", "part"),
        ("The ship was where the chart said there was deep water", "other"),
        ("The ship was where the chart said there was no water", "other"),
        ("The ship was somewhere else entirely, said nobody", None),
        ("there was water", None),
    ],
)
def test_what_two_wordings_are_to_each_other(other: str, version: str | None):
    assert match_quotes(SAID, other) == version


def test_short_sentences_that_are_nearly_alike_are_two():
    assert match_quotes("We will not pay", "We will not go") is None


def test_signs_alone_are_no_utterance():
    assert match_quotes("…", "!") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_is_the_same_from_both_sides(one: str, other: str):
    assert match_quotes(one, other) == match_quotes(other, one)
