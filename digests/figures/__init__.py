"""Finds the figures of a text: numbers with their unit and what they measure.

It tells what stands there and judges nothing: no rounding, no conversion. Counted are
money, shares, counts from two up, measures, durations and rates; what is left out is
in `digests.figures.refusals`. `compare` lays the figures of two articles side by side.
"""

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence

from digests.figures.comparing import compare
from digests.figures.reading import Reader
from digests.figures.refusals import Refusals
from digests.figures.units import sort_of
from digests.language import dates, numbers, sentences
from digests.language.numbers import Number
from digests.types import Figure

__all__ = ["compare", "find", "sort_of"]

_BETWEEN = re.compile(r"\s?[-–]\s?[$£€¥]?|\s(?:to|or|bis|oder)\s[$£€¥]?")
#: «and» joins the ends of a range only after «between».
_AND = re.compile(r"\s(?:and|und)\s[$£€¥]?")
_OPENS_RANGE = re.compile(r"\b(?:between|zwischen)\s\D{0,12}$", re.IGNORECASE)
#: «rose by 3 to 45»: a change and what it led to.
_FROM_TO = re.compile(r"\b(?:by|um)\s\D{0,3}$")
_LONGEST_BETWEEN = 6


def find(text: str, *, lang: str | None = None) -> tuple[Figure, ...]:
    """The figures of a text, in text order; `text == source[start:end]` for each.

    Args:
        text: Any text; offsets of the answer point into it.
        lang: BCP 47 tag; German texts have their own decimals, others the English.
    """
    found = numbers.find(text, lang)
    if not found:
        return ()
    spans = sentences.split(text, lang)
    starts = [span.start for span in spans]
    moments = dates.find(text)
    reader = Reader(
        text=text,
        lang=lang,
        refusals=Refusals(text, moments),
        moments=[m for m in moments if m.kind != "time"],
        partners=_ranges(text, found),
    )
    figures = []
    for number in found:
        sentence = spans[max(0, bisect_right(starts, number.start) - 1)]
        figure = reader.read(number, sentence)
        if figure is not None:
            figures.append(figure)
    return tuple(figures)


def _ranges(text: str, found: Sequence[Number]) -> dict[Number, Number]:
    """For each end of a range the other end."""
    partners: dict[Number, Number] = {}
    for low, high in itertools.pairwise(found):
        if low not in partners and _makes_range(text, low, high):
            partners[low], partners[high] = high, low
    return partners


def _makes_range(text: str, low: Number, high: Number) -> bool:
    between = text[low.end : high.start]
    if len(between) > _LONGEST_BETWEEN or abs(low.value) >= abs(high.value):
        return False
    if "rate" in (low.shape, high.shape):
        return False
    before = text[max(0, low.start - 24) : low.start]
    if _BETWEEN.fullmatch(between):
        return not _FROM_TO.search(before)
    return bool(_AND.fullmatch(between) and _OPENS_RANGE.search(before))
