"""Shortens a sentence at clause boundaries, keeping exact spans; it rewords nothing.

A version of a sentence is a tuple of spans of the article's text. Two moves exist:
cut the tail off at a clause («…, pledging to …», «… after the …»), and take out an
inserted clause between commas («…, who is 38, …»). A version counts only while it
still reads as a sentence: it has a finite verb, ends in no function word, and leaves
no mark or bracket open (clause-level compression after Dorr et al., 2003, «Hedge
Trimmer», without its parser).
"""

import re
from collections.abc import Iterator

from digests.language import verbs, words
from digests.summaries.passages import balanced
from digests.types import Span

Version = tuple[Span, ...]

#: Where a tail may begin without the rest saying anything else. Conditions («if»,
#: «unless», «until») are no such place, and lists have no such commas.
_SUBORDINATE = (
    "after|as|when|while|where|which|who|whose|whom|because|following|despite|amid|"
    "although|though|since|but|whereas|weil|nachdem|obwohl|während|wobei|aber"
)
_TAIL = re.compile(
    rf",\s(?=(?:{_SUBORDINATE}|[a-z]{{3,}}ing(?!\s(?:and|or)\s|,)|with|including|a|an|the|his|her|its|der|"
    rf"die|das|ein|eine)\s)|(?<!\d)\s?[—–]\s?(?=\S)|\s-{{1,2}}\s|[;:]\s"
    rf"|\s(?=(?:after|when|while|where|because|following|despite|amid|although|though|"
    rf"since|weil|nachdem|obwohl|während)\s)"
)
#: A tail that tells who says so, or how sure it is, never goes.
_VOUCHES = re.compile(
    r"\b(?:said|says|say|told|tells|according|claim\w*|alleg\w*|report(?:ed|s|edly)|"
    r"announced|believe[sd]?|denie[sd]|doubt\w*|not|never|only|laut|sagte|sagten|"
    r"zufolge|angeblich|nicht)\b|n['’]t\b"
)
_INSERTED = re.compile(
    r"(?P<comma>,\s(?:who|which|whose|where|whom|[a-z]{3,}(?:ing|ed)|an?|the|now|then|"
    r"formerly|der|die|das)\s[^,;:()\"“”—–]{3,120},(?=\s))"
    r"|(?P<dash>\s?(?:—|–|--)\s?[^,;:()\"“”—–]{3,160}?\s?(?:—|–|--))(?=\s?[a-z])"
)
_DASH = re.compile(r"—|\s–\s|\s-{1,2}\s")
_DANGLING_WORDS = """
    a an the of to in on at for with and or but by from as that which who is are was
    were has have had will would said says after before its his her their into than
    about over under between against among through during without within upon be been
    being more most very also not no this these those such when while where if because
    since until amid despite following including what how why whose whom can could may
    might should must do does did up out my your our each every both either neither der
    die das den dem des ein eine einen einem einer und oder in im an am auf mit von vom
    zu zum zur bei für aus nach über unter vor seit als wie dass weil ist sind war hat
    haben wird mr mrs ms dr
"""
_DANGLING = frozenset(_DANGLING_WORDS.split())
_FEWEST_WORDS = 4
_MARKS_AFTER = ",;:—–- \n\t\u00a0"
#: How much text in front of a sentence's end may be an ending mark.
_STOPS = ".!?…"


def shorten(text: str, span: Span, limit: int) -> Version | None:
    """The longest version of a sentence whose text has at most `limit` characters."""
    best: Version | None = None
    length = 0
    for version in versions(text, span):
        size = len(written(text, version))
        if length < size <= limit:
            best, length = version, size
    return best


def versions(text: str, span: Span) -> Iterator[Version]:
    """The readable versions of a sentence that are shorter than the sentence."""
    bodies: list[Version] = [(span,)]
    without = _without_insertions(text, span)
    if len(without) > 1:
        bodies.append(without)
        if reads_well(text, without):
            yield without
    for body in bodies:
        for end in ends(text, body[-1]):
            cut = (*body[:-1], Span(start=body[-1].start, end=end))
            if reads_well(text, cut):
                yield cut
        if len(body) > 1:
            yield from _cut_first(text, body[0])


def _cut_first(text: str, first: Span) -> Iterator[Version]:
    for end in ends(text, first):
        cut = (Span(start=first.start, end=end),)
        if reads_well(text, cut):
            yield cut


def ends(text: str, span: Span) -> list[int]:
    """Where the tail may be cut off; what vouches for the sentence stays."""
    last = max(
        (m.end() for m in _VOUCHES.finditer(text, span.start, span.end)), default=0
    )
    found = _TAIL.finditer(text, span.start, span.end)
    return [m.start() for m in found if m.start() >= last]


def insertions(text: str, span: Span) -> list[tuple[int, int]]:
    """Stretches between commas or dashes that the main clause can do without."""
    found = []
    for m in _INSERTED.finditer(text, span.start, span.end):
        after = re.match(r"\s?([\w'’-]+)", text[m.end() : m.end() + 40])
        vouches = _VOUCHES.search(text, m.start(), m.end())
        if after and verbs.looks_finite(after[1]) and not vouches:
            found.append((m.start(), m.end() + len(after.group()) - len(after[1])))
    return found


def _without_insertions(text: str, span: Span) -> Version:
    pieces = []
    start = span.start
    for a, b in insertions(text, span):
        if a > start:
            pieces.append(Span(start=start, end=a))
            start = b
    return (*pieces, Span(start=start, end=span.end))


def dangles(shown: str) -> bool:
    """Whether a text ends in a word that something must follow, or has no word."""
    found = words.tokens(shown[-80:])
    return not found or found[-1] in _DANGLING


def reads_well(text: str, version: Version) -> bool:
    """Whether a version still reads as a sentence of its own."""
    whole = " ".join(text[s.start : s.end].strip() for s in version)
    found = words.tokens(whole)
    if len(found) < _FEWEST_WORDS or found[-1] in _DANGLING:
        return False
    if not any(verbs.looks_finite(w) for w in found[1:]) or _waits(whole):
        return False
    return balanced(whole) and len(_DASH.findall(whole)) % 2 == 0


def _waits(whole: str) -> bool:
    """Whether the words are an opening that waits for its main clause."""
    about = _LEFT_OPEN.match(whole)
    if about and not any(verbs.looks_finite(w) for w in words.tokens(about[1])):
        return True
    if not _OPENER.match(whole):
        return False
    main = whole.partition(", ")[2]
    return not any(verbs.looks_finite(w) for w in words.tokens(main))


#: «The mayor, who was elected last spring»: the clause about him is not closed.
_LEFT_OPEN = re.compile(r"([^,]{1,80}),\s(?:who|which|whose|where)\s[^,]*$")
#: Words that open something in front of the main clause, one of the first two.
_OPENER = re.compile(
    r"(?:[\w'’]+\s)?(?:after|as|when|while|because|although|though|since|until|before|"
    r"if|unless|once|despite|amid|following|whereas|from|during|by|with|given|nachdem|"
    r"weil|wenn|während|obwohl|als)\s",
    re.IGNORECASE,
)


#: Where words between two spans went, the mark after them closes up.
_SPACED_MARK = re.compile(r"(?<=\w)\s([,;:.])(?=\s|$)")


def written(text: str, version: Version, mark: str = "") -> str:
    """A version as it is shown: even white space, a capital first, an ending mark."""
    pieces = []
    for span in version:
        piece = " ".join(text[span.start : span.end].split())
        pieces.append(piece)
    shown = _SPACED_MARK.sub(r"\1", " ".join(pieces)).rstrip(_MARKS_AFTER)
    if shown and shown[-1] not in _STOPS and not shown.endswith(_CLOSED):
        shown += mark
    return capital(shown)


_CLOSED = tuple(s + m for s in _STOPS for m in "\"'”’“»«)]")


def capital(shown: str) -> str:
    """A text with its first letter large; marks before it stay."""
    m = re.match(r"[\"'“‘„«»(\[]*", shown)
    at = m.end() if m else 0
    large = shown[at : at + 1].upper()
    # «ß» and «ı» have no capital of their own: a word must stay the same word.
    kept = large.casefold() == shown[at : at + 1].casefold() and len(large) == 1
    return shown[:at] + large + shown[at + 1 :] if kept else shown
