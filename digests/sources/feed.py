"""Feeds: RSS, Atom, RDF and JSON Feed as bytes → clean articles; nothing is fetched.

`parse` is for the cage: it reads strangers' bytes. fastfeedparser first, which is many
times faster; feedparser behind it, which forgives more.
"""

from digests.sources.feed.nouns import Entry, Feed
from digests.sources.feed.parsing import parse

__all__ = ["Entry", "Feed", "parse"]
