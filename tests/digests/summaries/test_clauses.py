import pytest

from digests.summaries import clauses
from digests.types import Span


def shortened(text: str, limit: int) -> str | None:
    version = clauses.shorten(text, Span(start=0, end=len(text)), limit)
    return None if version is None else clauses.written(text, version, ".")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        (
            "The mayor opened the bridge on Monday, pledging to mend the road.",
            45,
            "The mayor opened the bridge on Monday.",
        ),
        (
            "The mayor opened the bridge after two years of heavy work on it.",
            45,
            "The mayor opened the bridge.",
        ),
        (
            "The mayor, who was elected last spring, opened the bridge on Monday.",
            45,
            "The mayor opened the bridge on Monday.",
        ),
        (
            "The mayor -- a former builder of roads -- opened the bridge on Monday.",
            45,
            "The mayor opened the bridge on Monday.",
        ),
    ],
)
def test_a_tail_or_an_insertion_goes(text: str, limit: int, short: str):
    assert shortened(text, limit) == short


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is safe for all lorries, the office of the mayor said.",
        "The bridge is safe for all lorries, according to the mayor of it.",
        "The bridge will open for lorries if the mayor signs the long paper.",
        "The bridge is open for lorries, which is not what the mayor wanted.",
    ],
)
def test_what_vouches_for_or_limits_a_statement_stays(text: str):
    assert shortened(text, len(text) - 5) is None


def test_an_insertion_that_names_the_witness_stays():
    text = "The bridge, which officials said was weak, closed on Monday in the rain."
    assert shortened(text, 50) is None


def test_a_list_is_not_cut_inside():
    text = "They signed deals on trade, schools, roads and bridges for five years."
    assert shortened(text, 60) is None


def test_an_opening_does_not_stand_for_its_main_clause():
    text = "When the mayor opened the bridge on Monday, the crowd was very large."
    assert shortened(text, 50) is None


def test_a_clause_about_somebody_does_not_stand_for_the_sentence():
    text = "The mayor, who was elected last spring"
    assert not clauses.reads_well(text, (Span(start=0, end=len(text)),))


def test_a_mark_is_never_left_open():
    text = 'The mayor said the bridge "was safe, because they built it so well".'
    assert shortened(text, 50) is None


def test_a_letter_without_a_capital_keeps_its_form():
    assert clauses.capital("ßig") == "ßig"


def test_a_number_at_the_start_is_no_letter_to_enlarge():
    assert clauses.capital("“12 men left.") == "“12 men left."
