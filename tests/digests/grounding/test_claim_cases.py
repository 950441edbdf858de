"""Claims with something turned round, beside the source they are held against.

`known` says why a supported claim is refused: that costs little, and solving it turns
the test red. An unsupported claim that passes is never excused.
"""

import pytest

from digests.grounding import check
from tests import cases

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
    assert check(source, claim["claim"]).supported == claim["supported"]


def test_there_are_enough_cases_and_few_unsolved_ones():
    known = [claim for _, claim in PAIRS if "known" in claim]
    assert len(PAIRS) >= 60
    assert len(known) <= 0.15 * len(PAIRS)
    assert all(claim["supported"] for claim in known)
