"""Hard sentences of several fields, each beside the figures it holds."""

import json
from pathlib import Path

import pytest

from digests import figures

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "figures.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_a_sentence_gives_its_figures_and_no_others(case):
    found = figures.find(case["text"], lang=case["lang"])
    assert [(f.text, f.unit, f.what) for f in found] == [
        (f["text"], f["unit"], f["what"]) for f in case["figures"]
    ]
    values = [f["value"] for f in case["figures"]]
    assert [f.value for f in found] == pytest.approx(values)


def test_there_are_as_many_cases_as_promised():
    assert len(CASES) >= 120
