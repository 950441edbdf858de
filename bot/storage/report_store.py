"""Reports of errors by readers, and the answers of editors."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, exists, select, update

from bot.model.workspace import PersonScope, Scope
from bot.storage.schema import notices, reports
from bot.storage.statements import (
    Condition,
    count_rows,
    find_first,
    from_row,
    in_scope,
    insert_with_public_id,
)

_IS_OPEN = reports.c.answered_at.is_(None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """An error that a reader reported."""

    id: int
    #: «r-7k3m9q».
    public_id: str
    person_id: str
    person_name: str
    #: Public id of the story, and its headline at that time.
    story: str
    headline: str
    text: str
    #: The language in which it was written; None = not recorded.
    locale: str | None
    made_at: datetime
    #: None: it is open.
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None


def add_report(
    conn: Connection,
    scope: PersonScope,
    *,
    person_name: str,
    story: str,
    headline: str,
    text: str,
    locale: str,
    now: datetime,
) -> Report:
    """Store a report, or return the person's open one with the same text and story."""
    same = select(reports).where(
        in_scope(reports, scope),
        reports.c.story == story,
        reports.c.text == text,
        _IS_OPEN,
    )
    return find_first(conn, same, _make_report) or _make_report(
        insert_with_public_id(
            conn,
            reports,
            "r",
            workspace_id=scope.workspace_id,
            person_id=scope.person_id,
            person_name=person_name,
            story=story,
            headline=headline,
            text=text,
            locale=locale,
            made_at=now,
        )
    )


def count_person_reports(
    conn: Connection, scope: PersonScope, *, since: datetime
) -> tuple[int, int]:
    """Count the person's open reports, and those made after an instant."""
    mine = in_scope(reports, scope)
    return (
        count_rows(conn, reports, mine, _IS_OPEN),
        count_rows(conn, reports, mine, reports.c.made_at > since),
    )


def count_open_reports(conn: Connection, scope: Scope) -> int:
    """Count the workspace's open reports."""
    return count_rows(conn, reports, in_scope(reports, scope), _IS_OPEN)


def list_open_reports(
    conn: Connection, scope: Scope, *, limit: int
) -> tuple[Report, ...]:
    """List the workspace's open reports, the oldest first."""
    mine = in_scope(reports, scope)
    return _list_reports(conn, mine, _IS_OPEN, limit=limit)


def list_person_reports(conn: Connection, scope: PersonScope) -> tuple[Report, ...]:
    """List the person's reports, the newest first."""
    mine = in_scope(reports, scope)
    return _list_reports(conn, mine)[::-1]


def answer_report(
    conn: Connection,
    scope: Scope,
    *,
    public_id: str,
    by: str,
    answer: str,
    now: datetime,
) -> Report | None:
    """Close a report with an answer; None: the workspace has no such open report."""
    row = conn.execute(
        update(reports)
        .where(in_scope(reports, scope), reports.c.public_id == public_id, _IS_OPEN)
        .values(answered_at=now, answered_by=by, answer=answer)
        .returning(reports)
    ).first()
    return _make_report(row) if row else None


def list_unseen_answers(conn: Connection, scope: PersonScope) -> tuple[Report, ...]:
    """List the person's answered reports whose answer they have not seen.

    The oldest first. Reports whose answer is being delivered, or may have arrived, are
    left out.
    """
    in_flight = exists().where(
        notices.c.report_id == reports.c.id,
        in_scope(notices, scope),
        notices.c.state != "failed",
    )
    return _list_reports(
        conn,
        in_scope(reports, scope),
        ~_IS_OPEN,
        reports.c.answer_shown_at.is_(None),
        ~in_flight,
    )


def mark_answers_shown(
    conn: Connection, scope: PersonScope, *, public_ids: tuple[str, ...], now: datetime
) -> frozenset[str]:
    """Mark answers as shown to the person; return those that were not before."""
    noted = conn.execute(
        update(reports)
        .where(
            in_scope(reports, scope),
            reports.c.public_id.in_(public_ids),
            reports.c.answer_shown_at.is_(None),
        )
        .values(answer_shown_at=now)
        .returning(reports.c.public_id)
    )
    return frozenset(noted.scalars())


def _list_reports(
    conn: Connection, *where: Condition, limit: int | None = None
) -> tuple[Report, ...]:
    query = select(reports).where(*where).order_by(reports.c.id).limit(limit)
    return tuple(map(_make_report, conn.execute(query)))


_make_report = partial(from_row, Report)
