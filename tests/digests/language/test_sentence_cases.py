"""Two hundred sentences that are hard to split, as data beside their answer.

`may_end` are ends inside speech of several sentences: those may be there or not.
`known` says why a case is not solved; solving it turns the test red.
"""

import pytest

from digests.language.sentences import split
from tests import cases

CASES = [
    pytest.param(row, id=row["text"][:40], marks=cases.known_miss(row))
    for row in cases.rows("sentences")
]


@pytest.mark.parametrize("row", CASES)
def test_a_hard_case_is_split_where_a_reader_splits_it(row):
    found = {span.end for span in split(row["text"], row["lang"])}
    expected = cases.ends(row["text"], row["sentences"])
    assert found - set(row.get("may_end", ())) == expected


def test_there_are_enough_cases_and_few_unsolved_ones():
    rows = cases.rows("sentences")
    assert len(rows) >= 200
    assert sum("known" in row for row in rows) <= 3
    assert sum(row["lang"] == "de" for row in rows) >= 30
