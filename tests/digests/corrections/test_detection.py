"""Corrections of substance, separated from changes that need no note."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.corrections.detection import find_corrections, find_first_correction
from digests.types import Article
from tests.data.corrections import ADDED_OR_GONE, BEFORE, PAIRS

AROUND = (
    "The town has had many winters like this one, people there say. {} "
    "More will be known when the council has met again, a spokesman added."
)


def article(text: str, title: str = "News from the town") -> Article:
    lang = "de" if " wird " in text else "en"
    return Article(id="a", title=title, text=text, lang=lang)


def kind(old: str, new: str) -> str | None:
    found = find_first_correction(article(old), article(new))
    return found.kind if found else None


@pytest.mark.parametrize(("old", "new", "expected"), PAIRS)
def test_a_pair_has_the_expected_kind(old: str, new: str, expected: str | None):
    assert kind(old, new) == expected


@pytest.mark.parametrize(("old", "new", "expected"), PAIRS)
def test_a_pair_is_the_same_within_a_longer_text(
    old: str, new: str, expected: str | None
):
    assert kind(AROUND.format(old), AROUND.format(new)) == expected


def test_there_are_thirty_pairs_of_every_kind():
    assert len(PAIRS) >= 30
    assert {p[2] for p in PAIRS} == {None, "figure", "name", "negation", "quote"}


@pytest.mark.parametrize(
    ("middle", "end", "new_middle", "new_end", "expected"), ADDED_OR_GONE
)
def test_an_added_or_removed_sentence_has_the_expected_kind(
    middle: str, end: str, new_middle: str, new_end: str, expected: str | None
):
    old = BEFORE.format(middle=middle, end=end)
    assert kind(old, BEFORE.format(middle=new_middle, end=new_end)) == expected


def test_what_was_taken_out_is_named_as_what_went():
    old = BEFORE.format(middle="The fire killed 14 people. ", end="")
    found = find_first_correction(
        article(old), article(BEFORE.format(middle="", end=""))
    )
    assert found is not None
    assert (found.before, found.after) == ("14 people", "")
    assert found.old is not None
    assert found.old.text == "The fire killed 14 people."


def test_an_excerpt_of_a_text_takes_nothing_back():
    old = article(BEFORE.format(middle="The fire killed 14 people. ", end=""))
    new = replace(old, text=BEFORE.format(middle="", end=""), excerpt=True)
    assert find_first_correction(old, new) is None


def test_a_text_that_is_another_one_corrects_nothing():
    old = "The fire killed 14 people. Osric Vane wept. Nobody slept. It was cold."
    new = "A band played. Lene Holt sang until late. Many danced. It was cold."
    assert kind(old, new) is None


def test_new_paragraphs_between_old_ones_are_an_update():
    one = BEFORE.format(middle="", end="").split("\n\n")
    new = "\n\n".join([one[0], "The fire killed 14 people.", *one[1:]])
    assert kind(BEFORE.format(middle="", end=""), new) is None


def test_german_nouns_are_no_names():
    old = "Das Bad wird am Montag wieder geöffnet. Der Eintritt ist frei."
    new = old.replace(" Der", " Die Stadt hat die Rutsche erneuert. Der")
    assert kind(old, new) is None


def test_what_went_and_what_came_are_named():
    found = find_first_correction(
        article("The fire killed 14 people."), article("The fire killed 17 people.")
    )
    assert found is not None
    assert (found.before, found.after) == ("14 people", "17 people")
    assert found.new is not None
    assert found.new.text == "The fire killed 17 people."


def test_a_corrected_sum_comes_with_what_it_measures():
    found = find_first_correction(
        article("The cost of the scheme is £4.6 million, the council said."),
        article("The cost of the scheme is £6.4 million, the council said."),
    )
    assert found is not None
    assert (found.what, found.before, found.after) == (
        "cost of the scheme",
        "£4.6 million",
        "£6.4 million",
    )


def test_a_corrected_title_is_a_correction():
    old = article("The town waits.", title="Fire kills 14 in Torvale")
    new = replace(old, title="Fire kills 17 in Torvale")
    found = find_first_correction(old, new)
    assert found is not None
    assert found.kind == "figure"


def test_moved_sentences_correct_nothing():
    one, two = "The fire killed 14 people.", "Torvale has 9,000 inhabitants."
    assert kind(f"{one} {two}", f"{two} {one}") is None


def test_a_thousand_sentences_are_compared_in_little_time():
    text = " ".join(f"Sentence number {n} is about the lake." for n in range(1000))
    found = find_first_correction(
        article(text), article(text.replace("number 500", "number 5000"))
    )
    assert found is not None


def test_hundreds_of_dull_sentences_may_go():
    spelt = ["".join(chr(97 + int(digit)) for digit in f"{n:03}") for n in range(800)]
    reported = [f"The {word} of the {word * 2} was {word * 3}." for word in spelt]
    old, new = " ".join(reported), " ".join(reported[::2])
    assert kind(old, new) is None
    assert kind(old.replace(" bad ", " Brannock "), new) == "name"


@given(st.text(max_size=300))
def test_a_text_never_corrects_itself(text: str):
    assert kind(text, text) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_pair_of_texts_breaks_it(old: str, new: str):
    kind(old, new)


REPORT = (
    "The quay of Vik is closed. {} boats lie there. Nobody was hurt, says the port."
)


def test_what_a_notice_repeats_of_the_old_text_is_still_corrected():
    new = f"{REPORT.format(14)}\n\nCorrection: this said that 40 boats lie there."
    kinds = [c.kind for c in find_corrections(article(REPORT.format(40)), article(new))]
    assert kinds == ["figure", "notice"]


def test_a_notice_is_the_rest_of_its_paragraph():
    notice = "An earlier version of this article was wrong. The port counts 14 boats."
    new = f"{REPORT.format(40)}\n\n{notice}"
    (found,) = find_corrections(article(REPORT.format(40)), article(new))
    assert (found.kind, found.new.text if found.new else "") == ("notice", notice)
