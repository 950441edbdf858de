"""By which names an article of a source is known again; pure, and it stores nothing.

A feed's id first, then the address without what only tells where a reader came from,
then title and date, then the words themselves. A name that a reading gives to several
articles names none of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from digests.language.fold import fold
from digests.types import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An article with its further names, the surest first."""

    article: Article
    names: tuple[str, ...]


def named(articles: Sequence[Article]) -> tuple[Named, ...]:
    """The articles of one reading, each with the names that only it has there."""
    several = [_names(article) for article in articles]
    counts = Counter(name for names in several for name in names)
    return tuple(
        Named(
            article=article,
            names=tuple(name for name in names if counts[name] == 1),
        )
        for article, names in zip(articles, several, strict=True)
    )


def _names(article: Article) -> tuple[str, ...]:
    found = []
    if article.url and (place := _place(article.url)):
        found.append(f"at:{place}")
    if article.title and article.published:
        moment = article.published.isoformat()
        found.append(f"said:{_hash(fold(article.title), moment)}")
    if len(found) < 2:
        # Where one of them is missing the words themselves stand in for it.
        found.append(f"words:{_hash(article.title or '', article.text)}")
    return tuple(found)


def _place(url: str) -> str | None:
    """The address for comparing; None where it is the site's front page."""
    from digests.sources.feed.identity import canonical

    place = canonical(url)
    parts = urlsplit(place)
    return place if parts.path.strip("/") or parts.query else None


def _hash(*words: str) -> str:
    joined = "\0".join(words).encode("utf-8", "surrogatepass")
    return sha256(joined).hexdigest()[:32]
