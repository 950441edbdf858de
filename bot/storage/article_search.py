"""Full text search: the newest articles that match and that the workspace may see.

The index lists matches in the order in which they were stored, so that finding the
newest few hundred costs the same however common a word is; `digests.answers` ranks
these. The complete matches are never sorted by relevance.

In addition to its words, each revision is indexed under marks that no text can contain:
its source, the words of its outlet, its week, and its block of keys. The sources that a
workspace may see are thus part of the query, and a small workspace finds its articles
among a million others; visibility of the rows found is checked nevertheless.

`index_revision` and `remove_article_from_index` are used by the ingest, which works for
all workspaces.
"""

from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, groupby, islice
from math import ceil, inf
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Select, select

from bot.model.scope import Scope
from bot.storage import search_index, source_store
from bot.storage.revision_store import REVISION_JOIN, filter_visible_revisions
from bot.storage.schema import articles, revisions, searchable
from bot.storage.search_index import (
    BLOCK_BITS,
    BLOCK_MARK,
    IndexQuery,
    IndexStep,
    IndexWalk,
    StepResult,
    WordShares,
)
from bot.storage.statements import (
    Condition,
    delete_rows,
    first_scalar,
    insert_all,
    is_among,
    list_scalars,
)
from digests.language.search_terms import PhraseGroup, SearchQuery, extract_terms
from digests.types import Article, frozen

_REVISION = revisions.c
#: Prefixes of the marks for a source's key, a word of the outlet, and a week.
_SOURCE_MARK, _OUTLET_MARK, _WEEK_MARK = "§", "¤", "‡"
#: Maximum number of sources or weeks in a query; with more, rows are checked instead.
_MAX_NAMED = 256
#: Matches checked per step, and in total before sources are added to the query, as
#: multiples of the limit; and the minimum of each.
_SIFTED_PER_STEP, _MAX_SIFTED = 2, 20
_MIN_SIFTED_PER_STEP, _MIN_SIFTED = 40, 3000
#: Maximum number of known matches that are compared with further words.
_FEW_KNOWN = 200
#: Share up to which a word is rare; number of its matches after which the latest that
#: fulfil a restriction are read instead; and how many of these at most, if matches of a
#: rare word have been read and if not.
_RARE, _MOST_READ, _FEW_LATEST, _MANY_LATEST = 0.005, 200, 750, 1500
#: Number of keys that are checked in one statement at first, and its growth; of one
#: search, no more at first than this multiple of the matches that it needs, and later
#: than this multiple of those in which they are expected.
_BATCH_SIZE, _SHARE_GROWTH, _MAX_CHECKED_FIRST, _MARGIN = 500, 4, 4, 9 / 8


def index_revision(
    conn: Connection,
    revision_id: int,
    source_id: int,
    dated_at: datetime,
    article: Article,
) -> None:
    """Index a revision; `article` is a result of `article_from_row`."""
    terms = [
        f"{_SOURCE_MARK}{source_id}",
        f"{_WEEK_MARK}{_week_number(dated_at)}",
        f"{BLOCK_MARK}{revision_id >> BLOCK_BITS}",
        *(_OUTLET_MARK + word for word in extract_terms(article.source)),
        *extract_terms(f"{article.title or ''}\n{article.text}", article.lang),
    ]
    insert_all(conn, searchable, [{"revision_id": revision_id, "terms": terms}])


def remove_article_from_index(conn: Connection, article_id: int) -> None:
    """Remove all revisions of the article from the index."""
    mine = select(_REVISION.id).where(_REVISION.article_id == article_id)
    delete_rows(conn, searchable, searchable.c.revision_id.in_(mine))


class SearchFilters(TypedDict, total=False):
    """Optional restrictions of a search."""

    #: Only from these sources.
    source_ids: Sequence[int] | None
    #: Words of the outlet's name.
    outlet: str | None
    #: Only the revisions with these keys, a few thousand at most.
    among: Select[Any] | None
    #: Only the revisions that fulfil this.
    unindexed: "UnindexedFilter | None"
    #: Earliest and latest date of the article.
    since: datetime | None
    until: datetime | None


@frozen
class UnindexedFilter:
    """A restriction that is not part of the index, such as who is quoted."""

    #: Returns a query for the latest revisions that fulfil it, about so many at most,
    #: and whether these are all.
    select_latest: Callable[[int], tuple[Select[Any], bool]]
    #: Lists those of these revisions that fulfil it.
    keep: Callable[[Sequence[int]], list[int]]
    #: Number of results with which the search ends.
    enough: int


def search_revisions(
    conn: Connection,
    scope: Scope,
    wanted: SearchQuery | None,
    limit: int,
    **kept: Unpack[SearchFilters],
) -> list[int]:
    """List the latest stored revisions that match.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see.
        wanted: What must and must not occur; an empty query matches nothing, None
            everything.
        limit: Maximum number of revisions.
        kept: Restrictions.
    """
    if wanted is not None and not wanted:
        return []
    asked = wanted or SearchQuery()
    outlet = extract_terms(kept.get("outlet") or "")
    marks = (((_OUTLET_MARK + word,),) for word in outlet)
    asked = replace(asked, every=(*asked.every, *marks))
    only, among = kept.get("source_ids"), kept.get("among")
    here = _Search(
        conn=conn,
        visible=filter_visible_revisions(scope),
        source_ids=source_store.list_source_ids(conn, scope, only),
        span=_load_span(conn, kept.get("since"), kept.get("until")),
        only=only,
        among=among,
        shares=search_index.estimate_shares(conn, [asked] if among is None else []),
    )
    unindexed = kept.get("unindexed")
    if unindexed is not None:
        return _search_unindexed(here, asked, limit, unindexed)
    (found,) = here.last([asked], limit, {})
    return found


def _search_unindexed(
    here: "_Search", asked: SearchQuery, limit: int, within: UnindexedFilter
) -> list[int]:
    """Search among the latest matches and the latest that fulfil the restriction.

    Neither need contain what fulfils both. The matches of a rare word are read first,
    since they are often all.
    """
    by_words = replace(here, keep=within.keep, most_read=_MOST_READ)
    rare = search_index.estimate_rarest(asked, here.shares) <= _RARE
    found, known = set[int](), _KnownMatches()
    wanted = min(limit, _MOST_READ)
    if rare:
        found |= set(*by_words.last([asked], wanted, known))
        if known or len(found) >= within.enough:
            return sorted(found, reverse=True)
    likely = search_index.estimate_all(asked, here.shares)
    expected = ceil(min(limit / likely, _MANY_LATEST))
    among, whole = within.select_latest(_FEW_LATEST if rare else expected)
    found |= set(*replace(here, among=among).last([asked], limit, known))
    if not (rare or whole or len(found) >= within.enough):
        found |= set(*by_words.last([asked], wanted, known))
    return sorted(found, reverse=True)[:limit]


#: Earliest and latest date; None = any.
TimeSpan = tuple[datetime | None, datetime | None]


def search_revisions_each(
    conn: Connection,
    scope: Scope,
    wanted: Sequence[SearchQuery],
    limit: int,
    spans: Sequence[TimeSpan] = ((None, None),),
) -> list[list[list[int]]]:
    """Run several searches over each of several time spans.

    As `search_revisions` does each, but what they share is read once: if all matches
    of some words are few, those with further words and those of a time are among them.
    """
    known: _KnownMatches = {}
    always = _Search(
        conn=conn,
        visible=filter_visible_revisions(scope),
        source_ids=source_store.list_source_ids(conn, scope),
        span=_load_span(conn, None, None),
        shares=search_index.estimate_shares(conn, wanted),
        far=len(wanted) < 2,
    )
    found = always.last_each(wanted, limit, known)
    return [
        replace(always, span=_load_span(conn, *span)).last_each(
            wanted, limit, {**known}
        )
        if any(span)
        else found
        for span in spans
    ]


#: All matches, or all of a time, that the workspace may see, and perhaps others, by
#: what must occur: in descending order.
_KnownMatches = dict[frozenset[PhraseGroup], list[int]]


@frozen
class _Span:
    """A time span, and where its revisions are in the index."""

    since: datetime | None
    until: datetime | None
    #: Without words.
    request: IndexQuery


def _load_span(
    conn: Connection, since: datetime | None, until: datetime | None
) -> _Span:
    weeks = _list_weeks(conn, since, until)
    dates = (since, until) if weeks else (None, None)
    first, last, newest = search_index.estimate_key_range(conn, *dates)
    request = IndexQuery(
        wanted=SearchQuery(), weeks=weeks, first=first, last=last, newest=newest
    )
    return _Span(since=since, until=until, request=request)


@frozen
class _Unchecked:
    """Matches of a query, which the workspace may not see."""

    keys: Sequence[int]
    #: Number of visible ones that are needed, and in how many of the first they are
    #: likely to be.
    missing: int
    likely: int


@frozen
class _Search:
    """A search of one workspace with its restrictions."""

    conn: Connection
    #: What the workspace may see: building it for each statement costs as much as one.
    visible: tuple[Condition, ...]
    source_ids: Sequence[int]
    span: _Span
    #: Only from these sources, and only these revisions.
    only: Sequence[int] | None = None
    among: Select[Any] | None = None
    #: Lists those of some revisions that are wanted, and the number of matches after
    #: which no more are read.
    keep: Callable[[Sequence[int]], list[int]] | None = None
    most_read: float = inf
    shares: WordShares
    #: Whether old matches are needed too; of several queries, each needs recent ones.
    far: bool = True

    def last_each(
        self, asked: Sequence[SearchQuery], limit: int, known: _KnownMatches
    ) -> list[list[int]]:
        """Return the same as `last`, from known matches where they suffice."""
        found: dict[SearchQuery, list[int]] = {SearchQuery(): []}
        by_size = sorted(filter(None, asked), key=lambda each: len(each.every))
        for _, some in groupby(by_size, key=lambda each: len(each.every)):
            held, rest = dict[SearchQuery, list[int]](), []
            for each in some:
                matches = self._find_among_known(each, known)
                if matches is None:
                    rest.append(each)
                else:
                    held[each] = known[frozenset(each.every)] = matches
            found |= zip(
                held,
                self._first_seen(held.values(), limit, _MAX_CHECKED_FIRST * limit),
                strict=True,
            )
            found |= zip(rest, self.last(rest, limit, known), strict=True)
        return [found[each] for each in asked]

    def _find_among_known(
        self, asked: SearchQuery, known: _KnownMatches
    ) -> list[int] | None:
        """Find all matches among the known matches of fewer words; None: unknown."""
        words = frozenset(asked.every)
        parts = [] if asked.none else [each for each in known if each <= words]
        if not parts:
            return None
        keys = set.intersection(*(set(known[part]) for part in parts))
        among = sorted(keys, reverse=True)
        if words == frozenset.union(*parts):
            return among
        if len(among) > _FEW_KNOWN:
            return None
        request = IndexQuery(wanted=asked)
        return search_index.select_matching(self.conn, request, among)

    def last(
        self, asked: Sequence[SearchQuery], limit: int, known: _KnownMatches
    ) -> list[list[int]]:
        """Return for each query the keys of the latest visible revisions that match.

        Adds to the known matches those that were read to the end.
        """
        if not self.source_ids or not asked:
            return [[] for _ in asked]
        requests = [replace(self.span.request, wanted=each) for each in asked]
        if self.among is not None:
            among = self.among
            select_matching = search_index.select_matching
            held = [select_matching(self.conn, each, among) for each in requests]
            return self._first_seen(held, limit, ceil(_MARGIN * limit))
        named = _any_mark(_SOURCE_MARK, self.source_ids)
        walk = partial(
            search_index.walk_matches, self.conn, shares=self.shares, far=self.far
        )
        walks = [self._walk(walk, request, named, limit) for request in requests]
        found, complete = self._walk_until_enough(walks, limit)
        known |= {
            frozenset(each.every): keys
            for each, keys in zip(asked, complete, strict=True)
            if keys is not None and not each.none
        }
        return found

    def _walk(
        self,
        begin: Callable[[IndexQuery, int], IndexWalk],
        request: IndexQuery,
        named: PhraseGroup,
        limit: int,
    ) -> IndexWalk:
        """Walk over the matches from the workspace's sources.

        Few sources are part of the query from the start. With many, which make a query
        slow, the latest matches of any source are checked first.
        """
        if len(self.source_ids) > search_index.FEW_SOURCES:
            size = max(_SIFTED_PER_STEP * limit, _MIN_SIFTED_PER_STEP)
            walk, sifted = begin(request, size), 0
            step, whole = _advance_walk(walk)
            most = max(_MAX_SIFTED * limit, _MIN_SIFTED)
            while step is not None and sifted < most:
                result = yield step
                sifted += len(result.keys)
                step, whole = _advance_walk(walk, result)
            if step is None:
                return whole
        return (yield from begin(replace(request, sources=named), limit))

    def _walk_until_enough(
        self, walks: Sequence[IndexWalk], limit: int
    ) -> tuple[list[list[int]], list[list[int] | None]]:
        """Continue each walk until enough of its matches are visible.

        Returns them, and all matches of the walks that came to their end.
        """
        found: list[dict[int, None]] = [{} for _ in walks]
        read: list[dict[int, None]] = [{} for _ in walks]
        complete: list[list[int] | None] = [None for _ in walks]
        likely = [_MAX_CHECKED_FIRST * limit for _ in walks]
        steps = {number: _advance_walk(walk)[0] for number, walk in enumerate(walks)}
        while going := {n: step for n, step in steps.items() if step is not None}:
            hits = search_index.take_steps(self.conn, list(going.values()))
            # A walk may find a match again, which has been checked.
            unchecked = [
                _Unchecked(
                    keys=[key for key in keys if key not in read[number]],
                    missing=limit - len(found[number]),
                    likely=likely[number],
                )
                for number, keys in zip(going, hits, strict=True)
            ]
            for number, keys, seen in zip(
                going, hits, self._seen(unchecked), strict=True
            ):
                read[number] |= dict.fromkeys(keys)
                found[number] |= dict.fromkeys(seen)
                needed = _estimate_needed(limit, found[number], read[number])
                if self.keep is None:
                    likely[number] = ceil(_MARGIN * needed)
                result = StepResult(keys=keys, needed=needed)
                steps[number], whole = _advance_walk(walks[number], result)
                if whole:
                    complete[number] = sorted(read[number], reverse=True)
                if needed == 0 or len(read[number]) >= self.most_read:
                    steps[number] = None
        return [list(islice(keys, limit)) for keys in found], complete

    def _first_seen(
        self, hits: Iterable[Sequence[int]], limit: int, likely: int
    ) -> list[list[int]]:
        """Keep the first visible matches of each list, `limit` at most."""
        unchecked = [
            _Unchecked(keys=keys, missing=limit, likely=likely) for keys in hits
        ]
        return [seen[:limit] for seen in self._seen(unchecked)]

    def _seen(self, unchecked: Sequence[_Unchecked]) -> Sequence[list[int]]:
        """Keep the first visible matches of each list: the missing, or a few more."""
        seen: list[list[int]] = [[] for _ in unchecked]
        batch = _BATCH_SIZE // max(1, len(unchecked))
        shares = [max(min(batch, each.likely), each.missing) for each in unchecked]
        rest = [each.keys for each in unchecked]
        while any(rest):
            some = [keys[:share] for keys, share in zip(rest, shares, strict=True)]
            kept = self._kept(list(dict.fromkeys(chain.from_iterable(some))))
            for keys, found in zip(some, seen, strict=True):
                found += [key for key in keys if key in kept]
            rest = [
                keys[share:] if len(found) < each.missing else ()
                for each, keys, found, share in zip(
                    unchecked, rest, seen, shares, strict=True
                )
            ]
            shares = [_SHARE_GROWTH * share for share in shares]
        return seen

    def _kept(self, matches: Sequence[int]) -> set[int]:
        """Select the matches that are visible and fulfil the restrictions."""
        if self.keep is not None:
            matches = self.keep(matches)
        if not matches:
            return set()
        conditions = [
            is_among(self.conn, _REVISION.id, matches),
            *self.visible,
        ]
        if self.only is not None:
            conditions.append(articles.c.source_id.in_(self.only))
        if self.span.since is not None:
            conditions.append(_REVISION.dated_at >= self.span.since)
        if self.span.until is not None:
            conditions.append(_REVISION.dated_at <= self.span.until)
        query = select(_REVISION.id).select_from(REVISION_JOIN).where(*conditions)
        return set(list_scalars(self.conn, query))


def _list_weeks(
    conn: Connection, since: datetime | None, until: datetime | None
) -> PhraseGroup:
    """List the weeks from `since` to `until`, or to the newest article."""
    if since is None:
        return ()
    last = until or _find_newest_date(conn)
    if last is None:
        return ()
    first = _week_number(since)
    return _any_mark(_WEEK_MARK, range(first, max(first, _week_number(last)) + 1))


def _advance_walk(
    walk: IndexWalk, result: StepResult | None = None
) -> tuple[IndexStep | None, bool]:
    """Begin a walk, or send it the result of its step.

    Returns its next step, None at its end, and whether all matches were read then.
    """
    try:
        return (next(walk) if result is None else walk.send(result)), False
    except StopIteration as end:
        return None, end.value


def _estimate_needed(limit: int, found: Sized, read: Sized) -> int:
    """Estimate how many more matches to read until `limit` visible ones are found.

    By the share of visible ones so far; at most doubles what was read.
    """
    missing = max(0, limit - len(found))
    likely = missing * (len(read) + 1) / (len(found) + 1)
    return ceil(min(likely, max(len(read), missing)))


def _any_mark(mark: str, these: Iterable[int]) -> PhraseGroup:
    """Build alternatives of these marks; empty if there are too many."""
    group = tuple((f"{mark}{each}",) for each in these)
    return group if len(group) <= _MAX_NAMED else ()


def _find_newest_date(conn: Connection) -> datetime | None:
    at = _REVISION.dated_at
    newest = select(at).where(_REVISION.current).order_by(at.desc())
    return first_scalar(conn, newest.limit(1))


def _week_number(at: datetime) -> int:
    return at.astimezone(UTC).date().toordinal() // 7
