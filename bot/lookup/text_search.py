"""Search articles and past editions by words, and answer questions; read-only.

Storage finds the newest articles that contain the words; `digests.answers` ranks them,
finds the matching sentences, and answers from them. The numbers of candidates and of
searches per question are bounded, however large the archive is.

The id of an edition is valid for as long as the edition is stored. A deleted edition is
not shown again; for one that is too old, the error says so.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain, filterfalse, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import UnknownName, UserError, quote_names
from bot.lookup.name_resolution import format_source_name, match_sources
from bot.model import StoredEdition
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    article_search,
    edition_store,
    quote_store,
    source_store,
)
from bot.storage.edition_store import PastStory
from bot.storage.revision_store import load_article_texts, load_articles
from digests.answers import search
from digests.answers.periods import parse_since_date
from digests.language.normalization import normalize_text
from digests.language.search_terms import SearchQuery, parse_query
from digests.messages import Message
from digests.types import Article, Quote, frozen

if TYPE_CHECKING:
    from digests.answers.questions import Question
    from digests.answers.selection import QuestionAnswer

#: The newest articles that are ranked, in a search with a restriction and without, and
#: those of them that are shown.
_RESTRICTED_LIMIT, CANDIDATE_LIMIT, SHOWN_ARTICLES = 200, 300, 10
#: Words that a search or question may have.
MAX_SEARCH_WORDS = 20
#: Searches for one question, articles from each, and articles that are read closely.
_MAX_SEARCHES, _ARTICLES_PER_SEARCH, _ARTICLES_READ = 16, 15, 60


@frozen
class SearchFilter:
    """Restrictions of a search; None does not restrict it."""

    #: Words of the outlet's name, as articles show it.
    outlet: str | None = None
    #: Name or address of a source of the workspace, or part of it.
    source: str | None = None
    #: Words of the name of a speaker whom the article quotes.
    speaker: str | None = None
    since: datetime | None = None


NO_FILTER = SearchFilter()


@frozen
class QuestionResult:
    """The answer to a question, and what was read for it."""

    answer: "QuestionAnswer"
    articles: int
    #: When the oldest article that was read was published.
    oldest: datetime | None


def parse_search(words: str) -> SearchQuery:
    """Parse the words of a search.

    Raises:
        UserError: There are too many words; the message says what to do.
    """
    asked = parse_query(words)
    count = sum(len(group[0]) for group in (*asked.every, *asked.none))
    if count > MAX_SEARCH_WORDS:
        raise UserError(
            "That is {count} words; a search takes at most {most_words}. "
            "Keep the most important ones.",
            count=count,
            most_words=MAX_SEARCH_WORDS,
        )
    return asked


def parse_since(typed: str | None, *, now: datetime, zone: str) -> datetime | None:
    """Parse the instant at which «yesterday», «2026-01-05» or «7 days» begins.

    Raises:
        UserError: It is not a day; the message gives examples.
    """
    if not typed:
        return None
    day = parse_since_date(typed, now.astimezone(ZoneInfo(zone)).date())
    if day is None:
        raise UserError(
            "«{typed}» is not a day that I understand. Say since=yesterday, "
            'since=Monday, since=2026-01-05 or since="7 days".',
            typed=typed[:40],
        )
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


async def answer_question(
    db: Database, scope: Scope, text: str, today: date
) -> QuestionResult:
    """Answer a question from the articles that the workspace may see.

    Args:
        db: Where the articles are.
        scope: What the workspace may see.
        text: The question as it was typed.
        today: The day on which it is asked.
    """
    # The tables of questions are large, and are not held before somebody asks.
    from digests.answers.questions import parse_question

    question = parse_question(text, today)
    likely = await db.read(_load_likely_articles, scope, question=question)
    # Analyzing them takes long enough to need a thread.
    return await asyncio.to_thread(_read_answer, question, likely)


def drop_repeated_quotes(
    found: Sequence[tuple[Article, Quote]],
) -> tuple[tuple[Article, Quote], ...]:
    """Drop quotes whose words another quote contains."""
    words = [normalize_text(quote.text).strip(" .,;:!?") for _, quote in found]
    kept = [
        pair
        for number, pair in enumerate(found)
        if not any(
            words[number] in other and (len(words[number]), -number) < (len(other), -at)
            for at, other in enumerate(words)
        )
    ]
    return tuple(kept)


def find_articles(
    conn: Connection, scope: Scope, words: str, within: SearchFilter = NO_FILTER
) -> tuple[Article, ...]:
    """Find articles with all words and "phrases" and without any -word, best first.

    Raises:
        UserError: There are too many words, or the source does not exist here.
    """
    asked, keys = parse_search(words), None
    if within.source:
        keys = _find_sources(conn, scope, within.source)
    speaker = within.speaker
    last = article_search.search_revisions(
        conn,
        scope,
        wanted=asked,
        limit=CANDIDATE_LIMIT if within == NO_FILTER else _RESTRICTED_LIMIT,
        source_ids=keys,
        outlet=within.outlet,
        since=within.since,
        unindexed=_filter_by_speaker(conn, scope, speaker) if speaker else None,
    )
    ordered = search.rank_matches(load_article_texts(conn, last), asked)
    best = [int(article.id) for article in ordered[:SHOWN_ARTICLES]]
    found = load_articles(conn, best)
    return tuple(found[key] for key in best)


def _filter_by_speaker(
    conn: Connection, scope: Scope, speaker: str
) -> article_search.UnindexedFilter:
    return article_search.UnindexedFilter(
        select_latest=partial(
            quote_store.select_revisions_quoting, conn, scope, speaker
        ),
        keep=partial(quote_store.filter_revisions_quoting, conn, speaker=speaker),
        enough=SHOWN_ARTICLES,
    )


def _find_sources(conn: Connection, scope: Scope, name: str) -> list[int]:
    known = source_store.list_sources(conn, scope)
    near = match_sources(known, name)
    if not near:
        names = quote_names(map(format_source_name, known[:8]))
        raise UnknownName(
            "There is no source «{name}» here. There are: {names}. To "
            "search one outlet, use from=.",
            name=name[:60],
            names=names or Message("none yet"),
        )
    return [source.id for source in near]


def _load_likely_articles(
    conn: Connection, scope: Scope, *, question: "Question"
) -> tuple[Article, ...]:
    """Find the articles that may answer a question.

    Those that contain more of its words come first; those that contain a single word
    are searched only if there are too few others. If the question names days, the
    articles of these days are searched as well.
    """
    from digests.answers.questions import plan_searches

    worth: Counter[int] = Counter()
    searches = tuple(islice(plan_searches(question), _MAX_SEARCHES))
    single = tuple(filter(_is_single_word, searches))
    joint = tuple(filterfalse(_is_single_word, searches))
    for some in (joint, single):
        if len(worth) >= _ARTICLES_READ:
            break
        by_span = article_search.search_revisions_each(
            conn,
            scope,
            wanted=some,
            limit=_ARTICLES_PER_SEARCH,
            spans=_search_spans(question),
        )
        for asked, *found in zip(some, *by_span, strict=True):
            for key in chain.from_iterable(found):
                worth[key] += len(asked.every)
    likely = [key for key, _ in worth.most_common(_ARTICLES_READ)]
    loaded = load_articles(conn, likely)
    return tuple(loaded[key] for key in likely)


def _is_single_word(asked: SearchQuery) -> bool:
    return len(asked.every) == 1 and all(len(phrase) == 1 for phrase in asked.every[0])


def _search_spans(question: "Question") -> Sequence[article_search.TimeSpan]:
    """List the time spans to search: all time, and around the days of the question."""
    days = question.days
    if days is None:
        return ((None, None),)
    first, last = (datetime.combine(d, time(), UTC) for d in (days.first, days.last))
    around = (first - timedelta(days=1), last + timedelta(days=7))
    return (around, (None, None))


def _read_answer(question: "Question", articles: Sequence[Article]) -> QuestionResult:
    from digests.answers.selection import select_answer

    published = [article.published for article in articles if article.published]
    return QuestionResult(
        answer=select_answer(question, articles),
        articles=len(articles),
        oldest=min(published, default=None),
    )


#: Editions whose headlines are searched, and stories of them that are shown.
SEARCHED_EDITIONS, SHOWN_STORIES = 200, 3
_SIGNS = " \"'“”„«»"


def load_edition(
    conn: Connection, scope: Scope, *, public_id: str, person_id: str | None
) -> StoredEdition:
    """Load the workspace's edition with this id, or the person's own.

    Raises:
        UnknownName: There is none in this workspace, or it was deleted.
    """
    found = edition_store.find_edition_by_public_id(
        conn, scope, public_id=public_id, person_id=person_id
    )
    if found is None:
        raise UnknownName(
            "There is no edition {public_id} in this workspace: the id belongs to "
            "another one, or the edition is older than what is kept.",
            public_id=public_id,
        )
    check_retained(conn, found)
    if edition_store.is_edition_undone(conn, scope, edition_id=found.id):
        raise UnknownName("The edition {public_id} was removed.", public_id=public_id)
    return found


def check_retained(conn: Connection, stored_edition: StoredEdition) -> None:
    """Raise `UnknownName` if the contents of the edition were pruned."""
    if edition_store.is_edition_emptied(
        conn, stored_edition.scope, edition_id=stored_edition.id
    ):
        raise UnknownName(
            "The details of this edition are no longer kept: it is too old. Its "
            "messages stay."
        )


def search_headlines(
    conn: Connection, scope: Scope, words: str, since: datetime | None
) -> tuple[PastStory, ...]:
    """Find stories of past editions with all words in the headline, newest first."""
    every = [normalize_text(word.strip(_SIGNS)).strip() for word in words.split()]
    wanted = [w for w in every if w and not w.startswith("-")]
    unwanted = [w[1:] for w in every if w.startswith("-") and len(w) > 1]
    if not wanted:
        return ()
    rows = edition_store.list_past_stories(
        conn, scope, limit=SEARCHED_EDITIONS, since=since
    )
    found: dict[str, PastStory] = {}
    for row in rows:
        headline = normalize_text(row.headline)
        fits = all(word in headline for word in wanted)
        if fits and not any(word in headline for word in unwanted):
            # The newest edition of a story comes first.
            found.setdefault(row.story, row)
    return tuple(found.values())[:SHOWN_STORIES]
