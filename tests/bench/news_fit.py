"""Fit the weights of `digests.summaries.news_sentence` on graded articles.

`python -m tests.bench.news_fit` prints the table for `news_weights.txt`, and how the
model does on articles that it was not fitted on (eight parts, each left out once). The
likelihood that one of an article's right sentences is rated highest is made as large as
possible, with a light penalty, by Newton's method; a minute.

The articles are those of tests/data/news_sentences, each with its title and without.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from digests.summaries import passages
from digests.summaries.news_sentence import iter_candidates
from digests.types import Article
from tests.bench.logistic import Vector, rate, solve
from tests.cases import DATA

_PARTS, _PENALTY, _ROUNDS = 8, 3.0, 8
#: What a sentence is worth by its mark; every other one is worth nothing.
_WORTH = {"+": 1.0, "~": 0.35}
#: What is added by hand. The examples are too few and too short, and more of them open
#: with a scene than elsewhere: an early place, the words of a title, a scene and what
#: is only understood after another sentence count more than they show.
_BY_HAND = {
    "I": -2.7,
    "earlier opening": -2.8,
    "early": 5.4,
    "early below title": 3.0,
    "far down": -0.3,
    "first": 1.6,
    "first timeless": -1.7,
    "known": -1.2,
    "leans": -1.8,
    "name": 0.9,
    "opens_with_link": 1.5,
    "referred to": 2.4,
    "scene": -4.5,
    "share of title": 5.2,
    "timeless": -1.2,
    "very_short": -1.2,
    "when": 0.9,
    "words of title": 6.8,
    "you": -1.5,
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An article's possible sentences with their properties and marks."""

    part: int
    titled: bool
    sentences: tuple[tuple[Vector, str], ...]


def iter_samples() -> Iterator[Sample]:
    """The articles with their titles, and without."""
    for lang, name in (("en", "english"), ("de", "german")):
        written = (DATA / f"news_sentences/{name}.txt").read_text(encoding="utf-8")
        for at, block in enumerate(written.removeprefix("# ").split("\n\n# ")):
            head, _, body = block.partition("\n")
            title = head.partition(" | ")[2]
            text, marks = _read_marks(body)
            for given in {title, ""}:
                article = Article(id="a", text=text, title=given or None, lang=lang)
                yield _build_sample(article, marks, part=at % _PARTS)


def _read_marks(body: str) -> tuple[str, dict[int, str]]:
    """The text, and the mark of each sentence by its start."""
    text, marks = "", {}
    for line in body.splitlines():
        marked = line[:2] in ("+ ", "~ ", "! ")
        if text and not text.endswith("\n"):
            text += " " if line else "\n\n"
        marks[len(text)] = line[0] if marked else ""
        text += line[2:] if marked else line
    return text, marks


def _build_sample(article: Article, marks: dict[int, str], *, part: int) -> Sample:
    rows = []
    for passage, found in iter_candidates(article, passages.extract_passages(article)):
        vector: Vector = {}
        for name, value in found:
            vector[name] = vector.get(name, 0.0) + value
        start = max(at for at in marks if at <= passage.span.start)
        rows.append((vector, marks[start]))
    return Sample(part=part, titled=bool(article.title), sentences=tuple(rows))


def fit_weights(samples: Sequence[Sample]) -> Vector:
    """The weights that make right sentences the likeliest of their articles."""
    names = sorted(
        {name for s in samples for vector, _ in s.sentences for name in vector}
    )
    weights = dict.fromkeys(names, 0.0)
    for _ in range(_ROUNDS):
        weights = _step(samples, weights)
    return weights


def _step(samples: Sequence[Sample], weights: Vector) -> Vector:
    """One step of Newton's method."""
    names = list(weights)
    index = {name: at for at, name in enumerate(names)}
    slope = [-_PENALTY * weights[name] for name in names]
    curve = [
        [_PENALTY * (at == row) for at in range(len(names))]
        for row in range(len(names))
    ]
    for sample in samples:
        odds = _share(sample, weights)
        right = [
            share * _WORTH.get(mark, 0.0)
            for share, (_, mark) in zip(odds, sample.sentences, strict=True)
        ]
        total = sum(right)
        if not total:
            continue
        mean: dict[int, float] = {}
        for share, good, (vector, _) in zip(odds, right, sample.sentences, strict=True):
            row = [(index[name], value) for name, value in vector.items() if value]
            for at, value in row:
                slope[at] += (good / total - share) * value
                mean[at] = mean.get(at, 0.0) + share * value
                for other, more in row:
                    curve[at][other] += share * value * more
        for at, value in mean.items():
            for other, more in mean.items():
                curve[at][other] -= value * more
    solved = solve(curve, slope)
    return {n: weights[n] + more for n, more in zip(names, solved, strict=True)}


def _share(sample: Sample, weights: Vector) -> list[float]:
    """How likely each sentence of an article is the news; together 1."""
    rated = [exp(rate(vector, weights)) for vector, _ in sample.sentences]
    return [each / sum(rated) for each in rated]


def _add_by_hand(weights: Vector) -> Vector:
    return {name: weight + _BY_HAND.get(name, 0.0) for name, weight in weights.items()}


def _measure(samples: Sequence[Sample]) -> Iterator[tuple[bool, str]]:
    """The mark of the sentence that is chosen in each article, which is left out."""
    for part in range(_PARTS):
        weights = _add_by_hand(fit_weights([s for s in samples if s.part != part]))
        for sample in samples:
            if sample.part == part and sample.sentences:
                chosen = max(sample.sentences, key=lambda row: rate(row[0], weights))
                yield sample.titled, chosen[1]


def main() -> None:
    samples = list(iter_samples())
    chosen = list(_measure(samples))
    for titled in (True, False):
        marks = [mark for given, mark in chosen if given is titled]
        shares = {mark: marks.count(mark) / len(marks) for mark in ("+", "~", "!")}
        print("titled" if titled else "untitled", len(marks), shares)
    for name, weight in _add_by_hand(fit_weights(samples)).items():
        print(f"{name} {weight:.2f}")


if __name__ == "__main__":
    main()
