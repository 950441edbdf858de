"""Find the clause that states a figure, in the article's own words.

A number means something only with its verb, its direction, its period and what it
counts: «revenue fell 8.4 % in the third quarter». The label of a figure is therefore
its sentence, or a whole clause of it: openings («But», «MIAMI —»), brackets, inserted
clauses, an attribution in front and clauses behind may be left out, nothing else. What
governs the number stays: a modal, a condition, a negation, a word of doubt.

The work on one sentence is bounded, and sentences beyond a length have no labels.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from digests.figures import statements
from digests.language import grammar
from digests.language.normalization import to_one_line
from digests.language.quotation_marks import has_balanced_marks
from digests.language.words import load_word_tables
from digests.types import Figure, Span

_TABLES = load_word_tables(__file__, "clauses.txt")
#: A label aims at this length; a longer one is used where no clause is shorter.
USUAL_LENGTH = 110
MAX_LENGTH = 140
_LONGEST_SENTENCE = 600
_FEWEST_WORDS = 3
#: Starts and ends that are tried around one figure.
_MOST_STARTS, _MOST_ENDS = 5, 6

_LEADS = (
    # Bullets and the clock lines of live blogs.
    re.compile(r"[-•*–—·▪●l]+\s+|\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\.?|Uhr)?\s?[-–—:]?\s+"),
    # «HALLIN —», «ORVIK CITY (Strand Wire) -», «Oslo, Norway (NTB)», «PUNE:».
    re.compile(
        r"[A-ZÄÖÜ][\w.'’ ,/-]{1,40}?\s?\([A-Z][\w ./-]{1,24}\)\s?(?:[-–—:]+\s?)?"
        r"(?=[A-ZÄÖÜ\d£$€₦₹])|[A-ZÄÖÜ][A-ZÄÖÜ.'’ -]{2,30}(?:,\s[A-Z][\w. ]{1,20})?"
        r"(?:\s[—–-]{1,2}|:)\s+|[A-Z][\w. ]{2,24}\s[—–]\s+(?=[A-Z])"
    ),
    re.compile(
        r"(?:And|But|Und|Aber|Doch),?\s+(?!for\b)|(?:So|Yet|Still|However|Meanwhile|"
        r"Moreover|Also|Instead|Indeed|Overall|Notwithstanding|Nevertheless|Separately|"
        r"By contrast|By comparison|In addition|Again|In fact|After all|As a result|"
        r"All told|Then|In this case|For example|For instance|Of course|Eventually),\s+"
        r"|Meanwhile\s+|(?:Summary|Updated?|Breaking|Exclusive|Analysis|Correction):\s+"
    ),
)
_BRACKETS = re.compile(r"\s?[(\[][^()\[\]]{1,80}[)\]]")
#: A clause of its own begins behind these.
_JOINS = re.compile(
    r";\s|:\s(?=\d)|,\s(?:and|but|while|whereas|as(?!\swell)|although|though)\s|"
    r"\s(?:while|whereas)\s|\sas\s(?=(?:the|its|their|his|her|some|more|most|many)\s|"
    r"[A-Z][a-z]|\d|[a-z]+\s(?:rose|fell|was|were|is|are|has|have|grew|dropped|climbed|"
    r"slid|declined|increased|slumped|jumped|soared)\b)"
)
#: Behind these begins what somebody said, which is then stated as a fact.
_SAID_THAT = re.compile(
    r"\b(?:said|says?|found|finds|(?:announce|confirm|report|show|reveal)(?:e?d|s)?)\s"
    r"(?:(?:on|in|late|early)\s[A-Z]\w+\s|in\s(?:an?|its|his|her|their)\s[\w-]+\s|"
    r"\w+day\s)?that\s"
)
#: An opening phrase without a time: «Under the plan, …».
_OPENING = re.compile(
    r"(?:According\sto|At|Under|With|For|By|After|In|Following|Despite|Amid|Of|Among)\s"
    r"(?!these|those|them)[^,;:]{3,90},\s"
)
#: «In a race between Cole, [Bell and Teal, …]».
_LIST_GOES_ON = re.compile(r"(?:[^\W\d_][\w’'-]*\s){1,4}(?:and|or)\s[^,]{2,50},\s")
#: A number holds when or where its opening says: «With rain in the hills, …».
_LIMITS = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:year|month|week|day|quarter|half|season|decade|night|morning|"
    r"afternoon|evening|today|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|\w+day)s?\b"
    r"|\b(?:[Ii]n|[Aa]t|[Aa]mong|[Aa]cross)\s(?:[A-Z]|(?:an?|the)\s)"
)
_SAYING = (
    "said|says|say|told|added|reported|reports|report|announced|found|warned|estimated|"
    "sagte|sagten|teilte|teilten|erklärte|berichtet|berichtete"
)
_ENDS = re.compile(
    r"[;:]\s|\s[—–]\s|\s-{1,2}\s|—"
    rf"|,\s(?=according\sto\s|(?:[\w.’'-]+\s){{1,7}}(?:{_SAYING})\b"
    rf"|[^,;“”\"]{{2,60}},\s(?:[^,;“”\"]{{2,50}},\s)?(?:{_SAYING})\b"
    r"|(?:making|giving|taking|bringing|leaving|raising|including|with|after|as|when|"
    r"while|where|which|who|whose|because|following|despite|amid|since|up\sfrom|just|"
    r"down\sfrom|compared|against|[a-z]{3,}ing|an?\s[^,]{3,80}$|the\s[^,]{3,80}$|"
    r"its\s[^,]{3,60}$|their\s[^,]{3,60}$|and|or\s[£$€\d]|der|die|das|den|dem|deren|"
    r"dessen|wo|wobei|während|nachdem|weil|obwohl|wie|nach\sAngaben)\b)"
    r"|\s(?=(?:after|when|while|where|because|following|despite|amid|although|though|as|"
    r"before)\s)"
    r"|\s(?=and\s(?:(?!which\b|who\b|that\b)[\w’'-]+\s){1,4}?(?:is|are|was|were|has|have|"
    r"had|will|would|said|says)\s)"
    r"|(?<=\d[-–]\d)\s(?=that\s)"
    r"|(?<!between)\s(?=and\s(?:the|an?|its|his|her|their|other|another|some|many|most|"
    r"additional|[A-Z]\w+)\s(?:(?!and\b)[\w’'-]+\s){0,3}?[a-z]{3,}ed\s)"
    r"|\s(?=and\s(?:then|later|also|has|have|is|was|will)\s)"
    r"|\s(?=(?:nachdem|weil|obwohl|während)\s)"
)
#: Ends for want of a better one: a purpose, a result.
_LATE_ENDS = re.compile(
    r"(?<!,)\s(?=to\s(?!the\b|an?\b|its\b|his\b|her\b|their\b|about\b|around\b|almost\b|"
    r"nearly\b|over\b|more\b|less\b|just\b|some\b|well\b|total\b|within\b|between\b|half\b|"
    r"roughly\b|only\b|below\b|above\b|record\b|under\b)[a-z]{3,}\s)"
    r"|\s(?=[a-z]{3,}ing\s(?:the|an?|its|his|her|their)\s)"
)
#: Not before the «to» of a purpose: «allows schools [to open]», «is expected [to]».
_NEEDS_VERB = re.compile(
    r"\b(?:ability|agreement|attempt|bid|chance|decision|effort|need|permission|plan|"
    r"power|proposal|reason|right|time|way)s?\s?$|"
    r"\b(?:(?:allow|ask|attempt|enabl|encourag|expect|forc|help|intend|invit|lik|need|"
    r"order|permit|persuad|plann?|prepar|requir|seek|threaten|try|tri|urg|want|wish)"
    r"(?:e|es|ed|ing|s)?\s(?:[\w’'-]+\s){0,5}|(?:able|come|due|have|has|had|likely|ready|"
    r"set|up|used|going)\s?|\w+ed\s?)$"
)
_SAYS = re.compile(
    r"(?:also\s|then\s)?(?:said|says|added|announced|confirmed|promised|pledged)\s"
)
_LONGEST_SUBJECT = 9
#: What the next word belongs to: «as far back [as]», «two weeks [after]».
_COMPLETED = {
    "as": re.compile(
        r"\b(?:(?:as|so|such)\s\w+(?:\s\w+)?|\w+sel(?:f|ves)|known|seen|used|described|"
        r"identified|regarded|provided|serv\w+)$"
    ),
    "after": re.compile(r"\b(?<!last )(?:minute|hour|day|week|month|year)s?$"),
    "before": re.compile(r"\b(?<!last )(?:minute|hour|day|week|month|year)s?$"),
}
#: «…, according to the polls in Orvik»: where a number holds.
_POLLED_IN = re.compile(
    r",\saccording\sto\s(?:(?!study|report|article|story|interview)[^,;:.])*?\sin\s[A-Z]"
)
_DASH = re.compile(r"\s(?:[—–]|-{1,2})\s|—")
_TAG = re.compile(
    r"\b(?:RRP|Price|Cost|Tickets|Admission|Preis|UVP|Eintritt)(?::\s?|\s(?:from\s)?)$"
)
#: A second verb of the same subject, unless it takes the number back.
_SECOND_VERB = re.compile(
    r"(?:\sand|,\sbut)\s(?!recover|revers|regain|rebound|fell|rose|den)(?P<verb>[a-z]+)\b"
)
_INSERTED = re.compile(
    r",\s(?:who|which|whose|where|a|an|the|now|then|formerly|based|led|owned|known|der|"
    r"die|das)\s[^,;:()\"“”—–]{3,110},(?=\s)|,\s\d{2},(?=\s)"
    r"|\s(?:[—–]|-{1,2})\s[^;:()\"“”—–]{3,120}?\s(?:[—–]|-{1,2})(?=\s[a-z\d])"
)
#: What was left out behind turns the statement round.
_TURNS = re.compile(
    r"\b(?:if|unless|provided|den(?:y|ies|ied|ying)|false|untrue|not true|wrong|"
    r"incorrect|but|although|though|disputed|however|aber|wenn|falls|bestritt\w*|"
    r"zurück|nicht|not|except)\b|n['’]t\b",
    re.IGNORECASE,
)
#: A pronoun, or the second name of an apposition («the regulator, Ofwat, …»).
_POINTS_BACK = re.compile(
    r"(?:he|she|it|they|his|her|its|their)\b|[\w’'-]+(?:\s[\w’'-]+){0,2},\s"
)
#: No verb follows, so that the comma of a left out insertion stays.
_GOES_ON = re.compile(
    r"\d|(?:in|on|at|by|with|from|for|to|of|and|or|but|the|an?|its|his|her|their|up|down|"
    r"about|around|nearly|more|less|well|some|just|compared|against|after|before)\b"
)
#: «…, the report said» at the end: its verb states nothing.
_SAID_LAST = re.compile(rf",\s[^,]{{2,80}}\s(?:{_SAYING})(?:\son\s\w+)?$")
_ADVERBS = _TABLES["adverbs"]
_RELATIVE = _TABLES["relative"]
_CONJUNCTIONS = _TABLES["conjunctions"]
_DETERMINERS = _TABLES["determiners"]
_DANGLING = _TABLES["dangling"]
#: «in Gebieten», «aus Städten»: of which, a relative clause says.
_GERMAN_OPEN = re.compile(r"\b(?:an|auf|aus|bei|in|mit|von|zu)\s[A-ZÄÖÜ]\w+n$")
#: Roughly: a verb has no capital.
_GERMAN_VERB = re.compile(
    r"\b(?:[a-zäöüß]+(?:t|te|ten|en)|ist|sind|war|lag|zog|stieg|fiel|sank|kam|ging|gab|"
    r"starb|nahm|stand|fand|wuchs|blieb|verlor|schloss|sprach)\b"
)
_GERMAN_MODALS = _TABLES["german_modals"]
_SUBJECTS = _TABLES["subjects"]
_CLAUSE_STARTS = _TABLES["clause_starts"]
#: Finite forms of the plural, which are nouns elsewhere.
_PLURAL_VERBS = _TABLES["plural_verbs"]
_MANY = _TABLES["many"]
#: A label that begins like this says nothing without the sentence before it.
_LEANING = _TABLES["leaning"]
#: «Now it's $7», «Of those, ten …», «The figure was …».
_POINTS = re.compile(
    r"Fast-forward\b|(?:Now|Then|In|On|Below|With|For)\sit\b|Of\s(?:them|these|those)\b|The\s(?:amount|figure|number|sum|total)\s"
    r"(?:is|was|has|had|rose|fell|compares)\b"
)
_OPENERS = _TABLES["openers"]
_APOSTROPHE = re.compile(r"['’]")
_WORD = re.compile(r"[^\W_]+(?:[-.'’&][^\W_]+)*|[,;:]")


class _Word(NamedTuple):
    start: int
    end: int
    low: str
    finite: bool


@dataclass(frozen=True, slots=True)
class _Statement:
    """A sentence prepared for its figures: where a clause may begin and end."""

    text: str
    start: int
    end: int
    words: Sequence[_Word]
    #: Offsets, with whether what is in front governs what follows.
    starts: Sequence[tuple[int, bool]]
    ends: Sequence[int]
    late_ends: Sequence[int]
    brackets: Sequence[tuple[int, int]]
    insertions: Sequence[tuple[int, int]]
    #: The first of two verbs of one subject, which may be left out.
    denied: tuple[int, int] | None
    german: bool


def state_figures(
    text: str, figures: Sequence[Figure], *, german: bool = False
) -> tuple[Figure, ...]:
    """The figures with label and status.

    Args:
        text: The article's text.
        figures: Its figures in text order.
        german: Whether the text is read as German.
    """
    stated: list[Figure] = []
    sentence: Span | None = None
    prepared: _Statement | None = None
    for figure in figures:
        if figure.sentence != sentence:
            sentence = figure.sentence
            prepared = _prepare(text, sentence, german=german)
        whole = (figure.sentence.start, figure.sentence.end)
        status = statements.read_status(text, whole, (figure.start, figure.end))
        label = _label(prepared, figure) if prepared else ""
        stated.append(replace(figure, label=label, status=status))
    return tuple(stated)


_RATE = re.compile(r"One (?:in|out of) ")


def is_leaning(label: str) -> bool:
    """Whether a label begins with words that point to another sentence."""
    if _RATE.match(label):
        return False
    first = _WORD.search(label)
    leans = first is None or _APOSTROPHE.split(first[0].lower())[0] in _LEANING
    return leans or bool(_POINTS.match(label))


def _prepare(text: str, sentence: Span, *, german: bool) -> _Statement | None:
    start, end = _strip_leads(text, sentence), _strip_stop(text, sentence)
    if not 0 < end - start <= _LONGEST_SENTENCE or "?" in text[start : sentence.end]:
        return None
    words = [
        _Word(m.start(), m.end(), m[0].lower(), grammar.looks_finite(m[0]))
        for m in _WORD.finditer(text, start, end)
    ]
    return _Statement(
        text=text,
        start=start,
        end=end,
        words=words,
        starts=_find_starts(text, start, end, german=german),
        ends=_find_ends(text, start, end, german=german),
        late_ends=[] if german else _find_late_ends(text, start, end),
        brackets=[
            m.span()
            for m in _BRACKETS.finditer(text, start, end)
            if not grammar.NEGATION.search(m[0])
        ],
        insertions=[] if german else _find_insertions(text, start, end, words),
        denied=None if german else _find_denied(text, start, end, words),
        german=german,
    )


def _find_ends(text: str, start: int, end: int, *, german: bool) -> list[int]:
    found = [m.start() for m in _ENDS.finditer(text, start, end)]
    if not german:
        found += [
            m.start()
            for m in _SECOND_VERB.finditer(text, start, end)
            if grammar.looks_finite(m["verb"])
            # «were shot and killed by police»: both have the complement.
            and not grammar.looks_finite(text[start : m.start()].rpartition(" ")[2])
            # «arrested five men, and seized three guns» ends a list.
            and text[m.start() - 1] != ","
        ]
    return [*sorted(found), end]


def _find_late_ends(text: str, start: int, end: int) -> list[int]:
    return [
        m.start()
        for m in _LATE_ENDS.finditer(text, start, end)
        if " from " not in text[start : m.start()]
        and not _NEEDS_VERB.search(text, max(start, m.start() - 60), m.start() + 1)
    ]


def _find_insertions(
    text: str, start: int, end: int, words: Sequence[_Word]
) -> list[tuple[int, int]]:
    """Inserted clauses that may be left out; a comma stays unless a verb follows."""
    found = []
    for m in _INSERTED.finditer(text, start, end):
        inside = [word for word in words if m.start() < word.start < m.end() - 1]
        aside = inside[0].low in _RELATIVE or inside[-1].low in _SAYING.split("|")
        if not aside and _has_main_verb(inside):
            # «With 9 of 10 votes counted, the party had 119 seats, one short of …»
            continue
        following = _WORD.search(text, m.end(), min(end, m.end() + 40))
        # A name goes on with a list: «whose cast includes A, B and C».
        if following is None or following[0][0].isupper():
            continue
        # «the fund, a committee of A and B, the party and 11 states»: a list goes on.
        if following[0].lower() in _RELATIVE | _DETERMINERS:
            continue
        stays = _GOES_ON.match(text, following.start())
        joined = not stays or text[m.start()] != ","
        found.append((m.start() + (not joined), m.end()))
    return found


def _strip_leads(text: str, sentence: Span) -> int:
    start = sentence.start
    for lead in _LEADS:
        m = lead.match(text, start, sentence.end)
        start = m.end() if m else start
    return start


def _strip_stop(text: str, sentence: Span) -> int:
    end = sentence.end
    while end > sentence.start and text[end - 1] in ".!?… \n":
        end -= 1
    return end


def _find_starts(
    text: str, start: int, end: int, *, german: bool
) -> list[tuple[int, bool]]:
    if german:
        joined = re.finditer(r";\s", text[start:end])
        return [(start, False), *((start + m.end(), False) for m in joined)]
    found = [(start, False)]
    opening = _OPENING.match(text, start, end)
    listed = opening and _LIST_GOES_ON.match(text, opening.end())
    if opening and not listed and not _LIMITS.search(opening[0]):
        found.append((opening.end(), True))
    found += [(m.end(), True) for m in _SAID_THAT.finditer(text, start, end)]
    found += [(m.end(), False) for m in _JOINS.finditer(text, start, end)]
    return sorted(found)


def _label(statement: _Statement, figure: Figure) -> str:
    """The best clause around a figure, or ""."""
    best, rank = "", (4, 0)
    for late, ends in enumerate((statement.ends, statement.late_ends)):
        for start, end in _list_versions(statement, figure, ends):
            for spans in _list_cuts(statement, start, end, figure):
                shown = _format(statement.text, spans)
                now = _rank(len(shown), late)
                if now < rank and _reads_well(shown):
                    best, rank = shown, now
    return best or _find_tag(statement, figure)


def _find_denied(
    text: str, start: int, end: int, words: Sequence[_Word]
) -> tuple[int, int] | None:
    """«The firm [denied a report, and] said that it would spend £15 million».

    Only before a verb of saying, which the verb before it cannot govern.
    """
    subject = _find_subject_end(words)
    for m in statements.COORDINATE.finditer(text, subject, end) if subject else ():
        if _SAYS.match(text, m.end(), end):
            return subject, m.end() - 1
    return None


def _find_subject_end(words: Sequence[_Word]) -> int:
    """Where the subject of a sentence ends that begins with it; 0 if unsure."""
    for before, word in itertools.pairwise(words[:_LONGEST_SUBJECT]):
        if before.low in _RELATIVE or before.low in _OPENERS or word.low in ",;:":
            return 0
        if word.finite:
            return before.end if before.low not in _DETERMINERS else 0
    return 0


def _find_tag(statement: _Statement, figure: Figure) -> str:
    """«RRP: £23.99»: a price in a line of facts, which has no verb."""
    start = max(statement.start, figure.start - 20)
    tag = _TAG.search(statement.text, start, figure.start)
    return to_one_line(statement.text[tag.start() : figure.end]) if tag else ""


def _rank(length: int, late: int) -> tuple[int, int]:
    """The longest of usual length, else the shortest; 4 and more is too long."""
    if length <= USUAL_LENGTH:
        return 2 * late, -length
    return (2 * late + 1 if length <= MAX_LENGTH else 4), length


def _list_versions(
    statement: _Statement, figure: Figure, all_ends: Sequence[int]
) -> Iterator[tuple[int, int]]:
    starts = [s for s in statement.starts if s[0] <= figure.start][-_MOST_STARTS:]
    starts = starts if statement.starts[0] in starts else [statement.starts[0], *starts]
    ends = [e for e in all_ends if e >= figure.end]
    if all_ends is statement.late_ends:
        # The verb of a subject needs what follows: «five firms vowed [to pay]».
        verbs = (w.start for w in statement.words if w.finite and w.start >= figure.end)
        verb = next(verbs, statement.end)
        ends = [e for e in ends if e < verb]
    ends = [*ends[:_MOST_ENDS], statement.end]
    for start, governed in starts:
        front = statement.text[statement.start : start]
        if governed and (
            statements.governs(front) or _POINTS_BACK.match(statement.text, start)
        ):
            continue
        for end in ends:
            if _may_end(statement, start, end) and _is_clause(statement, start, end):
                yield start, end


def _may_end(statement: _Statement, start: int, end: int) -> bool:
    """Whether what is behind `end` may be left out."""
    if end == statement.end:
        return True
    tail = statement.text[end : statement.end]
    if _POLLED_IN.match(tail):
        return False
    dashes = _DASH.findall(statement.text, statement.start, statement.end)
    if len(dashes) > 1 and _DASH.match(tail):
        return False
    first, last = statements.find_part(statement.text, end, statement.end, end + 4)
    if _TURNS.search(statement.text, first, last):
        return False
    if _TURNS.match(tail.lstrip(" ,")) and not _SECOND_VERB.match(tail):
        return False
    kept = statement.text[start:end].rstrip(" ,;:—–-")
    last_word = _WORD.findall(kept[-30:])
    if statement.german and _GERMAN_OPEN.search(kept):
        return False
    completed = _COMPLETED.get(tail.lstrip().partition(" ")[0])
    if not last_word or last_word[-1].lower() in _DANGLING:
        return False
    return completed is None or completed.search(kept) is None


def _is_clause(statement: _Statement, start: int, end: int) -> bool:
    """Whether `text[start:end]` has a verb of its own, and a subject before it."""
    said = _SAID_LAST.search(statement.text, start, end)
    last_word = said.start() if said else end
    inside = [w for w in statement.words if start <= w.start and w.end <= last_word]
    if len(inside) < _FEWEST_WORDS:
        return False
    whole = start == statement.start and end == statement.end
    if statement.german:
        if not _GERMAN_VERB.search(statement.text, start, end):
            return False
        return end == statement.end or _is_closed(statement.text, inside)
    if whole and statement.text[end : end + 1] in tuple(".!…"):
        return True
    opening = inside[inside[0].low in _ADVERBS]
    if start != statement.start and (opening.finite or opening.low in _RELATIVE):
        return False
    # «… into force when 55 countries [, among them …, have signed]»
    opened = [at for at, word in enumerate(inside) if word.low in _CONJUNCTIONS]
    last = itertools.pairwise(inside[opened[-1] :] if opened else inside)
    return _has_main_verb(inside) and any(_is_verb(b, a.low) for a, b in last)


def _is_closed(text: str, inside: Sequence[_Word]) -> bool:
    """Whether a German clause has the verb at its end that its modal verb needs."""
    needs = any(word.low in _GERMAN_MODALS for word in inside)
    last = text[inside[-1].start : inside[-1].end]
    return not needs or (last[0].islower() and last.endswith(("n", "t")))


def _has_main_verb(inside: Sequence[_Word]) -> bool:
    """Whether a finite verb is not that of a relative or subordinate clause."""
    waiting = inside[0].low in _OPENERS
    before = ""
    for at, word in enumerate(inside):
        if word.low in _RELATIVE and at:
            waiting = word.low != "to" or waiting
        elif word.low == "," and inside[0].low in _OPENERS:
            waiting = False
        elif at and _is_verb(word, before):
            if not waiting and not _is_reduced(inside, at):
                return True
            waiting = False
        before = word.low
    return False


def _is_reduced(inside: Sequence[_Word], verb: int) -> bool:
    """Whether the verb's clause hangs on a noun: «a policy she had taken out».

    So does a participle: «documents obtained by the Courier».
    """
    by = verb + 1 < len(inside) and inside[verb + 1].low == "by"
    if by and inside[verb - 1].low not in grammar.AUXILIARIES:
        return True
    if verb < 2 or inside[verb - 1].low not in _SUBJECTS - {"who", "which"}:
        return False
    return inside[verb - 2].low not in _CLAUSE_STARTS


def _is_verb(word: _Word, before: str) -> bool:
    """Whether a word is a finite verb behind the word `before`."""
    if before in _SUBJECTS:
        return True
    if word.low in _PLURAL_VERBS:
        return before.endswith("s") or before in _MANY
    return word.finite and before not in _DETERMINERS | {"to", "being"}


def _list_cuts(
    statement: _Statement, start: int, end: int, figure: Figure
) -> Iterator[tuple[Span, ...]]:
    """The clause without brackets, and also without inserted clauses."""
    brackets = _between(statement.brackets, start, end, figure)
    yield _cut(start, end, brackets)
    insertions = _between(statement.insertions, start, end, figure)
    insertions = [
        (a, b)
        for a, b in insertions
        if not statements.governs(statement.text[a:b])
        and not any(a < d and c < b for c, d in brackets)
    ]
    kept = [
        word
        for word in statement.words
        if start <= word.start < end
        and not any(a <= word.start < b for a, b in insertions)
    ]
    if insertions and _has_main_verb(kept):
        yield _cut(start, end, sorted([*brackets, *insertions]))
    if statement.denied:
        denied = _between([statement.denied], start, end, figure)
        yield _cut(start, end, sorted([*brackets, *denied]))


def _between(
    places: Sequence[tuple[int, int]], start: int, end: int, figure: Figure
) -> list[tuple[int, int]]:
    return [
        (a, b)
        for a, b in places
        if start < a and b <= end and not (a < figure.end and figure.start < b)
    ]


def _cut(start: int, end: int, left_out: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    spans, at = [], start
    for a, b in left_out:
        if a > at:
            spans.append(Span(start=at, end=a))
        at = max(at, b)
    if end > at:
        spans.append(Span(start=at, end=end))
    return tuple(spans)


#: «In prison, had garnered …»: the subject was left out with an inserted clause.
_LACKS_SUBJECT = re.compile(
    r"[^,]{1,60},\s(?:also\s)?(?:is|are|was|were|will|has|have|had|would|could|can)\b"
)
#: Somebody speaks: a quote without marks, an opinion.
_PERSONAL = re.compile(
    r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|me|us|[Yy]ou|[Yy]our|ich|wir|unsere?)\b"
)
#: A headline; a list that stops in its middle; somebody whom nothing before names.
_BROKEN = re.compile(
    r"(?:Is|Are|Was|Were|Has|Have|Had|Will|Would)\s|(?:.*?\s)?(?:[A-Z\d][\w’'-]*\s){6}|.*,\s(?:and|but)\s(?:even\s)?(?:in|at|on|for|with|by|from)"
    r"\s[^,]*$|An?\s[^,]{3,60},\s\d|.*\s(?:said|says),\s(?:when|while|where|who)\s"
    r"|(?:[^\s]+\s)(?:[^A-ZÄÖÜ\s]+\s)*him\b"
)
_SPACED = re.compile(r"\s+([,;:.])(?=\s|$)")


def _format(text: str, spans: Sequence[Span]) -> str:
    joined = to_one_line(" ".join(text[s.start : s.end].strip() for s in spans))
    shown = _SPACED.sub(r"\1", joined).strip(" ,;:—–-")
    large = shown[:1].upper()
    # «ß» and «ı» have no capital of their own and stay.
    kept = len(large) == 1 and large.casefold() == shown[:1].casefold()
    return large + shown[1:] if kept else shown


def _reads_well(shown: str) -> bool:
    if not has_balanced_marks(shown) or is_leaning(shown):
        return False
    leans = (
        _LACKS_SUBJECT.match(shown)
        or _BROKEN.match(shown)
        or shown.endswith((" of it", " of them"))
    )
    return not (leans or _PERSONAL.search(shown))
