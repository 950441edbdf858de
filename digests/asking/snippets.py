"""Chooses the sentence of an article that shows what was looked for; cuts nothing."""

from bisect import bisect_right
from dataclasses import dataclass

from digests.language import sentences
from digests.language.lookup import Wanted, places
from digests.types import Article, Span

#: So much of a text is read for it.
_READ = 40_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A sentence of an article's text, and where in the text the words stand."""

    sentence: Span
    marks: tuple[Span, ...]


def snippet(article: Article, wanted: Wanted) -> Snippet | None:
    """Give the sentence with most of the words; None where the text has none of them.

    Of equal ones the first. The words may all stand in the title: then there is none.
    """
    text = article.text[:_READ]
    found = places(text, article.lang, wanted.every)
    told = sentences.split(text, article.lang)
    begins = [span.start for span in told]
    #: Of each sentence, which of the things stand in it, and where.
    held: dict[int, dict[int, list[Span]]] = {}
    for thing, each in enumerate(found):
        for place in each:
            at = bisect_right(begins, place.start) - 1
            if at >= 0 and place.end <= told[at].end:
                held.setdefault(at, {}).setdefault(thing, []).append(place)
    if not held:
        return None
    best = min(held, key=lambda at: (-len(held[at]), at))
    marks = {(place.start, place.end) for each in held[best].values() for place in each}
    return Snippet(
        sentence=told[best],
        marks=tuple(Span(start=a, end=b) for a, b in _apart(marks)),
    )


def _apart(marks: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
