"""Articles behind editions: when their text or page is compared again.

A change is left to settle: who mends one thing mends another soon. What was just edited
rests for longer, so that many changes of one article become one edit. The intake marks
changes and `bot.corrections` looks, for everybody: these verbs name no workspace.

A feed seldom tells its own corrections; the page behind it has them. What is read
there is kept as a version that is never the article's current one: nothing is composed,
searched or counted by it. The intake reads for everybody: no workspace is named here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, update

from bot.model import SourceKind
from bot.storage.schema import (
    articles,
    digests,
    editions,
    published_articles,
    rereads,
    revisions,
    sources,
)
from bot.storage.statements import insert_into
from digests.types import Article, ArticleRef, Edition

#: Older editions are not corrected any more.
CORRECTABLE_PERIOD = timedelta(days=14)
#: How long a text must have stood unchanged, unless it changes for so long.
SETTLE_DELAY, MAX_SETTLE_DELAY = timedelta(minutes=2), timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedArticle:
    """An article that an edition tells, and the version that it was compared with."""

    edition_id: int
    workspace_id: int
    article_id: int
    revision: str
    changed_at: datetime | None
    compare_at: datetime | None
    #: The same of the page behind it; None: the page was not read when it was told.
    page_revision: str | None = None


def add_published_articles(
    connection: Connection, *, workspace_id: int, edition_id: int, edition: Edition
) -> None:
    """Note which texts an edition stands on; one that changed since is looked at."""
    wanted = {
        int(r.id): r.revision
        for r in _iterate_shown_articles(edition)
        if r.id.isdecimal()
    }
    found = connection.execute(
        select(articles.c.id, revisions.c.hash)
        .join(revisions, revisions.c.article_id == articles.c.id)
        .where(articles.c.id.in_(wanted), revisions.c.current)
    ).all()
    current = {row.id: row.hash for row in found}
    rows = [
        {
            "edition_id": edition_id,
            "article_id": key,
            "workspace_id": workspace_id,
            "revision": wanted[key],
            "made_at": edition.made_at,
            "changed_at": None if wanted[key] == now else edition.made_at,
            "compare_at": None if wanted[key] == now else edition.made_at,
        }
        for key, now in current.items()
    ]
    if rows:
        connection.execute(
            insert_into(connection, published_articles).on_conflict_do_nothing(), rows
        )
    in_full = {ref.id for story in edition.stories for ref in story.articles}
    add_rereads(
        connection,
        article_ids=[key for key in current if str(key) in in_full],
        published_at=edition.made_at,
    )
    copy_page_revisions(connection, edition_id=edition_id)


def mark_article_changed(
    connection: Connection, *, article_id: int, now: datetime
) -> None:
    """The article has another text: look at every living edition that tells it."""
    mine = (
        published_articles.c.article_id == article_id,
        published_articles.c.made_at > now - CORRECTABLE_PERIOD,
        published_articles.c.edition_id == editions.c.id,
        editions.c.undone_at.is_(None),
    )
    for row in connection.execute(select(published_articles).where(*mine)).all():
        since = row.changed_at or now
        soon = min(now + SETTLE_DELAY, since + MAX_SETTLE_DELAY)
        connection.execute(
            update(published_articles)
            .where(*_is_published_article(_published_article_from_row(row)))
            .values(
                changed_at=since,
                compare_at=max(soon, row.not_before or soon),
            )
        )


def list_due_comparisons(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[PublishedArticle, ...]:
    """List what is to be looked at by now."""
    found = connection.execute(
        select(published_articles)
        .where(published_articles.c.compare_at <= now)
        .order_by(
            published_articles.c.compare_at,
            published_articles.c.edition_id,
            published_articles.c.article_id,
        )
        .limit(limit)
    )
    return tuple(map(_published_article_from_row, found))


def find_next_comparison_at(connection: Connection) -> datetime | None:
    """Give the moment at which something is to be looked at."""
    found: datetime | None = connection.execute(
        select(func.min(published_articles.c.compare_at))
    ).scalar()
    return found


def record_comparison(
    connection: Connection,
    one: PublishedArticle,
    *,
    revision: str,
    page_revision: str | None = None,
    not_before: datetime | None = None,
) -> bool:
    """It was compared with these versions; False when it changed again meanwhile."""
    values: dict[str, Any] = {
        "revision": revision,
        "page_revision": page_revision,
        "changed_at": None,
        "compare_at": None,
    }
    if not_before is not None:
        values["not_before"] = not_before
    done = connection.execute(
        update(published_articles)
        .where(
            *_is_published_article(one),
            published_articles.c.compare_at == one.compare_at,
            published_articles.c.revision == one.revision,
        )
        .values(values)
    )
    return done.rowcount > 0


def _iterate_shown_articles(edition: Edition) -> Iterable[ArticleRef]:
    """The articles whose words are shown, in the versions that they were taken from."""
    for story in edition.stories:
        shown = {story.articles[0].id} | {card.article for card in story.cards}
        shown |= {told.article for told in story.figures}
        shown |= {d.theirs.article for d in story.disputes}
        yield from (ref for ref in story.articles if ref.id in shown)
    for line in edition.brief:
        yield line.article


def _is_published_article(one: PublishedArticle) -> tuple[Any, ...]:
    return (
        published_articles.c.edition_id == one.edition_id,
        published_articles.c.article_id == one.article_id,
    )


def _published_article_from_row(row: Row[Any]) -> PublishedArticle:
    return PublishedArticle(
        edition_id=row.edition_id,
        workspace_id=row.workspace_id,
        article_id=row.article_id,
        revision=row.revision,
        changed_at=row.changed_at,
        compare_at=row.compare_at,
        page_revision=row.page_revision,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReread:
    """A page that is to be read again."""

    article_id: int
    #: Where it stands, and where the source that named it does.
    url: str
    source_address: str
    source_kind: SourceKind
    published_at: datetime
    #: How often it was read.
    times: int
    #: Of its last version, and what to ask with.
    revision: str | None
    etag: str | None
    last_modified: str | None


def add_rereads(
    connection: Connection, *, article_ids: Sequence[int], published_at: datetime
) -> None:
    """Have the pages behind these articles read again, from now on."""
    found = connection.execute(
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
    if rows:
        connection.execute(
            insert_into(connection, rereads).on_conflict_do_nothing(), rows
        )


def copy_page_revisions(connection: Connection, *, edition_id: int) -> None:
    """Let an edition begin at the pages' present versions."""
    mine = rereads.c.article_id == published_articles.c.article_id
    connection.execute(
        update(published_articles)
        .where(published_articles.c.edition_id == edition_id)
        .values(page_revision=select(rereads.c.revision).where(mine).scalar_subquery())
    )


def list_due_rereads(
    connection: Connection, *, now: datetime, limit: int
) -> tuple[PageReread, ...]:
    """List the pages whose time has come, the one that waits longest first."""
    found = connection.execute(
        select(
            rereads,
            articles.c.url,
            sources.c.address,
            sources.c.kind,
        )
        .join(articles, articles.c.id == rereads.c.article_id)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(rereads.c.next_at <= now)
        .order_by(rereads.c.next_at, rereads.c.article_id)
        .limit(limit)
    )
    return tuple(
        PageReread(
            article_id=row.article_id,
            url=row.url or "",
            source_address=row.address,
            source_kind=row.kind,
            published_at=row.published_at,
            times=row.times,
            revision=row.revision,
            etag=row.etag,
            last_modified=row.last_modified,
        )
        for row in found
    )


def find_next_reread_at(connection: Connection) -> datetime | None:
    """Give the moment at which a page is to be read."""
    found: datetime | None = connection.execute(
        select(rereads.c.next_at)
        .where(rereads.c.next_at.is_not(None))
        .order_by(rereads.c.next_at)
        .limit(1)
    ).scalar()
    return found


def is_reread_needed(connection: Connection, *, article_id: int) -> bool:
    """Whether any edition that stands would be corrected by it."""
    asks = exists().where(
        published_articles.c.article_id == article_id,
        editions.c.id == published_articles.c.edition_id,
        editions.c.undone_at.is_(None),
        digests.c.id == editions.c.digest_id,
        digests.c.deleted_at.is_(None),
        digests.c.corrections != "off",
    )
    return bool(connection.execute(select(asks)).scalar())


def find_page_revision(connection: Connection, *, article_id: int) -> str | None:
    """Give the hash of the page's last version."""
    found: str | None = connection.execute(
        select(rereads.c.revision).where(rereads.c.article_id == article_id)
    ).scalar()
    return found


def store_page_revision(
    connection: Connection, one: PageReread, page: Article, *, now: datetime
) -> None:
    """Keep what the page says as its last version; editions begin at the first."""
    connection.execute(
        update(rereads)
        .where(rereads.c.article_id == one.article_id)
        .values(revision=page.revision)
    )
    connection.execute(
        insert_into(connection, revisions)
        .values(
            article_id=one.article_id,
            hash=page.revision,
            external_id=f"page:{one.url}"[:500],
            current=False,
            fetched_at=now,
            dated_at=min(page.published or now, now),
            published=page.published,
            outlet=page.source or None,
            author=page.author,
            lang=page.lang,
            excerpt=False,
            baseline=True,
            title=page.title,
            text=page.text,
        )
        .on_conflict_do_nothing(index_elements=["article_id", "hash"])
    )
    if one.revision is None:
        connection.execute(
            update(published_articles)
            .where(
                published_articles.c.article_id == one.article_id,
                published_articles.c.page_revision.is_(None),
            )
            .values(page_revision=page.revision)
        )


def reschedule_reread(
    connection: Connection, one: PageReread, *, next_at: datetime | None
) -> None:
    """Its time has come; the next time is then, or never."""
    connection.execute(
        update(rereads)
        .where(rereads.c.article_id == one.article_id)
        .values(next_at=next_at, times=one.times + 1)
    )


def set_page_validators(
    connection: Connection,
    one: PageReread,
    *,
    etag: str | None,
    last_modified: str | None,
) -> None:
    """Note what the page is asked with next time."""
    connection.execute(
        update(rereads)
        .where(rereads.c.article_id == one.article_id)
        .values(etag=etag, last_modified=last_modified)
    )
