"""Chooses the sentence of an article that shows what was looked for; cuts nothing."""

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
    best: tuple[int, Span] | None = None
    for span in sentences.split(text, article.lang):
        held = sum(any(_inside(place, span) for place in each) for each in found)
        if held and (best is None or held > best[0]):
            best = held, span
    if best is None:
        return None
    marks = {
        (place.start, place.end)
        for each in found
        for place in each
        if _inside(place, best[1])
    }
    return Snippet(
        sentence=best[1], marks=tuple(Span(start=a, end=b) for a, b in _apart(marks))
    )


def _inside(place: Span, sentence: Span) -> bool:
    return sentence.start <= place.start and place.end <= sentence.end


def _apart(marks: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
