"""Tells an article whose beginning is known: what is new comes first, then the rest.

It chooses no news (`digests.stories`), it writes no word of its own.
"""

from collections.abc import Sequence

from digests.summaries import fitting, passages
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Span, Summary


def tell(
    article: Article, summary: Summary, news: Sequence[Span], chars: int
) -> tuple[Sentence, ...]:
    """The new sentences in document order, then the summary's as far as they fit.

    Args:
        article: The spans point into its text.
        summary: What would be told to somebody who knows nothing.
        news: Where the new sentences stand.
        chars: Hard limit on the sentences' texts joined by one space.
    """
    told = list(fitting.fit(article, _new(passages.of(article), news), chars))
    covered = [span for sentence in told for span in sentence.spans]
    room = chars - sum(len(sentence.text) + 1 for sentence in told)
    for sentence in summary.sentences:
        if _meet(sentence.spans, covered) or len(sentence.text) > room:
            continue
        told.append(sentence)
        room -= len(sentence.text) + 1
    return tuple(told) or summary.sentences


def _new(found: Sequence[Passage], news: Sequence[Span]) -> list[Passage]:
    """The passages with news, and before one that leans the one that it leans on."""
    chosen: list[Passage] = []
    for passage in found:
        if not passages.presentable(passage) or not _meet([passage.span], news):
            continue
        if passage.leans and passage.place and found[passage.place - 1] not in chosen:
            before = found[passage.place - 1]
            if before.leans or not passages.presentable(before):
                continue
            chosen.append(before)
        chosen.append(passage)
    return chosen


def _meet(spans: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(a.start < b.end and b.start < a.end for a in spans for b in others)
