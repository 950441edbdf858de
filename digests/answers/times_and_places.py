"""Where a sentence names a day, another point in time, or a place."""

import re
from collections.abc import Iterator

from digests.answers import statements
from digests.answers.passages import TokenizedSentence
from digests.answers.questions import Question
from digests.answers.vocabulary import collect_roots
from digests.language import dates
from digests.language.words import split_words
from digests.types import Span

_YEAR = re.compile(
    r"\b(?:in|since|from|until|by|Jahr|seit|bis|von)\s(?:(?:early|mid|late)[-\s])?"
    r"((?:1[6-9]|20)\d\d)\b"
)
#: Points in time that are neither dates nor relative days.
_WHEN = re.compile(
    r"""\b(?:
    (?:before | after | by | at | in | over | until | since | around | this | next
        | last)\s(?:the\s)?
        (?:end\sof\s\w+ | first\slight | last\sday | weekend
        | January | February | March | April | May | June | July | August
        | September | October | November | December | Christmas | Easter | New\sYear
        | spring | summer | autumn | winter
        | noon | midday | midnight | dawn | dusk | night)
    | within\s\w+\s(?:hours | days | weeks | months)
    | (?:im | am | vor | nach | bis | seit | zu)\s
        (?:Frühjahr | Frühling | Sommer | Herbst | Winter | Mittag | Abend | Ende
        | Weihnachten | Ostern | Mitternacht | (?:den\s)?\w*[Ff]erien)
    | um\sMitternacht
    )\b""",
    re.X,
)
_AHEAD = re.compile(r"\b(?:will|wird|werden)\b")
_PAST = re.compile(
    r"\b(?:last|ago|yesterday|earlier|letzte[nmrs]?|vergangene[nmrs]?|gestern)\b", re.I
)
#: «Until when», and what an answer has for it.
_BOUND = re.compile(r"(until|since|bis|seit)\s(?:when|wann)\b", re.I)
_BOUNDS = {
    "until": r"\b(?:until|till|through|by|end\w*|clos\w+)\b|–",
    "since": r"\b(?:since|from|began|start\w*|open\w*)\b",
    "bis": r"\b(?:bis|ende\w*|spätestens)\b|–",
    "seit": r"\b(?:seit|begann\w*|ab)\b",
}
#: Characters before and after a time in which its «last» or «ago» stands.
_BESIDE = 8
#: «All their lives» does not say where they live.
_LIVES = re.compile(
    r"(?:\w+['’]s|their|our|his|her|my|your|of|save[sd]?|lost|los(?:e|ing))\s(?:\w+\s)?lives\b"
)
#: A place behind a preposition; a time may follow the same ones, a verb follows «to».
_PLACE = re.compile(
    r"""
    \b[A-Z]\w+-based\b
    | \b(?:
        to(?=\s(?:(?:the | an? | its | his | her | their | this | that | one | two
            | another | other)\s | (?-i:[A-Z])))
        | on | from | off | into | in | at | near | under | behind | outside | inside
        | beside | between
        | im | am | auf | an | bei | nach | aus | unter | hinter | neben | zwischen
    )\s
    (?!\d)
    (?!(?:(?:the | this | last | early | late | first | den? | dem | der)\s)?
        (?:\w+day | \w+tag | morning | evening | night | noon | midnight
        | end | beginning | least | first | last | all | favour | protest | total
        | hospital
        | spring | summer | autumn | winter
        | January | February | March | April | May | June | July | August
        | September | October | November | December
        | Morgen | Abend | Nacht | Mittag
        | Januar | Februar | März | Mai | Juni | Juli | Oktober | Dezember)\b)
    """,
    re.I | re.X,
)
#: «…, who had been missing in the hills since Monday, …»
_RELATIVE = re.compile(r",\s(?:who|which|whose|whom|die|der|das|den|dem)\s[^,]*(?=,)")
_PROPER = re.compile(r"(?<=[\w,] )[A-ZÄÖÜ]\w+")
#: «Which *company* …», and one in an answer that does not say which.
WHICH = re.compile(
    r"""(?:which | welche[rsnm]?)\s
    (?!(?:is | are | was | were | did | do | does | has | had | have | will | would
        | happened)\b)
    ([a-zäöü]+)\b""",
    re.I | re.X,
)


def iter_dates(text: str) -> Iterator[Span]:
    """Where a sentence names a date, a time of day or a year."""
    for moment in dates.find_moments(text):
        yield Span(start=moment.start, end=moment.end)
    for year in _YEAR.finditer(text):
        yield Span(start=year.start(1), end=year.end(1))


def find_times(text: str, lang: str | None) -> tuple[Span, ...]:
    """Where a sentence names a day or another point in time."""
    return (
        *iter_dates(text),
        *(Span(start=m.start(), end=m.end()) for m in _WHEN.finditer(text)),
        *(Span(start=d.start, end=d.end) for d in dates.find_days(text, None, lang)),
    )


def says_when(question: Question, text: str, lang: str | None) -> bool:
    """Whether it names a point in time; for what «will» happen, not only a past one."""
    bound = _BOUND.match(question.text)
    if bound and not re.search(_BOUNDS[bound[1].lower()], text, re.I):
        return False
    found = find_times(text, lang)
    if not _AHEAD.search(question.text):
        return bool(found)
    beside = (text[max(0, span.start - _BESIDE) : span.end + _BESIDE] for span in found)
    return not all(map(_PAST.search, beside))


def find_places(text: str) -> tuple[Span, ...]:
    """The prepositions in a sentence that a place follows."""
    return tuple(Span(start=m.start(), end=m.end()) for m in _PLACE.finditer(text))


def says_where(question: Question, line: TokenizedSentence, lang: str) -> bool:
    """Whether it names a place, or says that nobody knows it.

    «Where he had been is a mystery.»
    """
    if statements.is_unknown(line.text) or _names_place(question, line, lang):
        return True
    return WHICH.match(question.text) is not None and _names_proper(question, line)


def _names_proper(question: Question, line: TokenizedSentence) -> bool:
    """Whether it has a word with a capital that the question has not."""
    low = question.text.lower()
    return any(name.lower() not in low for name in _PROPER.findall(line.text))


def _names_place(question: Question, line: TokenizedSentence, lang: str) -> bool:
    """Whether it names a place; in a relative clause only if the verb is there."""
    text, verb = line.text, question.main_verb
    if verb is not None and verb.accepted_roots & line.held:
        rest = collect_roots(split_words(_LIVES.sub("", text)), lang)
        if verb.accepted_roots.isdisjoint(rest):
            return False
    for clause in _RELATIVE.findall(text):
        roots = collect_roots(split_words(clause), lang)
        if verb is None or verb.accepted_roots.isdisjoint(roots):
            text = text.replace(clause, "")
    return _PLACE.search(text) is not None
