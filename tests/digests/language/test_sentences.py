"""Two hundred sentences that are hard to split, as data beside their answer.

`may_end` are optional ends inside speech of several sentences. `known` says why a case
is not solved; solving it turns the test red.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language.sentences import split_sentences
from tests import cases


def parts(text, lang=None):
    return [text[span.start : span.end] for span in split_sentences(text, lang)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr. Bell met Dr. J.P. Morrow on Elm St. near the quay.",
        "U.S. Trade Envoy Ann Bell spoke to U.N. Observers in Oslo.",
        "Sen. Ruth Bell (R-Wis.) Monday said so.",
        "The rate rose 3.5 percent to 4.25 in Jan. 2024 alone.",
        "It opened at 5 p.m. Monday as planned.",
        "Bell, Marsh & Co. Ltd. Managing Director Ann Bell left.",
        "No. 5 is alive, see pp. 12 and vol. 3 of it.",
        "“Why now?” Tom Bell asked.",
        "“Stop!” said Tom.",
        "The firm Yahoo! bought it.",
        "e.g. apples, i.e. fruit, etc. are sold here.",
    ],
)
def test_a_stop_inside_a_sentence_does_not_end_it(sentence):
    assert parts(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One came. Two left.", ["One came.", "Two left."]),
        ("It was 5 a.m. Police came.", ["It was 5 a.m.", "Police came."]),
        (
            "She left the U.S. She stayed away.",
            ["She left the U.S.", "She stayed away."],
        ),
        ("He is ill. Marsh is not.", ["He is ill.", "Marsh is not."]),
        ("He said no. Marsh agreed.", ["He said no.", "Marsh agreed."]),
        ("Wait... He left… So did I.", ["Wait...", "He left…", "So did I."]),
        ("He said “no.” Then he left.", ["He said “no.”", "Then he left."]),
        ("(He was right.) Nobody knew.", ["(He was right.)", "Nobody knew."]),
        ("It cost 273. Then it rose.", ["It cost 273.", "Then it rose."]),
        ("Than I. Marsh knew.", ["Than I.", "Marsh knew."]),
        ("他说。我走了！好", ["他说。", "我走了！", "好"]),
        ("1. First\n2. Second", ["1. First", "2. Second"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, expected):
    assert parts(text) == expected


def test_a_line_break_ends_a_sentence():
    assert parts("A headline\n\n  The text.\r\nMore") == [
        "A headline",
        "The text.",
        "More",
    ]


def test_german_ordinals_and_abbreviations_hold():
    text = (
        "Am 3. Oktober kam Dr. Brandt z. B. nach Kiel. Er blieb bis 2015. Dann ging er."
    )
    assert parts(text, "de") == [
        "Am 3. Oktober kam Dr. Brandt z. B. nach Kiel.",
        "Er blieb bis 2015.",
        "Dann ging er.",
    ]


def test_an_unknown_language_is_read_as_english():
    assert parts("Mr. Bell left. He ran.", "xx") == ["Mr. Bell left.", "He ran."]


@given(st.text(alphabet=st.sampled_from("aB.!?…\"” \n\u2028'(3。"), max_size=80))
def test_sentences_are_in_order_trimmed_and_leave_nothing_out(text):
    spans = split_sentences(text)
    at = 0
    for span in spans:
        assert at <= span.start < span.end
        assert not text[at : span.start].strip()
        inside = text[span.start : span.end]
        assert inside == inside.strip()
        at = span.end
    assert not text[at:].strip()


@given(st.text())
def test_any_text_is_split(text):
    assert all(
        text[span.start : span.end].strip() for span in split_sentences(text, "de")
    )


CASES = [
    pytest.param(row, id=row["text"][:40], marks=cases.known_miss(row))
    for row in cases.rows("sentences")
]


@pytest.mark.parametrize("row", CASES)
def test_a_hard_case_is_split_where_a_reader_splits_it(row):
    found = {span.end for span in split_sentences(row["text"], row["lang"])}
    expected = cases.ends(row["text"], row["sentences"])
    assert found - set(row.get("may_end", ())) == expected


def test_there_are_enough_cases_and_few_unsolved_ones():
    rows = cases.rows("sentences")
    assert len(rows) >= 200
    assert sum("known" in row for row in rows) <= 3
    assert sum(row["lang"] == "de" for row in rows) >= 30
