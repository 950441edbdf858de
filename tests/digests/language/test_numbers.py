import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language import numbers


def values(text: str, lang: str | None = None) -> list[tuple[str, float]]:
    return [(text[n.start : n.end], n.value) for n in numbers.find_numbers(text, lang)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("about 1,234.5 of it", "1,234.5", 1234.5),
        ("4.2 million of them", "4.2 million", 4_200_000),
        ("two hundred and seventy-one men", "two hundred and seventy-one", 271),
        ("one hundred thousand and two", "one hundred thousand and two", 100_002),
        ("half a million", "half a million", 500_000),
        ("two and a half million", "two and a half million", 2_500_000),
        ("two dozen eggs", "two dozen", 24),
        ("a hundred lamps", "a hundred", 100),
        ("3½ years", "3½", 3.5),
        ("two-thirds of it", "two-thirds", 2 / 3),
        ("one in three adults", "one in three", 1),
        ("7 out of 10 voters", "7 out of 10", 7),
        ("guilty in 11 of 17 cases", "11 of 17", 11),
        ("it cost £3m", "3m", 3_000_000),
        ("he ran 200m", "200", 200),
        ("at -5 degrees", "-5", -5),
    ],
)
def test_an_english_number_is_read_with_its_scale(text: str, words: str, value: float):
    ((shown, read),) = values(text)
    assert shown == words
    assert read == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("1.234,5 Meter", "1.234,5", 1234.5),
        ("2 Mrd. Euro", "2 Mrd.", 2e9),
        ("zweiundzwanzig Leute", "zweiundzwanzig", 22),
        ("zwei Millionen", "zwei Millionen", 2e6),
        ("eine Million", "eine Million", 1e6),
    ],
)
def test_a_german_number_has_its_own_style(text: str, words: str, value: float):
    assert values(text, "de") == [(words, value)]


def test_words_that_make_no_number_together_are_several():
    assert values("two three four") == [("two", 2), ("three", 3), ("four", 4)]


def test_ordinals_are_no_numbers():
    assert values("the 21st of the 3rd and the second") == []


def test_a_full_stop_after_the_scale_is_not_part_of_it():
    assert values("It cost 3 million.") == [("3 million", 3e6)]


def test_three_in_two_is_no_rate():
    assert values("scored 12 in three games")[0] == ("12", 12)


def test_a_long_code_is_no_amount():
    assert values("1" * 400) == []


@given(st.text(alphabet="0123456789.,- millonetwhudadzf$½m", max_size=80))
def test_numbers_are_finite_in_order_and_apart(text: str):
    found = numbers.find_numbers(text)
    assert all(math.isfinite(n.value) for n in found)
    assert all(0 <= n.start < n.end <= len(text) for n in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
