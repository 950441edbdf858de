"""Answer a question with verbatim sentences of articles, or explain why not.

No model and no memory: the answer is at most three sentences with the words of the
question, each with its span, the best first, without repetitions. A sentence is shown
only if enough of the question is in it or in its context; else the answer is that the
sources do not say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from digests.answers import assurance, matching, statements
from digests.answers.matching import SentenceMatch, TokenizedArticle
from digests.answers.questions import Question, QuestionKind, QuestionTerm
from digests.language.words import is_stop_word, measure_containment
from digests.quotes.attribution import find_article_quotes
from digests.types import Article, Span

RefusalReason = Literal["nothing asked", "unknown name", "not reported"]

#: Sentences of an answer.
MAX_ANSWER_SENTENCES = 3
#: Articles and sentences that are examined.
_ARTICLES, _SENTENCES = 60, 4000
#: The least share of the question's words in a sentence and its context: of all words,
#: and of those that are not names. Chosen on one half of tests/data/asking; the other
#: half is only scored.
MIN_COVERAGE, MIN_PLAIN_COVERAGE = 0.64, 0.57
#: The least share of the best score for a further sentence.
_LEAST_SHARE = 0.6
#: Share of common words from which on two sentences say the same.
_SAME = 0.6
#: Words of a usual sentence; a longer one says less of the question.
_USUAL_LENGTH = 20
_SATURATION, _LENGTH = 1.2, 0.4
#: The least share of the best score for a sure sentence to go before nearer ones.
_LEAST_SURE_SHARE = 0.5
#: The factor where a reason is asked for and none is given.
_UNEXPLAINED = 0.45
#: Words that the beginnings of two reports of one event share.
_SHARED_LEAD = 2
#: The shortest first part and the shortest head of a German compound.
_COMPOUND_PART, _COMPOUND_HEAD = 5, 4
_PAST = re.compile(r"\b(?:was|were|did|had|war|waren|wurde|wurden|hat|haben)\b", re.I)
#: Kinds of answers that a newer report changes, and the least share of the best score
#: that its sentence must have.
_CHANGING: frozenset[QuestionKind] = frozenset(
    ("number", "money", "length", "day", "yes or no", "reason")
)
_LEAST_NEW_SHARE = 0.6
#: The least share of the question's words in the article for a sentence that gives a
#: reason or denies; its score falls with its distance from the beginning.
_MIN_EVENT_COVERAGE = 0.7
_DISTANCE = 0.1


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
    #: False: only the nearest passage, which may not answer the question.
    sure: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    match: SentenceMatch
    score: float
    #: The covered shares of the question's words, and of those that are no names.
    covered: float
    plain: float
    sure: bool = False
    #: Whether it says that the answer is not known.
    gap: bool = False
    #: The first and last sentence that it is shown with.
    shown: tuple[int, int] = (0, 0)


def select_answer(question: Question, articles: Sequence[Article]) -> QuestionAnswer:
    """Answer a question from these articles.

    Args:
        question: A parsed question.
        articles: The sources, the likeliest first; too many are cut off.
    """
    if not question.terms:
        return _build_refusal("nothing asked")
    passages = [
        TokenizedArticle(article=article, find_quotes=find_article_quotes)
        for article in _deduplicate_articles(articles)
    ]
    unknown = _find_unknown_name(question, passages)
    if unknown is not None:
        return _build_refusal("unknown name", unknown)
    question = _accept_compounds(question, passages)
    found = list(_iter_candidates(question, passages))
    chosen = _choose_candidates(question, found)
    if not chosen:
        return _build_refusal("not reported")
    return QuestionAnswer(
        sentences=tuple(map(_build_sentence, chosen)),
        refused=None,
        sure=chosen[0].sure,
    )


def _choose_candidates(
    question: Question, found: Sequence[_Candidate]
) -> list[_Candidate]:
    """The best sentences: sure ones, or else the single nearest passage."""
    kept = _respect_gaps(_drop_superseded(question, _drop_denied_claims(found)))
    best = max((one.score for one in kept), default=0.0)
    sure = [one for one in kept if one.sure and one.score >= _LEAST_SURE_SHARE * best]
    if not sure:
        # A passage that says that nobody knows is the last choice.
        return sorted(kept, key=lambda one: (one.gap, _candidate_sort_key(one)))[:1]
    chosen: list[_Candidate] = []
    for one in sorted(sure, key=_candidate_sort_key):
        if len(chosen) == MAX_ANSWER_SENTENCES:
            break
        if chosen and one.score < _LEAST_SHARE * chosen[0].score:
            continue
        if not any(_repeats_candidate(one, other) for other in chosen):
            chosen.append(one)
    return chosen


def _respect_gaps(found: Sequence[_Candidate]) -> list[_Candidate]:
    """Nothing is sure of which this or a newer article says that it is not known."""
    newest = max((one.match.passage.time for one in found if one.gap), default=-1.0)
    return [
        replace(one, sure=one.sure and one.match.passage.time > newest) for one in found
    ]


def _accept_compounds(
    question: Question, passages: Sequence[TokenizedArticle]
) -> Question:
    """Let German words match their compounds: «Unglück», «Zugunglück».

    The longer of the two begins or ends with the shorter.
    """
    if question.lang != "de":
        return question
    known = frozenset[str]().union(*(passage.held for passage in passages))
    long = [root for root in known if len(root) >= _COMPOUND_HEAD]

    def widen(term: QuestionTerm) -> QuestionTerm:
        bases = [base for base in term.accepted_roots if len(base) >= _COMPOUND_HEAD]
        same = {r for r in long if any(_is_compound_pair(b, r) for b in bases)}
        return replace(term, accepted_roots=term.accepted_roots | same)

    changed = {term.word: widen(term) for term in question.terms}
    counted = question.counted
    return replace(
        question,
        terms=tuple(changed.values()),
        focus=tuple(changed[term.word] for term in question.focus),
        counted=changed[counted.word] if counted is not None else None,
    )


def _is_compound_pair(base: str, root: str) -> bool:
    short, long = sorted((base, root), key=len)
    if len(short) >= _COMPOUND_PART and long.startswith(short):
        return True
    return len(short) >= _COMPOUND_HEAD and long.endswith(short)


def _drop_denied_claims(found: Sequence[_Candidate]) -> list[_Candidate]:
    """Without claims that are denied elsewhere, and shown without the denial."""
    denying = {
        one.match.passage.article.id
        for one in found
        if statements.is_denial(one.match.line.text)
    }
    return [
        one
        for one in found
        if not _is_bare_claim(one)
        or not (
            denying - {one.match.passage.article.id}
            or one.match.passage.last_denial > one.shown[1]
        )
    ]


def _is_bare_claim(one: _Candidate) -> bool:
    """Whether it is a claim that is shown without any denial."""
    text, (first, last) = one.match.line.text, one.shown
    return first == last and statements.is_claim(text) and not statements.denies(text)


def _drop_superseded(
    question: Question, found: Sequence[_Candidate]
) -> list[_Candidate]:
    """Without what a newer article on the same event says anew: a count, a state."""
    if question.days is not None or question.kind not in _CHANGING:
        return list(found)
    if question.kind == "day" and _PAST.search(question.text):
        return list(found)
    least = _LEAST_NEW_SHARE * max((one.score for one in found), default=0.0)
    answering = {
        one.match.passage.article.id: one.match.passage
        for one in found
        if one.sure and one.score >= least
    }
    passages = {one.match.passage.article.id: one.match.passage for one in found}
    stale = {
        key
        for key, passage in passages.items()
        for newer in answering.values()
        if newer.time > passage.time and _report_same_event(passage, newer)
    }
    return [one for one in found if one.match.passage.article.id not in stale]


def _report_same_event(one: TokenizedArticle, other: TokenizedArticle) -> bool:
    """Whether two articles begin alike."""
    shared = one.lead & other.lead
    return sum(not is_stop_word(root) for root in shared) >= _SHARED_LEAD


def _build_refusal(why: RefusalReason, words: str = "") -> QuestionAnswer:
    return QuestionAnswer(sentences=(), refused=AnswerRefusal(why=why, words=words))


def _build_sentence(one: _Candidate) -> AnswerSentence:
    """The sentence, with those that turn it round."""
    article, lines = one.match.passage.article, one.match.passage.lines
    first, last = one.shown
    span = Span(start=lines[first].span.start, end=lines[last].span.end)
    return AnswerSentence(
        article=article,
        span=span,
        text=article.text[span.start : span.end],
        score=one.score,
    )


def _candidate_sort_key(one: _Candidate) -> tuple[float, float, int]:
    return (-one.score, -one.match.passage.time, one.match.at)


def _deduplicate_articles(articles: Sequence[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())[:_ARTICLES]


def _find_unknown_name(
    question: Question, passages: Sequence[TokenizedArticle]
) -> str | None:
    """The first name that is in no article, in no form."""
    for term in question.terms:
        if term.name is None or any(p.holds_word(term) for p in passages):
            continue
        return question.names[term.name]
    return None


def _iter_candidates(
    question: Question, passages: Sequence[TokenizedArticle]
) -> Iterator[_Candidate]:
    near = (each for each in passages if _has_enough_words(question, each))
    every = ((each, at) for each in near for at in range(len(each.lines)))
    for passage, at in islice(every, _SENTENCES):
        match = SentenceMatch(question=question, passage=passage, at=at)
        one = _explain_event(match)
        if any(term.accepted_roots & match.line.held for term in question.terms):
            direct = _weigh_candidate(match)
            enough = direct.plain >= MIN_PLAIN_COVERAGE
            if enough and direct.covered >= MIN_COVERAGE:
                one = max(direct, one or direct, key=lambda each: each.score)
        if one is None or not match.is_possible():
            continue
        if question.conditional or not statements.is_hypothetical(match.line.text):
            yield _judge_candidate(one)


def _has_enough_words(question: Question, passage: TokenizedArticle) -> bool:
    """Whether a sentence of it can cover enough of the question."""
    held = sum(t.weight for t in question.terms if t.accepted_roots & passage.held)
    return held >= MIN_COVERAGE * sum(term.weight for term in question.terms)


def _judge_candidate(one: _Candidate) -> _Candidate:
    lines, at = one.match.passage.lines, one.match.at
    # Only its neighbours are read.
    base = max(0, at - 1)
    near = [line.text for line in lines[base : at + 3]]
    first, last = statements.extend_statement(near, at - base)
    return replace(
        one,
        sure=assurance.is_sure(one.match),
        gap=assurance.reports_gap(one.match),
        shown=(base + first, base + last),
    )


def _explain_event(match: SentenceMatch) -> _Candidate | None:
    """A sentence without the question's words that still answers it.

    The reason of an event stands in a sentence of its own («A tyre had burst.»), and so
    does the denial of what was asked («Nobody was hurt.»).
    """
    question = match.question
    denied = question.kind == "yes or no" and statements.denies(match.line.text)
    explained = question.kind == "reason" and (
        match.gives_reason() or assurance.explains_nearby(match)
    )
    if not (
        explained
        or (denied and assurance.holds_predicate(match))
        or assurance.reports_gap(match)
    ):
        return None
    covered = total = 0.0
    for term in question.terms:
        covered += term.weight * match.measure_nearness(term, 1.0)
        total += term.weight
    share = covered / total
    if share < _MIN_EVENT_COVERAGE or not assurance.reports_event(match):
        return None
    score = total * share / (1 + _DISTANCE * match.at)
    return _Candidate(match=match, score=score, covered=share, plain=share)


def _weigh_candidate(match: SentenceMatch) -> _Candidate:
    """How much of the question a sentence covers, and its score."""
    question, line = match.question, match.line
    damp = _SATURATION * (1 - _LENGTH + _LENGTH * len(line.words) / _USUAL_LENGTH)
    covered = total = plain = plain_total = score = 0.0
    speech = question.speaker is not None
    lead = matching.SPEECH_LEAD_WEIGHT if speech else matching.LEAD_WEIGHT
    for term in question.terms:
        near, weight = match.measure_nearness(term, lead), term.weight
        covered, total = covered + near * weight, total + weight
        if term.name is None and weight >= 1:
            plain, plain_total = plain + near * weight, plain_total + weight
        # A word in the context makes an answer possible, one inside makes it likely.
        inside = near * near
        score += weight * inside * (1 + _SATURATION) / (inside + damp)
    if question.kind == "reason" and not match.gives_reason():
        score *= _UNEXPLAINED
    return _Candidate(
        match=match,
        score=score,
        covered=covered / total,
        plain=plain / plain_total if plain_total else 1.0,
    )


def _repeats_candidate(one: _Candidate, other: _Candidate) -> bool:
    held, other_held = one.match.line.held, other.match.line.held
    return measure_containment(held, other_held) >= _SAME
