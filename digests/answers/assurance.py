"""Judge whether a sentence that may answer a question surely does.

A sentence about the right event that lacks the question's verb or the thing asked for
is the nearest passage: it is shown without the mark of an answer, or not at all.
"""

import re

from digests.answers import statements
from digests.answers.matching import SentenceMatch
from digests.answers.questions import Question, QuestionTerm
from digests.answers.vocabulary import collect_roots
from digests.language.words import split_words, word_set

#: The nearness from which a word counts as said: in the sentence or the one before.
_SAID = 0.75
#: The least share of the main clause's words that are said.
_MIN_SAID = 0.5
_AHEAD = re.compile(
    r"\b(?:will|expected|is\sto|are\sto|due|wird|werden|soll|erwartet)\b", re.I
)
_PERFECT_CAUSE = re.compile(
    r"\b(?:had|hatten?|war(?:en)?)\s(?!to\b|zu\b)(?:\w+\s){0,6}?(?:\w+(?:ed|en|[^aeious]t|lt|"
    r"nt)|\w*ge\w+(?:t|en)|been|gone|come|run|burst|broken|caught|lost|set)\b",
)
#: «Found dead» does not tell who killed, nor «it costs» who pays.
_NO_DEEDS = collect_roots(
    word_set("die dead death toll fatality cost price worth fee expense budget")
)
_OPEN_WORDS = word_set("where why who when how wo warum wer wann wie weshalb wieso")
_PAST = re.compile(r"\b(?:was|were|did|had|war|waren|hat|wurde|wurden)\b", re.I)


def is_sure(match: SentenceMatch) -> bool:
    """Whether the sentence holds what is asked for and the question's verb."""
    question, line = match.question, match.line
    if statements.is_unknown(line.text) and question.kind != "yes or no":
        return False
    if not question.restrictions <= set(line.words):
        return False
    if question.asked_noun and not _holds_asked_noun(match):
        return False
    match question.kind:
        case "reason":
            said = bool(_list_said(match)) or tells_event(match)
            return said and match.gives_reason()
        case "name":
            return _names_beside(match)
        case "person" if question.verb:
            return _holds_verb(match)
        case "yes or no":
            return holds_predicate(match)
        case "number" if _counts_directly(match):
            return True
        case "day" if question.verb_first:
            return holds_predicate(match)
        case _:
            return _share_said(match) >= _MIN_SAID or _opens_with_verb(match)


def holds_predicate(match: SentenceMatch) -> bool:
    """Whether the sentence itself has words of the main clause of the question."""
    focus = _list_weighty(match.question)
    if not focus:
        return True
    held = match.line.held
    if match.at == 0:
        # The title and the first sentence tell the same.
        held |= match.passage.title
    direct = [term for term in focus if term.accepted_roots & held]
    # The last word of a main clause is its verb or its complement.
    if focus[0 if match.question.verb_first else -1] in direct:
        return True
    if match.question.verb_first or match.question.lang == "de":
        return False
    return len(direct) * 2 >= len(focus) > 0


def holds_some_focus(match: SentenceMatch) -> bool:
    """Whether the sentence itself has a word of the question's main clause."""
    focus = _list_weighty(match.question)
    return any(term.accepted_roots & match.line.held for term in focus)


def tells_gap(match: SentenceMatch) -> bool:
    """Whether it says in the question's words that the answer is not known.

    «Where he had been is a mystery» to «where had he been?».
    """
    question, line = match.question, match.line
    asked = [word for word in split_words(question.text) if word in _OPEN_WORDS][:1]
    if not set(asked) & set(line.words) or not statements.is_unknown(line.text):
        return False
    return not question.verb or _holds_verb(match)


def explains_nearby(match: SentenceMatch) -> bool:
    """Whether it tells what had happened before, which is mostly the reason."""
    return _PERFECT_CAUSE.search(match.line.text) is not None


def tells_event(match: SentenceMatch) -> bool:
    """Whether the article begins with most of what the question is about."""
    focus = _list_weighty(match.question)
    said = sum(match.measure_nearness(term, 1.0) >= _MIN_SAID for term in focus)
    return said >= _MIN_SAID * len(focus)


def _list_weighty(question: Question) -> list[QuestionTerm]:
    heavy = [term for term in question.focus if term.weight >= 1]
    return heavy or list(question.focus)


def _list_said(match: SentenceMatch) -> list[QuestionTerm]:
    plain = [term for term in match.question.terms if term.name is None]
    return [term for term in plain if match.measure_nearness(term) >= _SAID]


def _share_said(match: SentenceMatch) -> float:
    focus = _list_weighty(match.question)
    if not focus:
        return 1.0
    said = sum(match.measure_nearness(term) >= _SAID for term in focus)
    return said / len(focus)


def _counts_directly(match: SentenceMatch) -> bool:
    """Whether it has what is counted, and all else is said at the article's head."""
    counted, focus = match.question.counted, _list_weighty(match.question)
    if counted is None or not counted.accepted_roots & match.line.held:
        return False
    return all(match.measure_nearness(term) >= _MIN_SAID for term in focus)


def _opens_with_verb(match: SentenceMatch) -> bool:
    """Whether it is the first sentence, with the verb, and the rest follows in it."""
    focus = _list_weighty(match.question)
    if match.at or not focus or not focus[-1].accepted_roots & match.line.held:
        return False
    return all(match.measure_nearness(term) >= _MIN_SAID for term in focus)


def _holds_verb(match: SentenceMatch) -> bool:
    verb, line = match.question.verb, match.line
    deeds = {verb}
    for term in match.question.terms:
        if verb in term.accepted_roots:
            deeds |= term.accepted_roots - _NO_DEEDS
    # «Of the same design» does not tell who designed.
    asked = split_words(match.question.text)[:3]
    bare = {word.removesuffix("ed") for word in asked if word.endswith("ed")}
    found = [
        word
        for word, root in zip(line.words, line.roots, strict=True)
        if root in deeds and word not in bare
    ]
    return bool(found)


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
