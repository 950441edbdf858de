"""Bytes → Feed: prepare, read with the library that can, turn entries into articles."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from digests.errors import Unreadable
from digests.extract import web_address
from digests.sources.feed import json_feed, libraries
from digests.sources.feed.entries import articles
from digests.sources.feed.nouns import Feed, Listing
from digests.sources.feed.preparing import prepared
from digests.sources.words import language, one_line

_HEAD = 8 << 10
_LANGUAGE = re.compile(
    rb"<(?:dc:)?language>\s*([A-Za-z][\w-]{1,19})\s*</|<(?:feed|rss)\s[^>]{0,2000}?"
    rb"""xml:lang\s*=\s*["']([A-Za-z][\w-]{1,19})["']""",
    re.IGNORECASE,
)


def parse(body: bytes, *, url: str, now: datetime) -> Feed:
    """The feed in these bytes.

    Args:
        body: What was fetched, unpacked; never a string, that a parser could take for
            a path or an address.
        url: Where, to complete relative addresses.
        now: When; aware. No article is dated more than a day later.

    Raises:
        Unreadable: It is no feed, or one that is built to do harm.
    """
    if json_feed.looks_like_it(body):
        listing: Listing | None = json_feed.read(body)
        declared = ""
    else:
        body = prepared(body)
        declared = _declared(body)
        listing = libraries.read(body)
    if listing is None:
        raise Unreadable("There is no feed in it.")
    return _feed(listing, declared, url=url, now=now)


def prepare() -> None:
    """Load what `parse` needs, before the cage begins to count."""
    import fastfeedparser  # noqa: F401
    import feedparser  # noqa: F401
    import selectolax.lexbor  # noqa: F401


def _feed(listing: Listing, declared: str, *, url: str, now: datetime) -> Feed:
    title = one_line(listing.title)[:200]
    lang = language(listing.lang or declared)
    outlet = title or urlsplit(url).hostname or ""
    return Feed(
        title=title,
        link=web_address(listing.link),
        lang=lang,
        articles=articles(listing.entries, now=now, base=url, source=outlet, lang=lang),
        entries=len(listing.entries),
    )


def _declared(body: bytes) -> str:
    found = _LANGUAGE.search(body[:_HEAD])
    return (found[1] or found[2]).decode("ascii") if found else ""
