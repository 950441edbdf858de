"""Articles behind editions: when their text or page is compared again.

A comparison waits until a text has been stable for a while, because one correction is
often followed by another. After an edit it waits longer, so that many changes of one
article become one edit. The ingest marks changes and `bot.corrections` compares.

A feed seldom contains corrections; the article's page does. The text of the page is
stored as a revision that is never the article's current one, so that it is not used for
composing, searching or counting.

The functions work across all workspaces.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from bot.model.digest import KINDS_WITH_ENTRIES, SourceKind
from bot.model.quotas import count_text
from bot.model.scope import Scope, Scoped
from bot.model.settings import DigestOptions
from bot.storage import source_store
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
    first_scalar,
    has_values,
    in_scope,
    insert_all_missing,
    is_due,
    list_all,
    list_scalars,
    update_rows,
)
from digests.types import Article, ArticleRef, Edition, frozen

_SOURCE, _EDITION = sources.c, editions.c
_ARTICLE, _PUBLISHED, _REREAD = articles.c, published_articles.c, rereads.c
#: Maximum age of editions that are corrected.
CORRECTABLE_PERIOD = timedelta(days=14)
#: Begins the ids of texts that were read from pages to find corrections.
REREAD_ID = "page:"
#: How long a text must be stable before it is compared, and the maximum total wait.
SETTLE_DELAY, MAX_SETTLE_DELAY = timedelta(minutes=2), timedelta(minutes=15)


@frozen
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
    conn: Connection, scope: Scope, edition_id: int, edition: Edition
) -> None:
    """Record the texts that an edition uses; those changed since are compared."""
    shown = _iterate_shown_articles(edition)
    wanted = {int(ref.id): ref.revision for ref in shown if ref.id.isdecimal()}
    query = (
        select(_ARTICLE.id, revisions.c.hash)
        .join(revisions, revisions.c.article_id == _ARTICLE.id)
        .where(_ARTICLE.id.in_(wanted), revisions.c.current)
    )
    current = {row.id: row.hash for row in conn.execute(query)}
    expanded = _find_expanded(conn, wanted)
    at, mine = edition.made_at, {**asdict(scope), "edition_id": edition_id}
    rows = []
    for key, now in current.items():
        changed_at = None if wanted[key] == now else at
        row = {"article_id": key, "revision": wanted[key], "page_revision": None}
        if key in expanded:
            row |= {"revision": expanded[key], "page_revision": wanted[key]}
        row |= {"made_at": at, **mine}
        rows.append(row | {"changed_at": changed_at, "compare_at": changed_at})
    insert_all_missing(conn, published_articles, rows)
    in_full = {ref.id for story in edition.stories for ref in story.articles}
    ids = [key for key in current if str(key) in in_full]
    add_rereads(conn, article_ids=ids, published_at=at)
    for key in expanded:
        update_rows(conn, rereads, _REREAD.article_id == key, revision=wanted[key])
    copy_page_revisions(conn, edition_id)


def _find_expanded(conn: Connection, shown: Mapping[int, str]) -> dict[int, str]:
    """Find the source's texts that the shown full texts expand, by article."""
    query = select(revisions.c.article_id, revisions.c.hash, revisions.c.expands)
    expanding = revisions.c.expands.is_not(None)
    rows = conn.execute(query.where(revisions.c.article_id.in_(shown), expanding))
    return {r.article_id: r.expands for r in rows if shown[r.article_id] == r.hash}


def follow_page_text(
    conn: Connection, article_id: int, before: str, after: str, now: datetime
) -> None:
    """Compare editions that were made from a full text with a newer one."""
    if before != after:
        base = has_values(rereads, article_id=article_id, revision=before)
        update_rows(conn, rereads, base, revision=after)
        mark_article_changed(conn, article_id, now)


def mark_article_changed(conn: Connection, article_id: int, now: datetime) -> None:
    """Schedule comparisons in every edition with the article, whose text changed."""
    mine = (
        _PUBLISHED.article_id == article_id,
        _PUBLISHED.made_at > now - CORRECTABLE_PERIOD,
        _PUBLISHED.edition_id == _EDITION.id,
        _EDITION.undone_at.is_(None),
    )
    for row in conn.execute(select(published_articles).where(*mine)).all():
        since = row.changed_at or now
        soon = min(now + SETTLE_DELAY, since + MAX_SETTLE_DELAY)
        later = {"changed_at": since, "compare_at": max(soon, row.not_before or soon)}
        this = has_values(
            published_articles, edition_id=row.edition_id, article_id=row.article_id
        )
        update_rows(conn, published_articles, this, **later)


def list_due_comparisons(
    conn: Connection, now: datetime, limit: int
) -> tuple[PublishedArticle, ...]:
    """List the comparisons that are due."""
    order = (_PUBLISHED.compare_at, _PUBLISHED.edition_id, _PUBLISHED.article_id)
    query = select(published_articles).where(_PUBLISHED.compare_at <= now)
    return list_all(conn, query.order_by(*order).limit(limit), PublishedArticle)


def list_unsettled_comparisons(
    conn: Connection, scope: Scope, now: datetime, limit: int
) -> tuple[PublishedArticle, ...]:
    """List the comparisons that only wait until the text is stable."""
    # A range, so that the index of the few that wait is used.
    waits = _PUBLISHED.compare_at > now - CORRECTABLE_PERIOD
    mine = (in_scope(published_articles, scope), waits)
    query = select(published_articles).where(*mine, is_due(_PUBLISHED.not_before, now))
    order = (_PUBLISHED.compare_at, _PUBLISHED.edition_id, _PUBLISHED.article_id)
    return list_all(conn, query.order_by(*order).limit(limit), PublishedArticle)


def find_next_comparison_at(conn: Connection) -> datetime | None:
    """Return the instant of the next comparison."""
    return first_scalar(conn, select(func.min(_PUBLISHED.compare_at)))


def record_comparison(
    conn: Connection,
    one: PublishedArticle,
    revision: str,
    page_revision: str | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Record a comparison; False if the article changed again meanwhile."""
    values: dict[str, Any] = {"revision": revision, "page_revision": page_revision}
    if not_before is not None:
        values["not_before"] = not_before
    names = ("edition_id", "article_id", "compare_at", "revision")
    same = has_values(published_articles, **{n: getattr(one, n) for n in names})
    compared = dict.fromkeys(("changed_at", "compare_at"))
    return update_rows(conn, published_articles, same, **compared, **values) > 0


def _iterate_shown_articles(edition: Edition) -> Iterable[ArticleRef]:
    """Yield the articles whose words the edition shows, with their revisions."""
    for story in edition.stories:
        shown = {story.articles[0].id} | {card.article for card in story.cards}
        shown |= {figure.article for figure in story.figures}
        shown |= {f.replaces.article for f in story.figures if f.replaces}
        shown |= {d.theirs.article for d in story.disputes}
        yield from (ref for ref in story.articles if ref.id in shown)
    for line in edition.brief:
        yield line.article


@frozen
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
    #: The source's text that its last text expands, if an edition was made from the
    #: full text.
    expands: str | None = None
    #: The title of its last text.
    title: str | None = None


def add_rereads(
    conn: Connection, article_ids: Sequence[int], published_at: datetime
) -> None:
    """Schedule the pages of these articles to be read again."""
    query = (
        select(_ARTICLE.id)
        .join(sources, _SOURCE.id == _ARTICLE.source_id)
        .where(
            _ARTICLE.id.in_(article_ids),
            _ARTICLE.url.is_not(None),
            _SOURCE.kind.in_(KINDS_WITH_ENTRIES),
        )
    )
    new = {"published_at": published_at, "times": 0, "next_at": published_at}
    rows = [{"article_id": key, **new} for key in list_scalars(conn, query)]
    insert_all_missing(conn, rereads, rows)


def copy_page_revisions(conn: Connection, edition_id: int) -> None:
    """Set the latest page revisions as the base of comparisons for an edition."""
    mine = has_values(published_articles, edition_id=edition_id, page_revision=None)
    latest = select(_REREAD.revision).where(_REREAD.article_id == _PUBLISHED.article_id)
    page_revision = latest.scalar_subquery()
    update_rows(conn, published_articles, mine, page_revision=page_revision)


def list_due_rereads(
    conn: Connection, now: datetime, limit: int
) -> tuple[PageReread, ...]:
    """List the pages that are due, the most overdue first."""
    query = (
        select(
            rereads,
            func.coalesce(_ARTICLE.url, "").label("url"),
            _SOURCE.address.label("source_address"),
            _SOURCE.kind.label("source_kind"),
            revisions.c.expands,
            revisions.c.title,
        )
        .join(articles, _ARTICLE.id == _REREAD.article_id)
        .join(sources, _SOURCE.id == _ARTICLE.source_id)
        .outerjoin(
            revisions,
            and_(
                revisions.c.article_id == _REREAD.article_id,
                revisions.c.hash == _REREAD.revision,
            ),
        )
        .where(_REREAD.next_at <= now)
        .order_by(_REREAD.next_at, _REREAD.article_id)
    )
    return list_all(conn, query.limit(limit), PageReread)


def find_next_reread_at(conn: Connection) -> datetime | None:
    """Return the instant at which the next page is due."""
    return first_scalar(conn, select(func.min(_REREAD.next_at)))


def is_reread_needed(conn: Connection, article_id: int) -> bool:
    """Check whether an edition that is still corrected contains the article."""
    query = select(digests.c.settings).where(
        _PUBLISHED.article_id == article_id,
        _EDITION.id == _PUBLISHED.edition_id,
        _EDITION.undone_at.is_(None),
        digests.c.id == _EDITION.digest_id,
        digests.c.deleted_at.is_(None),
    )
    found = map(DigestOptions.from_stored, list_scalars(conn, query))
    return any(options.corrections != "off" for options in found)


def find_page_revision(conn: Connection, article_id: int) -> str | None:
    """Return the hash of the page's last text."""
    mine = _REREAD.article_id == article_id
    return first_scalar(conn, select(_REREAD.revision).where(mine))


def store_page_revision(
    conn: Connection, one: PageReread, page: Article, now: datetime
) -> None:
    """Store the page's text as its latest; the first one is the base of comparisons."""
    assert page.revision is not None
    _update_reread(conn, one, revision=page.revision)
    stored = insert_revision(
        conn,
        article_id=one.article_id,
        external_id=f"{REREAD_ID}{one.url}"[:500],
        article=replace(
            page, sample=None, excerpt=False, origin="page", expands=one.expands
        ),
        hash=page.revision,
        now=now,
        current=False,
        baseline=True,
    )
    if stored is not None:
        source = select(_ARTICLE.source_id).where(_ARTICLE.id == one.article_id)
        size = count_text(page.text)
        source_store.add_stored_articles(conn, source.scalar_subquery(), size)
    if one.revision is None:
        first = {"article_id": one.article_id, "page_revision": None}
        mine = has_values(published_articles, **first)
        update_rows(conn, published_articles, mine, page_revision=page.revision)


def reschedule_reread(
    conn: Connection, one: PageReread, next_at: datetime | None
) -> None:
    """Count a reading and schedule the next one; None = never again."""
    _update_reread(conn, one, next_at=next_at, times=one.times + 1)


def set_page_validators(
    conn: Connection, one: PageReread, etag: str | None, last_modified: str | None
) -> None:
    """Store the validators for the next request of the page."""
    _update_reread(conn, one, etag=etag, last_modified=last_modified)


def _update_reread(conn: Connection, one: PageReread, **values: Any) -> None:
    update_rows(conn, rereads, _REREAD.article_id == one.article_id, **values)
