"""Reports: errors that readers found, until an editor has answered them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, update

from bot.storage import statements
from bot.storage.schema import notices, reports
from bot.storage.statements import insert_into


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
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None


def add_report(
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
        select(reports).where(
            reports.c.workspace_id == workspace_id,
            reports.c.person_id == person_id,
            reports.c.story == story,
            reports.c.text == text,
            reports.c.answered_at.is_(None),
        )
    ).first()
    row = same
    while row is None:
        row = connection.execute(
            insert_into(connection, reports)
            .values(
                public_id=statements.new_public_id("r"),
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
            .returning(reports)
        ).first()
    return _report_from_row(row)


def count_person_reports(
    connection: Connection, *, workspace_id: int, person_id: str, since: datetime
) -> tuple[int, int]:
    """How many reports of the person are open, and how many were made since then."""
    mine = (reports.c.workspace_id == workspace_id, reports.c.person_id == person_id)
    counted = select(func.count()).select_from(reports)
    still = counted.where(*mine, reports.c.answered_at.is_(None))
    lately = counted.where(*mine, reports.c.made_at > since)
    return (
        connection.execute(still).scalar_one(),
        connection.execute(lately).scalar_one(),
    )


def count_open_reports(connection: Connection, *, workspace_id: int) -> int:
    """How many of the workspace's reports are open."""
    query = (
        select(func.count())
        .select_from(reports)
        .where(reports.c.workspace_id == workspace_id, reports.c.answered_at.is_(None))
    )
    return connection.execute(query).scalar_one()


def list_open_reports(
    connection: Connection, *, workspace_id: int, limit: int
) -> tuple[Report, ...]:
    """List the workspace's open reports, the oldest first."""
    found = connection.execute(
        select(reports)
        .where(reports.c.workspace_id == workspace_id, reports.c.answered_at.is_(None))
        .order_by(reports.c.id)
        .limit(limit)
    )
    return tuple(map(_report_from_row, found))


def list_person_reports(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Report, ...]:
    """List what the person reported, the newest first."""
    found = connection.execute(
        select(reports)
        .where(reports.c.workspace_id == workspace_id, reports.c.person_id == person_id)
        .order_by(reports.c.id.desc())
    )
    return tuple(map(_report_from_row, found))


def answer_report(
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
        update(reports)
        .where(
            reports.c.workspace_id == workspace_id,
            reports.c.public_id == public_id,
            reports.c.answered_at.is_(None),
        )
        .values(answered_at=now, answered_by=by, answer=answer)
        .returning(reports)
    ).first()
    return _report_from_row(row) if row else None


def list_unseen_answers(
    connection: Connection, *, workspace_id: int, person_id: str
) -> tuple[Report, ...]:
    """List the person's settled reports of which they were not told, oldest first.

    Not those whose answer is on its way to them, or may have arrived.
    """
    in_flight = exists().where(
        notices.c.report_id == reports.c.id,
        notices.c.workspace_id == workspace_id,
        notices.c.state != "failed",
    )
    found = connection.execute(
        select(reports)
        .where(
            reports.c.workspace_id == workspace_id,
            reports.c.person_id == person_id,
            reports.c.answered_at.is_not(None),
            reports.c.answer_shown_at.is_(None),
            ~in_flight,
        )
        .order_by(reports.c.id)
    )
    return tuple(map(_report_from_row, found))


def mark_answers_shown(
    connection: Connection,
    *,
    workspace_id: int,
    person_id: str,
    public_ids: tuple[str, ...],
    now: datetime,
) -> frozenset[str]:
    """Write down that the person is told of these; those that nobody told before."""
    noted = connection.execute(
        update(reports)
        .where(
            reports.c.workspace_id == workspace_id,
            reports.c.person_id == person_id,
            reports.c.public_id.in_(public_ids),
            reports.c.answer_shown_at.is_(None),
        )
        .values(answer_shown_at=now)
        .returning(reports.c.public_id)
    )
    return frozenset(noted.scalars())


def _report_from_row(row: Row[Any]) -> Report:
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
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
    )
