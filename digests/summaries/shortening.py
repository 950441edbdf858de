"""Shorten a sentence as an editor does who may only leave out whole parts.

A version of a sentence is a tuple of spans of the article's text. What may be left out,
beginning with what is missed least:

1. who stated a plain fact («…, the police said on Monday»);
2. an opening before the main clause («After two years of talks, …»);
3. an insertion between commas or dashes («…, who is 38, …»);
4. the end, from a comma, a dash or a conjunction («…, pledging to …», «… after the …»);
5. the end, from a phrase («… in the old town») or an addition («… and the roads»).

The loss of a version is counted in content words, each kind of part with its weight.
The parts are found in `language.sentence_ends`; what is left must read as a sentence
(`is_readable`). Clause-level compression after Dorr et al., 2003, «Hedge Trimmer»,
without its parser.
"""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from digests.language import dates, grammar, insertions, words
from digests.language.clause_verbs import FINITE, has_verb
from digests.language.completeness import CONCESSION, RESUMED, TABLES
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.sentence_ends import DASH, find_ends
from digests.language.spans import remove_parts
from digests.types import Span

SentenceVersion = tuple[Span, ...]

#: Stems that say when, not what.
TIMES = frozenset(words.extract_stems(" ".join(TABLES["times"])))

#: What a content word of a part is worth, and what a part of a kind costs besides.
_WORTH = {"opening": 0.5, "insertion": 0.5}
_WORTH_AT_END = 0.7
_COSTS = {"modifier": 2.0, "identity": 2.0, "outcome": 2.5, "phrase": 2.0}
_COSTS |= {
    "link": 0.5,
    "addition": 1.0,
    "death": 8.0,
    "harm": 20.0,
    "purpose": 3.0,
    "relative": 3.0,
}
#: Ends that only a headline has.
_OF_HEADLINES = ("phrase", "purpose", "relative")
#: The loss of who stated a plain fact, and a forecast that says that it is one.
_SOURCE_COST, _FORECAST_COST = 0.1, 4.0
#: A sentence with more parts is a list, of which not every version is looked at.
_MOST_INSERTIONS, _MOST_ENDS = 5, 24


class Part(NamedTuple):
    """A part of a sentence that may be left out, and what is lost with it."""

    start: int
    end: int
    loss: float = 0.0


def list_versions(
    text: str, span: Span, spared: Sequence[tuple[int, int]] | None = None
) -> list[tuple[float, SentenceVersion]]:
    """The versions of a sentence with their losses, the whole sentence first.

    They are not yet known to be readable (`is_readable`), which takes longer.

    Args:
        text: The article's text.
        span: The sentence.
        spared: Places that no version has. A headline gives them, and may go without
            an opening, who stated a plain fact and the last phrases; a sentence of a
            summary keeps them.
    """
    found = []
    opened = _OPENING.match(text, span.start, span.end)
    stated = opened.end() if opened else span.start
    for parts in itertools.product(
        [()] if spared is None else _choose_openings(text, span),
        _choose_insertions(text, span, headline=spared is not None),
        _choose_ends(text, span, headline=spared is not None)[:_MOST_ENDS],
    ):
        opening, inner, ends = parts
        before = (*opening, *inner)
        if any(a.start < b.end and b.start < a.end for a in before for b in ends):
            continue
        if any(end.start < stated for end in ends):
            continue  # The statement itself would go.
        removed = [*itertools.chain(*parts), *itertools.starmap(Part, spared or ())]
        loss = sum(part.loss for part in removed)
        found.append((loss, remove_parts(span, sorted(removed))))
    return found


def _build_part(text: str, kind: str, start: int, end: int) -> Part:
    lost = sum(stem not in TIMES for stem in words.extract_stems(text[start:end]))
    worth = _COSTS.get(kind, 0.0) + _WORTH.get(kind, _WORTH_AT_END) * lost
    return Part(start, end, worth if lost else 0.0)


# ── parts ───────────────────────────────────────────────────────────────────────

#: The one article that a headline does without: each noun that follows keeps its own.
_ARTICLE = (
    r"(?:(?:[Tt]he|[Aa]n?)\s(?!(?:hundred|thousand|million|dozen|couple|day|week|month"
    r"|year|few|lot|bit|number|man|woman|boy|girl"
    r"|child)\b)(?=\w))?"
)
_CONNECTIVE = make_regex(
    rf"(?:(?:And|But|So|Yet|Now,?(?!\s(?:that|[a-z]+s|are|was|were|he|she|it"
    rf"|they)\b))\s)?{_ARTICLE}"
)
#: Openings of a sentence. Only a clause may have a verb: «In town it was said, …» is
#: the statement itself.
_OPENING = make_regex(
    r"(?:(?:And|But|So|Yet)\s)?"
    r"(?:(?P<clause>After|Before|Even\sas|Now\sthat|Just\swhen|As(?!\s(?:many|much|few"
    r"|well)\s)|When|While|Since|Once|Although|Though"
    r"|(?:\w+\s){0,2}(?:[Hh]ours?|[Dd]ays?|[Ww]eeks?|[Mm]onths?|[Yy]ears?)\s(?:after"
    r"|before))"
    r"|(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\s)?[Oo]n|In|At|During|Following"
    r"|Through|Besides|With|Despite|For|By|From|Earlier|Late|Amid|Under|Still|However"
    r"|Meanwhile)(?:\s(?:[^,;:()\"“”]|\"[^\"]{2,30}\"|“[^”]{2,30}”"
    rf"|(?<=\d),(?=\d{{3}}\b)|{dates.DATE_IN_COMMAS}){{2,120}})?(?:,"
    rf"|(?<=,[\"”]))\s(?!\d{{4}}\b|{dates.CALENDAR_DAY})"
    r"(?!(?:and|und|he|she|it|they|when|where|who|whose|which|as|after|while|wo|d(?:er"
    r"|ie|as|e[mn]|essen|eren))\b|\d{1,3},"
    rf"|[^,\"“]{{0,60}}:){_ARTICLE}"
)
#: What follows such an opening is no fact: «In a mock poll, |the mayor won».
_SUPPOSES = make_regex(
    r"\b(?:hypothetical|imagined?|mock|theory|theoretical|scenarios?|polls?|polling"
    r"|surveys?|stud(?:y|ies)|simulat\w+"
    r"|forecasts?|lawsuit|complaint|indictment|films?|movies?|novels?|episodes?|sitcom"
    r"|drama|fiction\w*|dreams?|legend|myth\w*)\b",
    re.IGNORECASE,
)
#: «On January 6, 2026, |the mayor …»: only when, which costs nothing.
_DATED = make_regex(
    rf"(?:On\s(?:{dates.DATE_IN_COMMAS}|{dates.CALENDAR_DAY}(?:\s\d{{4}})?)"
    r"|(?:(?:Earlier|Later)\sthis|This|Last)\s(?:week(?:end)?|month|year|spring|summer"
    r"|autumn|fall|winter)),\s"
    rf"(?!and\b|or\b|\d){_ARTICLE}"
)
#: «According to the police, |the …»
_ACCORDING = make_regex(rf"According\sto\s[^,;:\"“”()]{{3,90}},\s{_ARTICLE}")
_CONCESSION = make_regex(CONCESSION.pattern + _ARTICLE)
#: «The news was hard to hear: |The mill …», «So kam es zum Streit: |Der Rat …»: words
#: that only announce the statement, with no name, number or denial.
_ANNOUNCEMENT = make_regex(
    r"(?:[A-Z][a-z’']*(?:,?\s[a-z][a-z’'-]*){3,14}"
    r"|(?=[^:]*\s(?:es|fest|sicher|klar)\b)[A-ZÄÖÜ][^:„“\"]{10,110}):\s"
    rf"(?=(?:\S+\s){{6}})(?=[A-ZÄÖÜ]){_ARTICLE}"
)


_SAYS = make_regex(r"\b(?:said|says?|told|wrote|asked|sagte|schrieb)\b")


#: Who studied something and what they did is a fact.
_STUDIED = make_regex(r"(?:researchers|scientists|doctors)\s")


def _supposes(text: str, opening: re.Match[str]) -> bool:
    studied = _STUDIED.match(text, opening.end())
    return not studied and _SUPPOSES.search(opening[0]) is not None


def _choose_openings(text: str, span: Span) -> list[tuple[Part, ...]]:
    """A connective and the first article, or the opening as well."""
    found: list[tuple[Part, ...]] = [()]
    m = _CONNECTIVE.match(text, span.start, span.end)
    if m and m[0]:
        found = [(Part(*m.span()),)]
    m = _OPENING.match(text, span.start, span.end)
    spoken = m and not grammar.AUXILIARIES.isdisjoint(words.split_words(m[0]))
    if m and (m["clause"] or not spoken) and not _supposes(text, m):
        found.append((_build_part(text, "opening", *m.span()),))
    m = _DATED.match(text, span.start, span.end)
    if m:
        found.append((Part(*m.span()),))
    m = _ACCORDING.match(text, span.start, span.end)
    if m:
        said = Span(start=m.start(), end=m.end())
        loss = _price_source(text, Span(start=m.end(), end=span.end), said)
        if loss is not None:
            found.append((Part(*m.span(), loss),))
    m = _CONCESSION.match(text, span.start, span.end)
    if m:
        found.append((Part(*m.span()),))
    m = _ANNOUNCEMENT.match(text, span.start, span.end)
    if m and not _SAYS.search(m[0]) and not grammar.NEGATION.search(m[0]):
        found.append((Part(*m.span(), _SOURCE_COST),))
    return found


def _choose_insertions(
    text: str, span: Span, *, headline: bool
) -> list[tuple[Part, ...]]:
    """No insertion, or each one that the main clause can omit.

    A headline for a long sentence may omit two.
    """
    found = list(insertions.find_insertions(text, span))[:_MOST_INSERTIONS]
    long = headline and span.end - span.start > _LONG
    if long:
        found += _find_details(text, span)
    parts = sorted(
        _build_part(text, "harm" if _has_only_toll(text, span, a, b) else kind, a, b)
        for kind, a, b in found
    )
    pairs = itertools.combinations(parts, 2) if long else ()
    apart = [pair for pair in pairs if pair[0].end <= pair[1].start]
    return [(), *((part,) for part in parts), *apart[:_MOST_INSERTIONS]]


#: A sentence of more characters is too long for a headline.
_LONG = 120


#: «a source| who was briefed by the army| told the paper»: who it was that said so, and
#: «according to a study| by analysts Brandt»
_SOURCE_DETAIL = make_regex(
    r",\s(?:an?|the)?\s?(?:[\w-]+\s){0,4}?(?:sources?|officials?|spokes\w+|diplomats?)"
    r"(?P<detail>\s(?:who|with|in|from|at|for|speaking|familiar|briefed|on)\s[^,;]*?)"
    r"(?=\s(?:said|says|told|reported)\b)"
    r"|,\saccording\sto\s(?:an?\s|the\s)?(?:[\w-]+\s){0,2}?(?:report|study|survey|poll"
    r"|research)"
    r"(?P<by>\s(?:by|from|of|released|published)\s[^,;.]*)"
)


#: «arrested 500 parents| in and around the city of Hallin| for …», «admitted| before a
#: Norland court| that …»
_PLACE = make_regex(
    r"(?<=[a-z]{3}s)\s(?:in|near|outside|around)\s(?:and\saround\s)?(?:the\s)?"
    r"(?:[\w-]+\s){0,4}?"
    r"(?:of\s)?[A-Z][\w’-]+(?:,?\s[A-Z][\w’-]+){0,2},?(?=\s(?:for|after|over|on|as"
    r"|because|following)\s)"
    r"|\b(?:admitt|announc|argu|claim|complain|conclud|confirm|declar|insist|reveal|rul"
    r"|testifi|warn)ed"
    r"(?P<where>\s(?:before|in|at|on)\s(?:[\w’'-]+\s){1,4}[\w-]+)(?=\sthat\s(?:he|she"
    r"|it|they|the|an?)\s)"
)


def _find_details(text: str, span: Span) -> list[tuple[str, int, int]]:
    """What a headline for a long sentence may omit in its middle."""
    found = [
        ("insertion", *m.span("detail" if m["detail"] else "by"))
        for m in _SOURCE_DETAIL.finditer(text, span.start, span.end)
    ]
    found += [
        ("insertion", *m.span("where" if m["where"] else 0))
        for m in _PLACE.finditer(text, span.start, span.end)
    ]
    return found


#: Who only claims something stays beside it; a body that knows need not be named.
_CLAIMED = make_regex(
    r"claim|alleg|reported|believ|accus|\bwarn(?:s|ed)?\b|deni|union|part(?:y|ies)\b"
    r"|campaign|lawyer",
    re.IGNORECASE,
)
_OFFICE = make_regex(
    r"\b(?:officials?|administration|inspectors?|investigators?|prosecutors?"
    r"|organi[sz]ers|broadcaster|BBC|police|agenc(?:y|ies)|office|bureau|service|rescue"
    r"|authorit(?:y|ies)|ministry|department|coroner|hospital|trust|compan(?:y|ies)|executives|firm"
    r"|watchdog|regulator|"
    r"brigade|council|family|distributor|minister|sheriff|military|spokes\w+"
    r"|researchers|scientists|journal|"
    r"figures|traders|agent|publicist|affiliate|magazine|state|reports?|study|research"
    r"|Geographic|Polizei|Feuerwehr|Behörde|Ministerium|Stadt|Gericht)\b",
    re.IGNORECASE,
)
#: A forecast, a judgement or an accusation is not stated without its source.
_DISPUTABLE = make_regex(
    r"\b(?:would|should|must|blam\w+|accus\w+|"
    r"deliberate\w*|illegal\w*|attack\w*|terror\w*|n[o']t|guilty|fail\w*|fraud\w*|"
    r"abus\w+|discriminat\w+|viol\w+|corrupt\w*|st[eo]le?\w*|unfair\w*|wrong\w*|"
    r"danger\w*|lie[ds]?|best|worst)\b"
    r"|[\"“”«»]"
)


_FOUND = make_regex(r"\b(?:reports?|study|research)\b|magazine")
_FORECAST = make_regex(r"\b(?:could|may|might|likely|expected|will)\b")


def _price_source(text: str, statement: Span, said: Span) -> float | None:
    """The loss of who stated a fact; None where it may be no fact."""
    if (
        not _OFFICE.search(text, said.start, said.end)
        or _CLAIMED.search(text, said.start, said.end)
        or _DISPUTABLE.search(text, statement.start, statement.end)
    ):
        return None
    forecast = _FORECAST.search(text, statement.start, statement.end)
    found = _FOUND.search(text, said.start, said.end)
    return _FORECAST_COST if forecast or found else _SOURCE_COST


#: «met, pledging to …», «a sign of decline: turnout is down»: the news is what follows.
_DEATH = make_regex(r"\b(?:before|and)\s[^,;]*\b(?:to\sdeath|kill(?:ed|ing))\b")
#: «| in a raid that left 24 people dead», and what is left names nobody hurt.
_TOLL = make_regex(
    r"\b(?:kill(?:ed|ing)|dead|died|injur(?:ed|ing)|wounded|getötet|verletzt|starben)\b"
)
_HARM = make_regex(r",\s(?:killing|injuring|wounding)\s")
_OUTCOME = make_regex(
    r":\s|,\s(?:pledging|promising|vowing|agreeing|warning|threatening|killing"
    r"|injuring|wounding|destroying|ending|eliminating|beating|leaving|sending)\s"
)


def _build_tail(text: str, kind: str, span: Span, start: int, end: int) -> Part:
    if _HARM.search(text, start, end):
        kind = "harm"
    elif _has_only_toll(text, span, start, end) or _DEATH.search(text, start, end):
        kind = "death"
    elif _OUTCOME.search(text, start, end):
        kind = "death" if ": " in text[start:end] else "outcome"
    return _build_part(text, kind, start, end)


def _has_only_toll(text: str, span: Span, start: int, end: int) -> bool:
    """Whether a part of a sentence says who was hurt, and the rest does not."""
    outside = f"{text[span.start : start]} {text[end : span.end]}"
    return bool(_TOLL.search(text, start, end)) and not _TOLL.search(outside)


#: Where less is said before it, or somebody only met or wrote, the purpose is the news;
#: «the third firm this week | to thank a revival» needs it.
_FEWEST_BEFORE_PURPOSE = 90
_NEEDS_PURPOSE = make_regex(
    r"\b(?:[Mm]eets?|met|wrote|written|visit(?:s|ed)?|second|third|\w+(?:[xv]|four"
    r"|seven|nine)th"
    r"|first|last|only|most|least|best|worst|[a-z]{3,}est)\b|,\s[^,]{0,60}$"
)


#: «He was for Cole| while Cole was a candidate»: it is true of that time only.
_WHILE = make_regex(r"\s?(?:while|when|until)\s")
_WAS_SO = make_regex(r"\b(?:was|were)\s(?!\w+(?:e[dn]|ing)\b)[^,;:]*$")


#: «Half of them sent such texts| when they were children»
_ONLY_THEN = make_regex(r"\swhen\s(?:he|she|they|we|it)\s(?:was|were)\s")
#: «closed last| year after a fire»
_PERIOD_NOUN = make_regex(r"\s?(?:hour|day|week|month|year)s?\s")
_WHICH = make_regex(r"\b(?:last|next|this|that|every|each|same|previous|following)\Z")


def _may_end(text: str, span: Span, kind: str, at: int, *, headline: bool) -> bool:
    """Whether a headline, or a sentence of a summary, may end at a place of a kind."""
    if _WHILE.match(text, at) and _WAS_SO.search(text[span.start : at]):
        return False
    if _PERIOD_NOUN.match(text, at) and _WHICH.search(text[span.start : at]):
        return False
    if not headline:
        limits = _HARM.match(text, at) or _ONLY_THEN.match(text, at)
        return kind not in _OF_HEADLINES and not limits
    kept = text[span.start : at]
    return kind != "purpose" or not (
        len(kept) < _FEWEST_BEFORE_PURPOSE or _NEEDS_PURPOSE.search(kept)
    )


_WITH_SOURCE = make_regex(r",\s(?:after|when|as|while|before)\s")


def _choose_ends(text: str, span: Span, *, headline: bool) -> list[tuple[Part, ...]]:
    """What may be left out at the end: a tail, the source, what stands after it."""
    said = insertions.find_attribution(text, span)
    statement = Span(start=span.start, end=said.start)
    tails, rests = (
        [
            _build_tail(text, kind, span, start, within.end)
            for kind, start in find_ends(text, span, within)
            if _may_end(text, span, kind, start, headline=headline)
        ]
        for within in (statement, Span(start=said.end, end=span.end))
    )
    sources: list[tuple[Part, ...]] = [()]
    loss = _price_source(text, statement, said)
    if headline and loss is not None:
        # What the source tells of another event goes with it.
        further = _WITH_SOURCE.match(text, said.end)
        end = span.end if further else said.end
        sources.append((Part(said.start, end, loss),))
    kept: list[tuple[Part, ...]] = [(), *((rest,) for rest in rests)]
    if tails and said.end < span.end and not rests:
        kept.append((_build_part(text, "comma", said.end, span.end),))
    cut = [(), *((tail,) for tail in tails)]
    return [
        (*tail, *source, *rest)
        for tail, source, rest in itertools.product(cut, sources, kept)
    ]


# ── what is left ────────────────────────────────────────────────────────────────

_FEWEST_WORDS = 4


def is_readable(text: str, version: SentenceVersion) -> bool:
    """Whether a version reads as a sentence of its own."""
    pieces = [text[s.start : s.end].strip() for s in version]
    whole = " ".join(pieces)
    if not has_balanced_marks(whole) or len(DASH.findall(whole)) % 2:
        return False
    if any(piece.endswith("-") and piece[-2:-1].isalnum() for piece in pieces):
        # «a wide-| ranging plan», «Tages-| und Nachtzeiten»
        return False
    # A full stop alone is no part.
    spoken = [piece for piece in pieces if words.split_words(piece)]
    last = spoken[-1] if len(spoken) > 1 else ""
    resumed = RESUMED.match(last)
    said = not insertions.SAYING_WORDS.isdisjoint(words.split_words(last))
    outcome = resumed is not None and not grammar.looks_finite(resumed[1])
    if outcome or (said and last[0] in ',"”'):
        whole = " ".join(spoken[:-1])  # Without who said it.
    if len(words.split_words(whole)) < _FEWEST_WORDS or _NO_VERB.search(whole):
        return False
    first, _, rest = whole.partition(" ")
    # «Voters go to the polls»
    verb = has_verb(rest) or (first[-1:] == "s" and has_verb(f"they {rest}"))
    return verb and not _awaits_main_clause(whole)


#: A German auxiliary, and no verb at the end.
_NO_VERB = make_regex(
    r"\bwill\s(?:.*\s)?(?:de[nmr]|das|die|eine?[nmr]?|(?:ihr|sein)(?:e[nmrs]?)?)"
    r"\s[A-ZÄÖÜ][^\s,]*$|"
    r"\b(?:hat|haben|hatten?|wird|werden|wurden?|soll|sollen|kann|können|müssen)\s"
    r"(?:.*\s)?[„\"]?[A-ZÄÖÜ\d][^\s,]*$"
)


def _awaits_main_clause(whole: str) -> bool:
    """Whether the words are an opening without its main clause."""
    about = _LEFT_OPEN.match(whole)
    if about and not has_verb(about[1]):
        return True
    stated = _STATED.search(whole)
    if stated and _awaits_main_clause(stated[1]):
        return True
    subject = _RELATIVE.match(whole)
    if subject and not has_verb(subject[1]):
        first, _, rest = subject[2].partition(" ")
        # «Dishes which receive broadcasts will be banned»
        bare = not grammar.looks_finite(first) and grammar.looks_finite(f"{first}s")
        return len(_VERB_GROUP.findall(rest if bare else subject[2])) < 2 - bare
    whole = _TIME_BEFORE.sub("", whole)
    if not _OPENER.match(whole):
        return False
    # «Now that it is cold, and it snows, …»
    return not has_verb(_OPENED_TWICE.sub("", whole).partition(", ")[2])


#: «In 2014, |while the winner received a prize»
_TIME_BEFORE = make_regex(
    r"^(?:In|On|At|By)\s[^,]{2,30},\s?(?=(?:after|as|because|before|since|when"
    r"|while)\s)"
)
#: A second clause beside the one that opens a sentence.
_OPENED_TWICE = make_regex(r",\s(?:and|or|but)\s[^,]*")


#: An unclosed relative clause: «The mayor, a baker who was elected last spring».
_LEFT_OPEN = make_regex(
    r"([^,]{1,80}),\s(?:(?:an?|the)\s[^,]{1,80}?\s)?(?:who|which|whose|where"
    r"|that)\s[^,]*$"
)
#: «They say that |people who have built bridges»
_STATED = make_regex(r"\bthat\s([^,]{1,60}?\swho\s[^,]*)$")
#: A verb with its auxiliaries: «had been held».
_VERB_GROUP = make_regex(
    r"\b(?:(?:is|are|was|were|ha[sd]|have|will|would|could|can|may|might|must|should)\s"
    rf"(?:(?:not|been|being|be|have|[a-z]+ly)\s)*)?(?:{FINITE}|[a-z]{{2,}}ed)\b"
)
#: A subject whose relative clause may have the only verb: «The children who fell ill».
_RELATIVE = make_regex(r"([^,]{1,80}?)\s(?:who|which|that)\s(.+)")
#: Words that begin a clause before the main one; one of the first two words.
_OPENER = make_regex(
    r"(?:(?:\w+\s)?(?:hours?|days?|weeks?|months?|years?)\s|(?:shortly|soon|just|even"
    r"|only"
    r"|ever|long|right|[a-z]+ly)\s)?(?:after|as|when|while"
    r"|because|although|though|since|until|before|if|unless|once|despite|amid|following"
    r"|whereas|now\sthat|in\scase|from|during|by|with|given|nachdem|weil|wenn|während"
    r"|obwohl|als)\s",
    re.IGNORECASE,
)
