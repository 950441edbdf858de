"""Verbs that look back at what was posted: the stories of a workspace's editions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage import privacy
from bot.storage.schema import edition_stories, editions


@dataclass(frozen=True, kw_only=True, slots=True)
class PastStory:
    """A story as an edition told it."""

    #: «e-7k3m9q», and its number there.
    edition: str
    number: int
    #: «s-7k3m9q».
    story: str
    headline: str
    made_at: datetime


def stories(
    connection: Connection,
    *,
    workspace_id: int,
    limit: int,
    since: datetime | None = None,
) -> tuple[PastStory, ...]:
    """List what the newest editions told, the newest first; not what was taken back.

    Nobody's own is among them.

    `limit` is of editions: however many there are, as much work is done.
    """
    then = [] if since is None else [editions.c.made_at >= since]
    newest = (
        select(editions.c.id, editions.c.public_id, editions.c.made_at)
        .where(
            editions.c.workspace_id == workspace_id,
            editions.c.undone_at.is_(None),
            privacy.of_digest(editions.c.digest_id, workspace_id, None),
            *then,
        )
        .order_by(editions.c.id.desc())
        .limit(limit)
        .subquery()
    )
    rows = connection.execute(
        select(newest, edition_stories)
        .join(edition_stories, edition_stories.c.edition_id == newest.c.id)
        .where(edition_stories.c.workspace_id == workspace_id)
        .order_by(newest.c.id.desc(), edition_stories.c.position)
    )
    return tuple(
        PastStory(
            edition=row.public_id,
            number=row.position,
            story=row.story,
            headline=row.headline,
            made_at=row.made_at,
        )
        for row in rows
    )
