"""Judge whether a sentence that may answer a question surely does.

A sentence about the right event that lacks the question's verb or the thing asked for
is the nearest passage: it is shown without the mark of an answer, or not at all.
"""

import re
from collections.abc import Iterable

from digests.answers import statements
from digests.answers.matching import SentenceMatch
from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import IRREGULAR_BASES
from digests.language.words import split_words, word_set

#: The nearness from which a word counts as said: in the sentence or the one before;
#: and from which it is about the same event.
_SAID, _NEAR = 0.75, 0.5
#: The least share of the main clause's words that are said.
_MIN_SAID = 0.5
_AHEAD = re.compile(
    r"\b(?:will|expected|is\sto|are\sto|due|wird|werden|soll|erwartet)\b", re.I
)
_PERFECT_CAUSE = re.compile(
    r"\b(?:had|hatten?|war(?:en)?)\s(?!to\b|zu\b)(?:\w+\s){0,6}?(?:\w+ed|\w*ge\w+(?:t|en)|"
    rf"{'|'.join(IRREGULAR_BASES)}|been|burst|come|cut|hit|run|set|split)\b"
)
_OPEN_WORDS = word_set("where why who when how wo warum wer wann wie weshalb wieso")
_PAST = re.compile(r"\b(?:was|were|did|had|war|waren|hat|wurde|wurden)\b", re.I)


def is_sure(match: SentenceMatch) -> bool:
    """Whether the sentence holds what is asked for and the question's verb."""
    question, text = match.question, match.line.text
    yes_or_no = question.kind == "yes or no"
    if statements.is_unknown(text) and not yes_or_no:
        return False
    if not question.restrictions <= set(match.line.words):
        return False
    if question.asked_noun and not _holds_asked_noun(match):
        return False
    match question.kind:
        case "reason":
            said = any(term.name is None for term in _list_said(match, question.terms))
            return (said or reports_event(match)) and match.gives_reason()
        case "name":
            return _names_beside(match)
        case "person" if question.deeds:
            return _holds_verb(match)
        case "yes or no":
            denied = statements.denies(text) and holds_predicate(match)
            return denied or _affirms(match)
        case "number" if _counts_directly(match):
            return True
        case "day" if question.verb_first:
            return holds_predicate(match)
        case _:
            focus = _list_weighty(question)
            said = len(_list_said(match, focus)) >= _MIN_SAID * len(focus)
            return said or _affirms(match)


def holds_predicate(match: SentenceMatch) -> bool:
    """Whether the sentence itself has words of the main clause of the question."""
    question, focus = match.question, _list_weighty(match.question)
    if not focus or _find_verb(question) in _list_held(match, focus):
        return True
    if question.verb_first or question.lang == "de":
        return False
    count = len(_list_held(match, focus))
    return count > 1 and 2 * count >= len(focus)


def reports_gap(match: SentenceMatch) -> bool:
    """Whether it says in the question's words that the answer is not known.

    «Where he had been is a mystery» to «where had he been?».
    """
    question, line = match.question, match.line
    asked = [word for word in split_words(question.text) if word in _OPEN_WORDS][:1]
    if not set(asked) & set(line.words) or not statements.is_unknown(line.text):
        return False
    return not question.deeds or _holds_verb(match)


def explains_nearby(match: SentenceMatch) -> bool:
    """Whether it reports what had happened before, which is mostly the reason."""
    return _PERFECT_CAUSE.search(match.line.text) is not None


def reports_event(match: SentenceMatch) -> bool:
    """Whether the article begins with most of what the question is about."""
    focus = _list_weighty(match.question)
    said = sum(match.measure_nearness(term, 1.0) >= _NEAR for term in focus)
    return said >= _MIN_SAID * len(focus)


def _list_weighty(question: Question) -> list[QuestionTerm]:
    heavy = [term for term in question.focus if term.weight >= 1]
    return heavy or list(question.focus)


def _list_said(
    match: SentenceMatch, terms: Iterable[QuestionTerm], least: float = _SAID
) -> list[QuestionTerm]:
    return [term for term in terms if match.measure_nearness(term) >= least]


def _list_held(
    match: SentenceMatch, terms: Iterable[QuestionTerm]
) -> list[QuestionTerm]:
    """The terms in the sentence; the title and the first sentence say the same."""
    held = match.line.held if match.at else match.passage.lead
    return [term for term in terms if term.accepted_roots & held]


def _find_verb(question: Question) -> QuestionTerm:
    """The noun that is asked for, or the verb or complement of the main clause."""
    for term in question.focus:
        if question.asked_noun in term.accepted_roots:
            return term
    return _list_weighty(question)[0 if question.verb_first else -1]


def _affirms(match: SentenceMatch) -> bool:
    """Whether it has the verb, and all of the main clause is near."""
    focus = _list_weighty(match.question)
    if not focus:
        return True
    verb = _find_verb(match.question) in _list_held(match, focus)
    return verb and _list_said(match, focus, _NEAR) == focus


def _counts_directly(match: SentenceMatch) -> bool:
    """Whether it has what is counted, and all else is said at the article's head."""
    counted, focus = match.question.counted, _list_weighty(match.question)
    if counted is None or not counted.accepted_roots & match.line.held:
        return False
    return _list_said(match, focus, _NEAR) == focus


def _holds_verb(match: SentenceMatch) -> bool:
    # «Of the same design» does not say who designed.
    asked = split_words(match.question.text)[:3]
    bare = {word.removesuffix("ed") for word in asked if word.endswith("ed")}
    return any(
        root in match.question.deeds and word not in bare
        for word, root in zip(match.line.words, match.line.roots, strict=True)
    )


def _holds_asked_noun(match: SentenceMatch) -> bool:
    question, line = match.question, match.line
    if question.kind in ("reason", "name", "yes or no", "place", "day"):
        return True
    wanted = question.asked_noun
    for term in question.terms:
        if wanted in term.accepted_roots and not term.accepted_roots & line.held:
            return False
    asks_past = _PAST.search(question.text) is not None
    return not (asks_past and _AHEAD.search(line.text))


def _names_beside(match: SentenceMatch) -> bool:
    """Whether a capitalised word follows or stands beside a word asked about."""
    for term in match.question.focus:
        for root in term.accepted_roots & match.line.held:
            beside = (
                rf"\b{re.escape(root)}\w*,?\s(?:named\s|called\s|namens\s)?[A-ZÄÖÜ]\w+"
            )
            if re.search(beside, match.line.text):
                return True
    return "name" in match.line.words or "called" in match.line.words
