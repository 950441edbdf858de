"""Altered claims, beside the source they are checked against.

`known` says why a supported claim is rejected: that costs little, and solving it turns
the test red. An unsupported claim that passes is never excused.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.grounding.claims import check_claim
from tests import cases

SOURCE = (
    "Ada Brandt hosted Tom Reed in Hallin on Monday. The council will spend $5 million "
    "on the Long Bridge and $9 million on schools. The old bridge is not safe for "
    "lorries. A builder claimed the Long Bridge was unsafe. The Long Bridge may open "
    "in spring."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Ada Brandt hosted Tom Reed in Hallin on Monday.",
        "Ada Brandt hosted Tom Reed in Hallin.",
        "The council will spend $5 million on the Long Bridge.",
        "The old bridge is not safe.",
    ],
)
def test_claims_from_the_source_are_supported(claim: str):
    assert check_claim(SOURCE, claim).supported


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Tom Reed hosted Ada Brandt in Hallin on Monday.", ""),
        ("The council will spend $7 million on the Long Bridge.", "figure"),
        ("Ada Brandt hosted Ina Voss in Hallin on Monday.", "name"),
        ("The old bridge is safe for lorries.", "deny"),
        ("The council will not spend $5 million on the Long Bridge.", "deny"),
        ("The Long Bridge was unsafe.", "claims"),
        ("Wolves ate the moon.", "is about this"),
        ("", "no words"),
    ],
)
def test_what_it_does_not_say_is_refused_with_the_reason(claim: str, reason: str):
    verdict = check_claim(SOURCE, claim)
    assert not verdict.supported
    assert any(reason in r for r in verdict.reasons)


def test_words_from_far_apart_do_not_support_a_claim_together():
    source = (
        "Ada Brandt sang in Hallin. " + "It rained. " * 5 + "Tom Reed paid for lamps."
    )
    near = check_claim(source, "Ada Brandt sang in Hallin.").score
    assert check_claim(source, "Ada Brandt paid for lamps.").score < near


def test_a_certain_claim_is_weaker_than_a_hedged_one():
    certain = check_claim(SOURCE, "The Long Bridge will open in spring.").score
    assert certain < check_claim(SOURCE, "The Long Bridge may open in spring.").score


def test_the_sources_doubt_weighs_on_a_claim_without_it():
    claim = "The bridge should reopen in spring for lorries."
    sure = check_claim("The bridge will reopen in spring for lorries.", claim).score
    unsure = check_claim("The bridge may reopen in spring for lorries.", claim).score
    assert unsure < sure


LONG = (
    "On Monday evening the council of the town met in the old hall by the river with "
    "{} from Sudland to hear the plans for the roads and the schools."
)


@pytest.mark.parametrize(
    ("true", "false"), [("12 builders", "14 builders"), ("Ada Brandt", "Ada Voss")]
)
def test_one_wrong_figure_or_name_sinks_a_long_claim(true: str, false: str):
    source = LONG.format(true)
    assert check_claim(source, LONG.format(true)).supported
    assert not check_claim(source, LONG.format(false)).supported


def test_one_false_sentence_spoils_the_claim():
    claim = "Ada Brandt hosted Tom Reed in Hallin on Monday. Wolves ate the moon."
    assert not check_claim(SOURCE, claim).supported


def test_a_figure_that_a_blank_tore_apart_is_found():
    assert check_claim(
        "It cost 235, 000 pounds to mend.", "It cost 235,000 pounds."
    ).supported


def test_more_sentences_than_a_claim_has_are_not_waved_through():
    assert not check_claim(SOURCE, "The old bridge is not safe. " * 50).supported


@given(st.text(max_size=200), st.text(max_size=100))
def test_the_score_is_between_0_and_1(source: str, claim: str):
    assert 0 <= check_claim(source, claim).score <= 1


@pytest.mark.parametrize("piece", ["word ", "x. ", "1,", "“", "not "])
def test_a_long_odd_source_is_answered(piece: str):
    assert not check_claim(
        piece * (200_000 // len(piece)), "The bridge is safe."
    ).supported


PAIRS = [
    (row["source"], claim) for row in cases.rows("claims") for claim in row["claims"]
]
CASES = [
    pytest.param(
        source,
        claim,
        id=claim["claim"][:50],
        marks=cases.known_miss(claim),
    )
    for source, claim in PAIRS
]


@pytest.mark.parametrize(("source", "claim"), CASES)
def test_a_claim_is_judged_as_a_reader_judges_it(source, claim):
    assert check_claim(source, claim["claim"]).supported == claim["supported"]


def test_there_are_enough_cases_and_few_unsolved_ones():
    known = [claim for _, claim in PAIRS if "known" in claim]
    assert len(PAIRS) >= 60
    assert len(known) <= 0.15 * len(PAIRS)
    assert all(claim["supported"] for claim in known)
