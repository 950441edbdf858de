"""THE WAY IN: an address → fetched → told apart → read in the cage → articles.

async with Fetcher(policy(setting)) as fetcher, Cage() as cage:
    visit = await read(address, fetcher=fetcher, cage=cage, now=now)
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digests.errors import Unreadable
from digests.sources import page, sitemap
from digests.sources.cage import Cage
from digests.sources.discover import FeedLink
from digests.sources.feed import parse
from digests.sources.fetch import Fetched, Fetcher, NotModified, Validators
from digests.types import Article

Kind = Literal["feed", "page", "sitemap"]

_HEAD = 4 << 10
_PROLOGUE = re.compile(
    rb"<\?[^>]{0,500}>|<!--.{0,2000}?-->|<!DOCTYPE[^>]{0,500}>", re.I | re.S
)
_ROOT = re.compile(
    rb"<(?:[a-z][\w-]*:)?(rss|rdf|feed|urlset|sitemapindex|html)\b", re.I
)
_KINDS: dict[bytes, Kind] = {
    b"rss": "feed",
    b"rdf": "feed",
    b"feed": "feed",
    b"urlset": "sitemap",
    b"sitemapindex": "sitemap",
    b"html": "page",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What one look at an address gave."""

    kind: Kind
    #: Where it was in the end.
    url: str
    #: Its own title, or "".
    title: str
    articles: tuple[Article, ...]
    #: The feeds that a page names; an admin may want one of these instead.
    feeds: tuple[FeedLink, ...] = ()
    #: How many entries a feed had, those without title and text included.
    entries: int = 0
    validators: Validators
    moved_to: str | None = None


async def read(
    address: str,
    *,
    fetcher: Fetcher,
    cage: Cage,
    now: datetime,
    known: Validators | None = None,
    kind: Kind | None = None,
) -> Visit | NotModified:
    """Look at an address and read what stands there.

    Args:
        address: Any that `Fetcher.fetch` takes.
        fetcher: The way out.
        cage: Where it is read.
        now: When; aware.
        known: What the last visit gave.
        kind: What the source was when it was added; a page at a feed's address is
            then an error (a parked domain is never content). None = whatever it is.

    Raises:
        SourceError: Whose turn it is, is in its kind.
    """
    answer = await fetcher.fetch(address, known)
    if isinstance(answer, NotModified):
        return answer
    found = kind_of(answer.body, answer.content_type)
    if kind is not None and found != kind:
        raise Unreadable(f"It was a {kind} and is a {found} now.")
    if found == "feed":
        return await _feed(answer, cage, now)
    if found == "sitemap":
        return await _sitemap(answer, cage, now)
    return await _page(answer, cage, now)


def kind_of(body: bytes, content_type: str = "") -> Kind:
    """What the bytes are, by their first element, then by what the server says."""
    head = body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"{"):
        return "feed"
    root = _ROOT.search(_PROLOGUE.sub(b"", head))
    if root is not None:
        return _KINDS[root[1].lower()]
    declared = content_type.partition(";")[0]
    return "feed" if declared.endswith(("xml", "json")) else "page"


async def _feed(answer: Fetched, cage: Cage, now: datetime) -> Visit:
    feed = await cage.run(parse, answer.body, url=answer.url, now=now)
    return Visit(
        kind="feed",
        url=answer.url,
        title=feed.title,
        articles=feed.articles,
        entries=feed.entries,
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


async def _sitemap(answer: Fetched, cage: Cage, now: datetime) -> Visit:
    articles = await cage.run(sitemap.read, answer.body, now=now)
    return Visit(
        kind="sitemap",
        url=answer.url,
        title=articles[0].source,
        articles=articles,
        entries=len(articles),
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


async def _page(answer: Fetched, cage: Cage, now: datetime) -> Visit:
    found = await cage.run(
        page.read,
        answer.body,
        url=answer.url,
        content_type=answer.content_type,
        now=now,
    )
    if not found.article.text and not found.feeds:
        raise Unreadable("There is neither an article nor a feed on this page.")
    return Visit(
        kind="page",
        url=answer.url,
        title=found.article.title or "",
        articles=(found.article,) if found.article.text else (),
        feeds=found.feeds,
        validators=answer.validators,
        moved_to=answer.moved_to,
    )
