"""What is examined every night, when it is next, and what was wrong the last time.

A subject is a channel («channel/12», with the key of its destination), the account of
the bot on a platform («account/») or the disk («disk/»).
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from bot.model.scope import Scope, Scoped
from bot.model.workspace import LOCAL_PLATFORM
from bot.storage.schema import (
    destinations,
    digest_destinations,
    digests,
    examinations,
    workspaces,
)
from bot.storage.schema.configuration_tables import IS_WORKSPACE_DIGEST
from bot.storage.statements import (
    delete_rows,
    in_scope,
    insert_all_missing,
    list_all,
    update_rows,
)
from digests.messages import Message
from digests.types import frozen

_EXAMINATION = examinations.c
CHANNEL_SUBJECT = "channel/"


@frozen
class Examination(Scoped):
    """Something that is examined every night."""

    id: int
    workspace_id: int
    subject: str
    next_at: datetime
    #: What was wrong, and what to do about it; None = nothing.
    problem: Message | None = None
    fix: Message | None = None


def list_examined_channels(conn: Connection) -> tuple[tuple[int, str], ...]:
    """List (workspace, subject) of each channel that a digest is posted to.

    In all workspaces that have the bot; the local page has no permissions.
    """
    query = (
        select(destinations.c.workspace_id, destinations.c.id)
        .join(
            digest_destinations,
            digest_destinations.c.destination_id == destinations.c.id,
        )
        .join(digests, digests.c.id == digest_destinations.c.digest_id)
        .join(workspaces, workspaces.c.id == destinations.c.workspace_id)
        .where(
            IS_WORKSPACE_DIGEST,
            destinations.c.person_id.is_(None),
            workspaces.c.platform != LOCAL_PLATFORM,
            workspaces.c.left_at.is_(None),
        )
        .distinct()
    )
    return tuple(
        (workspace, f"{CHANNEL_SUBJECT}{key}") for workspace, key in conn.execute(query)
    )


def list_examinations(conn: Connection, scope: Scope) -> tuple[Examination, ...]:
    """List all of the workspace."""
    query = select(examinations).where(in_scope(examinations, scope))
    return list_all(conn, query.order_by(_EXAMINATION.id), Examination)


def list_all_examinations(
    conn: Connection, *, with_problem: bool = False
) -> tuple[Examination, ...]:
    """List those of all workspaces, or those of them that found something wrong."""
    query = select(examinations).order_by(_EXAMINATION.id)
    if with_problem:
        query = query.where(_EXAMINATION.problem.is_not(None))
    return list_all(conn, query, Examination)


def list_due_examinations(
    conn: Connection, now: datetime, limit: int
) -> tuple[Examination, ...]:
    """List those that are due, in all workspaces, the longest due first."""
    due = select(examinations).where(_EXAMINATION.next_at <= now)
    return list_all(conn, due.order_by(_EXAMINATION.next_at).limit(limit), Examination)


def plan_examinations(
    conn: Connection,
    new: Iterable[tuple[int, str, datetime]],
    gone: Collection[int],
) -> None:
    """Add subjects with their workspace and time, and delete those with these keys."""
    rows = [
        {"workspace_id": workspace, "subject": subject, "next_at": at}
        for workspace, subject, at in new
    ]
    insert_all_missing(conn, examinations, rows)
    if gone:
        delete_rows(conn, examinations, _EXAMINATION.id.in_(gone))


def save_examination(conn: Connection, scope: Scope, one: Examination) -> None:
    """Store the outcome and the next time."""
    values = {"next_at": one.next_at, "problem": one.problem, "fix": one.fix}
    update_rows(conn, examinations, in_scope(examinations, scope, id=one.id), **values)
