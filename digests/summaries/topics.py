"""Find what a text is about, so that a headline does not leave it out.

A topic is a word that several sentences of an article share. A version of a sentence
loses by each topic of the sentence that it does not name: «find a wreck» says less
than «find a wreck after a search for the Orla», if the text comes back to the Orla.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log2

from digests.language import words
from digests.summaries.passages import Passage
from digests.types import Article, Span

#: The stems that several passages share, with the loss of a headline without them.
Topics = Mapping[str, float]
_TOPIC_LOSS, _FEWEST_WITH_TOPIC = 1.0, 3


def find_topics(found: Sequence[Passage]) -> Topics:
    """The words that a text comes back to: what it is about."""
    counts = Counter([stem for passage in found for stem in passage.known])
    return {
        stem: _TOPIC_LOSS * log2(count) / log2(_FEWEST_WITH_TOPIC)
        for stem, count in counts.items()
        if count >= _FEWEST_WITH_TOPIC
    }


#: The loss of each topic in a sentence, and where its words stand.
PlacedTopics = Sequence[tuple[float, Sequence[int]]]


def place_topics(article: Article, span: Span, topics: Topics) -> PlacedTopics:
    """Where a sentence names each topic."""
    root = words.get_stemmer(article.lang)
    sentence = article.text[span.start : span.end]
    places: dict[str, list[int]] = {}
    found = zip(words.split_words(sentence), words.locate_words(sentence), strict=True)
    for word, (start, _) in found:
        stem = root(word)
        if stem in topics:
            places.setdefault(stem, []).append(span.start + start)
    return [(topics[stem], starts) for stem, starts in places.items()]


def price_topics(placed: PlacedTopics, version: Sequence[Span]) -> float:
    """The cost of the topics that a version does not name."""
    return sum(
        loss
        for loss, starts in placed
        if not any(s.start <= at < s.end for at in starts for s in version)
    )
