"""Verbs on follows: the topics and speakers that a person wants to hear of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, func, select

from bot.storage.dialects import insert
from bot.storage.schema import follows as table
from digests.language.fold import fold

FollowKind = Literal["topic", "speaker"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow:
    """A topic (a word or a few) or somebody who is quoted."""

    kind: FollowKind
    name: str


def add(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    follow: Follow,
    most: int,
    now: datetime,
) -> bool | None:
    """Follow it; False when it was followed before, None where `most` are already."""
    mine = (table.c.workspace_id == workspace_id, table.c.person_id == person_id)
    folded = fold(follow.name)
    known = select(table.c.id).where(*mine, table.c.folded == folded)
    if connection.execute(known).first() is not None:
        return False
    count = select(func.count()).select_from(table).where(*mine)
    if connection.execute(count).scalar_one() >= most:
        return None
    connection.execute(
        insert(connection, table)
        .values(
            workspace_id=workspace_id,
            person_id=person_id,
            kind=follow.kind,
            name=follow.name,
            folded=folded,
            followed_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "person_id", "folded"],
        )
    )
    return True


def drop(
    connection: Connection, *, workspace_id: int, person_id: str, name: str
) -> bool:
    """Follow it no more; False when it was not followed."""
    gone = connection.execute(
        delete(table).where(
            table.c.workspace_id == workspace_id,
            table.c.person_id == person_id,
            table.c.folded == fold(name),
        )
    )
    return gone.rowcount > 0


def of_person(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Follow, ...]:
    """List what the person follows, in the order in which they began to."""
    found = connection.execute(
        select(table)
        .where(table.c.workspace_id == workspace_id, table.c.person_id == person_id)
        .order_by(table.c.id)
    )
    return tuple(Follow(kind=row.kind, name=row.name) for row in found)
