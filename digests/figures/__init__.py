"""Finds the figures of a text: numbers with their unit and what they measure.

It tells what stands there and judges nothing: no comparison, no rounding, no
conversion. Counted are money, shares, counts from two up, measures, durations and
rates; what is left out is in `digests.figures.refusals`. A figure's stretch begins at
its hedge («about $273 billion») and ends after a measuring unit («four-day»).
"""

import itertools
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digests.figures import measured, units
from digests.figures.refusals import Refusals
from digests.figures.units import Unit
from digests.language import dates, numbers, sentences
from digests.language.numbers import Number
from digests.types import Figure, Span

__all__ = ["find"]

_FEWEST = 2
_HEDGE = re.compile(
    r"(?<![^\W_])(?:(?:just|well|far|slightly|little)\s)?(?:about|around|nearly|almost|"
    r"roughly|approximately|some|over|under|more than|less than|fewer than|at least|"
    r"at most|up to|as many as|as much as|as few as|as little as|an estimated|close to|"
    r"rund|etwa|fast|knapp|ungefähr|circa|ca\.|über|unter|mehr als|weniger als|"
    r"mindestens|höchstens|bis zu)\s$",
    re.IGNORECASE,
)
_LONGEST_HEDGE = 24
_BETWEEN = re.compile(r"\s?[-–]\s?[$£€¥]?|\s(?:to|or|bis|oder)\s[$£€¥]?")
#: «and» joins the ends of a range only after «between».
_AND = re.compile(r"\s(?:and|und)\s[$£€¥]?")
_OPENS_RANGE = re.compile(r"\b(?:between|zwischen)\s\D{0,12}$", re.IGNORECASE)
_LONGEST_BETWEEN = 6
#: After these words a bare number is an amount: «rose to 45», «killing 12».
_TAKES_BARE = re.compile(
    r"\b(?:to|by|from|of|than|least|most|reached|hit|killed|killing|injured|injuring|"
    r"wounded|wounding|only|auf|um|von)\s$",
    re.IGNORECASE,
)
#: «80 years ago» tells when, of nothing in particular.
_POINTS_AWAY = re.compile(r"\s(?:ago|later|earlier|before|after)\b")
_HYPHENED = re.compile(
    r"-(?!(?:time|times|way|fold|pronged|tier|step|dimensional|star|piece|wheel|"
    r"and|to|or|on|in)\b)([a-z]{3,})\b"
)


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
    refusals = Refusals(text, dates.find(text))
    reader = _Reader(
        text, lang, refusals, _ranges(text, found), measured.small_words(text)
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
    if _BETWEEN.fullmatch(between):
        return True
    before = text[max(0, low.start - 24) : low.start]
    return bool(_AND.fullmatch(between) and _OPENS_RANGE.search(before))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is known of one text while its numbers are read."""

    text: str
    lang: str | None
    refusals: Refusals
    partners: Mapping[Number, Number]
    small: frozenset[str]

    def read(self, number: Number, sentence: Span) -> Figure | None:
        """The figure that a number makes, or None where it makes none."""
        if self.refusals.dated(number) or self.refusals.labelled(number):
            return None
        partner = self.partners.get(number)
        own = units.of(self.text, number.start, number.end)
        unit = own
        if unit is None and partner is not None:
            unit = units.of(self.text, partner.start, partner.end)
        start, end = (own.start, own.end) if own else (number.start, number.end)
        if partner is None and self.refusals.broken(start, end, number):
            return None
        last = max(end, partner.end if partner else 0)
        if unit is not None and own is None:
            last = max(last, unit.end)
        what = self._what(number, unit, start, last, sentence)
        if what is None:
            return None
        start = max(sentence.start, self._with_hedge(start))
        end = min(end, sentence.end)
        return Figure(
            start=start,
            end=end,
            text=self.text[start:end],
            value=_value(number, partner),
            unit=_unit_name(unit, number, what),
            what=what,
            sentence=sentence,
        )

    def _what(
        self, number: Number, unit: Unit | None, start: int, end: int, sentence: Span
    ) -> str | None:
        """What is measured; "" where nobody says; None where nothing is counted."""
        if unit is None and number.shape in ("digits", "words"):
            return self._counted(number, end, sentence)
        if unit is not None and number.value == 1 and not _measures_one(number, unit):
            return None
        if number.shape == "rate":
            near = measured.counted(self.text, end, self.lang)
        else:
            near = measured.following(self.text, start, end, self.lang)
        if near or number.shape == "fraction" or _POINTS_AWAY.match(self.text, end):
            return near
        return measured.subject(self.text, sentence.start, start, self.lang, self.small)

    def _counted(self, number: Number, end: int, sentence: Span) -> str | None:
        if abs(number.value) < _FEWEST:
            return None
        hyphened = _HYPHENED.match(self.text, end)
        if hyphened:
            return hyphened[1]
        if self.text[end : end + 1] == "-":
            return None
        noun = measured.counted(self.text, end, self.lang)
        if noun:
            return None if self.refusals.named(number, sentence.start, noun) else noun
        if self.refusals.named(number, sentence.start, ""):
            return None
        hedged = self._with_hedge(number.start) < number.start
        before = self.text[max(0, number.start - 12) : number.start]
        if number.shape == "digits" and (hedged or _TAKES_BARE.search(before)):
            return measured.subject(
                self.text, sentence.start, number.start, self.lang, self.small
            )
        return None

    def _with_hedge(self, start: int) -> int:
        m = _HEDGE.search(self.text[max(0, start - _LONGEST_HEDGE) : start])
        return start - len(m.group()) if m else start


def _value(number: Number, partner: Number | None) -> float:
    """The number's value; «2 to 3 million» lends its scale to the lower end."""
    shared = partner is not None and number.scale == 1 and partner.scale > 1
    if partner is None or not shared or number.value >= partner.value / partner.scale:
        return number.value
    return number.value * partner.scale


def _unit_name(unit: Unit | None, number: Number, what: str) -> str:
    if unit is not None:
        return unit.name
    noun = what.rpartition(" ")[2]
    return "people" if number.shape != "fraction" and units.counts_people(noun) else ""


def _measures_one(number: Number, unit: Unit) -> bool:
    """«one percent» and «1 km» measure, «one day» only tells when."""
    return number.shape == "digits" or unit.name not in units.TIME
