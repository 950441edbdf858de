"""Who else carries the words of a quote, the same or changed; it stores nothing.

Looked for among what the same speaker is quoted with at that time: a few hundred
quotes of each name, found by the index of speakers. Whether two are one utterance,
`digests.quotes.version_of` says.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bot.storage import speakers
from bot.storage.revisions import JOINED, of_ids, seen_by
from bot.storage.schema import quotes as table
from bot.storage.schema import revisions
from bot.storage.schema import sources as sources_table
from bot.storage.sources import visible
from digests.cards import JOINING
from digests.quotes import Version, version_of
from digests.types import Article, Card, Span

#: Outlets repeat each other within days.
_SPAN = timedelta(days=4)
#: So many quotes of a name are looked at, and for each of many cards so many.
_MOST, _LEAST = 200, 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """The same utterance in other words, as another outlet gives it."""

    article: Article
    span: Span
    #: The sentence that the words stand in.
    context: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Wordings:
    """How outlets carry the words of one card."""

    #: The version that the card is made from; None where it is not kept any more.
    article: Article | None
    #: Other outlets with the same words, and those with a part of them.
    also: tuple[str, ...] = ()
    in_part: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()


def of_cards(
    connection: Connection, *, workspace_id: int, cards: Sequence[Card]
) -> tuple[Wordings, ...]:
    """Say of each card which outlets that the workspace reads carry its words.

    An outlet counts once for a card. One that has both the card's words and others
    like them heard two utterances: these are no changed version.
    """
    kept = _kept(connection, workspace_id, cards)
    near = {
        word: _said_near(connection, workspace_id, word, keys)
        for word, keys in _by_word(cards, kept).items()
    }
    found = [_versions(card, near.get(_word(card.speaker), ())) for card in cards]
    wanted = {row.revision_id for versions in found for row in versions["other"]}
    texts = of_ids(connection, sorted(wanted | {own.revision for own in kept.values()}))
    return tuple(
        Wordings(
            article=texts[kept[number].revision] if number in kept else None,
            also=_outlets(versions["same"]),
            in_part=_outlets(versions["part"], but=versions["same"]),
            changed=tuple(_changed(row, texts) for row in versions["other"]),
        )
        for number, versions in enumerate(found)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    revision: int
    quote: int | None


def _kept(
    connection: Connection, workspace_id: int, cards: Sequence[Card]
) -> Mapping[int, _Kept]:
    """Find the versions that cards are made from, and the quotes in them."""
    joined = JOINED.outerjoin(table, table.c.revision_id == revisions.c.id)
    ids = {int(card.article) for card in cards if card.article.isdecimal()}
    rows = connection.execute(
        select(
            revisions.c.id,
            revisions.c.article_id,
            revisions.c.hash,
            table.c.id.label("quote_id"),
            table.c.start,
        )
        .select_from(joined)
        .where(revisions.c.article_id.in_(ids), visible(workspace_id))
    ).all()
    texts = {(str(r.article_id), r.hash): r.id for r in rows}
    places = {(str(r.article_id), r.hash, r.start): r.quote_id for r in rows}
    return {
        number: _Kept(
            revision=texts[card.article, card.revision],
            quote=places.get((card.article, card.revision, card.span.start)),
        )
        for number, card in enumerate(cards)
        if (card.article, card.revision) in texts
    }


def _by_word(
    cards: Sequence[Card], kept: Mapping[int, _Kept]
) -> Mapping[str, Sequence[int]]:
    """List the keys of the quotes, by the word that finds their speaker."""
    keys: dict[str, list[int]] = defaultdict(list)
    for number, own in kept.items():
        word = _word(cards[number].speaker)
        if word and own.quote is not None:
            keys[word].append(own.quote)
    return keys


def _said_near(
    connection: Connection, workspace_id: int, word: str, keys: Sequence[int]
) -> Sequence[Row[Any]]:
    """List what somebody called so is quoted with, stored at about the same time."""
    most = max(_MOST // len(keys), _LEAST)
    near = speakers.around(
        connection, workspace_id=workspace_id, word=word, keys=keys, most=most
    )
    words = func.substr(
        revisions.c.text, table.c.start + 1, table.c.end - table.c.start
    ).label("words")
    found = connection.execute(
        select(
            table,
            words,
            revisions.c.article_id,
            revisions.c.published,
            revisions.c.dated_at,
            func.coalesce(revisions.c.outlet, sources_table.c.name).label("outlet"),
        )
        .select_from(JOINED.join(table, table.c.revision_id == revisions.c.id))
        .where(table.c.id.in_(near), *seen_by(workspace_id))
    )
    return sorted(found, key=lambda row: (row.dated_at, row.id))


def _versions(
    card: Card, near: Sequence[Row[Any]]
) -> Mapping[Version, Sequence[Row[Any]]]:
    """Sort out of these quotes what other outlets have of the card's words."""
    found: dict[Version, list[Row[Any]]] = {"same": [], "part": [], "other": []}
    for row in near:
        version = version_of(card.text, row.words) if _may_be(card, row) else None
        if version is not None:
            found[version].append(row)
    heard = {row.outlet for row in (*found["same"], *found["part"])} | {card.source}
    own = [row.words for row in near if row.outlet == card.source]
    other: dict[str, Row[Any]] = {}
    for row in found["other"]:
        if row.outlet not in heard and not any(
            version_of(words, row.words) in ("same", "part") for words in own
        ):
            other.setdefault(row.outlet, row)
    return {**found, "other": list(other.values())}


def _may_be(card: Card, row: Row[Any]) -> bool:
    """Whether it is the same speaker in another outlet, at about the same time."""
    if row.outlet == card.source or str(row.article_id) == card.article:
        return False
    ours = set(speakers.words(card.speaker or ""))
    theirs = set(speakers.words(row.speaker or ""))
    if not (ours <= theirs or theirs <= ours):
        return False
    dates = (card.published, row.published)
    return None in dates or abs(card.published - row.published) <= _SPAN


def _outlets(rows: Sequence[Row[Any]], but: Sequence[Row[Any]] = ()) -> tuple[str, ...]:
    without = {row.outlet for row in but}
    return tuple(dict.fromkeys(r.outlet for r in rows if r.outlet not in without))


def _changed(row: Row[Any], texts: Mapping[int, Article]) -> Changed:
    return Changed(
        article=texts[row.revision_id],
        span=Span(start=row.start, end=row.start + len(row.words.rstrip(JOINING))),
        context=Span(start=row.context_start, end=row.context_end),
    )


def _word(name: str | None) -> str:
    """Give the word that finds the speaker: the longest of the name."""
    return next(iter(speakers.words(name or "")), "")
