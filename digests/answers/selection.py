"""Answers a question with sentences of articles, word for word, or says why it cannot.

No model and no memory: the answer is at most three sentences that hold what the
question holds, each with its place, the best first and none that repeats another. A
sentence is shown only where enough of the question stands in it or in what it goes on
speaking of; one word short of that the honest answer is that the sources do not say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

from digests.asking import fitting
from digests.asking.passages import Line, Passage, passage
from digests.asking.question import Question, Term
from digests.types import Article, Span

Why = Literal["nothing asked", "unknown name", "not told"]

#: Sentences shown at the most.
MOST = 3
#: Articles that are read closely, and sentences of them that are weighed.
_ARTICLES, _SENTENCES = 60, 4000
#: So much of the question must stand there: of all its words, and of those that are
#: not names. Chosen on one half of tests/data/asking; the other half is only scored.
COVERED, COVERED_PLAIN = 0.64, 0.57
#: A sentence is shown beside a better one when it has so much of its score.
_BESIDE = 0.7
#: Two sentences say the same when they share so much of their words.
_SAME = 0.6
_SATURATION, _LENGTH = 1.2, 0.4
#: What «96 metres *high*» is worth more for «how high».
_ADJECTIVE = 1.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A sentence that answers: `text == article.text[span.start:span.end]`."""

    article: Article
    span: Span
    text: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why there is no answer; `words` are those of the question that it hangs on."""

    why: Why
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """At most three sentences, the best first; or none, and why."""

    sentences: tuple[Found, ...]
    refused: Refusal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    passage: Passage
    at: int
    score: float
    covered: float
    plain: float

    @property
    def line(self) -> Line:
        return self.passage.lines[self.at]


def answer(question: Question, articles: Sequence[Article]) -> Answer:
    """Answer a question from these articles.

    Args:
        question: As `read` gives it.
        articles: Where to look, the likeliest first; what is too much is left out.
    """
    if not question.terms:
        return _refuse("nothing asked")
    passages = [passage(article) for article in _distinct(articles)]
    unknown = _unknown(question, passages)
    if unknown is not None:
        return _refuse("unknown name", unknown)
    best = sorted(_candidates(question, passages), key=_rank)
    chosen: list[_Candidate] = []
    for one in best:
        if len(chosen) == MOST or (chosen and one.score < _BESIDE * chosen[0].score):
            break
        if not any(_repeats(one, other) for other in chosen):
            chosen.append(one)
    if not chosen:
        return _refuse("not told")
    return Answer(sentences=tuple(map(_found, chosen)), refused=None)


def _refuse(why: Why, words: str = "") -> Answer:
    return Answer(sentences=(), refused=Refusal(why=why, words=words))


def _found(one: _Candidate) -> Found:
    return Found(
        article=one.passage.article,
        span=one.line.span,
        text=one.line.text,
        score=one.score,
    )


def _rank(one: _Candidate) -> tuple[float, float, int]:
    published = one.passage.article.published
    return (-one.score, -(published.timestamp() if published else 0.0), one.at)


def _distinct(articles: Sequence[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())[:_ARTICLES]


def _unknown(question: Question, passages: Sequence[Passage]) -> str | None:
    """The first name that stands in no article."""
    for number, name in enumerate(question.names):
        for term in question.name(number):
            if not any(term.ways & passage.held for passage in passages):
                # Brought to one form otherwise, it may stand there all the same.
                return None if _written(term.word, passages) else name
    return None


def _written(word: str, passages: Sequence[Passage]) -> bool:
    return any(word in passage.article.text.casefold() for passage in passages)


def _candidates(
    question: Question, passages: Sequence[Passage]
) -> Iterator[_Candidate]:
    rare = _rareness(question.terms, passages)
    lengths = [len(line.words) for each in passages for line in each.lines]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    read = 0
    for each in passages:
        for at, line in enumerate(each.lines):
            read += 1
            if read > _SENTENCES:
                return
            if not any(term.ways & line.held for term in question.terms):
                continue
            one = _weigh(question, each, at, rare, mean)
            if one.covered < COVERED or one.plain < COVERED_PLAIN:
                continue
            if _fits(question, each, at):
                yield one


def _weigh(
    question: Question,
    passage: Passage,
    at: int,
    rare: Mapping[str, float],
    mean: float,
) -> _Candidate:
    """How much of the question stands there, and how strongly."""
    line = passage.lines[at]
    damp = _SATURATION * (1 - _LENGTH + _LENGTH * len(line.words) / mean)
    covered = total = plain = plain_total = score = 0.0
    spoken = question.speaker is not None
    lead = fitting.LEAD_OF_SPEECH if spoken else fitting.LEAD
    for term in question.terms:
        near = fitting.nearness(term, passage, at, lead)
        weight = term.weight * rare[term.word]
        covered, total = covered + near * weight, total + weight
        if term.name is None:
            plain, plain_total = plain + near * weight, plain_total + weight
        # A word beside the sentence makes it possible, one inside makes it likely.
        inside = near * near
        score += weight * inside * (1 + _SATURATION) / (inside + damp)
    score *= fitting.weight_of_kind(question, line)
    if question.adjective in line.held:
        score *= _ADJECTIVE
    return _Candidate(
        passage=passage,
        at=at,
        score=score,
        covered=covered / total,
        plain=plain / plain_total if plain_total else 1.0,
    )


def _rareness(terms: Sequence[Term], passages: Sequence[Passage]) -> dict[str, float]:
    """Weights between a half and one and a half: a word of few sentences says more."""
    lines = [line.held for each in passages for line in each.lines]
    most = log(1 + len(lines)) or 1.0
    found: dict[str, float] = {}
    for term in terms:
        count = sum(1 for held in lines if term.ways & held)
        found[term.word] = 0.5 + log((1 + len(lines)) / (1 + count)) / most
    return found


def _fits(question: Question, each: Passage, at: int) -> bool:
    line = each.lines[at]
    return (
        fitting.has_kind(question, each, line)
        and fitting.counts(question.counted, line, each.article.lang)
        and fitting.speaks_of_names(question, each, at)
        and fitting.has_figures(question, each, line)
        and fitting.is_of_days(question.days, each, line)
        and fitting.is_done_by(question, line)
        and fitting.agrees(question, each, at)
        and _is_said(question, each, line)
    )


def _is_said(question: Question, each: Passage, line: Line) -> bool:
    if question.speaker is None:
        return True
    own = question.name(question.speaker)
    return not own or fitting.is_said_by(own, each, line)


def _repeats(one: _Candidate, other: _Candidate) -> bool:
    shared = len(one.line.held & other.line.held)
    return shared >= _SAME * min(len(one.line.held), len(other.line.held))
