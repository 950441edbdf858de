"""Read an address: fetch it, detect its kind, parse it in the sandbox.

async with Fetcher(policy(setting)) as fetcher, Cage() as cage:
    visit = await read(address, fetcher=fetcher, cage=cage, now=now)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from digests.errors import DigestsError, SourceUnreadable
from digests.messages import Message
from digests.sources import page, sitemap
from digests.sources.feed import parse_feed
from digests.sources.fetch import (
    Fetcher,
    FetchResponse,
    NotModified,
    Validators,
    parse_policy,
)
from digests.sources.folder import ReadProblem, ReadResult
from digests.sources.page import FeedLink
from digests.sources.sandbox import Sandbox
from digests.types import Article

SourceKind = Literal["feed", "page", "sitemap"]

_HEAD = 4 << 10
_PROLOGUE = re.compile(
    rb"<\?[^>]{0,500}>|<!--.{0,2000}?-->|<!DOCTYPE[^>]{0,500}>", re.I | re.S
)
_ROOT = re.compile(
    rb"<(?:[a-z][\w-]*:)?(rss|rdf|feed|urlset|sitemapindex|html)\b", re.I
)
_KINDS: dict[bytes, SourceKind] = {
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

    kind: SourceKind
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


async def read_address(
    address: str,
    *,
    fetcher: Fetcher,
    sandbox: Sandbox,
    now: datetime,
    known: Validators | None = None,
    kind: SourceKind | None = None,
) -> Visit | NotModified:
    """Look at an address and read what stands there.

    Args:
        address: Any that `Fetcher.fetch` takes.
        fetcher: The way out.
        sandbox: Where it is read.
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
    found = detect_kind(answer.body, answer.content_type)
    if kind is not None and found != kind:
        raise SourceUnreadable("source.kind_changed", kind=kind, found=found)
    if found == "feed":
        return await _visit_feed(answer, sandbox, now)
    if found == "sitemap":
        return await _visit_sitemap(answer, sandbox, now)
    return await _visit_page(answer, sandbox, now)


def detect_kind(body: bytes, content_type: str = "") -> SourceKind:
    """What the bytes are, by their first element, then by what the server says."""
    head = body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"{"):
        return "feed"
    root = _ROOT.search(_PROLOGUE.sub(b"", head))
    if root is not None:
        return _KINDS[root[1].lower()]
    declared = content_type.partition(";")[0]
    return "feed" if declared.endswith(("xml", "json")) else "page"


async def _visit_feed(answer: FetchResponse, sandbox: Sandbox, now: datetime) -> Visit:
    feed = await sandbox.run(parse_feed, answer.body, url=answer.url, now=now)
    return Visit(
        kind="feed",
        url=answer.url,
        title=feed.title,
        articles=feed.articles,
        entries=feed.entries,
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


async def _visit_sitemap(
    answer: FetchResponse, sandbox: Sandbox, now: datetime
) -> Visit:
    articles = await sandbox.run(sitemap.parse_sitemap, answer.body, now=now)
    return Visit(
        kind="sitemap",
        url=answer.url,
        title=articles[0].source,
        articles=articles,
        entries=len(articles),
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


async def _visit_page(answer: FetchResponse, sandbox: Sandbox, now: datetime) -> Visit:
    found = await sandbox.run(
        page.parse_page,
        answer.body,
        url=answer.url,
        content_type=answer.content_type,
        now=now,
    )
    if not found.article.text and not found.feeds:
        raise SourceUnreadable("source.nothing_there")
    return Visit(
        kind="page",
        url=answer.url,
        title=found.article.title or "",
        articles=(found.article,) if found.article.text else (),
        feeds=found.feeds,
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


async def read_addresses(
    addresses: Sequence[str], *, now: datetime, allow_private: str = ""
) -> list[ReadResult | DigestsError]:
    """What each address holds, in their order, or why it cannot be read.

    Args:
        addresses: Of feeds, pages or sites; a site is read at the feed it names where
            its own page holds no article.
        now: The time; aware.
        allow_private: As `digests.sources.fetch.policy` takes it.

    Raises:
        UsageError: `allow_private` is not what it should be.
    """
    found: list[ReadResult | DigestsError] = []
    async with Fetcher(parse_policy(allow_private)) as fetcher, Sandbox() as sandbox:
        for address in addresses:
            try:
                found.append(await _read_source(address, fetcher, sandbox, now))
            except DigestsError as error:
                found.append(error)
    return found


async def _read_source(
    address: str, fetcher: Fetcher, sandbox: Sandbox, now: datetime
) -> ReadResult:
    visit: Visit | NotModified
    visit = await read_address(address, fetcher=fetcher, sandbox=sandbox, now=now)
    if isinstance(visit, Visit) and visit.feeds and _is_home_page(visit):
        feed = visit.feeds[0].address
        visit = await read_address(feed, fetcher=fetcher, sandbox=sandbox, now=now)
    if isinstance(visit, NotModified) or not visit.articles:
        raise SourceUnreadable("source.empty", address=address)
    articles = tuple(_with_id(article, address) for article in visit.articles)
    return ReadResult(articles=articles, problems=_suggest_feeds(address, visit))


def _is_home_page(visit: Visit) -> bool:
    """Whether it is a site's page rather than an article's."""
    return not visit.articles or not urlsplit(visit.url).path.strip("/")


def _with_id(article: Article, address: str) -> Article:
    return article if article.id else replace(article, id=article.url or address)


def _suggest_feeds(address: str, visit: Visit) -> tuple[ReadProblem, ...]:
    """That a page was read as one article where its site has feeds."""
    if visit.kind != "page" or not visit.feeds:
        return ()
    names = ", ".join(link.address for link in visit.feeds[:3])
    return (
        ReadProblem(
            where=address,
            what=Message("source.read_as_page"),
            remedy=Message("source.site_feeds", names=names),
        ),
    )
