"""Stories: which articles report the same event, per view, and where they moved.

Public articles form stories in the shared view (`workspace_id` None). A workspace has
its own view over that: its private articles, and what its editions grouped differently.
In a view an article belongs to one story: the workspace's own, if there is one, else
the shared one. A workspace never sees articles of sources of others.

Queries cover a whole view: the shared view contains public articles only, a workspace's
view those of the sources that it may see.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select

from bot.model.workspace import Scope
from bot.storage.revision_store import (
    REVISION_COLUMNS,
    REVISION_JOIN,
    article_from_row,
    filter_visible_revisions,
    load_articles,
)
from bot.storage.schema import (
    articles,
    revisions,
    sources,
    stories,
    story_articles,
    story_moves,
)
from bot.storage.statements import (
    Condition,
    batched,
    delete_rows,
    filter_visible_sources,
    first_scalar,
    has_row,
    insert_missing,
    list_scalars,
    update_rows,
)
from digests.stories.assignment import find_moved_stories
from digests.types import Article, StoryMembership


class UsedStoryIds:
    """The public ids used in any view, to choose an unused one."""

    def __init__(self, conn: Connection) -> None:
        self._connection = conn

    def __contains__(self, public_id: object) -> bool:
        query = select(1).where(stories.c.public_id == public_id)
        return has_row(self._connection, query)


def set_memberships(
    conn: Connection,
    *,
    workspace_id: int | None,
    memberships: Sequence[StoryMembership],
    now: datetime,
) -> None:
    """Store which story each article belongs to, replacing what was stored before.

    `StoryMembership.article` and `duplicate_of` are the articles' keys.
    """
    if not memberships:
        return
    keys = {
        public_id: _upsert_story(conn, workspace_id, public_id, now)
        for public_id in dict.fromkeys(each.story for each in memberships)
    }
    # Checked per row by key: a list of all stories would become too long.
    in_view = (
        select(1)
        .where(stories.c.id == story_articles.c.story_id, _is_in_own_view(workspace_id))
        .exists()
    )
    for some in batched(int(each.article) for each in memberships):
        chosen = story_articles.c.article_id.in_(some)
        delete_rows(conn, story_articles, chosen, in_view)
    conn.execute(
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


def update_memberships(
    conn: Connection,
    *,
    workspace_id: int | None,
    memberships: Sequence[StoryMembership],
    now: datetime,
    whole: bool = True,
    copies: bool = True,
) -> None:
    """Update the memberships that differ in a view, and record which stories moved.

    An old id is resolved to the story that received most of its articles.

    Args:
        conn: Inside a transaction.
        workspace_id: The view; None = the shared one.
        memberships: One per article.
        now: The current time.
        whole: The memberships cover whole stories, as far as these were loaded: if all
            listed articles of a story moved to another, its other articles move too.
        copies: Whether a change of `duplicate_of` alone counts as a difference.
    """
    before = list_memberships(
        conn, workspace_id=workspace_id, articles=[m.article for m in memberships]
    )
    had = {member.article: member for member in before}
    changed = [
        member
        for member in memberships
        if (there := had.get(member.article)) is None
        or there.story != member.story
        or (copies and there != member)
    ]
    set_memberships(conn, workspace_id=workspace_id, memberships=changed, now=now)
    for old, became in find_moved_stories(before, memberships).items():
        if old not in became and whole:
            _move_remaining_articles(conn, workspace_id, old, became[0], now)
        conn.execute(
            insert(story_moves),
            [
                {
                    "workspace_id": workspace_id,
                    "story": old,
                    "successor": new,
                    "position": position,
                    "moved_at": now,
                }
                for position, new in enumerate(became)
                if new != old
            ],
        )


def list_memberships(
    conn: Connection, *, workspace_id: int | None, articles: Iterable[str]
) -> tuple[StoryMembership, ...]:
    """List the memberships of these articles (keys), where there are any."""
    found: dict[int, StoryMembership] = {}
    for some in batched(map(int, articles)):
        rows = conn.execute(
            select(
                story_articles.c.article_id,
                story_articles.c.duplicate_of,
                stories.c.public_id,
            )
            .join(stories, stories.c.id == story_articles.c.story_id)
            .where(
                story_articles.c.article_id.in_(some), _is_seen_in_view(workspace_id)
            )
            .order_by(stories.c.workspace_id.is_not(None), story_articles.c.article_id)
        )
        for row in rows:
            # The view's own memberships come last and replace the shared ones.
            found[row.article_id] = StoryMembership(
                article=str(row.article_id),
                story=row.public_id,
                duplicate_of=str(row.duplicate_of) if row.duplicate_of else None,
            )
    return tuple(found.values())


def list_story_articles(
    conn: Connection, scope: Scope, *, story: str, limit: int | None = None
) -> tuple[Article, ...]:
    """List the story's articles that the workspace may see, the earliest first.

    Args:
        conn: Inside a transaction.
        scope: The workspace whose view it is.
        story: Public id of the story.
        limit: Only the newest `limit` articles.
    """
    return _load_articles_of(
        conn, scope.workspace_id, [story], filter_visible_revisions(scope), limit
    )


def list_newest_story_articles(
    conn: Connection, *, workspace_id: int | None, stories: Collection[str], limit: int
) -> tuple[Article, ...]:
    """List the newest articles of these stories of a view, the earliest first.

    For the ingest, which decides whether they are one event. In the shared view (None)
    only public articles.
    """
    may = (
        filter_visible_revisions(Scope(workspace_id))
        if workspace_id is not None
        else _filter_public()
    )
    return _load_articles_of(conn, workspace_id, stories, may, limit)


def find_present_story(conn: Connection, scope: Scope, *, story: str) -> str | None:
    """Resolve a story's id to the current one; None if it has no articles.

    The id of a merged story is resolved to the story that received most of its
    articles.
    """

    def is_there(public_id: str) -> bool:
        query = _select_member_ids(scope.workspace_id, [public_id])
        seen = select(1).select_from(REVISION_JOIN)
        may_see = filter_visible_revisions(scope)
        return has_row(conn, seen.where(articles.c.id.in_(query), *may_see))

    found = _follow_moves(conn, scope.workspace_id, story, is_there)
    return found if is_there(found) else None


def resolve_merged_story(
    conn: Connection, *, workspace_id: int | None, story: str
) -> str:
    """Return the story that this one was merged into, or itself.

    For the ingest: another process may have merged a story that this one has in memory.
    """

    def has_articles(public_id: str) -> bool:
        return has_row(conn, _select_member_ids(workspace_id, [public_id]))

    found = _follow_moves(conn, workspace_id, story, has_articles)
    return found if has_articles(found) else story


def _load_articles_of(
    conn: Connection,
    workspace_id: int | None,
    public_ids: Collection[str],
    may: Sequence[Condition],
    limit: int | None,
) -> tuple[Article, ...]:
    members = list_scalars(conn, _select_member_ids(workspace_id, public_ids))
    dated: list[tuple[datetime, int]] = []
    for some in batched(members):
        rows = conn.execute(
            select(revisions.c.dated_at, revisions.c.id)
            .select_from(REVISION_JOIN)
            .where(revisions.c.article_id.in_(some), *may)
        )
        dated += [(row.dated_at, row.id) for row in rows]
    # Sorted here: ORDER BY would make SQLite scan everything by date.
    newest = sorted(dated)[-limit:] if limit else sorted(dated)
    found = load_articles(conn, [key for _, key in newest])
    return tuple(found[key] for _, key in newest)


def _filter_public() -> tuple[Condition, ...]:
    return (revisions.c.current, sources.c.workspace_id.is_(None))


def _select_member_ids(
    workspace_id: int | None, public_ids: Collection[str]
) -> Select[Any]:
    """Select the keys of the stories' articles in a view."""
    members = (
        select(story_articles.c.article_id)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .where(stories.c.public_id.in_(public_ids), _is_seen_in_view(workspace_id))
    )
    if workspace_id is None:
        return members
    # An article in a story of the view itself is not in a shared one.
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


def _follow_moves(
    conn: Connection,
    workspace_id: int | None,
    story: str,
    is_there: Callable[[str], bool],
) -> str:
    """Follow the moves of a story until one with articles is found."""
    seen: set[str] = set()
    while story not in seen:
        seen.add(story)
        became = _find_successor(conn, workspace_id, story)
        if became is None or is_there(story):
            return story
        story = became
    return story


def _find_successor(
    conn: Connection, workspace_id: int | None, story: str
) -> str | None:
    view = story_moves.c.workspace_id
    mine = (
        view.is_(None)
        if workspace_id is None
        else or_(view == workspace_id, view.is_(None))
    )
    query = (
        select(story_moves.c.successor)
        .where(story_moves.c.story == story, mine)
        .order_by(
            view.is_(None),
            story_moves.c.moved_at.desc(),
            story_moves.c.position,
            story_moves.c.id.desc(),
        )
    )
    return first_scalar(conn, query.limit(1))


def _move_remaining_articles(
    conn: Connection, workspace_id: int | None, old: str, new: str, now: datetime
) -> None:
    gone = select(stories.c.id).where(
        stories.c.public_id == old, _is_in_own_view(workspace_id)
    )
    key = _upsert_story(conn, workspace_id, new, now)
    moved = story_articles.c.story_id.in_(gone)
    update_rows(conn, story_articles, moved, story_id=key)


def _is_in_own_view(workspace_id: int | None) -> Condition:
    if workspace_id is None:
        return stories.c.workspace_id.is_(None)
    return stories.c.workspace_id == workspace_id


def _is_seen_in_view(workspace_id: int | None) -> Condition:
    """Condition: the story belongs to the view or to the shared view."""
    return or_(_is_in_own_view(workspace_id), _is_in_own_view(None))


def _upsert_story(
    conn: Connection, workspace_id: int | None, public_id: str, now: datetime
) -> int:
    new = {"workspace_id": workspace_id, "public_id": public_id, "first_seen": now}
    insert_missing(conn, stories, new)
    key: int = conn.execute(
        select(stories.c.id).where(
            stories.c.public_id == public_id, _is_in_own_view(workspace_id)
        )
    ).scalar_one()
    return key


@dataclass(frozen=True, kw_only=True, slots=True)
class RevisionKey:
    """A current revision without its text."""

    article: str
    revision_id: int
    fetched_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivedArticle:
    """A current revision, and the story of its article, if any."""

    #: Its date is the time of fetching if the source gives no date or a later one.
    article: Article
    revision_id: int
    membership: StoryMembership | None


def list_arrivals(
    conn: Connection,
    *,
    workspace_id: int | None,
    dated: datetime,
    fetched: datetime | None,
    limit: int,
) -> tuple[RevisionKey, ...]:
    """List current revisions since a date and a time of fetching, oldest first.

    Args:
        conn: Inside a transaction.
        workspace_id: The view; None = the shared one.
        dated: Earliest date.
        fetched: Earliest time of fetching; None = any.
        limit: Only the newest `limit` revisions.
    """
    by = revisions.c.dated_at if fetched is None else revisions.c.fetched_at
    found = conn.execute(
        select(
            revisions.c.article_id,
            revisions.c.id,
            revisions.c.fetched_at,
            revisions.c.dated_at,
        )
        .select_from(REVISION_JOIN)
        .where(
            revisions.c.current,
            by >= (dated if fetched is None else fetched),
            _filter_view_sources(workspace_id),
        )
        .order_by(by.desc(), revisions.c.id.desc())
        .limit(limit)
    ).all()
    return tuple(
        RevisionKey(
            article=str(row.article_id), revision_id=row.id, fetched_at=row.fetched_at
        )
        for row in sorted(found, key=lambda row: (row.dated_at, row.id))
        if row.dated_at >= dated
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryMoves:
    """Stories whose articles moved, and the key of the last move."""

    stories: frozenset[str]
    last: int


def list_story_moves(
    conn: Connection, *, workspace_id: int | None, after: int | None
) -> StoryMoves:
    """List what moved in a view after the move of this key; None: after the last."""
    if after is None:
        last = first_scalar(conn, select(func.max(story_moves.c.id)))
        return StoryMoves(stories=frozenset(), last=last or 0)
    view = story_moves.c.workspace_id
    rows = conn.execute(
        select(story_moves.c.id, story_moves.c.story).where(
            story_moves.c.id > after,
            # For the shared view both are the same.
            or_(view.is_(None), view == workspace_id),
        )
    ).all()
    return StoryMoves(
        stories=frozenset(row.story for row in rows),
        last=max((row.id for row in rows), default=after),
    )


def load_arrivals(
    conn: Connection, *, workspace_id: int | None, revision_ids: Sequence[int]
) -> tuple[ArrivedArticle, ...]:
    """Load these revisions (a few hundred at most) with their stories."""
    query: Select[Any] = (
        select(*REVISION_COLUMNS, revisions.c.dated_at)
        .select_from(REVISION_JOIN)
        .where(revisions.c.id.in_(revision_ids), _filter_view_sources(workspace_id))
        .order_by(revisions.c.dated_at, revisions.c.id)
    )
    rows = conn.execute(query).all()
    known = list_memberships(
        conn, workspace_id=workspace_id, articles=[str(row.article_id) for row in rows]
    )
    of = {member.article: member for member in known}
    return tuple(
        ArrivedArticle(
            article=replace(article_from_row(row), published=row.dated_at),
            revision_id=row.id,
            membership=of.get(str(row.article_id)),
        )
        for row in rows
    )


def _filter_view_sources(workspace_id: int | None) -> Condition:
    if workspace_id is None:
        return sources.c.workspace_id.is_(None)
    return filter_visible_sources(Scope(workspace_id))
