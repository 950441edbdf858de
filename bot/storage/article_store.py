"""Articles and their revisions: which piece of news, in which version.

An article is known by its source and by every id under which the source has given it:
its own and, where it says that it replaces an earlier one, that one's. So a correction
that comes before the text it corrects still ends up with it. `store` and
`store_analysis` are the intake's, which reads for everybody: they name no workspace.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, or_, select, update

from bot.model import Source, StoredArticle
from bot.storage import (
    article_search,
    figure_store,
    published_article_store,
    quote_store,
)
from bot.storage.revision_store import REVISION_COLUMNS, REVISION_JOIN, article_from_row
from bot.storage.schema import article_ids, articles, revisions, sources
from bot.storage.source_store import filter_visible_sources
from digests.language.normalization import revision_hash
from digests.types import Article, Figure, Quote

#: A feed can call its items by whole paragraphs; an index entry has an end.
_MAX_ID_LENGTH = 500
#: How many values one question may name.
_BATCH_SIZE = 500

T = TypeVar("T")


def store_article(
    connection: Connection,
    source: Source,
    article: Article,
    *,
    now: datetime,
    names: Sequence[str] = (),
    baseline: bool = False,
) -> tuple[StoredArticle, bool]:
    """Keep what the source gave; True when this version was not known before.

    Args:
        connection: Inside a transaction.
        source: Where the article comes from.
        article: Its `id` and `revises` are the source's own.
        now: When it was fetched.
        names: Further names by which the source's article is known again; of several
            that are, the first says which one it is.
        baseline: Keep it as if it had been told: `fresh` leaves it out.

    A new version becomes the current one unless it is dated before the current one.
    """
    # One at a time for each source: two could make one article twice.
    connection.execute(
        select(sources.c.id)
        .where(sources.c.id == source.id)
        .with_for_update(key_share=True)
    )
    name = _shorten_id(article.id)
    article_id = _get_article_id(connection, source, article, names, now)
    known = _find_revision(connection, article_id, article)
    if known is not None:
        stored, is_new = _reuse_revision(connection, known, name), False
    else:
        stored = _add_revision(connection, article_id, article, name, now, baseline)
        is_new = True
    turned = stored.current and not (known is not None and known.current)
    if turned and stored.first_seen != now:
        published_article_store.mark_article_changed(
            connection, article_id=article_id, now=now
        )
    return stored, is_new


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownArticle:
    """An article that a source gave before: its current text, and all its versions."""

    article: Article
    hashes: frozenset[str]
    #: When the current version was fetched, and whether it counts as told.
    fetched_at: datetime
    baseline: bool


def find_known_articles(
    connection: Connection, *, source_id: int, names: Collection[str]
) -> dict[str, KnownArticle]:
    """Find what the source gave before under any of these names, by the name."""
    short = {_shorten_id(name): name for name in names}
    ids: dict[str, int] = {}
    for some in _batched(short, _BATCH_SIZE):
        rows = connection.execute(
            select(article_ids.c.external_id, article_ids.c.article_id).where(
                article_ids.c.source_id == source_id,
                article_ids.c.external_id.in_(some),
            )
        )
        ids |= {short[row.external_id]: row.article_id for row in rows}
    found = _load_known_articles(connection, sorted(set(ids.values())))
    return {name: found[key] for name, key in ids.items() if key in found}


def _load_known_articles(
    connection: Connection, keys: Sequence[int]
) -> dict[int, KnownArticle]:
    hashes: dict[int, set[str]] = defaultdict(set)
    current: dict[int, Row[Any]] = {}
    for some in _batched(keys, _BATCH_SIZE):
        mine = revisions.c.article_id.in_(some)
        for key, version in connection.execute(
            select(revisions.c.article_id, revisions.c.hash).where(mine)
        ):
            hashes[key].add(version)
        rows = connection.execute(
            select(*REVISION_COLUMNS, revisions.c.baseline)
            .select_from(REVISION_JOIN)
            .where(mine, revisions.c.current)
        )
        current |= {row.article_id: row for row in rows}
    return {
        key: KnownArticle(
            article=article_from_row(row),
            hashes=frozenset(hashes[key]),
            fetched_at=row.fetched_at,
            baseline=row.baseline,
        )
        for key, row in current.items()
    }


def store_analysis(
    connection: Connection,
    *,
    revision_id: int,
    quotes: Sequence[Quote],
    figures: Sequence[Figure],
) -> None:
    """Keep what was read out of a revision, in place of what was kept before."""
    quote_store.store_quotes(connection, revision_id=revision_id, found=quotes)
    figure_store.store_figures(connection, revision_id=revision_id, found=figures)


def list_fresh_articles(
    connection: Connection,
    *,
    source_ids: Sequence[int],
    since: datetime,
    until: datetime | None = None,
    called: Mapping[int, str] | None = None,
    include_baseline: bool = False,
) -> tuple[Article, ...]:
    """List the current versions that came in from `since` on, newest first.

    `until` leaves out those that came in then or later.

    What counts as told from the start (`baseline`) is among them with `told_too` only.
    What counts is when we fetched them: a late find is news to us, and whether it is
    too old to be told is the composer's to say. The caller has the ids from a digest,
    which may call some of them by other names; an outlet that a text names stays.
    """
    names = called or {}
    then = [] if until is None else [revisions.c.fetched_at < until]
    if not include_baseline:
        then.append(~revisions.c.baseline)
    found = connection.execute(
        select(*REVISION_COLUMNS)
        .select_from(REVISION_JOIN)
        .where(
            revisions.c.current,
            revisions.c.fetched_at >= since,
            articles.c.source_id.in_(source_ids),
            *then,
        )
        .order_by(revisions.c.dated_at.desc(), revisions.c.id.desc())
    )
    return tuple(
        article_from_row(row)
        if row.source_id not in names or row.outlet not in (None, row.source_name)
        else replace(article_from_row(row), source=names[row.source_id])
        for row in found
    )


def find_article(
    connection: Connection,
    *,
    workspace_id: int,
    article_id: int,
    revision: str | None = None,
) -> tuple[Article, StoredArticle] | None:
    """Find an article, in its current version or in the one with this hash.

    One whose text was let go, because it was too old, is not there.
    """
    version = revisions.c.current if revision is None else revisions.c.hash == revision
    kept = or_(revisions.c.text != "", revisions.c.title.is_not(None))
    row = connection.execute(
        select(*REVISION_COLUMNS)
        .select_from(REVISION_JOIN)
        .where(
            articles.c.id == article_id,
            version,
            kept,
            filter_visible_sources(workspace_id),
        )
    ).first()
    return (article_from_row(row), _stored_article_from_row(row)) if row else None


def _get_article_id(
    connection: Connection,
    source: Source,
    article: Article,
    further: Sequence[str],
    now: datetime,
) -> int:
    """Give the article's key, made when none of its names was heard before."""
    given = (article.id, article.revises, *further)
    names = list(dict.fromkeys(_shorten_id(name) for name in given if name))
    found = {
        row.external_id: row.article_id
        for row in connection.execute(
            select(article_ids).where(
                article_ids.c.source_id == source.id,
                article_ids.c.external_id.in_(names),
            )
        )
    }
    article_id = next((found[name] for name in names if name in found), None)
    if article_id is None:
        article_id = connection.execute(
            articles.insert()
            .values(source_id=source.id, url=article.url, first_seen=now)
            .returning(articles.c.id)
        ).scalar_one()
    unheard = [name for name in names if name not in found]
    if unheard:
        connection.execute(
            article_ids.insert(),
            [
                {"source_id": source.id, "external_id": name, "article_id": article_id}
                for name in unheard
            ],
        )
    return int(article_id)


def _find_revision(
    connection: Connection, article_id: int, article: Article
) -> Row[Any] | None:
    query: Select[Any] = (
        select(*REVISION_COLUMNS, revisions.c.external_id, revisions.c.dated_at)
        .select_from(REVISION_JOIN)
        .where(articles.c.id == article_id, revisions.c.hash == _revision_hash(article))
    )
    return connection.execute(query).first()


def _reuse_revision(connection: Connection, row: Row[Any], name: str) -> StoredArticle:
    """A version we have; under the current one's name, the source went back to it."""
    back = (
        row.external_id == name
        and not row.current
        and (
            connection.execute(
                select(revisions.c.external_id).where(
                    revisions.c.article_id == row.article_id, revisions.c.current
                )
            ).scalar()
            == name
        )
    )
    if not back:
        return _stored_article_from_row(row)
    _retire_current_revision(connection, row.article_id)
    connection.execute(
        update(revisions).where(revisions.c.id == row.id).values(current=True)
    )
    _index_revision(connection, row)
    return _stored_article_from_row(row, current=True)


def _add_revision(
    connection: Connection,
    article_id: int,
    article: Article,
    name: str,
    now: datetime,
    baseline: bool,
) -> StoredArticle:
    current = _is_newer(connection, article_id, article)
    if current:
        _retire_current_revision(connection, article_id)
        if article.url is not None:
            connection.execute(
                update(articles)
                .where(articles.c.id == article_id)
                .values(url=article.url)
            )
    revision_id = connection.execute(
        revisions.insert()
        .values(
            article_id=article_id,
            hash=_revision_hash(article),
            external_id=name,
            current=current,
            fetched_at=now,
            dated_at=min(article.published or now, now),
            published=article.published,
            outlet=article.source or None,
            author=article.author,
            lang=article.lang,
            sample=article.sample,
            excerpt=article.excerpt,
            baseline=baseline,
            title=article.title,
            text=article.text,
        )
        .returning(revisions.c.id)
    ).scalar_one()
    query: Select[Any] = (
        select(*REVISION_COLUMNS, revisions.c.dated_at)
        .select_from(REVISION_JOIN)
        .where(revisions.c.id == revision_id)
    )
    row = connection.execute(query).one()
    if current:
        _index_revision(connection, row)
    return _stored_article_from_row(row)


def _index_revision(connection: Connection, row: Row[Any]) -> None:
    article = article_from_row(row)
    article_search.index_revision(
        connection,
        revision_id=row.id,
        source_id=row.source_id,
        dated_at=row.dated_at,
        article=article,
    )


def _is_newer(connection: Connection, article_id: int, article: Article) -> bool:
    before = connection.execute(
        select(revisions.c.published).where(
            revisions.c.article_id == article_id, revisions.c.current
        )
    ).first()
    if before is None or before.published is None or article.published is None:
        return True
    return bool(article.published >= before.published)


def _retire_current_revision(connection: Connection, article_id: int) -> None:
    article_search.remove_article_from_index(connection, article_id=article_id)
    connection.execute(
        update(revisions)
        .where(revisions.c.article_id == article_id, revisions.c.current)
        .values(current=False)
    )


def _batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    several = iter(things)
    while some := list(islice(several, size)):
        yield some


def _revision_hash(article: Article) -> str:
    return article.revision or revision_hash(article.title, article.text)


def _shorten_id(name: str) -> str:
    if len(name) <= _MAX_ID_LENGTH:
        return name
    return "sha256:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _stored_article_from_row(
    row: Row[Any], *, current: bool | None = None
) -> StoredArticle:
    return StoredArticle(
        article_id=row.article_id,
        revision_id=row.id,
        source_id=row.source_id,
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        current=row.current if current is None else current,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleArrival:
    """How an article's current text came in."""

    fetched_at: datetime
    #: It counts as told from the start.
    baseline: bool


def find_article_arrival(
    connection: Connection, *, workspace_id: int, article_id: int
) -> ArticleArrival | None:
    """Tell how an article that the workspace may see came in."""
    row = connection.execute(
        select(revisions.c.fetched_at, revisions.c.baseline)
        .select_from(REVISION_JOIN)
        .where(
            revisions.c.article_id == article_id,
            revisions.c.current,
            filter_visible_sources(workspace_id),
        )
    ).first()
    return (
        ArticleArrival(fetched_at=row.fetched_at, baseline=row.baseline)
        if row
        else None
    )
