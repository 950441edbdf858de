"""Quotes: stored as spans of a revision, found by speaker or topic.

The words are never stored a second time: what is shown is the revision's own text
from start to end. The index of speakers gives the last quotes of somebody, the full
text index the last articles on a topic; what is shown is chosen from these, by date.

Each word of a speaker's name stands beside the quote, its source, and the block of
keys in which the quote lies. So the last quotes of anybody are found by going through
the newest blocks, however often the name was quoted before; and where those hold few
of them, or few that the workspace may see, all are found through its sources. Either
way a look costs what it finds, also for the first letters of a name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice, pairwise
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Row, Select, delete, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import article_search, source_store
from bot.storage.revision_store import (
    REVISION_JOIN,
    filter_visible_revisions,
    load_articles,
)
from bot.storage.schema import articles, quotes, revisions, speaker_words
from bot.storage.statements import match_prefix
from digests.language.normalization import normalize_text
from digests.language.search_terms import SearchQuery, parse_query
from digests.types import Article, Mention, Quote, Span

#: Wire copies repeat a quote; so many are read for one that is shown.
_READ_PER_RESULT = 8
#: So many articles are looked at, the last that came in.
_MAX_ARTICLES = 300
#: So many quotes of somebody are looked at first, and where copies or a day leave few
#: of them.
_FIRST_QUOTES, _MORE_QUOTES = 300, 3000
#: From how many of the newest quotes the names to offer are taken.
_QUOTES_FOR_NAMES = 1000


def store_quotes(
    connection: Connection, *, revision_id: int, found: Sequence[Quote]
) -> None:
    """Keep the quotes of a revision, in place of what was kept before."""
    connection.execute(delete(quotes).where(quotes.c.revision_id == revision_id))
    said = []
    for position, quote in enumerate(found):
        quote_id = connection.execute(
            quotes.insert()
            .values(_quote_to_row(revision_id, position, quote))
            .returning(quotes.c.id)
        ).scalar_one()
        said.append((quote_id, quote.speaker or ""))
    index_speakers(connection, revision_id=revision_id, said=said)


def list_quotes(
    connection: Connection,
    *,
    workspace_id: int,
    speaker: str | None = None,
    topic: str | None = None,
    since: datetime | None = None,
    limit: int,
) -> tuple[tuple[Article, Quote], ...]:
    """List quotes with their articles, newest first, each wording once.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        speaker: Beginnings of words of the name, in any order; None: anybody.
        topic: Words that must all stand in the article; None: any.
        since: The article's date at the earliest.
        limit: How many at the most.
    """
    about = parse_query(topic) if topic is not None else None
    if about == SearchQuery():
        return ()
    here: _QuoteScope = {"workspace_id": workspace_id, "since": since, "limit": limit}
    if speaker is None:
        chosen = _choose_by_topic(connection, about, (), **here)
    elif about is None:
        chosen = _choose_by_speaker(connection, speaker, **here)
    else:
        chosen = _choose_by_speaker_and_topic(connection, speaker, about, **here)
    return _load_quotes(connection, chosen)


class _QuoteScope(TypedDict):
    workspace_id: int
    since: datetime | None
    limit: int


def _choose_by_speaker(
    connection: Connection, speaker: str, **here: Unpack[_QuoteScope]
) -> list[int]:
    """Choose from the last quotes of a speaker, then from more of them."""
    chosen: list[int] = []
    for most in (_FIRST_QUOTES, _MORE_QUOTES):
        said, whole = list_last_quote_ids(
            connection, workspace_id=here["workspace_id"], speaker=speaker, most=most
        )
        chosen = _choose_newest(connection, [quotes.c.id.in_(said)], **here)
        if whole or len(chosen) >= here["limit"]:
            break
    return chosen


def _choose_by_speaker_and_topic(
    connection: Connection,
    speaker: str,
    about: SearchQuery,
    **here: Unpack[_QuoteScope],
) -> list[int]:
    """Choose from a speaker's last quotes, the last articles on it, the last on both.

    Whoever is often quoted, and what is often written about, may still meet seldom.
    """
    workspace_id = here["workspace_id"]
    called = filter_speaker(speaker)
    if called is None:
        return []
    said, whole = list_last_quote_ids(
        connection, workspace_id=workspace_id, speaker=speaker, most=_FIRST_QUOTES
    )
    among = _list_revision_ids(connection, said)
    chosen = _choose_by_topic(
        connection, about, [quotes.c.id.in_(said)], among=among, **here
    )
    if whole or len(chosen) >= here["limit"]:
        return chosen
    named = parse_query(" ".join(split_speaker_name(speaker)))
    both = replace(about, every=about.every + named.every)
    further = (
        _choose_by_topic(connection, asked, called, **here) for asked in (about, both)
    )
    return max(chosen, *further, key=len)


def _choose_by_topic(
    connection: Connection,
    asked: SearchQuery | None,
    conditions: Sequence[ColumnElement[bool]],
    *,
    among: Sequence[int] | None = None,
    **here: Unpack[_QuoteScope],
) -> list[int]:
    """Choose quotes from the last articles that hold what is asked; None: any."""
    last = article_search.search_revisions(
        connection,
        workspace_id=here["workspace_id"],
        wanted=asked,
        limit=_MAX_ARTICLES if among is None else len(among),
        since=here["since"],
        among=among,
    )
    return _choose_newest(
        connection, [quotes.c.revision_id.in_(last), *conditions], **here
    )


def _choose_newest(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    *,
    workspace_id: int,
    since: datetime | None,
    limit: int,
) -> list[int]:
    """Give the keys of the newest quotes, each wording once."""
    words = func.substr(
        revisions.c.text, quotes.c.start + 1, quotes.c.end - quotes.c.start
    ).label("words")
    query = _order_newest_first(select(quotes.c.id, words), workspace_id).where(
        *conditions
    )
    if since is not None:
        query = query.where(revisions.c.dated_at >= since)
    found = connection.execute(query.limit(limit * _READ_PER_RESULT))
    first = {normalize_text(row.words): row.id for row in reversed(found.all())}
    return list(islice(reversed(first.values()), limit))


def list_speaker_names(
    connection: Connection, *, workspace_id: int, prefix: str, limit: int
) -> tuple[str, ...]:
    """List names of speakers to choose from: who is quoted most of late comes first."""
    if split_speaker_name(prefix):
        last, _ = list_last_quote_ids(
            connection,
            workspace_id=workspace_id,
            speaker=prefix,
            most=_QUOTES_FOR_NAMES,
        )
        newest = quotes.c.id.in_(last)
    else:
        articles = article_search.search_revisions(
            connection, workspace_id=workspace_id, wanted=None, limit=_MAX_ARTICLES
        )
        newest = quotes.c.revision_id.in_(articles)
    query = _order_newest_first(
        select(quotes.c.speaker, quotes.c.speaker_normalized), workspace_id
    )
    found = connection.execute(
        query.where(quotes.c.speaker.is_not(None), newest).limit(_QUOTES_FOR_NAMES)
    ).all()
    often = Counter(row.speaker_normalized for row in found)
    spelt = {row.speaker_normalized: row.speaker for row in reversed(found)}
    return tuple(spelt[folded] for folded, _ in often.most_common(limit))


def filter_revisions_quoting(
    connection: Connection, *, revision_ids: Sequence[int], speaker: str
) -> list[int]:
    """List those of these versions that quote somebody of this name."""
    said = filter_speaker(speaker)
    if said is None:
        return []
    query = select(quotes.c.revision_id).where(
        quotes.c.revision_id.in_(revision_ids), *said
    )
    return list(connection.execute(query.distinct()).scalars().all())


def list_revisions_quoting(
    connection: Connection, *, workspace_id: int, speaker: str, most: int
) -> tuple[list[int], bool]:
    """List the versions that quoted somebody of this name last, and whether it is all.

    A name may be given by the beginnings of its words.

    Args:
        connection: Inside a transaction.
        workspace_id: Who asks.
        speaker: Who was quoted; no word: nobody.
        most: From how many quotes at the most.
    """
    said, whole = list_last_quote_ids(
        connection, workspace_id=workspace_id, speaker=speaker, most=most
    )
    return _list_revision_ids(connection, said), whole


def _list_revision_ids(connection: Connection, quote_ids: Sequence[int]) -> list[int]:
    query = select(quotes.c.revision_id).where(quotes.c.id.in_(quote_ids)).distinct()
    return list(connection.execute(query).scalars().all())


def _order_newest_first(query: Select[Any], workspace_id: int) -> Select[Any]:
    return (
        query.select_from(
            REVISION_JOIN.join(quotes, quotes.c.revision_id == revisions.c.id)
        )
        .where(*filter_visible_revisions(workspace_id))
        .order_by(revisions.c.dated_at.desc(), revisions.c.id.desc(), quotes.c.position)
    )


def _load_quotes(
    connection: Connection, ids: Sequence[int]
) -> tuple[tuple[Article, Quote], ...]:
    rows = {
        row.id: row
        for row in connection.execute(select(quotes).where(quotes.c.id.in_(ids)))
    }
    articles = load_articles(connection, [row.revision_id for row in rows.values()])
    return tuple(_pair_with_articles((rows[key] for key in ids), articles))


def _pair_with_articles(
    rows: Iterable[Row[Any]], articles: dict[int, Article]
) -> Iterable[tuple[Article, Quote]]:
    for row in rows:
        article = articles[row.revision_id]
        yield article, _quote_from_row(row, article.text)


def _quote_to_row(revision_id: int, position: int, quote: Quote) -> dict[str, Any]:
    return {
        "revision_id": revision_id,
        "position": position,
        "start": quote.start,
        "end": quote.end,
        "kind": quote.kind,
        "speaker": quote.speaker,
        "speaker_normalized": normalize_text(quote.speaker)
        if quote.speaker is not None
        else None,
        "role": quote.role,
        "mention_start": quote.mention.start if quote.mention else None,
        "mention_end": quote.mention.end if quote.mention else None,
        "cue": quote.cue,
        "context_start": quote.context.start,
        "context_end": quote.context.end,
        "group_index": quote.group,
        "confidence": quote.confidence,
    }


def _quote_from_row(row: Row[Any], text: str) -> Quote:
    mention = None
    if row.mention_start is not None:
        mention = Mention(
            start=row.mention_start,
            end=row.mention_end,
            text=text[row.mention_start : row.mention_end],
        )
    return Quote(
        start=row.start,
        end=row.end,
        text=text[row.start : row.end],
        kind=row.kind,
        speaker=row.speaker,
        role=row.role,
        mention=mention,
        cue=row.cue,
        context=Span(start=row.context_start, end=row.context_end),
        group=row.group_index,
        confidence=row.confidence,
    )


_WORD = re.compile(r"\w+(?:'\w+)*")
_MAX_WORD_LENGTH = 60
#: Quotes to a block, as a power of two; as in the migration that made the index.
_BLOCK_BITS = 12
#: So many of the newest blocks are gone through, one after the other set.
_BLOCK_WINDOWS = (1, 4, 16, 64)
#: So many blocks before and after lie what came in at about the same time.
_NEARBY_BLOCKS = 5


def index_speakers(
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
        for word in split_speaker_name(speaker)
    ]
    if rows:
        connection.execute(speaker_words.insert().values(source_id=source), rows)


def list_last_quote_ids(
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
    mine = source_store.list_source_ids(connection, workspace_id=workspace_id)
    if not split_speaker_name(speaker) or not mine:
        return [], True
    list_ids = partial(
        _list_quote_ids, connection, mine, split_speaker_name(speaker), most
    )
    top = connection.execute(select(func.max(quotes.c.id))).scalar() or 0
    newest = top >> _BLOCK_BITS
    for blocks, further in pairwise((*_BLOCK_WINDOWS, 0)):
        if blocks > newest:
            break
        first = newest - blocks + 1
        found = list_ids(speaker_words.c.block.in_(range(first, newest + 1)))
        if len(found) >= most:
            return list(dict.fromkeys(found)), False
        # The newest block is not full.
        keys = top + 1 - (first << _BLOCK_BITS)
        if len(found) * (further << _BLOCK_BITS) < most * keys:
            # As rare in the next ones, the sources give all of them sooner.
            break
    found = list_ids(speaker_words.c.source_id.in_(mine))
    return list(dict.fromkeys(found)), len(found) < most


def list_nearby_quote_ids(
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
    mine = source_store.list_source_ids(connection, workspace_id=workspace_id)
    if not mine or not keys:
        return []
    there = {key >> _BLOCK_BITS for key in keys}
    near = {
        at + beside
        for at in there
        for beside in range(-_NEARBY_BLOCKS, _NEARBY_BLOCKS + 1)
    }
    where = speaker_words.c.block.in_(sorted(near))
    found = _list_quote_ids(connection, mine, (word,), most * len(keys), where)
    return list(dict.fromkeys(found))


def filter_speaker(speaker: str) -> tuple[ColumnElement[bool], ...] | None:
    """Keep quotes in whose speaker's name each word begins one; None: no word.

    For quotes that something else has found: each is looked at.
    """
    return tuple(map(_has_word, split_speaker_name(speaker))) or None


def split_speaker_name(name: str) -> tuple[str, ...]:
    """Give the words of a name as they are kept, the longest first."""
    found = (word[:_MAX_WORD_LENGTH] for word in _WORD.findall(normalize_text(name)))
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def _has_word(
    word: str, *, of: ColumnElement[int] = quotes.c.id
) -> ColumnElement[bool]:
    other = speaker_words.alias()
    mine = select(other.c.quote_id).where(
        other.c.quote_id == of, match_prefix(other.c.word, word)
    )
    # OFFSET keeps PostgreSQL from reading every row of the word to join with.
    return exists(mine.correlate_except(other).offset(0))


def _list_quote_ids(
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
        .where(where, match_prefix(speaker_words.c.word, longest))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    key = hits.c.quote_id
    called = (_has_word(word, of=key) for word in others)
    query = select(key).where(hits.c.source_id.in_(mine), *called)
    found = connection.execute(query.order_by(key.desc()).limit(most))
    return list(found.scalars().all())
