"""Readings of the pages behind articles: which are wanted, what came of them.

One row for each article, which is kept as long as the article. It says what the host
was asked for, so that its budget outlives a restart, and which text of the source the
page was read for (`article_store`).

The functions work across all workspaces, but for what is shown to one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from bot.model.digest import KINDS_WITH_ENTRIES, SourceKind
from bot.model.scope import Scope
from bot.storage.article_store import load_source_texts
from bot.storage.schema import articles, page_readings, revisions, sources
from bot.storage.statements import (
    batched,
    filter_visible_sources,
    find_first,
    first_scalar,
    from_row,
    list_all,
    list_scalars,
    upsert,
)
from digests.types import Article, frozen

_READING, _ARTICLE, _SOURCE = page_readings.c, articles.c, sources.c
#: The verdict on a page whose host asked for a pause; `next_at` is the end of it.
RATE_LIMITED = "rate_limited"


@frozen
class PageReading:
    """The last reading of an article's page."""

    article_id: int
    host: str
    #: The hash of the source's text for which it was read.
    expands: str
    asked_at: datetime
    #: How often it was asked for this text.
    tries: int = 0
    #: Requests in the hour of `asked_at`.
    requests: int = 0
    #: A page verdict, or why it could not be read; None: the answer is not known.
    verdict: str | None = None
    #: When it answered; None: it did not.
    read_at: datetime | None = None
    #: When it may be asked again; None: never for this text.
    next_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None


@frozen
class ArticlePage:
    """An article whose page can be read, as its source gives it."""

    article_id: int
    source_id: int
    source_kind: SourceKind
    source_address: str
    #: The workspace that the source belongs to; None = public.
    workspace_id: int | None
    announced: Article
    #: Whether its full text is the current revision.
    is_full: bool = False
    reading: PageReading | None = None


def list_article_pages(
    conn: Connection, article_ids: Collection[int]
) -> dict[int, ArticlePage]:
    """List those of these articles that have a page, by their keys."""
    texts = load_source_texts(conn, article_ids)
    found: dict[int, ArticlePage] = {}
    columns = (_ARTICLE.source_id, _SOURCE.workspace_id, *page_readings.c)
    named = (
        _ARTICLE.id.label("key"),
        _SOURCE.kind.label("source_kind"),
        _SOURCE.address.label("source_address"),
        (revisions.c.origin == "page").label("is_full"),
    )
    current = and_(revisions.c.article_id == _ARTICLE.id, revisions.c.current)
    joined = (
        articles.join(sources, _SOURCE.id == _ARTICLE.source_id)
        .join(revisions, current)
        .outerjoin(page_readings, _READING.article_id == _ARTICLE.id)
    )
    for some in batched(texts):
        query = select(*named, *columns).select_from(joined)
        with_pages = (_ARTICLE.url.is_not(None), _SOURCE.kind.in_(KINDS_WITH_ENTRIES))
        for row in conn.execute(query.where(_ARTICLE.id.in_(some), *with_pages)):
            reading = from_row(PageReading, row) if row.article_id else None
            found[row.key] = from_row(
                ArticlePage,
                row,
                article_id=row.key,
                announced=texts[row.key],
                reading=reading,
            )
    return found


def find_page_reading(
    conn: Connection, scope: Scope, article_id: int
) -> PageReading | None:
    """Find the last reading of the page of an article that the workspace sees."""
    query = (
        select(page_readings)
        .join(articles, _ARTICLE.id == _READING.article_id)
        .join(sources, _SOURCE.id == _ARTICLE.source_id)
        .where(_READING.article_id == article_id, filter_visible_sources(scope))
    )
    return find_first(conn, query, PageReading)


def save_page_reading(conn: Connection, reading: PageReading) -> None:
    """Store the reading of an article's page in place of the last one."""
    values = {name: getattr(reading, name) for name in _VALUES}
    upsert(conn, page_readings, {"article_id": reading.article_id}, values)


#: The columns beside the key.
_VALUES = (
    "host", "expands", "asked_at", "tries", "requests", "verdict", "read_at",
    "next_at", "etag", "last_modified",
)  # fmt: skip


def count_host_requests(conn: Connection, host: str, since: datetime) -> int:
    """Count the requests for pages of a host since then."""
    mine = (_READING.host == host, _READING.asked_at >= since)
    query = select(func.sum(_READING.requests)).where(*mine)
    return int(first_scalar(conn, query) or 0)


def list_host_pauses(conn: Connection, now: datetime) -> dict[str, datetime]:
    """List the hosts that asked for a pause by answers for pages, and until when."""
    end = func.max(_READING.next_at)
    query = (
        select(_READING.host, end.label("until"))
        .where(_READING.verdict == RATE_LIMITED, _READING.next_at > now)
        .group_by(_READING.host)
    )
    return dict(list_all(conn, query, tuple))


def list_excerpt_sources(conn: Connection, since: datetime) -> frozenset[int]:
    """List the sources (keys) with excerpts that were fetched since then."""
    revision = revisions.c
    query = (
        select(_ARTICLE.source_id)
        .join(revisions, revision.article_id == _ARTICLE.id)
        .where(revision.current, revision.excerpt, revision.fetched_at >= since)
    )
    return frozenset(list_scalars(conn, query.distinct()))


def count_page_verdicts(
    conn: Connection, source_ids: Collection[int], since: datetime
) -> dict[int, Counter[str]]:
    """Count what came of the pages of each source since then, by verdict."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    query = (
        select(_ARTICLE.source_id, _READING.verdict, func.count())
        .join(articles, _ARTICLE.id == _READING.article_id)
        .where(_ARTICLE.source_id.in_(source_ids), _READING.asked_at >= since)
        .where(_READING.verdict.is_not(None))
        .group_by(_ARTICLE.source_id, _READING.verdict)
    )
    for source_id, verdict, count in conn.execute(query):
        found[source_id][verdict] = count
    return dict(found)
