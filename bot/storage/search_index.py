"""Walk the full text index of each database, newest matches first.

A walk is a generator: it yields a step, which is the next query to the index, and is
sent the keys found, until there are no more. So the caller decides how far it goes, and
several walks proceed in parallel: on PostgreSQL, where a statement costs a millisecond,
one statement runs the queries of all walks.

SQLite's index returns matches in the order of keys, up to a limit. PostgreSQL's returns
all matches or none, and the cost of alternatives grows with the square of their number.
There, blocks of keys are searched from the newest on, each by its own query, as many at
a time as the number of matches in earlier blocks suggests.
"""

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
    type_coerce,
)

from bot.model.scope import MAX_KEY
from bot.storage.schema import revisions, searchable
from bot.storage.statements import Condition, first_scalar, is_among, list_scalars
from digests.language.search_terms import PhraseGroup, SearchQuery
from digests.types import frozen

_REVISION = revisions.c
#: Prefix of the marks for blocks of keys, and the number of key bits within a block.
BLOCK_MARK, BLOCK_BITS = "¶", 12
#: Growth factor of the number of blocks searched at a time (PostgreSQL), and its limit.
_WINDOW_GROWTH, _MAX_WINDOW = 4, 64
#: Maximum number of matches that are fetched all at once: as a multiple of the wanted
#: number, and for a few sources.
_FEW_MATCHES, _FEW_OF_SOURCES = 3, 5000
#: Maximum number of matches of all times that are fetched if some weeks are wanted.
_FEW_BESIDE = 2000
#: Minimum number of matches per step, because another query finds all of them again.
_MIN_STEP_SIZE = 500
#: Maximum number of sources in one query; more of them are queried one by one.
FEW_SOURCES = 16
#: Selects words in more than 5 % of the revisions.
_SELECT_COMMON_WORDS = text(
    "SELECT c.word FROM pg_stats s,"
    " unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) c(word, part)"
    " WHERE s.schemaname = current_schema() AND s.tablename = 'searchable'"
    " AND s.attname = 'terms' AND c.part > 0.05 AND c.word = ANY(:words)"
)
#: Number of blocks in which common words are searched together, unless `far`.
_NEAR_BLOCKS = 24
_INDEX = table("searchable_index", column("rowid"), column("searchable_index"))


@frozen
class IndexQuery:
    """Words to search for, and marks, one of each kind of which must match."""

    wanted: SearchQuery
    #: Empty = any time.
    weeks: PhraseGroup = ()
    #: Range of keys stored at about the wanted time, from `estimate_key_range`.
    first: int = 0
    last: int = 0
    #: Empty = any source.
    sources: PhraseGroup = ()


@frozen
class IndexStep:
    """A query for the latest keys that match any of several questions."""

    questions: tuple[SearchQuery, ...]
    #: Only keys below this one.
    before: int | None = None
    #: Maximum number of keys.
    size: int


IndexWalk = Generator[IndexStep, list[int], None]


def list_common_words(
    conn: Connection, requests: Iterable[IndexQuery]
) -> frozenset[str]:
    """List the words and marks in many revisions, by PostgreSQL's statistics."""
    if conn.dialect.name == "sqlite":
        return frozenset()
    groups = (
        g for request in requests for g in (*request.wanted.every, request.sources)
    )
    words = {word for group in groups for phrase in group for word in phrase}
    found = conn.execute(_SELECT_COMMON_WORDS, {"words": list(words)})
    return frozenset(found.scalars().all())


def walk_matches(
    conn: Connection,
    request: IndexQuery,
    size: int,
    common: Collection[str] = (),
    far: bool = True,
) -> IndexWalk:
    """Walk over all matches, about `size` keys at a step.

    By key, descending; for a time in the past, the walk may begin with what was stored
    then. `common` is a result of `list_common_words`; unless `far`, several common
    words are searched together in the latest hundred thousand revisions only.
    """
    asked = _add_marks(request.wanted, request.weeks, request.sources)
    if conn.dialect.name == "sqlite" or not asked:
        return _walk_by_key(asked, size)
    if len(request.sources) > FEW_SOURCES:
        return _walk_by_source(request, size)
    return _walk_by_block(request, size, common, far)


def take_steps(conn: Connection, steps: Sequence[IndexStep]) -> list[list[int]]:
    """Run steps; return the keys of each, in descending order."""
    if conn.dialect.name == "sqlite":
        return [_take_on_sqlite(conn, step) for step in steps]
    return _take_on_postgresql(conn, steps)


def select_matching(
    conn: Connection, request: IndexQuery, among: Sequence[int]
) -> list[int]:
    """Select the matching keys from a few thousand, each of which is checked."""
    asked = _add_marks(request.wanted, request.weeks, request.sources)
    if not asked:
        return sorted(among, reverse=True)
    key = searchable.c.revision_id
    if conn.dialect.name == "sqlite":
        # The index would be scanned from the start for each key.
        matches = _match_stored_terms(asked)
    else:
        matches = searchable.c.terms.op("@@")(_cast_tsquery(asked))
    query = select(key).where(is_among(conn, key, among), matches)
    return list_scalars(conn, query.order_by(key.desc()))


def _add_marks(wanted: SearchQuery, *marks: PhraseGroup) -> SearchQuery:
    """Add to a query one required mark of each kind."""
    return replace(wanted, every=(*wanted.every, *filter(None, marks)))


def estimate_key_range(
    conn: Connection, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Estimate the keys of revisions stored at these times; None = first, latest.

    Not needed on SQLite.
    """
    if conn.dialect.name == "sqlite":
        return 0, 0
    first = 0 if since is None else _find_last_key(conn, since)
    return first, _find_last_key(conn, until)


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
        found = yield IndexStep(questions=(asked,), before=before, size=size)
        if len(found) < size:
            return
        before, size = found[-1], 4 * size


def _walk_by_source(request: IndexQuery, size: int) -> IndexWalk:
    asked = _add_marks(request.wanted, request.weeks)
    yield from _walk_all(_split_by_mark(asked, request.sources), None, size)


def _walk_by_block(
    request: IndexQuery, size: int, common: Collection[str], far: bool
) -> IndexWalk:
    """Walk from the block of the latest key to that of the first, then the rest."""
    asked = _add_marks(request.wanted, request.sources)
    # To find common words together, the index reads all positions of each.
    meet = len(asked.every) > 1 and not any(_is_rare(g, common) for g in asked.every)
    few = max(_FEW_MATCHES * size, _FEW_OF_SOURCES if request.sources else 0)
    first, last = sorted((request.first, request.last))
    bottom, at, end = first >> BLOCK_BITS, last >> BLOCK_BITS, last + 1
    if meet and not far:
        bottom = max(bottom, at - _NEAR_BLOCKS)
    # The latest block is rarely full: too small for an estimate.
    found, window, before = 0, 2, end
    while at >= bottom:
        here = range(max(bottom, at - window + 1), at + 1)
        blocks = tuple((f"{BLOCK_MARK}{number}",) for number in here)
        found += yield from _walk_all(_split_by_mark(asked, blocks), before, size)
        at, before = here[0] - 1, here[0] << BLOCK_BITS
        looked, there_are = end - before, end - (bottom << BLOCK_BITS)
        if not meet and found * there_are <= few * looked:
            # The rest costs less in one query.
            break
        window = _next_window(window, found, looked, size)
    if meet and not far:
        return
    if request.weeks:
        # Also revisions stored before or after that time. If there are few, checking
        # dates costs less than the index.
        few_beside = not meet and found * end <= _FEW_BESIDE * (end - before)
        rest = (asked,) if few_beside else _split_by_mark(asked, request.weeks)
        yield from _walk_all(rest, None, size)
    elif at >= bottom:
        yield from _walk_all((asked,), before, size)


def _next_window(window: int, found: int, looked: int, size: int) -> int:
    """Estimate in how many blocks the missing matches are, from those found so far."""
    missing = max(0, size - found)
    # A quarter more than that, since matches are rarely spread evenly.
    likely = missing * looked * 5 // (max(1, found << BLOCK_BITS) * 4) + 1
    return min(likely, _WINDOW_GROWTH * window, _MAX_WINDOW)


def _is_rare(group: PhraseGroup, common: Collection[str]) -> bool:
    return not any(all(word in common for word in phrase) for phrase in group)


def _walk_all(
    questions: tuple[SearchQuery, ...], before: int | None, size: int
) -> Generator[IndexStep, list[int], int]:
    """Walk over the matches of any of the queries; return their number."""
    count, most = 0, max(size, _MIN_STEP_SIZE)
    while True:
        found = yield IndexStep(questions=questions, before=before, size=most)
        count += len(found)
        if len(found) < most:
            return count
        before = found[-1]


def _split_by_mark(asked: SearchQuery, marks: PhraseGroup) -> tuple[SearchQuery, ...]:
    """Make a query for each of the marks."""
    return tuple(_add_marks(asked, (mark,)) for mark in marks)


# ── SQLite ─────────────────────────────────────────────────────────────────────


def _take_on_sqlite(conn: Connection, step: IndexStep) -> list[int]:
    (asked,) = step.questions
    if not asked:
        return _load_every_key(conn, step)
    matches = _INDEX.c.searchable_index.op("MATCH")(_format_fts5(asked))
    key = _INDEX.c.rowid
    return _load_page(conn, select(key).where(matches), key, step)


def _load_every_key(conn: Connection, step: IndexStep) -> list[int]:
    # Revisions that are not current are filtered out later: here that would lose the
    # order of the index.
    return _load_page(conn, select(_REVISION.id), _REVISION.id, step)


def _load_page(
    conn: Connection, query: Select[Any], key: ColumnElement[int], step: IndexStep
) -> list[int]:
    if step.before is not None:
        query = query.where(key < step.before)
    return list_scalars(conn, query.order_by(key.desc()).limit(step.size))


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
        (number, _format_tsquery(question), step.before or MAX_KEY, step.size)
        for number, step in enumerate(steps)
        for question in step.questions
        if question
    ]
    if asked:
        for number, key in conn.execute(_select_hits(asked)).all():
            found[number].append(key)
    for number, step in enumerate(steps):
        if not all(step.questions):
            found[number] = _load_every_key(conn, step)
    return found


def _select_hits(asked: Sequence[tuple[int, str, int, int]]) -> Select[Any]:
    """Select for each step the latest keys that match, in descending order."""
    # Imported only if it is used.
    from sqlalchemy.dialects.postgresql import TSQUERY

    kinds = {"step": Integer, "question": Text, "before": BigInteger, "size": Integer}
    given = (
        literal(list(each), ARRAY(kind))
        for each, kind in zip(zip(*asked, strict=True), kinds.values(), strict=True)
    )
    each = func.unnest(*given).table_valued(*kinds, name="asked").render_derived()
    held = searchable.c.terms.op("@@")(cast(each.c.question, TSQUERY))
    key = searchable.c.revision_id
    # MATERIALIZED keeps the plan from scanning keys for a rare word. A revision has one
    # mark of each kind, so that no key matches a step twice.
    hits = (
        select(each.c.step, each.c.before, each.c.size, key)
        .select_from(each.join(searchable, held))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    last = hits.c.revision_id.desc()
    place = func.row_number().over(partition_by=hits.c.step, order_by=last)
    ranked = (
        select(hits, place.label("place"))
        .where(hits.c.revision_id < hits.c.before)
        .subquery()
    )
    return (
        select(ranked.c.step, ranked.c.revision_id)
        .where(ranked.c.place <= ranked.c.size)
        .order_by(ranked.c.step, ranked.c.revision_id.desc())
    )


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
