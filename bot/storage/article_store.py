"""Articles and their revisions.

An article is identified by its source and by every id under which the source has
published it: its own and, if it replaces an earlier one, that one's. So a correction
that arrives before the text that it corrects still belongs to the same article.

`store_article` is used by the ingest, which works for all workspaces.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from bot.model.digest import Source, StoredArticle
from bot.model.scope import Scope
from bot.storage.article_search import index_revision, remove_article_from_index
from bot.storage.published_article_store import mark_article_changed
from bot.storage.revision_store import (
    REVISION_COLUMNS,
    REVISION_JOIN,
    article_from_row,
    insert_revision,
)
from bot.storage.schema import article_ids, articles, revisions, sources
from bot.storage.statements import (
    Condition,
    batched,
    filter_visible_sources,
    find_first,
    first_scalar,
    from_row,
    insert_all,
    insert_row,
    list_all,
    update_rows,
)
from digests.language.normalization import revision_hash
from digests.types import Article

#: Maximum length of an id: a feed can use whole paragraphs; index entries are limited.
_MAX_ID_LENGTH = 500
_REVISION = revisions.c


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownArticle:
    """A stored article of a source: its current text and all its revisions."""

    article: Article
    hashes: frozenset[str]
    #: When the current revision was fetched, and whether it counts as published.
    fetched_at: datetime
    baseline: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleArrival:
    """When an article's current text was fetched."""

    fetched_at: datetime
    #: It counted as already published when it arrived.
    baseline: bool


def store_article(
    conn: Connection,
    source: Source,
    article: Article,
    now: datetime,
    names: Sequence[str] = (),
    baseline: bool = False,
) -> tuple[StoredArticle, bool]:
    """Store an article from a source; True if this revision is new.

    Args:
        conn: Inside a transaction.
        source: Source of the article.
        article: Its `id` and `revises` are the source's ids.
        now: When it was fetched.
        names: Further names that identify the source's article; the first that is
            known decides which one it is.
        baseline: Store it as if it had been published: `list_fresh_articles` leaves
            it out.

    A new revision becomes the current one unless it is dated before the current one.
    """
    # Serialized per source: two transactions could create one article twice.
    row = select(sources.c.id).where(sources.c.id == source.id)
    conn.execute(row.with_for_update(key_share=True))
    name = _shorten_id(article.id)
    article_id = _get_article_id(conn, source, article, names, now)
    same_text = _REVISION.hash == _revision_hash(article)
    known = conn.execute(
        _select_revisions(articles.c.id == article_id, same_text)
    ).first()
    if known is not None:
        stored, is_new = _reuse_revision(conn, known, name), False
    else:
        stored = _add_revision(conn, article_id, article, name, now, baseline)
        is_new = True
    turned = stored.current and not (known is not None and known.current)
    if turned and stored.first_seen != now:
        mark_article_changed(conn, article_id, now)
    return stored, is_new


def find_known_articles(
    conn: Connection, source_id: int, names: Collection[str]
) -> dict[str, KnownArticle]:
    """Find the source's stored articles with these names, by name."""
    short = {_shorten_id(name): name for name in names}
    ids: dict[str, int] = {}
    for some in batched(short):
        found = _find_article_ids(conn, source_id, some)
        ids |= {short[name]: key for name, key in found.items()}
    known = _load_known_articles(conn, sorted(set(ids.values())))
    return {name: known[key] for name, key in ids.items() if key in known}


def _find_article_ids(
    conn: Connection, source_id: int, names: Sequence[str]
) -> dict[str, int]:
    column = article_ids.c
    mine = (column.source_id == source_id, column.external_id.in_(names))
    query = select(column.external_id, column.article_id).where(*mine)
    return dict(list_all(conn, query, tuple))


def _load_known_articles(
    conn: Connection, keys: Sequence[int]
) -> dict[int, KnownArticle]:
    hashes: dict[int, set[str]] = defaultdict(set)
    current: dict[int, Row[Any]] = {}
    for some in batched(keys):
        mine = _REVISION.article_id.in_(some)
        all_hashes = select(_REVISION.article_id, _REVISION.hash).where(mine)
        for key, version in conn.execute(all_hashes):
            hashes[key].add(version)
        query = select(*REVISION_COLUMNS, _REVISION.baseline).select_from(REVISION_JOIN)
        rows = conn.execute(query.where(mine, _REVISION.current))
        current |= {row.article_id: row for row in rows}
    return {
        key: from_row(
            KnownArticle,
            row,
            article=article_from_row(row),
            hashes=frozenset(hashes[key]),
        )
        for key, row in current.items()
    }


def list_fresh_articles(
    conn: Connection,
    source_ids: Sequence[int],
    since: datetime,
    until: datetime | None = None,
    called: Mapping[int, str] | None = None,
    include_baseline: bool = False,
) -> tuple[Article, ...]:
    """List the current revisions that were fetched from `since` on, newest first.

    The time of fetching counts, because an article found late is still news; the
    composer decides whether it is too old.

    Args:
        conn: Inside a transaction.
        source_ids: Keys of the sources, from a digest.
        since: Earliest time of fetching.
        until: Excludes what was fetched then or later.
        called: Names of sources in the digest; they do not replace an outlet that the
            text itself names.
        include_baseline: Include what counted as already published when it arrived.
    """
    names = called or {}
    then = [] if until is None else [_REVISION.fetched_at < until]
    if not include_baseline:
        then.append(~_REVISION.baseline)
    here = articles.c.source_id.in_(source_ids)
    found = conn.execute(
        select(*REVISION_COLUMNS)
        .select_from(REVISION_JOIN)
        .where(_REVISION.current, _REVISION.fetched_at >= since, here, *then)
        .order_by(_REVISION.dated_at.desc(), _REVISION.id.desc())
    )
    return tuple(
        article_from_row(row)
        if row.source_id not in names or row.outlet not in (None, row.source_name)
        else replace(article_from_row(row), source=names[row.source_id])
        for row in found
    )


def find_article(
    conn: Connection, scope: Scope, article_id: int, revision: str | None = None
) -> tuple[Article, StoredArticle] | None:
    """Find an article, in its current revision or in the one with this hash.

    None also if its text was deleted because of its age.
    """
    version = _REVISION.current if revision is None else _REVISION.hash == revision
    kept = or_(_REVISION.text != "", _REVISION.title.is_not(None))
    mine = articles.c.id == article_id
    query = _select_revisions(mine, version, kept, filter_visible_sources(scope))
    return find_first(
        conn, query, lambda row: (article_from_row(row), _stored_article(row))
    )


def find_article_arrival(
    conn: Connection, scope: Scope, article_id: int
) -> ArticleArrival | None:
    """Find when the current text of an article that the workspace sees was fetched."""
    query = select(_REVISION.fetched_at, _REVISION.baseline).select_from(REVISION_JOIN)
    mine = (*_is_current(article_id), filter_visible_sources(scope))
    return find_first(conn, query.where(*mine), ArticleArrival)


def _get_article_id(
    conn: Connection,
    source: Source,
    article: Article,
    further: Sequence[str],
    now: datetime,
) -> int:
    """Return the article's key; create the article if none of its names is known."""
    given = (article.id, article.revises, *further)
    names = list(dict.fromkeys(_shorten_id(name) for name in given if name))
    found = _find_article_ids(conn, source.id, names)
    article_id = next((found[name] for name in names if name in found), None)
    if article_id is None:
        new = {"source_id": source.id, "url": article.url, "first_seen": now}
        article_id = insert_row(conn, articles, **new)
    mine = {"source_id": source.id, "article_id": article_id}
    unknown = [{"external_id": name, **mine} for name in names if name not in found]
    insert_all(conn, article_ids, unknown)
    return article_id


def _reuse_revision(conn: Connection, row: Row[Any], name: str) -> StoredArticle:
    """Reuse a stored revision.

    Under the name of the current revision, the source reverted to the earlier text.
    """
    back = row.external_id == name and not row.current
    if back:
        newest = select(_REVISION.external_id).where(*_is_current(row.article_id))
        back = name == first_scalar(conn, newest)
    if not back:
        return _stored_article(row)
    _retire_current_revision(conn, row.article_id)
    update_rows(conn, revisions, _REVISION.id == row.id, current=True)
    _index_revision(conn, row)
    return _stored_article(row, current=True)


def _add_revision(
    conn: Connection,
    article_id: int,
    article: Article,
    name: str,
    now: datetime,
    baseline: bool,
) -> StoredArticle:
    current = _is_newer(conn, article_id, article)
    if current:
        _retire_current_revision(conn, article_id)
        if article.url is not None:
            mine = articles.c.id == article_id
            update_rows(conn, articles, mine, url=article.url)
    revision_id = insert_revision(
        conn,
        article_id,
        external_id=name,
        article=article,
        hash=_revision_hash(article),
        now=now,
        current=current,
        baseline=baseline,
    )
    query = _select_revisions(_REVISION.id == revision_id)
    row = conn.execute(query).one()
    if current:
        _index_revision(conn, row)
    return _stored_article(row)


def _select_revisions(*where: Condition) -> Select[Any]:
    columns = (*REVISION_COLUMNS, _REVISION.external_id, _REVISION.dated_at)
    return select(*columns).select_from(REVISION_JOIN).where(*where)


def _is_current(article_id: int) -> tuple[Condition, ...]:
    return _REVISION.article_id == article_id, _REVISION.current


def _index_revision(conn: Connection, row: Row[Any]) -> None:
    index_revision(
        conn,
        revision_id=row.id,
        source_id=row.source_id,
        dated_at=row.dated_at,
        article=article_from_row(row),
    )


def _is_newer(conn: Connection, article_id: int, article: Article) -> bool:
    query = select(_REVISION.published).where(*_is_current(article_id))
    before = first_scalar(conn, query)
    if before is None or article.published is None:
        return True
    return bool(article.published >= before)


def _retire_current_revision(conn: Connection, article_id: int) -> None:
    remove_article_from_index(conn, article_id)
    update_rows(conn, revisions, *_is_current(article_id), current=False)


def _revision_hash(article: Article) -> str:
    return article.revision or revision_hash(article.title, article.text)


def _shorten_id(name: str) -> str:
    if len(name) <= _MAX_ID_LENGTH:
        return name
    return "sha256:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _stored_article(row: Row[Any], **changes: Any) -> StoredArticle:
    return from_row(StoredArticle, row, revision_id=row.id, **changes)
