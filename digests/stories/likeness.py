"""Says how strongly two articles report one event; it joins nothing.

1 is the threshold. Two texts are compared by their names and by their other words,
each in its own right: the same people in another event share the names alone, two
firms that report on one day share the other words alone. The lengths count for less
than in a cosine, because a long text that shares much with another shares it for a
reason. A headline has too few words for that; there the cosine decides, and one word
in common is too little to begin a story with.
"""

import math
from collections.abc import Collection

from digests.stories.profiles import Profile

#: One threshold for headlines, one for texts.
HEADLINES = 0.09
TEXTS = 0.85
#: Texts in languages whose names we cannot tell.
_UNNAMED = 0.14
#: How much the lengths count: 1 is a cosine.
_NAMES_POWER, _WORDS_POWER, _WORDS = 0.5, 0.3, 2.0
_NAMES_UNIT, _WORDS_UNIT = 400.0, 1600.0
#: What is left of the likeness …
_ONE_WORD = 0.5
_AT_ODDS = 0.5
#: … of two texts of one outlet: it seldom reports one event twice on one day.
_ONE_OUTLET = 0.7
_SOON = 24.0
_NEARLY = 0.99
WINDOW = 72.0
_DAY = 24.0


def of(one: Profile, other: Profile) -> float:
    """The likeness of two articles, 0 and up; from 1 on they report one event."""
    small, large = sorted((one, other), key=lambda p: len(p.weights))
    in_names = in_words = 0.0
    shared = 0
    for stem, weight in small.weights.items():
        if stem in large.weights:
            shared += 1
            product = weight * large.weights[stem]
            if stem in one.names and stem in other.names:
                in_names += product
            else:
                in_words += product
    return combine(one, other, in_names, in_words, shared)


def combine(
    one: Profile, other: Profile, in_names: float, in_words: float, shared: int
) -> float:
    """The likeness from the products of the weights of the words in common."""
    kept = over_time(one.hours, other.hours)
    if not kept or not shared:
        return 0.0
    if one.text and other.text:
        return kept * _of_texts(one, other, in_names, in_words)
    cosine = (in_names + in_words) / (one.length * other.length)
    if shared == 1:
        return kept * min(_NEARLY, _ONE_WORD * cosine / HEADLINES)
    return kept * cosine / HEADLINES


def over_time(one: float | None, other: float | None) -> float:
    """What time leaves of a likeness: all within a day, nothing beyond 72 hours."""
    if one is None or other is None:
        return 1.0
    apart = abs(one - other)
    if apart <= _DAY:
        return 1.0
    return math.exp((1 - apart / _DAY) / 3) if apart <= WINDOW else 0.0


def at_odds(one: Profile, other: Profile) -> bool:
    """Whether they tell of two matches or two parts of a series."""
    if one.scores and other.scores and not one.scores & other.scores:
        return True
    return _differ(one.series.items(), other.series.items())


def _of_texts(one: Profile, other: Profile, in_names: float, in_words: float) -> float:
    if one.named and other.named:
        names = one.names_length * other.names_length / _NAMES_UNIT
        others = one.words_length * other.words_length / _WORDS_UNIT
        by_names = in_names / _NAMES_UNIT / math.pow(names, _NAMES_POWER)
        by_words = in_words / _WORDS_UNIT / math.pow(others, _WORDS_POWER)
        found = (by_names + _WORDS * by_words) / TEXTS
    else:
        found = (in_names + in_words) / (one.length * other.length) / _UNNAMED
    if at_odds(one, other):
        found *= _AT_ODDS
    return found * _ONE_OUTLET if _of_one_outlet(one, other) else found


def _of_one_outlet(one: Profile, other: Profile) -> bool:
    """Whether one outlet wrote both within hours, and neither to correct the other."""
    if not one.source or one.source != other.source or one.corrects or other.corrects:
        return False
    known = one.hours is not None and other.hours is not None
    return not known or abs((one.hours or 0.0) - (other.hours or 0.0)) <= _SOON


def _differ(
    one: Collection[tuple[str, str]], other: Collection[tuple[str, str]]
) -> bool:
    found = dict(one)
    return any(what in found and found[what] != which for what, which in other)
