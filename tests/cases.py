"""Read the cases in `tests/data`: input beside its answer, one JSON object a line."""

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, Any]]:
    """The cases of `tests/data/NAME.jsonl`, in order."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ends(text: str, sentences: list[str]) -> set[int]:
    """The ends of these sentences in the text that they were taken from."""
    found = set()
    at = 0
    for sentence in sentences:
        at = text.index(sentence, at) + len(sentence)
        found.add(at)
    return found


def known_miss(row: dict[str, Any]) -> list[pytest.MarkDecorator]:
    """A case with a known wrong result, and the reason recorded beside it."""
    return [pytest.mark.xfail(reason=row["known"])] if "known" in row else []
