"""Shorten a sentence as an editor does who may only leave out whole parts.

A version of a sentence is a tuple of spans of the article's text. What may be left out,
beginning with what is missed least:

1. who stated a plain fact («…, the police said on Monday»);
2. an opening before the main clause («After two years of talks, …»);
3. an insertion between commas or dashes («…, who is 38, …»);
4. the end, from a comma, a dash or a conjunction («…, pledging to …», «… after the …»);
5. the end, from a phrase («… in the old town») or an addition («… and the roads»).

The loss of a version is counted in content words, each kind of part with its weight.
What is left is a sentence of the same sense: it has its verb and the complements of its
verb, no clause is open, no word waits for what was removed («shortly | after 2 a.m.»,
«unable to say | where …»), no statement loses a denial or a doubt, and nothing turns
into a greater claim («the first man | since 1990», «will be paid | when …»).
Clause-level compression after Dorr et al., 2003, «Hedge Trimmer», without its parser.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from digests.language import grammar, words
from digests.language.normalization import to_one_line
from digests.language.quotation_marks import has_balanced_marks
from digests.language.words import load_word_tables, word_set
from digests.quotes.reporting import STRONG_CUES
from digests.types import Span

SentenceVersion = tuple[Span, ...]

_TABLES = load_word_tables(__file__, "shortening_words.txt")
_DANGLING, _LEANS_ON = _TABLES["dangling"], _TABLES["leans_on"]
_WAITING = _TABLES["waiting"]
#: Stems that say when, not what.
TIMES = frozenset(words.extract_stems(" ".join(_TABLES["times"])))

#: What a content word of each kind of part is worth, and a cut of the kind itself.
_WEIGHTS = {
    "source": (0.1, 0.0),
    "opening": (0.5, 0.0),
    "insertion": (0.5, 0.0),
    "identity": (1.0, 1.0),
    "comma": (0.7, 0.0),
    "link": (0.7, 0.5),
    "addition": (0.7, 1.0),
    "outcome": (0.7, 2.5),
    "phrase": (0.7, 2.0),
}


#: A sentence with more parts is a list, of which not every version is looked at.
_MOST_INSERTIONS, _MOST_ENDS = 6, 40


class Part(NamedTuple):
    """A part of a sentence that may be left out, and what is lost with it."""

    start: int
    end: int
    loss: float


def list_versions(
    text: str, span: Span, *, headline: bool = False
) -> list[tuple[float, SentenceVersion]]:
    """The versions of a sentence with their losses, the whole sentence first.

    They are not yet known to be readable (`is_readable`), which takes longer.

    Args:
        text: The article's text.
        span: The sentence.
        headline: Whether it may go without who stated a plain fact and without the
            last phrases; a sentence of a summary keeps them.
    """
    said = find_attribution(text, span)
    found = []
    for opening, inner, ends in itertools.product(
        _find_openings(text, span) if headline else [()],
        _choose_insertions(text, span)[:_MOST_INSERTIONS],
        _choose_ends(text, span, said, headline=headline)[:_MOST_ENDS],
    ):
        if inner and ends and inner[-1].end > ends[0].start:
            continue
        parts = sorted((*opening, *inner, *ends))
        version = remove_gaps(span, [(part.start, part.end) for part in parts])
        found.append((sum(part.loss for part in parts), version))
    return found


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


def _build_part(text: str, kind: str, start: int, end: int) -> Part:
    weight, fixed = _WEIGHTS[kind]
    lost = sum(stem not in TIMES for stem in words.extract_stems(text[start:end]))
    return Part(start, end, fixed * (lost > 0) + weight * lost)


# ── parts ───────────────────────────────────────────────────────────────────────

#: Openings of a sentence. Only a clause may have a verb: «In town it was said, …» is
#: the statement itself.
_OPENING = re.compile(
    r"(?:(?P<clause>After|Before|As|When|While|Since|Once|Although|Though)|On|In|At|During"
    r"|Following|With|Despite|For|By|From|Earlier|Late|Amid|Under|Still|However"
    r"|Meanwhile)(?:\s[^,;:()\"“”]{2,90})?,\s"
    r"(?!(?:and|und|he|she|they|when|as|after|while)\b)"
)
_CONNECTIVE = re.compile(r"(?:And|But|So|Yet)\s")


def _find_openings(text: str, span: Span) -> list[tuple[Part, ...]]:
    m = _CONNECTIVE.match(text, span.start, span.end)
    first = (Part(*m.span(), 0.0),) if m else ()
    m = _OPENING.match(text, m.end() if m else span.start, span.end)
    spoken = m and not grammar.AUXILIARIES.isdisjoint(words.split_words(m[0]))
    if m is None or (spoken and not m["clause"]):
        return [first]
    return [first, (_build_part(text, "opening", span.start, m.end()),)]


_FINITE = "|".join(sorted(grammar.AUXILIARIES | grammar.PAST | grammar.PRESENT))
_INSERTED = re.compile(
    rf",\s(?P<first>[a-zäöü]+)\s[^;:()]{{3,240}}?(?P<comma>,)(?=\s(?:{_FINITE}|[a-z]+ed)\s)"
    r"|,\s(?:who|which|whose|where)\s[^,;:()]{3,120}(?=,\s[a-z]+ing\s)"
    r"|\s?(?:—|–|--|\s-)\s?[^,;:()—–]{3,160}?\s?(?:—|–|--|\s-)\s?(?P<next>[a-z'’]+)"
)
#: «a bus| carrying 52 people to a fair| fell»: what is said of one of many.
_MODIFIER = re.compile(
    r"(?:\A|[.!?]\s|\b(?:when|after|as|that|because|while|and)\s)"
    r"[Aa]n?\s(?:[\w-]+\s){0,3}?[\w-]+(?P<gap>\s(?:[a-z]{3,}ing|above|near|in|on|with"
    r"|from|at|outside|for|over|under|behind)\s[^,;:()\"“”]{3,70}?)"
    rf"(?=\s(?:{_FINITE}|[a-z]+ed\s(?:an?|the|his|her|its|their|on|in|at|to|for|from))\s)"
    r"(?<!\sto)"
)
_RELATIVE = re.compile(r"\s(?:who|whose)\s")
_NAME_BEFORE = re.compile(r"[A-ZÄÖÜ][\w.'’-]*(?:\s[A-ZÄÖÜ][\w.'’-]*){1,3}$")


def _choose_insertions(text: str, span: Span) -> list[tuple[Part, ...]]:
    """No insertion, or each one that the main clause can omit."""
    found: list[tuple[Part, ...]] = [
        (),
        *(
            (_build_part(text, "identity", *m.span("gap")),)
            for m in _MODIFIER.finditer(text, span.start, span.end)
        ),
    ]
    for m in _INSERTED.finditer(text, span.start, span.end):
        end = m.start("next") if m["next"] else m.end()
        inside = text[m.start() : end]
        if _QUALIFIES.search(inside) or not has_balanced_marks(inside):
            continue
        named = _NAME_BEFORE.search(text, max(span.start, m.start() - 60), m.start())
        kind = "identity" if named and m["first"] in _ARTICLES else "insertion"
        found.append((_build_part(text, kind, m.start(), end),))
        relative = _RELATIVE.search(text, m.start() + 2, end)
        if relative and m["comma"]:
            found.append((_build_part(text, "insertion", relative.start(), end - 1),))
    return found


_ARTICLES = word_set("a an the der die das")
#: Words of an attribution: «…, the mayor has warned on Monday.»
_LONGEST_SOURCE = 14
_COMMA = re.compile(r",\s")
#: A clause that depends on the words before its comma: «…, who has said she will».
_DEPENDS = re.compile(
    r",\s(?!according)(?:who|which|that|whose|whom|where|when|and|but|[a-z]{2,}ing)\s"
)
_SAYS = word_set(
    "said says say told report reports according sagte sagten teilte laut zufolge"
)
_WHEN = _TABLES["times"] | {"on"}


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


#: Who only claims something stays beside it; a body that knows need not be named.
_CLAIMED = re.compile(
    r"claim|alleg|reported|believ|accus|\bwarn(?:s|ed)?\b|deni|union|part(?:y|ies)\b"
    r"|campaign|lawyer",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b(?:officials?|police|agenc(?:y|ies)|office|bureau|service|rescue|authorit(?:y|ies)|"
    r"ministry|department|coroner|hospital|trust|company|firm|watchdog|regulator|"
    r"brigade|council|family|distributor|minister|sheriff|military|spokes\w+|researchers|scientists|journal|"
    r"figures|traders|Polizei|Feuerwehr|Behörde|Ministerium|Stadt|Gericht)\b",
    re.IGNORECASE,
)
#: A forecast, a judgement or an accusation is not stated without its source.
_DISPUTABLE = re.compile(
    r"\b(?:could|may|might|would|should|must|likely|expected|blam\w+|accus\w+|"
    r"deliberate\w*|illegal\w*|attack\w*|terror\w*|n[o']t|guilty|fail\w*|fraud\w*|"
    r"abus\w+|discriminat\w+|viol\w+|corrupt\w*|st[eo]le?\w*|unfair\w*|wrong\w*|"
    r"danger\w*|lie[ds]?|best|worst)\b"
    r"|[\"“”«»]"
)


def _is_plain(text: str, statement: Span, said: Span) -> bool:
    """Whether a statement is a fact that the body which states it can know."""
    return (
        _OFFICE.search(text, said.start, said.end) is not None
        and not _CLAIMED.search(text, said.start, said.end)
        and not _DISPUTABLE.search(text, statement.start, statement.end)
    )


def _choose_ends(
    text: str, span: Span, said: Span, *, headline: bool
) -> list[tuple[Part, ...]]:
    """What may be left out at the end: nothing, the source, a tail, or both."""
    statement = Span(start=span.start, end=said.start)
    plain = headline and _is_plain(text, statement, said)
    source = _build_part(text, "source", said.start, said.end)
    found: list[tuple[Part, ...]] = [()]
    if plain:
        found.append((source,))
    after = Span(start=said.end, end=span.end)
    for _, tail in _find_ends(text, span, after):
        found += [(tail,), (source, tail)] if plain else [(tail,)]
    for m, part in _find_ends(text, span, statement):
        if m["phrase"] and not headline:
            continue
        if said.start == said.end:
            found.append((part,))
            continue
        lost = _build_part(text, "comma", said.end, span.end)
        found.append((part, lost))
        if plain:
            found.append((part, source))
            found.append((part, source, lost))
    return found


# ── ends ────────────────────────────────────────────────────────────────────────

_LINKS = (
    "after|as|before|when|while|where|because|following|despite|amid|although|though"
    "|since|whereas"
)
#: What follows the comma of a tail: a clause, a participle, an apposition, a phrase.
_AFTER_COMMA = (
    rf"(?:{_LINKS}|who|which|whose|whom|[a-z]{{3,}}(?:ing|ed)(?!\s(?:and|or)\s|,)|hurt"
    r"|driven|led|held|made|known|built|hit|taken|seen|almost|nearly|about|with"
    r"|including|an?|the|his|her|its|their|more|less|up|down|even|part|one|at|in|on|for"
    r"|to|from|weil|nachdem|obwohl|während|wobei|als|bevor|der|die|das|den|dem|deren"
    r"|dessen|eine?)\s"
)
#: A name that ends the sentence: «the hospital's parent company| , Torvale Health.»
_LAST_NAME = r"[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,3}\.\Z"
_PHRASES = (
    rf"(?:{'|'.join(sorted(_TABLES['circumstance']))})\s(?![£$€]?\d(?!\d{{3}}\b))"
    r"|to\s[A-Z]|(?:prior|due|thanks)\sto\s|ahead\sof\s|by\s[a-z]+ing\s"
)
_END = re.compile(
    rf"(?P<comma>,\s(?={_AFTER_COMMA})|(?<=[a-z]),\s(?={_LAST_NAME})"
    r"|(?<!\d)\s?[—–]\s?(?=\S)|\s-{1,2}\s|;\s|:\s(?![\"'“‘„«»]))"
    r"|(?P<link>(?<!,)\s(?=(?:(?:just|even|shortly|immediately|soon)\s)?"
    rf"(?P<word>{_LINKS}|who)\s))"
    r"|(?P<addition>,?\s(?=(?:and|but|und|aber)\s))"
    rf"|(?P<phrase>(?<!,)\s(?!in early)(?={_PHRASES}))"
)
#: «met, pledging to …»: the news is after the comma.
_OUTCOME = re.compile(
    r",\s(?:pledging|promising|vowing|agreeing|warning|threatening|killing|injuring|"
    r"wounding|destroying|ending|eliminating|beating|leaving|sending)\s"
)
#: The tail denies, doubts or limits the statement, or says who made it.
_LIMITS = re.compile(
    r"\b(?:claim\w*|alleg\w*|believe[sd]?|doubt\w*|reportedly|according|only|zufolge"
    r"|angeblich)\b"
    r"|,\s(?!who|which|and|but|that|when|as)[^,]*\b(?:said|says|told|laut|sagten?)\b"
)
#: A denial so near to a cut is about what stands before it.
_NEAR = 15
_QUALIFIES = re.compile(
    rf"\b(?:said|says|told|announced|report(?:ed|s)|sagten?)\b|{_LIMITS.pattern}"
    rf"|{grammar.NEGATION.pattern}"
)


def _find_ends(
    text: str, span: Span, within: Span
) -> Iterator[tuple[re.Match[str], Part]]:
    """Where a sentence may end, with what is lost up to the end of `within`."""
    last = max(
        (m.end() for m in _LIMITS.finditer(text, within.start, within.end)),
        default=span.start,
    )
    for m in _END.finditer(text, within.start, within.end):
        kind = m.lastgroup or "comma"
        if m.start() < last or grammar.NEGATION.search(text, m.end(), m.end() + _NEAR):
            continue
        if not _is_sound(text, span, m, within.end):
            continue
        if _OUTCOME.search(text, m.start(), within.end):
            kind = "outcome"
        yield m, _build_part(text, kind, m.start(), within.end)


_LOOKED_AT = 400
#: Links that complete a noun or a question: «the place where», «unable to say when».
_ASKED = word_set("when where who wo wann")


def _is_sound(text: str, span: Span, m: re.Match[str], stop: int) -> bool:
    """Whether what stands before a place is complete, and means the same."""
    kept = text[max(span.start, m.start() - _LOOKED_AT) : m.start()]
    tail = text[m.end() : stop]
    found = words.split_words(kept[-80:])
    if len(found) < 2 or found[-1] in _DANGLING or _LONE.search(kept):
        return False
    resumed = _RESUMED.search(tail)
    if (resumed and grammar.looks_finite(resumed[1])) or not has_balanced_marks(kept):
        return False
    if _leaves_clause_open(kept, "" if m["comma"] else tail):
        return False
    if m["comma"]:
        return _ends_at_comma(m[0], kept, tail)
    # A German verb may be the last word of its clause.
    german = m[0][0] != "," and _GERMAN.search(kept)
    if german or _HARMED.search(kept) or _takes_verb(tail):
        return False
    if m["link"]:
        asked = _TABLES["asks"] if m["word"] in _ASKED else frozenset()
        leans = found[-1] in _LEANS_ON | asked
        return not leans and not _changes_sense(kept, m["word"])
    if _waits_for_phrase(kept, found):
        return False
    return (_TO_VERB.match(tail) is None) if m["phrase"] else _adds_whole(kept, tail)


def _ends_at_comma(mark: str, kept: str, tail: str) -> bool:
    """Whether a clause ends at a comma or a dash, which does not enclose something."""
    if ("," in kept and _RESUMES.match(tail)) or _INFINITIVE.search(tail):
        return False
    dashes = len(_DASH.findall(tail))
    return dashes == 0 if _DASH.search(mark) else dashes % 2 == 0


#: What may go on after an apposition: «…, the head of police, to court».
_RESUMES = re.compile(r"(?:on|for|to|from|(?:at|in)(?!\s[A-Z]))\s")
#: The main clause after an insertion: «…, has resigned».
_RESUMED = re.compile(r",\s([a-zäöü’']+)\s")
#: A German infinitive or a separate part of a verb, which completes the main clause.
_INFINITIVE = re.compile(
    r"(?:\bzu\s[a-zäöüß]+n|[a-z]zu[a-zäöüß]{3,}en)\b(?=[.,]|\Z)|,\s[a-zäöü]+\.?\Z"
)
#: A phrase before the verb that completes the main clause: «voted | on Monday to sell».
_TO_VERB = re.compile(
    r"(?!in\san?\s(?:bid|effort|attempt)|by\s)[^,;:()]*?\sto\s"
    r"(?!the\b|an?\b|his\b|its\b)[a-z]+\b"
)
#: A lone word after a comma, unless it needs nothing more: «…, too».
_LONE = re.compile(r",\s(?!too$|though$|however$)(?:(?:the|an?)\s)?[a-zäöü]+$")
#: «were killed | when …», «has died in hospital | after …»: in what?
_HARMED = re.compile(
    r"\b(?:killed|injured|wounded|hurt|dead|died|missing|hospital|homes|arrested|apologi[sz]ed|"
    r"mocked)\Z"
)
#: Links of clauses; after the second group a phrase without a verb may follow too.
_LINK = re.compile(
    r"\b(?:(?P<clause>but|while|when|that|which|who|because|although|though|if|unless|where|"
    r"dass|weil|wenn|obwohl|während)|as|after|before|since|until|aber|als|nachdem)\s"
)


def _leaves_clause_open(kept: str, tail: str) -> bool:
    """Whether a cut is between a conjunction and the verb of its clause."""
    links = list(_LINK.finditer(kept))
    if not links or _has_verb(kept[links[-1].end() :]):
        return False
    return bool(links[-1]["clause"]) or _takes_verb(tail)


#: A new clause, with or without a link.
_ANY_LINK = re.compile(
    _LINK.pattern.replace("?P<clause>", "?:")
    + r"|[,;:()\"“”—–]|\b(?:and|or|how|why|what|whose|whom|than|he|she|it|"
    r"they|we|i|you|to|und|oder|die|der|das)\s"
)


def _takes_verb(tail: str) -> bool:
    """Whether a verb of the clause before it is in the tail: «| here are off»."""
    phrase = _ANY_LINK.split(tail, maxsplit=1)[0]
    return any(
        grammar.looks_finite(word) and word[-1:] != "s"
        for word in words.split_words(phrase)[1:]
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


_NOT = re.compile(r"\b(?:not|nicht)\b|n['’]t\b")


def _changes_sense(kept: str, link: str) -> bool:
    """Whether what is kept means something else without the clause."""
    if link in ("since", "seit"):
        return _SUPERLATIVE.search(kept) is not None
    if link in ("because", "weil"):
        return _NOT.search(kept.rpartition(", ")[2]) is not None
    return link in ("when", "where", "once") and _OPEN.search(kept) is not None


#: Verbs whose statement, predicate or place must be kept: «believe the dam is safe»,
#: «called the rebate unfair», «sent the bill to the governor», «is the latest step».
_COMPLETED_LATER = re.compile(
    r"\b(?:(?:believe|think|hope|fear|say|claim|warn|suggest|insist|expect|feel|know|argue"
    r"|lets?|make|help)(?:s|ed)?\s(?!to\b)|(?:said|thought|felt|let)\s)"
    r"(?!.*\b(?:is|are|was|were|has|have|had|will|would|could|can|may|should|must)\b)"
    r"|\b(?:call|name|dubb|label|consider|declar|deem|render|brand)(?:s|ed|e)?\s"
    r"(?!(?:for|on|in|at|by|against|as)\b)"
    r"|\b(?:put|puts|putting|sen[dt]|sends|sending|br(?:ing|ings|inging|ought)|turn(?:s|ed)?|"
    r"hand(?:s|ed|ing)?|mov(?:e|es|ed)|driv(?:e|es|en)|drove|forc(?:e|es|ed)|blam(?:e|es|ed)|"
    r"accus(?:e|es|ed)|charg(?:e|es|ed)|replac(?:e|es|ed)|compar(?:e|es|ed)|fell|falls|fallen|"
    r"struck|crash(?:es|ed)|plung(?:es|ed)|burst|broke|plead(?:s|ed)|add(?:s|ed|ing)?)"
    r"(?:\s[^\s,;]+){0,6}$"
    r"|\b(?:is|are|was|were|be|become|became)\s(?:the|an?)(?:\s[\w-]+){1,4}$"
)
#: Before a verb whose complements are unknown: «to look», «may continue».
_BEFORE_VERB = word_set("to can could will would may might must shall should not only")


def _waits_for_phrase(kept: str, found: Sequence[str]) -> bool:
    """Whether a phrase may complete the last words that are kept."""
    last = found[-1]
    return (
        last in _WAITING
        or found[-2] in _BEFORE_VERB
        or grammar.looks_finite(last)
        or grammar.looks_participle(last)
        or _COMPLETED_LATER.search(kept) is not None
    )


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
#: A list, or a denial, goes on after «and», unless a verb follows.
_GOES_ON = re.compile(rf",[^,]{{0,60}}$|{grammar.NEGATION.pattern}")


def _adds_whole(kept: str, tail: str) -> bool:
    """Whether «and» joins complete parts, not as in «red and green lamps»."""
    following = tail.lower().split(maxsplit=7)[1:7]
    if not following or _NEEDS_BOTH.search(kept):
        return False
    first = following[0]
    if grammar.looks_finite(first) or grammar.looks_participle(first):
        return True
    if not grammar.AUXILIARIES.isdisjoint(following[1:]):
        return True
    return not _GOES_ON.search(kept) and not _ADDED.isdisjoint(following[:2])


_GERMAN = re.compile(
    r"\b(?:[Dd](?:er|ie|as|e[nms])|ein(?:e[rnms]?)?|und|für|von|mit)\s"
)
_CONTRACTED = ("'ve", "'re", "'ll", "'d")


def _has_verb(text: str) -> bool:
    """Whether there is a finite verb: «has», «closed», «the mills close»."""
    found = words.split_words(text)
    if any(grammar.looks_finite(w) or w.endswith(_CONTRACTED) for w in found):
        return True
    if _GERMAN.search(text):
        return _GERMAN_VERB.search(text) is not None
    return any(
        before[-1:] == "s" and grammar.looks_finite(f"{word}s")
        for before, word in itertools.pairwise(found)
    )


# ── what is left ────────────────────────────────────────────────────────────────

_FEWEST_WORDS = 4
_DASH = re.compile(r"—|\s–\s|\s-{1,2}\s")


def is_readable(text: str, version: SentenceVersion) -> bool:
    """Whether a version reads as a sentence of its own."""
    pieces = [text[s.start : s.end].strip() for s in version]
    whole = " ".join(pieces)
    if not has_balanced_marks(whole) or len(_DASH.findall(whole)) % 2:
        return False
    resumed = _RESUMED.match(pieces[-1]) if len(pieces) > 1 else None
    if resumed and (resumed[1] in _SAYS or not grammar.looks_finite(resumed[1])):
        whole = " ".join(pieces[:-1])  # Without who said it, or an outcome.
    if len(words.split_words(whole)) < _FEWEST_WORDS or _NO_VERB.search(whole):
        return False
    if _GERMAN_OPENING.match(whole) and not _GERMAN_VERB.search(whole):
        return False
    return _has_verb(whole.partition(" ")[2]) and not _awaits_main_clause(whole)


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
    if about and not _has_verb(about[1]):
        return True
    return bool(_OPENER.match(whole)) and not _has_verb(whole.partition(", ")[2])


#: An unclosed relative clause: «The mayor, a baker who was elected last spring».
_LEFT_OPEN = re.compile(
    r"([^,]{1,80}),\s(?:(?:an?|the)\s[^,]{1,80}?\s)?(?:who|which|whose|where|that)\s[^,]*$"
)
#: Words that begin a clause before the main one; one of the first two words.
_OPENER = re.compile(
    r"(?:(?:\w+\s)?(?:hours?|days?|weeks?|months?|years?)\s|(?:shortly|soon|just|even|only"
    r"|ever|long|right|[a-z]+ly)\s)?(?:after|as|when|while"
    r"|because|although|though|since|until|before|if|unless|once|despite|amid|following"
    r"|whereas|from|during|by|with|given|nachdem|weil|wenn|während|obwohl|als)\s",
    re.IGNORECASE,
)


#: A space before a mark, where words between two spans were removed.
_SPACED_MARK = re.compile(r"(?<=[^\s—–-])\s([,;:.])(?=\s|$)")
_MARKS_AFTER = ",;:—–- \n\t\u00a0"
_STOPS = ".!?…"
_CLOSED = tuple(s + m for s in _STOPS for m in "\"'”’“»«)]")
_FIRST_LETTER = re.compile(r"\w")


def format_version(text: str, version: SentenceVersion, mark: str = "") -> str:
    """A version as it is shown: single spaces, a capital, an ending mark."""
    pieces = " ".join(text[span.start : span.end] for span in version)
    shown = _SPACED_MARK.sub(r"\1", to_one_line(pieces)).rstrip(_MARKS_AFTER)
    if shown and shown[-1] not in _STOPS and not shown.endswith(_CLOSED):
        shown += mark
    return _FIRST_LETTER.sub(_capitalize, shown, count=1)


def _capitalize(first: re.Match[str]) -> str:
    large = first[0].upper()
    # «ß» and «ı» have no capital of their own and stay.
    same = large.casefold() == first[0].casefold() and len(large) == 1
    return large if same else first[0]
