"""Verbs on articles and their revisions: which piece of news, in which version.

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

from bot.storage import figures as figure_verbs
from bot.storage import quotes as quote_verbs
from bot.storage import search, told_articles
from bot.storage.revisions import COLUMNS, JOINED, noun
from bot.storage.schema import article_ids, articles, revisions, sources
from bot.storage.sources import visible
from bot.types import Source, StoredArticle
from digests.language.clean import revision as revision_hash
from digests.types import Article, Figure, Quote

#: A feed can call its items by whole paragraphs; an index entry has an end.
_LONGEST_ID = 500
#: How many values one question may name.
_AT_ONCE = 500

T = TypeVar("T")


def store(
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
    name = _short(article.id)
    article_id = _identify(connection, source, article, names, now)
    known = _known(connection, article_id, article)
    if known is not None:
        stored, is_new = _seen_again(connection, known, name), False
    else:
        stored = _add(connection, article_id, article, name, now, baseline)
        is_new = True
    turned = stored.current and not (known is not None and known.current)
    if turned and stored.first_seen != now:
        told_articles.changed(connection, article_id=article_id, now=now)
    return stored, is_new


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """An article that a source gave before: its current text, and all its versions."""

    article: Article
    hashes: frozenset[str]
    #: When the current version was fetched, and whether it counts as told.
    fetched_at: datetime
    baseline: bool


def heard(
    connection: Connection, *, source_id: int, names: Collection[str]
) -> dict[str, Heard]:
    """Find what the source gave before under any of these names, by the name."""
    short = {_short(name): name for name in names}
    ids: dict[str, int] = {}
    for some in _batched(short, _AT_ONCE):
        rows = connection.execute(
            select(article_ids.c.external_id, article_ids.c.article_id).where(
                article_ids.c.source_id == source_id,
                article_ids.c.external_id.in_(some),
            )
        )
        ids |= {short[row.external_id]: row.article_id for row in rows}
    found = _heard(connection, sorted(set(ids.values())))
    return {name: found[key] for name, key in ids.items() if key in found}


def _heard(connection: Connection, keys: Sequence[int]) -> dict[int, Heard]:
    hashes: dict[int, set[str]] = defaultdict(set)
    current: dict[int, Row[Any]] = {}
    for some in _batched(keys, _AT_ONCE):
        mine = revisions.c.article_id.in_(some)
        for key, version in connection.execute(
            select(revisions.c.article_id, revisions.c.hash).where(mine)
        ):
            hashes[key].add(version)
        rows = connection.execute(
            select(*COLUMNS, revisions.c.baseline)
            .select_from(JOINED)
            .where(mine, revisions.c.current)
        )
        current |= {row.article_id: row for row in rows}
    return {
        key: Heard(
            article=noun(row),
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
    quote_verbs.store(connection, revision_id=revision_id, quotes=quotes)
    figure_verbs.store(connection, revision_id=revision_id, figures=figures)


def fresh(
    connection: Connection,
    *,
    source_ids: Sequence[int],
    since: datetime,
    until: datetime | None = None,
    called: Mapping[int, str] | None = None,
    told_too: bool = False,
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
    if not told_too:
        then.append(~revisions.c.baseline)
    found = connection.execute(
        select(*COLUMNS)
        .select_from(JOINED)
        .where(
            revisions.c.current,
            revisions.c.fetched_at >= since,
            articles.c.source_id.in_(source_ids),
            *then,
        )
        .order_by(revisions.c.dated_at.desc(), revisions.c.id.desc())
    )
    return tuple(
        noun(row)
        if row.source_id not in names or row.outlet not in (None, row.source_name)
        else replace(noun(row), source=names[row.source_id])
        for row in found
    )


def by_id(
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
        select(*COLUMNS)
        .select_from(JOINED)
        .where(articles.c.id == article_id, version, kept, visible(workspace_id))
    ).first()
    return (noun(row), _stored(row)) if row else None


def _identify(
    connection: Connection,
    source: Source,
    article: Article,
    further: Sequence[str],
    now: datetime,
) -> int:
    """Give the article's key, made when none of its names was heard before."""
    given = (article.id, article.revises, *further)
    names = list(dict.fromkeys(_short(name) for name in given if name))
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


def _known(
    connection: Connection, article_id: int, article: Article
) -> Row[Any] | None:
    query: Select[Any] = (
        select(*COLUMNS, revisions.c.external_id, revisions.c.dated_at)
        .select_from(JOINED)
        .where(articles.c.id == article_id, revisions.c.hash == _hash(article))
    )
    return connection.execute(query).first()


def _seen_again(connection: Connection, row: Row[Any], name: str) -> StoredArticle:
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
        return _stored(row)
    _retire(connection, row.article_id)
    connection.execute(
        update(revisions).where(revisions.c.id == row.id).values(current=True)
    )
    _let_find(connection, row)
    return _stored(row, current=True)


def _add(
    connection: Connection,
    article_id: int,
    article: Article,
    name: str,
    now: datetime,
    baseline: bool,
) -> StoredArticle:
    current = _outdates(connection, article_id, article)
    if current:
        _retire(connection, article_id)
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
            hash=_hash(article),
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
        select(*COLUMNS, revisions.c.dated_at)
        .select_from(JOINED)
        .where(revisions.c.id == revision_id)
    )
    row = connection.execute(query).one()
    if current:
        _let_find(connection, row)
    return _stored(row)


def _let_find(connection: Connection, row: Row[Any]) -> None:
    article = noun(row)
    search.keep(
        connection,
        revision_id=row.id,
        source_id=row.source_id,
        dated_at=row.dated_at,
        article=article,
    )


def _outdates(connection: Connection, article_id: int, article: Article) -> bool:
    before = connection.execute(
        select(revisions.c.published).where(
            revisions.c.article_id == article_id, revisions.c.current
        )
    ).first()
    if before is None or before.published is None or article.published is None:
        return True
    return bool(article.published >= before.published)


def _retire(connection: Connection, article_id: int) -> None:
    search.drop(connection, article_id=article_id)
    connection.execute(
        update(revisions)
        .where(revisions.c.article_id == article_id, revisions.c.current)
        .values(current=False)
    )


def _batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    several = iter(things)
    while some := list(islice(several, size)):
        yield some


def _hash(article: Article) -> str:
    return article.revision or revision_hash(article.title, article.text)


def _short(name: str) -> str:
    if len(name) <= _LONGEST_ID:
        return name
    return "sha256:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _stored(row: Row[Any], *, current: bool | None = None) -> StoredArticle:
    return StoredArticle(
        article_id=row.article_id,
        revision_id=row.id,
        source_id=row.source_id,
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        current=row.current if current is None else current,
    )
