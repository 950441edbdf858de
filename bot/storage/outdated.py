"""Verbs that let go of old contents, a few rows at a time; for all workspaces at once.

What says that something *was* there stays: an article's names and hashes (a source that
still lists it must not make it news again), an edition's row (so that its id is
answered), and what a digest's readers were told. An edition's corrections are its
contents: they go with it. A report that is open does not go by its age.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import editions_json
from bot.storage.schema import (
    changes,
    compositions,
    corrections,
    deliveries,
    edition_stories,
    editions,
    figures,
    local_messages,
    quotes,
    reports,
    revisions,
    searchable,
    stories,
    story_articles,
)
from digests.types import Edition, MadeFrom


@dataclass(frozen=True, kw_only=True, slots=True)
class OldArticle:
    """A current version that is too old; where the next look goes on behind it."""

    article_id: int
    revision_id: int
    fetched_at: datetime
    #: Its text was let go before.
    empty: bool


def old_articles(
    connection: Connection,
    *,
    before: datetime,
    after: tuple[datetime, int] | None,
    limit: int,
) -> tuple[OldArticle, ...]:
    """List the articles whose newest version was fetched before then, oldest first."""
    behind = [] if after is None else [_behind(after)]
    rows = connection.execute(
        select(
            revisions.c.article_id,
            revisions.c.id,
            revisions.c.fetched_at,
            and_(revisions.c.text == "", revisions.c.title.is_(None)).label("empty"),
        )
        .where(revisions.c.current, revisions.c.fetched_at < before, *behind)
        .order_by(revisions.c.fetched_at, revisions.c.id)
        .limit(limit)
    )
    return tuple(
        OldArticle(
            article_id=row.article_id,
            revision_id=row.id,
            fetched_at=row.fetched_at,
            empty=bool(row.empty),
        )
        for row in rows
    )


def empty_articles(connection: Connection, *, keys: Collection[int]) -> None:
    """Let go of the texts of these articles, and of what was found in them."""
    mine = select(revisions.c.id).where(revisions.c.article_id.in_(keys))
    for table in (quotes, figures, searchable):
        connection.execute(delete(table).where(table.c.revision_id.in_(mine)))
    in_stories = story_articles.c.article_id.in_(keys)
    told_of = select(story_articles.c.story_id).where(in_stories)
    touched = list(connection.execute(told_of).scalars())
    connection.execute(delete(story_articles).where(in_stories))
    others = select(1).where(story_articles.c.story_id == stories.c.id)
    connection.execute(
        delete(stories).where(stories.c.id.in_(touched), ~others.exists())
    )
    connection.execute(
        update(revisions)
        .where(revisions.c.article_id.in_(keys))
        .values(text="", title=None, author=None, outlet=None, baseline=True)
    )


def empty_editions(
    connection: Connection, *, before: datetime, now: datetime, limit: int
) -> int:
    """Let go of the contents of editions made before then; how many they were."""
    old = (
        select(editions.c.id, editions.c.made_at)
        .where(editions.c.made_at < before, editions.c.dropped_at.is_(None))
        .order_by(editions.c.id)
        .limit(limit)
    )
    found = connection.execute(old).all()
    for row in found:
        connection.execute(
            update(editions)
            .where(editions.c.id == row.id)
            .values(edition=editions_json.dump(_nothing(row.made_at)), dropped_at=now)
        )
    keys = [row.id for row in found]
    for table in (deliveries, corrections):
        connection.execute(delete(table).where(table.c.edition_id.in_(keys)))
    connection.execute(
        update(edition_stories)
        .where(edition_stories.c.edition_id.in_(keys))
        .values(headline="")
    )
    return len(found)


def forget_messages(connection: Connection, *, before: datetime, limit: int) -> int:
    """Take messages of the local page away that were posted before then."""
    old = (
        select(local_messages.c.id)
        .where(local_messages.c.posted_at < before)
        .order_by(local_messages.c.id)
        .limit(limit)
    )
    done = connection.execute(
        delete(local_messages).where(local_messages.c.id.in_(old))
    )
    return done.rowcount


def forget_corrections(connection: Connection, *, limit: int) -> int:
    """Forget what was put right in editions whose contents were let go before."""
    left = (
        select(corrections.c.id)
        .join(editions, editions.c.id == corrections.c.edition_id)
        .where(editions.c.dropped_at.is_not(None))
        .order_by(corrections.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(corrections).where(corrections.c.id.in_(left)))
    return done.rowcount


def forget_reports(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget reports of readers that were settled before then."""
    old = (
        select(reports.c.id)
        .where(reports.c.settled_at < before)
        .order_by(reports.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(reports).where(reports.c.id.in_(old)))
    return done.rowcount


def forget_decisions(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget why articles were chosen or not, last so before then."""
    old = (
        select(compositions.c.id)
        .where(compositions.c.last_at < before)
        .order_by(compositions.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(compositions).where(compositions.c.id.in_(old)))
    return done.rowcount


def forget_changes(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget who changed what before then; what was changed stays changed."""
    old = (
        select(changes.c.id)
        .where(changes.c.made_at < before)
        .order_by(changes.c.id)
        .limit(limit)
    )
    done = connection.execute(delete(changes).where(changes.c.id.in_(old)))
    return done.rowcount


def _behind(after: tuple[datetime, int]) -> ColumnElement[bool]:
    at, key = after
    later = revisions.c.fetched_at > at
    return or_(later, (revisions.c.fetched_at == at) & (revisions.c.id > key))


def _nothing(made_at: datetime) -> Edition:
    return Edition(
        title="",
        made_at=made_at,
        made_from=MadeFrom(articles=0, sources=0),
        stories=(),
        brief=(),
        hero=None,
        minutes=0,
        lang="en",
    )
