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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypedDict, Unpack

from sqlalchemy import (
    Connection,
    Select,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.revisions import JOINED, of_ids, seen_by
from bot.storage.schema import articles, revisions, searchable, sources
from bot.storage.sources import visible
from digests.language.lookup import Group, Wanted, terms
from digests.types import Article

#: As in the migration that made the index.
_SOURCE, _OUTLET, _WEEK, _BLOCK, _BLOCK_BITS = "§", "¤", "‡", "¶", 12
#: So few sources are named to the index at once; so often others are looked for among
#: the last matches before. More than the most, sources or weeks, are never named: what
#: they keep out is found by looking.
_FEW, _LOOKS, _MOST_NAMED = 16, 2, 256
#: How many keys one question may name.
_AT_ONCE = 500
#: Blocks of keys that PostgreSQL looks through at first, and then at a time: what it
#: takes to join their marks grows with their square.
_FIRST_BLOCKS, _BLOCKS = 4, 12
#: Up to so many times the matches that are wanted, all are taken at once.
_FEW_MATCHES = 3
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


class Kept(TypedDict, total=False):
    """What a look is kept to; what is left out does not matter."""

    #: Only from these sources.
    source_ids: Sequence[int] | None
    #: Words of the outlet's name.
    outlet: str | None
    #: What must hold of the version besides (conditions on its row).
    that: Sequence[ColumnElement[bool]]
    #: Only these versions, a few hundred at the most.
    among: Sequence[int] | None
    #: The article's date at the earliest and at the latest.
    since: datetime | None
    until: datetime | None


def keys(
    connection: Connection,
    /,
    *,
    workspace_id: int,
    wanted: Wanted | None,
    limit: int,
    **kept: Unpack[Kept],
) -> list[int]:
    """List the versions that came in last of those that hold all that is wanted.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        wanted: What must and must not stand there; nothing finds nothing, None all.
        limit: How many at the most.
        kept: What the look is kept to.
    """
    (found,) = keys_of_each(
        connection,
        workspace_id=workspace_id,
        wanted=[wanted],
        limit=limit,
        **kept,
    )
    return found


def keys_of_each(
    connection: Connection,
    /,
    *,
    workspace_id: int,
    wanted: Sequence[Wanted | None],
    limit: int,
    **kept: Unpack[Kept],
) -> list[list[int]]:
    """Do the same for several things, each by itself; what they share is read once."""
    only = kept.get("source_ids")
    groups = [((_OUTLET + word,),) for word in terms(kept.get("outlet") or "")]
    conditions = list(kept.get("that", ()))
    if only is not None:
        conditions.append(articles.c.source_id.in_(only))
    look = _Look(
        connection=connection,
        workspace_id=workspace_id,
        source_ids=_sources(connection, workspace_id, only),
        since=kept.get("since"),
        until=kept.get("until"),
        among=kept.get("among"),
        conditions=tuple(conditions),
    )
    return [
        look.last(_with(asked or Wanted(), groups), limit)
        if asked is None or asked
        else []
        for asked in wanted
    ]


def newest(
    connection: Connection,
    /,
    *,
    workspace_id: int,
    wanted: Wanted,
    limit: int,
    **kept: Unpack[Kept],
) -> tuple[Article, ...]:
    """List the articles that came in last, as `keys` does."""
    found = keys(
        connection, workspace_id=workspace_id, wanted=wanted, limit=limit, **kept
    )
    loaded = of_ids(connection, found)
    return tuple(loaded[key] for key in found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """One look into the index: where, and what must hold of what is found."""

    connection: Connection
    workspace_id: int
    source_ids: Sequence[int]
    since: datetime | None = None
    until: datetime | None = None
    among: Sequence[int] | None = None
    conditions: tuple[ColumnElement[bool], ...] = ()

    def last(self, asked: Wanted, limit: int) -> list[int]:
        """Give the keys of the last versions that hold what is asked and may be seen.

        Of a workspace with many sources the last matches are looked at one by one
        first: to name all its sources to the index takes longer. One with few is
        named at once.
        """
        if not self.source_ids:
            return []
        asked = _with(asked, self._weeks())
        if self.among is not None:
            held = _held_by(self.connection, asked, self.among)
            return self._seen(held, limit)
        named = _either(f"{_SOURCE}{key}" for key in self.source_ids)
        marked = _with(asked, named)
        few = len(self.source_ids) <= _FEW
        found: list[int] = []
        before: int | None = None
        for round_ in count():
            size = (limit if few else 3 * limit) * 4**round_
            question = asked if round_ < _LOOKS and not few else marked
            matches = _matches(self.connection, question, size, before)
            found += self._seen(matches, limit - len(found))
            if len(found) >= limit or len(matches) < size:
                break
            before = matches[-1]
        return found

    def _seen(self, matches: Sequence[int], most: int) -> list[int]:
        """Keep the first that may be seen and are of the time that is asked for."""
        conditions = [*seen_by(self.workspace_id), *self.conditions]
        if self.since is not None:
            conditions.append(revisions.c.dated_at >= self.since)
        if self.until is not None:
            conditions.append(revisions.c.dated_at <= self.until)
        seen: list[int] = []
        for at in range(0, len(matches), _AT_ONCE):
            some = matches[at : at + _AT_ONCE]
            query = (
                select(revisions.c.id)
                .select_from(JOINED)
                .where(revisions.c.id.in_(some), *conditions)
            )
            kept = set(self.connection.execute(query).scalars().all())
            seen += [key for key in some if key in kept]
            if len(seen) >= most:
                break
        return seen[:most]

    def _weeks(self) -> list[Group]:
        """Ask for the weeks from `since` to `until`, or to the newest that there is."""
        if self.since is None:
            return []
        last = self.until or _newest_date(self.connection)
        if last is None:
            return []
        first = _week(self.since)
        weeks = range(first, max(first, _week(last)) + 1)
        return _either(f"{_WEEK}{week}" for week in weeks)


def _with(wanted: Wanted, marks: Sequence[Group]) -> Wanted:
    return replace(wanted, every=(*wanted.every, *marks))


def _sources(
    connection: Connection, workspace_id: int, only: Sequence[int] | None
) -> list[int]:
    """List the keys of the sources to look in."""
    query = select(sources.c.id).where(visible(workspace_id))
    if only is not None:
        query = query.where(sources.c.id.in_(only))
    return list(connection.execute(query).scalars().all())


def _either(marks: Iterable[str]) -> list[Group]:
    """Ask for one of the marks, unless there are too many to name."""
    group = tuple((mark,) for mark in marks)
    return [group] if len(group) <= _MOST_NAMED else []


def _newest_date(connection: Connection) -> datetime | None:
    return connection.execute(
        select(revisions.c.dated_at)
        .where(revisions.c.current)
        .order_by(revisions.c.dated_at.desc())
        .limit(1)
    ).scalar()


def _week(at: datetime) -> int:
    return at.astimezone(UTC).date().toordinal() // 7


def _matches(
    connection: Connection, asked: Wanted, size: int, before: int | None
) -> list[int]:
    """Give the keys of the last matches before a key, whoever may see them."""
    if not asked:
        # What is not current is left out later: here it would cost the index its order.
        every = select(revisions.c.id)
        return _page(connection, every, revisions.c.id, size, before)
    if connection.dialect.name == "sqlite":
        key = _INDEX.c.rowid
        held = _INDEX.c.searchable_index.op("MATCH")(_fts5(asked))
        return _page(connection, select(key).where(held), key, size, before)
    return _on_postgresql(connection, asked, size, before)


def _held_by(connection: Connection, asked: Wanted, among: Sequence[int]) -> list[int]:
    """Give the same of these keys only: each is looked up by itself."""
    if not asked:
        return sorted(among, reverse=True)
    if connection.dialect.name == "sqlite":
        key = _INDEX.c.rowid
        held = _INDEX.c.searchable_index.op("MATCH")(_fts5(asked))
    else:
        key = searchable.c.revision_id
        held = searchable.c.terms.op("@@")(_question(asked))
    query = select(key).where(held, key.in_(among))
    return _page(connection, query, key, len(among), None)


def _page(
    connection: Connection,
    query: Select[Any],
    key: ColumnElement[int],
    size: int,
    before: int | None,
) -> list[int]:
    if before is not None:
        query = query.where(key < before)
    found = connection.execute(query.order_by(key.desc()).limit(size))
    return list(found.scalars().all())


def _on_postgresql(
    connection: Connection, asked: Wanted, size: int, before: int | None
) -> list[int]:
    """Look through the newest blocks of keys, some at a time, until there are enough.

    Its index finds all matches or none: without an end a common word costs a second.
    But few matches cost less all at once.
    """
    last = before or connection.execute(select(func.max(revisions.c.id))).scalar() or 0
    top = last >> _BLOCK_BITS
    found: list[int] = []
    looked, window = 0, _FIRST_BLOCKS
    while True:
        here = range(max(0, top - looked - window + 1), top - looked + 1)
        blocks = _either(f"{_BLOCK}{n}" for n in here)
        found += _hits(connection, _with(asked, blocks), size - len(found), before)
        if len(found) >= size or not here[0]:
            return found
        looked = top - here[0] + 1
        before = here[0] << _BLOCK_BITS
        if len(found) * top <= _FEW_MATCHES * size * looked:
            break
        needed = (size - len(found)) * looked * 5 // (len(found) * 4)
        window = min(needed + 1, _BLOCKS)
    return found + _hits(connection, asked, size - len(found), before)


def _hits(
    connection: Connection, asked: Wanted, size: int, before: int | None
) -> list[int]:
    # MATERIALIZED keeps the plan from walking all keys backwards for a rare word.
    hits = (
        select(searchable.c.revision_id)
        .where(searchable.c.terms.op("@@")(_question(asked)))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    key = hits.c.revision_id
    return _page(connection, select(key), key, size, before)


def _question(asked: Wanted) -> ColumnElement[Any]:
    # Loaded only where it is used.
    from sqlalchemy.dialects.postgresql import TSQUERY

    return cast(literal(_tsquery(asked)), TSQUERY)


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
