"""Tells an article by its best sentences, verbatim and in document order.

The default summariser: weigh the passages, take them greedily within the budget,
never two that say the same, never one that leans on a sentence that is not shown.
It writes no word of its own. Opinion, interviews and first-person texts, and texts
whose passages weigh nearly the same, are told by their lead.
"""

from collections.abc import Sequence

from digests.summaries import fitting, headline, lead, passages, ranking
from digests.summaries.passages import Passage, overlap
from digests.types import Article, Sentence, Summary

#: More of a passage's words than this in another one: they say the same.
_SAME = 0.65
#: A further sentence must reach this share of the first one's score.
_WEAK = 0.35
_MOST_SENTENCES = 4
#: Share of the first passages in the first person that makes a text personal.
_PERSONAL = 0.3
_LOOKED_AT = 12
_QUESTIONS = 2
#: So many of the three sentences after the lead that hang on the one before them.
_CHAINED = 2
_FOLLOWERS = slice(1, 4)
#: A passage is worth shortening when this share of it is kept.
_KEPT = 0.6


class Extractive:
    """The best sentences of an article."""

    def summarise(self, article: Article, chars: int) -> Summary:
        found = passages.of(article)
        told = tell(article, found, chars)
        return Summary(headline=headline.write(article, found), sentences=told)


def tell(
    article: Article, found: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    """The sentences of the summary, in document order, joined within `chars`."""
    if not _is_essay(found):
        chosen = _choose(article, found, chars)
        if chosen:
            return tuple(chosen[place] for place in sorted(chosen))
    return lead.first(article, found, chars, _MOST_SENTENCES)


def _is_essay(found: Sequence[Passage]) -> bool:
    """Whether a text argues or narrates instead of reporting.

    The reporter says «I», asks questions, or tells in sentences that hang on each
    other: sentences taken out of such a text mislead, its beginning does not.
    """
    early = found[:_LOOKED_AT]
    personal = sum(map(passages.first_person, early)) > _PERSONAL * len(early)
    asking = sum(p.text.endswith("?") for p in early) >= _QUESTIONS
    chained = sum(p.leans for p in found[_FOLLOWERS]) >= _CHAINED
    return personal or asking or chained


def _choose(
    article: Article, found: Sequence[Passage], chars: int
) -> dict[int, Sentence]:
    """Greedy, by place: the best that fits, adds something, and stands alone."""
    weight = dict(zip(found, ranking.scores(article, found), strict=True))
    pool = sorted(found, key=lambda p: -weight[p])
    chosen: list[Passage] = []
    told: dict[int, Sentence] = {}
    room = chars
    while pool and len(told) < _MOST_SENTENCES:
        best = next((p for p in pool if _may_join(p, chosen)), None)
        if best is None or (chosen and weight[best] < _WEAK * weight[chosen[0]]):
            break
        pool.remove(best)
        if not passages.presentable(best):
            continue
        sentence = _fitted(article, best, room)
        if sentence is not None:
            chosen.append(best)
            told[best.place] = sentence
            room -= len(sentence.text) + 1
    return told


def _fitted(article: Article, passage: Passage, room: int) -> Sentence | None:
    if len(passage.text) <= room:
        return fitting.whole(passage)
    if room < _KEPT * len(passage.text):
        return None
    short = fitting.trimmed(article, passage, room)
    return short if short and len(short.text) >= _KEPT * len(passage.text) else None


def _may_join(passage: Passage, chosen: Sequence[Passage]) -> bool:
    if any(overlap(passage.words, other.words) > _SAME for other in chosen):
        return False
    if not passage.leans or passage.place == 0:
        return True
    return any(other.place == passage.place - 1 for other in chosen)
