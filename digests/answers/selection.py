"""Answer a question with sentences of articles, verbatim, or say why not.

No model and no memory: the answer is at most three sentences that hold what the
question holds, each with its place, the best first and none that repeats another. A
sentence is shown only where enough of the question stands in it or in what it goes on
speaking of; one word short of that the honest answer is that the sources do not say.

`order` puts articles that hold the words into their order, `snippet` gives the sentence
that shows them, `answer` gives the sentences that answer a question, or says why there
is none. It reads what it is given and looks nothing up: `searches` says what a question
is to be looked for by, `period` and `since` what days are meant, `hold` whether the
articles of a story are about some words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

from digests.answers import matching
from digests.answers.matching import (
    TokenizedArticle,
    TokenizedSentence,
    tokenize_article,
)
from digests.answers.questions import Question, QuestionTerm
from digests.language.words import measure_containment
from digests.types import Article, Span

RefusalReason = Literal["nothing asked", "unknown name", "not told"]

#: Sentences shown at the most.
MAX_ANSWER_SENTENCES = 3
#: Articles that are read closely, and sentences of them that are weighed.
_ARTICLES, _SENTENCES = 60, 4000
#: So much of the question must stand there: of all its words, and of those that are
#: not names. Chosen on one half of tests/data/asking; the other half is only scored.
MIN_COVERAGE, MIN_PLAIN_COVERAGE = 0.64, 0.57
#: A sentence is shown beside a better one when it has so much of its score.
_LEAST_SCORE_SHARE = 0.7
#: Two sentences say the same when they share so much of their words.
_SAME = 0.6
_SATURATION, _LENGTH = 1.2, 0.4
#: What «96 metres *high*» is worth more for «how high».
_ADJECTIVE = 1.3


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerSentence:
    """A sentence that answers: `text == article.text[span.start:span.end]`."""

    article: Article
    span: Span
    text: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRefusal:
    """Why there is no answer; `words` are those of the question that it hangs on."""

    why: RefusalReason
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionAnswer:
    """At most three sentences, the best first; or none, and why."""

    sentences: tuple[AnswerSentence, ...]
    refused: AnswerRefusal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    passage: TokenizedArticle
    at: int
    score: float
    covered: float
    plain: float

    @property
    def line(self) -> TokenizedSentence:
        return self.passage.lines[self.at]


def select_answer(question: Question, articles: Sequence[Article]) -> QuestionAnswer:
    """Answer a question from these articles.

    Args:
        question: As `read` gives it.
        articles: Where to look, the likeliest first; what is too much is left out.
    """
    if not question.terms:
        return _build_refusal("nothing asked")
    passages = [
        tokenize_article(article) for article in _deduplicate_articles(articles)
    ]
    unknown = _find_unknown_name(question, passages)
    if unknown is not None:
        return _build_refusal("unknown name", unknown)
    best = sorted(_iter_candidates(question, passages), key=_candidate_sort_key)
    chosen: list[_Candidate] = []
    for one in best:
        if len(chosen) == MAX_ANSWER_SENTENCES or (
            chosen and one.score < _LEAST_SCORE_SHARE * chosen[0].score
        ):
            break
        if not any(_repeats_candidate(one, other) for other in chosen):
            chosen.append(one)
    if not chosen:
        return _build_refusal("not told")
    return QuestionAnswer(sentences=tuple(map(_build_sentence, chosen)), refused=None)


def _build_refusal(why: RefusalReason, words: str = "") -> QuestionAnswer:
    return QuestionAnswer(sentences=(), refused=AnswerRefusal(why=why, words=words))


def _build_sentence(one: _Candidate) -> AnswerSentence:
    return AnswerSentence(
        article=one.passage.article,
        span=one.line.span,
        text=one.line.text,
        score=one.score,
    )


def _candidate_sort_key(one: _Candidate) -> tuple[float, float, int]:
    published = one.passage.article.published
    return (-one.score, -(published.timestamp() if published else 0.0), one.at)


def _deduplicate_articles(articles: Sequence[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())[:_ARTICLES]


def _find_unknown_name(
    question: Question, passages: Sequence[TokenizedArticle]
) -> str | None:
    """The first name that stands in no article."""
    for number, name in enumerate(question.names):
        for term in question.name(number):
            if not any(term.accepted_roots & passage.held for passage in passages):
                # Brought to one form otherwise, it may stand there all the same.
                return None if _is_written(term.word, passages) else name
    return None


def _is_written(word: str, passages: Sequence[TokenizedArticle]) -> bool:
    return any(word in passage.article.text.casefold() for passage in passages)


def _iter_candidates(
    question: Question, passages: Sequence[TokenizedArticle]
) -> Iterator[_Candidate]:
    rare = _rate_rareness(question.terms, passages)
    lengths = [len(line.words) for each in passages for line in each.lines]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    read = 0
    for each in passages:
        for at, line in enumerate(each.lines):
            read += 1
            if read > _SENTENCES:
                return
            if not any(term.accepted_roots & line.held for term in question.terms):
                continue
            one = _weigh_candidate(question, each, at, rare, mean)
            if one.covered < MIN_COVERAGE or one.plain < MIN_PLAIN_COVERAGE:
                continue
            if _fits_question(question, each, at):
                yield one


def _weigh_candidate(
    question: Question,
    passage: TokenizedArticle,
    at: int,
    rare: Mapping[str, float],
    mean: float,
) -> _Candidate:
    """How much of the question stands there, and how strongly."""
    line = passage.lines[at]
    damp = _SATURATION * (1 - _LENGTH + _LENGTH * len(line.words) / mean)
    covered = total = plain = plain_total = score = 0.0
    spoken = question.speaker is not None
    lead = matching.SPEECH_LEAD_WEIGHT if spoken else matching.LEAD_WEIGHT
    for term in question.terms:
        near = matching.measure_nearness(term, passage, at, lead)
        weight = term.weight * rare[term.word]
        covered, total = covered + near * weight, total + weight
        if term.name is None:
            plain, plain_total = plain + near * weight, plain_total + weight
        # A word beside the sentence makes it possible, one inside makes it likely.
        inside = near * near
        score += weight * inside * (1 + _SATURATION) / (inside + damp)
    score *= matching.weight_of_kind(question, line)
    if question.adjective in line.held:
        score *= _ADJECTIVE
    return _Candidate(
        passage=passage,
        at=at,
        score=score,
        covered=covered / total,
        plain=plain / plain_total if plain_total else 1.0,
    )


def _rate_rareness(
    terms: Sequence[QuestionTerm], passages: Sequence[TokenizedArticle]
) -> dict[str, float]:
    """Weights between a half and one and a half: a word of few sentences says more."""
    lines = [line.held for each in passages for line in each.lines]
    most = log(1 + len(lines)) or 1.0
    found: dict[str, float] = {}
    for term in terms:
        count = sum(1 for held in lines if term.accepted_roots & held)
        found[term.word] = 0.5 + log((1 + len(lines)) / (1 + count)) / most
    return found


def _fits_question(question: Question, each: TokenizedArticle, at: int) -> bool:
    line = each.lines[at]
    return (
        matching.has_answer_kind(question, each, line)
        and matching.counts_subject(question.counted, line, each.article.lang)
        and matching.speaks_of_names(question, each, at)
        and matching.has_figures(question, each, line)
        and matching.is_of_days(question.days, each, line)
        and matching.is_done_by(question, line)
        and matching.agrees_with_question(question, each, at)
        and _is_said(question, each, line)
    )


def _is_said(
    question: Question, each: TokenizedArticle, line: TokenizedSentence
) -> bool:
    if question.speaker is None:
        return True
    own = question.name(question.speaker)
    return not own or matching.is_said_by(own, each, line)


def _repeats_candidate(one: _Candidate, other: _Candidate) -> bool:
    return measure_containment(one.line.held, other.line.held) >= _SAME
