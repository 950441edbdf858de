"""Where the clause of a sentence that states a figure may begin and end.

A sentence with a figure loses its opening («But», «MIAMI —») and its full stop. Within
it a clause may begin behind «said that», a semicolon or an opening phrase, and end
before a comma, a link or an attribution. Most labels need few of these places, so each
is found when it is asked for.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from digests.figures import statements
from digests.language import completeness, grammar, insertions, sentence_ends
from digests.language.clause_verbs import has_verb
from digests.language.regexes import make_regex
from digests.language.words import load_word_tables
from digests.types import Figure, Span

_TABLES = load_word_tables(__file__, "clauses.txt")
RELATIVE = _TABLES["relative"]
DETERMINERS = _TABLES["determiners"]
OPENERS = _TABLES["openers"]
WORD = make_regex(r"[^\W_]+(?:[-.'’&][^\W_]+)*|[,;:]")
_LONGEST_SENTENCE = 600
#: Kinds of ends for want of a better one.
_LATE = ("phrase", "purpose")
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
        r"Moreover|Also|Instead|Indeed|Overall|Notwithstanding|Nevertheless|Separately|"
        r"Similarly|"
        r"By contrast|By comparison|In addition|Again|In fact|After all|As a result|"
        r"All told|Then|In this case|For example|For instance|Of course|Eventually),\s+"
        r"|Meanwhile\s+|(?:Summary|Updated?|Breaking|Exclusive|Analysis|Correction):\s+"
    ),
)
_BRACKETS = make_regex(r"\s?[(\[][^()\[\]]{1,80}[)\]]")
#: A clause of its own begins behind these.
_JOINS = make_regex(
    r";\s|:\s(?=\d)"
    r"|,\s(?:and|but|while|whereas|as(?!\swell)|although|though)\s(?!wh[eio]|that\s)|"
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
#: An opening phrase without a time: «Under the plan, …».
_OPENING = make_regex(
    r"(?:According\sto|At|Under|With|For|By|After|In|Following|Despite|Amid)\s"
    r"(?!these|those|them)[^,;:]{3,90},\s"
)
#: «In a race between Cole, [Bell and Teal, …]».
_LIST_GOES_ON = make_regex(r"(?:[^\W\d_][\w’'-]*\s){1,4}(?:and|or)\s[^,]{2,50},\s")
#: A number holds when or where its opening says: «With rain in the hills, …».
_LIMITS = make_regex(
    r"\b(?:19|20)\d\d\b|\b(?:year|month|week|day|quarter|half|season|decade|night|"
    r"morning|game|match|race|"
    r"afternoon|evening|today|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|\w+day)s?\b"
    r"|\b(?:[Ii]n|[Aa]t|[Aa]mong|[Aa]cross)\s(?:[A-Z]|(?:an?|the)\s)"
)
_SAYS = make_regex(
    r"(?:also\s|then\s)?(?:said|says|added|announced|confirmed|promised|pledged)\s"
)
_LONGEST_SUBJECT = 9
#: «If we include gas, [oil and waste, the town …]»
_OPENED_LIST = make_regex(r"(?:If|When|While|As|Since|Although)\s.*,\s\w+,?$")
#: «in areas, [which were flooded]», «in profits [to Orrin]», «took 90 cars [off the
#: road]»: what is left says less.
_BARE_PLACE = make_regex(
    r"\b(?:in|an|auf|für|mit|von|nach|aus|bei|zu)\s[A-ZÄÖÜ][\wäöüß]+$"
)
_COMPLEMENT = make_regex(r"\sto\s[A-Z]|\s(?:off|into|onto|out)\s")
_WHICH = make_regex(
    r",\s(?:(?:an|auf|aus|bei|für|in|mit|von)\s)?(?:d(?:ie|er|as|en|em)|deren|dessen)\s"
)
#: «offers $9,000 for the arrest of the gunman | in connection with the attack»
_CONNECTED = make_regex(r"\sin\sconnection\swith\s")
#: «ruled 5-4 | that …»
_RULED = make_regex(r"(?<=\d[-–]\d)\s(?=that\s)")


class SentenceWord(NamedTuple):
    """A word or comma of a sentence, and whether it looks like a finite verb."""

    start: int
    end: int
    low: str
    finite: bool


@dataclass(frozen=True, kw_only=True)
class FigureSentence:
    """A sentence with a figure, without its opening and full stop.

    Offsets are those of the text.
    """

    text: str
    start: int
    end: int
    #: Where its first figure ends, before which no clause of interest does.
    first_figure: int
    german: bool

    @cached_property
    def words(self) -> Sequence[SentenceWord]:
        """Its words and commas."""
        return [
            SentenceWord(m.start(), m.end(), m[0].lower(), grammar.looks_finite(m[0]))
            for m in WORD.finditer(self.text, self.start, self.end)
        ]

    @cached_property
    def starts(self) -> Sequence[tuple[int, bool]]:
        """Where a clause may begin, and whether what is in front governs it."""
        find = _iter_german_starts if self.german else _iter_starts
        return sorted(find(self.text, self.start, self.end))

    @cached_property
    def ends(self) -> Sequence[int]:
        """Where a clause may end."""
        return sorted(set(self._listed_ends[0]))

    @cached_property
    def late_ends(self) -> Sequence[int]:
        """Where a clause may end for want of a better place."""
        return self._listed_ends[1]

    @cached_property
    def _listed_ends(self) -> tuple[list[int], list[int]]:
        return _list_ends(self.text, self.start, self.end, self.first_figure)

    @cached_property
    def brackets(self) -> Sequence[Span]:
        """Brackets that may be left out."""
        return [
            Span(start=m.start(), end=m.end())
            for m in _BRACKETS.finditer(self.text, self.start, self.end)
            if not grammar.NEGATION.search(m[0])
        ]

    @cached_property
    def insertions(self) -> Sequence[Span]:
        """Inserted clauses."""
        whole = Span(start=self.start, end=self.end)
        return [
            Span(start=start, end=end)
            for kind, start, end in insertions.find_insertions(self.text, whole)
            if kind != "modifier"
        ]

    @cached_property
    def denied(self) -> Span | None:
        """The first of two verbs of one subject, which may be left out.

        «The firm [denied a report, and] said that it would spend £15 million»: only
        before a verb of saying, which the verb before it cannot govern.
        """
        subject = 0 if self.german else _find_subject_end(self.words)
        if not subject:
            return None
        for m in statements.COORDINATE.finditer(self.text, subject, self.end):
            if _SAYS.match(self.text, m.end(), self.end):
                return Span(start=subject, end=m.end() - 1)
        return None


def bound_sentence(
    text: str, figure: Figure, *, german: bool = False
) -> FigureSentence | None:
    """The sentence of a figure; None for a question or a long one.

    Args:
        text: The article's text.
        figure: The first of the figures of the sentence.
        german: Whether the text is read as German.
    """
    sentence = figure.sentence
    start, end = _strip_leads(text, sentence), _strip_stop(text, sentence)
    if not 0 < end - start <= _LONGEST_SENTENCE or "?" in text[start : sentence.end]:
        return None
    return FigureSentence(
        text=text, start=start, end=end, first_figure=figure.end, german=german
    )


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


def _iter_german_starts(text: str, start: int, end: int) -> Iterator[tuple[int, bool]]:
    yield start, False
    at = text.find(";", start, end - 1)
    while at >= 0:
        if text[at + 1].isspace():
            yield at + 2, False
        at = text.find(";", at + 1, end - 1)


def _iter_starts(text: str, start: int, end: int) -> Iterator[tuple[int, bool]]:
    yield start, False
    opening = _OPENING.match(text, start, end)
    listed = opening and _LIST_GOES_ON.match(text, opening.end())
    if opening and not listed and not _LIMITS.search(opening[0]):
        yield opening.end(), True
    for m in _SAID_THAT.finditer(text, start, end):
        yield m.end(), True
    for m in _JOINS.finditer(text, start, end):
        front = text[start : m.start()]
        # A list, or a clause that stands before the one that it limits.
        listed_on = (m[0] == "; " and ": " in front) or _OPENED_LIST.match(front)
        if not listed_on and has_verb(front):
            yield m.end(), False


def _list_ends(
    text: str, start: int, end: int, least: int
) -> tuple[list[int], list[int]]:
    """Where the sentence may end from `least` on, and where if nowhere else."""
    span = Span(start=start, end=end)
    said = insertions.find_attribution(text, span)
    ends, late_ends = [said.start, end], list[int]()
    parts = (
        Span(start=least, end=said.start),
        Span(start=max(least, said.end), end=end),
    )
    for within in parts:
        for kind, at in sentence_ends.find_ends(text, span, within):
            if kind != "relative" and not _is_complemented(text, start, at):
                (late_ends if kind in _LATE else ends).append(at)
    for pattern in (statements.COORDINATE, _RULED, _CONNECTED):
        ends += [m.start() for m in pattern.finditer(text, least, end)]
    return (
        _drop_cut_lists(text, start, end, ends),
        _drop_cut_lists(text, start, end, late_ends),
    )


def _drop_cut_lists(text: str, start: int, end: int, found: Sequence[int]) -> list[int]:
    """The ends that are not in the middle of a list."""
    return [
        at for at in found if not completeness.cuts_list(text[start:at], text[at:end])
    ]


def _is_complemented(text: str, start: int, at: int) -> bool:
    """Whether what follows a place completes the noun before it."""
    described = _WHICH.match(text, at) and _BARE_PLACE.search(text, start, at)
    return bool(described or _COMPLEMENT.match(text, at))


def _find_subject_end(words: Sequence[SentenceWord]) -> int:
    """Where the subject of a sentence ends that begins with it; 0 if unsure."""
    for before, word in itertools.pairwise(words[:_LONGEST_SUBJECT]):
        if before.low in RELATIVE or before.low in OPENERS or word.low in ",;:":
            return 0
        if word.finite:
            return before.end if before.low not in DETERMINERS else 0
    return 0
