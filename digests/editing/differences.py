"""Compare the figures of two articles: what both have, equal or different.

Two figures are about one thing if unit and noun agree. They differ only if nothing else
explains the difference: the same rate («a day») and time, no part compared with a whole
(«another eleven», «all twelve»), sentences that share words beside the noun, and values
near enough to be two reports of one fact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digests.language import words
from digests.language.spans import span_text
from digests.language.words import word_set
from digests.types import Figure, FigureComparison

#: Rounded reports of one value («about 31,000», «31,240») differ by no more.
_SAME = 0.02
#: Values with a greater ratio are hardly one fact.
_FARTHEST = 2.0
#: Words beside the noun that two sentences must share to contradict each other.
_SHARED = 2
#: Characters around a figure that say what «15 people» are.
_AROUND = 44
#: Words before or in a figure that make it a part, a whole or a bound of something.
_PARTS = word_set("""
    all another other more further additional remaining rest least most up only each
    every extra first last half some of
""") - {"some", "of"}
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
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class _FigureContext:
    """A figure with the words of its sentence."""

    figure: Figure
    head: str
    noun: frozenset[str]
    context: frozenset[str]
    #: The words of the context that are nearest to the figure.
    near: frozenset[str]
    rate: str
    #: Words that make it a part or a whole; empty for a plain figure.
    parts: frozenset[str]
    change: str
    #: The years that its sentence names.
    years: frozenset[str]


def compare_figures(
    ours: Sequence[Figure], our_text: str, theirs: Sequence[Figure], their_text: str
) -> tuple[FigureComparison, ...]:
    """The figures that two articles both have, equal or different, in our order.

    Args:
        ours: Figures of the first article.
        our_text: Its text.
        theirs: Figures of the second.
        their_text: Its text.

    Returns:
        One comparison for each figure of ours with a counterpart; an equal one takes
        precedence over a different one.
    """
    others = [_read_context(f, their_text) for f in theirs if f.what]
    by_head: dict[tuple[str, str], list[_FigureContext]] = {}
    by_value: dict[tuple[str, float], list[_FigureContext]] = {}
    for other in others:
        by_head.setdefault((other.figure.unit, other.head), []).append(other)
        by_value.setdefault((other.figure.unit, other.figure.value), []).append(other)
    found = []
    for figure in ours:
        if not figure.what:
            continue
        mine = _read_context(figure, our_text)
        named = by_head.get((figure.unit, mine.head), [])
        valued = by_value.get((figure.unit, figure.value), [])
        matched = _match_figure(mine, valued + named)
        if matched is not None:
            found.append(
                FigureComparison(
                    ours=figure,
                    theirs=matched.figure,
                    equal=_has_equal_value(figure, matched.figure),
                )
            )
    return tuple(found)


def _match_figure(
    mine: _FigureContext, others: Sequence[_FigureContext]
) -> _FigureContext | None:
    alike = [o for o in others if _is_same_noun(mine, o)]
    for other in alike:
        if _has_equal_value(mine.figure, other.figure) and _share_words(mine, other):
            return other
    near = [o for o in alike if _contradicts(mine, o)]
    return max(near, key=lambda o: len(o.context & mine.context), default=None)


def _read_context(figure: Figure, text: str) -> _FigureContext:
    noun = words.extract_stems(figure.what) or words.split_words(figure.what)
    head = words.extract_stems(_cut_complement(figure.what)) or words.split_words(
        _cut_complement(figure.what)
    )
    sentence = span_text(text, figure.sentence)
    after = text[figure.end : min(figure.sentence.end, figure.end + 60)]
    before = text[max(figure.sentence.start, figure.start - _BEFORE) : figure.start]
    beside = frozenset(words.split_words(f"{before[-9:]} {figure.text}"))
    own = frozenset(words.extract_stems(figure.text))
    change = _CHANGES.search(f"{before}")
    return _FigureContext(
        figure=figure,
        head=head[-1] if head else "",
        noun=frozenset(noun),
        context=frozenset(
            w
            for w in words.extract_stems(sentence)
            if w not in own and not w[0].isdigit()
        ),
        rate=_find_rate(f"{figure.text[-12:]}{after}"),
        near=_collect_near_words(figure, text) - frozenset(noun) - own,
        parts=beside & _PARTS,
        change=change.group().strip() if change else "",
        years=frozenset(_YEAR.findall(sentence)),
    )


def _collect_near_words(figure: Figure, text: str) -> frozenset[str]:
    """The words right before and after the figure, within its sentence."""
    start, end = figure.sentence.start, figure.sentence.end
    before = text[max(start, figure.start - _AROUND) : figure.start]
    after = text[figure.end : min(end, figure.end + _AROUND)]
    if figure.start - _AROUND > start:
        before = before.partition(" ")[2]
    if figure.end + _AROUND < end:
        after = after.rpartition(" ")[0]
    return frozenset(words.extract_stems(f"{before} {after}"))


def _cut_complement(what: str) -> str:
    """«cost» of «cost of the work»."""
    return re.split(r"\s(?:of|in|for)\s", what, maxsplit=1)[0]


def _find_rate(following: str) -> str:
    found = _RATE.search(following)
    if found is None:
        return ""
    name = found[1] or found[2]
    return _RATE_NAMES.get(name, name)


def _is_same_noun(mine: _FigureContext, other: _FigureContext) -> bool:
    """Whether one noun includes the other: «bus routes» and «routes»."""
    return mine.noun <= other.noun or other.noun <= mine.noun


def _has_equal_value(one: Figure, other: Figure) -> bool:
    rough = _ROUGH.match(one.text) or _ROUGH.match(other.text)
    slack = _ROUGHLY if rough and one.text != other.text else _SAME
    if one.value == other.value:
        return True
    larger = max(abs(one.value), abs(other.value))
    whole = float(one.value).is_integer() and larger < 1 / _SAME
    return not whole and abs(one.value - other.value) <= slack * larger


def _contradicts(mine: _FigureContext, other: _FigureContext) -> bool:
    one, two = abs(mine.figure.value), abs(other.figure.value)
    if not one or not two or max(one, two) / min(one, two) > _FARTHEST:
        return False
    if mine.rate != other.rate or mine.change != other.change:
        return False
    if mine.parts or other.parts or mine.years != other.years:
        return False
    if mine.figure.what == mine.figure.unit == other.figure.what:
        # A bare «people»: the nearest words decide whether they are the same.
        return bool(mine.near & other.near)
    shared = _share_words(mine, other)
    fewest = min(len(r.context - r.noun) for r in (mine, other))
    return len(shared) >= min(_SHARED, max(1, fewest))


def _share_words(mine: _FigureContext, other: _FigureContext) -> frozenset[str]:
    """The words that two sentences share beside the noun."""
    return (mine.context & other.context) - mine.noun - other.noun
