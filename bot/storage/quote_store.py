"""Quotes and figures: spans of a revision; quotes are found by speaker or topic.

The words are not stored: they are the slice of the revision's text from start to end.
The index of speakers finds the latest quotes of a speaker, the full text index the
latest articles on a topic; results are chosen from these by date.

Each word of a speaker's name is stored with the quote, its source, and the block of
keys that contains the quote. The latest quotes of a speaker are found by scanning the
newest blocks, however often the name was quoted before; if those contain few of them,
or few that the workspace may see, all are found through its sources. Either way the
cost of a lookup is proportional to its result, also for the first letters of a name.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice, pairwise
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select

from bot.model.scope import Scope
from bot.storage import article_search, source_store
from bot.storage.revision_store import (
    REVISION_JOIN,
    filter_visible_revisions,
    load_articles,
)
from bot.storage.schema import articles, figures, quotes, revisions, speaker_words
from bot.storage.statements import (
    Condition,
    batched,
    delete_rows,
    first_scalar,
    from_row,
    insert_all,
    insert_rows,
    is_among,
    list_all,
    list_scalars,
    match_prefix,
    to_row,
)
from digests.answers.search import is_about
from digests.language.normalization import normalize_text
from digests.language.search_terms import SearchQuery, parse_query
from digests.types import Article, Figure, Mention, Quote, Span

_REVISION, _QUOTE = revisions.c, quotes.c
#: Rows read per quote shown, because copies of agency reports repeat quotes.
_READ_PER_RESULT = 8
#: Quotes read per quote that is about a topic.
_READ_ON_TOPIC = 3
#: Number of newest articles that are searched.
_MAX_ARTICLES = 300
#: Quotes of a speaker read at first, and if copies or a date leave too few of them.
_FIRST_QUOTES, _MORE_QUOTES = 300, 3000
#: Number of newest quotes from which speaker names are suggested.
_QUOTES_FOR_NAMES = 1000
#: Joins a quote with its revision, article and source.
QUOTE_JOIN = REVISION_JOIN.join(quotes, _QUOTE.revision_id == _REVISION.id)
#: The words of a quote, from the text of its revision.
QUOTED_WORDS = func.substr(
    _REVISION.text, _QUOTE.start + 1, _QUOTE.end - _QUOTE.start
).label("words")


def store_quotes(conn: Connection, found: Mapping[int, Sequence[Quote]]) -> None:
    """Store the quotes of revisions, by their keys, replacing those stored before."""
    for some in batched(found):
        delete_rows(conn, quotes, _QUOTE.revision_id.in_(some))
    all_of = [(key, *each) for key in found for each in enumerate(found[key])]
    keys = insert_rows(conn, quotes, [_quote_to_row(*each) for each in all_of])
    speakers = [quote.speaker or "" for _, _, quote in all_of]
    revision_ids = [key for key, _, _ in all_of]
    index_speakers(conn, list(zip(keys, revision_ids, speakers, strict=True)))


def list_quotes(
    conn: Connection,
    scope: Scope,
    *,
    speaker: str | None = None,
    topic: str | None = None,
    article_ids: Sequence[int] | None = None,
    since: datetime | None = None,
    limit: int,
) -> tuple[tuple[Article, Quote], ...]:
    """List quotes with their articles, newest first, each wording once.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see.
        speaker: Prefixes of words of the name, in any order; None = anybody.
        topic: Words that the quotes must be about (`digests.answers.search`); None =
            any.
        article_ids: Only from these articles, whatever their topic; None = from any.
        since: Earliest date of the article.
        limit: Maximum number of quotes.
    """
    about = parse_query(topic) if topic is not None else None
    if about == SearchQuery():
        return ()
    # Not every quote of an article with the words is about them.
    most = limit if about is None else limit * _READ_ON_TOPIC
    here: _QuoteFilter = {"scope": scope, "since": since, "limit": most}
    if article_ids is not None:
        said = filter_speaker(speaker) if speaker else ()
        among = _REVISION.article_id.in_(article_ids)
        chosen = [] if said is None else _choose_newest(conn, [among, *said], **here)
    elif speaker is None:
        chosen = _choose_by_topic(conn, about, (), **here)
    elif about is None:
        chosen = _choose_by_speaker(conn, speaker, **here)
    else:
        chosen = _choose_by_speaker_and_topic(conn, speaker, about, **here)
    found = _load_quotes(conn, chosen)
    if topic is not None and article_ids is None:
        found = tuple(
            (article, quote)
            for article, quote in found
            if is_about(
                article, [quote.context, Span(start=quote.start, end=quote.end)], topic
            )
        )
    return found[:limit]


def find_quote(
    conn: Connection, scope: Scope, *, article_id: int, start: int
) -> tuple[Article, Quote] | None:
    """Find the quote that begins at this offset of an article's present text."""
    here = _REVISION.article_id == article_id, _QUOTE.start == start
    query = _order_newest_first(select(_QUOTE.id), scope).where(*here).limit(1)
    found = _load_quotes(conn, list_scalars(conn, query))
    return found[0] if found else None


class _QuoteFilter(TypedDict):
    scope: Scope
    since: datetime | None
    limit: int


def _choose_by_speaker(
    conn: Connection, speaker: str, **here: Unpack[_QuoteFilter]
) -> list[int]:
    """Choose from the latest quotes of a speaker; from more of them if too few."""
    chosen: list[int] = []
    for most in (_FIRST_QUOTES, _MORE_QUOTES):
        said, whole = list_last_quote_ids(conn, here["scope"], speaker, most)
        chosen = _choose_newest(conn, [is_among(conn, _QUOTE.id, said)], **here)
        if whole or len(chosen) >= here["limit"]:
            break
    return chosen


def _choose_by_speaker_and_topic(
    conn: Connection, speaker: str, about: SearchQuery, **here: Unpack[_QuoteFilter]
) -> list[int]:
    """Choose from the latest quotes of the speaker, then on the topic, then on both.

    A frequent speaker and a frequent topic may still be rare together.
    """
    scope = here["scope"]
    called = filter_speaker(speaker)
    if called is None:
        return []
    said, whole = list_last_quote_ids(conn, scope, speaker, most=_FIRST_QUOTES)
    mine = [is_among(conn, _QUOTE.id, said)]
    chosen = _choose_by_topic(conn, about, mine, _select_revisions(conn, said), **here)
    if whole or len(chosen) >= here["limit"]:
        return chosen
    named = parse_query(" ".join(split_speaker_name(speaker)))
    both = replace(about, every=about.every + named.every)
    further = (_choose_by_topic(conn, asked, called, **here) for asked in (about, both))
    return max(chosen, *further, key=len)


def _choose_by_topic(
    conn: Connection,
    asked: SearchQuery | None,
    conditions: Sequence[Condition],
    among: Select[Any] | None = None,
    **here: Unpack[_QuoteFilter],
) -> list[int]:
    """Choose quotes from the latest articles that match; None = any article."""
    last = article_search.search_revisions(
        conn,
        here["scope"],
        wanted=asked,
        limit=_MAX_ARTICLES,
        since=here["since"],
        among=among,
    )
    these = is_among(conn, _QUOTE.revision_id, last)
    return _choose_newest(conn, [these, *conditions], **here)


def _choose_newest(
    conn: Connection,
    conditions: Sequence[Condition],
    scope: Scope,
    since: datetime | None,
    limit: int,
) -> list[int]:
    """List the keys of the newest quotes, each wording once."""
    query = _order_newest_first(select(_QUOTE.id, QUOTED_WORDS), scope)
    query = query.where(*conditions)
    if since is not None:
        query = query.where(_REVISION.dated_at >= since)
    found = conn.execute(query.limit(limit * _READ_PER_RESULT))
    first = {normalize_text(row.words): row.id for row in reversed(found.all())}
    return list(islice(reversed(first.values()), limit))


def list_speaker_names(
    conn: Connection, scope: Scope, prefix: str, limit: int
) -> tuple[str, ...]:
    """Suggest names of speakers, those quoted most often recently first."""
    if split_speaker_name(prefix):
        last, _ = list_last_quote_ids(conn, scope, prefix, _QUOTES_FOR_NAMES)
        newest = is_among(conn, _QUOTE.id, last)
    else:
        articles = article_search.search_revisions(
            conn, scope, wanted=None, limit=_MAX_ARTICLES
        )
        newest = is_among(conn, _QUOTE.revision_id, articles)
    names = select(_QUOTE.speaker, _QUOTE.speaker_normalized)
    query = _order_newest_first(names, scope).where(_QUOTE.speaker.is_not(None))
    found = conn.execute(query.where(newest).limit(_QUOTES_FOR_NAMES)).all()
    often = Counter(row.speaker_normalized for row in found)
    spelt = {row.speaker_normalized: row.speaker for row in reversed(found)}
    return tuple(spelt[folded] for folded, _ in often.most_common(limit))


def filter_revisions_quoting(
    conn: Connection, revision_ids: Sequence[int], *, speaker: str
) -> list[int]:
    """List those of these revisions that quote a speaker of this name."""
    said = filter_speaker(speaker)
    if said is None:
        return []
    key = _QUOTE.revision_id
    query = select(key).where(is_among(conn, key, revision_ids), *said)
    return list_scalars(conn, query.distinct())


def select_revisions_quoting(
    conn: Connection, scope: Scope, speaker: str, most: int
) -> tuple[Select[Any], bool]:
    """Query for the latest revisions that quote a speaker; whether these are all.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see.
        speaker: Prefixes of words of the name; a text without words matches nobody.
        most: Maximum number of quotes to read.
    """
    said, whole = list_last_quote_ids(conn, scope, speaker, most)
    return _select_revisions(conn, said), whole


def _select_revisions(conn: Connection, quote_ids: Sequence[int]) -> Select[Any]:
    return select(_QUOTE.revision_id).where(is_among(conn, _QUOTE.id, quote_ids))


def _order_newest_first(query: Select[Any], scope: Scope) -> Select[Any]:
    newest = (_REVISION.dated_at.desc(), _REVISION.id.desc(), _QUOTE.position)
    query = query.select_from(QUOTE_JOIN).where(*filter_visible_revisions(scope))
    return query.order_by(*newest)


def _load_quotes(
    conn: Connection, ids: Sequence[int]
) -> tuple[tuple[Article, Quote], ...]:
    found = conn.execute(select(quotes).where(_QUOTE.id.in_(ids)))
    rows = {row.id: row for row in found}
    texts = load_articles(conn, [row.revision_id for row in rows.values()])
    chosen = [(rows[key], texts[rows[key].revision_id]) for key in ids]
    return tuple(
        (article, _quote_from_row(row, article.text)) for row, article in chosen
    )


def _quote_to_row(revision_id: int, position: int, quote: Quote) -> dict[str, Any]:
    mention = quote.mention
    return to_row(
        quotes,
        quote,
        revision_id=revision_id,
        position=position,
        speaker_normalized=quote.speaker and normalize_text(quote.speaker),
        mention_start=mention and mention.start,
        mention_end=mention and mention.end,
        context_start=quote.context.start,
        context_end=quote.context.end,
        group_index=quote.group,
    )


def _quote_from_row(row: Row[Any], text: str) -> Quote:
    mention = None
    if row.mention_start is not None:
        start, end = row.mention_start, row.mention_end
        mention = Mention(start=start, end=end, text=text[start:end])
    return from_row(
        Quote,
        row,
        text=text[row.start : row.end],
        mention=mention,
        context=Span(start=row.context_start, end=row.context_end),
        group=row.group_index,
    )


_WORD = re.compile(r"\w+(?:'\w+)*")
_MAX_WORD_LENGTH = 60
#: Quotes in a block, as a power of two.
_BLOCK_BITS = 12
#: Numbers of newest blocks to scan, step by step.
_BLOCK_WINDOWS = (1, 4, 16, 64)
#: Number of blocks before and after that count as stored at about the same time.
_NEARBY_BLOCKS = 5


def index_speakers(conn: Connection, said: Sequence[tuple[int, int, str]]) -> None:
    """Index quotes by speaker; `said` are the keys of quote and revision, and who."""
    words = [
        (key, revision_id, word)
        for key, revision_id, name in said
        for word in split_speaker_name(name)
    ]
    source_ids: dict[int, int] = {}
    for some in batched({revision_id for _, revision_id, _ in words}):
        query = select(_REVISION.id, articles.c.source_id).select_from(REVISION_JOIN)
        source_ids |= dict(list_all(conn, query.where(_REVISION.id.in_(some)), tuple))
    rows = [
        {
            "block": key >> _BLOCK_BITS,
            "word": word,
            "quote_id": key,
            "source_id": source_ids[revision_id],
        }
        for key, revision_id, word in words
    ]
    insert_all(conn, speaker_words, rows)


def list_last_quote_ids(
    conn: Connection, scope: Scope, speaker: str, most: int
) -> tuple[list[int], bool]:
    """List the keys of the latest quotes of a speaker.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see; their revisions need
            not be current.
        speaker: Prefixes of words of the name, in any order; a text without words
            matches nobody.
        most: Maximum number of keys.

    Returns:
        The keys, the newest first, and whether these are all.
    """
    mine = source_store.list_source_ids(conn, scope)
    if not split_speaker_name(speaker) or not mine:
        return [], True
    list_ids = partial(_list_quote_ids, conn, mine, split_speaker_name(speaker), most)
    top = first_scalar(conn, select(func.max(_QUOTE.id))) or 0
    newest = top >> _BLOCK_BITS
    for blocks, further in pairwise((*_BLOCK_WINDOWS, 0)):
        if blocks > newest:
            break
        first = newest - blocks + 1
        here = is_among(conn, speaker_words.c.block, range(first, newest + 1))
        found = list_ids(here)
        if len(found) >= most:
            return list(dict.fromkeys(found)), False
        # The newest block is not full.
        keys = top + 1 - (first << _BLOCK_BITS)
        if len(found) * (further << _BLOCK_BITS) < most * keys:
            # If they are as rare in the next blocks, the sources are faster.
            break
    found = list_ids(is_among(conn, speaker_words.c.source_id, mine))
    return list(dict.fromkeys(found)), len(found) < most


def list_nearby_quote_ids(
    conn: Connection, scope: Scope, word: str, keys: Sequence[int], most: int
) -> list[int]:
    """List quotes of a name that were stored at about the same time as given ones.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see.
        word: A word of the name, or a prefix of one.
        keys: Keys of the given quotes.
        most: Maximum number per given quote; the latest are listed.
    """
    mine = source_store.list_source_ids(conn, scope)
    if not mine or not keys:
        return []
    beside = range(-_NEARBY_BLOCKS, _NEARBY_BLOCKS + 1)
    near = {(key >> _BLOCK_BITS) + blocks for key in keys for blocks in beside}
    where = speaker_words.c.block.in_(sorted(near))
    found = _list_quote_ids(conn, mine, (word,), most * len(keys), where)
    return list(dict.fromkeys(found))


def filter_speaker(speaker: str) -> tuple[Condition, ...] | None:
    """Build conditions for a speaker, by prefixes of words of the name.

    For quotes found in another way, each of which is checked. None: `speaker` has no
    words.
    """
    return tuple(map(_has_word, split_speaker_name(speaker))) or None


def split_speaker_name(name: str) -> tuple[str, ...]:
    """Split a name into words as they are stored, the longest first."""
    found = (word[:_MAX_WORD_LENGTH] for word in _WORD.findall(normalize_text(name)))
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def _has_word(word: str, of: ColumnElement[int] = _QUOTE.id) -> Condition:
    other = speaker_words.alias()
    mine = select(other.c.quote_id).where(
        other.c.quote_id == of, match_prefix(other.c.word, word)
    )
    # OFFSET keeps PostgreSQL from joining with every row of the word.
    return exists(mine.correlate_except(other).offset(0))


def _list_quote_ids(
    conn: Connection,
    mine: Sequence[int],
    asked: Sequence[str],
    most: int,
    where: Condition,
) -> list[int]:
    """List the latest keys, each repeated for every matching word of its name."""
    longest, *others = asked
    # MATERIALIZED makes the plan use the index on `where` and the word.
    hits = (
        select(speaker_words.c.quote_id, speaker_words.c.source_id)
        .where(where, match_prefix(speaker_words.c.word, longest))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    key = hits.c.quote_id
    called = (_has_word(word, of=key) for word in others)
    query = select(key).where(is_among(conn, hits.c.source_id, mine), *called)
    return list_scalars(conn, query.order_by(key.desc()).limit(most))


#: Number of their newest figures of which those about a topic are chosen.
_MAX_FIGURES = 240


def store_figures(conn: Connection, found: Mapping[int, Sequence[Figure]]) -> None:
    """Store the figures of revisions, by their keys, replacing those stored before."""
    for some in batched(found):
        delete_rows(conn, figures, figures.c.revision_id.in_(some))
    rows = [
        to_row(
            figures,
            figure,
            revision_id=revision_id,
            position=position,
            sentence_start=figure.sentence.start,
            sentence_end=figure.sentence.end,
        )
        for revision_id in found
        for position, figure in enumerate(found[revision_id])
    ]
    insert_all(conn, figures, rows)


def list_figures(
    conn: Connection,
    scope: Scope,
    *,
    topic: str | None = None,
    article_ids: Sequence[int] | None = None,
    since: datetime | None = None,
    limit: int,
) -> tuple[tuple[Article, Figure], ...]:
    """List figures with their articles: newest article first, then in text order.

    Those that their article denies are left out: they would be read as facts.

    Args:
        conn: Inside a transaction.
        scope: Only articles that this workspace may see.
        topic: Words that the figures must be about (`digests.answers.search`); the
            newest few hundred articles with the words are searched. None = any.
        article_ids: Only from these articles; None = from any.
        since: Earliest date of the article.
        limit: Maximum number of figures.
    """
    joined = REVISION_JOIN.join(figures, figures.c.revision_id == revisions.c.id)
    newest = (revisions.c.dated_at.desc(), revisions.c.id.desc(), figures.c.position)
    query = select(figures).select_from(joined).order_by(*newest)
    stated = figures.c.status != "denied"
    query = query.where(*filter_visible_revisions(scope), stated)
    if article_ids is not None:
        query = query.where(articles.c.id.in_(article_ids))
    if article_ids is None or topic is not None:
        last = article_search.search_revisions(
            conn,
            scope,
            wanted=None if topic is None else parse_query(topic),
            limit=_MAX_ARTICLES,
            since=since,
        )
        query = query.where(is_among(conn, revisions.c.id, last))
    most = limit if topic is None else _MAX_FIGURES
    rows = conn.execute(query.limit(most)).all()
    return tuple(islice(_load_figures(conn, rows, topic, limit), limit))


def _load_figures(
    conn: Connection, rows: Sequence[Row[Any]], topic: str | None, size: int
) -> Iterator[tuple[Article, Figure]]:
    """Load figures about a topic with their articles, `size` rows at a time."""
    for first in range(0, len(rows), size):
        some = rows[first : first + size]
        texts = load_articles(conn, sorted({row.revision_id for row in some}))
        for row in some:
            article = texts[row.revision_id]
            figure = _figure_from_row(row, article.text)
            if topic is None or is_about(article, [figure.sentence], topic):
                yield article, figure


def _figure_from_row(row: Row[Any], text: str) -> Figure:
    return from_row(
        Figure,
        row,
        text=text[row.start : row.end],
        sentence=Span(start=row.sentence_start, end=row.sentence_end),
    )
