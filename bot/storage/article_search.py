"""Full text search: the newest articles that match, as far as they may be seen.

The index gives matches by the order in which they came in, so that the newest few
hundred cost the same however common a word is; which of them are best is for
`digests.asking` to say. It never sorts all matches by relevance.

Beside its words, each version is kept under marks that no text can hold: its source,
the words of its outlet, its week, and the block of keys it lies in. The sources that a
workspace may see are so part of the question to the index, and a small workspace finds
its own among a million of others; the rows that come out are held to `seen_by` all the
same. `keep` and `drop` are the intake's, which reads for everybody.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, compress, islice
from typing import TypedDict, Unpack

from sqlalchemy import Connection, delete, select

from bot.storage import search_index, source_store
from bot.storage.revision_store import (
    REVISION_JOIN,
    filter_visible_revisions,
    load_articles,
)
from bot.storage.schema import articles, revisions, searchable
from bot.storage.search_index import (
    BLOCK_BITS,
    BLOCK_MARK,
    IndexQuery,
    IndexStep,
    IndexWalk,
)
from digests.language.search_terms import PhraseGroup, SearchQuery, extract_terms
from digests.types import Article

#: As in the migration that made the index.
_SOURCE_MARK, _OUTLET_MARK, _WEEK_MARK = "§", "¤", "‡"
#: More than these, sources or weeks, are never named: what they keep out is found by
#: looking.
_MAX_NAMED = 256
#: So many times what is wanted is sifted at a step, and all in all, before sources are
#: named; so many matches at the least.
_SIFTED_PER_STEP, _MAX_SIFTED, _MIN_SIFTED = 2, 20, 3000
#: How many keys one question may name.
_BATCH_SIZE = 500


def index_revision(
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
                f"{_SOURCE_MARK}{source_id}",
                f"{_WEEK_MARK}{_week_number(dated_at)}",
                f"{BLOCK_MARK}{revision_id >> BLOCK_BITS}",
                *(_OUTLET_MARK + word for word in extract_terms(article.source)),
                *extract_terms(f"{article.title or ''}\n{article.text}", article.lang),
            ],
        )
    )


def remove_article_from_index(connection: Connection, *, article_id: int) -> None:
    """Let no version of the article be found any more."""
    mine = select(revisions.c.id).where(revisions.c.article_id == article_id)
    connection.execute(delete(searchable).where(searchable.c.revision_id.in_(mine)))


class SearchFilters(TypedDict, total=False):
    """What a look is kept to; what is left out does not matter."""

    #: Only from these sources.
    source_ids: Sequence[int] | None
    #: Words of the outlet's name.
    outlet: str | None
    #: Only these versions, a few thousand at the most.
    among: Sequence[int] | None
    #: The article's date at the earliest and at the latest.
    since: datetime | None
    until: datetime | None


def search_revisions(
    connection: Connection,
    /,
    *,
    workspace_id: int,
    wanted: SearchQuery | None,
    limit: int,
    **kept: Unpack[SearchFilters],
) -> list[int]:
    """List the versions that came in last of those that hold all that is wanted.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        wanted: What must and must not stand there; nothing finds nothing, None all.
        limit: How many at the most.
        kept: What the look is kept to.
    """
    (found,) = search_revisions_each(
        connection,
        workspace_id=workspace_id,
        wanted=[wanted],
        limit=limit,
        **kept,
    )
    return found


def search_revisions_each(
    connection: Connection,
    /,
    *,
    workspace_id: int,
    wanted: Sequence[SearchQuery | None],
    limit: int,
    **kept: Unpack[SearchFilters],
) -> list[list[int]]:
    """Do the same for several things, each by itself; what they share is read once."""
    only = kept.get("source_ids")
    outlet = [
        ((_OUTLET_MARK + word,),) for word in extract_terms(kept.get("outlet") or "")
    ]
    here = _Search(
        connection=connection,
        workspace_id=workspace_id,
        source_ids=source_store.list_source_ids(
            connection, workspace_id=workspace_id, only=only
        ),
        since=kept.get("since"),
        until=kept.get("until"),
        among=kept.get("among"),
        only=only,
    )
    # Nothing to look for finds nothing.
    able = [each is None or bool(each) for each in wanted]
    asked = [
        _restrict_to_outlet(each or SearchQuery(), outlet)
        for each in compress(wanted, able)
    ]
    found = iter(here.last(asked, limit))
    return [next(found) if each else [] for each in able]


def _restrict_to_outlet(
    asked: SearchQuery, outlet: Sequence[PhraseGroup]
) -> SearchQuery:
    return replace(asked, every=(*asked.every, *outlet))


def search_articles(
    connection: Connection,
    /,
    *,
    workspace_id: int,
    wanted: SearchQuery,
    limit: int,
    **kept: Unpack[SearchFilters],
) -> tuple[Article, ...]:
    """List the articles that came in last, as `keys` does."""
    found = search_revisions(
        connection, workspace_id=workspace_id, wanted=wanted, limit=limit, **kept
    )
    loaded = load_articles(connection, found)
    return tuple(loaded[key] for key in found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    """Where a look goes, and what must hold of what it finds."""

    connection: Connection
    workspace_id: int
    source_ids: Sequence[int]
    since: datetime | None = None
    until: datetime | None = None
    among: Sequence[int] | None = None
    only: Sequence[int] | None = None

    def last(self, asked: Sequence[SearchQuery], limit: int) -> list[list[int]]:
        """Give of each the keys of the last versions that match and may be seen."""
        if not self.source_ids:
            return [[] for _ in asked]
        weeks = self._weeks()
        since, until = (self.since, self.until) if weeks else (None, None)
        first, last = search_index.estimate_key_range(self.connection, since, until)
        requests = [
            IndexQuery(wanted=each, weeks=weeks, first=first, last=last)
            for each in asked
        ]
        if self.among is not None:
            among = self.among
            held = [
                search_index.select_matching(self.connection, request, among)
                for request in requests
            ]
            return [found[:limit] for found in self._seen(held, limit)]
        named = _any_mark(_SOURCE_MARK, self.source_ids)
        common = search_index.list_common_words(
            self.connection, [replace(request, sources=named) for request in requests]
        )
        # Where several ways are tried, one is enough to lead far.
        walk = partial(
            search_index.walk_matches,
            self.connection,
            common=common,
            far=len(requests) < 2,
        )
        walks = [self._walk(walk, request, named, limit) for request in requests]
        return self._walk_until_enough(walks, limit)

    def _walk(
        self,
        begin: Callable[[IndexQuery, int], IndexWalk],
        request: IndexQuery,
        named: PhraseGroup,
        limit: int,
    ) -> IndexWalk:
        """Walk over what matches, at last only over what comes from the sources.

        Of a workspace with many sources the last matches are looked at one by one
        first: to name all its sources to the index takes longer. One with few is
        named at once.
        """
        if len(self.source_ids) > search_index.FEW_SOURCES:
            walk = begin(request, _SIFTED_PER_STEP * limit)
            step, sifted = next(walk, None), 0
            most = max(_MAX_SIFTED * limit, _MIN_SIFTED)
            while step is not None and sifted < most:
                keys = yield step
                sifted += len(keys)
                step = _advance_walk(walk, keys)
            if step is None:
                return
        yield from begin(replace(request, sources=named), limit)

    def _walk_until_enough(
        self, walks: Sequence[IndexWalk], limit: int
    ) -> list[list[int]]:
        """Go on with each walk until enough of what it finds may be seen."""
        found: list[dict[int, None]] = [{} for _ in walks]
        steps = {number: next(walk, None) for number, walk in enumerate(walks)}
        while going := {n: step for n, step in steps.items() if step is not None}:
            hits = search_index.take_steps(self.connection, list(going.values()))
            for number, keys, seen in zip(
                going, hits, self._seen(hits, limit), strict=True
            ):
                found[number] |= dict.fromkeys(seen)
                enough = len(found[number]) >= limit
                steps[number] = None if enough else _advance_walk(walks[number], keys)
        return [list(islice(keys, limit)) for keys in found]

    def _seen(self, hits: Sequence[Sequence[int]], most: int) -> Sequence[list[int]]:
        """Keep of each the first that may be seen, so many or a few more."""
        seen: list[list[int]] = [[] for _ in hits]
        share = max(_BATCH_SIZE // len(hits), most)
        for at in range(0, max(map(len, hits)), share):
            some = [
                keys[at : at + share] if len(found) < most else ()
                for keys, found in zip(hits, seen, strict=True)
            ]
            kept = self._kept(list(dict.fromkeys(chain.from_iterable(some))))
            for keys, found in zip(some, seen, strict=True):
                found += [key for key in keys if key in kept]
        return seen

    def _kept(self, matches: Sequence[int]) -> set[int]:
        """Keep what may be seen and is of the time that is asked for."""
        conditions = [*filter_visible_revisions(self.workspace_id)]
        if self.only is not None:
            conditions.append(articles.c.source_id.in_(self.only))
        if self.since is not None:
            conditions.append(revisions.c.dated_at >= self.since)
        if self.until is not None:
            conditions.append(revisions.c.dated_at <= self.until)
        kept: set[int] = set()
        for at in range(0, len(matches), _BATCH_SIZE):
            some = matches[at : at + _BATCH_SIZE]
            query = (
                select(revisions.c.id)
                .select_from(REVISION_JOIN)
                .where(revisions.c.id.in_(some), *conditions)
            )
            kept |= set(self.connection.execute(query).scalars().all())
        return kept

    def _weeks(self) -> PhraseGroup:
        """Name the weeks from `since` to `until`, or to the newest that there is."""
        if self.since is None:
            return ()
        last = self.until or _find_newest_date(self.connection)
        if last is None:
            return ()
        first = _week_number(self.since)
        weeks = range(first, max(first, _week_number(last)) + 1)
        return _any_mark(_WEEK_MARK, weeks)


def _advance_walk(walk: IndexWalk, keys: list[int]) -> IndexStep | None:
    """Tell a walk what its step found, and give its next; None: it is at its end."""
    try:
        return walk.send(keys)
    except StopIteration:
        return None


def _any_mark(mark: str, these: Iterable[int]) -> PhraseGroup:
    """Name one of these, unless they are too many to name."""
    group = tuple((f"{mark}{each}",) for each in these)
    return group if len(group) <= _MAX_NAMED else ()


def _find_newest_date(connection: Connection) -> datetime | None:
    return connection.execute(
        select(revisions.c.dated_at)
        .where(revisions.c.current)
        .order_by(revisions.c.dated_at.desc())
        .limit(1)
    ).scalar()


def _week_number(at: datetime) -> int:
    return at.astimezone(UTC).date().toordinal() // 7
