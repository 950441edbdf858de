"""What workspaces use of their quotas, and the stored texts that can go beyond them.

What several workspaces read is stored once. Each of them is charged its part of it, so
that the parts of all add up to what is stored: a hundred readers of one feed pay a
hundredth each, and a second workspace does not make anything free. A source is pruned
early only if every workspace that reads it is over its quota: nobody loses texts
because of others. Texts that an edition shows always stay.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Subquery, func, or_, select, union_all

from bot.model.quotas import Quotas, QuotaUse
from bot.model.scope import Scope
from bot.model.workspace import Workspace
from bot.storage.deletion_store import empty_articles
from bot.storage.personal_digest_store import count_personal_digests
from bot.storage.schema import (
    articles,
    digest_sources,
    digests,
    published_articles,
    revisions,
    sources,
    workspaces,
)
from bot.storage.schema.configuration_tables import IS_WORKSPACE_DIGEST
from bot.storage.source_store import HAS_TEXT, TEXT_SIZE
from bot.storage.statements import (
    Condition,
    count_rows,
    delete_rows,
    first_scalar,
    from_row,
    in_scope,
    list_all,
    update_rows,
)
from digests.types import frozen

_SOURCE, _LINK, _ARTICLE = sources.c, digest_sources.c, articles.c
_WORKSPACE = workspaces.c
#: Condition: an edition shows the article.
_IS_SHOWN = select(1).where(published_articles.c.article_id == _ARTICLE.id).exists()
#: Articles of a source that stay known without their texts when it is pruned, so that
#: they are not news again: several times as many as one reading of it can list.
KNOWN_ARTICLES = 2_000


def list_uses(conn: Connection, scope: Scope, quotas: Quotas) -> tuple[QuotaUse, ...]:
    """List how much the workspace uses of each quota that has a limit."""
    read = select(func.count(_LINK.source_id.distinct())).where(
        in_scope(digest_sources, scope)
    )
    mine = _WORKSPACE.id == scope.workspace_id
    stored = select(_WORKSPACE.stored_articles).where(mine)
    counts = (
        ("sources", first_scalar(conn, read), quotas.sources),
        (
            "digests",
            count_rows(conn, digests, in_scope(digests, scope), IS_WORKSPACE_DIGEST),
            quotas.digests,
        ),
        (
            "personal_digests",
            count_personal_digests(conn, scope),
            quotas.personal_digests,
        ),
        ("articles", first_scalar(conn, stored), quotas.articles),
    )
    return tuple(
        QuotaUse(name=name, used=used or 0, limit=limit)  # type: ignore[arg-type]
        for name, used, limit in counts
        if limit
    )


def list_article_uses(
    conn: Connection, limit: int, share: float
) -> tuple[tuple[Workspace, QuotaUse], ...]:
    """List the workspaces that use at least this share of the limit of articles."""
    stored = _WORKSPACE.stored_articles
    much = (stored >= limit * share, _WORKSPACE.left_at.is_(None))
    query = select(workspaces).where(*much).order_by(_WORKSPACE.id)
    return tuple(
        (
            from_row(Workspace, row),
            QuotaUse(name="articles", used=row.stored_articles, limit=limit),
        )
        for row in conn.execute(query)
    )


# ── parts of what is stored ────────────────────────────────────────────────────


def measure_parts(conn: Connection) -> dict[int, int]:
    """Measure the part of each workspace in the stored articles, by its key."""
    parts = _select_parts()
    total = func.sum(parts.c.part)
    query = select(parts.c.workspace_id, total).group_by(parts.c.workspace_id)
    # A source that was set up since the last count has none.
    return {key: round(part or 0) for key, part in list_all(conn, query, tuple)}


def measure_part(conn: Connection, scope: Scope) -> int:
    """Measure the part of one workspace in the stored articles."""
    parts = _select_parts(scope)
    return round(first_scalar(conn, select(func.sum(parts.c.part))) or 0)


def _select_parts(scope: Scope | None = None) -> Subquery:
    """Select the part of each source that each workspace, or only one, is charged."""
    links = [] if scope is None else [in_scope(digest_sources, scope)]
    own: Condition = _SOURCE.workspace_id.is_not(None)
    if scope is not None:
        own = in_scope(sources, scope)
    read = select(_LINK.workspace_id, _LINK.source_id).where(*links).distinct()
    reading = read.subquery()
    readers = (
        select(_LINK.source_id, func.count(_LINK.workspace_id.distinct()).label("n"))
        .where(_LINK.source_id.in_(select(reading.c.source_id)))
        .group_by(_LINK.source_id)
        .subquery()
    )
    part = (_SOURCE.stored_articles * 1.0 / readers.c.n).label("part")
    public = (
        select(reading.c.workspace_id, part)
        .join(sources, _SOURCE.id == reading.c.source_id)
        .join(readers, readers.c.source_id == reading.c.source_id)
        .where(_SOURCE.workspace_id.is_(None), _SOURCE.stored_articles > 0)
    )
    private = select(_SOURCE.workspace_id, _SOURCE.stored_articles * 1.0).where(own)
    return union_all(public, private).subquery()


def list_saved_parts(conn: Connection) -> dict[int, int]:
    """List the parts that were saved, by workspace."""
    stored = _WORKSPACE.stored_articles
    query = select(_WORKSPACE.id, stored).where(stored.is_not(None))
    return dict(list_all(conn, query, tuple))


def save_parts(conn: Connection, parts: Mapping[int, int]) -> None:
    """Save the parts of these workspaces."""
    for key, part in parts.items():
        update_rows(conn, workspaces, _WORKSPACE.id == key, stored_articles=part)


# ── what can go ────────────────────────────────────────────────────────────────


@frozen
class StoredText:
    """An article with its texts, which no edition shows."""

    article_id: int
    #: The sum of `count_text` over its texts.
    size: int


def list_oldest_texts(
    conn: Connection, scope: Scope, limit: int, count: int
) -> tuple[StoredText, ...]:
    """List the oldest texts that can go because the workspace is over its quota.

    Args:
        conn: Only read from.
        scope: The workspace.
        limit: The quota of stored articles; who is over it was saved.
        count: Maximum number of articles.
    """
    within = select(_WORKSPACE.id).where(
        or_(_WORKSPACE.stored_articles.is_(None), _WORKSPACE.stored_articles <= limit)
    )
    spared = select(_LINK.source_id).where(_LINK.workspace_id.in_(within))
    read = select(_LINK.source_id).where(in_scope(digest_sources, scope))
    public = _SOURCE.workspace_id.is_(None) & _SOURCE.id.in_(read)
    mine = or_(in_scope(sources, scope), public & _SOURCE.id.not_in(spared))
    return _list_oldest_texts(conn, select(_SOURCE.id).where(mine), count)


def list_unread_texts(
    conn: Connection, before: datetime, count: int
) -> tuple[StoredText, ...]:
    """List the oldest texts of public sources that nobody reads, since `before`."""
    left = (
        _SOURCE.workspace_id.is_(None),
        _SOURCE.requested_at < before,
        _SOURCE.stored_articles > 0,
        ~select(1).where(_LINK.source_id == _SOURCE.id).exists(),
    )
    return _list_oldest_texts(conn, select(_SOURCE.id).where(*left), count)


def _list_oldest_texts(
    conn: Connection, of: Select[Any], count: int
) -> tuple[StoredText, ...]:
    oldest = (
        select(_ARTICLE.id, revisions.c.fetched_at)
        .join(revisions, revisions.c.article_id == _ARTICLE.id)
        .where(_ARTICLE.source_id.in_(of), revisions.c.current, HAS_TEXT, ~_IS_SHOWN)
        .order_by(revisions.c.fetched_at, _ARTICLE.id)
        .limit(count)
        .subquery()
    )
    query = (
        select(oldest.c.id.label("article_id"), func.sum(TEXT_SIZE).label("size"))
        .join(revisions, revisions.c.article_id == oldest.c.id)
        .where(HAS_TEXT)
        .group_by(oldest.c.id, oldest.c.fetched_at)
        .order_by(oldest.c.fetched_at, oldest.c.id)
    )
    return list_all(conn, query, StoredText)


def prune_texts(conn: Connection, article_ids: Collection[int]) -> None:
    """Delete the texts of these articles, and what is known of very old ones.

    Those that an edition shows by now are kept.
    """
    unshown = select(_ARTICLE.source_id, _ARTICLE.id).where(
        _ARTICLE.id.in_(article_ids), ~_IS_SHOWN
    )
    rows = list_all(conn, unshown, tuple)
    empty_articles(conn, [key for _, key in rows])
    for source in {source for source, _ in rows}:
        _forget_oldest(conn, source, 2 * len(rows))


def _forget_oldest(conn: Connection, source_id: int, count: int) -> None:
    """Delete up to so many articles without texts, beyond the newest of the source."""
    mine = _ARTICLE.source_id == source_id
    newest = select(_ARTICLE.id).where(mine).order_by(_ARTICLE.id.desc())
    last = first_scalar(conn, newest.offset(KNOWN_ARTICLES).limit(1)) or 0
    texts = select(1).where(revisions.c.article_id == _ARTICLE.id, HAS_TEXT)
    old = (mine, _ARTICLE.id <= last, ~_IS_SHOWN, ~texts.exists())
    oldest = select(_ARTICLE.id).where(*old).order_by(_ARTICLE.id).limit(count)
    delete_rows(conn, articles, _ARTICLE.id.in_(oldest))
