"""Verbs on what has arrived, for who keeps a view of the newest stories in memory.

They read for a whole view: everybody's (`workspace_id` None) holds public articles
only, a workspace's own those of the sources that it may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import stories
from bot.storage.revisions import COLUMNS, JOINED, noun
from bot.storage.schema import revisions, sources, story_moves
from bot.storage.sources import visible
from digests.types import Article, Membership


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A current version without its text."""

    article: str
    revision_id: int
    fetched_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A current version, and the story that its article is in, if any."""

    #: Dated by when it was fetched where its source gives no date, or a later one.
    article: Article
    revision_id: int
    membership: Membership | None


def since(
    connection: Connection,
    *,
    workspace_id: int | None,
    dated: datetime,
    fetched: datetime | None,
    limit: int,
) -> tuple[Key, ...]:
    """List what is dated and was fetched at these moments or later, oldest first.

    Args:
        connection: For reading.
        workspace_id: In whose view; None is everybody's.
        dated: The earliest date.
        fetched: The earliest moment at which it was fetched; None = any.
        limit: Where there is more, the newest of it.
    """
    # One of the two conditions for each question: they have an index each.
    by = revisions.c.dated_at if fetched is None else revisions.c.fetched_at
    found = connection.execute(
        select(
            revisions.c.article_id,
            revisions.c.id,
            revisions.c.fetched_at,
            revisions.c.dated_at,
        )
        .select_from(JOINED)
        .where(
            revisions.c.current,
            by >= (dated if fetched is None else fetched),
            _within(workspace_id),
        )
        .order_by(by.desc(), revisions.c.id.desc())
        .limit(limit)
    ).all()
    return tuple(
        Key(article=str(row.article_id), revision_id=row.id, fetched_at=row.fetched_at)
        for row in sorted(found, key=lambda row: (row.dated_at, row.id))
        if row.dated_at >= dated
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Moves:
    """Stories whose articles went elsewhere, and the key of the last such move."""

    stories: frozenset[str]
    last: int


def moves(
    connection: Connection, *, workspace_id: int | None, after: int | None
) -> Moves:
    """List what moved in a view after the move of this key; None: after the last."""
    if after is None:
        last = connection.execute(select(func.max(story_moves.c.id))).scalar()
        return Moves(stories=frozenset(), last=last or 0)
    view = story_moves.c.workspace_id
    rows = connection.execute(
        select(story_moves.c.id, story_moves.c.story).where(
            story_moves.c.id > after,
            # With None for the workspace both say the same.
            or_(view.is_(None), view == workspace_id),
        )
    ).all()
    return Moves(
        stories=frozenset(row.story for row in rows),
        last=max((row.id for row in rows), default=after),
    )


def load(
    connection: Connection, *, workspace_id: int | None, revision_ids: Sequence[int]
) -> tuple[Arrived, ...]:
    """Load these versions, a few hundred at the most, with their stories."""
    query: Select[Any] = (
        select(*COLUMNS, revisions.c.dated_at)
        .select_from(JOINED)
        .where(revisions.c.id.in_(revision_ids), _within(workspace_id))
        .order_by(revisions.c.dated_at, revisions.c.id)
    )
    rows = connection.execute(query).all()
    known = stories.known(
        connection,
        workspace_id=workspace_id,
        articles=[str(row.article_id) for row in rows],
    )
    of = {member.article: member for member in known}
    return tuple(
        Arrived(
            article=replace(noun(row), published=row.dated_at),
            revision_id=row.id,
            membership=of.get(str(row.article_id)),
        )
        for row in rows
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """How an article's current text came in."""

    fetched_at: datetime
    #: It counts as told from the start.
    baseline: bool


def facts(
    connection: Connection, *, workspace_id: int, article_id: int
) -> Facts | None:
    """Tell how an article that the workspace may see came in."""
    row = connection.execute(
        select(revisions.c.fetched_at, revisions.c.baseline)
        .select_from(JOINED)
        .where(
            revisions.c.article_id == article_id,
            revisions.c.current,
            visible(workspace_id),
        )
    ).first()
    return Facts(fetched_at=row.fetched_at, baseline=row.baseline) if row else None


def _within(workspace_id: int | None) -> ColumnElement[bool]:
    if workspace_id is None:
        return sources.c.workspace_id.is_(None)
    return visible(workspace_id)
