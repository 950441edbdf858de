"""Read an address: fetch it, detect its kind, parse it in the sandbox.

async with Fetcher(parse_policy(setting)) as fetcher, Sandbox() as sandbox:
visit = await read_address(address, fetcher=fetcher, sandbox=sandbox, now=now)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from digests.errors import DigestsError, SourceUnreadable
from digests.messages import Message
from digests.sources.feed import parse_feed
from digests.sources.fetch import (
    Fetcher,
    FetchResponse,
    NotModified,
    Validators,
    parse_policy,
)
from digests.sources.folder import ReadProblem, ReadResult
from digests.sources.page import FeedLink, parse_page
from digests.sources.sandbox import Sandbox
from digests.sources.sitemap import parse_sitemap
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
    """The result of reading an address once."""

    kind: SourceKind
    #: The address after redirects.
    url: str
    #: Its own title, or "".
    title: str
    articles: tuple[Article, ...]
    #: The feeds that a page links to; an admin may prefer one of these.
    feeds: tuple[FeedLink, ...] = ()
    #: How many entries a feed had, including those without title and text.
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
    """Fetch an address and read the feed, sitemap or page there.

    Args:
        address: Any that `Fetcher.fetch` takes.
        fetcher: Fetches it.
        sandbox: Parses it.
        now: Aware.
        known: Validators of the last visit.
        kind: The kind of the source when it was added. Another kind is an error: a
            page at a feed's address is a parked domain. None = any.

    Raises:
        SourceError: Its class says who has to act.
    """
    answer = await fetcher.fetch(address, known)
    if isinstance(answer, NotModified):
        return answer
    found = detect_kind(answer.body, answer.content_type)
    if kind is not None and found != kind:
        raise SourceUnreadable("source.kind_changed", kind=kind, found=found)
    return await _READERS[found](answer, sandbox, now)


def detect_kind(body: bytes, content_type: str = "") -> SourceKind:
    """The kind of a response, by its first element, else by its content type."""
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
    return _build_visit(answer, "feed", feed.title, feed.articles, entries=feed.entries)


async def _visit_sitemap(
    answer: FetchResponse, sandbox: Sandbox, now: datetime
) -> Visit:
    articles = await sandbox.run(parse_sitemap, answer.body, now=now)
    title, count = articles[0].source, len(articles)
    return _build_visit(answer, "sitemap", title, articles, entries=count)


async def _visit_page(answer: FetchResponse, sandbox: Sandbox, now: datetime) -> Visit:
    kind = answer.content_type
    page = await sandbox.run(
        parse_page, answer.body, url=answer.url, content_type=kind, now=now
    )
    if not page.article.text and not page.feeds:
        raise SourceUnreadable("source.nothing_there")
    articles = (page.article,) if page.article.text else ()
    title = page.article.title or ""
    return _build_visit(answer, "page", title, articles, feeds=page.feeds)


def _build_visit(
    answer: FetchResponse,
    kind: SourceKind,
    title: str,
    articles: tuple[Article, ...],
    *,
    feeds: tuple[FeedLink, ...] = (),
    entries: int = 0,
) -> Visit:
    return Visit(
        kind=kind,
        url=answer.url,
        title=title,
        articles=articles,
        feeds=feeds,
        entries=entries,
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


_READERS = {"feed": _visit_feed, "sitemap": _visit_sitemap, "page": _visit_page}


async def read_addresses(
    addresses: Sequence[str], *, now: datetime, allow_private: str = ""
) -> list[ReadResult | DigestsError]:
    """The articles of each address, in their order, or why it cannot be read.

    Args:
        addresses: Of feeds, pages or sites; a site whose page has no article is read
            at the feed it links to.
        now: Aware.
        allow_private: As `digests.sources.fetch.policy` takes it.

    Raises:
        UsageError: `allow_private` is malformed.
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
    """Whether it is the front page of a site rather than an article."""
    return not visit.articles or not urlsplit(visit.url).path.strip("/")


def _with_id(article: Article, address: str) -> Article:
    return article if article.id else replace(article, id=article.url or address)


def _suggest_feeds(address: str, visit: Visit) -> tuple[ReadProblem, ...]:
    """A hint that a page was read as one article although its site has feeds."""
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
