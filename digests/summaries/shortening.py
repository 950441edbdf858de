"""Shorten a sentence at clause boundaries, with exact spans and the same sense.

A version of a sentence is a tuple of spans of the article's text. A tail is
cut off at a clause («…, pledging to …», «… after the …»), an inserted clause between
commas is removed («…, who is 38, …»). A version must still read as a sentence: it has a
finite verb, does not end in a function word, and leaves no mark or bracket open
(clause-level compression after Dorr et al., 2003, «Hedge Trimmer», without its parser).

A cut is harmful if the last word that is kept needs what was removed («shortly | after
2 a.m.», «at a time | when …», «unable to say | where …»), or if the rest means
something else without it («the first man | since 1990», «did not quit | because he was
tired», «will be paid | when …»). A tail may also be cut before the last «and», where
the rest is true without the addition.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from digests.language import grammar, words
from digests.language.normalization import to_one_line
from digests.language.quotation_marks import has_balanced_marks
from digests.language.words import word_set
from digests.quotes.reporting import STRONG_CUES
from digests.types import Span

SentenceVersion = tuple[Span, ...]

#: Beginnings of tails without which the sense stays the same. Conditions («if»,
#: «unless», «until») and the commas of lists are not among them.
_SUBORDINATE = (
    "after|as|when|while|where|which|who|whose|whom|because|following|despite|amid|"
    "although|though|since|but|whereas|weil|nachdem|obwohl|während|wobei|aber"
)
_TAIL = re.compile(
    rf",\s(?=(?:{_SUBORDINATE}|[a-z]{{3,}}(?:ing|ed)(?!\s(?:and|or)\s|,)|with|including|a|an|the|his|her|its|der|"
    rf"die|das|ein|eine)\s)|(?<!\d)\s?[—–]\s?(?=\S)|\s-{{1,2}}\s|[;:]\s"
    rf"|\s(?=(?:after|when|while|where|because|despite|amid|although|though|"
    rf"since|weil|nachdem|obwohl|während)\s)"
)
#: A tail that attributes or qualifies the statement is never cut.
_VOUCHES = re.compile(
    r"\b(?:said|says|say|told|tells|according|claim\w*|alleg\w*|report(?:ed|s|edly)|"
    r"announced|believe[sd]?|denie[sd]|doubt\w*|not|never|only|laut|sagte|sagten|"
    r"zufolge|angeblich|nicht)\b|n['’]t\b"
)
#: Words of an attribution: «…, the mayor has warned on Monday.»
_LONGEST_SOURCE = 14
_COMMA = re.compile(r",\s")
#: A clause that depends on the words before its comma: «…, who has said she will».
_DEPENDS = re.compile(
    r",\s(?:who|which|that|whose|whom|where|when|and|but|[a-z]{2,}ing)\s"
)
_SAYS = word_set("said says say told according sagte sagten teilte laut zufolge")
_WHEN = word_set("""
    on monday tuesday wednesday thursday friday saturday sunday today yesterday
""")
_INSERTED = re.compile(
    r"(?P<comma>,\s(?:who|which|whose|where|whom|[a-z]{3,}(?:ing|ed)|an?|the|now|then|"
    r"formerly|der|die|das)\s[^,;:()\"“”—–]{3,120},(?=\s))"
    r"|(?P<dash>\s?(?:—|–|--)\s?[^,;:()\"“”—–]{3,160}?\s?(?:—|–|--))(?=\s?[a-z])"
)
_DASH = re.compile(r"—|\s–\s|\s-{1,2}\s")
_DANGLING = word_set("""
    a an the of to in on at for with and or but by from as that which who is are was
    were has have had will would said says after before its his her their into than
    about over under between against among through during without within upon be been
    being more most very also not no this these those such when while where if because
    since until amid despite following including what how why whose whom can could may
    might should must do does did up out my your our each every both either neither it
    them him der die das den dem des ein eine einen einem einer und oder in im an am auf
    mit von vom zu zum zur bei für aus nach über unter vor seit als wie dass weil ist
    sind war hat haben wird mr mrs ms dr
""")
_FEWEST_WORDS = 4
_MARKS_AFTER = ",;:—–- \n\t\u00a0"
#: How much text in front of a sentence's end may be an ending mark.
_STOPS = ".!?…"


def list_shorter_versions(text: str, span: Span) -> Iterator[SentenceVersion]:
    """The readable versions of a sentence that are shorter than the sentence."""
    ends = find_clause_ends(text, span)
    for body in ((span,), remove_gaps(span, find_insertions(text, span))):
        versions = (body, *(cut_version(body, end) for end in ends))
        for version in versions:
            if version != (span,) and is_readable(text, version):
                yield version


def remove_gaps(span: Span, gaps: Sequence[tuple[int, int]]) -> SentenceVersion:
    """What is left of a span without these parts, which are in order."""
    pieces = []
    start = span.start
    for a, b in gaps:
        if a > start:
            pieces.append(Span(start=start, end=a))
        start = max(start, b)
    if start < span.end:
        pieces.append(Span(start=start, end=span.end))
    return tuple(pieces)


def cut_version(version: SentenceVersion, end: int) -> SentenceVersion:
    """What is before a place of the text; nothing where it begins there."""
    kept = [s for s in version if s.start < end]
    return tuple(Span(start=s.start, end=min(s.end, end)) for s in kept)


def find_clause_ends(text: str, span: Span) -> list[int]:
    """Where the tail may be cut off; attributions and qualifications stay."""
    last = max(
        (m.end() for m in _VOUCHES.finditer(text, span.start, span.end)), default=0
    )
    found = _TAIL.finditer(text, span.start, span.end)
    return [m.start() for m in found if m.start() >= last]


def find_attribution(text: str, span: Span) -> Span:
    """The part that says who said it, with its comma; empty at the end if none does."""
    commas = [m.start() for m in _COMMA.finditer(text, span.start, span.end)]
    for start, end in itertools.pairwise([*commas, span.end]):
        said = [w for w in words.split_words(text[start:end]) if w not in _WHEN]
        if not 1 < len(said) <= _LONGEST_SOURCE or _DEPENDS.match(text, start):
            continue
        if said[-1] in STRONG_CUES or not _SAYS.isdisjoint(said):
            return Span(start=start, end=end)
    return Span(start=span.end, end=span.end)


def find_insertions(text: str, span: Span) -> list[tuple[int, int]]:
    """Insertions between commas or dashes that the main clause can omit."""
    found = []
    for m in _INSERTED.finditer(text, span.start, span.end):
        after = re.match(r"\s?([\w'’-]+)", text[m.end() : m.end() + 40])
        vouches = _VOUCHES.search(text, m.start(), m.end())
        if after and grammar.looks_finite(after[1]) and not vouches:
            found.append((m.start(), m.end() + len(after.group()) - len(after[1])))
    return found


def ends_dangling(shown: str) -> bool:
    """Whether a text ends in a word that needs a continuation, or has no word."""
    found = words.split_words(shown[-80:])
    return not found or found[-1] in _DANGLING


def is_readable(text: str, version: SentenceVersion) -> bool:
    """Whether a version still reads as a sentence of its own."""
    whole = " ".join(text[s.start : s.end].strip() for s in version)
    found = words.split_words(whole)
    if len(found) < _FEWEST_WORDS or found[-1] in _DANGLING or _NO_VERB.search(whole):
        return False
    if not any(grammar.looks_finite(w) for w in found[1:]) or _awaits_main_clause(
        whole
    ):
        return False
    if _GERMAN_OPENING.match(whole) and not _GERMAN_VERB.search(whole):
        return False
    return has_balanced_marks(whole) and len(_DASH.findall(whole)) % 2 == 0


#: A German auxiliary, and no verb at the end.
_NO_VERB = re.compile(
    r"\bwill\s(?:.*\s)?(?:de[nmr]|das|die|eine?[nmr]?|(?:ihr|sein)(?:e[nmrs]?)?)"
    r"\s[A-ZÄÖÜ][^\s,]*$|"
    r"\b(?:hat|haben|hatten?|wird|werden|wurden?|soll|sollen|kann|können|müssen)\s"
    r"(?:.*\s)?[A-ZÄÖÜ\d][^\s,]*$"
)


#: A German phrase before its verb, which has no comma: «Nach dem Brand in Auental».
_GERMAN_OPENING = re.compile(
    r"(?:Nach|Bei|Mit|Im|Am|Vor|Trotz|Wegen|Seit|Für|Zum|Zur)\s"
)
_GERMAN_VERB = re.compile(
    r"\s(?:ist|sind|war|waren|will|wollen|kann|können|soll|sollen|muss|müssen|darf|dürfen|"
    r"haben|werden|wurden|[a-zäöüß]{2,}(?:t|te|ten))\b"
)


def _awaits_main_clause(whole: str) -> bool:
    """Whether the words are an opening without its main clause."""
    about = _LEFT_OPEN.match(whole)
    if about and not any(grammar.looks_finite(w) for w in words.split_words(about[1])):
        return True
    if not _OPENER.match(whole):
        return False
    main = whole.partition(", ")[2]
    return not any(grammar.looks_finite(w) for w in words.split_words(main))


#: An unclosed relative clause: «The mayor, a baker who was elected last spring».
_LEFT_OPEN = re.compile(
    r"([^,]{1,80}),\s(?:(?:an?|the)\s[^,]{1,80}?\s)?(?:who|which|whose|where|that)\s[^,]*$"
)
#: Words that begin a clause before the main one; one of the first two words.
_OPENER = re.compile(
    r"(?:(?:\w+\s)?(?:hours?|days?|weeks?|months?|years?)\s|[\w'’]+\s)?(?:after|as|when|while|because|although|though|since|until|before|"
    r"if|unless|once|despite|amid|following|whereas|from|during|by|with|given|nachdem|"
    r"weil|wenn|während|obwohl|als)\s",
    re.IGNORECASE,
)


#: A space before a mark, where words between two spans were removed.
_SPACED_MARK = re.compile(r"(?<=[^\s—–-])\s([,;:.])(?=\s|$)")


def format_version(text: str, version: SentenceVersion, mark: str = "") -> str:
    """A version as it is shown: single spaces, a capital, an ending mark."""
    pieces = " ".join(text[span.start : span.end] for span in version)
    shown = _SPACED_MARK.sub(r"\1", to_one_line(pieces)).rstrip(_MARKS_AFTER)
    if shown and shown[-1] not in _STOPS and not shown.endswith(_CLOSED):
        shown += mark
    return capitalize_start(shown)


_CLOSED = tuple(s + m for s in _STOPS for m in "\"'”’“»«)]")


_FIRST_LETTER = re.compile(r"\w")


def capitalize_start(shown: str) -> str:
    """A text with its first letter in upper case, after any marks."""
    return _FIRST_LETTER.sub(_capitalize, shown, count=1)


def _capitalize(first: re.Match[str]) -> str:
    large = first[0].upper()
    # «ß» and «ı» have no capital of their own and stay.
    same = large.casefold() == first[0].casefold() and len(large) == 1
    return large if same else first[0]


#: Words that a clause of time or reason completes.
_LEANS_ON = word_set("""
    shortly soon long right just immediately ever even only largely mainly mostly partly
    simply precisely exactly especially particularly now then late early days day weeks
    week months month years year hours hour minutes minute seconds moments moment
    decades decade centuries nights night mornings morning evening time times point
    stage case cases situation place places area areas age era reason reasons way ways
    kurz erst nur gerade schon tage wochen monate jahre stunden minuten tag woche monat
    jahr zeit zeitpunkt
""")
#: Words that always need a continuation.
_WAITS = word_set("""
    even especially particularly notably namely yet whether such like unlike versus via
    per plus except besides towards toward onto throughout across near beyond sogar
    insbesondere trotz samt laut
""")
#: Words whose object a clause is: «unable to say when», «it is unclear where».
_ASKS = word_set("""
    say says said know knows knew known see sees saw seen decide decides decided tell
    tells told ask asks asked explain explains explained remember remembers show shows
    showed shown unclear clear sure determine determined wonder wondered is was weiß
    wissen klar unklar fragen sagen
""")
_CLAUSE = re.compile(
    r"\s(after|before|since|when|while|where|because|as|although|though|once|until|"
    r"following|despite|amid|weil|nachdem|obwohl|während|bevor|wo|wenn|seit)\b"
)
_SUPERLATIVE = re.compile(
    r"\b(?:first|last|only|most|least|best|worst|[a-z]{3,}(?:est)|erste[nrs]?|"
    r"einzige[nrs]?|letzte[nrs]?)\b"
)
#: Verbs with which a clause of time is a condition.
_OPEN = re.compile(
    r"\b(?:will|would|can|could|may|might|must|should|shall|wird|werden|kann|können|"
    r"soll|sollen|muss|müssen|darf|dürfen)\b"
)
_LONE = re.compile(r",\s[a-zäöü]+$")
#: A lone word after a comma that needs nothing more.
_ENOUGH = (", too", ", though", ", however")
_LOOKED_AT = 400


def is_harmful_cut(text: str, start: int, at: int) -> bool:
    """Whether a cut of `text[start:]` at `at` leaves half a phrase or another sense.

    Args:
        text: The article's text.
        start: Where the sentence, or its last piece, begins.
        at: The end of what is kept.
    """
    kept = text[max(start, at - _LOOKED_AT) : at].rstrip()
    link = _CLAUSE.match(text, at)
    return _leaves_hanging(kept, link) or (
        link is not None and _changes_sense(kept, link[1])
    )


def _leaves_hanging(kept: str, link: re.Match[str] | None) -> bool:
    """Whether the last word that is kept needs what follows."""
    found = words.split_words(kept[-80:])
    if not found or found[-1] in _WAITS:
        return True
    if _LONE.search(kept) and not kept.endswith(_ENOUGH):
        return True
    if link is None:
        return False
    return found[-1] in _LEANS_ON or (found[-1] in _ASKS and link[1] in _QUESTIONS)


_QUESTIONS = word_set("when where wo wann")
_REASONS = word_set("because weil")
_CONDITIONS = word_set("when where once until wenn")
_SINCE = word_set("since seit")


def _changes_sense(kept: str, link: str) -> bool:
    """Whether what is kept means something else without the clause."""
    if link in _SINCE:
        return _SUPERLATIVE.search(kept) is not None
    if link in _REASONS:
        return grammar.NEGATION.search(kept.rpartition(", ")[2]) is not None
    return link in _CONDITIONS and _OPEN.search(kept) is not None


_AND = re.compile(r",?\s(?:and|und)\s(?P<next>[\w'’-]+)")
_ADDED = word_set("""
    the a an his her its their this these those several many some more in on for with to
    from at by der die das ein eine seine ihre mit für in
""")
#: After these both parts are needed, or the rest is untrue without the other.
_NEEDS_BOTH = re.compile(
    r"\b(?:between|both|either|neither|whether|half|combined|together|total|equal\w*|"
    r"same|differen\w+|among|if|unless|until|once|only|when|without|zwischen|sowohl|"
    r"weder|ob|wenn|nur|ohne|zusammen)\b",
    re.IGNORECASE,
)
#: The tail attributes or qualifies the statement and must stay.
_VOUCHED = re.compile(
    r"\b(?:sa(?:id|ys?)|told|according|claim\w*|alleg\w*|report\w*|announced|believe\w*|"
    r"den(?:y|ies|ied)|doubt\w*|warn\w*|not|never|no|but|laut|sagten?|zufolge|angeblich|"
    r"nicht|aber)\b|n['’]t\b|[\"“”„]"
)
_LIST = 60


def find_conjunct_ends(text: str, span: Span) -> list[int]:
    """Where the last addition with «and» may be left out."""
    found = []
    for m in _AND.finditer(text, span.start, span.end):
        kept, tail = text[span.start : m.start()], text[m.end() : span.end]
        if (
            "," in kept[-_LIST:]
            or _NEEDS_BOTH.search(kept)
            or grammar.NEGATION.search(kept)
        ):
            continue
        if _joins_whole_things(kept, m["next"]) and not _VOUCHED.search(tail):
            found.append(m.start())
    return found


def _joins_whole_things(kept: str, following: str) -> bool:
    """Whether «and» joins complete parts, not as in «red and green lamps»."""
    before = words.split_words(kept[-_LIST:])
    if not before or grammar.looks_finite(before[-1]):
        return False
    if following.lower() in _ADDED or grammar.looks_finite(following):
        return True
    return grammar.looks_participle(following) and before[-1][-1:] == "s"
