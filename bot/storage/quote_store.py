"""Verbs on quotes: kept as places in a revision, found by speaker or topic.

The words are never stored a second time: what is shown is the revision's own text
from start to end. The index of speakers gives the last quotes of somebody, the full
text index the last articles on a topic; what is shown is chosen from these, by date.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Row, Select, delete, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import search, speakers
from bot.storage.revisions import JOINED, of_ids, seen_by
from bot.storage.schema import quotes as table
from bot.storage.schema import revisions
from digests.language.fold import fold
from digests.language.lookup import Wanted, wanted
from digests.types import Article, Mention, Quote, Span

#: Wire copies repeat a quote; so many are read for one that is shown.
_COPIES = 8
#: So many articles are looked at, the last that came in.
_ARTICLES = 300
#: So many quotes of somebody are looked at first, and where copies or a day leave few
#: of them.
_QUOTES, _FURTHER = 300, 3000
#: From how many of the newest quotes the names to offer are taken.
_NAMES_FROM = 1000


def store(connection: Connection, *, revision_id: int, quotes: Sequence[Quote]) -> None:
    """Keep the quotes of a revision, in place of what was kept before."""
    connection.execute(delete(table).where(table.c.revision_id == revision_id))
    said = []
    for position, quote in enumerate(quotes):
        quote_id = connection.execute(
            table.insert()
            .values(_row(revision_id, position, quote))
            .returning(table.c.id)
        ).scalar_one()
        said.append((quote_id, quote.speaker or ""))
    speakers.keep(connection, revision_id=revision_id, said=said)


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
    about = wanted(topic) if topic is not None else None
    if about == Wanted():
        return ()
    here: _Here = {"workspace_id": workspace_id, "since": since, "limit": limit}
    if speaker is None:
        chosen = _about(connection, about, (), **here)
    elif about is None:
        chosen = _said(connection, speaker, **here)
    else:
        chosen = _said_about(connection, speaker, about, **here)
    return _load(connection, chosen)


class _Here(TypedDict):
    workspace_id: int
    since: datetime | None
    limit: int


def _said(connection: Connection, speaker: str, **here: Unpack[_Here]) -> list[int]:
    """Choose from the last quotes of a speaker, then from more of them."""
    chosen: list[int] = []
    for most in (_QUOTES, _FURTHER):
        said, whole = speakers.last(
            connection, workspace_id=here["workspace_id"], speaker=speaker, most=most
        )
        chosen = _chosen(connection, [table.c.id.in_(said)], **here)
        if whole or len(chosen) >= here["limit"]:
            break
    return chosen


def _said_about(
    connection: Connection, speaker: str, about: Wanted, **here: Unpack[_Here]
) -> list[int]:
    """Choose from a speaker's last quotes, the last articles on it, the last on both.

    Whoever is often quoted, and what is often written about, may still meet seldom.
    """
    workspace_id = here["workspace_id"]
    called = speakers.said_by(speaker)
    if called is None:
        return []
    said, whole = speakers.last(
        connection, workspace_id=workspace_id, speaker=speaker, most=_QUOTES
    )
    among = _versions(connection, said)
    chosen = _about(connection, about, [table.c.id.in_(said)], among=among, **here)
    if whole or len(chosen) >= here["limit"]:
        return chosen
    named = wanted(" ".join(speakers.words(speaker)))
    both = replace(about, every=about.every + named.every)
    further = (_about(connection, asked, called, **here) for asked in (about, both))
    return max(chosen, *further, key=len)


def _about(
    connection: Connection,
    asked: Wanted | None,
    conditions: Sequence[ColumnElement[bool]],
    *,
    among: Sequence[int] | None = None,
    **here: Unpack[_Here],
) -> list[int]:
    """Choose quotes from the last articles that hold what is asked; None: any."""
    last = search.keys(
        connection,
        workspace_id=here["workspace_id"],
        wanted=asked,
        limit=_ARTICLES if among is None else len(among),
        since=here["since"],
        among=among,
    )
    return _chosen(connection, [table.c.revision_id.in_(last), *conditions], **here)


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


def names(
    connection: Connection, *, workspace_id: int, prefix: str, limit: int
) -> tuple[str, ...]:
    """List names of speakers to choose from: who is quoted most of late comes first."""
    if speakers.words(prefix):
        last, _ = speakers.last(
            connection, workspace_id=workspace_id, speaker=prefix, most=_NAMES_FROM
        )
        newest = table.c.id.in_(last)
    else:
        articles = search.keys(
            connection, workspace_id=workspace_id, wanted=None, limit=_ARTICLES
        )
        newest = table.c.revision_id.in_(articles)
    query = _newest(select(table.c.speaker, table.c.speaker_folded), workspace_id)
    found = connection.execute(
        query.where(table.c.speaker.is_not(None), newest).limit(_NAMES_FROM)
    ).all()
    often = Counter(row.speaker_folded for row in found)
    spelt = {row.speaker_folded: row.speaker for row in reversed(found)}
    return tuple(spelt[folded] for folded, _ in often.most_common(limit))


def quoting(
    connection: Connection, *, revision_ids: Sequence[int], speaker: str
) -> list[int]:
    """List those of these versions that quote somebody of this name."""
    said = speakers.said_by(speaker)
    if said is None:
        return []
    query = select(table.c.revision_id).where(
        table.c.revision_id.in_(revision_ids), *said
    )
    return list(connection.execute(query.distinct()).scalars().all())


def last_quoting(
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
    said, whole = speakers.last(
        connection, workspace_id=workspace_id, speaker=speaker, most=most
    )
    return _versions(connection, said), whole


def _versions(connection: Connection, quote_ids: Sequence[int]) -> list[int]:
    query = select(table.c.revision_id).where(table.c.id.in_(quote_ids)).distinct()
    return list(connection.execute(query).scalars().all())


def _newest(query: Select[Any], workspace_id: int) -> Select[Any]:
    return (
        query.select_from(JOINED.join(table, table.c.revision_id == revisions.c.id))
        .where(*seen_by(workspace_id))
        .order_by(revisions.c.dated_at.desc(), revisions.c.id.desc(), table.c.position)
    )


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
