"""Fit the weights of `digests.answers.likelihood` on the question sets.

`python -m tests.bench.asking_fit` prints the table for `weights.txt`, and how the model
does on articles that it was not fitted on (four parts, each left out once). Some
minutes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from math import exp
from random import Random

from digests.answers import selection
from digests.answers.likelihood import iter_properties
from digests.answers.passages import TokenizedArticle
from digests.answers.questions import parse_question
from digests.quotes.attribution import find_article_quotes
from digests.types import Article
from tests import cases
from tests.bench.logistic import Vector, rate, solve
from tests.digests.answers import test_judgement
from tests.digests.answers.measure import TODAY, archive

_PARTS, _PENALTY = 4, 1.0
#: Rounds of Newton's method, and what keeps its equations solvable.
_ROUNDS, _RIDGE = 12, 1e-6
#: Denials, old reports and causes are few in the sets and matter most.
_PLAIN_TYPES, _OTHER_WEIGHT = frozenset(("plain", "chat", "near-miss")), 2.0
#: Each judged question is asked of its own articles, and of a store of as many.
_STORED, _SHARE = 24, 0.6


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
    for at, row in enumerate(test_judgement.ROWS):
        own = [test_judgement.articles()[key] for key in row["articles"]]
        for given in (own, own + _pick_others(row["articles"], at)):
            yield _build_sample(
                row["question"],
                given,
                max(a.published for a in own if a.published).date(),
                partial(_is_right, row),
                part=sum(map(ord, min(row["articles"]))) % _PARTS,
                answerable=bool(row["holds"]),
                weight=_SHARE * (1.0 if row["type"] in _PLAIN_TYPES else _OTHER_WEIGHT),
            )


def _pick_others(keys: Sequence[str], at: int) -> list[Article]:
    """Articles on other subjects, as a workspace has them."""
    every = sorted(test_judgement.articles())
    mixed = Random(at).sample(every, len(every))
    others = [key for key in mixed if key not in keys]
    return [
        test_judgement.articles()[key] for key in others[: max(0, _STORED - len(keys))]
    ]


@cache
def _tokenize(article: Article) -> TokenizedArticle:
    return TokenizedArticle(article=article, find_quotes=find_article_quotes)


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
    passages = [_tokenize(each) for each in articles]
    typed = selection.restore_capitals(parse_question(question, today), passages)
    parsed = selection.accept_forms(typed, passages)
    found: list[tuple[float, Vector, bool]] = []
    if selection.find_unknown_name(parsed, passages) is not None:
        passages = []
    matches, others = selection.examine_sentences(parsed, passages)
    for match in matches:
        if not match.is_possible():
            continue
        vector: Vector = {}
        for name, value in iter_properties(match, others):
            vector[name] = vector.get(name, 0.0) + value
        first, last = selection.find_shown(match)
        shown = match.passage.lines[first : last + 1]
        right = is_right(" ".join(line.text for line in shown))
        found.append((match.passage.time, vector, right))
    # An older report is left out before its sentences are compared.
    newest = max((time for time, _, right in found if right), default=0.0)
    kept = [(v, right) for time, v, right in found if right or time >= newest]
    return Sample(
        part=part, weight=weight, answerable=answerable, sentences=tuple(kept)
    )


def fit_weights(samples: Sequence[Sample]) -> Vector:
    """The weights that make a right sentence the likeliest of its question.

    A conditional logit (McFadden, 1974) by Newton's method: the sentences of a
    question, and the choice to show none, share one probability. Of several right
    sentences each counts by how likely it is now.
    """
    names = sorted({n for s in samples for v, _ in s.sentences for n in v})
    index = {name: at for at, name in enumerate(names)}
    weights = [0.0] * len(names)
    bias = index["bias"]
    rows = [
        [[(index[n], value) for n, value in v.items() if value] for v, _ in s.sentences]
        for s in samples
    ]
    for _ in range(_ROUNDS):
        held = [_PENALTY * (at != bias) for at in range(len(names))]
        slope = [-each * weight for each, weight in zip(held, weights, strict=True)]
        curve = [[0.0] * len(names) for _ in names]
        for at, each in enumerate(held):
            curve[at][at] = each or _RIDGE
        for sample, sentences in zip(samples, rows, strict=True):
            _add_question(sample, sentences, weights, slope, curve)
        solved = solve(curve, slope)
        weights = [one + more for one, more in zip(weights, solved, strict=True)]
    return dict(zip(names, weights, strict=True))


def _add_question(
    sample: Sample,
    sentences: Sequence[Sequence[tuple[int, float]]],
    weights: Sequence[float],
    slope: list[float],
    curve: list[list[float]],
) -> None:
    """Add the first and second derivatives of one question's likelihood."""
    odds = [exp(sum(weights[at] * value for at, value in row)) for row in sentences]
    total = 1 + sum(odds)
    right = [is_right for _, is_right in sample.sentences]
    most = sum(odd for odd, is_right in zip(odds, right, strict=True) if is_right)
    mean = dict[int, float]()
    for row, odd, is_right in zip(sentences, odds, right, strict=True):
        chance = odd / total
        gain = sample.weight * (odd / most * is_right - chance if most else -chance)
        bend = sample.weight * chance
        for at, value in row:
            slope[at] += gain * value
            mean[at] = mean.get(at, 0.0) + chance * value
            line, scaled = curve[at], bend * value
            for other, more in row:
                line[other] += scaled * more
    for at, value in mean.items():
        line, scaled = curve[at], sample.weight * value
        for other, more in mean.items():
            line[other] -= scaled * more


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
    for sure in (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4):
        answerable = [right and score >= sure for asked, score, right in rated if asked]
        refused = [score < sure for asked, score, _ in rated if not asked]
        print(
            f"sure from {sure}: right {sum(answerable) / len(answerable):.1%},"
            f" refused {sum(refused) / len(refused):.1%}"
        )
    for name, weight in fit_weights(samples).items():
        print(f"{name} {weight:.2f}")


if __name__ == "__main__":
    main()
