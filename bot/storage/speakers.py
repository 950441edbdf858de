"""The index of speakers: whose quotes came in last; it reads no text and orders none.

Each word of a speaker's name stands beside the quote, its source, and the block of
keys in which the quote lies. So the last quotes of anybody are found by going through
the newest blocks, however often the name was quoted before; and where those hold few
of them, or few that the workspace may see, all are found through its sources. Either
way a look costs what it finds, also for the first letters of a name.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.dialects import begins_with
from bot.storage.schema import articles, quotes, revisions, sources, speaker_words
from bot.storage.sources import visible
from digests.language.fold import fold

_WORD = re.compile(r"\w+(?:'\w+)*")
_LONGEST_WORD = 60
#: Quotes to a block, as a power of two; as in the migration that made the index.
_BLOCK_BITS = 12
#: So many of the newest blocks are gone through, one after the other set.
_WINDOWS = (1, 16)


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
    asked = words(speaker)
    mine = _sources(connection, workspace_id)
    if not asked or not mine:
        return [], True
    called = (*_called(asked), speaker_words.c.source_id.in_(mine))
    top = connection.execute(select(func.max(quotes.c.id))).scalar() or 0
    newest = top >> _BLOCK_BITS
    for blocks, further in zip(_WINDOWS, (*_WINDOWS[1:], None), strict=True):
        if blocks > newest:
            break
        within = speaker_words.c.block.in_(range(newest - blocks + 1, newest + 1))
        found = _keys(connection, (within, *called), most)
        if len(found) >= most:
            return list(dict.fromkeys(found)), False
        if further is None or len(found) * further < most * blocks:
            # As rare in the next ones as in these: the sources know all of them.
            break
    found = _keys(connection, called, most)
    return list(dict.fromkeys(found)), len(found) < most


def said_by(speaker: str) -> tuple[ColumnElement[bool], ...] | None:
    """Keep quotes in whose speaker's name each word begins one; None: no word.

    For quotes that something else has found: each is looked at.
    """
    return tuple(map(_one_begins_with, words(speaker))) or None


def words(name: str) -> tuple[str, ...]:
    """Give the words of a name as they are kept, the longest first."""
    found = (word[:_LONGEST_WORD] for word in _WORD.findall(fold(name)))
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def _called(asked: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """Find rows of the longest word, in whose name the others begin words too."""
    first, *others = asked
    return (
        begins_with(speaker_words.c.word, first),
        *(_one_begins_with(word, of=speaker_words.c.quote_id) for word in others),
    )


def _one_begins_with(
    word: str, *, of: ColumnElement[int] = quotes.c.id
) -> ColumnElement[bool]:
    other = speaker_words.alias()
    return exists().where(other.c.quote_id == of, begins_with(other.c.word, word))


def _sources(connection: Connection, workspace_id: int) -> list[int]:
    query = select(sources.c.id).where(visible(workspace_id))
    return list(connection.execute(query).scalars().all())


def _keys(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], most: int
) -> list[int]:
    """Give the last keys in order, one as often as words of its name fit."""
    # MATERIALIZED keeps the plan from walking all keys backwards for a rare name.
    hits = (
        select(speaker_words.c.quote_id)
        .where(*conditions)
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    key = hits.c.quote_id
    found = connection.execute(select(key).order_by(key.desc()).limit(most))
    return list(found.scalars().all())
