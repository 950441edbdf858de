"""Looks up shown words in the spans they claim to come from; it forgives no word.

Case, white space and punctuation may differ. Every other character counts: letters
with their marks, digits, currency signs, symbols. Numbers must keep their inner
points, spans must lie between words and in order, and no negation may stand in what
was left out between two of them.
"""

import itertools
import re
from collections.abc import Sequence

from digests.types import Span

#: What may differ between a text and its source, besides white space and case.
_FREE = ".,;:!?…'\"‘’“”„‚‹›«»()[]{}<>‐‑–—―/\\_*·`-"
_WORD = re.compile(rf"[^\s{re.escape(_FREE)}]+")
_NUMBER = re.compile(r"(?:(?<![^\s(])[-−])?\d+(?:[.,:/-]\d+)*")
_NEGATION = re.compile(
    r"\b(?:not|never|no|nobody|nor|neither|without|hardly|denie[sd]|deny|nicht|nie|"
    r"kein\w*|ohne|weder)\b|n['’]t\b",
    re.IGNORECASE,
)


def follows(text: str, spans: Sequence[Span], source: str) -> bool:
    """Whether the words of `text` are the words of the spans of `source`, in order.

    Args:
        text: What is shown.
        spans: Where it is said to come from, in order.
        source: The text that the spans point into.
    """
    if not spans or not _in_order(spans, source):
        return False
    given = [source[s.start : s.end] for s in spans]
    if any(_NEGATION.search(gap) for gap in _gaps(spans, source)):
        return False
    shown = _words(text)
    return (
        bool(shown)
        and shown == _words(" ".join(given))
        and _numbers(text) == _numbers(" ".join(given))
    )


def verbatim(text: str, span: Span, source: str) -> bool:
    """Whether `text` is exactly the characters of a span that is not empty."""
    return 0 <= span.start < span.end <= len(source) and (
        source[span.start : span.end] == text
    )


def known(text: str, vocabulary: frozenset[str]) -> bool:
    """Whether every word of `text` is one of `vocabulary`."""
    return all(word in vocabulary for word in _words(text))


def vocabulary(*texts: str | None) -> frozenset[str]:
    """The words of some texts, as `known` compares them."""
    return frozenset(word for text in texts if text for word in _words(text))


def same(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order, at least one."""
    words = _words(one)
    return bool(words) and words == _words(other) and _numbers(one) == _numbers(other)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)


def _in_order(spans: Sequence[Span], source: str) -> bool:
    before = 0
    for span in spans:
        if not before <= span.start < span.end <= len(source):
            return False
        if _inside_word(source, span.start) or _inside_word(source, span.end):
            return False
        before = span.end
    return True


def _inside_word(source: str, at: int) -> bool:
    return 0 < at < len(source) and source[at - 1].isalnum() and source[at].isalnum()


def _gaps(spans: Sequence[Span], source: str) -> list[str]:
    """What was left out between neighbouring spans of one sentence."""
    return [
        source[a.end : b.start]
        for a, b in itertools.pairwise(spans)
        if b.start - a.end <= _LONGEST_GAP
    ]


#: Further apart two spans are two sentences.
_LONGEST_GAP = 400
