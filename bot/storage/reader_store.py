"""What readers chose and keep: preferences, saved stories, follows, feedback.

A person is (workspace, the platform's id of them): each verb asks for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

from sqlalchemy import Connection, delete, func, or_, select

from bot.model import PERSON_PREFIX
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
from bot.storage.statements import insert_into
from digests.language.normalization import normalize_text
from digests.messages import Message


class PersonScope(TypedDict):
    """A person, as every verb on what is theirs asks for them."""

    workspace_id: int
    #: The platform's id.
    person_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderPreferences:
    """What a person chose."""

    #: The language of answers; None = the platform's.
    locale: str | None = None
    #: The zone of their times; None = the workspace's.
    zone: str | None = None
    #: Why their own digest stands still, as they were told last.
    announced_pause: Message | None = None


def get_preferences(
    connection: Connection, *, workspace_id: int, person_id: str
) -> ReaderPreferences:
    """What this person chose; nothing yet for whoever never chose anything."""
    row = connection.execute(
        select(readers).where(
            readers.c.workspace_id == workspace_id, readers.c.person_id == person_id
        )
    ).first()
    if row is None:
        return ReaderPreferences()
    return ReaderPreferences(
        locale=row.locale, zone=row.zone, announced_pause=row.announced_pause
    )


def set_preferences(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    chosen: Mapping[str, object],
) -> None:
    """Keep what they chose (names of `Reader`'s fields); the rest stays."""
    connection.execute(
        insert_into(connection, readers)
        .values(workspace_id=workspace_id, person_id=person_id, **chosen)
        .on_conflict_do_update(
            index_elements=["workspace_id", "person_id"], set_=dict(chosen)
        )
    )


def erase_person(connection: Connection, *, workspace_id: int, person_id: str) -> int:
    """Erase everything kept of the person, for good; how many rows that were.

    Their own digest goes with its editions, its ledger, and what is on its way; their
    reports with the answers that are. Grants and the record of changes are the
    workspace's, and stay.
    """
    channels = select(destinations.c.channel).where(
        destinations.c.workspace_id == workspace_id,
        destinations.c.person_id == person_id,
    )
    gone = connection.execute(
        delete(local_messages).where(
            local_messages.c.workspace_id == workspace_id,
            or_(
                local_messages.c.channel.in_(channels),
                # Answers come there also to whoever has no digest of their own.
                local_messages.c.channel == f"{PERSON_PREFIX}{person_id}",
            ),
        )
    ).rowcount
    kept: tuple[Any, ...] = (
        digests,
        destinations,
        saved_stories,
        follows,
        feedback,
        reports,
        readers,
    )
    for table in kept:
        done = connection.execute(
            delete(table).where(
                table.c.workspace_id == workspace_id,
                table.c.person_id == person_id,
            )
        )
        gone += done.rowcount
    return gone


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedStory:
    """A story that somebody kept for later."""

    #: Public id.
    story: str
    #: As it was called then.
    headline: str
    url: str | None
    saved_at: datetime


def save_story(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    saved: SavedStory,
    most: int,
) -> bool:
    """Put it on the list, where it stands once; False: the list has `most` already."""
    mine = (
        saved_stories.c.workspace_id == workspace_id,
        saved_stories.c.person_id == person_id,
    )
    known = connection.execute(
        select(saved_stories.c.id).where(*mine, saved_stories.c.story == saved.story)
    ).first()
    count = connection.execute(
        select(func.count()).select_from(saved_stories).where(*mine)
    ).scalar_one()
    if known is None and count >= most:
        return False
    connection.execute(
        insert_into(connection, saved_stories)
        .values(
            workspace_id=workspace_id,
            person_id=person_id,
            story=saved.story,
            headline=saved.headline,
            url=saved.url,
            saved_at=saved.saved_at,
        )
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "person_id", "story"],
        )
    )
    return True


def delete_saved_story(
    connection: Connection, *, workspace_id: int, person_id: str, story: str
) -> bool:
    """Take it off the list; False when it was not on it."""
    gone = connection.execute(
        delete(saved_stories).where(
            saved_stories.c.workspace_id == workspace_id,
            saved_stories.c.person_id == person_id,
            saved_stories.c.story == story,
        )
    )
    return gone.rowcount > 0


def list_saved_stories(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[SavedStory, ...]:
    """List what the person saved, the newest first."""
    found = connection.execute(
        select(saved_stories)
        .where(
            saved_stories.c.workspace_id == workspace_id,
            saved_stories.c.person_id == person_id,
        )
        .order_by(saved_stories.c.saved_at.desc(), saved_stories.c.id.desc())
    )
    return tuple(
        SavedStory(
            story=row.story, headline=row.headline, url=row.url, saved_at=row.saved_at
        )
        for row in found
    )


FollowKind = Literal["topic", "speaker"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow:
    """A topic (a word or a few) or somebody who is quoted."""

    kind: FollowKind
    name: str


def add_follow(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    follow: Follow,
    most: int,
    now: datetime,
) -> bool | None:
    """Follow it; False when it was followed before, None where `most` are already."""
    mine = (follows.c.workspace_id == workspace_id, follows.c.person_id == person_id)
    normalized_name = normalize_text(follow.name)
    known = select(follows.c.id).where(
        *mine, follows.c.normalized_name == normalized_name
    )
    if connection.execute(known).first() is not None:
        return False
    count = select(func.count()).select_from(follows).where(*mine)
    if connection.execute(count).scalar_one() >= most:
        return None
    connection.execute(
        insert_into(connection, follows)
        .values(
            workspace_id=workspace_id,
            person_id=person_id,
            kind=follow.kind,
            name=follow.name,
            normalized_name=normalized_name,
            followed_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "person_id", "normalized_name"],
        )
    )
    return True


def delete_follow(
    connection: Connection, *, workspace_id: int, person_id: str, name: str
) -> bool:
    """Follow it no more; False when it was not followed."""
    gone = connection.execute(
        delete(follows).where(
            follows.c.workspace_id == workspace_id,
            follows.c.person_id == person_id,
            follows.c.normalized_name == normalize_text(name),
        )
    )
    return gone.rowcount > 0


def list_follows(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Follow, ...]:
    """List what the person follows, in the order in which they began to."""
    found = connection.execute(
        select(follows)
        .where(follows.c.workspace_id == workspace_id, follows.c.person_id == person_id)
        .order_by(follows.c.id)
    )
    return tuple(Follow(kind=row.kind, name=row.name) for row in found)


FeedbackDirection = Literal["more", "less"]
#: So many of a person are kept; beyond that the oldest goes.
MAX_FEEDBACK = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What somebody said of one story."""

    #: Public id.
    story: str
    headline: str
    direction: FeedbackDirection
    #: What of the story counts: names and words, as filters take them.
    terms: Sequence[str]
    given_at: datetime


def set_feedback(
    connection: Connection, *, workspace_id: int, person_id: str, given: Feedback
) -> None:
    """Keep it, in place of what the person said of the story before."""
    content = {
        "headline": given.headline,
        "direction": given.direction,
        "terms": list(given.terms),
        "given_at": given.given_at,
    }
    connection.execute(
        insert_into(connection, feedback)
        .values(
            workspace_id=workspace_id,
            person_id=person_id,
            story=given.story,
            **content,
        )
        .on_conflict_do_update(
            index_elements=["workspace_id", "person_id", "story"], set_=content
        )
    )
    mine = (feedback.c.workspace_id == workspace_id, feedback.c.person_id == person_id)
    newest = (
        select(feedback.c.id)
        .where(*mine)
        .order_by(feedback.c.given_at.desc(), feedback.c.id.desc())
        .limit(MAX_FEEDBACK)
    )
    kept = connection.execute(newest).scalars().all()
    connection.execute(delete(feedback).where(*mine, feedback.c.id.not_in(kept)))


def delete_feedback(
    connection: Connection, *, workspace_id: int, person_id: str, story: str
) -> bool:
    """Forget what the person said of the story; False when that was nothing."""
    gone = connection.execute(
        delete(feedback).where(
            feedback.c.workspace_id == workspace_id,
            feedback.c.person_id == person_id,
            feedback.c.story == story,
        )
    )
    return gone.rowcount > 0


def list_feedback(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Feedback, ...]:
    """List what the person said, the newest first."""
    found = connection.execute(
        select(feedback)
        .where(
            feedback.c.workspace_id == workspace_id, feedback.c.person_id == person_id
        )
        .order_by(feedback.c.given_at.desc(), feedback.c.id.desc())
    )
    return tuple(
        Feedback(
            story=row.story,
            headline=row.headline,
            direction=row.direction,
            terms=tuple(row.terms),
            given_at=row.given_at,
        )
        for row in found
    )
