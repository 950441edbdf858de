"""Find which outlets quote the words of a quote card, identically or changed.

The search covers quotes of the same speaker at that time: a few hundred quotes per
name, found by the index of speakers. `digests.quotes.spans` decides whether two quotes
are the same utterance.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bot.model.scope import Scope
from bot.storage import quote_store
from bot.storage.revision_store import (
    REVISION_JOIN,
    filter_visible_revisions,
    load_articles,
)
from bot.storage.schema import articles, quotes, revisions, sources
from bot.storage.statements import filter_visible_sources
from digests.cards.content import JOINING_MARKS
from digests.quotes.spans import QuoteMatch, match_quotes
from digests.stories.publishers import identify_publisher
from digests.types import Article, QuoteCard, Span, frozen

_REVISION = revisions.c
#: Maximum distance of two reports: outlets copy each other within days.
_MAX_TIME_APART = timedelta(days=4)
#: Maximum number of quotes compared per name, and per card if there are many cards.
_MAX_QUOTES, _MIN_QUOTES = 200, 50


@frozen
class ChangedWording:
    """The same utterance in other words, as another outlet quotes it."""

    article: Article
    span: Span
    #: The sentence around the words.
    context: Span


@frozen
class QuoteWordings:
    """How outlets quote the words of one card."""

    #: The revision that the card was made from; None if it was deleted.
    article: Article | None
    #: Other outlets with the same words, and those with a part of them.
    also: tuple[str, ...] = ()
    in_part: tuple[str, ...] = ()
    changed: tuple[ChangedWording, ...] = ()


def find_card_wordings(
    conn: Connection, scope: Scope, cards: Sequence[QuoteCard]
) -> tuple[QuoteWordings, ...]:
    """Find for each card the outlets that the workspace reads and that quote it.

    An outlet counts once per card. If it has both the card's words and similar ones, it
    quotes two utterances: the similar one is not a changed wording.
    """
    kept = _find_stored_cards(conn, scope, cards)
    near = {
        word: _list_nearby_quotes(conn, scope, word, keys)
        for word, keys in _group_quotes_by_word(cards, kept).items()
    }
    found = [
        _sort_versions(card, near.get(_get_search_word(card.speaker), ()))
        for card in cards
    ]
    wanted = {row.revision_id for versions in found for row in versions["other"]}
    wanted |= {own.revision for own in kept.values()}
    texts = load_articles(conn, sorted(wanted))
    return tuple(
        QuoteWordings(
            article=texts[kept[number].revision] if number in kept else None,
            also=_list_outlets(versions["same"]),
            in_part=_list_outlets(versions["part"], but=versions["same"]),
            changed=tuple(
                _changed_wording_from_row(row, texts) for row in versions["other"]
            ),
        )
        for number, versions in enumerate(found)
    )


@frozen
class _StoredCard:
    revision: int
    quote: int | None


def _find_stored_cards(
    conn: Connection, scope: Scope, cards: Sequence[QuoteCard]
) -> Mapping[int, _StoredCard]:
    """Find the revisions that cards were made from, and the quotes in them."""
    joined = REVISION_JOIN.outerjoin(quotes, quotes.c.revision_id == _REVISION.id)
    ids = {int(card.article) for card in cards if card.article.isdecimal()}
    key, quote_id = _REVISION.article_id, quotes.c.id.label("quote_id")
    query = select(_REVISION.id, key, _REVISION.hash, quote_id, quotes.c.start)
    mine = (key.in_(ids), filter_visible_sources(scope))
    rows = conn.execute(query.select_from(joined).where(*mine)).all()
    texts = {(str(r.article_id), r.hash): r.id for r in rows}
    places = {(str(r.article_id), r.hash, r.start): r.quote_id for r in rows}
    return {
        number: _StoredCard(
            revision=texts[card.article, card.revision],
            quote=places.get((card.article, card.revision, card.span.start)),
        )
        for number, card in enumerate(cards)
        if (card.article, card.revision) in texts
    }


def _group_quotes_by_word(
    cards: Sequence[QuoteCard], kept: Mapping[int, _StoredCard]
) -> Mapping[str, Sequence[int]]:
    """Group the keys of the quotes by the word that finds their speaker."""
    keys: dict[str, list[int]] = defaultdict(list)
    for number, own in kept.items():
        word = _get_search_word(cards[number].speaker)
        if word and own.quote is not None:
            keys[word].append(own.quote)
    return keys


def _list_nearby_quotes(
    conn: Connection, scope: Scope, word: str, keys: Sequence[int]
) -> Sequence[Row[Any]]:
    """List quotes of this name that were stored at about the same time."""
    most = max(_MAX_QUOTES // len(keys), _MIN_QUOTES)
    near = quote_store.list_nearby_quote_ids(conn, scope, word, keys, most)
    outlet = func.coalesce(_REVISION.outlet, sources.c.name).label("outlet")
    dates = (_REVISION.published, _REVISION.dated_at)
    found = conn.execute(
        select(quotes, quote_store.QUOTED_WORDS, _REVISION.article_id, outlet, *dates)
        .add_columns(articles.c.url)
        .select_from(quote_store.QUOTE_JOIN)
        .where(quotes.c.id.in_(near), *filter_visible_revisions(scope))
    )
    return sorted(found, key=lambda row: (row.dated_at, row.id))


def _sort_versions(
    card: QuoteCard, near: Sequence[Row[Any]]
) -> Mapping[QuoteMatch, Sequence[Row[Any]]]:
    """Sort these quotes by how they match the card's words."""
    found: dict[QuoteMatch, list[Row[Any]]] = {"same": [], "part": [], "other": []}
    for row in near:
        if _may_be_same_utterance(card, row):
            version = match_quotes(card.text, row.words)
            if version is not None:
                found[version].append(row)
    repeated = (*found["same"], *found["part"])
    ours = identify_publisher(card.url, card.source)
    repeated_by = {ours, *map(_identify_publisher, repeated)}
    own = [row.words for row in near if _identify_publisher(row) == ours]
    other: dict[str, Row[Any]] = {}
    for row in found["other"]:
        publisher = _identify_publisher(row)
        if publisher not in repeated_by and not any(
            match_quotes(words, row.words) in ("same", "part") for words in own
        ):
            other.setdefault(publisher, row)
    return {**found, "other": list(other.values())}


def _may_be_same_utterance(card: QuoteCard, row: Row[Any]) -> bool:
    """Check for the same speaker in another outlet, at about the same time."""
    publisher = identify_publisher(card.url, card.source)
    if _identify_publisher(row) == publisher or str(row.article_id) == card.article:
        return False
    ours = set(quote_store.split_speaker_name(card.speaker or ""))
    theirs = set(quote_store.split_speaker_name(row.speaker or ""))
    if not (ours <= theirs or theirs <= ours):
        return False
    dates = (card.published, row.published)
    return None in dates or abs(card.published - row.published) <= _MAX_TIME_APART


def _list_outlets(
    rows: Sequence[Row[Any]], but: Sequence[Row[Any]] = ()
) -> tuple[str, ...]:
    """Name one outlet for each publisher that is not among `but`."""
    named: dict[str, str] = {}
    without = set(map(_identify_publisher, but))
    for row in rows:
        named.setdefault(_identify_publisher(row), row.outlet)
    return tuple(name for key, name in named.items() if key not in without)


def _identify_publisher(row: Row[Any]) -> str:
    return identify_publisher(row.url, row.outlet)


def _changed_wording_from_row(
    row: Row[Any], texts: Mapping[int, Article]
) -> ChangedWording:
    end = row.start + len(row.words.rstrip(JOINING_MARKS))
    return ChangedWording(
        article=texts[row.revision_id],
        span=Span(start=row.start, end=end),
        context=Span(start=row.context_start, end=row.context_end),
    )


def _get_search_word(name: str | None) -> str:
    """Return the word to look the speaker up by: the longest of the name."""
    return next(iter(quote_store.split_speaker_name(name or "")), "")
