"""Verbs on readers: what a person chose for themselves, and everything kept of them.

A person is (workspace, the platform's id of them): each verb asks for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy import Connection, delete, or_, select

from bot.storage.dialects import insert
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
from bot.types import PERSON


class Whose(TypedDict):
    """A person, as every verb on what is theirs asks for them."""

    workspace_id: int
    #: The platform's id.
    person_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """What a person chose."""

    #: The language of answers; None = the platform's.
    locale: str | None = None
    #: The zone of their times; None = the workspace's.
    zone: str | None = None
    #: Why their own digest stands still, as they were told last.
    told_pause: str | None = None


def of(connection: Connection, *, workspace_id: int, person_id: str) -> Reader:
    """What this person chose; nothing yet for whoever never chose anything."""
    row = connection.execute(
        select(readers).where(
            readers.c.workspace_id == workspace_id, readers.c.person_id == person_id
        )
    ).first()
    if row is None:
        return Reader()
    return Reader(locale=row.locale, zone=row.zone, told_pause=row.told_pause)


def choose(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    chosen: Mapping[str, str | None],
) -> None:
    """Keep what they chose (names of `Reader`'s fields); the rest stays."""
    connection.execute(
        insert(connection, readers)
        .values(workspace_id=workspace_id, person_id=person_id, **chosen)
        .on_conflict_do_update(
            index_elements=["workspace_id", "person_id"], set_=dict(chosen)
        )
    )


def erase(connection: Connection, *, workspace_id: int, person_id: str) -> int:
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
                local_messages.c.channel == f"{PERSON}{person_id}",
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
                table.c.workspace_id == workspace_id, table.c.person_id == person_id
            )
        )
        gone += done.rowcount
    return gone
