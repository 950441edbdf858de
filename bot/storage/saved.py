"""Verbs on saved stories: a person's own list, the newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from bot.storage.dialects import insert
from bot.storage.schema import saved_stories as table


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A story that somebody kept for later."""

    #: Public id.
    story: str
    #: As it was called then.
    headline: str
    url: str | None
    saved_at: datetime


def keep(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    saved: Saved,
    most: int,
) -> bool:
    """Put it on the list, where it stands once; False: the list has `most` already."""
    mine = (table.c.workspace_id == workspace_id, table.c.person_id == person_id)
    known = connection.execute(
        select(table.c.id).where(*mine, table.c.story == saved.story)
    ).first()
    count = connection.execute(
        select(func.count()).select_from(table).where(*mine)
    ).scalar_one()
    if known is None and count >= most:
        return False
    connection.execute(
        insert(connection, table)
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


def drop(
    connection: Connection, *, workspace_id: int, person_id: str, story: str
) -> bool:
    """Take it off the list; False when it was not on it."""
    gone = connection.execute(
        delete(table).where(
            table.c.workspace_id == workspace_id,
            table.c.person_id == person_id,
            table.c.story == story,
        )
    )
    return gone.rowcount > 0


def of_person(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Saved, ...]:
    """List what the person saved, the newest first."""
    found = connection.execute(
        select(table)
        .where(table.c.workspace_id == workspace_id, table.c.person_id == person_id)
        .order_by(table.c.saved_at.desc(), table.c.id.desc())
    )
    return tuple(
        Saved(
            story=row.story, headline=row.headline, url=row.url, saved_at=row.saved_at
        )
        for row in found
    )
