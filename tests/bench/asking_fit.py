"""Fit the weights of `digests.answers.likelihood` on the question sets.

`python -m tests.bench.asking_fit` prints the table for `weights.txt`, and how the model
does on articles that it was not fitted on (eight parts, each left out once). Logistic
regression with a light penalty, by Newton's method; a minute.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import exp

from digests.answers import selection
from digests.answers.likelihood import iter_properties
from digests.answers.matching import TokenizedArticle
from digests.answers.questions import parse_question
from digests.quotes.attribution import find_article_quotes
from digests.types import Article
from tests import cases
from tests.digests.answers import test_judgement
from tests.digests.answers.measure import TODAY, archive

_PARTS, _ROUNDS, _PENALTY = 8, 8, 1.0
#: Denials, old reports and causes are few in the sets and matter most.
_PLAIN_TYPES, _OTHER_WEIGHT = frozenset(("plain", "near-miss")), 2.0

Vector = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A question with its possible sentences: properties, and whether it is right."""

    part: int
    weight: float
    answerable: bool
    sentences: tuple[tuple[Vector, bool], ...]


def iter_samples() -> Iterator[Sample]:
    """The questions of both sets."""
    for name in ("answered", "unanswered"):
        for at, row in enumerate(cases.rows(f"asking/{name}")):
            answers = row.get("answers", ())
            yield _build_sample(
                row["question"],
                archive(),
                TODAY,
                partial(_holds_any, answers),
                part=at % _PARTS,
                answerable=bool(answers),
            )
    for row in test_judgement.ROWS:
        given = [test_judgement.articles()[key] for key in row["articles"]]
        yield _build_sample(
            row["question"],
            given,
            max(a.published for a in given if a.published).date(),
            partial(_is_right, row),
            part=sum(map(ord, min(row["articles"]))) % _PARTS,
            answerable=bool(row["holds"]),
            weight=1.0 if row["type"] in _PLAIN_TYPES else _OTHER_WEIGHT,
        )


def _holds_any(answers: Sequence[str], text: str) -> bool:
    return any(answer in text for answer in answers)


def _is_right(row: dict[str, list[str]], text: str) -> bool:
    held = bool(row["holds"]) and all(re.search(x, text) for x in row["holds"])
    return held and not any(re.search(x, text) for x in row["lacks"])


def _build_sample(
    question: str,
    articles: Sequence[Article],
    today: date,
    is_right: Callable[[str], bool],
    *,
    part: int,
    answerable: bool,
    weight: float = 1.0,
) -> Sample:
    passages = [
        TokenizedArticle(article=each, find_quotes=find_article_quotes)
        for each in articles
    ]
    parsed = selection.accept_compounds(parse_question(question, today), passages)
    found: list[tuple[Vector, bool]] = []
    if selection.find_unknown_name(parsed, passages) is not None:
        passages = []
    for match, _ in selection.iter_matches(parsed, passages, least=float("-inf")):
        vector: Vector = {}
        for name, value in iter_properties(match):
            vector[name] = vector.get(name, 0.0) + value
        first, last = selection.find_shown(match)
        shown = match.passage.lines[first : last + 1]
        found.append((vector, is_right(" ".join(line.text for line in shown))))
    return Sample(
        part=part, weight=weight, answerable=answerable, sentences=tuple(found)
    )


def fit_weights(samples: Sequence[Sample]) -> Vector:
    """The weights that make right sentences likely and the others unlikely."""
    names = sorted({n for s in samples for v, _ in s.sentences for n in v})
    weights = dict.fromkeys(names, 0.0)
    for _ in range(_ROUNDS):
        slope = {n: -_PENALTY * weights[n] * (n != "bias") for n in names}
        curve = {n: dict.fromkeys(names, 0.0) for n in names}
        for name in names:
            curve[name][name] = _PENALTY * (name != "bias")
        for sample in samples:
            for vector, right in sample.sentences:
                odds = 1 / (1 + exp(-rate(vector, weights)))
                bend = sample.weight * odds * (1 - odds)
                for name, value in vector.items():
                    slope[name] += sample.weight * (right - odds) * value
                    for other, held in vector.items():
                        curve[name][other] += bend * value * held
        step = _solve(curve, slope, names)
        weights = {n: weights[n] + step[n] for n in names}
    return weights


def rate(vector: Vector, weights: Vector) -> float:
    """The logarithm of the odds."""
    return sum(weights.get(name, 0.0) * value for name, value in vector.items())


def _solve(curve: dict[str, Vector], slope: Vector, names: Sequence[str]) -> Vector:
    """Solve the linear equations by elimination; `curve` is positive definite."""
    rows = [[*(curve[n][m] for m in names), slope[n]] for n in names]
    for at, row in enumerate(rows):
        for other in rows:
            if other is not row and other[at]:
                share = other[at] / row[at]
                other[at:] = [
                    x - share * y for x, y in zip(other[at:], row[at:], strict=True)
                ]
    return {
        n: row[-1] / row[at]
        for at, (n, row) in enumerate(zip(names, rows, strict=True))
    }


def main() -> None:
    samples = list(iter_samples())
    rated: list[tuple[bool, float, bool]] = []
    for part in range(_PARTS):
        weights = fit_weights([s for s in samples if s.part != part])
        for sample in samples:
            if sample.part == part:
                best = max(
                    ((rate(v, weights), right) for v, right in sample.sentences),
                    default=(float("-inf"), False),
                )
                rated.append((sample.answerable, *best))
    for sure in (-1.4, -1.2, -1.0, -0.8, -0.6):
        answerable = [right and score >= sure for asked, score, right in rated if asked]
        refused = [score < sure for asked, score, _ in rated if not asked]
        print(
            f"sure from {sure}: right {sum(answerable) / len(answerable):.1%},"
            f" refused {sum(refused) / len(refused):.1%}"
        )
    for name, weight in fit_weights(samples).items():
        print(f"{name} {weight:.1f}")


if __name__ == "__main__":
    main()
