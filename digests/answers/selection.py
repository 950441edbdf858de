"""Answer a question with verbatim sentences of articles, or explain why not.

No model and no memory: the answer is at most three sentences with the words of the
question, each with its span, the best first, without repetitions. A sentence is shown
only if enough of the question is in it or in its context; else the answer is that the
sources do not say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log
from typing import Literal

from digests.answers import matching
from digests.answers.matching import SentenceMatch, TokenizedArticle, tokenize_article
from digests.answers.questions import Question, QuestionTerm
from digests.language.words import measure_containment
from digests.types import Article, Span

RefusalReason = Literal["nothing asked", "unknown name", "not told"]

#: Sentences of an answer.
MAX_ANSWER_SENTENCES = 3
#: Articles and sentences that are examined.
_ARTICLES, _SENTENCES = 60, 4000
#: The least share of the question's words in a sentence and its context: of all words,
#: and of those that are not names. Chosen on one half of tests/data/asking; the other
#: half is only scored.
MIN_COVERAGE, MIN_PLAIN_COVERAGE = 0.64, 0.57
#: The least share of the best score for a further sentence.
_LEAST_SCORE_SHARE = 0.7
#: Share of common words from which on two sentences say the same.
_SAME = 0.6
_SATURATION, _LENGTH = 1.2, 0.4
#: The factor for «96 metres *high*» as an answer to «how high».
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
    """Why there is no answer, with the words of the question that caused it."""

    why: RefusalReason
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionAnswer:
    """At most three sentences, the best first, or the reason why there are none."""

    sentences: tuple[AnswerSentence, ...]
    refused: AnswerRefusal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    match: SentenceMatch
    score: float
    #: The covered shares of the question's words, and of those that are no names.
    covered: float
    plain: float


def select_answer(question: Question, articles: Sequence[Article]) -> QuestionAnswer:
    """Answer a question from these articles.

    Args:
        question: A parsed question.
        articles: The sources, the likeliest first; too many are cut off.
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
        article=one.match.passage.article,
        span=one.match.line.span,
        text=one.match.line.text,
        score=one.score,
    )


def _candidate_sort_key(one: _Candidate) -> tuple[float, float, int]:
    published = one.match.passage.article.published
    return (-one.score, -(published.timestamp() if published else 0.0), one.match.at)


def _deduplicate_articles(articles: Sequence[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())[:_ARTICLES]


def _find_unknown_name(
    question: Question, passages: Sequence[TokenizedArticle]
) -> str | None:
    """The first name that is in no article."""
    for number, name in enumerate(question.names):
        for term in question.name(number):
            if not any(term.accepted_roots & passage.held for passage in passages):
                # It may be there in a form with another root.
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
    every = ((each, at) for each in passages for at in range(len(each.lines)))
    for passage, at in islice(every, _SENTENCES):
        held = passage.lines[at].held
        if not any(term.accepted_roots & held for term in question.terms):
            continue
        match = SentenceMatch(question=question, passage=passage, at=at)
        one = _weigh_candidate(match, rare, mean)
        enough = one.covered >= MIN_COVERAGE and one.plain >= MIN_PLAIN_COVERAGE
        if enough and match.is_possible():
            yield one


def _weigh_candidate(
    match: SentenceMatch, rare: Mapping[str, float], mean: float
) -> _Candidate:
    """How much of the question a sentence covers, and its score."""
    question, line = match.question, match.line
    damp = _SATURATION * (1 - _LENGTH + _LENGTH * len(line.words) / mean)
    covered = total = plain = plain_total = score = 0.0
    speech = question.speaker is not None
    lead = matching.SPEECH_LEAD_WEIGHT if speech else matching.LEAD_WEIGHT
    for term in question.terms:
        near = match.measure_nearness(term, lead)
        weight = term.weight * rare[term.word]
        covered, total = covered + near * weight, total + weight
        if term.name is None:
            plain, plain_total = plain + near * weight, plain_total + weight
        # A word in the context makes an answer possible, one inside makes it likely.
        inside = near * near
        score += weight * inside * (1 + _SATURATION) / (inside + damp)
    score *= match.weigh_kind()
    if question.adjective in line.held:
        score *= _ADJECTIVE
    return _Candidate(
        match=match,
        score=score,
        covered=covered / total,
        plain=plain / plain_total if plain_total else 1.0,
    )


def _rate_rareness(
    terms: Sequence[QuestionTerm], passages: Sequence[TokenizedArticle]
) -> dict[str, float]:
    """Weights from 0.5 to 1.5: a word of few sentences says more."""
    lines = [line.held for each in passages for line in each.lines]
    most = log(1 + len(lines)) or 1.0
    found: dict[str, float] = {}
    for term in terms:
        count = sum(1 for held in lines if term.accepted_roots & held)
        found[term.word] = 0.5 + log((1 + len(lines)) / (1 + count)) / most
    return found


def _repeats_candidate(one: _Candidate, other: _Candidate) -> bool:
    held, other_held = one.match.line.held, other.match.line.held
    return measure_containment(held, other_held) >= _SAME
