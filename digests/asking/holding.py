"""Tells which articles are about what somebody typed; it ranks and looks up nothing.

Where the index finds an article by words, this does, too: title and text together, cut
into words in the same way.
"""

from collections.abc import Iterable

from digests.language import lookup
from digests.language.lookup import Wanted
from digests.types import Article


def hold(articles: Iterable[Article], wanted: Wanted) -> bool:
    """Whether articles of one story are about it.

    One of them has all that must be there, and none what must not.
    """
    found = False
    for article in articles:
        text = f"{article.title or ''}\n{article.text}"
        groups = (*wanted.every, *wanted.none)
        where = lookup.places(text, article.lang, groups)
        must = len(wanted.every)
        if any(where[must:]):
            return False
        found = found or all(where[:must])
    return found
