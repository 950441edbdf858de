"""Write a headline by leaving words out of one sentence.

A given title is kept. Else the news sentence is shortened: optional parts are removed
(an opening like «On Monday,», inserted clauses, dates that nothing depends on), then
the tail at a clause or, where that is not enough, before a phrase. Of the versions that
fit, the one that keeps most of the story wins.

What is left is whole: no verb loses its object, no clause its verb, no passive the one
who did it, no statement its attribution. A sentence that has no such version is shown
in full, before another sentence would be. Articles are dropped only where headlines do
without them.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from digests.language import grammar, words
from digests.language.titles import strip_site_name
from digests.language.words import word_set
from digests.quotes.reporting import PREPOSITIONS
from digests.summaries import passages, shortening
from digests.summaries.passages import Passage
from digests.summaries.shortening import SentenceVersion
from digests.types import Article, Headline, Span

#: Preferred and greatest length of a headline, in characters.
WANTED_LENGTH = 80
MAX_LENGTH = 120

_LOOKED_AT = 8
#: Content words that are enough; characters that cost as much as one is worth.
_ENOUGH = 7
_CHARS_A_WORD = 19
#: The same for characters beyond the preferred length.
_CHARS_OVER = 12
#: The worth of a word that the article has only once.
_SAID_ONCE = 0.6
#: The cost of a cut at a phrase, in content words.
_PHRASE_COST = 4.0
#: The cost of losing what came of a meeting or an accident.
_OUTCOME_COST = 3.0
#: The cost of losing who somebody is.
_IDENTITY_COST = 3.0
#: The cost of losing who said it: less than that of a headline that is too long.
_SOURCE_COST = 7.0
_CLAIMED = re.compile(r"claim|alleg|reported|believ|accus|warn|deni", re.IGNORECASE)
#: Only a whole sentence may be longer than a headline, where it has no shorter version.
_LONGEST_WHOLE, _TOO_LONG = 160, 8.0
#: Openings of a sentence. Only a clause may have a verb: «In town it was said, …» is
#: the statement itself.
_OPENING = re.compile(
    r"(?:(?P<clause>After|As|When|While|Since|Once|But|And|Nachdem|Seit|Als|Weil)|On|In|At"
    r"|During|Following|With|Despite|For|By|From|Earlier|Late|Amid|Under|Still|However"
    r"|Meanwhile|Am|Im|Nach|Bei)(?:\s[^,;:()\"“”]{2,90})?,\s"
)
_TIMES_WORDS = """
    monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december morning afternoon
    evening night early late earlier today yesterday week
"""
#: Stems that say when, not what.
_TIMES = frozenset(words.extract_stems(_TIMES_WORDS))
_PREPOSITIONS = PREPOSITIONS - word_set("of than per like")
#: Where a phrase begins that may be dropped: a number is the point («has risen to 31»).
_PHRASE = re.compile(
    r",?\s(?=(?:(?P<to>to)|(?P<by>by)|(?P<joins>and|but)|as|if|unless"
    rf"|{'|'.join(sorted(_PREPOSITIONS))})\s(?![£$€]?\d(?!\d{{3}}\b)))"
)
#: Verbs after which a whole statement must follow.
_HOLDS = re.compile(
    r"\b(?:believe|think|hope|fear|say|claim|warn|suggest|insist|expect|think|feel|"
    r"know|argue|lets?|make|help)(?:s|ed)?\s(?!to\b)|\b(?:said|thought|felt|let|made)\s"
)
#: Verbs and nouns that «to» with a verb completes: «promised on Monday to mend».
_OPENS_OBJECT = re.compile(
    r"\b(?:promis|agree|pledg|vow|plan|decid|decision|vote|order|ask|urg|refus|threat|offer|"
    r"s(?:eek|ought)|aim|tried|try|want|forc|allow|expect|help|hope|prepar|beg[ai]n|start|"
    r"continu|propos|fail|struggl|attempt|effort|chance|right|deal)[a-z]{0,4}\b"
    r"[^,;:.]{0,50}?\sto\s[a-z]+\s"
)
#: «called the rebate unfair»: the predicate must be kept.
_NAMES_IT = re.compile(
    r"\b(?:call|name|dubb|label|consider|declar|deem|render|brand)(?:s|ed|e)?\s(?!for\b|on\b)"
)
#: After these «by» says who did it.
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s(?:\w+\s){0,2}?\w+(?:ed|en)\b|\bmade\s"
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
    wants ways means steps ahead
""")
#: Links of clauses; after the second group a phrase without a verb may follow too.
_LINK = re.compile(
    r"\b(?:(?P<clause>but|while|when|that|which|who|because|although|though|if|unless|where|"
    r"dass|weil|wenn|obwohl|während)|as|after|before|since|until|aber|als|nachdem)\s"
)
_NEXT_WORD = re.compile(r"\s[\w'’]+")
#: Short brackets, and adverbs that add nothing.
_SPARED = re.compile(
    r"\s\([^()]{1,40}\)(?![^\s,.;])|(?<=\s)(?:also|now|finally|recently|currently|already)\s"
)
#: Where headlines do without an article: at the beginning, and between a preposition
#: or a full verb and a common noun. «Seven days a week» and «as a result» keep it.
_FIRST_ARTICLE = re.compile(r"(?:The|An?)\s(?=\w)")
_ARTICLE = re.compile(
    r"(?:\bto\s[a-z]+|(?<![\w-])(?P<after>[a-z]+))\s(?P<article>(?:the|an?)\s)(?=[a-z])"
    r"(?!few|little|lot|bit|number|couple|dozen|hundred|thousand|million|third|quarter|half"
    r"|same|other|rest|whole|result|rule|while|minute|hour|day|week|month|year|poor|rich"
    r"|elderly|dead|young)"
)
_AUXILIARY = re.compile(
    r"(?<!who\s)(?<!that\s)(?<!which\s)"
    r"(?:(?:has|have)\s(?=(?P<past>(?!had\b|been\b)\w+))"
    r"|(?:is|are)\s(?=(?:(?:set|due|ready|likely|expected|forced|ordered|\w+ing)\s)?to\s"
    r"|\w{2,}ing\s))"
)
#: «met, pledging to …»: the news is after the comma.
_OUTCOME = re.compile(
    r",\s(?:pledging|promising|vowing|agreeing|warning|threatening|killing|injuring|"
    r"wounding|destroying)\s"
)
#: «Ada Brandt, the first mayor of Hallin, …»: the insertion says who it is.
_IDENTIFIED = re.compile(
    r"[A-ZÄÖÜ][\w.'’-]*(?:\s[A-ZÄÖÜ][\w.'’-]*){1,3},\s(?:an?|the|der|die|eine?)\s"
)
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
        At most 120 characters, preferably 80, unless a given title or a sentence that
        cannot be shortened is longer; empty where the article has no words.
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
    shown = [p for p in shown if _may_be_headline(p)] or shown
    word_counts = Counter(word for passage in found for word in passage.words)
    for passage in shown:
        version = _choose_version(article.text, passage.span, word_counts)
        if version is not None:
            return Headline(text=_format_headline(article.text, version), spans=version)
    return None


def _may_be_headline(passage: Passage) -> bool:
    """Whether a sentence stands alone, and is neither speech nor a question."""
    if passage.leans or passage.personal or passage.text.endswith("?"):
        return False
    return passage.text[0].isalnum()


def _choose_version(
    text: str, span: Span, word_counts: Counter[str]
) -> SentenceVersion | None:
    """The best version of a sentence: most of the story at the least cost."""
    best: SentenceVersion | None = None
    highest: float = -math.inf
    for loose, version in _iter_priced_versions(text, span):
        tight = _tighten_version(text, version)
        shown = _format_headline(text, tight)
        worth = _rate_headline(shown, word_counts) - loose
        fits = len(shown) <= _LONGEST_WHOLE and not _omits_negation(text, tight)
        if worth > highest and fits:
            best, highest = tight, worth
    return best


def _omits_negation(text: str, version: SentenceVersion) -> bool:
    """Whether a denial is between two spans; `grounding.gate` refuses such a text."""
    return any(
        grammar.NEGATION.search(text, before.end, after.start)
        for before, after in itertools.pairwise(version)
    )


def _rate_headline(shown: str, word_counts: Counter[str]) -> float:
    """The worth of a headline in content words, less the cost of its length."""
    kept = set(words.extract_stems(shown)) - _TIMES
    tells = sum(1.0 if word_counts[w] > 1 else _SAID_ONCE for w in kept)
    over = max(0.0, len(shown) - WANTED_LENGTH) / _CHARS_OVER
    over += _TOO_LONG * (len(shown) > MAX_LENGTH)
    return min(tells, _ENOUGH) - len(shown) / _CHARS_A_WORD - over


def _iter_priced_versions(
    text: str, span: Span
) -> Iterator[tuple[float, SentenceVersion]]:
    """Versions with their costs: a cut at a phrase is less clean than at a clause.

    The attribution that ends a sentence stays, whatever is left out before it, unless
    a plain statement would be too long with it.
    """
    said = shortening.find_attribution(text, span)
    told = Span(start=span.start, end=said.start)
    ends = _list_ends(text, told)
    if said.end < span.end:
        ends.append((0.0, said.start))
    plain = said.end == span.end and not _CLAIMED.search(text, said.start, said.end)
    for lost, body in _iter_bodies(text, span):
        yield lost, body
        bare = shortening.cut_version(body, said.start)
        if plain and bare and shortening.is_readable(text, bare):
            yield lost + _SOURCE_COST, bare
        for cost, end in ends:
            kept = shortening.cut_version(body, end)
            if kept and shortening.is_readable(text, kept):
                yield lost + cost, kept + ((said,) if said.start < said.end else ())


def _list_ends(text: str, span: Span) -> list[tuple[float, int]]:
    """Where a sentence may end, with the cost."""
    phrases = (
        m.start()
        for m in _PHRASE.finditer(text, span.start, span.end)
        if _may_end_at_phrase(text, span, m)
    )
    ends = [(0.0, end) for end in shortening.find_clause_ends(text, span)]
    ends += [(_PHRASE_COST, end) for end in phrases]
    outcome = _OUTCOME.search(text, span.start, span.end)
    needed = outcome.end() if outcome else span.start
    opened = [m.span() for m in _OPENS_OBJECT.finditer(text, span.start, span.end)]
    return [
        (cost + _OUTCOME_COST * (end < needed), end)
        for cost, end in ends
        if not shortening.is_harmful_cut(text, span.start, end)
        and not _leaves_clause_open(text, span, end)
        and not any(first < end < last for first, last in opened)
    ]


def _may_end_at_phrase(text: str, span: Span, m: re.Match[str]) -> bool:
    """Whether what stands before a phrase is complete without it."""
    kept = text[span.start : m.start()]
    last = words.split_words(kept[-60:])[-2:]
    if len(last) < 2 or last[-1] in _WAITING or last[0] in _BEFORE_VERB:
        return False
    if grammar.looks_finite(last[-1]) and (m["to"] or last[0] not in _BE):
        return False
    if m["joins"]:
        following = _NEXT_WORD.match(text, m.end() + len(m["joins"]))
        if following is None or not _has_verb(following[0]):
            return False
    if _NAMES_IT.search(kept) or (m["by"] and _PASSIVE.search(kept)):
        return False
    held = _HOLDS.search(kept)
    return held is None or _has_verb(kept[held.end() :])


def _leaves_clause_open(text: str, span: Span, end: int) -> bool:
    """Whether a cut is between a conjunction and the verb of its clause."""
    links = list(_LINK.finditer(text, span.start, end))
    if not links or _has_verb(text[links[-1].end() : end]):
        return False
    if links[-1]["clause"]:
        return True
    following = _LINK.split(text[end : span.end], maxsplit=1)[0]
    return _has_verb(following)


def _has_verb(text: str) -> bool:
    return any(map(grammar.looks_finite, words.split_words(text)))


def _iter_bodies(text: str, span: Span) -> Iterator[tuple[float, SentenceVersion]]:
    """The sentence without some of its optional parts, the longest first."""
    connective = _CONNECTIVE.match(text, span.start, span.end)
    starts = [connective.end() if connective else span.start]
    opening = _OPENING.match(text, span.start, span.end)
    if opening and (opening["clause"] or not _has_verb(opening[0])):
        joined = text.startswith(("and ", "und "), opening.end())
        starts += [] if joined else [opening.end()]
    inserted = shortening.find_insertions(text, span)
    known = _IDENTIFIED.match(text, span.start, span.end)
    lost = _IDENTITY_COST if known else 0.0
    days = find_dates(text, span)
    for start in starts:
        whole = Span(start=start, end=span.end)
        for cost, gaps in ((0.0, []), (lost, inserted)):
            yield cost, shortening.remove_gaps(whole, gaps)
            yield cost, shortening.remove_gaps(whole, sorted(gaps + days))


def _tighten_version(text: str, version: SentenceVersion) -> SentenceVersion:
    """A version without a first article, brackets, fillers, and «has» or «is» (to).

    Passives keep theirs: «rebels attacked» is not «rebels were attacked». Words between
    quotation marks stay as they are.
    """
    start, end = version[0].start, version[-1].end
    gaps = [m.span() for m in _SPARED.finditer(text, start, end)]
    first = _FIRST_ARTICLE.match(text, start, end)
    gaps += [first.span()] if first else []
    for m in _ARTICLE.finditer(text, start, end):
        after = m["after"]
        if after is None or after in _PREPOSITIONS or _is_full_verb(after):
            gaps.append(m.span("article"))
    verb = next(
        (m for m in _WORD.finditer(text, start, end) if grammar.looks_finite(m[0])),
        None,
    )
    auxiliary = _AUXILIARY.match(text, verb.start(), end) if verb else None
    if auxiliary and (not auxiliary["past"] or _has_verb(auxiliary["past"])):
        gaps.append(auxiliary.span())
    marks = [m.start() for m in _QUOTING.finditer(text, start, end)]
    gaps = sorted(g for g in gaps if sum(at < g[0] for at in marks) % 2 == 0)
    return tuple(
        piece
        for s in version
        for piece in shortening.remove_gaps(
            s, [g for g in gaps if s.start <= g[0] < s.end]
        )
    )


def _is_full_verb(word: str) -> bool:
    return grammar.looks_finite(word) and word not in grammar.AUXILIARIES


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
    start = line.start()
    ends = [end for _, end in words.locate_words(line[0]) if end <= WANTED_LENGTH]
    while ends and shortening.ends_dangling(text[start : start + ends[-1]]):
        ends.pop()
    if not ends:
        return Headline(text="")
    span = Span(start=start, end=start + ends[-1])
    return Headline(text=shortening.format_version(text, (span,)), spans=(span,))


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
    r"(?:\b(?:on|in|from|until|till|by|since|before|after|of|to|next|last|this|[ap]\.m\.)|\.)$",
    re.I,
)


def find_dates(text: str, span: Span) -> list[tuple[int, int]]:
    """Days and dates that only say when."""
    return [
        m.span()
        for m in _DATE.finditer(text, span.start, span.end)
        if text[m.start() - 1 : m.start()] != ","
        and not _LEADS_TO_DATE.search(text[max(span.start, m.start() - 8) : m.start()])
        and not _NOT_AFTER_DATE.match(text, m.end())
    ]
