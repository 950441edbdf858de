"""Geometry of text spans: overlap, trimming, choosing spans that do not overlap.

Works on anything with `start` and `end` in code points, end exclusive. A version of a
sentence is the spans of it that are kept; `format_version` writes it.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from digests.language.normalization import to_one_line
from digests.language.regexes import make_regex
from digests.types import Span


class HasSpan(Protocol):
    """An object that occupies `text[start:end]`."""

    @property
    def start(self) -> int:
        """The first code point."""
        ...

    @property
    def end(self) -> int:
        """The code point after the last one."""
        ...


_Located = TypeVar("_Located", bound=HasSpan)


def span_text(text: str, span: HasSpan) -> str:
    """The characters of a span."""
    return text[span.start : span.end]


def spans_overlap(one: HasSpan, other: HasSpan) -> bool:
    """Whether two spans share at least one character."""
    return one.start < other.end and other.start < one.end


def overlaps_any(one: HasSpan, others: Iterable[HasSpan]) -> bool:
    """Whether a span shares a character with one of the others."""
    return any(spans_overlap(one, other) for other in others)


def drop_overlapping(found: Iterable[_Located]) -> list[_Located]:
    """The items in text order, without those that overlap an earlier one.

    Of two that begin at one place the longer one stays.
    """
    kept: list[_Located] = []
    end = 0
    for item in sorted(found, key=lambda located: (located.start, -located.end)):
        if item.start >= end:
            kept.append(item)
            end = item.end
    return kept


def trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    """`start` and `end` moved inwards past white space; equal where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def remove_parts(span: Span, parts: Sequence[HasSpan]) -> tuple[Span, ...]:
    """What is left of a span without these parts, which are in order."""
    pieces = []
    start = span.start
    for part in parts:
        if part.start > start:
            pieces.append(Span(start=start, end=part.start))
        start = max(start, part.end)
    if start < span.end:
        pieces.append(Span(start=start, end=span.end))
    return tuple(pieces)


#: A space before a mark, where words between two spans were removed.
_SPACED_MARK = make_regex(r"(?<=[^\s—–-])\s([,;:.])(?=\s|$)")
_COMMA_IN_MARKS = make_regex(
    r",(?=[\"”](?:,|$))|\A([\"“][^\"“”]*),(?=[\"”]\s"
    r"(?:is|are|was|were|ha[sd]|have|will)\s)"
)
_MARKS_AFTER = ",;:—–- \n\t\u00a0"
_STOPS = ".!?…"
_CLOSING = "\"'”’“»«)]"
_FIRST_LETTER = make_regex(r"\w")


def format_version(text: str, version: Sequence[Span], mark: str = "") -> str:
    """A version as it is shown: single spaces, a capital, an ending mark."""
    pieces = " ".join(text[span.start : span.end] for span in version)
    shown = _SPACED_MARK.sub(r"\1", to_one_line(pieces)).rstrip(_MARKS_AFTER)
    shown = _COMMA_IN_MARKS.sub(r"\1", shown)
    if shown and shown.rstrip(_CLOSING)[-1:] not in _STOPS:
        shown += mark
    return _FIRST_LETTER.sub(lambda first: first[0].upper(), shown, count=1)
