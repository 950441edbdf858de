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
from dataclasses import replace
from typing import NamedTuple

from digests.figures import statements
from digests.language import completeness, grammar, insertions, sentence_ends
from digests.language.clause_verbs import has_verb
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.spans import (
    format_version,
    overlaps_any,
    remove_parts,
    span_text,
    spans_overlap,
)
from digests.language.words import load_word_tables
from digests.types import Figure, Span, frozen_positional

_TABLES = load_word_tables(__file__, "clauses.txt")
#: A label aims at this length; a longer one is used where no clause is shorter.
USUAL_LENGTH = 110
MAX_LENGTH = 140
_LONGEST_SENTENCE = 600
_FEWEST_WORDS = 3
#: Kinds of ends for want of a better one.
_LATE = ("phrase", "purpose")
#: Starts and ends that are tried around one figure.
_MOST_STARTS, _MOST_ENDS = 5, 6

_LEADS = (
    # Bullets and the clock lines of live blogs.
    make_regex(
        # \x96 and \x97 are dashes of Windows.
        r"[-•*–—·▪●l\x96\x97]+\s+|\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\.?|Uhr)?\s?[-–—:]?\s+"
    ),
    # «HALLIN —», «ORVIK CITY (Strand Wire) -», «Oslo, Norway (NTB)», «PUNE:».
    make_regex(
        r"[A-ZÄÖÜ][\w.'’ ,/-]{1,40}?\s?\([A-Za-z][\w ./-]{1,24}\)\s?(?:[-–—:]+\s?)?"
        r"(?=[A-ZÄÖÜ\d£$€₦₹])|[A-ZÄÖÜ][A-ZÄÖÜ.'’ -]{2,30}(?:,\s[A-Z][\w. ]{1,20})?"
        r"(?:\s[—–-]{1,2}|:)\s+|[A-Z][\w. ]{2,24}\s[—–]\s+(?=[A-Z])"
    ),
    make_regex(
        r"(?:And|But|Und|Aber|Doch),?\s+(?!for\b)|(?:So|Yet|Still|However|Meanwhile|"
        r"Moreover|Also|Instead|Indeed|Overall|Notwithstanding|Nevertheless|Separately|Similarly|"
        r"By contrast|By comparison|In addition|Again|In fact|After all|As a result|"
        r"All told|Then|In this case|For example|For instance|Of course|Eventually),\s+"
        r"|Meanwhile\s+|(?:Summary|Updated?|Breaking|Exclusive|Analysis|Correction):\s+"
    ),
)
_BRACKETS = make_regex(r"\s?[(\[][^()\[\]]{1,80}[)\]]")
#: A clause of its own begins behind these.
_JOINS = make_regex(
    r";\s|:\s(?=\d)|,\s(?:and|but|while|whereas|as(?!\swell)|although|though)\s(?!wh[eio]|that\s)|"
    r"\s(?:while|whereas)\s|\sas\s(?=(?:the|its|their|his|her|some|more|most|many)\s|"
    r"[A-Z][a-z]|[a-z]+\s(?:rose|fell|was|were|is|are|has|have|grew|dropped|climbed|"
    r"slid|declined|increased|slumped|jumped|soared)\b)"
)
#: Behind these begins what somebody said, which is then stated as a fact.
_SAID_THAT = make_regex(
    r"\b(?:said|says?|found|finds|(?:announce|confirm|report|show|reveal)(?:e?d|s)?)\s"
    r"(?:(?:on|in|late|early)\s[A-Z]\w+\s|in\s(?:an?|its|his|her|their)\s[\w-]+\s|"
    r"\w+day\s)?that\s"
)
#: «found that 90% of homes have one [and that, on average, each uses two]».
_SAID_TOO = make_regex(r",?\s(?:and|but)\sthat\b")
#: An opening phrase without a time: «Under the plan, …».
_OPENING = make_regex(
    r"(?:According\sto|At|Under|With|For|By|After|In|Following|Despite|Amid)\s"
    r"(?!these|those|them)[^,;:]{3,90},\s"
)
#: «In a race between Cole, [Bell and Teal, …]».
_LIST_GOES_ON = make_regex(r"(?:[^\W\d_][\w’'-]*\s){1,4}(?:and|or)\s[^,]{2,50},\s")
#: A number holds when or where its opening says: «With rain in the hills, …».
_LIMITS = make_regex(
    r"\b(?:19|20)\d\d\b|\b(?:year|month|week|day|quarter|half|season|decade|night|morning|game|match|race|"
    r"afternoon|evening|today|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|\w+day)s?\b"
    r"|\b(?:[Ii]n|[Aa]t|[Aa]mong|[Aa]cross)\s(?:[A-Z]|(?:an?|the)\s)"
)
_SAYING = (
    "said|says|say|told|added|reported|reports|report|announced|found|warned|estimated|"
    "sagte|sagten|teilte|teilten|erklärte|berichtet|berichtete"
)
_SAYS = make_regex(
    r"(?:also\s|then\s)?(?:said|says|added|announced|confirmed|promised|pledged)\s"
)
_LONGEST_SUBJECT = 9
#: «had held a lead for most of the fall, but it is gone»
_FORMER = make_regex(r"\b(?:had|hatten?)\b")
_REVERSED = make_regex(r",\s(?:but|doch|aber)\b")
#: «…, according to the polls in Orvik»: where a number holds.
_POLLED_IN = make_regex(
    r",\saccording\sto\s(?:(?!study|report|article|story|interview)[^,;:.])*?\sin\s[A-Z]"
)
_TAG = make_regex(
    r"\b(?:RRP|Price|Cost|Tickets|Admission|Preis|UVP|Eintritt)(?::\s?|\s(?:from\s)?)$"
)
#: What was left out behind turns the statement round.
_TURNS = make_regex(
    r"\b(?:if|unless|provided|den(?:y|ies|ied|ying)|false|untrue|not true|wrong|"
    r"incorrect|but|although|though|disputed|however|aber|wenn|falls|bestritt\w*|"
    r"zurück|nicht|not|except)\b|n['’]t\b",
    re.IGNORECASE,
)
#: «If we include gas, [oil and waste, the town …]»
_OPENED_LIST = make_regex(r"(?:If|When|While|As|Since|Although)\s.*,\s\w+,?$")
#: «a threefold increase [since the 1960s]»
_CHANGED = make_regex(
    r"\b(?:increase|rise|drop|fall|decline|decrease|jump|gain|growth|up|down|high|low"
    r"|highest|lowest|most|fewest|biggest|largest|worst|best|first|(?:un)?changed)\Z"
)
_SINCE = make_regex(r"\s(?:since|over|compared|from|than)\s")
#: «12 poems – found by chance – [have been printed]».
_VERB_FOLLOWS = make_regex(
    r"\s?[,–—-]{1,2}\s(?:have|has|had|is|are|was|were|will|would)\b"
)
#: «The jobless rate was at 7.8 percent [when Reed took office]»
_WAS = make_regex(r"\b(?:was|were)\s(?:at\s)?(?:\w+\s)?\S*\d\S*(?:\s[a-z]+)?\Z")
#: «The police came by night, arrested five men [and sealed off a street]».
_LISTED_VERB = make_regex(r",\s[a-z]+ed\s[^,]*\Z")
_LAST_VERB = make_regex(r",?\sand\s[a-z]+ed\s")
#: Another side's number: «5,200, says the union; [the firm spoke of 3,900]».
_COUNTED_OTHERWISE = make_regex(
    r"[;,]\s(?:[^;.,]{2,40}\s)?(?:sprach(?:en)?\svon|zählten?|spoke\sof|counted|put\s"
    r"(?:it|them|the\s\w+)\sat|said\s(?:it\swas|there\swere))\s[^;.]{0,20}\d"
)
#: A pronoun, or the second name of an apposition («the regulator, Ofwat, …»).
_POINTS_BACK = make_regex(
    r"(?:he|she|it|they|his|her|its|their)\b|[\w’'-]+(?:\s[\w’'-]+){0,2},\s"
)
#: «…, the report said» at the end: its verb states nothing.
_SAID_LAST = make_regex(rf",\s[^,]{{2,80}}\s(?:{_SAYING})(?:\son\s\w+)?$")
_ADVERBS = _TABLES["adverbs"]
_RELATIVE = _TABLES["relative"]
_DESCRIBES = frozenset(("that", "which", "who"))
_CONJUNCTIONS = _TABLES["conjunctions"]
_DETERMINERS = _TABLES["determiners"]
#: Roughly: a verb has no capital.
_GERMAN_VERB = make_regex(
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
_POINTS = make_regex(
    r"Fast-forward\b|(?:Now|Then|In|On|Below|With|For)\sit\b|Of\s(?:them|these|those)\b|The\s(?:amount|figure|number|sum|total)\s"
    r"(?:is|was|has|had|rose|fell|compares)\b"
)
#: «One in five …», «One sailor was killed and 82 others wounded» lean on nothing.
_ONE = make_regex(
    r"One (?:(?:in|out of) |[a-z]+ (?:was|has been) (?:killed|shot|wounded|injured)\b)"
)
_OPENERS = _TABLES["openers"]
_APOSTROPHE = make_regex(r"['’]")
_WORD = make_regex(r"[^\W_]+(?:[-.'’&][^\W_]+)*|[,;:]")


class _Word(NamedTuple):
    start: int
    end: int
    low: str
    finite: bool


@frozen_positional
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
    brackets: Sequence[Span]
    insertions: Sequence[Span]
    #: The first of two verbs of one subject, which may be left out.
    denied: Span | None
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


def is_leaning(label: str) -> bool:
    """Whether a label begins with words that point to another sentence."""
    if _ONE.match(label):
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
    ends, late_ends = _list_ends(text, start, end)
    return _Statement(
        text=text,
        start=start,
        end=end,
        words=words,
        starts=_find_starts(text, start, end, german=german),
        ends=sorted(set(ends)),
        late_ends=late_ends,
        brackets=[
            Span(start=m.start(), end=m.end())
            for m in _BRACKETS.finditer(text, start, end)
            if not grammar.NEGATION.search(m[0])
        ],
        insertions=[
            Span(start=a, end=b)
            for kind, a, b in insertions.find_insertions(
                text, Span(start=start, end=end)
            )
            if kind != "modifier"
        ],
        denied=None if german else _find_denied(text, start, end, words),
        german=german,
    )


def _list_ends(text: str, start: int, end: int) -> tuple[list[int], ...]:
    """Where the sentence may end, and where for want of a better place."""
    span = Span(start=start, end=end)
    said = insertions.find_attribution(text, span)
    ends, late_ends = [said.start, end], list[int]()
    for within in (replace(span, end=said.start), replace(span, start=said.end)):
        for kind, at in sentence_ends.find_ends(text, span, within):
            if kind != "relative" and not _is_complemented(text, start, at):
                (late_ends if kind in _LATE else ends).append(at)
    for pattern in (statements.COORDINATE, _RULED, _CONNECTED):
        ends += [m.start() for m in pattern.finditer(text, start, end)]
    return tuple(
        [at for at in found if not completeness.cuts_list(text[start:at], text[at:end])]
        for found in (ends, late_ends)
    )


#: «in areas, [which were flooded]», «in profits [to Orrin]», «took 90 cars [off the
#: road]»: what is left says less.
_BARE_PLACE = make_regex(
    r"\b(?:in|an|auf|für|mit|von|nach|aus|bei|zu)\s[A-ZÄÖÜ][\wäöüß]+$"
)
_COMPLEMENT = make_regex(r"\sto\s[A-Z]|\s(?:off|into|onto|out)\s")
_WHICH = make_regex(
    r",\s(?:(?:an|auf|aus|bei|für|in|mit|von)\s)?(?:d(?:ie|er|as|en|em)|deren|dessen)\s"
)


def _is_complemented(text: str, start: int, at: int) -> bool:
    """Whether what follows a place completes the noun before it."""
    described = _WHICH.match(text, at) and _BARE_PLACE.search(text, start, at)
    return bool(described or _COMPLEMENT.match(text, at))


#: «offers $9,000 for the arrest of the gunman | in connection with the attack»
_CONNECTED = make_regex(r"\sin\sconnection\swith\s")
#: «ruled 5-4 | that …»
_RULED = make_regex(r"(?<=\d[-–]\d)\s(?=that\s)")


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
    found += [
        (m.end(), False)
        for m in _JOINS.finditer(text, start, end)
        # A list, or a clause that stands before the one that it limits.
        if not (m[0] == "; " and ": " in text[start : m.start()])
        and has_verb(text[start : m.start()])
        and not _OPENED_LIST.match(text[start : m.start()])
    ]
    return sorted(found)


def _label(statement: _Statement, figure: Figure) -> str:
    """The best clause around a figure, or ""."""
    best, rank = "", (4, 0)
    for late, ends in enumerate((statement.ends, statement.late_ends)):
        for start, end in _list_versions(statement, figure, ends):
            for spans in _list_cuts(statement, start, end, figure):
                shown = format_version(statement.text, spans)
                now = _rank(len(shown), late)
                if now < rank and _reads_well(shown):
                    best, rank = shown, now
    return best or _find_tag(statement, figure)


def _find_denied(
    text: str, start: int, end: int, words: Sequence[_Word]
) -> Span | None:
    """«The firm [denied a report, and] said that it would spend £15 million».

    Only before a verb of saying, which the verb before it cannot govern.
    """
    subject = _find_subject_end(words)
    for m in statements.COORDINATE.finditer(text, subject, end) if subject else ():
        if _SAYS.match(text, m.end(), end):
            return Span(start=subject, end=m.end() - 1)
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
    return statement.text[tag.start() : figure.end] if tag else ""


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
        if start > statement.start and _COUNTED_OTHERWISE.match(
            statement.text, start - 2
        ):
            continue
        if governed and (
            statements.governs(front) or _POINTS_BACK.match(statement.text, start)
        ):
            continue
        too = _SAID_TOO.search(statement.text, start, ends[-1]) if governed else None
        if too:
            ends = [e for e in (*ends, too.start()) if figure.end <= e <= too.start()]
        for end in ends:
            if _may_end(statement, start, end) and _is_clause(statement, start, end):
                yield start, end


def _may_end(statement: _Statement, start: int, end: int) -> bool:
    """Whether what is behind `end` may be left out."""
    if end == statement.end:
        return True
    tail = statement.text[end : statement.end]
    if _POLLED_IN.match(tail) or _COUNTED_OTHERWISE.match(tail):
        return False
    if _VERB_FOLLOWS.match(tail):
        return False
    if tail.startswith(" when ") and _WAS.search(statement.text, start, end):
        return False
    if _LAST_VERB.match(tail) and _LISTED_VERB.search(statement.text, start, end):
        return False
    if _CHANGED.search(statement.text, start, end) and _SINCE.match(tail):
        return False
    if _FORMER.search(statement.text, start, end) and _REVERSED.search(tail):
        return False
    first, last = statements.find_part(statement.text, end, statement.end, end + 4)
    if _TURNS.search(statement.text, first, last):
        return False
    return not _TURNS.match(tail.lstrip(" ,"))


def _is_clause(statement: _Statement, start: int, end: int) -> bool:
    """Whether `text[start:end]` has a verb of its own, and a subject before it."""
    said = _SAID_LAST.search(statement.text, start, end)
    last_word = said.start() if said else end
    inside = [w for w in statement.words if start <= w.start and w.end <= last_word]
    if sum(word.low not in ",;:" for word in inside) < _FEWEST_WORDS:
        return False
    whole = start == statement.start and end == statement.end
    if statement.german:
        if not _GERMAN_VERB.search(statement.text, start, end):
            return False
        return end == statement.end or _is_closed(statement.text, inside)
    if whole and statement.text[end : end + 1] in tuple(".!…"):
        # «A van that she sold for £399.» is none; other verbs are in no table.
        described = any(word.low in _DESCRIBES for word in inside[2:5])
        named = inside[0].low in _DETERMINERS and described
        return not named or _has_main_verb(inside)
    opening = inside[inside[0].low in _ADVERBS]
    if start != statement.start and opening.finite:
        return False
    # «… into force when 55 countries [, among them …, have signed]»
    opened = [at for at, word in enumerate(inside) if word.low in _CONJUNCTIONS]
    last = itertools.pairwise(inside[opened[-1] :] if opened else inside)
    return _has_main_verb(inside) and any(_is_verb(b, a.low) for a, b in last)


def _is_closed(text: str, inside: Sequence[_Word]) -> bool:
    """Whether a German clause has the verb at its end that its modal verb needs."""
    needs = any(word.low in _GERMAN_MODALS for word in inside)
    return not needs or text[inside[-1].start].islower()


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
    if verb + 1 < len(inside) and inside[verb + 1].low == "by":
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
    clause = Span(start=start, end=end)
    brackets = _list_inside(statement.brackets, clause, figure)
    yield remove_parts(clause, brackets)
    insertions = [
        part
        for part in _list_inside(statement.insertions, clause, figure)
        if not statements.governs(span_text(statement.text, part))
    ]
    kept = [
        word
        for word in statement.words
        if start <= word.start < end and not overlaps_any(word, insertions)
    ]
    if insertions and _has_main_verb(kept):
        parts = sorted([*brackets, *insertions], key=lambda part: part.start)
        yield remove_parts(clause, parts)
    if statement.denied:
        parts = [statement.denied, *brackets]
        yield remove_parts(clause, _list_inside(parts, clause, figure))


def _list_inside(parts: Sequence[Span], clause: Span, figure: Figure) -> list[Span]:
    """The parts inside a clause that do not have the figure."""
    return [
        part
        for part in parts
        if clause.start < part.start
        and part.end <= clause.end
        and not spans_overlap(part, figure)
    ]


#: «In prison, had garnered …»: the subject was left out with an inserted clause.
_LACKS_SUBJECT = make_regex(
    r"[^,]{1,60},\s(?:also\s)?(?:is|are|was|were|will|has|have|had|would|could|can)\b"
)
#: Somebody speaks: a quote without marks, an opinion.
_PERSONAL = make_regex(
    r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|me|us|[Yy]ou|[Yy]our|ich|wir|unsere?)\b"
)
#: A headline; a list that stops in its middle; somebody whom nothing before names; a
#: clause without the one that it depends on.
_BROKEN = make_regex(
    r"(?:Is|Are|Was|Were|Has|Have|Had|Will|Would)\s|(?:.*?\s)?(?:[A-Z\d][\w’'-]*\s){6}|.*,\s(?:and|but)\s(?:even\s)?(?:in|at|on|for|with|by|from)"
    r"\s[^,]*$|An?\s[^,]{3,60},\s\d|.*\s(?:said|says),\s(?:when|while|where|who)\s"
    r"|(?:[^\s]+\s)(?:[^A-ZÄÖÜ\s]+\s)*him\b"
    r"|(?:Though|Although|While|When|Because|Unless)\s[^,]*$"
    # «Of the 900 refugees registered with the agency»
    r"|Of\s(?:all|the|these|those)\s[^,]*(?:,\s(?:an?|the)\s[^,]*)?$"
    # «one of 900 islanders living [in …]», «arrested 12 in connection [with …]»
    r"|.*\s(?:living|in\sconnection)$"
)


def _reads_well(shown: str) -> bool:
    if not has_balanced_marks(shown) or is_leaning(shown):
        return False
    broken = _LACKS_SUBJECT.match(shown) or _BROKEN.match(shown)
    return not (broken or _PERSONAL.search(shown))
