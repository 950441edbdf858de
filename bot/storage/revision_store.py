"""Load stored revisions as articles, if a workspace may see them.

Shared by the stores that read and write revisions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from bot.model.scope import Scope
from bot.storage.schema import articles, revisions, sources
from bot.storage.statements import (
    Condition,
    filter_visible_sources,
    first_scalar,
    from_row,
    insert_into,
    is_among,
    to_row,
)
from digests.language.normalization import revision_hash
from digests.types import Article, ArticleImage

_REVISION, _ARTICLE = revisions.c, articles.c
#: Joins a revision with its article and source.
REVISION_JOIN = revisions.join(articles, _ARTICLE.id == _REVISION.article_id).join(
    sources, sources.c.id == _ARTICLE.source_id
)
#: The columns that `article_from_row` needs.
REVISION_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(_REVISION.id, _REVISION.article_id, _REVISION.hash, _REVISION.title),
    *(_REVISION.text, _REVISION.outlet, _REVISION.author, _REVISION.published),
    *(_REVISION.lang, _REVISION.sample, _REVISION.excerpt, _REVISION.fetched_at),
    *(_REVISION.origin, _REVISION.expands, _REVISION.image, _REVISION.image_alt),
    *(_REVISION.current, _ARTICLE.url, _ARTICLE.source_id, _ARTICLE.first_seen),
    sources.c.name.label("source_name"),
)


def article_from_row(row: Row[Any]) -> Article:
    """Build an `Article` from a row of `REVISION_COLUMNS`; its `id` is the key."""
    return from_row(
        Article,
        row,
        id=str(row.article_id),
        source=row.outlet or row.source_name,
        revision=row.hash,
        image=ArticleImage(address=row.image, alt=row.image_alt) if row.image else None,
    )


def filter_visible_revisions(scope: Scope) -> tuple[Condition, ...]:
    """Restrict `REVISION_JOIN` to current revisions that the workspace may see."""
    return (_REVISION.current, filter_visible_sources(scope))


def load_articles(conn: Connection, ids: Sequence[int]) -> dict[int, Article]:
    """Load the articles of these revisions, by the revision's key."""
    query: Select[Any] = select(*REVISION_COLUMNS).select_from(REVISION_JOIN)
    rows = conn.execute(query.where(is_among(conn, _REVISION.id, ids)))
    return {row.id: article_from_row(row) for row in rows}


def load_article_texts(conn: Connection, ids: list[int]) -> tuple[Article, ...]:
    """Load only the fields that ranking needs; `id` is the revision's key.

    For hundreds of revisions, in a third of the time of `load_articles`.
    """
    columns = (_REVISION.id, _REVISION.title, _REVISION.text, _REVISION.published)
    query = select(*columns).where(is_among(conn, _REVISION.id, ids))
    rows = {row[0]: row for row in conn.execute(query).all()}
    return tuple(
        Article(id=str(key), title=title, text=text, published=published)
        for key, title, text, published in (rows[key] for key in ids)
    )


def name_page_revision(title: str | None, text: str) -> str:
    """Return the hash of a text of a page: the same in a feed is another revision."""
    return f"page-{revision_hash(title, text)}"


def insert_revision(
    conn: Connection,
    article_id: int,
    external_id: str,
    article: Article,
    hash: str,
    now: datetime,
    current: bool,
    baseline: bool,
) -> int | None:
    """Store a revision of the article; return its key, or None if it is stored."""
    row = build_revision_row(
        article_id,
        external_id=external_id,
        article=article,
        hash=hash,
        now=now,
        current=current,
        baseline=baseline,
    )
    query = insert_into(conn, revisions).values(row)
    query = query.on_conflict_do_nothing(index_elements=["article_id", "hash"])
    return first_scalar(conn, query.returning(_REVISION.id))


def build_revision_row(
    article_id: int,
    external_id: str,
    article: Article,
    hash: str,
    now: datetime,
    current: bool,
    baseline: bool,
) -> dict[str, Any]:
    """Build the row of a revision of the article.

    Its date is when it was published, but never after it was fetched.
    """
    return to_row(
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
        image=article.image.address if article.image else None,
        image_alt=article.image.alt if article.image else None,
    )
