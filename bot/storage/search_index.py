"""Walk the full text index of each database, newest matches first.

A walk is a generator: it yields a step, what to ask the index next, and is sent the
keys that came of it, until it knows that there are no more. So whoever walks decides
how far, and several walks go side by side: on PostgreSQL, where a statement costs a
millisecond, one statement asks for all of them.

SQLite's index gives matches by key, as many as are wanted. PostgreSQL's finds all or
none, and joins alternatives at a cost that grows with their square. So there blocks of
keys are gone through from the newest on, each a question by itself, as many at a time
as what was found in those before makes likely to be enough.
"""

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
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
    values,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.schema import revisions, searchable
from digests.language.search_terms import PhraseGroup, SearchQuery

#: As in the migration that made the index.
BLOCK_MARK, BLOCK_BITS = "¶", 12
#: How many times more blocks PostgreSQL looks through at a time, and at the most.
_WINDOW_GROWTH, _MAX_WINDOW = 4, 64
#: Up to so many times the matches that are wanted, or so many of a few sources, all are
#: taken at once.
_FEW_MATCHES, _FEW_OF_SOURCES = 3, 5000
#: So many of all times are taken where those of some weeks are wanted.
_FEW_BESIDE = 2000
#: So many matches of a step are taken at the least: to ask again costs all of them.
_MIN_STEP_SIZE = 500
#: So few sources are named to the index together; more of them one by one.
FEW_SOURCES = 16
#: One in twenty versions holds them.
_SELECT_COMMON_WORDS = text(
    "SELECT c.word FROM pg_stats s,"
    " unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) c(word, part)"
    " WHERE s.schemaname = current_schema() AND s.tablename = 'searchable'"
    " AND s.attname = 'terms' AND c.part > 0.05 AND c.word = ANY(:words)"
)
#: Blocks in which it is looked where common words meet, if not far.
_NEAR_BLOCKS = 24
_MAX_KEY = 2**63 - 1
_INDEX = table("searchable_index", column("rowid"), column("searchable_index"))


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexQuery:
    """What is looked for: words, and marks one of each kind of which must be there."""

    wanted: SearchQuery
    #: None: whenever.
    weeks: PhraseGroup = ()
    #: Keys of about the time that it is looked for in, as `keys_between` gives them.
    first: int = 0
    last: int = 0
    #: None: from anywhere.
    sources: PhraseGroup = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexStep:
    """Questions to the index: the last keys that match any of them."""

    questions: tuple[SearchQuery, ...]
    #: Only keys before this one.
    before: int | None = None
    #: How many at the most.
    size: int


IndexWalk = Generator[IndexStep, list[int], None]


def list_common_words(
    connection: Connection, requests: Iterable[IndexQuery]
) -> frozenset[str]:
    """Give the words and marks that many versions hold, as far as PostgreSQL knows."""
    if connection.dialect.name == "sqlite":
        return frozenset()
    groups = (
        g for request in requests for g in (*request.wanted.every, request.sources)
    )
    words = {word for group in groups for phrase in group for word in phrase}
    found = connection.execute(_SELECT_COMMON_WORDS, {"words": list(words)})
    return frozenset(found.scalars().all())


def walk_matches(
    connection: Connection,
    request: IndexQuery,
    size: int,
    common: Collection[str] = (),
    *,
    far: bool = True,
) -> IndexWalk:
    """Walk over all that matches, about `size` keys at a step.

    By key from the last to the first; where a time ends before now, a database may
    begin with what came in then. `common` is as `common` gives it; unless it may go
    `far`, where common words meet is looked for in the last hundred thousand only.
    """
    asked = _add_marks(request.wanted, request.weeks, request.sources)
    if connection.dialect.name == "sqlite" or not asked:
        return _walk_by_key(asked, size)
    if len(request.sources) > FEW_SOURCES:
        return _walk_by_source(request, size)
    return _walk_by_block(request, size, common, far)


def take_steps(connection: Connection, steps: Sequence[IndexStep]) -> list[list[int]]:
    """Take steps: the keys that come of each, the last first."""
    if connection.dialect.name == "sqlite":
        return [_take_on_sqlite(connection, step) for step in steps]
    return _take_on_postgresql(connection, steps)


def select_matching(
    connection: Connection, request: IndexQuery, among: Sequence[int]
) -> list[int]:
    """Give those of a few thousand keys that match: each is looked at by itself."""
    asked = _add_marks(request.wanted, request.weeks, request.sources)
    if not asked:
        return sorted(among, reverse=True)
    key = searchable.c.revision_id
    if connection.dialect.name == "sqlite":
        # Its index would be gone through from the start for each key.
        matches = _match_stored_terms(asked)
    else:
        matches = searchable.c.terms.op("@@")(_cast_tsquery(asked))
    query = select(key).where(key.in_(among), matches).order_by(key.desc())
    return list(connection.execute(query).scalars().all())


def _add_marks(wanted: SearchQuery, *marks: PhraseGroup) -> SearchQuery:
    """Ask for one of each kind of marks besides."""
    return replace(wanted, every=(*wanted.every, *filter(None, marks)))


def estimate_key_range(
    connection: Connection, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Give the keys of versions of about these times; None: from the first, till now.

    Where SQLite looks, they do not matter.
    """
    if connection.dialect.name == "sqlite":
        return 0, 0
    first = 0 if since is None else _find_last_key(connection, since)
    return first, _find_last_key(connection, until)


def _find_last_key(connection: Connection, until: datetime | None) -> int:
    """Give the last key, or one of about the time."""
    if until is None:
        return connection.execute(select(func.max(revisions.c.id))).scalar() or 0
    query = (
        select(revisions.c.id)
        .where(revisions.c.current, revisions.c.dated_at <= until)
        .order_by(revisions.c.dated_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or 0


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
    """Walk from the block of the last key to that of the first, then over the rest."""
    asked = _add_marks(request.wanted, request.sources)
    # To find where common words meet, the index goes through all places of each.
    meet = len(asked.every) > 1 and not any(_is_rare(g, common) for g in asked.every)
    few = max(_FEW_MATCHES * size, _FEW_OF_SOURCES if request.sources else 0)
    first, last = sorted((request.first, request.last))
    bottom, at, end = first >> BLOCK_BITS, last >> BLOCK_BITS, last + 1
    if meet and not far:
        bottom = max(bottom, at - _NEAR_BLOCKS)
    # The last block is seldom full: too few to go by.
    found, window, before = 0, 2, end
    while at >= bottom:
        here = range(max(bottom, at - window + 1), at + 1)
        blocks = tuple((f"{BLOCK_MARK}{number}",) for number in here)
        found += yield from _walk_all(_split_by_mark(asked, blocks), before, size)
        at, before = here[0] - 1, here[0] << BLOCK_BITS
        looked, there_are = end - before, end - (bottom << BLOCK_BITS)
        if not meet and found * there_are <= few * looked:
            # All that is left costs less at once.
            break
        window = _next_window(window, found, looked, size)
    if meet and not far:
        return
    if request.weeks:
        # Also what came in before or after its time. Few at other times, the date
        # tells apart sooner than the index does.
        few_beside = not meet and found * end <= _FEW_BESIDE * (end - before)
        rest = (asked,) if few_beside else _split_by_mark(asked, request.weeks)
        yield from _walk_all(rest, None, size)
    elif at >= bottom:
        yield from _walk_all((asked,), before, size)


def _next_window(window: int, found: int, looked: int, size: int) -> int:
    """How many blocks hold what is missing, by what was found among so many keys."""
    missing = max(0, size - found)
    # A quarter more than that, since it is seldom spread evenly.
    likely = missing * looked * 5 // (max(1, found << BLOCK_BITS) * 4) + 1
    return min(likely, _WINDOW_GROWTH * window, _MAX_WINDOW)


def _is_rare(group: PhraseGroup, common: Collection[str]) -> bool:
    return not any(all(word in common for word in phrase) for phrase in group)


def _walk_all(
    questions: tuple[SearchQuery, ...], before: int | None, size: int
) -> Generator[IndexStep, list[int], int]:
    """Walk over what matches any of the questions; returns how many there were."""
    count, most = 0, max(size, _MIN_STEP_SIZE)
    while True:
        found = yield IndexStep(questions=questions, before=before, size=most)
        count += len(found)
        if len(found) < most:
            return count
        before = found[-1]


def _split_by_mark(asked: SearchQuery, marks: PhraseGroup) -> tuple[SearchQuery, ...]:
    """Ask for each of the marks by itself."""
    return tuple(_add_marks(asked, (mark,)) for mark in marks)


# ── SQLite ─────────────────────────────────────────────────────────────────────


def _take_on_sqlite(connection: Connection, step: IndexStep) -> list[int]:
    (asked,) = step.questions
    if not asked:
        return _load_page(connection, *_select_every_key(), step)
    key = _INDEX.c.rowid
    return _load_page(connection, select(key).where(_match_fts5(asked)), key, step)


def _select_every_key() -> tuple[Select[Any], ColumnElement[int]]:
    # What is not current is left out later: here it would cost the index its order.
    return select(revisions.c.id), revisions.c.id


def _load_page(
    connection: Connection, query: Select[Any], key: ColumnElement[int], step: IndexStep
) -> list[int]:
    if step.before is not None:
        query = query.where(key < step.before)
    found = connection.execute(query.order_by(key.desc()).limit(step.size))
    return list(found.scalars().all())


def _match_fts5(asked: SearchQuery) -> ColumnElement[bool]:
    return _INDEX.c.searchable_index.op("MATCH")(_format_fts5(asked))


def _match_stored_terms(asked: SearchQuery) -> ColumnElement[bool]:
    """Look for what is asked in the kept words themselves."""
    kept = literal(" ") + type_coerce(searchable.c.terms, Text) + literal(" ")

    def any_of(group: PhraseGroup) -> ColumnElement[bool]:
        phrases = (f" {' '.join(phrase)} " for phrase in group)
        return or_(*(func.instr(kept, phrase) > 0 for phrase in phrases))

    return and_(*map(any_of, asked.every), *(~any_of(each) for each in asked.none))


def _format_fts5(asked: SearchQuery) -> str:
    """Write a question in the language of SQLite's index: every word in quotes."""

    def any_of(group: PhraseGroup) -> str:
        return " OR ".join(f'"{" ".join(phrase)}"' for phrase in group)

    must = " AND ".join(f"({any_of(group)})" for group in asked.every)
    if not asked.none:
        return must
    return f"({must}) NOT ({' OR '.join(map(any_of, asked.none))})"


# ── PostgreSQL ─────────────────────────────────────────────────────────────────


def _take_on_postgresql(
    connection: Connection, steps: Sequence[IndexStep]
) -> list[list[int]]:
    """Ask all that the steps ask in one statement."""
    found: list[list[int]] = [[] for _ in steps]
    asked = [
        (number, _format_tsquery(question), step.before or _MAX_KEY, step.size)
        for number, step in enumerate(steps)
        for question in step.questions
        if question
    ]
    if asked:
        for number, key in connection.execute(_select_hits(asked)).all():
            found[number].append(key)
    for number, step in enumerate(steps):
        if not all(step.questions):
            found[number] = _load_page(connection, *_select_every_key(), step)
    return found


def _select_hits(asked: Sequence[tuple[int, str, int, int]]) -> Select[Any]:
    """Give of each step the last keys that match, the last first."""
    # Loaded only where it is used.
    from sqlalchemy.dialects.postgresql import TSQUERY

    columns = (
        column("step", Integer),
        column("question", Text),
        column("before", BigInteger),
        column("size", Integer),
    )
    each = values(*columns, name="asked").data(list(asked))
    held = searchable.c.terms.op("@@")(cast(each.c.question, TSQUERY))
    key = searchable.c.revision_id
    # MATERIALIZED keeps the plan from walking keys, all or those before one, for a rare
    # word. Of one kind of marks a version has one: no key matches a step twice.
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
    """Write a question in the language of PostgreSQL's: every word in quotes."""

    def any_of(group: PhraseGroup) -> str:
        phrases = (" <-> ".join(f"'{word}'" for word in phrase) for phrase in group)
        return "(" + " | ".join(f"({phrase})" for phrase in phrases) + ")"

    must = map(any_of, asked.every)
    return " & ".join([*must, *(f"!{any_of(group)}" for group in asked.none)])
