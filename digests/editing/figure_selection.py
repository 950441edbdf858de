"""Lays the figures of two articles side by side; it decides for neither.

Two figures speak of one thing where unit and noun agree. That two of them differ is
only said where nothing else explains it: the same rate («a day»), the same time, no
part held against a whole («another eleven», «all twelve»), sentences that share
words beside the noun, and values near enough to be two reports of one fact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digests.language import words
from digests.types import Agreement, Figure, Span

#: Rounded reports of one value («about 31,000», «31,240») differ by no more.
_SAME = 0.02
#: Values further apart than this hardly tell one fact.
_FARTHEST = 2.0
#: Words beside the noun that two sentences must share to contradict each other.
_SHARED = 2
#: What «15 people» are stands so near to the figure, in characters.
_AROUND = 44
_PART_WORDS = """
    all another other more further additional remaining rest least most up only each
    every extra first last half some of
"""
#: Words before or in a figure that make it a part, a whole or a bound of something.
_PARTS = frozenset(_PART_WORDS.split()) - {"some", "of"}
_ROUGH = re.compile(
    r"^(?:about|around|nearly|almost|roughly|some|over|more than|close to|"
    r"approximately|an estimated|rund|etwa|fast|knapp)\s",
    re.IGNORECASE,
)
_ROUGHLY = 0.05
_RATE = re.compile(
    r"\b(?:an?|per|each|every|on an?(?:\s\w+)?)\s"
    r"(second|minute|hour|day|night|week|month|year)\b|\b(daily|weekly|monthly|yearly)\b"
)
_RATE_NAMES = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_CHANGES = re.compile(
    r"\b(?:by|from|than|rose|fell|rise|fall|grew|up|down|cut|raise[sd]?)\s$"
)
_BEFORE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """A figure with what its sentence says around it."""

    figure: Figure
    head: str
    noun: frozenset[str]
    context: frozenset[str]
    #: Those of its words that stand nearest to the figure.
    near: frozenset[str]
    rate: str
    #: What makes it a part or a whole; empty for a plain figure.
    parts: frozenset[str]
    change: str


def compare(
    ours: Sequence[Figure], our_text: str, theirs: Sequence[Figure], their_text: str
) -> tuple[Agreement, ...]:
    """The figures that two articles both give, equal or different, in our order.

    Args:
        ours: Figures of the first article, from `find`.
        our_text: Its text.
        theirs: Figures of the second.
        their_text: Its text.

    Returns:
        One agreement for each figure of ours that has a counterpart; where both an
        equal and a different one stand there, the equal one.
    """
    others = [_read(f, their_text) for f in theirs if f.what]
    by_head: dict[tuple[str, str], list[_Reading]] = {}
    by_value: dict[tuple[str, float], list[_Reading]] = {}
    for other in others:
        by_head.setdefault((other.figure.unit, other.head), []).append(other)
        by_value.setdefault((other.figure.unit, other.figure.value), []).append(other)
    found = []
    for figure in ours:
        if not figure.what:
            continue
        mine = _read(figure, our_text)
        named = by_head.get((figure.unit, mine.head), [])
        valued = by_value.get((figure.unit, figure.value), [])
        matched = _match(mine, valued + named)
        if matched is not None:
            found.append(_agreement(mine, our_text, matched, their_text))
    return tuple(found)


def _match(mine: _Reading, others: Sequence[_Reading]) -> _Reading | None:
    alike = [o for o in others if _one_noun(mine, o)]
    for other in alike:
        if _equal(mine.figure, other.figure) and _beside(mine, other):
            return other
    near = [o for o in alike if _contradicts(mine, o)]
    return max(near, key=lambda o: len(o.context & mine.context), default=None)


def _agreement(
    mine: _Reading, our_text: str, other: _Reading, their_text: str
) -> Agreement:
    return Agreement(
        ours=mine.figure,
        theirs=other.figure,
        equal=_equal(mine.figure, other.figure),
        our_sentence=_words_of(our_text, mine.figure.sentence),
        their_sentence=_words_of(their_text, other.figure.sentence),
    )


def _words_of(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _read(figure: Figure, text: str) -> _Reading:
    noun = words.content(figure.what) or words.tokens(figure.what)
    head = words.content(_head(figure.what)) or words.tokens(_head(figure.what))
    sentence = _words_of(text, figure.sentence)
    after = text[figure.end : min(figure.sentence.end, figure.end + 60)]
    before = text[max(figure.sentence.start, figure.start - _BEFORE) : figure.start]
    beside = frozenset(words.tokens(f"{before[-9:]} {figure.text}"))
    own = frozenset(words.content(figure.text))
    change = _CHANGES.search(f"{before}")
    return _Reading(
        figure=figure,
        head=head[-1] if head else "",
        noun=frozenset(noun),
        context=frozenset(
            w for w in words.content(sentence) if w not in own and not w[0].isdigit()
        ),
        rate=_rate(f"{figure.text[-12:]}{after}"),
        near=_nearest(figure, text) - frozenset(noun) - own,
        parts=beside & _PARTS,
        change=change.group().strip() if change else "",
    )


def _nearest(figure: Figure, text: str) -> frozenset[str]:
    """The words right before and behind the figure, within its sentence."""
    start, end = figure.sentence.start, figure.sentence.end
    before = text[max(start, figure.start - _AROUND) : figure.start]
    after = text[figure.end : min(end, figure.end + _AROUND)]
    if figure.start - _AROUND > start:
        before = before.partition(" ")[2]
    if figure.end + _AROUND < end:
        after = after.rpartition(" ")[0]
    return frozenset(words.content(f"{before} {after}"))


def _head(what: str) -> str:
    """«cost» of «cost of the work»."""
    return re.split(r"\s(?:of|in|for)\s", what, maxsplit=1)[0]


def _rate(following: str) -> str:
    found = _RATE.search(following)
    if found is None:
        return ""
    name = found[1] or found[2]
    return _RATE_NAMES.get(name, name)


def _one_noun(mine: _Reading, other: _Reading) -> bool:
    """«bus routes» may be «routes», but never «ferry routes»."""
    return mine.noun <= other.noun or other.noun <= mine.noun


def _equal(one: Figure, other: Figure) -> bool:
    rough = _ROUGH.match(one.text) or _ROUGH.match(other.text)
    slack = _ROUGHLY if rough and one.text != other.text else _SAME
    if one.value == other.value:
        return True
    larger = max(abs(one.value), abs(other.value))
    whole = float(one.value).is_integer() and larger < 1 / _SAME
    return not whole and abs(one.value - other.value) <= slack * larger


def _contradicts(mine: _Reading, other: _Reading) -> bool:
    one, two = abs(mine.figure.value), abs(other.figure.value)
    if not one or not two or max(one, two) / min(one, two) > _FARTHEST:
        return False
    if mine.rate != other.rate or mine.change != other.change:
        return False
    if mine.parts or other.parts or _apart(mine.figure.when, other.figure.when):
        return False
    if mine.figure.what == mine.figure.unit == other.figure.what:
        # A bare «people»: what they did or suffered tells whether they are the same.
        return bool(mine.near & other.near)
    shared = _beside(mine, other)
    fewest = min(len(r.context - r.noun) for r in (mine, other))
    return len(shared) >= min(_SHARED, max(1, fewest))


def _beside(mine: _Reading, other: _Reading) -> frozenset[str]:
    """The words that two sentences share beside the noun."""
    return (mine.context & other.context) - mine.noun - other.noun


def _apart(one: str | None, other: str | None) -> bool:
    return (one or other) is not None and one != other
