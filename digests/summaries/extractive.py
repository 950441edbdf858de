"""Tells an article by its best sentences, verbatim and in document order.

The default summariser: weigh the passages, take them greedily within the budget,
never two that say the same, never one that leans on a sentence that is not shown.
It writes no word of its own. Opinion, interviews and first-person texts, and texts
whose passages weigh nearly the same, are told by their lead.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from digests.summaries import fitting, headline, lead, passages, ranking
from digests.summaries.passages import Passage, overlap, presentable
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
_KEPT = 0.5


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
    told = () if is_essay(found) else _chosen(article, found, chars)
    return told or lead.first(article, found, chars, _MOST_SENTENCES)


def is_essay(found: Sequence[Passage]) -> bool:
    """Whether a text argues or narrates instead of reporting.

    The reporter says «I», asks questions, or tells in sentences that hang on each
    other: sentences taken out of such a text mislead, its beginning does not.
    """
    early = found[:_LOOKED_AT]
    personal = sum(p.personal for p in early) > _PERSONAL * len(early)
    asking = sum(p.text.endswith("?") for p in early) >= _QUESTIONS
    chained = sum(p.leans for p in found[_FOLLOWERS]) >= _CHAINED
    return personal or asking or chained


def _chosen(
    article: Article, found: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    weights = ranking.scores(article, found)
    chosen = {
        d.passage.place: d.sentence
        for d in decisions(article, found, weights, chars)
        if d.sentence is not None
    }
    return tuple(chosen[place] for place in sorted(chosen))


class Decision(NamedTuple):
    """What became of a passage: the sentence that is shown, or why there is none."""

    passage: Passage
    sentence: Sentence | None
    why: str


def decisions(
    article: Article, found: Sequence[Passage], weights: Sequence[float], chars: int
) -> Iterator[Decision]:
    """Greedy, by weight: the best that fits, adds something, and stands alone.

    Passages that no decision names were not reached: see `objection`.
    """
    pool = sorted(found, key=lambda p: -weights[p.place])
    chosen: list[Passage] = []
    room = chars
    while pool and len(chosen) < _MOST_SENTENCES:
        best = next((p for p in pool if _may_join(p, chosen)), None)
        if best is None or (chosen and _is_weak(best, chosen[0], weights)):
            break
        pool.remove(best)
        fit = presentable(best)
        sentence = _fitted(article, best, room) if fit else None
        if sentence is not None:
            chosen.append(best)
            room -= len(sentence.text) + 1
        yield Decision(best, sentence, _fate(best, sentence) if fit else UNFIT)


def _fate(passage: Passage, sentence: Sentence | None) -> str:
    """What a decision says for people."""
    if sentence is None:
        return NO_ROOM
    return CHOSEN if sentence.text == passage.text else TRIMMED


CHOSEN = "chosen"
TRIMMED = "chosen, trimmed at a clause to fit"
NO_ROOM = "does not fit into what room is left"
UNFIT = "no whole sentence of the reporter's, or boilerplate"
REPEATS = "says what a chosen sentence says"
LEANING = "leans on a sentence that is not shown"
WEAK = "much weaker than the best one"
ENOUGH = "enough was chosen before"


def objection(
    passage: Passage, chosen: Sequence[Passage], weights: Sequence[float]
) -> str:
    """Why a passage that no decision names stayed out; `chosen` in order of choice."""
    if not presentable(passage):
        return UNFIT
    if _repeats(passage, chosen):
        return REPEATS
    if not _may_join(passage, chosen):
        return LEANING
    if chosen and _is_weak(passage, chosen[0], weights):
        return WEAK
    return ENOUGH


def _is_weak(passage: Passage, first: Passage, weights: Sequence[float]) -> bool:
    return weights[passage.place] < _WEAK * weights[first.place]


def _fitted(article: Article, passage: Passage, room: int) -> Sentence | None:
    if len(passage.text) <= room:
        return fitting.whole(passage)
    if room < _KEPT * len(passage.text):
        return None
    short = fitting.trimmed(article, passage, room)
    return short if short and len(short.text) >= _KEPT * len(passage.text) else None


def _may_join(passage: Passage, chosen: Sequence[Passage]) -> bool:
    if _repeats(passage, chosen):
        return False
    if not passage.leans or passage.place == 0:
        return True
    return any(other.place == passage.place - 1 for other in chosen)


def _repeats(passage: Passage, chosen: Sequence[Passage]) -> bool:
    return any(overlap(passage.known, other.known) > _SAME for other in chosen)
