"""Load what a workspace knows about a person: preferences, grants, pending notices.

Pending notices (a report was settled, the person's digest is paused) are shown once,
with the next private answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import PERSON_PREFIX, Person
from bot.model.scope import PersonScope, Scope
from bot.storage import (
    Connection,
    destination_store,
    reader_store,
    report_store,
    workspace_store,
)
from bot.storage.reader_store import ReaderPreferences
from bot.storage.report_store import Report
from digests.messages import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class UserContext:
    """What a workspace knows about a person."""

    reader: ReaderPreferences
    #: An editor gave them the editors' permission.
    granted: bool
    #: Settled reports about which no direct message reached the person.
    settled: tuple[Report, ...]
    #: Why their own digest is paused; None if it is not, or they were notified.
    pause: Message | None


def load_user_context(conn: Connection, scope: Scope, *, person: Person) -> UserContext:
    """Load the context of the person."""
    mine = PersonScope(scope.workspace_id, person.id)
    reader = reader_store.get_preferences(conn, mine)
    own = destination_store.find_destination_by_channel(
        conn, scope, channel=f"{PERSON_PREFIX}{person.id}"
    )
    pause = own.paused if own is not None else None
    return UserContext(
        reader=reader,
        granted=workspace_store.has_grant(
            conn, scope, person_id=person.id, roles=person.roles
        ),
        settled=report_store.list_unseen_answers(conn, mine),
        pause=None if pause == reader.announced_pause else pause,
    )


def mark_notices_shown(
    conn: Connection, scope: Scope, *, person_id: str, found: UserContext, now: datetime
) -> UserContext:
    """Mark the notices as shown; return those that this answer shows.

    A notice that another answer shows at the same time is left to that answer.
    """
    mine = PersonScope(scope.workspace_id, person_id)
    ids = tuple(report.public_id for report in found.settled)
    noted = ids and report_store.mark_answers_shown(conn, mine, public_ids=ids, now=now)
    if found.pause is not None:
        chosen = {"announced_pause": found.pause}
        reader_store.set_preferences(conn, mine, chosen=chosen)
    shown = tuple(report for report in found.settled if report.public_id in noted)
    return replace(found, settled=shown)
