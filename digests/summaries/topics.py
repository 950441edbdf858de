"""Find what an article is about, so that a headline does not leave it out.

A topic is a word that an article comes back to. A version of a sentence loses by each
topic of the sentence that it does not name: «find a wreck» says less than «find a wreck
after a search for the Orla», if the article goes on about the Orla.
"""

from collections.abc import Sequence
from math import log

from digests.language import words
from digests.types import Article, Span

#: Characters of a text that are counted.
_READ = 20_000
#: A word that a text has so often costs one content word; a name costs more.
_OFTEN, _NAME_WORTH = 3, 1.5
_MOST = 2.0
_SHORTEST = 4

#: The loss of each topic in a sentence, and where its words stand.
PlacedTopics = Sequence[tuple[float, Sequence[int]]]


def place_topics(article: Article, span: Span) -> PlacedTopics:
    """The topics that a sentence names, and where."""
    root = words.get_stemmer(article.lang)
    sentence = article.text[span.start : span.end]
    places: dict[str, list[int]] = {}
    for start, end in words.locate_words(sentence):
        stem = root(sentence[start:end].lower().replace("’", "'"))
        if len(stem) >= _SHORTEST:
            places.setdefault(stem, []).append(span.start + start)
    read = article.text[:_READ].lower()
    counts = {stem: read.count(f" {stem}") for stem in places}
    return [
        (_price_topic(article.text, counts[stem], starts), starts)
        for stem, starts in places.items()
        if counts[stem] >= _OFTEN
    ]


def _price_topic(text: str, count: int, starts: Sequence[int]) -> float:
    named = all(text[at].isupper() for at in starts)
    return min(log(count, _OFTEN), _MOST) * (_NAME_WORTH if named else 1)


def price_topics(placed: PlacedTopics, version: Sequence[Span]) -> float:
    """The loss of the topics that a version does not name."""
    return sum(
        loss
        for loss, starts in placed
        if not any(s.start <= at < s.end for at in starts for s in version)
    )
