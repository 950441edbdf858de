"""The work for a long text grows with its length, whatever repeats in it.

Calls are counted instead of time, so that a slow machine changes nothing.
"""

import sys
from collections.abc import Callable
from datetime import date
from types import FrameType

import pytest

from digests.answers.questions import parse_question
from digests.answers.selection import select_answer
from digests.grounding.claims import check_claim
from digests.quotes.attribution import find_article_quotes
from digests.types import Article

#: Twice the text may cost so many times the work; quadratic work costs four times.
MOST = 2.4


def count_calls(action: Callable[[], object]) -> int:
    """The calls of functions, built-in ones too, that an action makes."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    action()  # Caches are filled.
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


def grows_evenly(work: Callable[[str], object], unit: str, length: int) -> bool:
    once, twice = unit * (length // len(unit)), unit * (2 * length // len(unit))
    return count_calls(lambda: work(twice)) <= MOST * count_calls(lambda: work(once))


REPEATED = [
    "word ",
    "alpha beta gamma delta ",
    "The mayor met Bell. ",
    "12 people and 13 cars ",
    "Mayor Bell met Judge Cole ",
    "not paid ",
    "he said “we will go on” and ",
]


@pytest.mark.parametrize("unit", REPEATED)
def test_a_check_grows_with_its_source(unit: str):
    claim = unit * 30 + "other."

    assert grows_evenly(lambda text: check_claim(text, claim), unit, 6_000)


@pytest.mark.parametrize("unit", REPEATED)
def test_a_check_grows_with_claim_and_source_together(unit: str):
    claimed = f"{unit}other "

    def check(text: str) -> object:
        return check_claim(text, claimed * (len(text) // len(claimed)))

    assert grows_evenly(check, unit, 40_000)


@pytest.mark.parametrize(
    "unit",
    [
        "we will go on and on, ",
        "“we will go on and on. ",
        "“a” ",
        "“We will go,” said Bell. ",
        "“‘a ",
        "it's 'a ",
    ],
)
def test_quotations_of_a_long_text_grow_with_it(unit: str):
    def find(text: str) -> object:
        return find_article_quotes(Article(id="a", text=f"He said “{text}” on Monday."))

    assert grows_evenly(find, unit, 10_000)


@pytest.mark.parametrize(
    "unit",
    [
        "12 people and 13 people ",
        "Bell was said to have paid 12 people. ",
        "It was claimed that Bell paid 12 people. That is not true. ",
    ],
)
def test_an_answer_grows_with_the_article(unit: str):
    question = parse_question("How many people did Bell pay?", date(2026, 5, 1))

    def answer(text: str) -> object:
        article = Article(id="a", title="Bell paid 12 people", text=text)
        return select_answer(question, [article])

    assert grows_evenly(answer, unit, 6_000)
