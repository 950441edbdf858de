"""Verbs on reports: errors that readers found, until an editor has settled them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, update

from bot.storage import public_ids
from bot.storage.dialects import insert
from bot.storage.schema import notices
from bot.storage.schema import reports as table


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """An error that a reader reported."""

    id: int
    #: «r-7k3m9q».
    public_id: str
    person_id: str
    person_name: str
    #: Public id of the story, and what it was called.
    story: str
    headline: str
    text: str
    #: The language in which it was made; None: that was not noted.
    locale: str | None
    made_at: datetime
    #: None: it is open.
    settled_at: datetime | None
    settled_by: str | None
    answer: str | None


def make(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    person_name: str,
    story: str,
    headline: str,
    text: str,
    locale: str,
    now: datetime,
) -> Report:
    """Keep a report; the same words on the same story, while open, are one."""
    same = connection.execute(
        select(table).where(
            table.c.workspace_id == workspace_id,
            table.c.person_id == person_id,
            table.c.story == story,
            table.c.text == text,
            table.c.settled_at.is_(None),
        )
    ).first()
    row = same
    while row is None:
        row = connection.execute(
            insert(connection, table)
            .values(
                public_id=public_ids.fresh("r"),
                workspace_id=workspace_id,
                person_id=person_id,
                person_name=person_name,
                story=story,
                headline=headline,
                text=text,
                locale=locale,
                made_at=now,
            )
            .on_conflict_do_nothing(index_elements=["public_id"])
            .returning(table)
        ).first()
    return _noun(row)


def count_of(
    connection: Connection, *, workspace_id: int, person_id: str, since: datetime
) -> tuple[int, int]:
    """How many reports of the person are open, and how many were made since then."""
    mine = (table.c.workspace_id == workspace_id, table.c.person_id == person_id)
    counted = select(func.count()).select_from(table)
    still = counted.where(*mine, table.c.settled_at.is_(None))
    lately = counted.where(*mine, table.c.made_at > since)
    return (
        connection.execute(still).scalar_one(),
        connection.execute(lately).scalar_one(),
    )


def count_open(connection: Connection, *, workspace_id: int) -> int:
    """How many of the workspace's reports are open."""
    query = (
        select(func.count())
        .select_from(table)
        .where(table.c.workspace_id == workspace_id, table.c.settled_at.is_(None))
    )
    return connection.execute(query).scalar_one()


def open_in(
    connection: Connection, *, workspace_id: int, limit: int
) -> tuple[Report, ...]:
    """List the workspace's open reports, the oldest first."""
    found = connection.execute(
        select(table)
        .where(table.c.workspace_id == workspace_id, table.c.settled_at.is_(None))
        .order_by(table.c.id)
        .limit(limit)
    )
    return tuple(map(_noun, found))


def of_person(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Report, ...]:
    """List what the person reported, the newest first."""
    found = connection.execute(
        select(table)
        .where(table.c.workspace_id == workspace_id, table.c.person_id == person_id)
        .order_by(table.c.id.desc())
    )
    return tuple(map(_noun, found))


def settle(
    connection: Connection,
    *,
    workspace_id: int,
    public_id: str,
    by: str,
    answer: str,
    now: datetime,
) -> Report | None:
    """Close a report with an answer for its reader; None: it is not open here."""
    row = connection.execute(
        update(table)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.public_id == public_id,
            table.c.settled_at.is_(None),
        )
        .values(settled_at=now, settled_by=by, answer=answer)
        .returning(table)
    ).first()
    return _noun(row) if row else None


def untold(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Report, ...]:
    """List the person's settled reports of which they were not told, oldest first.

    Not those whose answer is on its way to them, or may have arrived.
    """
    on_its_way = exists().where(
        notices.c.report_id == table.c.id,
        notices.c.workspace_id == workspace_id,
        notices.c.state != "failed",
    )
    found = connection.execute(
        select(table)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.person_id == person_id,
            table.c.settled_at.is_not(None),
            table.c.told_at.is_(None),
            ~on_its_way,
        )
        .order_by(table.c.id)
    )
    return tuple(map(_noun, found))


def note_told(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    public_ids: tuple[str, ...],
    now: datetime,
) -> frozenset[str]:
    """Write down that the person is told of these; those that nobody told before."""
    noted = connection.execute(
        update(table)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.person_id == person_id,
            table.c.public_id.in_(public_ids),
            table.c.told_at.is_(None),
        )
        .values(told_at=now)
        .returning(table.c.public_id)
    )
    return frozenset(noted.scalars())


def _noun(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        public_id=row.public_id,
        person_id=row.person_id,
        person_name=row.person_name,
        story=row.story,
        headline=row.headline,
        text=row.text,
        locale=row.locale,
        made_at=row.made_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        answer=row.answer,
    )
