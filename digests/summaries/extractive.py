"""Summarise an article by its best sentences, and explain the choice.

The default summariser scores the passages and takes the best ones within the budget,
never two that say the same and never one that refers to a sentence that is not shown.
Opinion, interviews and first-person texts are summarised by their lead.

The score is linear. In news the first sentences are nearly unbeatable (Nenkova, 2005),
so the place counts most, and the rest decides between neighbours: the share of the
article's frequent words (as in SumBasic), of words of the lead and the title, names and
figures, length. The weights are round numbers set by hand, not fitted to any outlet.

`explain_summary` makes the same choice and reports it with the features of each score.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

from digests.language import words
from digests.summaries import fitting, passages
from digests.summaries.news_sentence import open_with_news
from digests.summaries.passages import Passage, is_presentable
from digests.types import Article, Sentence, Span

#: Passages that share more of their words than this say the same.
_SAME_WORDS = 0.65
#: A further sentence must reach this share of the first one's score.
_WEAK_SHARE = 0.35
_MOST_SENTENCES = 4
#: Share of the first passages in the first person that makes a text personal.
_PERSONAL = 0.3
_LOOKED_AT = 12
_QUESTIONS = 2
#: An essay has at least this many sentences that refer to the one before, among the
#: three after the lead.
_CHAINED = 2
_FOLLOWERS = slice(1, 4)
#: A passage is worth shortening when this share of it is kept.
_KEPT_SHARE = 0.5


def select_sentences(
    article: Article, found: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    """The sentences of the summary, in document order, joined within `chars`."""
    selected = () if is_essay(found) else _choose_sentences(article, found, chars)
    return selected or fitting.fit_lead(article, found, chars, _MOST_SENTENCES)


def is_essay(found: Sequence[Passage]) -> bool:
    """Whether a text argues or narrates instead of reporting.

    The reporter says «I», asks questions, or writes sentences that refer to each other.
    Single sentences of such a text mislead; its beginning does not.
    """
    early = found[:_LOOKED_AT]
    personal = sum(p.personal for p in early) > _PERSONAL * len(early)
    asking = sum(p.text.endswith("?") for p in early) >= _QUESTIONS
    chained = sum(p.leans for p in found[_FOLLOWERS]) >= _CHAINED
    return personal or asking or chained


def _choose_sentences(
    article: Article, found: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    weights = score_passages(article, found)
    chosen = {
        d.passage.place: d.sentence
        for d in decide_passages(article, found, weights, chars)
        if d.sentence is not None
    }
    return tuple(chosen[place] for place in sorted(chosen))


class PassageDecision(NamedTuple):
    """The decision about a passage: the sentence that is shown, and why."""

    passage: Passage
    sentence: Sentence | None
    why: str


def decide_passages(
    article: Article, found: Sequence[Passage], weights: Sequence[float], chars: int
) -> Iterator[PassageDecision]:
    """Choose greedily by weight: the best that fits, is new, and is understandable.

    Passages without a decision were not reached: see `explain_rejection`.
    """
    # The first passage is the news, which a summary opens with.
    pool = sorted(found, key=lambda p: (p.place > 0, -weights[p.place]))
    chosen: list[Passage] = []
    budget = chars
    while pool and len(chosen) < _MOST_SENTENCES:
        best = next((p for p in pool if _may_join(p, chosen)), None)
        if best is None or (chosen and _is_weak(best, chosen[0], weights)):
            break
        pool.remove(best)
        fit = is_presentable(best)
        sentence = _fit_passage(article, best, budget) if fit else None
        if sentence is not None:
            chosen.append(best)
            budget -= len(sentence.text) + 1
        yield PassageDecision(
            best, sentence, _explain_decision(best, sentence) if fit else UNFIT
        )


def _explain_decision(passage: Passage, sentence: Sentence | None) -> str:
    """The reason for a decision in words."""
    if sentence is None:
        return NO_ROOM
    return CHOSEN if sentence.text == passage.text else TRIMMED


CHOSEN = "chosen"
TRIMMED = "chosen, trimmed at a clause to fit"
NO_ROOM = "does not fit into the space left"
UNFIT = "not a whole sentence of the reporter, or boilerplate"
REPEATS = "says what a chosen sentence says"
LEANING = "refers to a sentence that is not shown"
WEAK = "much weaker than the best one"
ENOUGH = "enough was chosen before"
BEFORE_NEWS = "stands before the news"


def explain_rejection(
    passage: Passage, chosen: Sequence[Passage], weights: Sequence[float]
) -> str:
    """Why a passage without a decision was left out; `chosen` in order of choice."""
    if not is_presentable(passage):
        return UNFIT
    if _repeats(passage, chosen):
        return REPEATS
    if not _may_join(passage, chosen):
        return LEANING
    if chosen and _is_weak(passage, chosen[0], weights):
        return WEAK
    return ENOUGH


def _is_weak(passage: Passage, first: Passage, weights: Sequence[float]) -> bool:
    return weights[passage.place] < _WEAK_SHARE * weights[first.place]


def _fit_passage(article: Article, passage: Passage, budget: int) -> Sentence | None:
    if len(passage.text) <= budget:
        return fitting.build_sentence(passage)
    if budget < _KEPT_SHARE * len(passage.text):
        return None
    short = fitting.trim_passage(article, passage, budget)
    return (
        short if short and len(short.text) >= _KEPT_SHARE * len(passage.text) else None
    )


def _may_join(passage: Passage, chosen: Sequence[Passage]) -> bool:
    if _repeats(passage, chosen):
        return False
    if not passage.leans or passage.place == 0:
        return True
    return any(other.place == passage.place - 1 for other in chosen)


def _repeats(passage: Passage, chosen: Sequence[Passage]) -> bool:
    own = passage.known
    return any(words.measure_containment(own, c.known) > _SAME_WORDS for c in chosen)


#: The weights of a passage's features, in the order of `compute_features`.
FEATURE_WEIGHTS = {
    "place": 1.5,
    "frequent words": 1.0,
    "words of the lead": 0.3,
    "names": 0.15,
    "words of the title": 0.4,
    "a figure": 0.1,
    "short": -0.4,
    "long": -0.2,
    "a question": -0.5,
    "opens with speech": -0.3,
    "refers to the one before": -0.15,
}
_WEIGHTS = tuple(FEATURE_WEIGHTS.values())

#: After so many sentences the place weighs a third of the first's.
_DECAY = 3.0
_SHORT_WORDS = 7
_LONG_CHARS = 260
_MOST_NAMES = 3
#: A capital inside a clause, where no sentence begins. The pattern starts at the
#: capital, which is found faster than the context before it.
_NAME = re.compile(r"[A-Z](?<=[,a-z] .)[\w’'-]+")
_FIGURE = re.compile(r"\d")
_SPEECH = frozenset("\"“'‘„«")
_ENDING = 8

#: The weighted features of a passage.
PassageFeatures = tuple[float, ...]


def score_passages(article: Article, passages: Sequence[Passage]) -> tuple[float, ...]:
    """A score for each passage, in their order; higher is better."""
    rows = compute_features(article, passages)
    # Sets have no order: rounding makes the sums reproducible.
    return tuple([round(sum(row), 9) for row in rows])


def compute_features(
    article: Article, passages: Sequence[Passage]
) -> tuple[PassageFeatures, ...]:
    """The weighted features of each passage; 0 where one does not apply."""
    if not passages:
        return ()
    frequent = _rate_frequency(passages)
    lead = passages[0].known
    title = frozenset(words.extract_stems(article.title or "", article.lang))
    rated = (_rate_content(p, frequent, lead, title) + _rate_form(p) for p in passages)
    return tuple([tuple(map(mul, _WEIGHTS, row)) for row in rated])


def _rate_frequency(passages: Sequence[Passage]) -> dict[str, float]:
    """The frequency of each repeated word among the passages, 0 to 1."""
    counts = Counter([word for p in passages for word in p.known])
    top = math.log(max(counts.values(), default=1) + 1)
    return {w: math.log(n) / top for w, n in counts.items() if n > 1}


def _rate_content(
    passage: Passage,
    frequent: dict[str, float],
    lead: frozenset[str],
    title: frozenset[str],
) -> PassageFeatures:
    """The features of a passage's place and words."""
    own = passage.known
    size = max(len(own), _SHORT_WORDS)
    covered = sum(map(frequent.__getitem__, own.intersection(frequent)))
    names = len(_NAME.findall(passage.text))
    return (
        math.exp(-passage.place / _DECAY),
        covered / size,
        len(own & lead) / size,
        min(names, _MOST_NAMES) / _MOST_NAMES,
        len(own & title) / len(title) if title else 0.0,
    )


def _rate_form(passage: Passage) -> PassageFeatures:
    """The features of a passage's form."""
    text = passage.text
    asks = "?" in text[-_ENDING:] and text.rstrip("\"'”’)").endswith("?")
    return (
        _FIGURE.search(text) is not None,
        len(passage.words) < _SHORT_WORDS,
        len(text) > _LONG_CHARS,
        asks,
        text[0] in _SPEECH,
        passage.leans,
    )


TOLD_BY_LEAD = "summarised by its beginning: the text argues or narrates"


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryRow:
    """A sentence of an article with its score and the decision about it."""

    span: Span
    #: The sentence with single spaces.
    text: str
    score: float
    #: The features that make up the score, with their weights.
    features: tuple[tuple[str, float], ...]
    #: The words that are shown, None where the sentence is not in the summary.
    shown: str | None
    why: str


def explain_summary(article: Article, chars: int) -> tuple[SummaryRow, ...]:
    """Every sentence that could be in a summary of at most `chars` characters."""
    every = passages.extract_passages(article)
    found = open_with_news(article, every)
    if not select_sentences(article, found, chars):
        found = every
    before = every[: len(every) - len(found)]
    fates: list[PassageFate] = [(None, BEFORE_NEWS) for _ in before]
    features = compute_features(article, every)
    fates += _list_fates(article, found, chars)
    return tuple(
        SummaryRow(
            span=passage.span,
            text=passage.text,
            score=sum(row),
            features=_name_features(row),
            shown=sentence.text if sentence else None,
            why=why,
        )
        for passage, row, (sentence, why) in zip(every, features, fates, strict=True)
    )


def _name_features(row: PassageFeatures) -> tuple[tuple[str, float], ...]:
    """The features that apply, with their names."""
    named = zip(FEATURE_WEIGHTS, row, strict=True)
    return tuple((name, weight) for name, weight in named if weight)


PassageFate = tuple[Sentence | None, str]


def _list_fates(
    article: Article, found: Sequence[Passage], chars: int
) -> list[PassageFate]:
    """The decision about each passage, in their order."""
    weights = score_passages(article, found)
    made = list(decide_passages(article, found, weights, chars))
    chosen = [d.passage for d in made if d.sentence]
    if is_essay(found) or not chosen:
        return _list_lead_fates(article, found, chars)
    known = {d.passage.place: (d.sentence, d.why) for d in made}
    return [
        known.get(p.place) or (None, explain_rejection(p, chosen, weights))
        for p in found
    ]


def _list_lead_fates(
    article: Article, found: Sequence[Passage], chars: int
) -> list[PassageFate]:
    selected = select_sentences(article, found, chars)
    by_start = {sentence.spans[0].start: sentence for sentence in selected}
    fates: list[PassageFate] = []
    for passage in found:
        sentence = by_start.get(passage.span.start)
        fates.append(
            (sentence, TOLD_BY_LEAD if sentence else _explain_outside(passage))
        )
    return fates


def _explain_outside(passage: Passage) -> str:
    return (
        "not among the first sentences that fit"
        if passages.is_presentable(passage)
        else UNFIT
    )
