"""Takes an edition back, within ten minutes: a rule for one transaction.

What was posted is deleted by the outbox, what was not yet sent never goes out, and
what the edition told counts as not told: its stories may come in the next one. Taking
back twice changes nothing. Who did it stands with the edition and in the log.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.errors import UserError
from bot.storage import Connection, undoing
from bot.storage import editions as issues
from bot.types import Issue
from digests.compose import told_by

log = structlog.get_logger(__name__)

WITHIN = timedelta(minutes=10)
NOTHING = "There is no edition of this digest to take back."


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What taking back an edition did."""

    issue: Issue
    #: Messages that are being deleted, and those that will never be sent.
    deleted: int
    cancelled: int
    #: It had been taken back before: nothing was done.
    before: bool = False


def last_edition(
    conn: Connection, *, workspace_id: int, digest_id: int, now: datetime
) -> Issue:
    """The digest's newest edition, if it can still be taken back.

    Raises:
        UserError: There is none, or it is too late.
    """
    issue = issues.newest_of(conn, workspace_id=workspace_id, digest_id=digest_id)
    if issue is None:
        raise UserError(NOTHING)
    if not issues.is_undone(conn, workspace_id=workspace_id, edition_id=issue.id):
        _check_time(conn, issue, now)
    return issue


def take_back(
    conn: Connection, *, workspace_id: int, public_id: str, by: str, now: datetime
) -> Undone:
    """Take the edition back; `by` says who, in words that stay.

    Raises:
        UserError: There is no such edition in this workspace, or it is too late.
    """
    issue = issues.by_public_id(conn, workspace_id=workspace_id, public_id=public_id)
    if issue is None:
        raise UserError(NOTHING)
    key: dict[str, Any] = {"workspace_id": workspace_id, "edition_id": issue.id}
    if issues.is_undone(conn, **key):
        return Undone(issue=issue, deleted=0, cancelled=0, before=True)
    _check_time(conn, issue, now)
    deleted, cancelled = undoing.take_back(conn, **key, now=now)
    issues.untell(conn, **key, revisions=told_by(issue.edition).revisions)
    issues.note_undone(conn, **key, by=by, now=now)
    log.info("edition taken back", edition=issue.public_id, by=by, deleted=deleted)
    return Undone(issue=issue, deleted=deleted, cancelled=cancelled)


def _check_time(conn: Connection, issue: Issue, now: datetime) -> None:
    posted = undoing.first_posted(
        conn, workspace_id=issue.workspace_id, edition_id=issue.id
    )
    if posted is not None and now - posted > WITHIN:
        minutes = WITHIN // timedelta(minutes=1)
        raise UserError(
            "The newest edition was posted more than {minutes} minutes ago; only "
            "until then can it be taken back. Delete its messages by hand.",
            minutes=minutes,
        )
