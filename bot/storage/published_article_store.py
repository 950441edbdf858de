"""Articles behind editions: when their text or page is compared again.

A comparison waits until a text has been stable for a while, because one correction is
often followed by another. After an edit it waits longer, so that many changes of one
article become one edit. The ingest marks changes and `bot.corrections` compares.

A feed seldom contains corrections; the article's page does. The text of the page is
stored as a revision that is never the article's current one, so that it is not used for
composing, searching or counting.

The functions work across all workspaces.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.model.settings import DigestOptions
from bot.model.source import SourceKind
from bot.model.workspace import Scope, Scoped
from bot.storage.revision_store import insert_revision
from bot.storage.schema import (
    articles,
    digests,
    editions,
    published_articles,
    rereads,
    revisions,
    sources,
)
from bot.storage.statements import (
    Condition,
    first_scalar,
    from_row,
    insert_all_missing,
    list_scalars,
    update_rows,
)
from digests.types import Article, ArticleRef, Edition

#: Maximum age of editions that are corrected.
CORRECTABLE_PERIOD = timedelta(days=14)
#: How long a text must be stable before it is compared, and the maximum total wait.
SETTLE_DELAY, MAX_SETTLE_DELAY = timedelta(minutes=2), timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedArticle(Scoped):
    """An article in an edition, and the revision that it was compared with."""

    edition_id: int
    workspace_id: int
    article_id: int
    revision: str
    changed_at: datetime | None
    compare_at: datetime | None
    #: The same for its page; None: the page was not read when it was published.
    page_revision: str | None = None


def add_published_articles(
    conn: Connection, scope: Scope, *, edition_id: int, edition: Edition
) -> None:
    """Record the texts that an edition uses; those changed since are compared."""
    wanted = {
        int(r.id): r.revision
        for r in _iterate_shown_articles(edition)
        if r.id.isdecimal()
    }
    found = conn.execute(
        select(articles.c.id, revisions.c.hash)
        .join(revisions, revisions.c.article_id == articles.c.id)
        .where(articles.c.id.in_(wanted), revisions.c.current)
    ).all()
    current = {row.id: row.hash for row in found}
    rows = [
        {
            "edition_id": edition_id,
            "article_id": key,
            "workspace_id": scope.workspace_id,
            "revision": wanted[key],
            "made_at": edition.made_at,
            "changed_at": None if wanted[key] == now else edition.made_at,
            "compare_at": None if wanted[key] == now else edition.made_at,
        }
        for key, now in current.items()
    ]
    insert_all_missing(conn, published_articles, rows)
    in_full = {ref.id for story in edition.stories for ref in story.articles}
    add_rereads(
        conn,
        article_ids=[key for key in current if str(key) in in_full],
        published_at=edition.made_at,
    )
    copy_page_revisions(conn, edition_id=edition_id)


def mark_article_changed(conn: Connection, *, article_id: int, now: datetime) -> None:
    """Schedule comparisons in every edition with the article, whose text changed."""
    mine = (
        published_articles.c.article_id == article_id,
        published_articles.c.made_at > now - CORRECTABLE_PERIOD,
        published_articles.c.edition_id == editions.c.id,
        editions.c.undone_at.is_(None),
    )
    for row in conn.execute(select(published_articles).where(*mine)).all():
        since = row.changed_at or now
        soon = min(now + SETTLE_DELAY, since + MAX_SETTLE_DELAY)
        update_rows(
            conn,
            published_articles,
            *_has_key(row.edition_id, row.article_id),
            changed_at=since,
            compare_at=max(soon, row.not_before or soon),
        )


def list_due_comparisons(
    conn: Connection, *, now: datetime, limit: int
) -> tuple[PublishedArticle, ...]:
    """List the comparisons that are due."""
    found = conn.execute(
        select(published_articles)
        .where(published_articles.c.compare_at <= now)
        .order_by(
            published_articles.c.compare_at,
            published_articles.c.edition_id,
            published_articles.c.article_id,
        )
        .limit(limit)
    )
    return tuple(from_row(PublishedArticle, row) for row in found)


def find_next_comparison_at(conn: Connection) -> datetime | None:
    """Return the instant of the next comparison."""
    return first_scalar(conn, select(func.min(published_articles.c.compare_at)))


def record_comparison(
    conn: Connection,
    one: PublishedArticle,
    *,
    revision: str,
    page_revision: str | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Record a comparison; False if the article changed again meanwhile."""
    values: dict[str, Any] = {
        "revision": revision,
        "page_revision": page_revision,
        "changed_at": None,
        "compare_at": None,
    }
    if not_before is not None:
        values["not_before"] = not_before
    changed = update_rows(
        conn,
        published_articles,
        *_has_key(one.edition_id, one.article_id),
        published_articles.c.compare_at == one.compare_at,
        published_articles.c.revision == one.revision,
        **values,
    )
    return changed > 0


def _iterate_shown_articles(edition: Edition) -> Iterable[ArticleRef]:
    """Yield the articles whose words the edition shows, with their revisions."""
    for story in edition.stories:
        shown = {story.articles[0].id} | {card.article for card in story.cards}
        shown |= {figure.article for figure in story.figures}
        shown |= {d.theirs.article for d in story.disputes}
        yield from (ref for ref in story.articles if ref.id in shown)
    for line in edition.brief:
        yield line.article


def _has_key(edition_id: int, article_id: int) -> tuple[Condition, ...]:
    return (
        published_articles.c.edition_id == edition_id,
        published_articles.c.article_id == article_id,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReread:
    """An article's page that is due to be read again."""

    article_id: int
    #: Its address, and that of its source.
    url: str
    source_address: str
    source_kind: SourceKind
    published_at: datetime
    #: How often it was read.
    times: int
    #: The hash of its last text, and the validators for the next request.
    revision: str | None
    etag: str | None
    last_modified: str | None


def add_rereads(
    conn: Connection, *, article_ids: Sequence[int], published_at: datetime
) -> None:
    """Schedule the pages of these articles to be read again."""
    found = conn.execute(
        select(articles.c.id)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(
            articles.c.id.in_(article_ids),
            articles.c.url.is_not(None),
            sources.c.kind.in_(("feed", "site", "sitemap")),
        )
    ).scalars()
    rows = [
        {
            "article_id": key,
            "published_at": published_at,
            "times": 0,
            "next_at": published_at,
        }
        for key in found
    ]
    insert_all_missing(conn, rereads, rows)


def copy_page_revisions(conn: Connection, *, edition_id: int) -> None:
    """Set the latest page revisions as the base of comparisons for an edition."""
    mine = rereads.c.article_id == published_articles.c.article_id
    update_rows(
        conn,
        published_articles,
        published_articles.c.edition_id == edition_id,
        page_revision=select(rereads.c.revision).where(mine).scalar_subquery(),
    )


def list_due_rereads(
    conn: Connection, *, now: datetime, limit: int
) -> tuple[PageReread, ...]:
    """List the pages that are due, the most overdue first."""
    found = conn.execute(
        select(
            rereads,
            func.coalesce(articles.c.url, "").label("url"),
            sources.c.address.label("source_address"),
            sources.c.kind.label("source_kind"),
        )
        .join(articles, articles.c.id == rereads.c.article_id)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(rereads.c.next_at <= now)
        .order_by(rereads.c.next_at, rereads.c.article_id)
        .limit(limit)
    )
    return tuple(from_row(PageReread, row) for row in found)


def find_next_reread_at(conn: Connection) -> datetime | None:
    """Return the instant at which the next page is due."""
    return first_scalar(conn, select(func.min(rereads.c.next_at)))


def is_reread_needed(conn: Connection, *, article_id: int) -> bool:
    """Check whether an edition that is still corrected contains the article."""
    settings = select(digests.c.settings).where(
        published_articles.c.article_id == article_id,
        editions.c.id == published_articles.c.edition_id,
        editions.c.undone_at.is_(None),
        digests.c.id == editions.c.digest_id,
        digests.c.deleted_at.is_(None),
    )
    return any(
        DigestOptions.from_stored(stored).corrections != "off"
        for stored in list_scalars(conn, settings)
    )


def find_page_revision(conn: Connection, *, article_id: int) -> str | None:
    """Return the hash of the page's last text."""
    query = select(rereads.c.revision).where(rereads.c.article_id == article_id)
    return first_scalar(conn, query)


def store_page_revision(
    conn: Connection, one: PageReread, page: Article, *, now: datetime
) -> None:
    """Store the page's text as its latest; the first one is the base of comparisons."""
    assert page.revision is not None
    _update_reread(conn, one, revision=page.revision)
    insert_revision(
        conn,
        article_id=one.article_id,
        external_id=f"page:{one.url}"[:500],
        article=replace(page, sample=None, excerpt=False),
        hash=page.revision,
        now=now,
        current=False,
        baseline=True,
    )
    if one.revision is None:
        update_rows(
            conn,
            published_articles,
            published_articles.c.article_id == one.article_id,
            published_articles.c.page_revision.is_(None),
            page_revision=page.revision,
        )


def reschedule_reread(
    conn: Connection, one: PageReread, *, next_at: datetime | None
) -> None:
    """Count a reading and schedule the next one; None = never again."""
    _update_reread(conn, one, next_at=next_at, times=one.times + 1)


def set_page_validators(
    conn: Connection, one: PageReread, *, etag: str | None, last_modified: str | None
) -> None:
    """Store the validators for the next request of the page."""
    _update_reread(conn, one, etag=etag, last_modified=last_modified)


def _update_reread(conn: Connection, one: PageReread, **values: Any) -> None:
    update_rows(conn, rereads, rereads.c.article_id == one.article_id, **values)
