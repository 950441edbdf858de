"""Logistic regression over named properties, for the fits of this folder."""

from collections.abc import Sequence
from math import exp

Vector = dict[str, float]


def sigmoid(rating: float) -> float:
    return 1 / (1 + exp(-rating))


def rate(vector: Vector, weights: Vector) -> float:
    """The logarithm of the odds."""
    return sum(weights.get(name, 0.0) * value for name, value in vector.items())


def solve(curve: Sequence[Sequence[float]], slope: Sequence[float]) -> list[float]:
    """Solve the linear equations by elimination; `curve` is positive definite."""
    rows = [[*line, more] for line, more in zip(curve, slope, strict=True)]
    for at, row in enumerate(rows):
        for other in rows:
            if other is not row and other[at]:
                share = other[at] / row[at]
                other[at:] = [
                    x - share * y for x, y in zip(other[at:], row[at:], strict=True)
                ]
    return [row[-1] / row[at] for at, row in enumerate(rows)]
