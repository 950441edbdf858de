"""Stories: which articles report the same event, per view, and where they moved.

Public articles form stories in the shared view (`workspace_id` None). A workspace has
its own view over that: its private articles, and what its editions grouped differently.
In a view an article belongs to one story: the workspace's own, if there is one, else
the shared one. A workspace never sees articles of sources of others.

Queries cover a whole view: the shared view contains public articles only, a workspace's
view those of the sources that it may see.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, or_, select

from bot.model.scope import Scope
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
    from_row,
    has_row,
    has_values,
    insert_all,
    insert_missing,
    list_all,
    list_scalars,
    update_rows,
)
from digests.stories.assignment import find_moved_stories
from digests.types import Article, StoryMembership, frozen

_STORY, _MEMBER = stories.c, story_articles.c
_REVISION, _MOVE = revisions.c, story_moves.c


class UsedStoryIds:
    """The public ids used in any view, to choose an unused one."""

    def __init__(self, conn: Connection) -> None:
        self._connection = conn

    def __contains__(self, public_id: object) -> bool:
        query = select(1).where(_STORY.public_id == public_id)
        return has_row(self._connection, query)


def set_memberships(
    conn: Connection,
    workspace_id: int | None,
    memberships: Sequence[StoryMembership],
    now: datetime,
) -> None:
    """Store which story each article belongs to, replacing what was stored before.

    `StoryMembership.article` and `duplicate_of` are the articles' keys.
    """
    keys = {
        public_id: _upsert_story(conn, workspace_id, public_id, now)
        for public_id in dict.fromkeys(each.story for each in memberships)
    }
    # Checked per row by key: a list of all stories would become too long.
    own = has_values(stories, workspace_id=workspace_id)
    in_view = exists().where(_STORY.id == _MEMBER.story_id, own)
    for some in batched(int(each.article) for each in memberships):
        delete_rows(conn, story_articles, _MEMBER.article_id.in_(some), in_view)
    rows = [
        {
            "story_id": keys[each.story],
            "article_id": int(each.article),
            "duplicate_of": int(each.duplicate_of) if each.duplicate_of else None,
        }
        for each in memberships
    ]
    insert_all(conn, story_articles, rows)


def update_memberships(
    conn: Connection,
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
    ids = [member.article for member in memberships]
    before = list_memberships(conn, workspace_id, ids)
    had = {member.article: member for member in before}
    changed = [
        member
        for member in memberships
        if (there := had.get(member.article)) is None
        or there.story != member.story
        or (copies and there != member)
    ]
    set_memberships(conn, workspace_id, changed, now)
    for old, became in find_moved_stories(before, memberships).items():
        if old not in became and whole:
            key = _upsert_story(conn, workspace_id, became[0], now)
            gone = _MEMBER.story_id.in_(_select_own_story(workspace_id, old))
            update_rows(conn, story_articles, gone, story_id=key)
        moved = {"workspace_id": workspace_id, "story": old, "moved_at": now}
        moves = [
            {"successor": new, "position": position, **moved}
            for position, new in enumerate(became)
            if new != old
        ]
        insert_all(conn, story_moves, moves)


def list_memberships(
    conn: Connection, workspace_id: int | None, articles: Iterable[str]
) -> tuple[StoryMembership, ...]:
    """List the memberships of these articles (keys), where there are any."""
    found: dict[str, StoryMembership] = {}
    for some in batched(map(int, articles)):
        query = (
            select(_MEMBER.article_id, _MEMBER.duplicate_of, _STORY.public_id)
            .join(stories, _STORY.id == _MEMBER.story_id)
            .where(_MEMBER.article_id.in_(some), _is_seen_in_view(workspace_id))
            .order_by(_STORY.workspace_id.is_not(None), _MEMBER.article_id)
        )
        # The view's own memberships come last and replace the shared ones.
        members = list_all(conn, query, _membership_from_row)
        found |= {member.article: member for member in members}
    return tuple(found.values())


def _membership_from_row(row: Row[Any]) -> StoryMembership:
    duplicate_of = str(row.duplicate_of) if row.duplicate_of else None
    article = str(row.article_id)
    return StoryMembership(
        article=article, story=row.public_id, duplicate_of=duplicate_of
    )


def list_story_articles(
    conn: Connection, scope: Scope, story: str, limit: int | None = None
) -> tuple[Article, ...]:
    """List the story's articles that the workspace may see, the earliest first.

    Args:
        conn: Inside a transaction.
        scope: The workspace whose view it is.
        story: Public id of the story.
        limit: Only the newest `limit` articles.
    """
    return list_newest_story_articles(conn, scope.workspace_id, [story], limit)


def list_newest_story_articles(
    conn: Connection,
    workspace_id: int | None,
    stories: Collection[str],
    limit: int | None,
) -> tuple[Article, ...]:
    """List the newest articles of these stories of a view, the earliest first.

    For the ingest, which decides whether they are one event. In the shared view (None)
    only public articles.
    """
    members = list_scalars(conn, _select_member_ids(workspace_id, stories))
    may_see = (_REVISION.current, _filter_view_sources(workspace_id))
    dated: list[tuple[datetime, int]] = []
    for some in batched(members):
        query = select(_REVISION.dated_at, _REVISION.id).select_from(REVISION_JOIN)
        query = query.where(_REVISION.article_id.in_(some), *may_see)
        dated += list_all(conn, query, tuple)
    # Sorted here: ORDER BY would make SQLite scan everything by date.
    newest = sorted(dated)[-limit:] if limit else sorted(dated)
    found = load_articles(conn, [key for _, key in newest])
    return tuple(found[key] for _, key in newest)


def find_present_story(conn: Connection, scope: Scope, story: str) -> str | None:
    """Resolve a story's id to the current one; None if it has no articles.

    The id of a merged story is resolved to the story that received most of its
    articles.
    """

    def is_there(public_id: str) -> bool:
        query = _select_member_ids(scope.workspace_id, [public_id])
        seen = select(1).select_from(REVISION_JOIN)
        may_see = filter_visible_revisions(scope)
        return has_row(conn, seen.where(articles.c.id.in_(query), *may_see))

    return _follow_moves(conn, scope.workspace_id, story, is_there)


def resolve_merged_story(conn: Connection, workspace_id: int | None, story: str) -> str:
    """Return the story that this one was merged into, or itself.

    For the ingest: another process may have merged a story that this one has in memory.
    """

    def has_articles(public_id: str) -> bool:
        return has_row(conn, _select_member_ids(workspace_id, [public_id]))

    return _follow_moves(conn, workspace_id, story, has_articles) or story


def _select_member_ids(
    workspace_id: int | None, public_ids: Collection[str]
) -> Select[Any]:
    """Select the keys of the stories' articles in a view."""
    members = (
        select(_MEMBER.article_id)
        .join(stories, _STORY.id == _MEMBER.story_id)
        .where(_STORY.public_id.in_(public_ids), _is_seen_in_view(workspace_id))
    )
    if workspace_id is None:
        return members
    # An article in a story of the view itself is not in a shared one.
    other, own = story_articles.alias(), stories.alias()
    joined = other.join(own, own.c.id == other.c.story_id)
    elsewhere = (
        select(1)
        .select_from(joined)
        .where(
            other.c.article_id == _MEMBER.article_id, own.c.workspace_id == workspace_id
        )
        .exists()
    )
    return members.where(or_(_STORY.workspace_id.is_not(None), ~elsewhere))


def _follow_moves(
    conn: Connection,
    workspace_id: int | None,
    story: str,
    is_there: Callable[[str], bool],
) -> str | None:
    """Follow the moves of a story to one with articles; None if none has any."""
    seen: set[str] = set()
    while story not in seen:
        if is_there(story):
            return story
        seen.add(story)
        story = _find_successor(conn, workspace_id, story) or story
    return None


def _find_successor(
    conn: Connection, workspace_id: int | None, story: str
) -> str | None:
    shared = _MOVE.workspace_id.is_(None)
    # For the shared view both are the same.
    mine = or_(shared, _MOVE.workspace_id == workspace_id)
    latest = (_MOVE.moved_at.desc(), _MOVE.position, _MOVE.id.desc())
    query = select(_MOVE.successor).where(_MOVE.story == story, mine)
    return first_scalar(conn, query.order_by(shared, *latest).limit(1))


def _is_seen_in_view(workspace_id: int | None) -> Condition:
    """Condition: the story belongs to the view or to the shared view."""
    mine = has_values(stories, workspace_id=workspace_id)
    return or_(mine, _STORY.workspace_id.is_(None))


def _select_own_story(workspace_id: int | None, public_id: str) -> Select[Any]:
    mine = has_values(stories, public_id=public_id, workspace_id=workspace_id)
    return select(_STORY.id).where(mine)


def _upsert_story(
    conn: Connection, workspace_id: int | None, public_id: str, now: datetime
) -> int:
    new = {"workspace_id": workspace_id, "public_id": public_id, "first_seen": now}
    insert_missing(conn, stories, new)
    return int(conn.execute(_select_own_story(workspace_id, public_id)).scalar_one())


@frozen
class RevisionKey:
    """A current revision without its text."""

    article: str
    revision_id: int
    fetched_at: datetime


@frozen
class ArrivedArticle:
    """A current revision, and the story of its article, if any."""

    #: Its date is the time of fetching if the source gives no date or a later one.
    article: Article
    revision_id: int
    membership: StoryMembership | None


def list_arrivals(
    conn: Connection,
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
    by, since = _REVISION.dated_at, dated
    if fetched is not None:
        by, since = _REVISION.fetched_at, fetched
    key = _REVISION.id.label("revision_id")
    query: Select[Any] = (
        select(_REVISION.article_id, key, _REVISION.fetched_at, _REVISION.dated_at)
        .select_from(REVISION_JOIN)
        .where(_REVISION.current, by >= since, _filter_view_sources(workspace_id))
        .order_by(by.desc(), _REVISION.id.desc())
    )
    found = conn.execute(query.limit(limit)).all()
    return tuple(
        from_row(RevisionKey, row, article=str(row.article_id))
        for row in sorted(found, key=lambda row: (row.dated_at, row.revision_id))
        if row.dated_at >= dated
    )


@frozen
class StoryMoves:
    """Stories whose articles moved, and the key of the last move."""

    stories: frozenset[str]
    last: int


def list_story_moves(
    conn: Connection, workspace_id: int | None, after: int | None
) -> StoryMoves:
    """List what moved in a view after the move of this key; None: after the last."""
    if after is None:
        last = first_scalar(conn, select(func.max(_MOVE.id)))
        return StoryMoves(stories=frozenset(), last=last or 0)
    view = _MOVE.workspace_id
    # For the shared view both are the same.
    seen = or_(view.is_(None), view == workspace_id)
    query = select(_MOVE.id, _MOVE.story).where(_MOVE.id > after, seen)
    moved: dict[int, str] = dict(list_all(conn, query, tuple))
    return StoryMoves(stories=frozenset(moved.values()), last=max(moved, default=after))


def load_arrivals(
    conn: Connection, workspace_id: int | None, revision_ids: Sequence[int]
) -> tuple[ArrivedArticle, ...]:
    """Load these revisions (a few hundred at most) with their stories."""
    mine = (_REVISION.id.in_(revision_ids), _filter_view_sources(workspace_id))
    query: Select[Any] = (
        select(*REVISION_COLUMNS, _REVISION.dated_at)
        .select_from(REVISION_JOIN)
        .where(*mine)
        .order_by(_REVISION.dated_at, _REVISION.id)
    )
    rows = conn.execute(query).all()
    ids = [str(row.article_id) for row in rows]
    known = list_memberships(conn, workspace_id, ids)
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
