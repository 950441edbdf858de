"""Verbs on stories: which articles report one event, in whose view.

Public articles make stories for all (`workspace_id` None); a workspace with private
sources has its own view of them. An article belongs to one story in a view.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.dialects import insert
from bot.storage.revisions import COLUMNS, JOINED, noun, seen_by
from bot.storage.schema import articles, revisions, stories, story_articles
from digests.types import Article, Membership


def record(
    connection: Connection,
    *,
    workspace_id: int | None,
    memberships: Sequence[Membership],
    now: datetime,
) -> None:
    """Keep which story each article belongs to, in place of what was kept before.

    `Membership.article` and `duplicate_of` are the articles' keys, as `fresh` of
    `articles` gives them.
    """
    if not memberships:
        return
    keys = {
        public_id: _ensure(connection, workspace_id, public_id, now)
        for public_id in dict.fromkeys(each.story for each in memberships)
    }
    view = select(stories.c.id).where(_in_view(workspace_id))
    connection.execute(
        delete(story_articles).where(
            story_articles.c.article_id.in_(
                [int(each.article) for each in memberships]
            ),
            story_articles.c.story_id.in_(view),
        )
    )
    connection.execute(
        story_articles.insert(),
        [
            {
                "story_id": keys[each.story],
                "article_id": int(each.article),
                "duplicate_of": int(each.duplicate_of) if each.duplicate_of else None,
            }
            for each in memberships
        ],
    )


def of_article(
    connection: Connection, *, workspace_id: int, article_id: int
) -> str | None:
    """Give the public id of the article's story; the workspace's own view first."""
    found = connection.execute(
        select(stories.c.public_id)
        .join(story_articles, story_articles.c.story_id == stories.c.id)
        .where(
            story_articles.c.article_id == article_id,
            or_(_in_view(workspace_id), _in_view(None)),
        )
        .order_by(stories.c.workspace_id.is_(None), stories.c.id)
        .limit(1)
    ).scalar()
    return str(found) if found is not None else None


def articles_of(
    connection: Connection, *, workspace_id: int, story: str
) -> tuple[Article, ...]:
    """List the story's articles that the workspace may see, the earliest first."""
    members = (
        select(story_articles.c.article_id)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .where(
            stories.c.public_id == story,
            or_(_in_view(workspace_id), _in_view(None)),
        )
    )
    found = connection.execute(
        select(*COLUMNS)
        .select_from(JOINED)
        .where(articles.c.id.in_(members), *seen_by(workspace_id))
        .order_by(revisions.c.dated_at, revisions.c.id)
    )
    return tuple(map(noun, found))


def _in_view(workspace_id: int | None) -> ColumnElement[bool]:
    if workspace_id is None:
        return stories.c.workspace_id.is_(None)
    return stories.c.workspace_id == workspace_id


def _ensure(
    connection: Connection, workspace_id: int | None, public_id: str, now: datetime
) -> int:
    connection.execute(
        insert(connection, stories)
        .values(workspace_id=workspace_id, public_id=public_id, first_seen=now)
        .on_conflict_do_nothing()
    )
    key: int = connection.execute(
        select(stories.c.id).where(
            stories.c.public_id == public_id, _in_view(workspace_id)
        )
    ).scalar_one()
    return key
