"""Orders articles that hold what was looked for: how much, in the title, how new.

The measure is that of BM25 (a word counts less each time it comes again, and less in a
long text), with a word of the title for four of the text and half the weight on age. It
reads no text closely: a word's root is counted where it stands, in small letters, since
the index has already said that it is there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log

from digests.language.lookup import Group, Wanted
from digests.types import Article

_SATURATION, _LENGTH = 1.2, 0.75
_TITLE = 4.0
#: After so long an article counts three quarters of what it counted new.
_HALF_LIFE = timedelta(days=30)
_OLD = 0.5


def order(articles: Sequence[Article], wanted: Wanted) -> tuple[Article, ...]:
    """Give the articles, the best first; of equal ones the newer.

    Args:
        articles: They hold all that is wanted.
        wanted: What was looked for.
    """
    if not articles:
        return ()
    newest = max((a.published for a in articles if a.published), default=None)
    mean = sum(len(article.text) for article in articles) / len(articles) or 1.0
    counts = [_counts(article, wanted.every) for article in articles]
    rare = [
        1 + log(len(articles) / sum(1 for row in counts if row[at] > 1.5))
        if any(row[at] > 1.5 for row in counts)
        else 1.0
        for at in range(len(wanted.every))
    ]

    def score(at: int) -> float:
        article = articles[at]
        damp = _SATURATION * (1 - _LENGTH + _LENGTH * len(article.text) / mean)
        held = sum(
            weight * count / (count + damp)
            for weight, count in zip(rare, counts[at], strict=True)
        )
        return held * _freshness(article, newest)

    def newness(article: Article) -> float:
        return article.published.timestamp() if article.published else 0.0

    places = sorted(
        range(len(articles)), key=lambda at: (-score(at), -newness(articles[at]), at)
    )
    return tuple(articles[at] for at in places)


def _counts(article: Article, groups: Sequence[Group]) -> list[float]:
    title, text = (article.title or "").lower(), article.text.lower()
    return [
        max(
            max(1.0, text.count(_begin(phrase)) + _TITLE * title.count(_begin(phrase)))
            for phrase in group
        )
        for group in groups
    ]


def _begin(phrase: Sequence[str]) -> str:
    """What a phrase's longest word begins with: enough to count it by."""
    return max(phrase, key=len)


def _freshness(article: Article, newest: datetime | None) -> float:
    """What an article counts beside the newest of those that were found."""
    if article.published is None or newest is None:
        return _OLD
    age = newest - article.published
    return float(_OLD + (1 - _OLD) * 0.5 ** (age / _HALF_LIFE))
