"""Write a headline by leaving words out of one sentence.

A given title is kept. Else the first sentence of the summary that stands alone is the
headline, as it is or without whole parts (`shortening`): an editor who may only delete
prefers a sentence of 120 characters that says what happened, to whom, where and why, to
one of 80 that leaves the reader asking. So only what costs nothing is always left out
(days, short brackets, who stated a plain fact); more goes where the sentence is longer
than a headline may be, the parts first that lose least. A sentence that has no such
version gives way to one that may be the news as well, or is shown in full. An essay has
a headline about its subject or its topics.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import partial

from digests.language import clause_verbs, dates, grammar, words
from digests.language.completeness import CONCESSION
from digests.language.names import GIVEN_NAMES, find_names
from digests.language.regexes import make_regex
from digests.language.spans import format_version, remove_parts
from digests.language.titles import measure_label, read_title
from digests.summaries import passages, shortening, tightening
from digests.summaries.news_sentence import is_plain, reports_event
from digests.summaries.passages import RESULT_LINE, SPEAKER_LABEL, Passage
from digests.summaries.shortening import SentenceVersion
from digests.summaries.topics import PlacedTopics, place_topics, price_topics
from digests.types import Article, Headline, Sentence, Span

#: Preferred and greatest length of a headline, in characters.
WANTED_LENGTH = 80
MAX_LENGTH = 120

_LOOKED_AT = 8
#: Characters beyond the preferred length that cost as much as a content word.
_CHARS_OVER = 30
#: The cost of a headline that is too long, and of its characters.
_TOO_LONG, _CHARS_TOO_LONG = 10.0, 8
#: A part of a sentence that is shorter says little: the same for what it lacks.
_STUMP, _CHARS_STUMP = 50, 6
#: Only a whole sentence may be longer than a headline, where it has no shorter version.
_LONGEST_WHOLE = 290


def write_headline(
    article: Article,
    found: Sequence[Passage] | None = None,
    summary: Sequence[Sentence] = (),
    *,
    rivals: Sequence[Passage] = (),
    sure: bool = True,
) -> Headline:
    """The article's title, or the news sentence shortened.

    An essay or a feature without news has a headline about its subject.

    Args:
        article: Spans of the answer point into its text; a kept title has none.
        found: The article's passages, if the caller has them.
        summary: Its sentences come before other passages.
        rivals: Passages that may be the news too, where the first one is too long.
        sure: Whether the first passage reads as news.

    Returns:
        At most 120 characters, preferably 80, unless a given title or a sentence that
        cannot be shortened is longer; empty where the article has no words.
    """
    title = read_title(article)
    if title:
        return Headline(text=title)
    line = passages.find_title_line(article)
    if line is not None and _has_word(article.text, line):
        return _show_title_line(article.text, line)
    found = passages.extract_passages(article) if found is None else found
    shown = {sentence.spans[0].start for sentence in summary}
    summarised = [p for p in found if p.span.start in shown]
    written = (
        (None if sure else _name_subject(article, summarised[:1], found))
        or _from_sentences(article, summarised)
        or _from_sentences(article, found)
        or _from_words(article)
    )
    if not sure and written.spans:
        written = _name_topics(article, written, found) or written
    if len(written.text) <= MAX_LENGTH:
        return written
    others = (_from_sentences(article, (p,)) for p in rivals if _stands_alone(p))
    short = (other for other in others if other and len(other.text) <= MAX_LENGTH)
    return next(short, written)


def list_headlines(article: Article, most: int) -> tuple[Headline, ...]:
    """Headlines for an article: its title, and its sentences as headlines, in order."""
    title = read_title(article)
    line = passages.find_title_line(article)
    given = [Headline(text=title)] if title else []
    if line is not None:
        given.append(_show_title_line(article.text, line))
    written = (
        Headline(text=_format_headline(article.text, version), spans=version)
        for passage in passages.extract_passages(article)[:_LOOKED_AT]
        if passages.is_presentable(passage) and _stands_alone(passage)
        if (version := _choose_version(article, passage)) is not None
    )
    different: dict[str, Headline] = {}
    for headline in (*given, *written):
        different.setdefault(headline.text.casefold(), headline)
    return tuple(different.values())[:most]


def _show_title_line(text: str, line: Span) -> Headline:
    """The title at the head of a text, without «EXCLUSIVE:»."""
    label = measure_label(text[line.start : line.end])
    shown = (Span(start=line.start + label, end=line.end),)
    return Headline(text=_format_headline(text, shown), spans=shown)


def _from_sentences(article: Article, found: Sequence[Passage]) -> Headline | None:
    shown = [p for p in found[:_LOOKED_AT] if passages.is_presentable(p)]
    for passage in sorted(shown, key=_stands_alone, reverse=True):
        version = _choose_version(article, passage)
        if version is not None:
            text = _format_headline(article.text, version)
            return Headline(text=text, spans=version)
    return None


#: Who it is, behind the name: «Ada Brandt|, head of the mill|, …».
_WHO = make_regex(
    r",\s(?:(?:an?|the|one\sof)\s[\w’'-]+|[a-z]+er|[a-z]+or|head)\s[^,.;:()\"“”]{3,60}"
    r"(?=[,.])"
)
#: Fewer mentions do not make somebody the subject of a text.
_FEWEST_MENTIONS = 3


def _name_subject(
    article: Article, first: Sequence[Passage], found: Sequence[Passage]
) -> Headline | None:
    """The person in `first` whom a text names most often, and who it is.

    Where the text does not say who it is: the first sentence about the person, or else
    `first`, that is short enough for a headline.
    """
    text = article.text
    spans: dict[str, Span] = {}
    for passage in first:
        tokens = grammar.tokenize_span(text, passage.span.start, passage.span.end)
        for name in find_names(tokens):
            given = name.text.partition(" ")[0].lower()
            if given != name.text.lower() and given in GIVEN_NAMES:
                start = tokens[name.core].start
                end = tokens[name.last - 1].end - 2 * name.possessive
                spans.setdefault(name.text, Span(start=start, end=end))
    counts = {name: text.count(name.rpartition(" ")[2]) for name in spans}
    subject = max(counts, key=lambda name: counts[name], default="")
    if counts.get(subject, 0) < _FEWEST_MENTIONS:
        return None
    span = spans[subject]
    who = _WHO.match(text, span.end)
    if who and not any(map(grammar.looks_finite, words.split_words(who[0]))):
        span = Span(start=span.start, end=who.end())
    else:
        # A bare name says less than a sentence about somebody.
        family = subject.rpartition(" ")[2]
        for passage in filter(_stands_alone, (*first, *found[:_LOOKED_AT])):
            sentence = _from_sentences(article, (passage,))
            about = sentence is not None and family in sentence.text
            if sentence and about and len(sentence.text) <= MAX_LENGTH:
                return sentence
        opening = _from_sentences(article, [p for p in first if not p.personal])
        whole = opening and opening.spans[0].start == first[0].span.start
        if opening and whole and len(opening.text) <= MAX_LENGTH:
            return opening
    return Headline(text=_format_headline(text, (span,)), spans=(span,))


#: What more of a text's topics a sentence names (`topics`) that is a better headline.
_MORE_TOPICS = 3.0
#: The first sentence of a text begins after so many characters at most.
_HEAD = 60


def _name_topics(
    article: Article, written: Headline, found: Sequence[Passage]
) -> Headline | None:
    """The sentence that names most topics of an essay, if `written` names few."""
    enough = _weigh_topics(article, written.spans) + _MORE_TOPICS
    ranked = []
    for passage in found:
        if passage.span.start <= written.spans[0].start < passage.span.end:
            at_head = passage.span.start < _HEAD
            if reports_event(passage) or (at_head and is_plain(passage)):
                return None
        elif not (
            passages.is_presentable(passage)
            and _stands_alone(passage)
            and is_plain(passage)
            # A version names no more than the sentence.
            and _weigh_topics(article, (passage.span,)) >= enough
        ):
            continue
        headline = _from_sentences(article, (passage,))
        if headline and len(headline.text) <= MAX_LENGTH:
            ranked.append((_weigh_topics(article, headline.spans), headline))
    best = max(ranked, key=lambda row: row[0], default=None)
    return best[1] if best and best[0] >= enough else None


def _weigh_topics(article: Article, version: SentenceVersion) -> float:
    """What the topics of a text that a version names are worth."""
    span = Span(start=version[0].start, end=version[-1].end)
    placed = place_topics(article, span)
    return price_topics(placed, ()) - price_topics(placed, version)


#: A scene, an aside, the label of an answer, a letter.
_ASIDE = make_regex(
    r"(?:At (?:one|some|this|that) point|By contrast),?\s|(?:Well|Oh|Yes|No),\s"
    r"|Now\sthat\s|Everything\s|Plus[:,]?\s|(?:Perhaps|Maybe|Please|Just)\s[a-z]+\s"
    r"(?:a\s|the\s|your)|Introducing\s|The\sones?\s(?:that|who|which)\s"
    r"|Not\sthat\s|[A-Z]\w+['’]s\s(?:is|are|was|were)\s"
    r"|(?:Imagine|Picture|You|Your|Dear|Admit|Rewind|Tune)\s"
    r"|(?:Get|Find|Check|Try|Ask|Join|Learn)\s(?:your|out|in|it|us)\s"
    r"|(?:Damit|Dabei|Danach|Dafür|Deshalb|Daher|Demnach|Daraufhin|Allerdings|Bisher)\s"
)


#: «Die ersten Funde machten sie im Jahr 2000», «Events that led to those marches»: who,
#: and which ones? «Reed has not responded to the petition»: to which?
_NEEDS_TEXT = make_regex(
    r"(?:Der|Die|Das|Den|Dem)\s[^,;:]{3,50}\s[a-zäöü]+t?en?\s(?:er|sie)\s(?!sich\b)"
    r"|[^\"“”]*\b(?:that|in|of|to|by|from)\sthose\s(?!who\b|in\b|of\b|with\b)[a-z]+s\b"
    r"|[^\"“”]*\b(?:ha(?:s|ve|d)|did|do(?:es)?)(?:n['’]t|\s(?:not|yet\sto))\s"
    r"(?:yet\s|immediately\s)?(?:respond|repl|comment)\w*"
    r"|[^\"“”]*\b(?:declined|refused)\sto\scomment\b|[^\"“”]*\bnot\sbe\sreached\b"
)


def _stands_alone(passage: Passage) -> bool:
    """Whether a sentence is neither speech, a question nor an aside."""
    if CONCESSION.match(passage.text) or RESULT_LINE.match(passage.text):
        return True
    if passage.leans or passage.personal or "?" in passage.reported:
        return False
    if passage.place and passages.tells_of_known(passage.text):
        return False
    has_verb = any(map(grammar.looks_finite, words.split_words(passage.text)))
    if not clause_verbs.has_verb(passage.text):
        return False
    labelled = SPEAKER_LABEL.match(passage.text) is not None
    if _ASIDE.match(passage.text) or _NEEDS_TEXT.match(passage.text):
        return False
    if labelled and not has_verb:
        return False
    return not passages.OPENS_WITH_SPEECH.match(passage.text)


def _choose_version(article: Article, passage: Passage) -> SentenceVersion | None:
    """The version of a sentence that loses least for its length.

    A sentence that refers to another one is whole, or goes without its opening.
    """
    text, span = article.text, passage.span
    placed = place_topics(article, span)
    versions = shortening.list_versions(text, span, _find_spared(text, span))
    whole = versions[0][1]
    priced = []
    for loss, version in (*versions, *_find_statement(text, span)):
        length = sum(piece.end - piece.start for piece in version)
        length -= text[version[-1].end - 1] == "." if version else 0
        leaning = passage.leans and version[0].start == whole[0].start
        if length <= _LONGEST_WHOLE and (version == whole or not leaning):
            long = length > MAX_LENGTH
            loss += _price_length(length)
            loss += price_topics(placed, () if long else version)
            priced.append((loss, version))
    priced.sort(key=lambda row: row[0])
    readable = (
        (cost, version)
        for cost, version in priced
        if version == whole or _is_fit(text, version)
    )
    best = next(readable, None)
    if best and _measure(text, whole) > MAX_LENGTH:
        tight = _tighten(text, priced, whole, placed)
        best = min((best, *tight), key=lambda row: row[0])
    return best[1] if best else None


#: Versions that are tightened, which takes longer than to choose one.
_MOST_TIGHTENED = 4


def _tighten(
    text: str,
    priced: Sequence[tuple[float, SentenceVersion]],
    whole: SentenceVersion,
    placed: PlacedTopics,
) -> Iterator[tuple[float, SentenceVersion]]:
    """The versions that are too long, with what a headline can do without."""
    long = (row for row in priced if _measure(text, row[1]) > MAX_LENGTH)
    for cost, version in itertools.islice(long, _MOST_TIGHTENED):
        if version != whole and not _is_fit(text, version):
            continue
        found = tightening.tighten_version(
            text,
            version,
            MAX_LENGTH,
            partial(price_topics, placed),
            partial(_is_fit, text),
        )
        if found:
            cost -= price_topics(placed, ()) + _price_length(_measure(text, version))
            yield cost + found[0] + _price_length(_measure(text, found[1])), found[1]


#: The news inside of a comment on it: «When |Mayor Ada Brandt opened the mill|, she …»,
#: «The news that |the bank will close| revives …», «|Ada Brandt|, who| has died at 90|,
#: was …».
_STATEMENT = make_regex(
    r"(?:When|After|As)\s(?P<when>(?:[A-Z]|(?:an?|the)\s"
    r"|[a-z]+ing\s[a-z]+s\s)[^,;:]{40,130}),\s(?:he|she|they|it|we|I|many|some|few)\s"
    r"|(?:The\s)?(?:(?i:tragic|sad|shocking|stunning|surprising|recent|good|bad"
    r"|welcome)\s)?(?:[Nn]ews|[Rr]evelations?)\sthat\s(?P<that>[^,;:]{40,130}?)\s"
    r"(?:(?!(?:is|was|has)\b)[a-z]{4,}s\s(?:an?|the|his|her|its|their|our|us|many)"
    r"|set\soff|sparked|prompted|triggered|drew|shocked|stunned)\s"
    r"|(?P<name>[^,;:]{4,60}),\swho(?P<died>\s(?:has\s)?died\s[^,;:]{4,60}),\swas\s"
)
_STATEMENT_COST = 3.0
#: What somebody did not do or only thought, and what «he» did.
_NO_STATEMENT = make_regex(
    r"(?:[Ii]t|[Hh]e|[Ss]he|[Tt]hey|[Yy]ou|[Ii]|[Ww]e|[Tt]his|[Tt]hat|[Tt]hese"
    r"|[Tt]here|[Pp]eople|many|most|some)\b"
    r"|.*\b(?:first|was|were|had|heard|woke|thought|wanted|knew|felt|would|could|might"
    r"|may)\s"
)


def _find_statement(text: str, span: Span) -> list[tuple[float, SentenceVersion]]:
    """The news inside of a comment on it, as a version with its loss; or none."""
    m = _STATEMENT.match(text, span.start, span.end)
    if m is None:
        return []
    names = [name for name in ("when", "that", "name", "died") if m[name]]
    stated = " ".join(m[name] for name in names)
    known = m["when"] is None or not _NO_STATEMENT.match(stated)
    if (
        not known
        or grammar.NEGATION.search(stated)
        or not clause_verbs.has_verb(stated)
    ):
        return []
    spared = [shortening.Part(*gap) for gap in sorted(_find_spared(text, span))]
    pieces = [
        piece
        for start, end in map(m.span, names)
        for piece in remove_parts(
            Span(start=start, end=end),
            [gap for gap in spared if start <= gap.start and gap.end <= end],
        )
    ]
    return [(_STATEMENT_COST, tuple(pieces))]


def _measure(text: str, version: SentenceVersion) -> int:
    return len(_format_headline(text, version))


def _is_fit(text: str, version: SentenceVersion) -> bool:
    readable = shortening.is_readable(text, version)
    return readable and not _omits_negation(text, version)


def _price_length(length: int) -> float:
    """The cost of a length in characters, in content words."""
    cost = max(0, length - WANTED_LENGTH) / _CHARS_OVER
    cost += max(0, _STUMP - length) / _CHARS_STUMP
    if length > MAX_LENGTH:
        cost += _TOO_LONG + (length - MAX_LENGTH) / _CHARS_TOO_LONG
    return cost


def _omits_negation(text: str, version: SentenceVersion) -> bool:
    """Whether a denial is between two spans; `grounding.gate` refuses such a text."""
    return any(
        grammar.NEGATION.search(text, before.end, after.start)
        for before, after in itertools.pairwise(version)
    )


#: Brackets, and adverbs that add nothing; not in «by now», «as recently as».
_SPARED = make_regex(
    r"\s\([^()]{1,160}\)(?![^\s,.;])|,\s[RDI]-[A-Z][\w.]*"
    r"(?:,(?=\s(?:and|but|or|who|by|in|on|for|after|over|with|[a-z]+(?:s|ed)|said|told"
    r"|will|would|ha[ds]|have)\s))?|(?<=\s)(?<!\b(?:as|by)\s)(?<!\bfor\s)"
    r"(?<!\b(?:from|just|more|most|only|than|till|very)\s)(?<!\b(?:right|until)\s)"
    r"(?:also|now|finally|recently|currently|already)\s(?!as\s|that\s)"
)


def _format_headline(text: str, version: SentenceVersion) -> str:
    shown = format_version(text, version)
    stops = shown.endswith(".") and not shown.endswith(("..", "a.m.", "p.m.", "U.S."))
    return shown[:-1] if stops else shown


#: The first words of a line, as many as a headline may have.
_FIRST_WORDS = make_regex(rf"[^\W_](?:[^\n]{{0,{WANTED_LENGTH - 2}}}[^\W_])?(?![^\W_])")


def _has_word(text: str, span: Span) -> bool:
    return any(map(str.isalnum, text[span.start : span.end]))


def _from_words(article: Article) -> Headline:
    """The first words of a text without sentences."""
    line = _FIRST_WORDS.search(article.text)
    if line is None:
        return Headline(text="")
    span = Span(start=line.start(), end=line.end())
    return Headline(text=_format_headline(article.text, (span,)), spans=(span,))


_DAY = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"(?:\s(?:morning|afternoon|evening|night))?"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Jan\.|Feb\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
#: Days and dates, the first things that a headline can omit.
_DATE = make_regex(
    r"\s(?:(?:early|late|earlier|later)\s)?(?:(?:on|in)\s)?"
    rf"(?:{dates.DATE_IN_COMMAS}|{_DAY}|{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}}|(?!\d))"
    rf"|\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?)(?=[\s,.])(?<!,)"
    r"|\s(?:(?:am|in\sder\sNacht\s(?:zum|auf))\s(?:Mittwoch"
    r"|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag)(?:(?:vor|nach)?mittag|morgen|abend)?"
    r"(?:,\s(?:de[nm]\s)?\d{1,2}\.\s\w+(?:\s\d{4})?,?)?"
    r"|(?:gestern|heute)(?:\s(?:Morgen|(?:Vorm|Nachm|M)ittag|Abend))?)"
    r"(?:\s(?:gegen|um)\s\d{1,2}(?:[.:]\d\d)?\sUhr)?(?=[\s,.])"
)
_NOT_AFTER_DATE = make_regex(
    r"\s(?:to|and|or|until|at|und|bis)\s(?:\d|[A-Z])|(?:\s\w+)?['’]"
)
#: A date after these words is not optional.
_LEADS_TO_DATE = make_regex(
    r"(?:\b(?:black|good|ash|easter|cyber|super|bloody|an?|the|every|each|one|on|in"
    r"|from|until|till|by|since|before|after|of|to|for|at|between|around|about|am"
    r"|gestrigen|heutigen|vergangenen|letzten|kommenden|seit|von|bis|ab|für|zum|nach"
    r"|vor|und|through|during|and|next|last|this|planned|scheduled|due|slated|dated"
    r"|born|began|begun|begins?|published|released|held|early|late|earlier|[ap]\.m\.)"
    r"|,)$",
    re.IGNORECASE,
)


def _end_of_date(text: str, span: Span, date: re.Match[str]) -> int:
    """Where a date ends: with the comma that closes it, if it has one inside."""
    closes = "," in date[0] and text.startswith(", ", date.end())
    return date.end() + (closes and "," not in text[span.start : date.start()])


def _find_spared(text: str, span: Span) -> list[tuple[int, int]]:
    """Days that only say when, brackets and fillers, outside of quotation marks."""
    gaps = [m.span() for m in _SPARED.finditer(text, span.start, span.end)]
    gaps += [
        (m.start(), _end_of_date(text, span, m))
        for m in _DATE.finditer(text, span.start, span.end)
        if not _LEADS_TO_DATE.search(text[max(span.start, m.start() - 14) : m.start()])
        and not _NOT_AFTER_DATE.match(text, m.end())
    ]
    quoted = [m.span() for m in passages.IN_MARKS.finditer(text, span.start, span.end)]
    return [gap for gap in gaps if not any(a < gap[0] < b for a, b in quoted)]
