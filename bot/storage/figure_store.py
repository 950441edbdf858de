"""Verbs on figures: kept as places in a revision, with what was read from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from bot.storage import search
from bot.storage.revisions import JOINED, of_ids, seen_by
from bot.storage.schema import articles, revisions
from bot.storage.schema import figures as table
from digests.language.lookup import wanted
from digests.types import Article, Figure, Span

#: So many articles are looked at, the last that came in.
_ARTICLES = 300


def store(
    connection: Connection, *, revision_id: int, figures: Sequence[Figure]
) -> None:
    """Keep the figures of a revision, in place of what was kept before."""
    connection.execute(delete(table).where(table.c.revision_id == revision_id))
    if figures:
        connection.execute(
            table.insert(),
            [
                _row(revision_id, position, figure)
                for position, figure in enumerate(figures)
            ],
        )


def about_topic(
    connection: Connection,
    *,
    workspace_id: int,
    topic: str | None = None,
    article_ids: Sequence[int] | None = None,
    since: datetime | None = None,
    limit: int,
) -> tuple[tuple[Article, Figure], ...]:
    """List figures with their articles: newest article first, then as they stand.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        topic: Words that must all stand in the article, one of the last few hundred
            that hold them; None: any.
        article_ids: Only from these articles; None: from any.
        since: The article's date at the earliest.
        limit: How many at the most.
    """
    query = (
        select(table)
        .select_from(JOINED.join(table, table.c.revision_id == revisions.c.id))
        .where(*seen_by(workspace_id))
        .order_by(revisions.c.dated_at.desc(), revisions.c.id.desc(), table.c.position)
    )
    if article_ids is not None:
        query = query.where(articles.c.id.in_(article_ids))
    if article_ids is None or topic is not None:
        last = search.keys(
            connection,
            workspace_id=workspace_id,
            wanted=None if topic is None else wanted(topic),
            limit=_ARTICLES,
            since=since,
        )
        query = query.where(revisions.c.id.in_(last))
    rows = connection.execute(query.limit(limit)).all()
    texts = of_ids(connection, sorted({row.revision_id for row in rows}))
    return tuple(
        (texts[row.revision_id], _noun(row, texts[row.revision_id].text))
        for row in rows
    )


def _row(revision_id: int, position: int, figure: Figure) -> dict[str, Any]:
    return {
        "revision_id": revision_id,
        "position": position,
        "start": figure.start,
        "end": figure.end,
        "value": figure.value,
        "unit": figure.unit,
        "what": figure.what,
        "sentence_start": figure.sentence.start,
        "sentence_end": figure.sentence.end,
    }


def _noun(row: Row[Any], text: str) -> Figure:
    return Figure(
        start=row.start,
        end=row.end,
        text=text[row.start : row.end],
        value=row.value,
        unit=row.unit,
        what=row.what,
        sentence=Span(start=row.sentence_start, end=row.sentence_end),
    )
