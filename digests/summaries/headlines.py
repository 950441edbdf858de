"""Write a headline by leaving words out of one sentence.

A given title is kept. Else the best sentence of the lead is shortened: first optional
parts are removed (an opening like «On Monday,», titles before a full name, inserted
clauses), then the tail at a clause or, where that is not enough, at a phrase. Of the
versions that fit, the one that keeps most of the story wins. A headline never ends in a
function word.

Other optional parts are dates that nothing depends on, and the given names of people
whom the text itself calls by one name. All are pairs of start and end in the text.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from digests.language import grammar, names, words
from digests.language.grammar import Token
from digests.language.titles import strip_site_name
from digests.language.words import word_set
from digests.summaries import passages, shortening
from digests.summaries.passages import Passage
from digests.summaries.shortening import SentenceVersion
from digests.types import Article, Headline, Span

#: Preferred and greatest length of a headline, in characters.
WANTED_LENGTH = 80
MAX_LENGTH = 120

_LOOKED_AT = 8
#: Content words that are enough; characters that cost as much as one is worth.
_ENOUGH = 12
_CHARS_A_WORD = 40
#: The same for characters beyond the preferred length.
_CHARS_OVER = 30
#: The worth of a word that the article has only once.
_SAID_ONCE = 0.5
#: The costs of less clean versions, in content words.
_PHRASE_COST = 6.0
_OPENING_COST = 0.5
_MIDDLE_COST = 6.0
#: The cost of losing the object of a promise.
_OBJECT_COST = 3.0
_SHORT_NAME_COST = 0.2
#: «met, pledging to …»: the news is after the comma.
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
#: «…, one lane»: the rest of a clause that was cut inside.
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
#: Stems that say when, not what.
_TIMES = frozenset(words.extract_stems(_TIMES_WORDS))
#: Where a phrase ends and the rest may be dropped.
_PHRASE = re.compile(
    r"\s(?=(?:in|at|on|for|from|during|over|with|by|near|against|before|until|through|"
    r"according|amid|as|if|unless|of|(?P<to>to)|bei|nach|wegen|durch)\s)|\s(?=(?P<joins>and|but)\s)|,\s"
)
#: Verbs after which a whole statement must follow.
_HOLDS = re.compile(
    r"\b(?:believe|think|hope|fear|say|claim|warn|suggest|insist|expect|think|feel|"
    r"know|argue|lets?|make|help)(?:s|ed)?\s(?!to\b)|\b(?:said|thought|felt|let|made)\s"
)
#: «called the rebate unfair»: the predicate must be kept.
_NAMES_IT = re.compile(
    r"\b(?:call|name|dubb|label|consider|declar|deem|render|brand)(?:s|ed|e)?\s(?!for\b|on\b)"
)
#: Before a verb whose complements are unknown: «to look», «may continue».
_BEFORE_VERB = word_set("to can could will would may might must shall should not only")
#: After these a prepositional phrase is not optional.
_WAITING = word_set("""
    able unable likely unlikely due ready set expected willing keen number series group
    lot kind part one some most many majority total pair couple dozens hundreds
    thousands millions range bid plan plans decision attempt effort efforts right way
    list sort set member members head leader chance first last two-thirds half much all
    any each look looks thanks according such well away back out off case cases want
    wants ways means steps
""")
#: Short brackets.
_SPARED = re.compile(r"\s\([^()]{1,40}\)(?=[\s,.;])")
#: The one place where a headline does without an article.
_FIRST_ARTICLE = re.compile(r"(?:The|An?)\s(?=\w)")
_AUXILIARY = re.compile(
    r"(?:has|have)\s(?=\w+ed\s)|(?:is|are)\s(?=to\s|(?:set|due|ready|likely|expected|"
    r"forced|ordered|\w+ing)\sto\s|\w{2,}ing\s)"
)
#: From a preposition to the verb, without a clause in between.
_BEFORE_VERB_PHRASE = re.compile(
    r"\s(?:for|about|by|in|at|on|from|with|against|near)\s(?:(?!that\s|who\s|which\s|and\s)"
    r"[^\s,;:()\"“”—–]+\s)+$"
)
#: Openings of sentences whose subject comes later.
_LED_BY = re.compile(r"(?:On|In|At|After|During|Following|With|For|By|From|Under)\s")
_CONNECTIVE = re.compile(r"(?:And|But|So|Yet)\s")
_QUOTING = re.compile(r"[\"“”«»]|(?<!\w)['‘](?=\w)|(?<=[\w.,!?])['’](?!\w)")
_WORD = re.compile(r"[\w'’-]+")
_BE = word_set("is are was were be been being get gets got")


def write_headline(
    article: Article, found: Sequence[Passage] | None = None
) -> Headline:
    """The article's title, or its best lead sentence shortened.

    Args:
        article: Spans of the answer point into its text; a kept title has none.
        found: The article's passages, if the caller has them.

    Returns:
        At most 100 characters, preferably 80, unless a given title is longer; an
        empty text where the article has no words.
    """
    title = strip_site_name(article.title or "", article.source)
    if title:
        return Headline(text=title)
    line = passages.find_title_line(article)
    if line is not None:
        return Headline(text=_format_headline(article.text, (line,)), spans=(line,))
    found = passages.extract_passages(article) if found is None else found
    return _from_sentences(article, found) or _from_words(article)


def _from_sentences(article: Article, found: Sequence[Passage]) -> Headline | None:
    shown = [p for p in found[:_LOOKED_AT] if passages.is_presentable(p)]
    shown = [p for p in shown if not p.leans and p.text[0].isalnum()] or shown
    word_counts = Counter(word for passage in found for word in passage.words)
    for passage in shown:
        version = _choose_version(article.text, passage.span, word_counts)
        if version is not None:
            return Headline(text=_format_headline(article.text, version), spans=version)
    return None


def _tighten_version(text: str, version: SentenceVersion) -> SentenceVersion:
    """A version without brackets, a first article, and «has» or «is» of the verb.

    Passives keep theirs: «rebels attacked» is not «rebels were attacked».
    """
    gaps = [m.span() for s in version for m in _SPARED.finditer(text, s.start, s.end)]
    first = _FIRST_ARTICLE.match(text, version[0].start, version[0].end)
    gaps += [first.span()] if first else []
    for m in _WORD.finditer(text, version[0].start, version[-1].end):
        if grammar.looks_finite(m.group()):
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
        for piece in _remove_gaps(
            s, [g for g in gaps if s.start <= g[0] and g[1] <= s.end]
        )
    )
    return pieces or version


def _choose_version(
    text: str, span: Span, word_counts: Counter[str]
) -> SentenceVersion | None:
    """The best version of a sentence: most of the story at the least cost."""
    best: SentenceVersion | None = None
    highest = -math.inf
    given = find_given_names(text, span)
    silent = _TIMES.union(words.extract_stems(" ".join(text[a:b] for a, b in given)))
    for loose, version in _iter_priced_versions(text, span, given):
        if not version or not shortening.is_readable(text, version):
            continue
        tight = _tighten_version(text, version)
        shown = _format_headline(text, tight)
        if len(shown) > MAX_LENGTH or _is_stump(shown):
            continue
        worth = _rate_headline(shown, word_counts, silent) - loose
        if worth > highest:
            best, highest = tight, worth
    return best


def _is_stump(shown: str) -> bool:
    stump = _STUMP.search(shown)
    if stump is None:
        return False
    return not any(map(grammar.looks_finite, stump["left"].split()))


def _rate_headline(
    shown: str, word_counts: Counter[str], silent: frozenset[str]
) -> float:
    """The worth of a headline in content words, less the cost of its length."""
    kept = set(words.extract_stems(shown)) - silent
    tells = sum(1.0 if word_counts[w] > 1 else _SAID_ONCE for w in kept)
    over = max(0, len(shown) - WANTED_LENGTH)
    return min(tells, _ENOUGH) - len(shown) / _CHARS_A_WORD - over / _CHARS_OVER


TextGap = tuple[int, int]


def _iter_priced_versions(
    text: str, span: Span, given: list[TextGap]
) -> Iterator[tuple[float, SentenceVersion]]:
    """Versions with their costs: the less clean a cut, the higher."""
    held = _find_protected_gaps(text, span)
    for cost, body in _iter_bodies(text, span, given):
        yield cost, body
        for end in shortening.find_clause_ends(text, span):
            yield cost + _price_lost_object(held, end), _cut_version(body, end)
        for m in _PHRASE.finditer(text, span.start, span.end):
            lost = _PHRASE_COST + _price_lost_object(held, m.start())
            yield cost + lost, _cut_version(body, _phrase_end(text, span, m))


def _find_protected_gaps(text: str, span: Span) -> list[TextGap]:
    """Spans in which a cut would lose the object of a promise, or the outcome."""
    found = [m.span() for m in _OPENS_OBJECT.finditer(text, span.start, span.end)]
    outcome = _OUTCOME.search(text, span.start, span.end)
    if outcome:
        found.append((span.start, outcome.end()))
    return found


def _price_lost_object(held: Sequence[tuple[int, int]], end: int) -> float:
    return _OBJECT_COST * sum(a < end < b for a, b in held)


def _phrase_end(text: str, span: Span, m: re.Match[str]) -> int:
    """The end of a cut at a phrase, or the sentence start where it is impossible."""
    kept = text[span.start : m.start()]
    last = words.split_words(kept[-60:])[-2:]
    if len(last) < 2 or last[-1] in _WAITING or last[0] in _BEFORE_VERB:
        return span.start
    if grammar.looks_finite(last[-1]) and (m["to"] or last[0] not in _BE):
        return span.start
    if m["joins"] and not _verb_at(text, m.end() + len(m["joins"])):
        return span.start
    if _NAMES_IT.search(kept):
        return span.start
    held = _HOLDS.search(kept)
    if held and not any(
        map(grammar.looks_finite, words.split_words(kept[held.end() :]))
    ):
        return span.start
    return m.start()


def _verb_at(text: str, at: int) -> bool:
    following = re.match(r"\s([\w'’]+)", text[at : at + 30])
    return bool(following and grammar.looks_finite(following[1]))


def _cut_version(body: SentenceVersion, end: int) -> SentenceVersion:
    kept = [s for s in body if s.start < end]
    return tuple(Span(start=s.start, end=min(s.end, end)) for s in kept)


def _iter_bodies(
    text: str, span: Span, given: list[TextGap]
) -> Iterator[tuple[float, SentenceVersion]]:
    """The sentence without some of its optional parts, the longest first."""
    opening = _OPENING.match(text, span.start, span.end)
    connective = _CONNECTIVE.match(text, span.start, span.end)
    starts = [(0.0, connective.end() if connective else span.start)]
    if opening and not text.startswith(("and ", "und "), opening.end()):
        starts.append((_OPENING_COST, opening.end()))
    titles = find_titles(text, span)
    inserted = shortening.find_insertions(text, span)
    days = find_dates(text, span)
    for cost, start in starts:
        middle = _find_middle(text, Span(start=start, end=span.end))
        spared = [part for part in (titles, inserted, days) if part]
        options: list[tuple[float, list[TextGap]]] = [(0.0, [])]
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
            yield cost + dearer, _remove_gaps(Span(start=start, end=span.end), gaps)


def _find_middle(text: str, span: Span) -> tuple[int, int] | None:
    """The phrases between a subject and its verb: «trial date [for …] has been …»."""
    if _LED_BY.match(text, span.start, span.end):
        return None
    for m in _WORD.finditer(text, span.start, min(span.end, span.start + 160)):
        if grammar.looks_finite(m.group()):
            break
    else:
        return None
    phrase = _BEFORE_VERB_PHRASE.search(text, span.start, m.start())
    if phrase is None or phrase.start() == span.start:
        return None
    return (phrase.start() + 1, m.start())


def _remove_gaps(span: Span, gaps: Sequence[tuple[int, int]]) -> SentenceVersion:
    pieces = []
    start = span.start
    for a, b in gaps:
        if a > start:
            pieces.append(Span(start=start, end=a))
        start = max(start, b)
    if start < span.end:
        pieces.append(Span(start=start, end=span.end))
    return tuple(pieces)


def _format_headline(text: str, version: SentenceVersion) -> str:
    shown = shortening.format_version(text, version)
    stops = shown.endswith(".") and not shown.endswith(("..", "a.m.", "p.m.", "U.S."))
    return shown[:-1] if stops else shown


def _from_words(article: Article) -> Headline:
    """The first words of a text without sentences, as many as a headline may have."""
    text = article.text
    line = re.search(r"[^\W_][^\n]{0,400}", text)
    if line is None:
        return Headline(text="")
    ends = [line.start() + end for _, end in words.locate_words(line.group())]
    while ends and ends[-1] - line.start() > WANTED_LENGTH:
        ends.pop()
    while ends and shortening.ends_dangling(text[line.start() : ends[-1]]):
        ends.pop()
    if not ends:
        return Headline(text="")
    span = Span(start=line.start(), end=ends[-1])
    return Headline(text=shortening.format_version(text, (span,)), spans=(span,))


_RANKS = (
    "President|Prime Minister|Vice President|Foreign Minister|Finance Minister|"
    "Interior Minister|Defence Minister|Defense Minister|Home Secretary|Chancellor|"
    "Foreign Secretary|Secretary of State|Defense Secretary|Minister|Secretary|Senator|"
    "Governor|Mayor|General|Colonel|Judge|Justice|Professor|Dr|Sir|King|Queen|Prince|"
    "Princess|Pope|Archbishop|Bishop|Chief Executive|CEO|Chairman|Director|Coach"
)
_TITLE = re.compile(
    rf"(?:(?:former|then)\s)?(?:[A-Z][\w.-]+\s){{0,3}}(?:{_RANKS})\.?\s"
    rf"(?=[A-Z][\w'’-]+\s[A-Z])"
)
_DAY = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"(?:\s(?:morning|afternoon|evening|night))?"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Jan\.|Feb\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
#: Days and dates, the first things that a headline can omit.
_DATE = re.compile(
    rf"\s(?:(?:early|late|earlier)\s)?(?:(?:on|in)\s)?(?:{_DAY}|{_MONTH}\s\d{{1,2}}"
    rf"(?:,\s\d{{4}}|(?!\d))|\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?)(?=[\s,.])(?<!,)"
)
_NOT_AFTER_DATE = re.compile(r"\s(?:to|and|or|until|at)\s(?:\d|[A-Z])|['’]")
#: A date after these words is not optional.
_LEADS_TO_DATE = re.compile(
    r"(?:\b(?:on|in|from|until|till|by|since|before|after|of|next|last)|\.)$", re.I
)
#: What may be before a surname without being a given name.
_MAY_PRECEDE = re.compile(
    rf"{_RANKS}|Mr|Mrs|Ms|Miss|Lord|Lady|But|And|When|As|While|If|After|Before|That|"
    r"However|Although|Since|Then|Both|For|In|At|With|By|To|Of|The|Asked|Earlier|Later"
)
#: How far into a text other uses of a name are searched; its longest neighbour.
_READ_CHARS = 20_000
_LONGEST_NAME = 24
_NAME_BEFORE = re.compile(r"\b([A-Z][\w'’-]*)\s\Z")
_NAME_AFTER = re.compile(r"\s([A-Z]\w+)")


def find_titles(text: str, span: Span) -> list[TextGap]:
    """The ranks before full names («Norland President Ada Brandt»)."""
    return [m.span() for m in _TITLE.finditer(text, span.start, span.end)]


def find_dates(text: str, span: Span) -> list[TextGap]:
    """Days and dates that only say when."""
    return [
        m.span()
        for m in _DATE.finditer(text, span.start, span.end)
        if text[m.start() - 1 : m.start()] != ","
        and not _LEADS_TO_DATE.search(text[max(span.start, m.start() - 8) : m.start()])
        and not _NOT_AFTER_DATE.match(text, m.end())
    ]


def find_given_names(text: str, span: Span) -> list[TextGap]:
    """The parts of full names that the text itself omits elsewhere."""
    found = grammar.tokenize_span(text, span.start, span.end)
    gaps = []
    for name in names.find_names(found):
        parts = found[name.core : name.last]
        if name.kind != "person" or len(parts) < 2:
            continue
        for kept in (parts[-1], parts[0]):
            if _stands_alone(
                text, kept.text.removesuffix("'s").removesuffix("’s"), parts
            ):
                before, after = (parts[0].start, kept.start), (kept.end, parts[-1].end)
                gaps += [gap for gap in (before, after) if gap[0] < gap[1]]
                break
    return gaps


def _stands_alone(text: str, word: str, parts: Sequence[Token]) -> bool:
    """Whether the text uses `word` alone, and only for this person."""
    alone = False
    others = {t.text for t in parts}
    at = text.find(word)
    while 0 <= at < _READ_CHARS:
        end = at + len(word)
        before = _NAME_BEFORE.search(text, max(0, at - _LONGEST_NAME), at)
        after = _NAME_AFTER.match(text, end)
        whole = (
            not text[max(0, at - 1) : at].isalnum()
            and not text[end : end + 1].isalnum()
        )
        at = text.find(word, end)
        neighbours = {m[1] for m in (before, after) if m}
        if not whole or neighbours & others:
            continue
        if after or (before and not _MAY_PRECEDE.fullmatch(before[1])):
            return False
        alone = True
    return alone
