"""Cuts a stored text into what the reading page shows; it changes no character.

The text becomes paragraphs, each a row of pieces: plain words, words of a sentence
that holds something asked for, and the asked words themselves. Joined, the pieces of
all paragraphs are the stored text without its line ends. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from digests.types import Span

Kind = Literal["plain", "sentence", "asked"]
#: Asked spans that are looked at, at most.
SPANS: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some words in one look; `first` where the reader should arrive."""

    text: str
    kind: Kind
    first: bool = False


Paragraph = tuple[Piece, ...]


def asked_spans(
    starts: Sequence[str], ends: Sequence[str], length: int
) -> tuple[Span, ...]:
    """The spans of an address's `from` and `to`, kept inside a text of `length`."""
    spans = []
    for start, end in zip(starts[:SPANS], ends[:SPANS], strict=False):
        if _number(start) and _number(end):
            low, high = min(int(start), length), min(int(end), length)
            if low < high:
                spans.append(Span(start=low, end=high))
    return tuple(sorted(spans, key=lambda span: span.start))


def paragraphs(
    text: str, asked: Sequence[Span], sentences: Sequence[Span]
) -> tuple[Paragraph, ...]:
    """`text` as paragraphs, with `asked` marked and their sentences told apart."""
    around = [s for s in sentences if any(_overlap(s, a) for a in asked)]
    edges = sorted({edge for s in (*asked, *around) for edge in (s.start, s.end)})
    first = asked[0].start if asked else -1
    rows = (
        tuple(_pieces(text, start, end, edges, asked, around, first))
        for start, end in _lines(text)
    )
    return tuple(row for row in rows if row)


def _pieces(
    text: str,
    start: int,
    end: int,
    edges: Sequence[int],
    asked: Sequence[Span],
    around: Sequence[Span],
    first: int,
) -> Iterator[Piece]:
    inside = [edge for edge in edges if start < edge < end]
    for low, high in zip([start, *inside], [*inside, end], strict=True):
        if low == high:
            continue
        kind: Kind = "plain"
        if any(s.start <= low < s.end for s in asked):
            kind = "asked"
        elif any(s.start <= low < s.end for s in around):
            kind = "sentence"
        yield Piece(text=text[low:high], kind=kind, first=low <= first < high)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            yield start, end
        start = end + 1


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
