"""Verbs on feedback: stories of which a person wants more or less."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, select

from bot.storage.dialects import insert
from bot.storage.schema import feedback as table

Direction = Literal["more", "less"]
#: So many of a person are kept; beyond that the oldest goes.
KEPT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What somebody said of one story."""

    #: Public id.
    story: str
    headline: str
    direction: Direction
    #: What of the story counts: names and words, as filters take them.
    terms: Sequence[str]
    given_at: datetime


def give(
    connection: Connection, *, workspace_id: int, person_id: str, feedback: Feedback
) -> None:
    """Keep it, in place of what the person said of the story before."""
    content = {
        "headline": feedback.headline,
        "direction": feedback.direction,
        "terms": list(feedback.terms),
        "given_at": feedback.given_at,
    }
    connection.execute(
        insert(connection, table)
        .values(
            workspace_id=workspace_id,
            person_id=person_id,
            story=feedback.story,
            **content,
        )
        .on_conflict_do_update(
            index_elements=["workspace_id", "person_id", "story"], set_=content
        )
    )
    mine = (table.c.workspace_id == workspace_id, table.c.person_id == person_id)
    newest = (
        select(table.c.id)
        .where(*mine)
        .order_by(table.c.given_at.desc(), table.c.id.desc())
        .limit(KEPT)
    )
    kept = connection.execute(newest).scalars().all()
    connection.execute(delete(table).where(*mine, table.c.id.not_in(kept)))


def take_back(
    connection: Connection, *, workspace_id: int, person_id: str, story: str
) -> bool:
    """Forget what the person said of the story; False when that was nothing."""
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
) -> tuple[Feedback, ...]:
    """List what the person said, the newest first."""
    found = connection.execute(
        select(table)
        .where(table.c.workspace_id == workspace_id, table.c.person_id == person_id)
        .order_by(table.c.given_at.desc(), table.c.id.desc())
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
