"""Judges whether a sentence can be the answer to a question; it ranks nothing.

Each rule refuses for one reason: a name that the sentence does not speak of, a number
that it does not have, nobody in it who could be asked for, another day, somebody else
who said or did it. What is not refused here may still be far from the question.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from digests.asking.passages import Line, Passage
from digests.asking.periods import Period
from digests.asking.question import Question, Term
from digests.asking.roots import root
from digests.asking.tables import SAYING, SOMEBODY
from digests.grounding import agreement
from digests.language import dates, days, names, numbers, tokens
from digests.language.words import primary

#: How much a word counts that stands one and two sentences before, in the title or
#: first sentence, or anywhere else in the article.
BEFORE, LEAD, ELSEWHERE = (0.75, 0.55), 0.6, 0.25
#: The same where words of somebody are asked for: the article's topic is not theirs.
LEAD_OF_SPEECH = 0.3
#: A name must be spoken of at least so near.
_SPOKEN_OF = 0.5
_MONEY = re.compile(
    r"[$£€¥]|\b(?:pence|penny|cents?|euros?|pounds?|dollars?|percent|per cent)\b|%",
    re.I,
)
_LENGTH = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|winters?|nights?|"
    r"(?:kilo|centi|milli)?met(?:re|er)s?|km|miles?|feet|foot|"
    r"Sekunden?|Minuten?|Stunden?|Tagen?|Wochen?|Monaten?|Jahren?|Kilometern?|Metern?)\b"
)
_BE = frozenset(("is", "are", "was", "were", "be", "been", "being", "am"))
#: So many words around a verb are looked at for who does it.
_REACH = 8
_PERIOD_SLACK = timedelta(days=1)


def nearness(term: Term, passage: Passage, at: int, lead: float = LEAD) -> float:
    """Give how near the word of a question is to the sentence `at`: 0 to 1.

    Args:
        term: The word.
        passage: The article.
        at: Which of its sentences.
        lead: What it is worth where the article begins with the word.
    """
    if term.ways & passage.lines[at].held:
        return 1.0
    for back, worth in enumerate(BEFORE, 1):
        if at >= back and term.ways & passage.lines[at - back].held:
            return worth
    if term.ways & passage.lead:
        return lead
    return ELSEWHERE if term.ways & passage.held else 0.0


def speaks_of_names(question: Question, passage: Passage, at: int) -> bool:
    """Whether every name is in the sentence, or is what it goes on speaking of."""
    for number in range(len(question.names)):
        own = question.name(number)
        if len(own) > 1 and not _stands(own, passage):
            return False
        if own and max(nearness(term, passage, at) for term in own) < _SPOKEN_OF:
            return False
    return True


def _stands(own: Sequence[Term], passage: Passage) -> bool:
    """Whether the words of a name stand in the article together, one word apart."""
    for line in passage.lines:
        places = [
            [at for at, held in enumerate(line.roots) if held in term.ways]
            for term in own
        ]
        if all(places) and all(
            any(0 < b - a <= 2 for a in first for b in second)
            for first, second in pairwise(places)
        ):
            return True
    return all(term.ways & passage.title for term in own)


def has_kind(question: Question, passage: Passage, line: Line) -> bool:
    """Whether something of the kind that is asked for stands in the sentence."""
    lang = passage.article.lang
    match question.kind:
        case "number" | "money" | "length":
            return _has_number(question, line, lang)
        case "age":
            return _has_age(question, line)
        case "day":
            return bool(dates.find(line.text) or days.find(line.text, None, lang))
        case "person":
            return _has_somebody(question, line)
        case _:
            return True


def _has_number(question: Question, line: Line, lang: str | None) -> bool:
    found = numbers.find(line.text, lang)
    if not any(number.value not in question.figures for number in found):
        return False
    if question.kind == "money":
        return _MONEY.search(line.text) is not None
    if question.kind == "length":
        return _LENGTH.search(line.text) is not None
    return True


_AGE = re.compile(
    r"\b(?:aged|is now|is|was|,)\s(\d{1,3})\b(?!\s?(?:percent|per|%|million|,\d))"
    r"|, (\d{1,3}),|\b(\d{1,3})[- ]years?[- ]old\b|\b(\d{1,3}) Jahre alt|\((\d{1,3})\)"
    r"|\b(?:built|dates? from|opened|founded|since|put up) (?:in )?(\d{4})\b",
)
_AGE_REACH = 40


def _has_age(question: Question, line: Line) -> bool:
    """Whether an age stands close behind somebody or something asked about."""
    lower = line.text.lower()
    for age in _AGE.finditer(line.text):
        before = lower[max(0, age.start() - _AGE_REACH) : age.start()]
        if "-old" in age[0] or " old" in age[0]:
            before += lower[age.end() : age.end() + _AGE_REACH]
        clause = _ELSE.split(before)[-1]
        if any(term.word in clause for term in question.terms):
            return True
    return False


#: Behind these words somebody else may be meant.
_ELSE = re.compile(r"\b(?:said|says|told|that|and|whose|while|sagte|dass|und)\b")


def counts(counted: Term | None, line: Line, lang: str | None) -> bool:
    """Whether a number stands before what is counted, if something is."""
    if counted is None:
        return True
    places = [at for at, held in enumerate(line.roots) if held in counted.ways]
    if not places:
        return False
    for number in numbers.find(line.text, lang):
        after = line.text[number.end :].lower()
        first = len(line.words) - len(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", after))
        if any(0 <= at - first <= _NEAR for at in places):
            return True
    return bool(_NONE & set(line.words))


_NEAR = 4
_NONE = frozenset(("nobody", "none", "no", "niemand", "keine", "kein"))


def _has_somebody(question: Question, line: Line) -> bool:
    """Whether somebody stands there whom the question does not name."""
    return _names_somebody(question, line) or bool(SOMEBODY & set(line.words))


def _names_somebody(question: Question, line: Line) -> bool:
    asked = {term.word for term in question.terms if term.name is not None}
    for name in names.runs(tokens.tokens(line.text, 0, len(line.text))):
        parts = {part.lower().removesuffix("'s") for part in name.text.split()}
        if name.kind not in ("place", "title", "party") and not parts & asked:
            return True
    return False


def has_figures(question: Question, passage: Passage, line: Line) -> bool:
    """Whether the numbers that the question names stand there too."""
    if not question.figures:
        return True
    lang = passage.article.lang
    there = {number.value for number in numbers.find(line.text, lang)}
    there |= {n.value for n in numbers.find(passage.article.title or "", lang)}
    there |= {
        float(m.year) for m in dates.find(line.text) if m.kind != "time" and m.year
    }
    return question.figures <= there


def is_of_days(period: Period | None, passage: Passage, line: Line) -> bool:
    """Whether the sentence, or else its article, is of the days that were asked for."""
    if period is None:
        return True
    published = passage.article.published
    written = published.date() if published is not None else None
    told = [*_days(line.text, written, passage.article.lang)]
    if told:
        return any(a <= period.last and period.first <= b for a, b in told)
    if written is None:
        return False
    return period.first <= written <= period.last + _PERIOD_SLACK


def _days(text: str, written: date | None, lang: str | None) -> list[tuple[date, date]]:
    found = [
        (day.first, day.last)
        for day in days.find(text, written, lang)
        if day.first is not None and day.last is not None
    ]
    for moment in dates.find(text):
        ahead = days.looks_ahead(text, moment.start)
        span = days.on_calendar(moment, written, ahead=ahead)
        if span is not None:
            found.append(span)
    return found


def is_said_by(speaker: Sequence[Term], passage: Passage, line: Line) -> bool:
    """Whether the sentence tells what the one who is asked about said."""
    last = speaker[-1]
    for quote in passage.quotes:
        if quote.context.start < line.span.end and line.span.start < quote.context.end:
            said_by = frozenset(_roots(quote.speaker or "", passage))
            return bool(last.ways & said_by)
    named = last.ways & line.held or _PRONOUNS & set(line.words)
    return bool(named and _SAYING & line.held)


_PRONOUNS = frozenset(("he", "she", "they", "it", "er", "sie"))
_SAYING = frozenset(map(root, (*SAYING, "urge"))) | frozenset(
    root(word, "de") for word in ("sagte", "kündigte", "bemängelte", "erklärte")
)


def _roots(text: str, passage: Passage) -> list[str]:
    lang = primary(passage.article.lang)
    return [root(word.lower().strip(".,"), lang) for word in text.split()]


def agrees(question: Question, passage: Passage, at: int) -> bool:
    """Whether neither the sentence nor those before it deny what is asked about."""
    line = passage.lines[at]
    if agreement.opposed(question.text, line.text):
        return False
    if question.denies or question.kind in ("number", "money"):
        return True
    asked = [term.ways for term in question.terms if term.name is None]
    if _denies(line, asked, question.lang):
        return False
    elsewhere = [ways for ways in asked if not ways & line.held]
    before = passage.lines[max(0, at - len(BEFORE)) : at]
    return not any(_denies(other, elsewhere, question.lang) for other in before)


def _denies(line: Line, asked: Sequence[frozenset[str]], lang: str) -> bool:
    denied = [root(word, lang) for word in _denied(line.text)]
    return any(held in ways for held in denied for ways in asked)


def _denied(text: str) -> Iterator[str]:
    """The words right behind a «not», as far as the next sign."""
    for match in _NOT.finditer(text.lower().replace("’", "'")):
        yield from match[1].split()


#: So many words behind a «not» are denied.
_NOT = re.compile(r"(?:\b(?:not|never|nicht|nie)|n't)\s((?:[\w'-]+(?:\s|$)?){1,2})")


def is_done_by(question: Question, line: Line) -> bool:
    """Whether doer and done-to stand on the sides of the verb that are asked about."""
    if question.asks_doer is None or not question.names:
        return True
    verbs = [at for at, held in enumerate(line.roots) if held == question.verb]
    own = question.name(len(question.names) - 1 if question.asks_doer else 0)
    places = [at for at, r in enumerate(line.roots) if any(r in t.ways for t in own)]
    if not verbs or not places:
        return True
    return any(_on_its_side(question, line, verb, places) for verb in verbs)


def _on_its_side(
    question: Question, line: Line, verb: int, places: Sequence[int]
) -> bool:
    passive = bool(_BE & set(line.words[max(0, verb - 3) : verb])) and (
        "by" in line.words[verb : verb + _REACH]
    )
    wants_after = bool(question.asks_doer) != passive
    if wants_after:
        return any(verb < at for at in places)
    return any(at < verb for at in places)


def weight_of_kind(question: Question, line: Line) -> float:
    """Give what a sentence keeps of its score where its kind cannot be told surely."""
    kind = question.kind
    if kind == "person":
        return 1.0 if _names_somebody(question, line) else 0.8
    if kind == "reason":
        return 1.0 if _REASON.search(line.text) else 0.65
    if kind == "place":
        return 1.0 if _PLACE.search(line.text) else 0.75
    return 1.0


_REASON = re.compile(
    r"\b(?:because|after|due to|owing to|so that|in order to|as a result|the cause"
    r"|reason|blamed|mainly|weil|wegen|nachdem|um|damit|denn)\b",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|on|near|off|from|to|under|beneath|between|across|outside|along|im|am|bei"
    r"|nach|aus)\s(?:the\s|der\s|dem\s|den\s)?(?:\w+\s)?[A-ZÄÖÜ]|"
    r"\b(?:north|south|east|west)\b|\b(?:in|at|on|from|under) (?:the|a) \w+"
)
