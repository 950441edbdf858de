"""The index of speakers: whose quotes came in last; it reads no text and orders none.

Each word of a speaker's name stands beside the quote, its source, and the block of
keys in which the quote lies. So the last quotes of anybody are found by going through
the newest blocks, however often the name was quoted before; and where those hold few
of them, or few that the workspace may see, all are found through its sources. Either
way a look costs what it finds, also for the first letters of a name.
"""

import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import sources
from bot.storage.dialects import begins_with
from bot.storage.schema import articles, quotes, revisions, speaker_words
from digests.language.fold import fold

_WORD = re.compile(r"\w+(?:'\w+)*")
_LONGEST_WORD = 60
#: Quotes to a block, as a power of two; as in the migration that made the index.
_BLOCK_BITS = 12
#: So many of the newest blocks are gone through, one after the other set.
_WINDOWS = (1, 4, 16, 64)
#: So many blocks before and after lie what came in at about the same time.
_BESIDE = 5


def keep(
    connection: Connection, *, revision_id: int, said: Sequence[tuple[int, str]]
) -> None:
    """Let quotes of a revision be found: their keys, and who said them."""
    source = (
        select(articles.c.source_id)
        .join(revisions, revisions.c.article_id == articles.c.id)
        .where(revisions.c.id == revision_id)
        .scalar_subquery()
    )
    rows = [
        {"block": key >> _BLOCK_BITS, "word": word, "quote_id": key}
        for key, speaker in said
        for word in words(speaker)
    ]
    if rows:
        connection.execute(speaker_words.insert().values(source_id=source), rows)


def last(
    connection: Connection, *, workspace_id: int, speaker: str, most: int
) -> tuple[list[int], bool]:
    """List the keys of the quotes of a speaker that came in last.

    What they come from may be seen by the workspace, but need not be current.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        speaker: Beginnings of words of the name, in any order; no word finds nobody.
        most: How many at the most.

    Returns:
        The keys, the newest first, and whether these are all.
    """
    mine = sources.keys_in_workspace(connection, workspace_id=workspace_id)
    if not words(speaker) or not mine:
        return [], True
    look = partial(_keys, connection, mine, words(speaker), most)
    top = connection.execute(select(func.max(quotes.c.id))).scalar() or 0
    newest = top >> _BLOCK_BITS
    for blocks, further in pairwise((*_WINDOWS, 0)):
        if blocks > newest:
            break
        first = newest - blocks + 1
        found = look(speaker_words.c.block.in_(range(first, newest + 1)))
        if len(found) >= most:
            return list(dict.fromkeys(found)), False
        # The newest block is not full.
        keys = top + 1 - (first << _BLOCK_BITS)
        if len(found) * (further << _BLOCK_BITS) < most * keys:
            # As rare in the next ones, the sources give all of them sooner.
            break
    found = look(speaker_words.c.source_id.in_(mine))
    return list(dict.fromkeys(found)), len(found) < most


def around(
    connection: Connection,
    *,
    workspace_id: int,
    word: str,
    keys: Sequence[int],
    most: int,
) -> list[int]:
    """List quotes of whoever is called so, stored at about the same time as others.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        word: Of a name, or the beginning of one.
        keys: Of the others.
        most: How many for each of these at the most, the last that came in.
    """
    mine = sources.keys_in_workspace(connection, workspace_id=workspace_id)
    if not mine or not keys:
        return []
    there = {key >> _BLOCK_BITS for key in keys}
    near = {at + beside for at in there for beside in range(-_BESIDE, _BESIDE + 1)}
    where = speaker_words.c.block.in_(sorted(near))
    found = _keys(connection, mine, (word,), most * len(keys), where)
    return list(dict.fromkeys(found))


def said_by(speaker: str) -> tuple[ColumnElement[bool], ...] | None:
    """Keep quotes in whose speaker's name each word begins one; None: no word.

    For quotes that something else has found: each is looked at.
    """
    return tuple(map(_one_begins_with, words(speaker))) or None


def words(name: str) -> tuple[str, ...]:
    """Give the words of a name as they are kept, the longest first."""
    found = (word[:_LONGEST_WORD] for word in _WORD.findall(fold(name)))
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def _one_begins_with(
    word: str, *, of: ColumnElement[int] = quotes.c.id
) -> ColumnElement[bool]:
    other = speaker_words.alias()
    mine = select(other.c.quote_id).where(
        other.c.quote_id == of, begins_with(other.c.word, word)
    )
    # OFFSET keeps PostgreSQL from reading every row of the word to join with.
    return exists(mine.correlate_except(other).offset(0))


def _keys(
    connection: Connection,
    mine: Sequence[int],
    asked: Sequence[str],
    most: int,
    where: ColumnElement[bool],
) -> list[int]:
    """Give the last keys in order, one as often as words of its name fit."""
    longest, *others = asked
    # MATERIALIZED keeps the plan to the index that `where` and the word are made for.
    hits = (
        select(speaker_words.c.quote_id, speaker_words.c.source_id)
        .where(where, begins_with(speaker_words.c.word, longest))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    key = hits.c.quote_id
    called = (_one_begins_with(word, of=key) for word in others)
    query = select(key).where(hits.c.source_id.in_(mine), *called)
    found = connection.execute(query.order_by(key.desc()).limit(most))
    return list(found.scalars().all())
