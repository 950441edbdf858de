"""Reports of errors by readers, and the answers of editors."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from bot.model.scope import PersonScope, Scope
from bot.storage.schema import notices, reports
from bot.storage.statements import (
    Condition,
    count_rows,
    find_first,
    from_row,
    in_scope,
    insert_with_public_id,
    list_all,
    list_scalars,
    update_first,
)
from digests.types import frozen

_REPORT = reports.c


@frozen
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
    person_name: str,
    story: str,
    headline: str,
    text: str,
    locale: str,
    now: datetime,
) -> Report:
    """Store a report, or return the person's open one with the same text and story."""
    said = {"story": story, "text": text}
    same = select(reports).where(in_scope(reports, scope, **said, answered_at=None))
    if found := find_first(conn, same, Report):
        return found
    row = insert_with_public_id(
        conn,
        reports,
        "r",
        **asdict(scope),
        **said,
        person_name=person_name,
        headline=headline,
        locale=locale,
        made_at=now,
    )
    return from_row(Report, row)


def count_person_reports(
    conn: Connection, scope: PersonScope, since: datetime
) -> tuple[int, int]:
    """Count the person's open reports, and those made after an instant."""
    still_open = in_scope(reports, scope, answered_at=None)
    recent = (in_scope(reports, scope), _REPORT.made_at > since)
    return count_rows(conn, reports, still_open), count_rows(conn, reports, *recent)


def count_open_reports(conn: Connection, scope: Scope) -> int:
    """Count the workspace's open reports."""
    return count_rows(conn, reports, in_scope(reports, scope, answered_at=None))


def list_open_reports(conn: Connection, scope: Scope, limit: int) -> tuple[Report, ...]:
    """List the workspace's open reports, the oldest first."""
    return _list_reports(conn, in_scope(reports, scope, answered_at=None), limit=limit)


def find_open_report(conn: Connection, scope: Scope, public_id: str) -> Report | None:
    """Find an open report of the workspace by its public id."""
    mine = in_scope(reports, scope, public_id=public_id, answered_at=None)
    return find_first(conn, select(reports).where(mine), Report)


def list_person_reports(conn: Connection, scope: PersonScope) -> tuple[Report, ...]:
    """List the person's reports, the newest first."""
    return _list_reports(conn, in_scope(reports, scope))[::-1]


def answer_report(
    conn: Connection, scope: Scope, public_id: str, by: str, answer: str, now: datetime
) -> Report | None:
    """Close a report with an answer; None: the workspace has no such open report."""
    mine = in_scope(reports, scope, public_id=public_id, answered_at=None)
    answered = {"answered_at": now, "answered_by": by, "answer": answer}
    return update_first(conn, reports, Report, mine, **answered)


def list_unseen_answers(conn: Connection, scope: PersonScope) -> tuple[Report, ...]:
    """List the person's answered reports whose answer they have not seen.

    The oldest first. Reports whose answer is being delivered, or may have arrived, are
    left out.
    """
    in_flight = exists().where(
        notices.c.report_id == _REPORT.id,
        in_scope(notices, scope),
        notices.c.state != "failed",
    )
    unseen = in_scope(reports, scope, answer_shown_at=None)
    return _list_reports(conn, unseen, _REPORT.answered_at.is_not(None), ~in_flight)


def mark_answers_shown(
    conn: Connection, scope: PersonScope, public_ids: tuple[str, ...], now: datetime
) -> frozenset[str]:
    """Mark answers as shown to the person; return those that were not before."""
    key, unseen = _REPORT.public_id, in_scope(reports, scope, answer_shown_at=None)
    query = update(reports).where(unseen, key.in_(public_ids))
    shown = query.values(answer_shown_at=now).returning(key)
    return frozenset(list_scalars(conn, shown))


def _list_reports(
    conn: Connection, *where: Condition, limit: int | None = None
) -> tuple[Report, ...]:
    query = select(reports).where(*where).order_by(_REPORT.id).limit(limit)
    return list_all(conn, query, Report)
