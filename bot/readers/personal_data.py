"""Everything stored about a person, for display and as JSON export.

A new table of personal data is added here and to `reader_store.erase_person`: a test
compares both with the tables that have a `person_id`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model import Digest, Occurrence
from bot.model.scope import PersonScope
from bot.storage import (
    Connection,
    personal_digest_store,
    reader_store,
    report_store,
    schedule_store,
)
from bot.storage.reader_store import Feedback, Follow, ReaderPreferences, SavedStory
from bot.storage.report_store import Report


@dataclass(frozen=True, kw_only=True, slots=True)
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
