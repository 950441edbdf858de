"""Walk the full text index of each database, newest matches first.

A walk is a generator: it yields a step, which is the next query to the index, and is
sent its result, until there are no more matches. So the caller decides how far it
goes, and several walks proceed in parallel: on PostgreSQL, where a statement costs a
millisecond, one statement runs the queries of all walks.

SQLite's index returns matches in the order of keys, up to a limit. PostgreSQL's returns
all matches or none. There, blocks of keys are searched from the newest on, as many at a
time as the shares of the words and the matches so far suggest, until one query for the
rest of the index costs less.

Each block has a mark. PostgreSQL compares the entries of the rarest word of one query
with its other words, one after the other, but skips from match to match between two
queries. So the marks of a few blocks are a query beside that of the words: only the
entries of the rarest word within these blocks are compared, and a few beyond them.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import cbrt, ceil, prod
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    type_coerce,
)

from bot.model.scope import MAX_KEY
from bot.storage.schema import revisions, searchable
from bot.storage.statements import (
    Condition,
    batched,
    first_scalar,
    is_among,
    list_scalars,
)
from digests.language.search_terms import PhraseGroup, SearchQuery
from digests.types import frozen

_REVISION = revisions.c
#: Prefix of the marks for blocks of keys, and the number of key bits within a block.
BLOCK_MARK, BLOCK_BITS = "¶", 12
#: Growth factor of the number of blocks searched at a time (PostgreSQL), and its limit.
_WINDOW_GROWTH, _MAX_WINDOW = 4, 64
#: Maximum number of matches of all times that are fetched if some weeks are wanted.
_FEW_BESIDE = 2000
#: Minimum number of matches per step on PostgreSQL, because another query finds all of
#: them again, and of each step but the first on SQLite.
_MIN_STEP_SIZE, _MIN_NEXT_STEP = 500, 1000
#: Maximum number of sources in one query; more of them are queried one by one.
FEW_SOURCES = 16
#: Selects the shares of revisions that have these words. The statistics list the most
#: frequent thousand words, or ten for each step of `default_statistics_target`; behind
#: them stand the least and the greatest share, without a word.
_SELECT_SHARES = text(
    "SELECT c.word, c.part FROM pg_stats s,"
    " unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) c(word, part)"
    " WHERE s.schemaname = current_schema() AND s.tablename = 'searchable'"
    " AND s.attname = 'terms' AND (c.word = ANY(:words) OR c.word IS NULL)"
)
#: Assumed share of a word that the statistics do not list, and the share above which
#: words are common.
_RARE, _COMMON = 0.003, 0.05
#: Measured milliseconds of PostgreSQL: to compare an entry of the rarest word with the
#: other words, to read a match from its page, and to read the entries of a mark.
_ENTRY_COST, _MATCH_COST, _BLOCK_COST = 0.00015, 0.003, 0.04
#: Marks in one query: with more, each match is compared with all of them; with fewer,
#: more entries beyond the last block are compared.
_MARKS_PER_QUERY = 8
#: Least share of its matches that a walk finds in addition if it is continued.
_LEAST_FURTHER = 1 / 8
#: Number of blocks in which common words are searched together, unless `far` or the
#: index has no more.
_NEAR_BLOCKS = 24
#: Selects from SQLite's index the latest keys of a query in FTS5 syntax.
_SELECT_LATEST = (
    "SELECT rowid FROM searchable_index WHERE searchable_index MATCH ?"
    " AND rowid < ? ORDER BY rowid DESC LIMIT ?"
)
#: Selects for each step the latest keys that match its words and, if it has marks, any
#: of them (PostgreSQL). MATERIALIZED keeps the plan from scanning keys for a rare word.
#: A revision has one mark of each kind, so that no key matches a step twice.
_SELECT_HITS = text(
    "WITH asked AS MATERIALIZED ("
    "SELECT step, CAST(marks AS tsquery) AS marks, CAST(words AS tsquery) AS words,"
    " before, size FROM unnest("
    "CAST(:steps AS integer[]), CAST(:marks AS text[]), CAST(:words AS text[]),"
    " CAST(:before AS bigint[]), CAST(:sizes AS integer[])"
    ") a(step, marks, words, before, size)"
    "), hits AS MATERIALIZED ("
    "SELECT a.step, a.before, a.size, s.revision_id FROM asked a"
    " JOIN searchable s ON s.terms @@ a.marks AND s.terms @@ a.words"
    " UNION ALL"
    " SELECT a.step, a.before, a.size, s.revision_id FROM asked a"
    " JOIN searchable s ON s.terms @@ a.words WHERE a.marks IS NULL"
    "), ranked AS ("
    "SELECT step, size, revision_id, row_number() OVER"
    " (PARTITION BY step ORDER BY revision_id DESC) AS place"
    " FROM hits WHERE revision_id < before"
    ") SELECT step, revision_id FROM ranked WHERE place <= size"
    " ORDER BY step, revision_id DESC"
)


@frozen
class IndexQuery:
    """Words to search for, and marks, one of each kind of which must match."""

    wanted: SearchQuery
    #: Empty = any time.
    weeks: PhraseGroup = ()
    #: Range of keys stored at about the wanted time, from `estimate_key_range`.
    first: int = 0
    last: int = 0
    #: The latest key of all.
    newest: int = 0
    #: Empty = any source.
    sources: PhraseGroup = ()


@frozen
class IndexStep:
    """A query for the latest keys that match."""

    wanted: SearchQuery
    #: Empty, or groups of marks of one kind, any of which must match.
    marks: tuple[PhraseGroup, ...] = ()
    #: Only keys below this one.
    before: int | None = None
    #: Maximum number of keys.
    size: int


@frozen
class StepResult:
    """The keys that a step found."""

    keys: Sequence[int]
    #: Estimated number of further keys until enough are visible.
    needed: int


#: Returns whether it has given all matches.
IndexWalk = Generator[IndexStep, StepResult, bool]


@frozen
class WordShares:
    """Estimated shares of the revisions that have a word."""

    listed: Mapping[str, float]
    #: Of a word that is not listed.
    others: float


def estimate_shares(conn: Connection, asked: Iterable[SearchQuery]) -> WordShares:
    """Estimate the shares of these words by PostgreSQL's statistics of all revisions.

    Before the table was analyzed, every word counts as rather frequent. SQLite's index
    needs none.
    """
    groups = (group for each in asked for group in each.every)
    words = {word for group in groups for phrase in group for word in phrase}
    if conn.dialect.name == "sqlite" or not words:
        return WordShares(listed={}, others=_COMMON)
    found = conn.execute(_SELECT_SHARES, {"words": list(words)}).all()
    listed = {row.word: row.part for row in found if row.word is not None}
    known = len(listed) < len(found)
    return WordShares(listed=listed, others=_RARE if known else _COMMON)


def estimate_rarest(asked: SearchQuery, shares: WordShares) -> float:
    """Estimate the share of revisions that have the rarest word of a query."""
    return min((_estimate_share(group, shares) for group in asked.every), default=1)


def estimate_all(asked: SearchQuery, shares: WordShares) -> float:
    """Estimate the share of revisions that have all words, if these are unrelated."""
    return prod(_estimate_share(group, shares) for group in asked.every)


def walk_matches(
    conn: Connection,
    request: IndexQuery,
    size: int,
    shares: WordShares,
    far: bool = True,
) -> IndexWalk:
    """Walk over all matches, about `size` keys at a step.

    By key, descending; for a time in the past, the walk may begin with what was stored
    then. `shares` is a result of `estimate_shares`; unless `far`, several common words
    are searched together only in the latest hundred thousand revisions of a large
    index, and only in those stored at about the wanted time.
    """
    asked = _add_marks(request.wanted, request.weeks, request.sources)
    if conn.dialect.name == "sqlite" or not asked:
        return _walk_by_key(asked, size)
    if len(request.sources) > FEW_SOURCES:
        return _walk_by_source(request, size)
    return _walk_by_block(request, size, shares, far)


def take_steps(conn: Connection, steps: Sequence[IndexStep]) -> list[list[int]]:
    """Run steps; return the keys of each, in descending order."""
    if conn.dialect.name == "sqlite":
        return [_take_on_sqlite(conn, step) for step in steps]
    return _take_on_postgresql(conn, steps)


def select_matching(
    conn: Connection, request: IndexQuery, among: Sequence[int] | Select[Any]
) -> list[int]:
    """Select the matching keys from a few thousand, each of which is checked."""
    asked = _add_marks(request.wanted, request.weeks, request.sources)
    key = searchable.c.revision_id
    here = key.in_(among) if isinstance(among, Select) else is_among(conn, key, among)
    query = select(key).where(here).order_by(key.desc())
    if not asked:
        return list_scalars(conn, query)
    if conn.dialect.name == "sqlite":
        # The index would be scanned from the start for each key.
        matches = _match_stored_terms(asked)
    else:
        matches = searchable.c.terms.op("@@")(_cast_tsquery(asked))
    return list_scalars(conn, query.where(matches))


def _add_marks(wanted: SearchQuery, *marks: PhraseGroup) -> SearchQuery:
    """Add to a query one required mark of each kind."""
    return replace(wanted, every=(*wanted.every, *filter(None, marks)))


def estimate_key_range(
    conn: Connection, since: datetime | None, until: datetime | None
) -> tuple[int, int, int]:
    """Estimate the keys of revisions stored at these times; None = first, latest.

    Not needed on SQLite.

    Returns:
        The first and the last key of that time, and the latest of all.
    """
    if conn.dialect.name == "sqlite":
        return 0, 0, 0
    newest = _find_last_key(conn, None)
    first = 0 if since is None else _find_last_key(conn, since)
    return first, newest if until is None else _find_last_key(conn, until), newest


def _find_last_key(conn: Connection, until: datetime | None) -> int:
    """Find the latest key, or one stored at about the time."""
    if until is None:
        return first_scalar(conn, select(func.max(_REVISION.id))) or 0
    at = _REVISION.dated_at
    query = select(_REVISION.id).where(_REVISION.current, at <= until)
    return first_scalar(conn, query.order_by(at.desc()).limit(1)) or 0


# ── walks ──────────────────────────────────────────────────────────────────────


def _walk_by_key(asked: SearchQuery, size: int) -> IndexWalk:
    before = None
    while True:
        result = yield IndexStep(wanted=asked, before=before, size=size)
        if len(result.keys) < size:
            return True
        before, size = result.keys[-1], max(4 * size, _MIN_NEXT_STEP)


def _walk_by_source(request: IndexQuery, size: int) -> IndexWalk:
    asked = _add_marks(request.wanted, request.weeks)
    yield from _walk_all(asked, request.sources, None, size)
    return True


def _walk_by_block(
    request: IndexQuery, size: int, shares: WordShares, far: bool
) -> IndexWalk:
    """Walk from the block of the latest key to that of the first, then the rest.

    As soon as it costs less, the rest is one query.
    """
    asked = _add_marks(request.wanted, request.sources)
    first, last = sorted((request.first, request.last))
    bottom, at, end = first >> BLOCK_BITS, last >> BLOCK_BITS, last + 1
    total = max(end, request.newest)
    parts = [_estimate_share(group, shares) for group in asked.every]
    rarest, likely = estimate_rarest(asked, shares), prod(parts)
    near = not far and len(parts) > 1 and rarest > _COMMON
    near = near and total > _NEAR_BLOCKS << BLOCK_BITS
    if near:
        bottom = max(bottom, at - _NEAR_BLOCKS)
    found, window, before = 0, _MAX_WINDOW, end
    # Words of one subject meet more often than by chance.
    density = cbrt(rarest * likely**2)
    while at >= bottom:
        blocks = _count_blocks(size - found, likely, before - (at << BLOCK_BITS))
        blocks = min(blocks, at - bottom + 1)
        few = not request.weeks or total * density <= _FEW_BESIDE
        if few and _costs_less_whole(total, blocks, rarest, density):
            break
        window = min(blocks, window)
        here = range(at - window + 1, at + 1)
        marks = tuple((f"{BLOCK_MARK}{number}",) for number in here)
        most = max(size - found, _MIN_STEP_SIZE)
        result = yield _mark_step(asked, marks, before, most)
        found += len(result.keys)
        size = found + max(result.needed, ceil(found * _LEAST_FURTHER))
        before = here[0] << BLOCK_BITS if len(result.keys) < most else result.keys[-1]
        at = (before - 1) >> BLOCK_BITS
        # Of what was searched, beside one match of the estimate.
        density = likely = (found + 1) / (end - before + 1 / likely)
        window = min(_WINDOW_GROWTH * window, _MAX_WINDOW)
    else:
        if near:
            return False
    if request.weeks:
        # Also revisions stored before or after that time. If there are few, checking
        # dates costs less than the index.
        beside = before if last >= request.newest else None
        blocks = (last >> BLOCK_BITS) - (first >> BLOCK_BITS) + 1
        few = total * density <= _FEW_BESIDE
        if few and _costs_less_whole(total, blocks, rarest, density):
            yield from _walk_all(asked, (), beside, 2 * _FEW_BESIDE)
        else:
            yield from _walk_all(asked, request.weeks, beside, size)
    elif at >= bottom:
        yield from _walk_all(asked, (), before, size)
    return True


def _costs_less_whole(total: int, blocks: int, rarest: float, density: float) -> bool:
    """Whether one query for all keys costs less than one for some blocks.

    Args:
        total: Number of keys.
        blocks: Number of blocks.
        rarest: Share of the keys that have the rarest word.
        density: Estimated share of the keys that match.
    """
    per_key = _ENTRY_COST * rarest + _MATCH_COST * density
    beyond = min(1 / density, total) * ceil(blocks / _MARKS_PER_QUERY)
    within = _BLOCK_COST * blocks + (blocks << BLOCK_BITS) * per_key
    return total * per_key <= within + _ENTRY_COST * rarest * beyond


def _estimate_share(group: PhraseGroup, shares: WordShares) -> float:
    """Estimate the share of revisions that have any of the phrases."""
    listed, others = shares.listed, shares.others
    parts = (min(listed.get(word, others) for word in phrase) for phrase in group)
    return min(1.0, sum(parts))


def _count_blocks(missing: int, share: float, latest: int) -> int:
    """Estimate in how many blocks the missing matches are.

    Args:
        missing: Number of matches.
        share: Estimated share of the keys that match.
        latest: Number of keys in the latest of the blocks, which may not be full.
    """
    # A quarter more, since matches are rarely spread evenly.
    further = max(0, missing) * 1.25 / share - latest
    return 1 + ceil(max(0, further) / (1 << BLOCK_BITS))


def _walk_all(
    asked: SearchQuery, marks: PhraseGroup, before: int | None, size: int
) -> Generator[IndexStep, StepResult]:
    """Walk over all matches with any of the marks, if any."""
    most = max(size, _MIN_STEP_SIZE)
    while True:
        result = yield _mark_step(asked, marks, before, most)
        if len(result.keys) < most:
            return
        before = result.keys[-1]


def _mark_step(
    asked: SearchQuery, marks: PhraseGroup, before: int | None, size: int
) -> IndexStep:
    some = tuple(map(tuple, batched(marks, _MARKS_PER_QUERY)))
    return IndexStep(wanted=asked, marks=some, before=before, size=size)


# ── SQLite ─────────────────────────────────────────────────────────────────────


def _take_on_sqlite(conn: Connection, step: IndexStep) -> list[int]:
    asked = step.wanted
    if not asked:
        return _load_every_key(conn, step)
    given = (_format_fts5(asked), step.before or MAX_KEY, step.size)
    return list(conn.exec_driver_sql(_SELECT_LATEST, given).scalars())


def _load_every_key(conn: Connection, step: IndexStep) -> list[int]:
    # Revisions that are not current are filtered out later: here that would lose the
    # order of the index.
    query = select(_REVISION.id).where(_REVISION.id < (step.before or MAX_KEY))
    latest = query.order_by(_REVISION.id.desc()).limit(step.size)
    return list_scalars(conn, latest)


def _match_stored_terms(asked: SearchQuery) -> Condition:
    """Match the query against the stored words themselves."""
    kept = literal(" ") + type_coerce(searchable.c.terms, Text) + literal(" ")

    def any_of(group: PhraseGroup) -> Condition:
        phrases = (f" {' '.join(phrase)} " for phrase in group)
        return or_(*(func.instr(kept, phrase) > 0 for phrase in phrases))

    return and_(*map(any_of, asked.every), *(~any_of(each) for each in asked.none))


def _format_fts5(asked: SearchQuery) -> str:
    """Format a query in FTS5 syntax, with every word in quotes."""

    def any_of(group: PhraseGroup) -> str:
        return " OR ".join(f'"{" ".join(phrase)}"' for phrase in group)

    must = " AND ".join(f"({any_of(group)})" for group in asked.every)
    if not asked.none:
        return must
    return f"({must}) NOT ({' OR '.join(map(any_of, asked.none))})"


# ── PostgreSQL ─────────────────────────────────────────────────────────────────


def _take_on_postgresql(
    conn: Connection, steps: Sequence[IndexStep]
) -> list[list[int]]:
    """Run the queries of all steps in one statement."""
    found: list[list[int]] = [[] for _ in steps]
    asked = [
        (number, *terms, step.before or MAX_KEY, step.size)
        for number, step in enumerate(steps)
        for terms in _format_step(step)
    ]
    if asked:
        names = ("steps", "marks", "words", "before", "sizes")
        given = dict(zip(names, map(list, zip(*asked, strict=True)), strict=True))
        for number, key in conn.execute(_SELECT_HITS, given).all():
            found[number].append(key)
    for number, step in enumerate(steps):
        if not (step.wanted or step.marks):
            found[number] = _load_every_key(conn, step)
    return found


def _format_step(step: IndexStep) -> Iterator[tuple[str | None, str]]:
    """Format the marks, if any, and the words of each query of a step."""
    marks = (_format_tsquery(SearchQuery(every=(group,))) for group in step.marks)
    if not step.wanted:
        return ((None, each) for each in marks)
    words = _format_tsquery(step.wanted)
    return ((each, words) for each in (marks if step.marks else (None,)))


def _cast_tsquery(asked: SearchQuery) -> ColumnElement[Any]:
    from sqlalchemy.dialects.postgresql import TSQUERY

    return cast(literal(_format_tsquery(asked)), TSQUERY)


def _format_tsquery(asked: SearchQuery) -> str:
    """Format a query in tsquery syntax, with every word in quotes."""

    def any_of(group: PhraseGroup) -> str:
        phrases = (" <-> ".join(f"'{word}'" for word in phrase) for phrase in group)
        return "(" + " | ".join(f"({phrase})" for phrase in phrases) + ")"

    must = map(any_of, asked.every)
    return " & ".join([*must, *(f"!{any_of(group)}" for group in asked.none)])
