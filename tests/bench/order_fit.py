"""Fit the weights of `digests.editing.newsworthiness` on editions put in order.

`python -m tests.bench.order_fit` prints the table for `weights.txt`, and how many pairs
of reports come in the right order in editions that it was not fitted on (six parts,
each left out once). Logistic regression on the differences of pairs, with a penalty,
by Newton's method; ten seconds.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from digests.editing.article_kind import recognize_kind
from digests.editing.newsworthiness import iter_properties
from digests.types import Article
from tests.bench.logistic import Vector, rate, sigmoid, solve
from tests.cases import DATA

_PARTS, _PENALTY, _ROUNDS = 6, 2.0, 8
#: The rating of the report in the middle of all, which pairs leave open.
_MIDDLE = 1.0
#: Reports of an edition, best first, each with its place; equal ones share it.
Edition = list[tuple[int, Article]]


def iter_editions() -> Iterator[Edition]:
    """The editions of both languages."""
    for name, lang in (("english", "en"), ("german", "de")):
        written = (DATA / "ordering" / f"{name}.txt").read_text(encoding="utf-8")
        for block in written.split("\n\n"):
            lines = [x for x in block.strip().splitlines() if not x.startswith("#")]
            if lines:
                yield _read_edition(lines, lang)


def iter_days() -> Iterator[Edition]:
    """The days that no weight is fitted on, each report with its rank, 5 the best."""
    written = (DATA / "ordering" / "days.txt").read_text(encoding="utf-8")
    for block in written.split("\n\n")[1:]:
        lang, *lines = block.removeprefix("# ").strip().splitlines()
        ranks = [int(line[0]) for line in lines]
        reports = _read_edition([line[2:] for line in lines], lang)
        yield [(rank, a) for rank, (_, a) in zip(ranks, reports, strict=True)]


def _read_edition(lines: Sequence[str], lang: str) -> Edition:
    edition: Edition = []
    for at, line in enumerate(lines):
        equal = line.startswith("= ")
        title, text = line.removeprefix("= ").split(" | ")
        named = title if title != "-" else None
        article = Article(id=text, title=named, text=text, lang=lang)
        edition.append((edition[-1][0] if equal else at, article))
    return edition


def read_vector(article: Article) -> Vector:
    """The properties of a report."""
    return dict(iter_properties(article, recognize_kind(article)))


def iter_pairs(edition: Sequence[tuple[int, Vector]]) -> Iterator[Vector]:
    """What each report has more than one that comes after it."""
    for (one, better), (other, worse) in combinations(edition, 2):
        if one != other:
            yield {
                name: better.get(name, 0.0) - worse.get(name, 0.0)
                for name in {*better, *worse}
            }


def fit_weights(pairs: Sequence[Vector]) -> Vector:
    """The weights that make it likely that the better one of each pair comes first."""
    names = sorted({name for pair in pairs for name in pair})
    index = {name: at for at, name in enumerate(names)}
    rows = [[(index[name], value) for name, value in pair.items()] for pair in pairs]
    weights = [0.0] * len(names)
    for _ in range(_ROUNDS):
        slope = [-_PENALTY * weight for weight in weights]
        curve = [[0.0] * len(names) for _ in names]
        for at in range(len(names)):
            curve[at][at] = _PENALTY
        for row in rows:
            odds = sigmoid(sum(weights[at] * value for at, value in row))
            for at, value in row:
                slope[at] += (1 - odds) * value
                line, scaled = curve[at], odds * (1 - odds) * value
                for other, more in row:
                    line[other] += scaled * more
        steps = solve(curve, slope)
        weights = [w + step for w, step in zip(weights, steps, strict=True)]
    return dict(zip(names, weights, strict=True))


def measure_left_out(editions: Sequence[Sequence[tuple[int, Vector]]]) -> float:
    """The share of pairs in the right order, each in a part that was left out."""
    right: list[bool] = []
    for part in range(_PARTS):
        rest = [e for at, e in enumerate(editions) if at % _PARTS != part]
        weights = fit_weights([pair for e in rest for pair in iter_pairs(e)])
        for edition in editions[part::_PARTS]:
            right += [rate(pair, weights) > 0 for pair in iter_pairs(edition)]
    return sum(right) / len(right)


def main() -> None:
    editions = [[(at, read_vector(a)) for at, a in e] for e in iter_editions()]
    print(f"# left-out pairs in order: {measure_left_out(editions):.1%}")
    weights = fit_weights([pair for e in editions for pair in iter_pairs(e)])
    rated = sorted(rate(vector, weights) for e in editions for _, vector in e)
    print(
        "# Weights of `newsworthiness.py`, as `python -m tests.bench.order_fit` prints."
    )
    print(f"[weights]\nbias {_MIDDLE - rated[len(rated) // 2]:.2f}")
    for name, weight in weights.items():
        print(f"{name} {weight:.2f}")


if __name__ == "__main__":
    main()
