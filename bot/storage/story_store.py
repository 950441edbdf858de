"""Verbs on stories: which articles report one event, in whose view, and what moved.

Public articles make stories for all (`workspace_id` None). A workspace has a view of
its own over that: its private articles, and what its editions saw otherwise. There an
article belongs to one story, the workspace's own where it has one. Nobody sees the
articles of sources that are not theirs.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage import dialects
from bot.storage.revisions import JOINED, of_ids, seen_by
from bot.storage.schema import (
    articles,
    revisions,
    sources,
    stories,
    story_articles,
    story_moves,
)
from digests.stories import moved
from digests.types import Article, Membership

#: How many values one question may name.
_AT_ONCE = 500


class Taken:
    """The public ids that are in use in any view, for who makes a new one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __contains__(self, public_id: object) -> bool:
        query = select(1).where(stories.c.public_id == public_id).limit(1)
        return self._connection.execute(query).first() is not None


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
    # For each row by its key: a list of all stories would grow with the archive.
    in_view = (
        select(1)
        .where(stories.c.id == story_articles.c.story_id, _in_view(workspace_id))
        .exists()
    )
    for some in _batched([int(each.article) for each in memberships]):
        connection.execute(
            delete(story_articles).where(
                story_articles.c.article_id.in_(some),
                in_view,
            )
        )
    connection.execute(
        insert(story_articles),
        [
            {
                "story_id": keys[each.story],
                "article_id": int(each.article),
                "duplicate_of": int(each.duplicate_of) if each.duplicate_of else None,
            }
            for each in memberships
        ],
    )


def settle(
    connection: Connection,
    *,
    workspace_id: int | None,
    memberships: Sequence[Membership],
    now: datetime,
    whole: bool = True,
    copies: bool = True,
) -> None:
    """Let the view say this, where it says something else, and keep what moved.

    An old id leads on to where most of its articles went.

    Args:
        connection: Inside a transaction.
        workspace_id: Whose view; None is everybody's.
        memberships: One an article.
        now: The time.
        whole: They are those of whole stories, as far as these are at hand: where all
            that is named of one went to another, the rest of it goes along.
        copies: Whether it is something else, too, where only another article is
            repeated.
    """
    before = known(
        connection, workspace_id=workspace_id, articles=[m.article for m in memberships]
    )
    had = {member.article: member for member in before}
    changed = [
        member
        for member in memberships
        if (there := had.get(member.article)) is None
        or there.story != member.story
        or (copies and there != member)
    ]
    record(connection, workspace_id=workspace_id, memberships=changed, now=now)
    for old, became in moved(before, memberships).items():
        if old not in became and whole:
            _take_along(connection, workspace_id, old, became[0], now)
        connection.execute(
            insert(story_moves),
            [
                {
                    "workspace_id": workspace_id,
                    "story": old,
                    "became": new,
                    "position": position,
                    "moved_at": now,
                }
                for position, new in enumerate(became)
                if new != old
            ],
        )


def known(
    connection: Connection, *, workspace_id: int | None, articles: Iterable[str]
) -> tuple[Membership, ...]:
    """List to which stories these articles (their keys) belong, as far as is known."""
    found: dict[int, Membership] = {}
    for some in _batched([int(article) for article in articles]):
        rows = connection.execute(
            select(
                story_articles.c.article_id,
                story_articles.c.duplicate_of,
                stories.c.public_id,
            )
            .join(stories, stories.c.id == story_articles.c.story_id)
            .where(story_articles.c.article_id.in_(some), _seen_in(workspace_id))
            .order_by(stories.c.workspace_id.is_not(None), story_articles.c.article_id)
        )
        for row in rows:
            # The view's own come last and take the place of everybody's.
            found[row.article_id] = Membership(
                article=str(row.article_id),
                story=row.public_id,
                duplicate_of=str(row.duplicate_of) if row.duplicate_of else None,
            )
    return tuple(found.values())


def of_article(
    connection: Connection, *, workspace_id: int, article_id: int
) -> str | None:
    """Give the public id of the article's story; the workspace's own view first."""
    found = known(connection, workspace_id=workspace_id, articles=[str(article_id)])
    return found[0].story if found else None


def articles_of(
    connection: Connection, *, workspace_id: int, story: str, limit: int | None = None
) -> tuple[Article, ...]:
    """List the story's articles that the workspace may see, the earliest first.

    Args:
        connection: For reading.
        workspace_id: In whose view.
        story: Its public id.
        limit: Only so many, the newest.
    """
    return _articles(connection, workspace_id, [story], seen_by(workspace_id), limit)


def at_hand(
    connection: Connection,
    *,
    workspace_id: int | None,
    stories: Collection[str],
    limit: int,
) -> tuple[Article, ...]:
    """List the newest articles of these stories of a view, the earliest first.

    For the intake, which looks whether they are one event: of everybody's stories
    (None) only what everybody may see.
    """
    may = seen_by(workspace_id) if workspace_id is not None else _public()
    return _articles(connection, workspace_id, stories, may, limit)


def present(connection: Connection, *, workspace_id: int, story: str) -> str | None:
    """Give the id under which the story's articles are now; None: there is none.

    An id that was merged away leads to the story that took most of its articles.
    """

    def is_there(public_id: str) -> bool:
        query = _members(workspace_id, [public_id])
        seen = (
            select(1)
            .select_from(JOINED)
            .where(articles.c.id.in_(query), *seen_by(workspace_id))
        )
        return connection.execute(seen.limit(1)).first() is not None

    found = _followed(connection, workspace_id, story, is_there)
    return found if is_there(found) else None


def current(connection: Connection, *, workspace_id: int | None, story: str) -> str:
    """Give the story that this one was merged into, or itself.

    For the intake: another process may have merged what it has in memory.
    """

    def has_articles(public_id: str) -> bool:
        query = _members(workspace_id, [public_id]).limit(1)
        return connection.execute(query).first() is not None

    found = _followed(connection, workspace_id, story, has_articles)
    return found if has_articles(found) else story


def _articles(
    connection: Connection,
    workspace_id: int | None,
    public_ids: Collection[str],
    may: Sequence[ColumnElement[bool]],
    limit: int | None,
) -> tuple[Article, ...]:
    members = connection.execute(_members(workspace_id, public_ids)).scalars().all()
    dated: list[tuple[datetime, int]] = []
    for some in _batched(members):
        rows = connection.execute(
            select(revisions.c.dated_at, revisions.c.id)
            .select_from(JOINED)
            .where(revisions.c.article_id.in_(some), *may)
        )
        dated += [(row.dated_at, row.id) for row in rows]
    # Sorted here: in the question it would tempt SQLite to go through all by date.
    newest = sorted(dated)[-limit:] if limit else sorted(dated)
    found = of_ids(connection, [key for _, key in newest])
    return tuple(found[key] for _, key in newest)


def _public() -> tuple[ColumnElement[bool], ...]:
    return (revisions.c.current, sources.c.workspace_id.is_(None))


def _members(workspace_id: int | None, public_ids: Collection[str]) -> Select[Any]:
    """The keys of the stories' articles, as the view has them."""
    members = (
        select(story_articles.c.article_id)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .where(stories.c.public_id.in_(public_ids), _seen_in(workspace_id))
    )
    if workspace_id is None:
        return members
    # What the view has in a story of its own is not where everybody has it.
    other, own = story_articles.alias(), stories.alias()
    elsewhere = (
        select(1)
        .select_from(other.join(own, own.c.id == other.c.story_id))
        .where(
            other.c.article_id == story_articles.c.article_id,
            own.c.workspace_id == workspace_id,
        )
        .exists()
    )
    return members.where(or_(stories.c.workspace_id.is_not(None), ~elsewhere))


def _followed(
    connection: Connection,
    workspace_id: int | None,
    story: str,
    is_there: Callable[[str], bool],
) -> str:
    """Go from an id to where its articles went, until some are there."""
    seen: set[str] = set()
    while story not in seen:
        seen.add(story)
        became = _became(connection, workspace_id, story)
        if became is None or is_there(story):
            return story
        story = became
    return story


def _became(connection: Connection, workspace_id: int | None, story: str) -> str | None:
    view = story_moves.c.workspace_id
    mine = (
        view.is_(None)
        if workspace_id is None
        else or_(view == workspace_id, view.is_(None))
    )
    found: str | None = connection.execute(
        select(story_moves.c.became)
        .where(story_moves.c.story == story, mine)
        .order_by(
            view.is_(None),
            story_moves.c.moved_at.desc(),
            story_moves.c.position,
            story_moves.c.id.desc(),
        )
        .limit(1)
    ).scalar()
    return found


def _take_along(
    connection: Connection,
    workspace_id: int | None,
    old: str,
    new: str,
    now: datetime,
) -> None:
    gone = select(stories.c.id).where(
        stories.c.public_id == old, _in_view(workspace_id)
    )
    key = _ensure(connection, workspace_id, new, now)
    connection.execute(
        update(story_articles)
        .where(story_articles.c.story_id.in_(gone))
        .values(story_id=key)
    )


def _in_view(workspace_id: int | None) -> ColumnElement[bool]:
    if workspace_id is None:
        return stories.c.workspace_id.is_(None)
    return stories.c.workspace_id == workspace_id


def _seen_in(workspace_id: int | None) -> ColumnElement[bool]:
    """The view's own stories and everybody's."""
    return or_(_in_view(workspace_id), _in_view(None))


def _ensure(
    connection: Connection, workspace_id: int | None, public_id: str, now: datetime
) -> int:
    connection.execute(
        dialects.insert(connection, stories)
        .values(workspace_id=workspace_id, public_id=public_id, first_seen=now)
        .on_conflict_do_nothing()
    )
    key: int = connection.execute(
        select(stories.c.id).where(
            stories.c.public_id == public_id, _in_view(workspace_id)
        )
    ).scalar_one()
    return key


def _batched(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))
