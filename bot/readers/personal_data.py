"""What is stored about a person: all of it, and what an answer to them needs.

Everything is for display and for the JSON export. An answer needs preferences, grants
and pending notices (a report was settled, the person's digest is paused); a notice is
shown once, with the next private answer.

A new table of personal data is added here and to `reader_store.erase_person`: a test
compares both with the tables that have a `person_id`.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.model import PERSON_PREFIX, Digest, Occurrence, Person
from bot.model.scope import PersonScope, Scope
from bot.storage import (
    Connection,
    destination_store,
    personal_digest_store,
    reader_store,
    report_store,
    schedule_store,
    workspace_store,
)
from bot.storage.reader_store import Feedback, Follow, ReaderPreferences, SavedStory
from bot.storage.report_store import Report
from digests.messages import Message
from digests.types import frozen


@frozen
class PersonalData:
    """Everything that is stored about one person in one workspace."""

    person_id: str
    reader: ReaderPreferences
    own: Digest | None
    #: The last occurrence of their own digest.
    last: Occurrence | None
    #: Its editions: public id and creation time, newest first.
    editions: tuple[tuple[str, datetime], ...]
    saved: tuple[SavedStory, ...]
    follows: tuple[Follow, ...]
    feedback: tuple[Feedback, ...]
    reports: tuple[Report, ...]


def load_personal_data(conn: Connection, *, whose: PersonScope) -> PersonalData:
    """Load everything that is stored about the person."""
    own = personal_digest_store.find_personal_digest(conn, whose)
    last = own and schedule_store.list_newest_occurrences(
        conn, own.scope, digest_id=own.id, count=1
    )
    return PersonalData(
        person_id=whose.person_id,
        reader=reader_store.get_preferences(conn, whose),
        own=own,
        last=last[0] if last else None,
        editions=personal_digest_store.list_personal_editions(conn, whose),
        saved=reader_store.list_saved_stories(conn, whose),
        follows=reader_store.list_follows(conn, whose),
        feedback=reader_store.list_feedback(conn, whose),
        reports=report_store.list_person_reports(conn, whose),
    )


def export_as_json(kept: PersonalData) -> str:
    """Format all of the data as indented JSON, instants in ISO 8601."""
    own = kept.own
    plain = {
        "person": kept.person_id,
        "answers in": kept.reader.locale,
        "zone": kept.reader.zone,
        "own digest": own
        and {
            "schedule": own.schedules,
            "language": own.options.language,
            "muted": list(own.options.exclude),
            "stopped": own.paused,
            "delivery": [str(place.paused or "works") for place in own.destinations],
            "editions": [{"id": key, "made": made} for key, made in kept.editions],
        },
        "follows": _pick(kept.follows, kind="kind", name="name"),
        "saved": _pick(
            kept.saved, story="story", headline="headline", url="url", saved="saved_at"
        ),
        "feedback": _pick(
            kept.feedback,
            story="story",
            headline="headline",
            wanted="direction",
            terms="terms",
            given="given_at",
        ),
        "reports": _pick(
            kept.reports,
            id="public_id",
            name="person_name",
            story="story",
            headline="headline",
            text="text",
            made="made_at",
            settled="answered_at",
            answer="answer",
        ),
    }
    return json.dumps(plain, indent=1, ensure_ascii=False, default=datetime.isoformat)


def _pick(rows: Iterable[object], **fields: str) -> list[dict[str, Any]]:
    """Convert rows to objects with these keys, each the value of a field."""
    return [{key: getattr(row, name) for key, name in fields.items()} for row in rows]


# ── What an answer needs to know about a person ─────────────────────────────────
#
# Load what a workspace knows about a person: preferences, grants, pending notices.
#
# Pending notices (a report was settled, the person's digest is paused) are shown
# once, with the next private answer.


@frozen
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
