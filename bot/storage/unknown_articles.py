"""Store the articles of a reading that were never heard of, in a few statements.

A reading has up to thousands of them, and other processes wait while they are stored.
Whatever may be a revision of another article is left to `article_store`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.model.digest import Source, StoredArticle
from bot.storage.article_store import (
    build_stored_article,
    find_article_ids,
    hash_article,
    index_row,
    list_names,
    lock_source,
    select_revisions,
    shorten_id,
)
from bot.storage.revision_store import build_revision_row
from bot.storage.schema import article_ids, articles, revisions
from bot.storage.statements import batched, insert_all, insert_rows
from digests.types import Article, frozen


@frozen
class OfferedArticle:
    """An article as its source offers it."""

    article: Article
    #: Further names that identify it.
    names: tuple[str, ...] = ()
    #: Stored as if it had been published.
    baseline: bool = False


def store_unknown_articles(
    conn: Connection, source: Source, found: Sequence[OfferedArticle], now: datetime
) -> list[StoredArticle | None]:
    """Store those articles of which no name is known, all in a few statements.

    Returns:
        For each article what was stored; None for one that may be a revision of a
        stored article, or of another one here: `store_article` decides about it, after
        this.
    """
    lock_source(conn, source.id)
    named = [list_names(one.article, one.names) for one in found]
    counts = Counter(name for names in named for name in names)
    known: set[str] = set()
    for some in batched(counts):
        known |= find_article_ids(conn, source.id, some).keys()
    stored: list[StoredArticle | None] = [None] * len(found)
    new = [
        number
        for number, names in enumerate(named)
        if found[number].article.revises is None
        and all(name not in known and counts[name] == 1 for name in names)
    ]
    mine = {"source_id": source.id, "first_seen": now}
    urls = [{"url": found[number].article.url, **mine} for number in new]
    keys = dict(zip(new, insert_rows(conn, articles, urls), strict=True))
    ids = [
        {"source_id": source.id, "external_id": name, "article_id": keys[number]}
        for number in new
        for name in named[number]
    ]
    insert_all(conn, article_ids, ids)
    rows = [
        build_revision_row(
            keys[number],
            external_id=shorten_id(found[number].article.id),
            article=found[number].article,
            hash=hash_article(found[number].article),
            now=now,
            current=True,
            baseline=found[number].baseline,
        )
        for number in new
    ]
    numbers = dict(zip(insert_rows(conn, revisions, rows), new, strict=True))
    for revision_ids in batched(numbers):
        query = select_revisions(revisions.c.id.in_(revision_ids))
        for row in conn.execute(query).all():
            index_row(conn, row)
            stored[numbers[row.id]] = build_stored_article(row)
    return stored
