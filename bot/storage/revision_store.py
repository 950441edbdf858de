"""Load stored revisions as articles, if a workspace may see them.

Shared by the stores that read and write revisions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select
from sqlalchemy.sql.elements import ColumnElement

from bot.model.workspace import Scope
from bot.storage.schema import articles, revisions, sources
from bot.storage.statements import (
    filter_visible_sources,
    first_scalar,
    insert_into,
    to_row,
)
from digests.types import Article

#: Joins a revision with its article and source.
REVISION_JOIN = revisions.join(articles, articles.c.id == revisions.c.article_id).join(
    sources, sources.c.id == articles.c.source_id
)
#: The columns that `article_from_row` needs.
REVISION_COLUMNS: tuple[ColumnElement[Any], ...] = (
    revisions.c.id,
    revisions.c.article_id,
    revisions.c.hash,
    revisions.c.title,
    revisions.c.text,
    revisions.c.outlet,
    revisions.c.author,
    revisions.c.published,
    revisions.c.lang,
    revisions.c.sample,
    revisions.c.excerpt,
    revisions.c.fetched_at,
    revisions.c.current,
    articles.c.url,
    articles.c.source_id,
    articles.c.first_seen,
    sources.c.name.label("source_name"),
)


def article_from_row(row: Row[Any]) -> Article:
    """Build an `Article` from a row of `REVISION_COLUMNS`; its `id` is the key."""
    return Article(
        id=str(row.article_id),
        text=row.text,
        title=row.title,
        source=row.outlet or row.source_name,
        url=row.url,
        published=row.published,
        author=row.author,
        lang=row.lang,
        revision=row.hash,
        sample=row.sample,
        excerpt=row.excerpt,
    )


def filter_visible_revisions(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Restrict `REVISION_JOIN` to current revisions that the workspace may see."""
    return (revisions.c.current, filter_visible_sources(scope))


def load_articles(conn: Connection, ids: Sequence[int]) -> dict[int, Article]:
    """Load the articles of these revisions, by the revision's key."""
    query: Select[Any] = (
        select(*REVISION_COLUMNS)
        .select_from(REVISION_JOIN)
        .where(revisions.c.id.in_(ids))
    )
    return {row.id: article_from_row(row) for row in conn.execute(query).all()}


def load_article_texts(conn: Connection, ids: list[int]) -> tuple[Article, ...]:
    """Load only the fields that ranking needs; `id` is the revision's key.

    For hundreds of revisions, in a third of the time of `load_articles`.
    """
    query = select(
        revisions.c.id, revisions.c.title, revisions.c.text, revisions.c.published
    ).where(revisions.c.id.in_(ids))
    rows = {row[0]: row for row in conn.execute(query).all()}
    return tuple(
        Article(id=str(key), title=title, text=text, published=published)
        for key, title, text, published in (rows[key] for key in ids)
    )


def insert_revision(
    conn: Connection,
    *,
    article_id: int,
    external_id: str,
    article: Article,
    hash: str,
    now: datetime,
    current: bool,
    baseline: bool,
) -> int | None:
    """Store a revision of the article; return its key, or None if it is stored.

    Its date is when it was published, but never after it was fetched.
    """
    query = (
        insert_into(conn, revisions)
        .values(
            to_row(
                revisions,
                article,
                article_id=article_id,
                hash=hash,
                external_id=external_id,
                current=current,
                fetched_at=now,
                dated_at=min(article.published or now, now),
                outlet=article.source or None,
                baseline=baseline,
            )
        )
        .on_conflict_do_nothing(index_elements=["article_id", "hash"])
        .returning(revisions.c.id)
    )
    return first_scalar(conn, query)
