"""Shows how a summary came about, a row a sentence; it decides nothing itself.

It runs the same choice as the summary and reads its decisions: what each sentence
was worth and for what, and what became of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from digests.summaries import extractive, passages, ranking
from digests.summaries.passages import Passage
from digests.types import Article, Sentence, Span

BY_THE_LEAD = "told by its beginning: the text argues or narrates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A sentence of an article with its weight and what became of it."""

    span: Span
    #: The sentence, white space made even.
    text: str
    score: float
    #: What the score is made of: names with what they add or take.
    features: tuple[tuple[str, float], ...]
    #: The words that are shown, None where the sentence is not in the summary.
    shown: str | None
    why: str


def explain(article: Article, chars: int) -> tuple[Row, ...]:
    """Every sentence that a summary of at most `chars` characters could carry."""
    found = passages.of(article)
    features = ranking.features(article, found)
    fates = _fates(article, found, chars)
    return tuple(
        Row(
            span=passage.span,
            text=passage.text,
            score=sum(row),
            features=_named(row),
            shown=sentence.text if sentence else None,
            why=why,
        )
        for passage, row, (sentence, why) in zip(found, features, fates, strict=True)
    )


def _named(row: ranking.Features) -> tuple[tuple[str, float], ...]:
    """What adds or takes something, each with its name."""
    named = zip(ranking.NAMES_OF_FEATURES, row, strict=True)
    return tuple((name, weight) for name, weight in named if weight)


Fate = tuple[Sentence | None, str]


def _fates(article: Article, found: Sequence[Passage], chars: int) -> list[Fate]:
    """What became of each passage, in their order."""
    weights = ranking.scores(article, found)
    made = list(extractive.decisions(article, found, weights, chars))
    chosen = [d.passage for d in made if d.sentence]
    if extractive.is_essay(found) or not chosen:
        return _lead(article, found, chars)
    known = {d.passage.place: (d.sentence, d.why) for d in made}
    return [
        known.get(p.place) or (None, extractive.objection(p, chosen, weights))
        for p in found
    ]


def _lead(article: Article, found: Sequence[Passage], chars: int) -> list[Fate]:
    told = extractive.tell(article, found, chars)
    by_start = {sentence.spans[0].start: sentence for sentence in told}
    fates: list[Fate] = []
    for passage in found:
        sentence = by_start.get(passage.span.start)
        fates.append((sentence, BY_THE_LEAD if sentence else _outside(passage)))
    return fates


def _outside(passage: Passage) -> str:
    return (
        "not among the first sentences that fit"
        if passages.presentable(passage)
        else extractive.UNFIT
    )
