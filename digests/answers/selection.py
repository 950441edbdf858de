"""Answer a question with verbatim sentences of articles, or explain why not.

No memory and nothing that writes: the answer is the likeliest sentence with its span,
and with the sentence that turns it round. Where none is likely enough, the sources do
not say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, starmap
from operator import itemgetter
from typing import Literal

from digests.answers import likelihood, statements
from digests.answers.likelihood import Comparison
from digests.answers.matching import SentenceMatch
from digests.answers.passages import TokenizedArticle
from digests.answers.questions import (
    Question,
    QuestionKind,
    QuestionTerm,
    parse_question,
)
from digests.answers.vocabulary import (
    SYNONYMS,
    find_family,
    find_nation,
    find_root,
)
from digests.language.names import PLACES
from digests.language.words import is_stop_word
from digests.quotes.attribution import find_article_quotes
from digests.types import Article, Span, frozen

RefusalReason = Literal["nothing asked", "unknown name", "not reported"]

#: Articles and sentences that are examined.
_ARTICLES, _SENTENCES = 60, 4000
#: The least share of the question's words, by weight, in an article that may answer.
_MIN_KNOWN = 0.4
#: Sentences of the article that has most of the question that are examined anyhow.
_OPENING = 8
#: Sentences before one that may have the words of the question.
_BEFORE = 2
#: Words that the beginnings of two reports of one event share.
_SHARED_LEAD = 2
#: The shortest first part and the shortest head of a German compound.
_COMPOUND_PART, _COMPOUND_HEAD = 5, 4
_ORDINAL_PARTS = ("zweit", "dritt", "viert", "fünft")
#: How many more texts must have a word with a capital than without for it to be a name.
_NAME_MARGIN = 3
_WORD = re.compile(r"[^\W\d_]+")
_ACRONYM = re.compile(r"[A-Z]{2,5}")
_PAST = re.compile(r"\b(?:was|were|did|had|war|waren|wurde|wurden|hat|haben)\b", re.I)
#: Kinds of answers that a newer report changes, and how much less likely than the best
#: sentence its own may be.
_CHANGING: frozenset[QuestionKind] = frozenset(
    ("number", "money", "length", "day", "yes or no", "reason")
)
_NEWER_SLACK = 3.0
#: How much less likely a neighbour may be that is shown with the sentence.
_PARTNER_SLACK = 1.5


@frozen
class AnswerSentence:
    """A sentence that answers: `text == article.text[span.start:span.end]`."""

    article: Article
    span: Span
    text: str
    score: float


@frozen
class AnswerRefusal:
    """Why there is no answer, with the words of the question that caused it."""

    why: RefusalReason
    words: str = ""


@frozen
class QuestionAnswer:
    """A sentence, with those that it must be shown with, or why there is none."""

    sentences: tuple[AnswerSentence, ...]
    refused: AnswerRefusal | None
    #: False: only the nearest passage, which may not answer the question.
    sure: bool = True


@frozen
class _Candidate:
    match: SentenceMatch
    #: How likely it is the answer: the logarithm of the odds.
    score: float
    #: Whether it says that the answer is not known.
    gap: bool
    #: The first and last sentence that it is shown with.
    shown: tuple[int, int]

    @property
    def sure(self) -> bool:
        match = self.match
        likely = self.score >= likelihood.SURE
        return likely and match.names_asked() and match.is_about_subject()


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
    question = accept_forms(restore_capitals(question, passages), passages)
    unknown = find_unknown_name(question, passages)
    if unknown is not None:
        return _build_refusal("unknown name", unknown)
    examined, others = examine_sentences(question, passages)
    found = list(starmap(_build_candidate, iter_matches(examined, others)))
    chosen = _choose_candidate(question, found)
    if chosen is None:
        return _build_refusal("not reported")
    partner = _find_partner(chosen, examined, others)
    return QuestionAnswer(
        sentences=(_build_sentence(chosen, partner),),
        refused=None,
        sure=chosen.sure and _is_known(chosen, found),
    )


def iter_matches(
    examined: Sequence[SentenceMatch], others: Comparison
) -> Iterator[tuple[SentenceMatch, float]]:
    """The sentences that may answer, with their ratings.

    What says in the question's words that nobody knows is among them, however rated.
    """
    for match in examined:
        score = likelihood.rate_sentence(match, others)
        likely = score >= likelihood.NEAREST and not likelihood.says_unknown(match)
        wanted = likely or likelihood.reports_gap(match)
        if wanted and match.is_possible():
            yield match, score


def examine_sentences(
    question: Question, passages: Sequence[TokenizedArticle]
) -> tuple[list[SentenceMatch], Comparison]:
    """The sentences with words of the question in or near them, to be compared."""
    total = sum(term.weight for term in question.terms)
    weights = [_measure_known(question, each) for each in passages]
    best = max(weights, default=0.0)
    known = [
        (each, weight >= best)
        for each, weight in zip(passages, weights, strict=True)
        if weight >= _MIN_KNOWN * total
    ]
    every = ((p, is_best, at) for p, is_best in known for at in range(len(p.lines)))
    found = []
    for passage, is_best, at in islice(every, _SENTENCES):
        match = SentenceMatch(question=question, passage=passage, at=at)
        near = passage.lines[max(0, at - _BEFORE) : at + 1]
        held = frozenset[str]().union(*(line.held for line in near))
        asked = any(term.is_held(held) for term in question.terms)
        opens = is_best and at < _OPENING
        if asked or opens or likelihood.explains_event(match):
            found.append(match)
    return found, likelihood.compare_sentences(question, passages, found)


def _choose_candidate(
    question: Question, found: Sequence[_Candidate]
) -> _Candidate | None:
    kept = _drop_superseded(question, _drop_denied_claims(found))
    # What says that nobody knows is the last choice.
    return min(kept, key=lambda one: (one.gap, *_candidate_sort_key(one)), default=None)


def _find_partner(
    chosen: _Candidate, examined: Sequence[SentenceMatch], others: Comparison
) -> SentenceMatch | None:
    """The sentence before or after it that is nearly as likely; None if none is.

    The words of a question often stand in one sentence and the answer in the next,
    which refers back to it: «A painting was stolen. It was found in a barn at Overby.»
    """
    match = chosen.match
    near = [
        (likelihood.rate_sentence(each, others), each.at, each)
        for each in examined
        if each.passage is match.passage
        and abs(each.at - match.at) == 1
        and max(each, match, key=lambda one: one.at).refers_back()
        and each.is_possible()
    ]
    least = chosen.score - _PARTNER_SLACK
    score, _, best = max(near, default=(least, 0, None), key=itemgetter(0, 1))
    return best if score >= least and not chosen.gap else None


def _is_known(one: _Candidate, found: Sequence[_Candidate]) -> bool:
    """Whether neither this nor a newer article says that the answer is not known."""
    newest = max((each.match.passage.time for each in found if each.gap), default=-1.0)
    return one.match.passage.time > newest


def restore_capitals(
    question: Question, passages: Sequence[TokenizedArticle]
) -> Question:
    """Give a question typed in small letters the capitals that its names have."""
    if question.text[1:] != question.text[1:].lower():
        return question

    def restore(match: re.Match[str]) -> str:
        word = match[0]
        low = word.lower()
        common = find_root(low, question.lang) in SYNONYMS[question.lang]
        if is_stop_word(low, question.lang) or (common and question.lang != "de"):
            return word
        # «scullys» may be «Scully's».
        for short, ending in ((word, ""), (word.removesuffix("s"), "'s")):
            name = short[0].upper() + short[1:]
            large = rf"(?:(?<=[\w,;] ){name}\b|\b{name}(?=\s[A-ZÄÖÜ]|['’]s))"
            # «Wall Street» makes no name of every wall.
            if count_texts(large) > _NAME_MARGIN * count_texts(rf"\b{word}\b"):
                return name + ending
        return word

    def count_texts(form: str) -> int:
        return sum(re.search(form, text) is not None for text in texts)

    texts = [p.article.text for p in passages if p.lang == question.lang]
    return parse_question(_WORD.sub(restore, question.text), question.today)


def accept_forms(question: Question, passages: Sequence[TokenizedArticle]) -> Question:
    """Let words match others of their family, and German words their compounds.

    «Resign» matches «resignation», and «Unglück» «Zugunglück»: the longer of two German
    words begins or ends with the shorter. A country, or a name that no article has,
    matches others of its people: «Swedes», «Swedish».
    """
    lang = question.lang
    known = frozenset[str]().union(*(p.held for p in passages if p.lang == lang))
    families: dict[str, set[str]] = {}
    for root in known:
        families.setdefault(find_family(root, lang), set()).add(root)
    long = [r for r in known if lang == "de" and len(r) >= _COMPOUND_HEAD]

    def widen(term: QuestionTerm) -> QuestionTerm:
        if term.name is not None:
            return widen_name(term)
        family = find_family(find_root(term.word, lang), lang)
        same = families.get(family, set()) if family else set()
        bases = [base for base in term.accepted_roots if len(base) >= _COMPOUND_HEAD]
        same |= {r for r in long if any(_is_compound_pair(b, r) for b in bases)}
        return replace(term, accepted_roots=term.accepted_roots | same)

    def widen_name(term: QuestionTerm) -> QuestionTerm:
        name = question.names[term.name] if term.name is not None else ""
        if _ACRONYM.fullmatch(name):
            return replace(term, accepted_roots=term.accepted_roots | spell_out(name))
        nation = find_nation(term.word)
        if not nation or (term.accepted_roots & known and term.word not in PLACES):
            return term
        same = {root for root in known if find_nation(root) == nation}
        return replace(term, accepted_roots=term.accepted_roots | same)

    def spell_out(name: str) -> frozenset[str]:
        """The root of the last word of the name that has these initials."""
        long = re.compile(
            r"\b" + r"\s(?:(?:of|for|and|the)\s){0,2}".join(rf"{x}[a-z]+" for x in name)
        )
        found = (long.search(p.article.text) for p in passages if p.lang == lang)
        return frozenset(find_root(m[0].split()[-1].lower(), lang) for m in found if m)

    changed = {term.word: widen(term) for term in question.terms}
    counted, verb = question.counted, question.main_verb
    widened = changed[verb.word] if verb is not None else None
    return replace(
        question,
        terms=tuple(changed.values()),
        focus=tuple(changed[term.word] for term in question.focus),
        counted=changed[counted.word] if counted is not None else None,
        main_verb=widened,
        subject=changed[question.subject.word] if question.subject else None,
        deeds=question.deeds | (widened.accepted_roots if widened else frozenset()),
    )


def _is_compound_pair(base: str, root: str) -> bool:
    short, long = sorted((base, root), key=len)
    if long.startswith(_ORDINAL_PARTS):
        # «Dritthöchster» is not «höchster».
        return False
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
    counts = question.counted is not None or question.kind in ("yes or no", "reason")
    if not counts and _PAST.search(question.text):
        return list(found)
    best = max((one.score for one in found), default=0.0)
    answering = {
        one.match.passage.article.id: one.match.passage
        for one in found
        if one.match.reports_toll()
        or (one.score >= best - _NEWER_SLACK and (one.sure or question.counted))
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


def _build_sentence(one: _Candidate, partner: SentenceMatch | None) -> AnswerSentence:
    """The sentence and its partner, with those that turn them round."""
    article, lines = one.match.passage.article, one.match.passage.lines
    shown = [one.shown, *([find_shown(partner)] if partner else [])]
    first, last = min(at for at, _ in shown), max(at for _, at in shown)
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


def find_unknown_name(
    question: Question, passages: Sequence[TokenizedArticle]
) -> str | None:
    """The first name that is in no article, in no form."""
    for term in question.terms:
        if term.name is None or any(_holds(p, term) for p in passages):
            continue
        return question.names[term.name]
    return None


def _holds(passage: TokenizedArticle, term: QuestionTerm) -> bool:
    """Whether a word is in title or text, perhaps inside another one."""
    held = bool(term.accepted_roots & passage.held)
    return held or term.word in passage.article.text.casefold()


def _measure_known(question: Question, passage: TokenizedArticle) -> float:
    """The weight of the words of a question that an article has."""
    held = passage.held
    return sum(term.weight for term in question.terms if term.is_held(held))


def find_shown(match: SentenceMatch) -> tuple[int, int]:
    """The first and last sentence that it is shown with: what turns it round."""
    lines, at = match.passage.lines, match.at
    # Only its neighbours are read.
    base = max(0, at - 1)
    near = [line.text for line in lines[base : at + 3]]
    first, last = statements.extend_statement(near, at - base)
    return base + first, base + last


def _build_candidate(match: SentenceMatch, score: float) -> _Candidate:
    return _Candidate(
        match=match,
        score=score,
        gap=likelihood.reports_gap(match),
        shown=find_shown(match),
    )
