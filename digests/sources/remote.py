"""Read an address: fetch it, detect its kind, parse it in the sandbox.

async with Fetcher(parse_policy(setting)) as fetcher, Sandbox() as sandbox:
visit = await read_address(address, fetcher=fetcher, sandbox=sandbox, now=now)
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from digests.errors import (
    AccessDenied,
    DigestsError,
    FetchRefused,
    SandboxKilled,
    SourceError,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
    SourceUnreadable,
)
from digests.messages import Message
from digests.sources.article_page import (
    PageJudgement,
    PageVerdict,
    join_pages,
    judge_page,
)
from digests.sources.feed import parse_feed, parse_sitemap
from digests.sources.fetch.client import Fetcher
from digests.sources.fetch.policy import HopRules, parse_policy
from digests.sources.fetch.response import NotModified, Validators
from digests.sources.folder import ReadProblem, ReadResult
from digests.sources.page import parse_page
from digests.sources.sandbox import Sandbox
from digests.sources.untrusted import FeedLink, ParsedSource
from digests.types import Article, frozen

SourceKind = Literal["feed", "page", "sitemap"]

_HEAD = 4 << 10
_PROLOGUE = re.compile(
    rb"<\?[^>]{0,500}>|<!--.{0,2000}?-->|<!DOCTYPE[^>]{0,500}>", re.I | re.S
)
_ROOT = re.compile(
    rb"<(?:[a-z][\w-]*:)?(rss|rdf|feed|urlset|sitemapindex|html)\b", re.I
)
#: Kinds of root elements; the others are those of feeds.
_KINDS: Mapping[bytes, SourceKind] = {
    b"urlset": "sitemap",
    b"sitemapindex": "sitemap",
    b"html": "page",
}
_PARSERS: Mapping[SourceKind, Callable[..., ParsedSource]] = {
    "feed": parse_feed,
    "sitemap": parse_sitemap,
    "page": parse_page,
}


@frozen
class SourceVisit:
    """The result of reading an address once."""

    kind: SourceKind
    #: The address after redirects.
    url: str
    #: Its own title, or "".
    title: str
    articles: tuple[Article, ...]
    #: The feeds that a page links to; an admin may prefer one of these.
    feeds: tuple[FeedLink, ...] = ()
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
) -> SourceVisit | NotModified:
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
    options = {"content_type": answer.content_type} if found == "page" else {}
    parsed = await sandbox.run(
        _PARSERS[found], answer.body, url=answer.url, now=now, **options
    )
    return SourceVisit(
        kind=found,
        url=answer.url,
        title=parsed.title,
        articles=parsed.articles,
        feeds=parsed.feeds,
        validators=answer.validators,
        moved_to=answer.moved_to,
    )


#: Requests that may be sent for one article, redirects included.
MOST_PAGE_REQUESTS = 3
#: What a status other than success says about a page.
_VERDICTS: Mapping[object, PageVerdict] = {401: "login", 402: "paywall"}


async def read_article_page(
    announced: Article,
    *,
    fetcher: Fetcher,
    sandbox: Sandbox,
    now: datetime,
    known: Validators | None = None,
    may_read: Callable[[str], bool] | None = None,
) -> PageJudgement | NotModified:
    """Fetch the page behind an entry and judge whether it gives the article.

    Another form of the page and its next pages are fetched too, where it has them: at
    most three requests in all, redirects included and robots.txt excluded. Of an
    article with more pages the excerpt stays.

    Args:
        announced: The article as its source gives it.
        fetcher: Fetches the page.
        sandbox: Parses it.
        now: Aware.
        known: Validators of the last time.
        may_read: Whether the source may cause a request to an address; asked before
            each one, redirects included. None = every address that the fetcher allows.

    Raises:
        SourceError: The page cannot be read now; its class says who has to act. A page
            that does not exist, or only for some, is a verdict, not an error.
    """
    if not announced.url:
        raise FetchRefused("source.bad_address")
    reader = _PageReader(
        announced=announced,
        fetcher=fetcher,
        sandbox=sandbox,
        now=now,
        may_read=may_read,
    )
    try:
        first = await reader.read(announced.url, known=known)
    except (SourceMissing, SourceGone, AccessDenied) as error:
        status = dict(error.message.params).get("status")
        if isinstance(error, AccessDenied) and status not in _VERDICTS:
            raise
        verdict = _VERDICTS.get(status, "not_found")
        return PageJudgement(verdict=verdict, url=announced.url, requests=1)
    if isinstance(first, NotModified):
        return first
    judged = await reader.complete(first)
    return replace(
        judged,
        requests=reader.requests,
        etag=first.etag,
        last_modified=first.last_modified,
    )


@dataclass(kw_only=True, slots=True)
class _PageReader:
    """Reads the pages of one article within its number of requests."""

    announced: Article
    fetcher: Fetcher
    sandbox: Sandbox
    now: datetime
    may_read: Callable[[str], bool] | None
    #: Sent so far.
    requests: int = 0

    @property
    def _left(self) -> int:
        return MOST_PAGE_REQUESTS - self.requests

    async def read(
        self, address: str, *, number: int = 1, known: Validators | None = None
    ) -> PageJudgement | NotModified:
        """Fetch and judge one page, which may be a later one of its article."""
        hops = HopRules(most=self._left - 1, allows=self.may_read)
        answer = await self.fetcher.fetch(address, known, hops=hops)
        self.requests += answer.requests
        if isinstance(answer, NotModified):
            return answer
        try:
            judged = await self.sandbox.run(
                judge_page,
                answer.body,
                announced=self.announced,
                asked=address,
                answered_at=answer.url,
                content_type=answer.content_type,
                now=self.now,
                number=number,
            )
        except (SandboxKilled, SourceUnreadable):
            # Built to be slow, or a defect of a parser: asking again would not help.
            judged = PageJudgement(verdict="no_text", url=answer.url)
        return replace(
            judged,
            etag=answer.validators.etag,
            last_modified=answer.validators.last_modified,
        )

    async def complete(self, first: PageJudgement) -> PageJudgement:
        """The judgement with the text of another form and of the next pages."""
        found = first
        if first.instead:
            other = await self._read_further(first.instead)
            found = other if other and other.article else first
        if not found.next_pages:
            return found
        if found.single_page and self._left:
            whole = await self._read_further(found.single_page)
            if whole and whole.article and not whole.next_pages:
                return whole
        pages = found.next_pages if len(found.next_pages) <= self._left else ()
        others: list[PageJudgement] = []
        for number, address in enumerate(pages, 2):
            page = await self._read_further(address, number=number)
            if page is None or page.article is None:
                break
            others.append(page)
        if len(others) < len(found.next_pages):
            return replace(found, verdict="cut", article=None, next_pages=())
        return join_pages(found, others)

    async def _read_further(
        self, address: str, *, number: int = 1
    ) -> PageJudgement | None:
        """Another page; None if it cannot be read or must not be.

        Raises:
            SourceRateLimited: The host wants a pause, whatever was read before.
        """
        if not self._left:
            return None
        try:
            found = await self.read(address, number=number)
        except SourceRateLimited:
            raise
        except SourceError:
            # Sent or not, it counts.
            self.requests += 1
            return None
        return None if isinstance(found, NotModified) else found


def detect_kind(body: bytes, content_type: str = "") -> SourceKind:
    """The kind of a response, by its first element, else by its content type."""
    head = body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"{"):
        return "feed"
    root = _ROOT.search(_PROLOGUE.sub(b"", head))
    if root is not None:
        return _KINDS.get(root[1].lower(), "feed")
    declared = content_type.partition(";")[0]
    return "feed" if declared.endswith(("xml", "json")) else "page"


async def read_addresses(
    addresses: Sequence[str], *, now: datetime, allow_private: str = ""
) -> dict[str, ReadResult | DigestsError]:
    """The articles of each address, or why it cannot be read.

    Args:
        addresses: Of feeds, pages or sites; a site whose page has no article is read
            at the feed it links to.
        now: Aware.
        allow_private: As `digests.sources.fetch.policy` takes it.

    Raises:
        UsageError: `allow_private` is malformed.
    """
    found: dict[str, ReadResult | DigestsError] = {}
    async with Fetcher(parse_policy(allow_private)) as fetcher, Sandbox() as sandbox:
        for address in addresses:
            try:
                found[address] = await _read_source(address, fetcher, sandbox, now)
            except DigestsError as error:
                found[address] = error
    return found


async def _read_source(
    address: str, fetcher: Fetcher, sandbox: Sandbox, now: datetime
) -> ReadResult:
    visit: SourceVisit | NotModified
    visit = await read_address(address, fetcher=fetcher, sandbox=sandbox, now=now)
    if isinstance(visit, SourceVisit) and visit.feeds and _is_home_page(visit):
        feed = visit.feeds[0].address
        visit = await read_address(feed, fetcher=fetcher, sandbox=sandbox, now=now)
    if isinstance(visit, NotModified) or not visit.articles:
        raise SourceUnreadable("source.empty", address=address)
    problems = _suggest_feeds(address, visit)
    return ReadResult(articles=visit.articles, problems=problems)


def _is_home_page(visit: SourceVisit) -> bool:
    """Whether it is the front page of a site rather than an article."""
    return not visit.articles or not urlsplit(visit.url).path.strip("/")


def _suggest_feeds(address: str, visit: SourceVisit) -> tuple[ReadProblem, ...]:
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
