"""Personal data of readers: preferences, saved stories, follows, feedback.

A person is identified by the workspace and the platform's id of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Table, or_, select

from bot.model.scope import PersonScope
from bot.model.workspace import PERSON_PREFIX
from bot.storage.schema import (
    destinations,
    digests,
    feedback,
    follows,
    local_messages,
    readers,
    reports,
    saved_stories,
)
from bot.storage.statements import (
    count_rows,
    delete_rows,
    find_first,
    first_scalar,
    has_row,
    in_scope,
    insert_missing,
    keep_newest,
    list_all,
    to_row,
    upsert,
)
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.types import frozen

#: Maximum number of feedback rows per person; the oldest is deleted beyond that.
MAX_FEEDBACK = 100
_NEWEST_FEEDBACK_FIRST = (feedback.c.given_at.desc(), feedback.c.id.desc())
#: Tables whose rows are deleted when a person erases their data. Grants and the history
#: of changes belong to the workspace.
_PERSONAL_TABLES = (
    digests, destinations, saved_stories, follows, feedback, reports, readers,
)  # fmt: skip
FollowKind = Literal["topic", "speaker"]
FeedbackDirection = Literal["more", "less"]


@frozen
class ReaderPreferences:
    """Preferences of a person."""

    #: The language of answers; None = the platform's.
    locale: str | None = None
    #: Their time zone; None = the workspace's.
    zone: str | None = None
    #: Why their personal digest is paused, as last announced to them.
    announced_pause: Message | None = None


def get_preferences(conn: Connection, scope: PersonScope) -> ReaderPreferences:
    """Load the person's preferences; defaults where nothing is stored."""
    query = select(readers).where(in_scope(readers, scope))
    return find_first(conn, query, ReaderPreferences) or ReaderPreferences()


def set_preferences(
    conn: Connection, scope: PersonScope, chosen: Mapping[str, object]
) -> None:
    """Update preferences, by field name of `ReaderPreferences`; the others stay."""
    upsert(conn, readers, asdict(scope), chosen)


def erase_person(conn: Connection, scope: PersonScope) -> int:
    """Delete everything stored about the person; return the number of rows.

    Includes the personal digest with its editions, ledger and deliveries, and reports
    with the notices of their answers.
    """
    channels = select(destinations.c.channel).where(in_scope(destinations, scope))
    theirs = or_(
        local_messages.c.channel.in_(channels),
        # Also people without a personal digest get answers there.
        local_messages.c.channel == f"{PERSON_PREFIX}{scope.person_id}",
    )
    here = in_scope(local_messages, scope.workspace)
    return delete_rows(conn, local_messages, here, theirs) + sum(
        delete_rows(conn, table, in_scope(table, scope)) for table in _PERSONAL_TABLES
    )


@frozen
class SavedStory:
    """A story that a person saved for later."""

    #: Public id.
    story: str
    #: Its headline when it was saved.
    headline: str
    url: str | None
    saved_at: datetime


def save_story(
    conn: Connection, scope: PersonScope, saved: SavedStory, most: int
) -> bool:
    """Save the story, once; False: `most` stories are already saved."""
    row = to_row(saved_stories, saved)
    return _insert_up_to(conn, saved_stories, scope, row, "story", most) is not None


def _insert_up_to(
    conn: Connection,
    table: Table,
    scope: PersonScope,
    row: dict[str, Any],
    key: str,
    most: int,
) -> bool | None:
    """Insert a person's row; False if its key exists, None if there are `most`."""
    known = in_scope(table, scope, **{key: row[key]})
    if has_row(conn, select(table.c.id).where(known)):
        return False
    if count_rows(conn, table, in_scope(table, scope)) >= most:
        return None
    return insert_missing(conn, table, asdict(scope) | row)


def delete_saved_story(conn: Connection, scope: PersonScope, story: str) -> bool:
    """Delete a saved story; False if it was not saved."""
    mine = in_scope(saved_stories, scope, story=story)
    return delete_rows(conn, saved_stories, mine) > 0


def list_saved_stories(conn: Connection, scope: PersonScope) -> tuple[SavedStory, ...]:
    """List the person's saved stories, the newest first."""
    newest = (saved_stories.c.saved_at.desc(), saved_stories.c.id.desc())
    mine = select(saved_stories).where(in_scope(saved_stories, scope))
    return list_all(conn, mine.order_by(*newest), SavedStory)


@frozen
class Follow:
    """A followed topic (one or more words) or quoted person."""

    kind: FollowKind
    name: str


def add_follow(
    conn: Connection, scope: PersonScope, follow: Follow, most: int, now: datetime
) -> bool | None:
    """Store a follow; False if it exists, None if the person has `most` already."""
    new = {"normalized_name": normalize_text(follow.name), "followed_at": now}
    row = to_row(follows, follow, **new)
    return _insert_up_to(conn, follows, scope, row, "normalized_name", most)


def delete_follow(conn: Connection, scope: PersonScope, name: str) -> bool:
    """Delete a follow; False if there was none."""
    mine = in_scope(follows, scope, normalized_name=normalize_text(name))
    return delete_rows(conn, follows, mine) > 0


def list_follows(conn: Connection, scope: PersonScope) -> tuple[Follow, ...]:
    """List the person's follows, the oldest first."""
    mine = select(follows).where(in_scope(follows, scope))
    return list_all(conn, mine.order_by(follows.c.id), Follow)


@frozen
class Feedback:
    """A person's opinion of one story."""

    #: Public id.
    story: str
    headline: str
    direction: FeedbackDirection
    #: Terms of the story (names and words) in filter syntax.
    terms: Sequence[str]
    given_at: datetime


def set_feedback(conn: Connection, scope: PersonScope, given: Feedback) -> None:
    """Store feedback, replacing the person's earlier feedback on the story."""
    values = to_row(feedback, given, terms=list(given.terms))
    key = {**asdict(scope), "story": values.pop("story")}
    upsert(conn, feedback, key, values)
    mine = in_scope(feedback, scope)
    keep_newest(
        conn, feedback, mine, newest_first=_NEWEST_FEEDBACK_FIRST, most=MAX_FEEDBACK
    )


def delete_feedback(conn: Connection, scope: PersonScope, story: str) -> bool:
    """Delete the person's feedback on the story; False if there was none."""
    return delete_rows(conn, feedback, in_scope(feedback, scope, story=story)) > 0


@frozen
class StoryMarks:
    """What a person did with one story."""

    saved: bool = False
    feedback: FeedbackDirection | None = None


def find_story_marks(conn: Connection, scope: PersonScope, story: str) -> StoryMarks:
    """Find whether the person saved the story, and their feedback on it."""
    mine = in_scope(saved_stories, scope, story=story)
    given = select(feedback.c.direction).where(in_scope(feedback, scope, story=story))
    return StoryMarks(
        saved=has_row(conn, select(saved_stories.c.id).where(mine)),
        feedback=first_scalar(conn, given),
    )


def list_feedback(conn: Connection, scope: PersonScope) -> tuple[Feedback, ...]:
    """List the person's feedback, the newest first."""
    mine = select(feedback).where(in_scope(feedback, scope))
    return list_all(conn, mine.order_by(*_NEWEST_FEEDBACK_FIRST), Feedback)
