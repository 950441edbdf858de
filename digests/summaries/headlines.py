"""Writes a headline by leaving words out of one sentence; it adds none.

A given title is kept. Else the best sentence of the lead is shortened: ornaments go
first (an opening like «On Monday,», titles before a full name, inserted clauses),
then the tail at a clause or, where that is not enough, at a phrase. Of what fits the
version that keeps most of the story wins. A headline never ends on a function word.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from digests.language import verbs, words
from digests.summaries import clauses, ornaments, passages
from digests.summaries.clauses import Version
from digests.summaries.ornaments import Gap
from digests.summaries.passages import Passage
from digests.types import Article, Headline, Span

#: Wanted and hardest length of a headline, in characters.
WANTED = 80
LONGEST = 100

_LOOKED_AT = 8
#: So many content words tell a story; so many characters are worth one of them.
_ENOUGH = 5
_CHARS_A_WORD = 20
#: Beyond the wanted length so many more characters must bring a word.
_CHARS_OVER = 30
#: What a word is worth that the article says only once.
_SAID_ONCE = 0.5
#: What a less clean version costs, in content words that it must keep more.
_PHRASE_COST = 1.5
_OPENING_COST = 0.5
_MIDDLE_COST = 3.0
#: Who promised loses what; «to» after such a verb or noun opens it.
_OBJECT_COST = 3.0
_SHORT_NAME_COST = 0.2
#: «met, pledging to …»: the news is what comes after the comma.
_OUTCOME = re.compile(
    r",\s(?:pledging|promising|vowing|agreeing|warning|threatening|killing|injuring|"
    r"wounding|destroying)\s"
)
#: «promised on January 6 to increase trade».
_OPENS_OBJECT = re.compile(
    r"\b(?:promis|agree|pledg|vow|plan|decid|vote|order|ask|urg|refus|threaten|offer|"
    r"seek|sought|aim|tried|try|want|forc|allow|expect|help|hope|prepar|beg[ai]n|start|"
    r"continu|propos|fail|struggl|mean)[a-z]{0,4}\b[^,;:.]{0,50}?\sto\s[a-z]+\s"
)
#: «…, one lane»: what is left of a clause that was cut inside.
_STUMP = re.compile(r",\s(?P<left>[^\s,]+(?:\s[^\s,]+)?)$")
_OPENING = re.compile(
    r"(?:On|In|At|After|As|During|Following|With|Despite|For|By|From|Earlier|Late|When|"
    r"While|Since|Amid|Under|Once|But|And|Still|However|Meanwhile|Am|Im|Nach|Seit|Bei)"
    r"(?:\s[^,;:()\"“”]{2,90})?,\s"
)
_TIMES_WORDS = """
    monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december morning afternoon
    evening night early late earlier today yesterday week
"""
#: Stems that tell when, not what.
_TIMES = frozenset(words.content(_TIMES_WORDS))
#: Where a phrase ends and what follows can be spared.
_PHRASE = re.compile(
    r"\s(?=(?:in|at|on|for|from|during|over|with|by|near|against|before|until|through|"
    r"according|amid|as|if|unless|of|(?P<to>to)|bei|nach|wegen|durch)\s)|\s(?=(?P<joins>and|but)\s)|,\s"
)
#: Verbs after which a whole statement must follow.
_HOLDS = re.compile(
    r"\b(?:believe|think|hope|fear|say|claim|warn|suggest|insist|expect|think|feel|"
    r"know|argue|lets?|make|help)(?:s|ed)?\s(?!to\b)|\b(?:said|thought|felt|let|made)\s"
)
#: «called the rebate unfair»: what they call it must not be lost.
_NAMES_IT = re.compile(
    r"\b(?:call|name|dubb|label|consider|declar|deem|render|brand)(?:s|ed|e)?\s(?!for\b|on\b)"
)
_BEFORE_VERB_WORDS = """
    to can could will would may might must shall should not only
"""
#: «to look», «may continue»: what such a verb needs cannot be known here.
_BEFORE_VERB = frozenset(_BEFORE_VERB_WORDS.split())
_WAITING_WORDS = """
    able unable likely unlikely due ready set expected willing keen number series
    group lot kind part one some most many majority total pair couple dozens
    hundreds thousands millions range bid plan plans decision attempt effort efforts
    right way list sort set member members head leader chance first last two-thirds
    half much all any each look looks thanks according such well away back out off
    case cases want wants ways means steps
"""
#: After these a preposition's phrase is no ornament.
_WAITING = frozenset(_WAITING_WORDS.split())
#: Articles and short brackets.
_SPARED = re.compile(
    r"(?<![\w'’-])(?:[Tt]he|[Aa]n?)\s(?=[\w'‘“\"£$€])|\s\([^()]{1,40}\)(?=\s)"
)
_AUXILIARY = re.compile(
    r"(?:has|have)\s(?=\w+ed\s)|(?:is|are)\s(?=to\s|(?:set|due|ready|likely|expected|"
    r"forced|ordered|\w+ing)\sto\s|\w{2,}ing\s)"
)
#: From a preposition to the verb, without a clause in between.
_BEFORE_VERB_PHRASE = re.compile(
    r"\s(?:for|about|by|in|at|on|from|with|against|near)\s(?:(?!that\s|who\s|which\s|and\s)"
    r"[^\s,;:()\"“”—–]+\s)+$"
)
#: A sentence that opens so has its subject later.
_LED_BY = re.compile(r"(?:On|In|At|After|During|Following|With|For|By|From|Under)\s")
_CONNECTIVE = re.compile(r"(?:And|But|So|Yet)\s")
_QUOTING = re.compile(r"[\"“”«»]|(?<!\w)['‘](?=\w)|(?<=[\w.,!?])['’](?!\w)")
_WORD = re.compile(r"[\w'’-]+")
_BE = frozenset(
    ["is", "are", "was", "were", "be", "been", "being", "get", "gets", "got"]
)


def write(article: Article, found: Sequence[Passage] | None = None) -> Headline:
    """The article's title, or its best lead sentence made short.

    Args:
        article: Spans of the answer point into its text; a kept title has none.
        found: The article's passages, if they are at hand.

    Returns:
        At most 100 characters, wanted 80, unless a given title is longer; an empty
        text where the article has no words.
    """
    title = " ".join((article.title or "").split())
    if title:
        return Headline(text=title)
    found = passages.of(article) if found is None else found
    return _from_sentences(article, found) or _from_words(article)


def _from_sentences(article: Article, found: Sequence[Passage]) -> Headline | None:
    shown = [p for p in found[:_LOOKED_AT] if passages.presentable(p)]
    shown = [p for p in shown if not p.leans and p.text[0].isalnum()] or shown
    told = Counter(word for passage in found for word in passage.words)
    for passage in shown:
        version = _best(article.text, passage.span, told)
        if version is not None:
            return Headline(text=_shown(article.text, version), spans=version)
    return None


def _tightened(text: str, version: Version) -> Version:
    """A version without articles, and without the main verb's «has» or «is» (to).

    Passives keep theirs: «rebels attacked» is not «rebels were attacked».
    """
    gaps = [m.span() for s in version for m in _SPARED.finditer(text, s.start, s.end)]
    for m in _WORD.finditer(text, version[0].start, version[-1].end):
        if verbs.looks_finite(m.group()):
            auxiliary = _AUXILIARY.match(text, m.start(), version[-1].end)
            if auxiliary:
                gaps.append(auxiliary.span())
            break
    marks = [
        m.start() for m in _QUOTING.finditer(text, version[0].start, version[-1].end)
    ]
    gaps = sorted(g for g in gaps if sum(at < g[0] for at in marks) % 2 == 0)
    pieces = tuple(
        piece
        for s in version
        for piece in _without(s, [g for g in gaps if s.start <= g[0] and g[1] <= s.end])
    )
    return pieces or version


def _best(text: str, span: Span, told: Counter[str]) -> Version | None:
    """The version of a sentence that keeps most of the story for least."""
    best: Version | None = None
    highest = -math.inf
    given = ornaments.given_names(text, span)
    silent = _TIMES.union(words.content(" ".join(text[a:b] for a, b in given)))
    for loose, version in _versions(text, span, given):
        if not version or not clauses.reads_well(text, version):
            continue
        tight = _tightened(text, version)
        shown = _shown(text, tight)
        if len(shown) > LONGEST or _is_stump(shown):
            continue
        worth = _worth(shown, told, silent) - loose
        if worth > highest:
            best, highest = tight, worth
    return best


def _is_stump(shown: str) -> bool:
    stump = _STUMP.search(shown)
    if stump is None:
        return False
    return not any(map(verbs.looks_finite, stump["left"].split()))


def _worth(shown: str, told: Counter[str], silent: frozenset[str]) -> float:
    """What a headline tells, in content words, less what its length costs."""
    kept = set(words.content(shown)) - silent
    tells = sum(1.0 if told[w] > 1 else _SAID_ONCE for w in kept)
    over = max(0, len(shown) - WANTED)
    return min(tells, _ENOUGH) - len(shown) / _CHARS_A_WORD - over / _CHARS_OVER


def _versions(
    text: str, span: Span, given: list[Gap]
) -> Iterator[tuple[float, Version]]:
    """Versions with what they cost: the less clean a cut, the dearer."""
    held = _objects(text, span)
    for cost, body in _bodies(text, span, given):
        yield cost, body
        for end in clauses.ends(text, span):
            yield cost + _lost(held, end), _until(body, end)
        for m in _PHRASE.finditer(text, span.start, span.end):
            lost = _PHRASE_COST + _lost(held, m.start())
            yield cost + lost, _until(body, _phrase_end(text, span, m))


def _objects(text: str, span: Span) -> list[Gap]:
    """Where no cut may fall without losing what was promised, or what came of it."""
    found = [m.span() for m in _OPENS_OBJECT.finditer(text, span.start, span.end)]
    outcome = _OUTCOME.search(text, span.start, span.end)
    if outcome:
        found.append((span.start, outcome.end()))
    return found


def _lost(held: Sequence[tuple[int, int]], end: int) -> float:
    return _OBJECT_COST * sum(a < end < b for a, b in held)


def _phrase_end(text: str, span: Span, m: re.Match[str]) -> int:
    """Where a phrase cut ends, or the sentence's start where words still wait."""
    kept = text[span.start : m.start()]
    last = words.tokens(kept[-60:])[-2:]
    if len(last) < 2 or last[-1] in _WAITING or last[0] in _BEFORE_VERB:
        return span.start
    if verbs.looks_finite(last[-1]) and (m["to"] or last[0] not in _BE):
        return span.start
    if m["joins"] and not _verb_at(text, m.end() + len(m["joins"])):
        return span.start
    if _NAMES_IT.search(kept):
        return span.start
    held = _HOLDS.search(kept)
    if held and not any(map(verbs.looks_finite, words.tokens(kept[held.end() :]))):
        return span.start
    return m.start()


def _verb_at(text: str, at: int) -> bool:
    following = re.match(r"\s([\w'’]+)", text[at : at + 30])
    return bool(following and verbs.looks_finite(following[1]))


def _until(body: Version, end: int) -> Version:
    kept = [s for s in body if s.start < end]
    return tuple(Span(start=s.start, end=min(s.end, end)) for s in kept)


def _bodies(text: str, span: Span, given: list[Gap]) -> Iterator[tuple[float, Version]]:
    """The sentence without some of its ornaments, the fullest first."""
    opening = _OPENING.match(text, span.start, span.end)
    connective = _CONNECTIVE.match(text, span.start, span.end)
    starts = [(0.0, connective.end() if connective else span.start)]
    if opening and not text.startswith(("and ", "und "), opening.end()):
        starts.append((_OPENING_COST, opening.end()))
    titles = ornaments.titles(text, span)
    inserted = clauses.insertions(text, span)
    days = ornaments.dates(text, span)
    for cost, start in starts:
        middle = _middle(text, Span(start=start, end=span.end))
        spared = [part for part in (titles, inserted, days) if part]
        options: list[tuple[float, list[Gap]]] = [(0.0, [])]
        options += [
            (0.0, sorted(chain.from_iterable(parts)))
            for size in range(1, len(spared) + 1)
            for parts in combinations(spared, size)
        ]
        if given:
            short = sorted(titles + inserted + days + given)
            options += [(_SHORT_NAME_COST, sorted(titles + given))]
            options += [(_SHORT_NAME_COST, short)]
        options += [(_MIDDLE_COST, [middle])] if middle else []
        for dearer, gaps in options:
            yield cost + dearer, _without(Span(start=start, end=span.end), gaps)


def _middle(text: str, span: Span) -> tuple[int, int] | None:
    """The phrases between a subject and its verb: «trial date [for …] has been …»."""
    if _LED_BY.match(text, span.start, span.end):
        return None
    for m in _WORD.finditer(text, span.start, min(span.end, span.start + 160)):
        if verbs.looks_finite(m.group()):
            break
    else:
        return None
    phrase = _BEFORE_VERB_PHRASE.search(text, span.start, m.start())
    if phrase is None or phrase.start() == span.start:
        return None
    return (phrase.start() + 1, m.start())


def _without(span: Span, gaps: Sequence[tuple[int, int]]) -> Version:
    pieces = []
    start = span.start
    for a, b in gaps:
        if a > start:
            pieces.append(Span(start=start, end=a))
        start = max(start, b)
    if start < span.end:
        pieces.append(Span(start=start, end=span.end))
    return tuple(pieces)


def _shown(text: str, version: Version) -> str:
    shown = clauses.written(text, version)
    stops = shown.endswith(".") and not shown.endswith(("..", "a.m.", "p.m.", "U.S."))
    return shown[:-1] if stops else shown


def _from_words(article: Article) -> Headline:
    """The first words of a text without sentences, as many as a headline may have."""
    text = article.text
    line = re.search(r"[^\W_][^\n]{0,400}", text)
    if line is None:
        return Headline(text="")
    ends = [line.start() + end for _, end in words.spans(line.group())]
    while ends and ends[-1] - line.start() > WANTED:
        ends.pop()
    while ends and clauses.dangles(text[line.start() : ends[-1]]):
        ends.pop()
    if not ends:
        return Headline(text="")
    span = Span(start=line.start(), end=ends[-1])
    return Headline(text=clauses.written(text, (span,)), spans=(span,))
