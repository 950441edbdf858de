"""Verbs on the full text index: the newest articles that hold what is looked for.

The index gives matches by the order in which they came in, so that the newest few
hundred cost the same however common a word is; which of them are best is for
`digests.asking` to say. It never sorts all matches by relevance.

Beside its words, each version is kept under marks that no text can hold: its source,
the words of its outlet, its week, and the block of keys it lies in. The sources that a
workspace may see are so part of the question to the index, and a small workspace finds
its own among a million of others; the rows that come out are held to `seen_by` all the
same. `keep` and `drop` are the intake's, which reads for everybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    cast,
    column,
    delete,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.revisions import COLUMNS, JOINED, noun, seen_by
from bot.storage.schema import articles, revisions, searchable, sources
from bot.storage.sources import visible
from digests.language.lookup import Group, Wanted, terms
from digests.types import Article

#: As in the migration that made the index.
_SOURCE, _OUTLET, _WEEK, _BLOCK, _BLOCK_BITS = "§", "¤", "‡", "¶", 12
#: More than so many sources or weeks are not named to the index: what they keep out is
#: then found by looking.
_MOST_NAMED = 256
#: Blocks of keys that PostgreSQL looks through before it takes all of them.
_WINDOWS = (4, 32)
_INDEX = table("searchable_index", column("rowid"), column("searchable_index"))


def keep(
    connection: Connection,
    *,
    revision_id: int,
    source_id: int,
    dated_at: datetime,
    article: Article,
) -> None:
    """Let a version be found; `article` is as `noun` of `revisions` gives it."""
    connection.execute(
        searchable.insert().values(
            revision_id=revision_id,
            terms=[
                f"{_SOURCE}{source_id}",
                f"{_WEEK}{_week(dated_at)}",
                f"{_BLOCK}{revision_id >> _BLOCK_BITS}",
                *(_OUTLET + word for word in terms(article.source)),
                *terms(f"{article.title or ''}\n{article.text}", article.lang),
            ],
        )
    )


def drop(connection: Connection, *, article_id: int) -> None:
    """Let no version of the article be found any more."""
    mine = select(revisions.c.id).where(revisions.c.article_id == article_id)
    connection.execute(delete(searchable).where(searchable.c.revision_id.in_(mine)))


def newest(
    connection: Connection,
    *,
    workspace_id: int,
    wanted: Wanted,
    limit: int,
    source_ids: Sequence[int] | None = None,
    outlet: str | None = None,
    that: Sequence[ColumnElement[bool]] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Article, ...]:
    """List the articles that came in last of those that hold all that is wanted.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        wanted: What must and must not stand there; nothing finds nothing.
        limit: How many at the most.
        source_ids: Only from these sources; None: from any.
        outlet: Words of the outlet's name; None: any.
        that: What must hold of the version besides.
        since: The article's date at the earliest.
        until: The article's date at the latest.
    """
    if not wanted:
        return ()
    conditions = list(that)
    if source_ids is not None:
        conditions.append(articles.c.source_id.in_(source_ids))
    if until is not None:
        conditions.append(revisions.c.dated_at <= until)
    groups = [((_OUTLET + word,),) for word in terms(outlet or "")]
    asked = replace(wanted, every=(*wanted.every, *groups))
    marks = _marks(connection, workspace_id, source_ids, since, until)
    if marks is None:
        return ()
    if since is not None:
        conditions.append(revisions.c.dated_at >= since)
    query = select(*COLUMNS).where(*seen_by(workspace_id), *conditions).limit(limit)
    return tuple(map(noun, _last(connection, query, _with(asked, marks), limit)))


def keys(
    connection: Connection,
    *,
    workspace_id: int,
    wanted: Wanted | None,
    limit: int,
    since: datetime | None = None,
) -> tuple[int, ...]:
    """List the keys of the versions that came in last of those that hold all of it.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        wanted: What must and must not stand there; None: anything may.
        limit: How many at the most.
        since: The article's date at the earliest.
    """
    marks = _marks(connection, workspace_id, None, since, None)
    if marks is None or (wanted is not None and not wanted):
        return ()
    query = select(revisions.c.id).where(*seen_by(workspace_id)).limit(limit)
    if since is not None:
        query = query.where(revisions.c.dated_at >= since)
    asked = _with(wanted or Wanted(), marks)
    return tuple(row.id for row in _last(connection, query, asked, limit))


def _marks(
    connection: Connection,
    workspace_id: int,
    source_ids: Sequence[int] | None,
    since: datetime | None,
    until: datetime | None,
) -> list[Group] | None:
    """Give the marks of sources and weeks to ask for; None: there is nothing to see."""
    named = _sources(connection, workspace_id, source_ids)
    if not named:
        return None
    weeks = _weeks(connection, since, until) if since is not None else []
    return [*_either(f"{_SOURCE}{key}" for key in named), *weeks]


def _with(wanted: Wanted, marks: Sequence[Group]) -> Wanted:
    return replace(wanted, every=(*wanted.every, *marks))


def _sources(
    connection: Connection, workspace_id: int, only: Sequence[int] | None
) -> list[int]:
    """List the keys of the sources to look in."""
    query = select(sources.c.id).where(visible(workspace_id))
    if only is not None:
        query = query.where(sources.c.id.in_(only))
    return list(connection.execute(query).scalars())


def _either(marks: Iterable[str]) -> list[Group]:
    """Ask for one of the marks, unless there are too many to name."""
    group = tuple((mark,) for mark in marks)
    return [group] if len(group) <= _MOST_NAMED else []


def _weeks(
    connection: Connection, since: datetime, until: datetime | None
) -> list[Group]:
    last = until
    if last is None:
        last = connection.execute(
            select(revisions.c.dated_at)
            .where(revisions.c.current)
            .order_by(revisions.c.dated_at.desc())
            .limit(1)
        ).scalar()
    if last is None:
        return []
    first = _week(since)
    return _either(f"{_WEEK}{n}" for n in range(first, max(first, _week(last)) + 1))


def _week(at: datetime) -> int:
    return at.astimezone(UTC).date().toordinal() // 7


def _last(
    connection: Connection, query: Select[Any], asked: Wanted, limit: int
) -> Iterable[Row[Any]]:
    """Give the rows of a query over `JOINED`, of matches only, the last first."""
    if not asked:
        last_first = query.select_from(JOINED).order_by(revisions.c.id.desc())
        return connection.execute(last_first)
    if connection.dialect.name == "sqlite":
        return _on_sqlite(connection, query, asked)
    return _on_postgresql(connection, query, asked, limit)


def _on_sqlite(
    connection: Connection, query: Select[Any], asked: Wanted
) -> Iterable[Row[Any]]:
    """Read matches from the last on; the index must lead, so its key is hidden."""
    hidden: ColumnElement[int] = literal_column("+searchable_index.rowid")
    found = (
        query.select_from(JOINED.join(_INDEX, revisions.c.id == hidden))
        .where(_INDEX.c.searchable_index.op("MATCH")(_fts5(asked)))
        .order_by(_INDEX.c.rowid.desc())
    )
    return connection.execute(found)


def _on_postgresql(
    connection: Connection, query: Select[Any], asked: Wanted, limit: int
) -> Iterable[Row[Any]]:
    """Look through the newest blocks of keys first, and only then through all.

    The index finds all matches or none: without an end a common word costs a second.
    """
    last = connection.execute(select(func.max(revisions.c.id))).scalar() or 0
    top = last >> _BLOCK_BITS
    for blocks in _WINDOWS:
        if blocks > top:
            break
        newest_ones = _either(f"{_BLOCK}{n}" for n in range(top - blocks + 1, top + 1))
        within = _matching(query, _with(asked, newest_ones))
        rows = connection.execute(within).all()
        if len(rows) >= limit:
            return rows
    return connection.execute(_matching(query, asked))


def _matching(query: Select[Any], asked: Wanted) -> Select[Any]:
    # Loaded only where it is used.
    from sqlalchemy.dialects.postgresql import TSQUERY

    question = cast(literal(_tsquery(asked)), TSQUERY)
    # MATERIALIZED keeps the plan from walking all keys backwards for a rare word.
    hits = (
        select(searchable.c.revision_id)
        .where(searchable.c.terms.op("@@")(question))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    joined = JOINED.join(hits, hits.c.revision_id == revisions.c.id)
    return query.select_from(joined).order_by(revisions.c.id.desc())


def _fts5(asked: Wanted) -> str:
    """Write a question in the language of SQLite's index: every word in quotes."""

    def any_of(group: Group) -> str:
        return " OR ".join(f'"{" ".join(phrase)}"' for phrase in group)

    must = " AND ".join(f"({any_of(group)})" for group in asked.every)
    if not asked.none:
        return must
    return f"({must}) NOT ({' OR '.join(map(any_of, asked.none))})"


def _tsquery(asked: Wanted) -> str:
    """Write a question in the language of PostgreSQL's: every word in quotes."""

    def any_of(group: Group) -> str:
        phrases = (" <-> ".join(f"'{word}'" for word in phrase) for phrase in group)
        return "(" + " | ".join(f"({phrase})" for phrase in phrases) + ")"

    must = map(any_of, asked.every)
    return " & ".join([*must, *(f"!{any_of(group)}" for group in asked.none)])
