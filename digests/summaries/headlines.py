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
from digests.language.quotation_marks import has_balanced_marks
from digests.language.titles import strip_site_name
from digests.language.words import word_set
from digests.quotes.reporting import PREPOSITIONS
from digests.summaries import passages, shortening
from digests.summaries.passages import SPEAKER_LABEL, Passage
from digests.summaries.shortening import SentenceVersion
from digests.types import Article, Headline, Span

#: Preferred and greatest length of a headline, in characters.
WANTED_LENGTH = 80
MAX_LENGTH = 120

_LOOKED_AT = 8
#: Content words that are enough; characters that cost as much as one is worth.
_ENOUGH = 11
_CHARS_A_WORD = 30
#: The same for characters beyond the preferred length.
_CHARS_OVER = 30
#: The worth of a word that the article has only once.
_SAID_ONCE = 0.6
#: The cost of a cut at a phrase, in content words.
_PHRASE_COST = 4.0
#: The cost of losing what came of a meeting or an accident.
_OUTCOME_COST = 3.0
#: The cost of losing who somebody is.
_IDENTITY_COST = 3.0
#: Who only claims something stays beside it; a body that knows need not be named.
_CLAIMED = re.compile(
    r"claim|alleg|reported|believ|accus|\bwarn(?:s|ed)?\b|deni|union|part(?:y|ies)\b|campaign|lawyer",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b(?:officials?|police|agenc(?:y|ies)|office|bureau|service|rescue|authorit(?:y|ies)|"
    r"ministry|department|coroner|hospital|trust|company|firm|brigade|council|family|distributor|minister|sheriff|military|spokes\w+)\b",
    re.IGNORECASE,
)
#: A forecast, a judgement or an accusation is not stated without its source.
_DISPUTABLE = re.compile(
    r"\b(?:could|may|might|would|should|must|likely|expected|blam\w+|accus\w+|"
    r"deliberate\w*|illegal\w*|attack\w*|terror\w*|n[o']t)\b|[\"“”«»]",
    re.IGNORECASE,
)
#: Only a whole sentence may be longer than a headline, where it has no shorter version.
_LONGEST_WHOLE, _TOO_LONG = 200, 8.0
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
#: «…, and the company has admitted …».
_NEW_CLAUSE = re.compile(
    r",\s(?:and|but)\s(?:[\w'’-]+\s){1,5}(?:is|are|was|were|has|have|had|will|would)\s"
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
#: «sent the bill to the governor», «put Hallin into the final»: both must be kept.
_MOVES_IT = re.compile(
    r"\b(?:put|puts|putting|sen[dt]|sends|sending|br(?:ing|ings|inging|ought)|turn(?:s|ed)?|"
    r"hand(?:s|ed|ing)?|mov(?:e|es|ed)|driv(?:e|es|en)|drove|forc(?:e|es|ed)|blam(?:e|es|ed)|"
    r"accus(?:e|es|ed)|charg(?:e|es|ed)|replac(?:e|es|ed)|compar(?:e|es|ed)|fell|falls|fallen|"
    r"struck|plead(?:s|ed)|add(?:s|ed|ing)?)(?:\s[^\s,;]+){0,6}$"
)
#: «is the latest step»: what of must be said.
_IS_ONE = re.compile(
    r"\b(?:is|are|was|were|be|become|became)\s(?:the|an?)(?:\s[\w-]+){1,4}$"
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
    wants ways means steps ahead need needs needed guilty drop rise fall increase
    decrease decline jump surge slump interest ban belief confidence time rate end
    began begins begun taken chapter step sign example part
""")
#: Links of clauses; after the second group a phrase without a verb may follow too.
_LINK = re.compile(
    r"\b(?:(?P<clause>but|while|when|that|which|who|because|although|though|if|unless|where|"
    r"dass|weil|wenn|obwohl|während)|as|after|before|since|until|aber|als|nachdem)\s"
)
#: A new clause, with or without a link.
_ANY_LINK = re.compile(
    _LINK.pattern
    + r"|[,;:()\"“”—–]|\b(?:and|or|how|why|what|whose|whom|than|to|he|she|it|"
    r"they|we|i|you|und|oder|die|der|das)\s"
)
#: «were killed | when …», «has died in hospital | after …»: in what?
_HARMED = re.compile(
    r"\b(?:killed|injured|wounded|hurt|dead|died|missing|hospital|homes|arrested|apologi[sz]ed|"
    r"mocked)(?:\sand\s[\w-]+(?:\s(?:have\sbeen\staken\sto\shospital|injured|wounded|hurt))?)?\Z"
)
_TELLS_HOW = re.compile(r",?\s(?:when|after|as|while|for|in|by|because)\s")
_NEXT_WORD = re.compile(r"\s[\w'’]+")
#: Short brackets, and adverbs that add nothing.
_SPARED = re.compile(
    r"\s\([^()]{1,40}\)(?![^\s,.;])|(?<=\s)(?:also|now|finally|recently|currently|already)\s"
)
#: The one article that a headline does without: each noun that follows keeps its own.
_FIRST_ARTICLE = re.compile(r"(?:The|An?)\s(?=\w)")
#: «has» of a sentence's only clause so far; «is to». Passives keep theirs.
_AUXILIARY = re.compile(
    r"(?:ha(?:s|ve)\s(?=(?!had\b|been\b)(?P<past>\w+))|(?:is|are)\s(?=to\s[a-z]))"
)
_HAS = re.compile(r"\b(?:has|have|is|are|was|were)\b")
#: «met, pledging to …»: the news is after the comma.
_OUTCOME = re.compile(
    r",\s(?:pledging|promising|vowing|agreeing|warning|threatening|killing|injuring|"
    r"wounding|destroying)\s"
)
_OUTCOME_AFTER = re.compile(r",\s[a-z]+ing\s")
#: «Ada Brandt, the first mayor of Hallin, …»: the insertion says who it is.
_IDENTIFIED = re.compile(
    r"[A-ZÄÖÜ][\w.'’-]*(?:\s[A-ZÄÖÜ][\w.'’-]*){1,3},\s(?:an?|the|der|die|eine?)\s"
)
#: «Ada Brandt, a baker| who …|, has died», «Ada Brandt|, who …,| has died».
_RELATIVE = re.compile(
    r"[^,;:()]{3,80}(?:(?:,\s(?:an?|the)\s[^,;:()]{3,60}?)?(?P<clause>\s(?:who|whose)\s"
    r"[^,;:()]{3,200})(?=,\s(?P<verb>\w+))|(?P<commas>,\s(?:who|whose)\s[^,;:()]{3,200},)"
    r"(?=\s(?P<next>\w+)))"
)
_CONNECTIVE = re.compile(r"(?:And|But|So|Yet)\s")
#: A scene, an aside, the label of an answer, a letter.
_ASIDE = re.compile(
    r"(?:At (?:one|some|this|that) point|By contrast),?\s|(?:Well|Oh|Yes|No|Now),\s"
    r"|(?:Imagine|Picture)\s"
    r"|Dear\s"
)
_QUOTING = re.compile(r"[\"“”«»]|(?<!\w)['‘](?=\w)|(?<=[\w.,!?])['’](?!\w)")


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
    if passage.leans or passage.personal or "?" in passage.reported:
        return False
    label = SPEAKER_LABEL.match(passage.text)
    if _ASIDE.match(passage.text) or (label and not _has_verb(passage.text)):
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

    The attribution of a sentence stays, whatever is left out before it, unless it is
    that of a plain fact: then cause and place are worth more.
    """
    said = shortening.find_attribution(text, span)
    statement = Span(start=span.start, end=said.start)
    ends = [(0.0, said.start), *_list_ends(text, statement)]
    source = shortening.remove_gaps(said, find_dates(text, said))
    rest: SentenceVersion = ()
    if _OUTCOME_AFTER.match(text, said.end):
        rest = (Span(start=said.end, end=span.end),)
    plain = said.end > said.start and _is_plain(text, statement, said)
    for lost, body in _iter_bodies(text, span):
        yield lost, body
        for cost, end in ends:
            kept = shortening.cut_version(body, end)
            if not kept or not shortening.is_readable(text, kept):
                continue
            yield lost + cost, kept + source
            if plain:
                yield lost + cost, kept
                yield lost + cost, kept + rest


def _is_plain(text: str, statement: Span, said: Span) -> bool:
    """Whether a statement is a fact that the body which states it can know."""
    return (
        _OFFICE.search(text, said.start, said.end) is not None
        and not _CLAIMED.search(text, said.start, said.end)
        and not _DISPUTABLE.search(text, statement.start, statement.end)
    )


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
        and not _loses_main_verb(text[end : span.end])
        and not (_HARMED.search(text, span.start, end) and _TELLS_HOW.match(text, end))
    ]


def _may_end_at_phrase(text: str, span: Span, m: re.Match[str]) -> bool:
    """Whether what stands before a phrase is complete without it."""
    kept = text[span.start : m.start()]
    last = words.split_words(kept[-60:])[-2:]
    if len(last) < 2 or last[-1] in _WAITING or last[0] in _BEFORE_VERB:
        return False
    if grammar.looks_finite(last[-1]) or grammar.looks_participle(last[-1]):
        return False
    if _NEW_CLAUSE.match(text, m.start(), span.end):
        return True
    if m["joins"]:
        following = _NEXT_WORD.match(text, m.end() + len(m["joins"]))
        if following is None or not _has_verb(following[0]):
            return False
    if any(sign.search(kept) for sign in (_NAMES_IT, _MOVES_IT, _IS_ONE)):
        return False
    if m["by"] and _PASSIVE.search(kept):
        return False
    held = _HOLDS.search(kept)
    return held is None or _has_verb(kept[held.end() :])


def _loses_main_verb(tail: str) -> bool:
    """Whether the auxiliary of the main clause is in the tail: «| here are off»."""
    if tail.startswith(","):
        return False
    phrase = _ANY_LINK.split(tail.lower(), maxsplit=1)[0]
    return not grammar.AUXILIARIES.isdisjoint(words.split_words(phrase)[1:])


def _leaves_clause_open(text: str, span: Span, end: int) -> bool:
    """Whether a cut is between a conjunction and the verb of its clause."""
    links = list(_LINK.finditer(text, span.start, end))
    if not links or _has_verb(text[links[-1].end() : end]):
        return False
    if links[-1]["clause"]:
        return True
    if _NEW_CLAUSE.match(text, end, span.end):
        return False
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
    inner = _find_relative(text, span)
    known = _IDENTIFIED.match(text, span.start, span.end)
    lost = _IDENTITY_COST if known else 0.0
    days = find_dates(text, span)
    for start in starts:
        whole = Span(start=start, end=span.end)
        for cost, gaps in ((0.0, []), (0.0, inner), (lost, inserted)):
            yield cost, shortening.remove_gaps(whole, gaps)
            yield cost, shortening.remove_gaps(whole, sorted(gaps + days))


def _find_relative(text: str, span: Span) -> list[tuple[int, int]]:
    """A long relative clause between the subject and its verb."""
    m = _RELATIVE.match(text, span.start, span.end)
    if m is None or not grammar.looks_finite(m["verb"] or m["next"]):
        return []
    cut = m.span("clause" if m["clause"] else "commas")
    clause = text[slice(*cut)]
    if _CLAIMED.search(clause) or grammar.NEGATION.search(clause):
        return []
    return [cut] if has_balanced_marks(clause) else []


def _tighten_version(text: str, version: SentenceVersion) -> SentenceVersion:
    """A version without a first article, brackets and fillers.

    Words between quotation marks stay as they are.
    """
    start, end = version[0].start, version[-1].end
    gaps = [m.span() for m in _SPARED.finditer(text, start, end)]
    first = _FIRST_ARTICLE.match(text, start, end)
    gaps += [first.span()] if first else []
    gaps += _find_auxiliary(text, start, end)
    marks = [m.start() for m in _QUOTING.finditer(text, start, end)]
    gaps = sorted(g for g in gaps if sum(at < g[0] for at in marks) % 2 == 0)
    return tuple(
        piece
        for s in version
        for piece in shortening.remove_gaps(
            s, [g for g in gaps if s.start <= g[0] < s.end]
        )
    )


def _find_auxiliary(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The auxiliary that a headline does without: the only one, of the main clause."""
    found = [m.start() for m in _HAS.finditer(text, start, end)]
    m = _AUXILIARY.match(text, found[0], end) if len(found) == 1 else None
    if m is None or _ANY_LINK.search(text, start, m.start()):
        return []
    if _has_verb(text[start : m.start()]) or (m["past"] and not _has_verb(m["past"])):
        return []
    return [m.span()]


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
    r"(?:\b(?:on|in|from|until|till|by|since|before|after|of|to|for|at|between|around|about|"
    r"through|during|and|next|last|this|planned|scheduled|due|slated|dated|began|begun|"
    r"begins?|published|released|held|[ap]\.m\.)|\.)$",
    re.I,
)


def find_dates(text: str, span: Span) -> list[tuple[int, int]]:
    """Days and dates that only say when."""
    return [
        m.span()
        for m in _DATE.finditer(text, span.start, span.end)
        if text[m.start() - 1 : m.start()] != ","
        and not _LEADS_TO_DATE.search(text[max(span.start, m.start() - 12) : m.start()])
        and not _NOT_AFTER_DATE.match(text, m.end())
    ]
