"""Find the sentence that is the news, so that a summary opens with it.

Reports open with the news; features, columns and many sports reports open with a scene,
a remark or a teaser, and the news comes a few sentences later. A linear rating of the
early sentences decides: their words (a verb of the news, a day, somebody who was not
named yet, a demand; or what the window showed), what stands before them (a plain
sentence, which was the news, or scenes), what later sentences repeat, and the title
where there is one.

`python -m tests.bench.news_fit` fits the weights (`news_weights.txt`) on the articles
of tests/data/news_sentences; how much an early place, the words of a title and a scene
count is set there by hand, because these articles are too few to show it.
"""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from math import exp, log
from typing import NamedTuple

from digests.language import words
from digests.language.clause_verbs import has_verb
from digests.language.completeness import CONCESSION
from digests.language.dates import MONTH_NAMES
from digests.language.regexes import make_regex
from digests.language.spans import format_version
from digests.language.titles import read_title
from digests.summaries.passages import (
    OPENS_WITH_SPEECH,
    Passage,
    find_title_line,
    is_presentable,
    leans_back,
    tells_of_known,
)
from digests.types import Article, Span

WEIGHTS = words.load_weights(__file__, "news_weights.txt")
_TABLES = words.load_word_tables(__file__, "news_sentence.txt")
#: Tables of plain words, which are looked up, and those of expressions.
_WORDS = {n: t for n, t in _TABLES.items() if n[:5] != "opens" and "".join(t).isalpha()}
_SIGNS = {n: words.compile_table([t]) for n, t in _TABLES.items() if n not in _WORDS}
#: Later sentences are background.
_LOOKED_AT = 10
#: Passages whose signs are kept while their article is read.
_KEPT_SIGNS = 128
#: After so many sentences an early place counts a third.
_DECAY = 3.5
#: So many sentences before one say whether the news was; the first places are near.
_MOST_BEFORE, _NEAR = 4, 3
_VERY_SHORT, _SHORT, _FRAGMENT = 6, 9, 3
#: Each further word that is shared with the title counts this share of the one before.
_FURTHER = 0.4
#: A title line inside the text stands above a feature more often, and names the news
#: less often: its words count this share.
_TITLE_LINE = 0.4
#: Words with the same beginning are related («legal», «legalizes»), and so are those
#: that end in each other («Realschule», «Schule»).
_BEGINNING = 5
#: A sentence with one of these is no news, unless there is nothing else.
_NEVER = words.word_set("question speech opens_with_call fragment")
_WEAK = _NEVER | words.word_set("I you exclaimed very_short leans no_verb")
_LINK = "opens_with_link"
#: After one of these the news comes later.
_LATER = words.word_set("scene question")
#: What «I» did is no news.
_OF_NEWS = words.word_set("event has_happened will_happen is_happening")
#: What is said so is no report.
_UNSURE = words.word_set("I leans known demanded")
#: A text does not start with a sentence that has one of these.
_NO_BEGINNING = (
    _WEAK | words.word_set("scene earlier opens_vaguely timeless") | {"earlier opening"}
)
#: Signs of an event.
_REPORTS = _OF_NEWS | words.word_set("said when found")
#: What counts differently in the first sentence, which is the news without much proof.
_OF_FIRST = _OF_NEWS | words.word_set("""
    I you unnamed short opens_vaguely opens_with_clause opens_with_the said sensed
    timeless
""")

_NAME = make_regex(r"(?<=[\w,;:–—)]\s)[A-ZÄÖÜ][\w’'-]+|^[A-Z][\w’'-]+ [A-Z]")
#: Speech with or without who said it before: «A statement gave details: "…"».
_SPEECH = make_regex(rf"{OPENS_WITH_SPEECH.pattern}|:\s[\"“„][^\"”]{{40,}}[\"”]$")
_QUESTION = make_regex(r"\?[\"'”’)]*$")
#: Somebody who is named later: the one pronoun that a first sentence cannot have.
_PRONOUN = make_regex(r"(?:He|She|It|They|His|Her|Their|Its|Er|Sie|Es|Seine?|Ihre?)\b")
#: «She stood there, holding a knife.»: somebody whom the sentence does not name either.
_UNNAMED = make_regex(
    r"(?:He|She|They|His|Her|Their)\s(?!.*\s[A-Z][\w'’-]+\s[A-Z][\w'’-]+)"
)
_SCENE = make_regex(
    r"""^(?:It\swas\s(?:gone|just|almost|nearly|a\s|the\s|always|still|not\s|in\s|on\s|at\s
        |early|late|midnight|dark)|It['’]s\s|That(?:['’]s|\sis)\s
        |There(?:['’]s|\sis|\sare|\swas|\swere|\scomes)\s|By\sthe\stime\s
        |(?:Every|Each|Most|On)\s(?:morning|day|night|evening|weekend|summer|winter|weekday)
        |At\s(?:first\s|dawn|dusk|midnight|noon|(?:\w+\s){1,3}(?:past|to)\s|\d{1,2}[:.]\d\d)
    |Um\s\w+\sUhr\s|(?:The|A)\s[\w\s]{3,30}\s(?:(?:is|was|were)\sstill
        |still\s(?:sit|stand|hang|lie)s?)\s
        |[A-Z][\w'’-]+\s[A-Z][\w'’-]+\sstill\s    |[^,.]{3,50}\s\w+s\slike\san?\s
        |When\s(?:he|she|they|you|[A-Z]\w+\s(?:was|first))|Nobody\s|Whoever\s|Once\supon
        |(?:Some|Few)\s(?:things|people|days|would|might)\b|Es\s(?:war|ist|gibt)\s
        |[A-Z](?:(?!\sthat\s|\swho\s)[^,.]){0,40}\shad\s(?:just\s)?\w+(?:ed|en|wn|ht)\s
        |(?:Want|Let['’]s|Hey|Meet|Imagine|Picture|Remember|Think|Forget|Say|Ever|You
        |If\syou|Here(?:['’]s|\sis|\sare)|Welcome|Good\s(?:morning|evening)|Kennen\sSie)\b
        |(?:Early|Late)\sone\s|It\sis\s(?:an?|the|\w+ly)\s|Jeden\s(?:Morgen|Tag|Abend)|Als\s(?:er|sie|die|der)\s)""",
    re.VERBOSE,
)
#: How things are: «Passwords are the bane of many», «Rowan has an admirer».
_STATES = make_regex(
    r"^[^:;–—]{2,120}?\b(?:is|are|isn['’]t|aren['’]t|has|have|can|can['’]t|cannot|might|won['’]t|seems?|means?)\b"
    r"(?!\s(?:\w+ly\s|all\s|now\s|still\s)?(?:to|set|due|about|dead|missing|under|expected|likely|through|ready|out|up|down|off|over|back|gone|free|closed|in\sthe|on\sthe)\b)"
)
#: A count or a verb in the past, which tell of an event.
_TELLS = make_regex(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens|hundreds|thousands|millions"
    r"|was|were|had|did|didn['’]t|[a-z]{2,}ed|became|took|went|made|came|gave|got|held|led|lost"
    r"|met|ran|saw|sent|wrote|rose|left|began|told|kept|brought|built|put|let|drew|grew|paid|said"
    r"|says?|maintains?|spent|spoke|threw|['’]ve\s\w+)\b"
)
#: «What does it take? |About two days of work», «Is it? |Only if the mayor says so.»
_ANSWERS = make_regex(
    r"(?:According\sto\s[^,]{3,40},\s(?:only|yes|no|not)|Only|Not|Yes|No|Apparently|About|By\s"
    r"|Because|In\sthe\s(?:recent\s)?case)\b"
)
#: «A storm cost her the mill last year. |But now it is the miller who has lost.»
_TURNS_TO_NOW = make_regex(
    r"(?:But|And)\s(?:now|today|this\s(?:week|month|year))\b|(?:Doch|Aber)\s(?:nun|jetzt)\b"
)
#: «On the surface all is calm. |But the party is divided.»
_SEEMS = make_regex(
    r"\b(?:on\sthe\s(?:surface|face\sof\sit)|at\sfirst\s(?:glance|sight)|auf\sden\sersten\sBlick)\b",
    re.IGNORECASE,
)
_TURNS = make_regex(r"(?:But|Yet|Doch|Aber)\b")
#: What was before the news, and what is only understood after a question or a list.
_EARLIER = make_regex(
    r"^(?:[^,;:]{2,60}\s(?:is|are)\s(?:best\s|well\s)?known\s(?:for|as)\b|(?:In|On\s[A-Z]\w+\s\d\d?,)\s1\d{3}\b"
    r"|(?:In|Over|Throughout|During)\sthe\s(?:past|last|\d{4}s)\b|Back\sin\s|At\sthe\stime\s|Originally"
    r"|Previously|Historically|Until\s(?:recently|now)\b|For\s(?:years|decades)\b"
    r"|(?:\w+\s){0,3}(?:[Mm]onths|[Yy]ears|[Dd]ecades)\s(?:ago|later)\b"
    rf"|Last\s(?:spring|summer|autumn|fall|winter|{MONTH_NAMES})\b"
    r"|(?:The\s)?(?:[Oo]ne|[Oo]thers?)\s|(?:Another|Each)\s|(?:Sure|Yes|Well|First),\s|Some\sbackground"
    r"|Every(?:thing|body|one)\s|Because\s|Unless\s|Like\s|Whatever\s|Take\sa\s"
    r"|(?:[A-Z][a-z'’]+(?:\s[a-z'’]+){1,2}|Where|When|Price|Result|Tickets):\s|Früher|Damals)"
)


class NewsChoice(NamedTuple):
    """The passage that is the news, and whether it reads as the news of a report."""

    passage: Passage
    sure: bool
    #: Those that are rated nearly as high, the best first.
    rivals: tuple[Passage, ...] = ()


#: The rating from which on a sentence is taken for the news, by its signs of an event;
#: a text of fewer sentences is a brief, and German ratings are lower.
_SURE = (14.0, 12.5, 7.0)
_BRIEF = 5
#: How far the best one of an essay or a feature must be above its first sentence, and
#: the news of a report above its rivals.
_CLEARLY = 2.5
_SIGNS_OF_REPORT = _REPORTS - words.word_set("has_happened will_happen is_happening")


def choose_news(article: Article, found: Sequence[Passage]) -> NewsChoice | None:
    """The passage that says what happened, or None where no passage can be shown.

    For a text that reports no event, it is the first one.

    Args:
        article: Its title, if it has one, chooses.
        found: Its passages in document order.
    """
    rated = [
        # Rounded, because sums of floats depend on their order.
        (round(sum(WEIGHTS.get(name, 0) * value for name, value in row), 9), passage)
        for passage, row in iter_candidates(article, found)
    ]
    if not rated:
        return None
    rating, news = max(rated, key=lambda row: row[0])
    happened = _count_report_signs(news)
    brief = article.lang == "de" or len(found) < _BRIEF
    sure = brief or rating >= _SURE[min(happened, 2)] or _has_title(article, found)
    first_rating, first = rated[0]
    eventless = not sure and not happened and rating - first_rating < _CLEARLY
    if eventless and _list_signs(first).isdisjoint(_NO_BEGINNING):
        return NewsChoice(first, sure=False)
    # «It was fed by a cable» needs the sentence before, which says what.
    before = found[max(0, news.place - 1)]
    alone = not news.leans or _SIGNS[_LINK].match(news.text)
    chosen = news if alone or not is_presentable(before) else before
    near = [row for row in rated if rating - row[0] < _CLEARLY and row[1] is not chosen]
    near.sort(key=lambda row: -row[0])
    return NewsChoice(chosen, sure, tuple(passage for _, passage in near))


def _has_title(article: Article, found: Sequence[Passage]) -> bool:
    above = article.text[: found[0].span.start]
    return bool(article.title or (above.strip() and find_title_line(article)))


def _count_report_signs(passage: Passage) -> int:
    """The kinds of signs that a sentence reports an event."""
    signs = _list_signs(passage)
    if not signs.isdisjoint(_UNSURE):
        return 0
    return bool(signs & _OF_NEWS) + len(signs & _SIGNS_OF_REPORT)


#: What a sentence that says what a text is about does without.
_NOT_PLAIN = (
    _NO_BEGINNING
    | _NEVER
    | words.word_set("""
    opens_with_preposition opens_with_clause
""")
)


def reports_event(passage: Passage) -> bool:
    """Whether a sentence has a sign that it reports an event."""
    return _count_report_signs(passage) > 0


def is_plain(passage: Passage) -> bool:
    """Whether a sentence has no sign of a scene, an aside or an earlier time."""
    return _list_signs(passage).isdisjoint(_NOT_PLAIN)


def open_with_news(
    article: Article, found: Sequence[Passage]
) -> tuple[tuple[Passage, ...], bool, tuple[Passage, ...]]:
    """The passages from the news on, numbered anew, whether it is sure, its rivals."""
    news = choose_news(article, found)
    if news is None:
        return tuple(found), True, ()
    rest = found[news.passage.place :]
    first = _drop_link(article.text, rest[0])
    opened = (first, *rest[1:])
    numbered = tuple(p._replace(place=place) for place, p in enumerate(opened))
    return numbered, news.sure, news.rivals


#: «But», which nothing before the news explains.
_LINKS = make_regex(
    r"(?:And|But|So|Yet|Und|Aber)\s(?!far\b|for\b|if\b|when\b|too\b|even\b)"
    r"|(?:Now|However|Meanwhile|Still|Nevertheless|Indeed|In\sfact|So),\s"
)


def _drop_link(text: str, passage: Passage) -> Passage:
    """The sentence without the word that links it to the one before."""
    link = _LINKS.match(text, passage.span.start, passage.span.end)
    if link is None:
        return passage
    span = Span(start=link.end(), end=passage.span.end)
    shown = format_version(text, (span,))
    if leans_back(shown):
        return passage
    return passage._replace(span=span, text=shown, leans=False)


#: A property that a weight belongs to, with its value.
Property = tuple[str, float]


def iter_candidates(
    article: Article, found: Sequence[Passage]
) -> Iterator[tuple[Passage, list[Property]]]:
    """The passages that may be the news, with their properties.

    None that asks, cites or calls, or that refers to a sentence which cannot be shown
    before it, unless there is nothing else.
    """
    signs = [_list_signs(passage) for passage in found[:_LOOKED_AT]]
    early = [p for p in found[:_LOOKED_AT] if is_presentable(p)]
    if not early:
        return
    turned: set[int] = set()
    for before, after in itertools.pairwise(range(len(signs))):
        if "question" in signs[before] and _ANSWERS.match(found[after].text):
            signs[after] |= {"fragment"}
        if _TURNS.match(found[after].text) and _SEEMS.search(found[before].text):
            signs[before] |= {"scene"}
            turned.add(after)
        if _TURNS_TO_NOW.match(found[after].text):
            signs[before] |= {"scene"}
    weak = [not own.isdisjoint(_WEAK) for own in signs]
    plain = [p for p in early if signs[p.place].isdisjoint(_NEVER)]
    plain = [p for p in plain if not _needs_more(p, found, weak)] or plain
    opens = signs[early[0].place]
    decay = _DECAY if opens.isdisjoint(_LATER) else 2 * _DECAY
    early_place = "early below title" if article.title else "early"
    title, trust = _read_title(article, found)
    counts = Counter(word for passage in found for word in passage.known)
    end = article.text.find("\n", early[0].span.end) if "scene" in opens else 0
    in_scene = sum(passage.span.start < end for passage in found)
    for passage in plain or early:
        own, place = signs[passage.place], passage.place
        if article.title:
            # Where a title chooses, how things are may be the news.
            own -= {"timeless"}
        if passage.span.start < end and place not in turned:
            # What stands in the paragraph of a scene belongs to it.
            own |= {"scene"}
        row = [(name, 1.0) for name in own]
        if place == 0:
            row += [("first", 1.0), *((f"first {x}", 1.0) for x in own & _OF_FIRST)]
        row.append((early_place, exp(-place / decay)))
        shared = _count_shared(passage.known, title)
        row.append(("words of title", trust * (1 - _FURTHER**shared)))
        row.append(("share of title", trust * shared / max(1, len(title))))
        earlier = frozenset[str]().union(*(p.known for p in found[:place]))
        row += _list_words(passage.known, earlier, counts)
        row.append(("far down", float(max(0, place - in_scene - _NEAR))))
        yield passage, [*row, *_list_before(weak[:place])]


def _needs_more(
    passage: Passage, found: Sequence[Passage], weak: Sequence[bool]
) -> bool:
    """Whether a passage refers to one that is not shown before it."""
    before = found[passage.place - 1]
    return (
        passage.leans
        and passage.place > 0
        and (before.leans or weak[before.place] or not is_presentable(before))
        and not _SIGNS[_LINK].match(passage.text)
    )


def _read_title(
    article: Article, found: Sequence[Passage]
) -> tuple[frozenset[str], float]:
    """The words of the title, and how much they count."""
    title = read_title(article)
    # No passage has a title line, so that it stands above the first one.
    above = article.text[: found[0].span.start]
    line = None if title or not above.strip() else find_title_line(article)
    if line:
        title = article.text[line.start : line.end]
    known = frozenset(words.extract_stems(title, article.lang))
    return known, _TITLE_LINE if line else 1.0


@lru_cache(maxsize=_KEPT_SIGNS)
def _list_signs(passage: Passage) -> frozenset[str]:
    """What the words of a sentence say for and against it."""
    granted = CONCESSION.match(passage.text)
    said = passage.reported[granted.end() :] if granted else passage.reported
    found = {
        name
        for name, sign in _SIGNS.items()
        if (sign.match(said) if name.startswith("opens") else sign.search(said))
    }
    used = frozenset(words.split_words(said.lower()))
    found.update(name for name, table in _WORDS.items() if not used.isdisjoint(table))
    length, verb = len(passage.text.split()), has_verb(passage.text)
    opens = bool(granted) or not _PRONOUN.match(passage.text)
    also = {
        "I": passage.personal,
        "leans": passage.leans and not (passage.place == 0 and opens),
        "question": _QUESTION.search(passage.text),
        "speech": _SPEECH.search(passage.text),
        "name": _NAME.search(said),
        "very_short": length < _VERY_SHORT,
        "short": length < _SHORT,
        "no_verb": not verb,
        "fragment": length < _FRAGMENT and not verb,
        "known": passage.place and tells_of_known(passage.text),
        "scene": _SCENE.search(said),
        "unnamed": _UNNAMED.match(passage.text),
        "earlier opening": _EARLIER.search(said),
    }
    found.update(name for name, holds in also.items() if holds)
    if found.isdisjoint(_REPORTS) and _STATES.match(said) and not _TELLS.search(said):
        found.add("timeless")
    return frozenset(found - _OF_NEWS if passage.personal else found)


def _list_before(before: Sequence[bool]) -> list[Property]:
    """What stands before a sentence: scenes, or plain ones, which were the news."""
    scenes, place = sum(before), len(before)
    return [
        ("scenes before", min(scenes, _MOST_BEFORE) / _MOST_BEFORE),
        ("after a scene", float(any(before[-1:]))),
        ("plain before", min(place - scenes, _MOST_BEFORE) / _MOST_BEFORE),
    ]


def _list_words(
    own: Set[str], earlier: Set[str], counts: Mapping[str, int]
) -> list[Property]:
    """The words that are new in a sentence, and those that others have as well."""
    repeated = {word for word in own if counts[word] > 1}
    return [
        ("referred to", len(repeated) / max(len(own), _VERY_SHORT)),
        ("words of others", log(1 + len(repeated))),
        ("new words", log(1 + len(own - earlier))),
        ("taken up later", log(1 + len(repeated - earlier))),
    ]


def _count_shared(own: Collection[str], wanted: Collection[str]) -> int:
    """How many words of a title a passage has, compounds of them included."""
    begun = {stem[:_BEGINNING] for stem in own}
    heads = tuple(stem for stem in own if len(stem) >= _BEGINNING)
    return sum(
        stem[:_BEGINNING] in begun
        or (len(stem) >= _BEGINNING and any(other.endswith(stem) for other in heads))
        or stem.endswith(heads)
        for stem in wanted
    )
