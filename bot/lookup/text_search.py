"""Look-ups by words: full text search, and questions; it must not change anything.

Storage finds the last articles that hold the words; `digests.asking` orders them,
shows why they were found, and answers from them. Both are bounded: so many candidates,
so many searches for a question, whatever the archive holds.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from bot.errors import UnknownName, UserError
from bot.sentences import Phrase
from bot.storage import Connection, quotes, search, sources
from bot.storage.database import Database
from bot.storage.revisions import of_ids, texts_of
from digests import asking
from digests.asking import Answer, Question
from digests.language.fold import fold
from digests.language.lookup import Wanted, wanted
from digests.types import Article, Quote

#: Articles that are ordered, the last that came in, and those of them that are shown.
CANDIDATES, SHOWN = 300, 10
#: Quotes of somebody that are gone through, of a few articles each, and of more.
_QUOTED = (300, 1500)
#: Words that a search or question may have.
MOST_WORDS = 20
#: Searches for one question, articles from each, and articles that are read closely.
_SEARCHES, _EACH, _READ = 16, 15, 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowed:
    """What a search is kept to; None: not."""

    #: Words of the outlet's name, as it stands under its articles.
    outlet: str | None = None
    #: Name or address of a source of the workspace, or part of it.
    source: str | None = None
    #: Words of the name of somebody whom the article quotes.
    speaker: str | None = None
    since: datetime | None = None


EVERYWHERE = Narrowed()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What became of a question, and what was read for it."""

    answer: Answer
    articles: int
    #: The day of the oldest article that was read.
    oldest: date | None


def look_for(words: str) -> Wanted:
    """Read what somebody looks for.

    Raises:
        UserError: There are too many words; the message says what to do.
    """
    asked = wanted(words)
    count = sum(len(group[0]) for group in (*asked.every, *asked.none))
    if count > MOST_WORDS:
        raise UserError(
            "That is {count} words; a search takes at most {most_words}. Keep "
            "the few that matter most.",
            count=count,
            most_words=MOST_WORDS,
        )
    return asked


def first_moment(typed: str | None, *, now: datetime, zone: str) -> datetime | None:
    """Give the instant at which «yesterday», «2026-01-05» or «7 days» begins.

    Raises:
        UserError: It is no day; the message says what would be.
    """
    if not typed:
        return None
    day = asking.since(typed, now.astimezone(ZoneInfo(zone)).date())
    if day is None:
        raise UserError(
            "«{typed}» is no day that I know. Say since=yesterday, since=Monday, "
            'since=2026-01-05 or since="7 days".',
            typed=typed[:40],
        )
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


async def look_up(
    db: Database, workspace_id: int, words: str, within: Narrowed
) -> tuple[Article, ...]:
    """Find articles that hold all words and "phrases" and no -word, the best first.

    Raises:
        UserError: Too many words, or a source that is not here.
    """
    asked = look_for(words)
    return await db.read(_found, workspace_id=workspace_id, asked=asked, within=within)


async def ask(db: Database, workspace_id: int, question: Question) -> Asked:
    """Answer a question from the articles that the workspace may see."""
    likely = await db.read(_likely, workspace_id=workspace_id, question=question)
    # They are read closely, which takes its time.
    return await asyncio.to_thread(_answered, question, likely)


def distinct(
    found: Sequence[tuple[Article, Quote]],
) -> tuple[tuple[Article, Quote], ...]:
    """Without what another one says in the same words, or in more of them."""
    words = [fold(quote.text).strip(" .,;:!?") for _, quote in found]
    kept = [
        pair
        for number, pair in enumerate(found)
        if not any(
            words[number] in other and (len(words[number]), -number) < (len(other), -at)
            for at, other in enumerate(words)
        )
    ]
    return tuple(kept)


def _found(
    connection: Connection, *, workspace_id: int, asked: Wanted, within: Narrowed
) -> tuple[Article, ...]:
    keys = None
    if within.source:
        keys = _sources(connection, workspace_id, within.source)
    look = partial(
        search.keys,
        connection,
        workspace_id=workspace_id,
        wanted=asked,
        limit=CANDIDATES,
        source_ids=keys,
        outlet=within.outlet,
        since=within.since,
    )
    if within.speaker:
        last = _by(look, connection, workspace_id, within.speaker)
    else:
        last = look()
    ordered = asking.order(texts_of(connection, last), asked)
    best = [int(article.id) for article in ordered[:SHOWN]]
    found = of_ids(connection, best)
    return tuple(found[key] for key in best)


def _by(
    look: Callable[..., list[int]],
    connection: Connection,
    workspace_id: int,
    speaker: str,
) -> list[int]:
    """Look where somebody is quoted, then who is quoted where the words stand.

    Most people are quoted a few times, of a million.
    """
    for most in _QUOTED:
        among, whole = quotes.last_quoting(
            connection, workspace_id=workspace_id, speaker=speaker, most=most
        )
        last = look(among=among)
        if whole or len(last) >= SHOWN:
            return last
    held = quotes.quoting(connection, revision_ids=look(), speaker=speaker)
    return sorted({*last, *held}, reverse=True)[:CANDIDATES]


def _sources(connection: Connection, workspace_id: int, name: str) -> list[int]:
    known = sources.in_workspace(connection, workspace_id=workspace_id)
    typed = fold(name)
    exact = [s for s in known if typed in (fold(s.name), fold(s.address))]
    near = exact or [s for s in known if typed in fold(s.name)]
    if not near:
        names = ", ".join(f"«{source.name}»" for source in known[:8])
        raise UnknownName(
            "There is no source «{name}» here. There are: {names}. What an outlet "
            "wrote is found with from=.",
            name=name[:60],
            names=names or Phrase("none yet"),
        )
    return [source.id for source in near]


def _likely(
    connection: Connection, *, workspace_id: int, question: Question
) -> tuple[Article, ...]:
    """Find the articles in which the answer to a question may stand.

    Those that hold more of the question come first. Where it speaks of days, articles
    of these days are looked for besides.
    """
    worth: Counter[int] = Counter()
    searches = tuple(islice(asking.searches(question), _SEARCHES))
    by_span = [
        search.keys_of_each(
            connection,
            workspace_id=workspace_id,
            wanted=searches,
            limit=_EACH,
            since=since,
            until=until,
        )
        for since, until in _spans(question)
    ]
    for number, asked in enumerate(searches):
        for found in by_span:
            for key in found[number]:
                worth[key] += len(asked.every)
    # Only what is read closely is loaded.
    likely = [key for key, _ in worth.most_common(_READ)]
    loaded = of_ids(connection, likely)
    return tuple(loaded[key] for key in likely)


def _spans(
    question: Question,
) -> Sequence[tuple[datetime | None, datetime | None]]:
    """Whenever, and around the days that the question speaks of."""
    days = question.days
    if days is None:
        return ((None, None),)
    first = datetime.combine(days.first, time(), UTC) - timedelta(days=1)
    last = datetime.combine(days.last, time(), UTC)
    return ((first, last + timedelta(days=7)), (None, None))


def _answered(question: Question, articles: Sequence[Article]) -> Asked:
    days = [article.published.date() for article in articles if article.published]
    return Asked(
        answer=asking.answer(question, articles),
        articles=len(articles),
        oldest=min(days, default=None),
    )
