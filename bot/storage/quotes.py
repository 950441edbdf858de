"""Verbs on quotes: kept as places in a revision, found by speaker or topic.

The words are never stored a second time: what is shown is the revision's own text
from start to end. Any word of a speaker's name finds the quote, from its first
letters on. Which articles are read for a look-up, the full text index says: those that
came in last of the ones that name the speaker; only where these are not enough are all
quotes looked through.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypedDict

from sqlalchemy import Connection, Row, Select, delete, exists, false, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import search
from bot.storage.dialects import begins_with
from bot.storage.revisions import JOINED, of_ids, seen_by
from bot.storage.schema import quotes as table
from bot.storage.schema import revisions, speaker_words
from digests.language.fold import fold
from digests.language.lookup import Wanted, wanted
from digests.types import Article, Mention, Quote, Span

_WORD = re.compile(r"\w+(?:'\w+)*")
_LONGEST_WORD = 60
#: Wire copies repeat a quote; so many are read for one that is shown.
_COPIES = 8
#: So many articles are looked at first, the last that came in.
_ARTICLES = 300
#: So many where others are quoted much more often under a name.
_FURTHER = 3000
#: So many quotes of somebody are looked at before all are.
_QUOTES = 500
#: From how many of the newest quotes the speakers to offer are taken.
_SPEAKERS_FROM = 1000


def store(connection: Connection, *, revision_id: int, quotes: Sequence[Quote]) -> None:
    """Keep the quotes of a revision, in place of what was kept before."""
    connection.execute(delete(table).where(table.c.revision_id == revision_id))
    for position, quote in enumerate(quotes):
        quote_id = connection.execute(
            table.insert()
            .values(_row(revision_id, position, quote))
            .returning(table.c.id)
        ).scalar_one()
        words = _words(quote.speaker or "")
        if words:
            connection.execute(
                speaker_words.insert(),
                [{"word": word, "quote_id": quote_id} for word in words],
            )


def by_speaker(
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
    said = _said_by(speaker) if speaker is not None else ()
    about = wanted(topic) if topic is not None else None
    if said is None or about == Wanted():
        return ()
    named = wanted(" ".join(_words(speaker or "")))
    in_both = replace(named, every=named.every + (about.every if about else ()))
    here: _Here = {"workspace_id": workspace_id, "since": since, "limit": limit}
    chosen = _within(connection, in_both or None, said, **here)
    if speaker is not None and len(chosen) < limit:
        # A name's beginning was given, or it stands in more than the last articles.
        if about is None:
            chosen = _by_name(connection, speaker, said, **here)
        else:
            chosen = _within(connection, about, said, **here) or chosen
    return _load(connection, chosen)


class _Here(TypedDict):
    workspace_id: int
    since: datetime | None
    limit: int


def _by_name(
    connection: Connection,
    speaker: str,
    said: Sequence[ColumnElement[bool]],
    *,
    workspace_id: int,
    since: datetime | None,
    limit: int,
) -> list[int]:
    """Choose from the last quotes of whoever is called so, then further back."""
    here: _Here = {"workspace_id": workspace_id, "since": since, "limit": limit}
    last = _last_by(connection, speaker)
    chosen = _chosen(connection, (table.c.id.in_(last), *said), **here)
    if len(chosen) >= limit or len(last) < _QUOTES:
        return chosen
    # Many others are called so: here it is quicker to go through what can be seen.
    articles = search.keys(
        connection,
        workspace_id=workspace_id,
        wanted=None,
        limit=_FURTHER,
        since=since,
    )
    further = _chosen(connection, (table.c.revision_id.in_(articles), *said), **here)
    if len(further) >= limit or len(articles) < _FURTHER:
        return further
    return _chosen(connection, _found_by(speaker), **here)


def _within(
    connection: Connection,
    asked: Wanted | None,
    said: Sequence[ColumnElement[bool]],
    *,
    workspace_id: int,
    since: datetime | None,
    limit: int,
) -> list[int]:
    """Choose quotes from the last articles that hold what is asked; None: any."""
    last = search.keys(
        connection,
        workspace_id=workspace_id,
        wanted=asked,
        limit=_ARTICLES,
        since=since,
    )
    mine = (table.c.revision_id.in_(last), *said)
    return _chosen(
        connection, mine, workspace_id=workspace_id, since=since, limit=limit
    )


def _chosen(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    *,
    workspace_id: int,
    since: datetime | None,
    limit: int,
) -> list[int]:
    """Give the keys of the newest quotes, each wording once."""
    words = func.substr(
        revisions.c.text, table.c.start + 1, table.c.end - table.c.start
    ).label("words")
    query = _newest(select(table.c.id, words), workspace_id).where(*conditions)
    if since is not None:
        query = query.where(revisions.c.dated_at >= since)
    found = connection.execute(query.limit(limit * _COPIES))
    first = {fold(row.words): row.id for row in reversed(found.all())}
    return list(islice(reversed(first.values()), limit))


def speakers(
    connection: Connection, *, workspace_id: int, prefix: str, limit: int
) -> tuple[str, ...]:
    """List names of speakers to choose from: who is quoted most of late comes first."""
    said = _said_by(prefix) or ()
    last = search.keys(
        connection, workspace_id=workspace_id, wanted=None, limit=_ARTICLES
    )
    newest = (table.c.revision_id.in_(last), *said)
    names = _names(connection, newest, workspace_id, limit)
    # Who was quoted longer ago is looked for only where a name was begun.
    if names or not said:
        return names
    return _names(connection, _found_by(prefix), workspace_id, limit)


def _names(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    workspace_id: int,
    limit: int,
) -> tuple[str, ...]:
    query = _newest(select(table.c.speaker, table.c.speaker_folded), workspace_id)
    found = connection.execute(
        query.where(table.c.speaker.is_not(None), *conditions).limit(_SPEAKERS_FROM)
    ).all()
    often = Counter(row.speaker_folded for row in found)
    names = {row.speaker_folded: row.speaker for row in reversed(found)}
    return tuple(names[folded] for folded, _ in often.most_common(limit))


def quoted_in(speaker: str) -> ColumnElement[bool]:
    """Keep revisions that quote somebody of this name; no word keeps none."""
    said = _said_by(speaker)
    if said is None:
        return false()
    return exists().where(table.c.revision_id == revisions.c.id, *said)


def last_quoting(
    connection: Connection, *, workspace_id: int, speaker: str
) -> tuple[list[int], bool]:
    """List the versions that quoted somebody of this name last, and whether it is all.

    A few hundred at the most; a name may be given by the beginnings of its words.
    """
    said = _said_by(speaker)
    if said is None:
        return [], True
    last = _last_by(connection, speaker)
    query = (
        select(table.c.revision_id)
        .select_from(JOINED.join(table, table.c.revision_id == revisions.c.id))
        .where(table.c.id.in_(last), *said, *seen_by(workspace_id))
        .distinct()
    )
    return list(connection.execute(query).scalars()), len(last) < _QUOTES


def _last_by(connection: Connection, speaker: str) -> list[int]:
    """List the last quotes of whoever is called by the longest word of the name."""
    word = max(_words(speaker), key=len)
    query = (
        select(speaker_words.c.quote_id)
        .where(begins_with(speaker_words.c.word, word))
        .order_by(speaker_words.c.quote_id.desc())
        .limit(_QUOTES)
    )
    return list(connection.execute(query).scalars())


def _newest(query: Select[Any], workspace_id: int) -> Select[Any]:
    return (
        query.select_from(JOINED.join(table, table.c.revision_id == revisions.c.id))
        .where(*seen_by(workspace_id))
        .order_by(revisions.c.dated_at.desc(), revisions.c.id.desc(), table.c.position)
    )


def _said_by(speaker: str) -> tuple[ColumnElement[bool], ...] | None:
    """Keep quotes in whose speaker's name each word begins one; None: no word.

    For quotes that something else has found: each is looked at.
    """
    words = (
        exists().where(
            speaker_words.c.quote_id == table.c.id,
            begins_with(speaker_words.c.word, word),
        )
        for word in _words(speaker)
    )
    return tuple(words) or None


def _found_by(speaker: str) -> tuple[ColumnElement[bool], ...]:
    """Keep the same quotes, found by the index of speakers."""
    return tuple(
        table.c.id.in_(
            select(speaker_words.c.quote_id).where(
                begins_with(speaker_words.c.word, word)
            )
        )
        for word in _words(speaker)
    )


def _words(name: str) -> tuple[str, ...]:
    words = _WORD.findall(fold(name))
    return tuple(dict.fromkeys(word[:_LONGEST_WORD] for word in words))


def _load(
    connection: Connection, ids: Sequence[int]
) -> tuple[tuple[Article, Quote], ...]:
    rows = {
        row.id: row
        for row in connection.execute(select(table).where(table.c.id.in_(ids)))
    }
    articles = of_ids(connection, [row.revision_id for row in rows.values()])
    return tuple(_pairs((rows[key] for key in ids), articles))


def _pairs(
    rows: Iterable[Row[Any]], articles: dict[int, Article]
) -> Iterable[tuple[Article, Quote]]:
    for row in rows:
        article = articles[row.revision_id]
        yield article, _noun(row, article.text)


def _row(revision_id: int, position: int, quote: Quote) -> dict[str, Any]:
    return {
        "revision_id": revision_id,
        "position": position,
        "start": quote.start,
        "end": quote.end,
        "kind": quote.kind,
        "speaker": quote.speaker,
        "speaker_folded": fold(quote.speaker) if quote.speaker is not None else None,
        "role": quote.role,
        "mention_start": quote.mention.start if quote.mention else None,
        "mention_end": quote.mention.end if quote.mention else None,
        "cue": quote.cue,
        "context_start": quote.context.start,
        "context_end": quote.context.end,
        "grp": quote.group,
        "confidence": quote.confidence,
    }


def _noun(row: Row[Any], text: str) -> Quote:
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
        group=row.grp,
        confidence=row.confidence,
    )
