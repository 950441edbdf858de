"""Search results: which articles match, in which order, shown by which sentence.

Results are ranked by BM25 (a word counts less with each repetition, and less in a long
text); a word of the title counts as much as four of the text, and half of the weight
depends on age. Words are counted as substrings of the lower-case text, because the
index has already matched them.

`match_articles` and `find_snippet` split title and text into terms like the index.
`is_about` decides whether one statement of an article is on the topic searched for.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from math import log

from digests.language import search_terms, sentences
from digests.language.search_terms import PhraseGroup, SearchQuery, locate_groups
from digests.language.spans import drop_overlapping
from digests.language.words import STOP_WORDS, word_set
from digests.types import Article, Span, frozen

_SATURATION, _LENGTH = 1.2, 0.75
_TITLE = 4.0
#: After this time an article has three quarters of the weight of a new one.
_HALF_LIFE = timedelta(days=30)
_OLD = 0.5


def rank_matches(
    articles: Sequence[Article], wanted: SearchQuery
) -> tuple[Article, ...]:
    """The articles, the best first; of equal ones the newer.

    Args:
        articles: They match the query.
        wanted: The query.
    """
    if not articles:
        return ()
    newest = max((a.published for a in articles if a.published), default=None)
    mean = sum(len(article.text) for article in articles) / len(articles) or 1.0
    counts = [_count_groups(article, wanted.every) for article in articles]
    having = [sum(row[at] > 1 for row in counts) for at in range(len(wanted.every))]
    rare = [1 + log(len(articles) / max(count, 1)) for count in having]

    def score(at: int) -> float:
        article = articles[at]
        damp = _SATURATION * (1 - _LENGTH + _LENGTH * len(article.text) / mean)
        held = sum(
            weight * count / (count + damp)
            for weight, count in zip(rare, counts[at], strict=True)
        )
        return held * _rate_freshness(article, newest)

    def newness(article: Article) -> float:
        return article.published.timestamp() if article.published else 0.0

    places = sorted(
        range(len(articles)), key=lambda at: (-score(at), -newness(articles[at]), at)
    )
    return tuple(articles[at] for at in places)


def _count_groups(article: Article, groups: Sequence[PhraseGroup]) -> list[float]:
    title, text = (article.title or "").lower(), article.text.lower()
    return [
        max(
            max(
                1.0,
                text.count(_longest_word(phrase))
                + _TITLE * title.count(_longest_word(phrase)),
            )
            for phrase in group
        )
        for group in groups
    ]


def _longest_word(phrase: Sequence[str]) -> str:
    """The longest word of a phrase, by which the phrase is counted."""
    return max(phrase, key=len)


def _rate_freshness(article: Article, newest: datetime | None) -> float:
    """The factor for an article's age, relative to the newest result."""
    if article.published is None or newest is None:
        return _OLD
    age = newest - article.published
    return float(_OLD + (1 - _OLD) * 0.5 ** (age / _HALF_LIFE))


#: Characters of a text that are searched.
_READ = 40_000


@frozen
class Snippet:
    """A sentence of an article's text, and the places of the words in it."""

    sentence: Span
    marks: tuple[Span, ...]


def find_snippet(article: Article, wanted: SearchQuery) -> Snippet | None:
    """The first sentence with most of the words; None where the text has none.

    All of the words may be in the title.
    """
    text = article.text[:_READ]
    found = locate_groups(text, article.lang, wanted.every)
    spans = sentences.split_sentences(text, article.lang)
    begins = [span.start for span in spans]
    #: By sentence and group: the places of the matches.
    held: dict[int, dict[int, list[Span]]] = {}
    for thing, each in enumerate(found):
        for place in each:
            at = bisect_right(begins, place.start) - 1
            if at >= 0 and place.end <= spans[at].end:
                held.setdefault(at, {}).setdefault(thing, []).append(place)
    if not held:
        return None
    best = min(held, key=lambda at: (-len(held[at]), at))
    places = chain.from_iterable(held[best].values())
    return Snippet(sentence=spans[best], marks=tuple(drop_overlapping(places)))


def match_articles(articles: Iterable[Article], wanted: SearchQuery) -> bool:
    """Whether the articles of a story match a query.

    One of them must match all of its groups, and none an excluded one.
    """
    found = False
    for article in articles:
        text = f"{article.title or ''}\n{article.text}"
        groups = (*wanted.every, *wanted.none)
        where = search_terms.locate_groups(text, article.lang, groups)
        must = len(wanted.every)
        if any(where[must:]):
            return False
        found = found or all(where[:must])
    return found


#: Characters of a first paragraph that say what an article is about.
_LEAD = 400
_DETERMINERS = word_set("a an the this that its his her their our no each every")
_LAST_WORDS = re.compile(r"([^\W\d_]+)\s+([^\W\d_]+)\s+$")
#: What can stand between a determiner and a word without giving it another meaning.
_GENERAL = word_set(
    "big entire fair fall first foreign free future global great huge joint large last "
    "main major modern more new next old open other own same second small third total "
    "two-way whole wide wider world year"
)
_ADJECTIVE = re.compile(
    r".{2,}(?:al|ic|ive|ous|an|ern|ary|ory|ed|ing|able|ible|ful|less|ish|ese|ant|ent)"
)


def is_about(article: Article, said: Iterable[Span], topic: str) -> bool:
    """Whether what an article says in some sentences is about a topic.

    Each word of the topic is in them, in the title or in the first paragraph: a word
    anywhere else does not make everything in the article about it. «Trade» is neither
    «trading» nor «the furniture trade», and «US» is not «us».

    Args:
        article: It matches the topic as a search query.
        said: The sentences, in its text.
        topic: As it was typed.
    """
    lead = article.text.split("\n", 1)[0][:_LEAD]
    parts = (article.text[span.start : span.end] for span in said)
    text = "\n".join((article.title or "", lead, *parts))
    typed, names, groups = _parse_topic(topic)
    places = [
        [place for place in group if _is_written_so(text, place, names)]
        for group in locate_groups(text, article.lang, groups)
    ]
    return all(any(_is_meant(text, p, typed) for p in group) for group in places)


#: Words that are others with a capital letter.
_COMMON = frozenset({"us"}.union(*STOP_WORDS.values()))


@lru_cache(maxsize=32)
def _parse_topic(
    topic: str,
) -> tuple[frozenset[str], Mapping[str, str], tuple[PhraseGroup, ...]]:
    """Return the words of a topic, its names, and the groups of its query.

    A name is a word that means little with a small letter: «US», «WHO», «May».
    """
    query = search_terms.parse_query(topic)
    words = topic.replace('"', " ").split()
    names = {
        w.casefold(): w for w in words if w.casefold() in _COMMON and w[0].isupper()
    }
    return frozenset(topic.casefold().split()), names, query.every


def _is_written_so(text: str, place: Span, names: Mapping[str, str]) -> bool:
    """Whether a word of the text that is a name among the typed ones is one here."""
    said = text[place.start : place.end]
    name = names.get(said.casefold(), said)
    return said in (name, name.upper())


def _is_meant(text: str, place: Span, typed: Collection[str]) -> bool:
    """Whether a word of the text has the form and the meaning of a typed one."""
    said = text[place.start : place.end].casefold()
    is_gerund = said.endswith("ing") and not any(w.endswith("ing") for w in typed)
    return not is_gerund and not _is_narrowed(text, place, typed)


def _is_narrowed(text: str, place: Span, typed: Collection[str]) -> bool:
    """Whether a noun before the word makes it another thing: «the furniture trade»."""
    before = _LAST_WORDS.search(text, max(0, place.start - 60), place.start)
    if before is None or before[1].casefold() not in _DETERMINERS:
        return False
    word = before[2]
    known = word in _GENERAL or word in typed or _ADJECTIVE.fullmatch(word)
    return word.islower() and not known
