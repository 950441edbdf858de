"""Figures: stored as spans of a revision, with their parsed values."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.model.scope import Scope
from bot.storage import article_search
from bot.storage.revision_store import (
    REVISION_JOIN,
    filter_visible_revisions,
    load_articles,
)
from bot.storage.schema import articles, figures, revisions
from bot.storage.statements import delete_rows, from_row, insert_all, to_row
from digests.answers.search import is_about
from digests.language.search_terms import parse_query
from digests.types import Article, Figure, Span

#: Number of newest articles that are searched.
_MAX_ARTICLES = 300
#: Number of their newest figures of which those about a topic are chosen.
_MAX_FIGURES = 240


def store_figures(conn: Connection, revision_id: int, found: Sequence[Figure]) -> None:
    """Store the figures of a revision, replacing those stored before."""
    delete_rows(conn, figures, figures.c.revision_id == revision_id)
    rows = [
        to_row(
            figures,
            figure,
            revision_id=revision_id,
            position=position,
            sentence_start=figure.sentence.start,
            sentence_end=figure.sentence.end,
        )
        for position, figure in enumerate(found)
    ]
    insert_all(conn, figures, rows)


def list_figures(
    conn: Connection,
    scope: Scope,
    *,
    topic: str | None = None,
    article_ids: Sequence[int] | None = None,
    since: datetime | None = None,
    limit: int,
) -> tuple[tuple[Article, Figure], ...]:
    """List figures with their articles: newest article first, then in text order.

    Those that their article denies are left out: they would be read as facts.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see.
        topic: Words that the figures must be about (`digests.answers.search`); the
            newest few hundred articles with the words are searched. None = any.
        article_ids: Only from these articles; None = from any.
        since: Earliest date of the article.
        limit: Maximum number of figures.
    """
    joined = REVISION_JOIN.join(figures, figures.c.revision_id == revisions.c.id)
    newest = (revisions.c.dated_at.desc(), revisions.c.id.desc(), figures.c.position)
    query = select(figures).select_from(joined).order_by(*newest)
    stated = figures.c.status != "denied"
    query = query.where(*filter_visible_revisions(scope), stated)
    if article_ids is not None:
        query = query.where(articles.c.id.in_(article_ids))
    if article_ids is None or topic is not None:
        last = article_search.search_revisions(
            conn,
            scope,
            wanted=None if topic is None else parse_query(topic),
            limit=_MAX_ARTICLES,
            since=since,
        )
        query = query.where(revisions.c.id.in_(last))
    most = limit if topic is None else _MAX_FIGURES
    rows = conn.execute(query.limit(most)).all()
    return tuple(islice(_load_figures(conn, rows, topic, limit), limit))


def _load_figures(
    conn: Connection, rows: Sequence[Row[Any]], topic: str | None, size: int
) -> Iterator[tuple[Article, Figure]]:
    """Load figures about a topic with their articles, `size` rows at a time."""
    for first in range(0, len(rows), size):
        some = rows[first : first + size]
        texts = load_articles(conn, sorted({row.revision_id for row in some}))
        for row in some:
            article = texts[row.revision_id]
            figure = _figure_from_row(row, article.text)
            if topic is None or is_about(article, [figure.sentence], topic):
                yield article, figure


def _figure_from_row(row: Row[Any], text: str) -> Figure:
    return from_row(
        Figure,
        row,
        text=text[row.start : row.end],
        sentence=Span(start=row.sentence_start, end=row.sentence_end),
    )
