"""Verbs on pages that are read again: those behind articles of feeds that were told.

A feed seldom tells its own corrections; the page behind it has them. What is read
there is kept as a version that is never the article's current one: nothing is composed,
searched or counted by it. The intake reads for everybody: no workspace is named here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from bot.storage.dialects import insert
from bot.storage.schema import (
    articles,
    digests,
    editions,
    revisions,
    sources,
    told_articles,
)
from bot.storage.schema import rereads as table
from bot.types import SourceKind
from digests.types import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """A page that is to be read again."""

    article_id: int
    #: Where it stands, and where the source that named it does.
    url: str
    source_address: str
    source_kind: SourceKind
    told_at: datetime
    #: How often it was read.
    times: int
    #: Of its last version, and what to ask with.
    revision: str | None
    etag: str | None
    last_modified: str | None


def add(
    connection: Connection, *, article_ids: Sequence[int], told_at: datetime
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
        {"article_id": key, "told_at": told_at, "times": 0, "next_at": told_at}
        for key in found
    ]
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


def known_to(connection: Connection, *, edition_id: int) -> None:
    """Let an edition begin at the pages' present versions."""
    mine = table.c.article_id == told_articles.c.article_id
    connection.execute(
        update(told_articles)
        .where(told_articles.c.edition_id == edition_id)
        .values(page_revision=select(table.c.revision).where(mine).scalar_subquery())
    )


def due(connection: Connection, *, now: datetime, limit: int) -> tuple[Reread, ...]:
    """List the pages whose time has come, the one that waits longest first."""
    found = connection.execute(
        select(
            table,
            articles.c.url,
            sources.c.address,
            sources.c.kind,
        )
        .join(articles, articles.c.id == table.c.article_id)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(table.c.next_at <= now)
        .order_by(table.c.next_at, table.c.article_id)
        .limit(limit)
    )
    return tuple(
        Reread(
            article_id=row.article_id,
            url=row.url or "",
            source_address=row.address,
            source_kind=row.kind,
            told_at=row.told_at,
            times=row.times,
            revision=row.revision,
            etag=row.etag,
            last_modified=row.last_modified,
        )
        for row in found
    )


def earliest(connection: Connection) -> datetime | None:
    """Give the moment at which a page is to be read."""
    found: datetime | None = connection.execute(
        select(table.c.next_at)
        .where(table.c.next_at.is_not(None))
        .order_by(table.c.next_at)
        .limit(1)
    ).scalar()
    return found


def is_wanted(connection: Connection, *, article_id: int) -> bool:
    """Whether any edition that stands would be corrected by it."""
    asks = exists().where(
        told_articles.c.article_id == article_id,
        editions.c.id == told_articles.c.edition_id,
        editions.c.undone_at.is_(None),
        digests.c.id == editions.c.digest_id,
        digests.c.deleted_at.is_(None),
        digests.c.corrections != "off",
    )
    return bool(connection.execute(select(asks)).scalar())


def revision(connection: Connection, *, article_id: int) -> str | None:
    """Give the hash of the page's last version."""
    found: str | None = connection.execute(
        select(table.c.revision).where(table.c.article_id == article_id)
    ).scalar()
    return found


def keep(connection: Connection, one: Reread, page: Article, *, now: datetime) -> None:
    """Keep what the page says as its last version; editions begin at the first."""
    connection.execute(
        update(table)
        .where(table.c.article_id == one.article_id)
        .values(revision=page.revision)
    )
    connection.execute(
        insert(connection, revisions)
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
            update(told_articles)
            .where(
                told_articles.c.article_id == one.article_id,
                told_articles.c.page_revision.is_(None),
            )
            .values(page_revision=page.revision)
        )


def again(connection: Connection, one: Reread, *, next_at: datetime | None) -> None:
    """Its time has come; the next time is then, or never."""
    connection.execute(
        update(table)
        .where(table.c.article_id == one.article_id)
        .values(next_at=next_at, times=one.times + 1)
    )


def ask_with(
    connection: Connection,
    one: Reread,
    *,
    etag: str | None,
    last_modified: str | None,
) -> None:
    """Note what the page is asked with next time."""
    connection.execute(
        update(table)
        .where(table.c.article_id == one.article_id)
        .values(etag=etag, last_modified=last_modified)
    )
