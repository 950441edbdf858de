"""Makes passages into shown sentences within a budget; it reorders nothing.

A passage that does not fit ends the row; the first one is shortened at a clause
instead, so that a summary is never empty for want of a few characters.
"""

from collections.abc import Iterator, Sequence

from digests.summaries import clauses, cuts
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Span


def fit(
    article: Article, chosen: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    """The sentences of the passages in their order, joined within `chars`."""
    told: list[Sentence] = []
    used = 0
    for passage in chosen:
        room = chars - used - bool(told)
        sentence = whole(passage) if len(passage.text) <= room else None
        if sentence is None and not told:
            sentence = trimmed(article, passage, room)
        if sentence is None:
            break
        used += len(sentence.text) + bool(told)
        told.append(sentence)
    return tuple(told)


def whole(passage: Passage) -> Sentence:
    """A passage as it stands."""
    return Sentence(text=passage.text, spans=(passage.span,))


def trimmed(article: Article, passage: Passage, room: int) -> Sentence | None:
    """A passage shortened at a clause to at most `room` characters."""
    version = _longest(article.text, passage.span, room - 1)
    if version is None:
        return None
    return Sentence(text=clauses.written(article.text, version, "."), spans=version)


def _longest(text: str, span: Span, limit: int) -> clauses.Version | None:
    """The longest version within `limit` whose cut leaves nothing hanging."""
    best: clauses.Version | None = None
    length = 0
    for version in _versions(text, span):
        size = len(clauses.written(text, version))
        if length < size <= limit:
            best, length = version, size
    return best


def _versions(text: str, span: Span) -> Iterator[clauses.Version]:
    """The shorter versions of a sentence whose cut leaves nothing hanging."""
    for version in clauses.versions(text, span):
        last = version[-1]
        if last.end == span.end or not cuts.spoils(text, last.start, last.end):
            yield version
    for end in cuts.conjunct_ends(text, span):
        version = (Span(start=span.start, end=end),)
        if clauses.reads_well(text, version):
            yield version
