"""Everything stored about a person, for display and as JSON export.

A new table of personal data is added here and to `reader_store.erase_person`: a test
compares both with the tables that have a `person_id`.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model import Digest, Occurrence
from bot.model.workspace import PersonScope
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
    last: tuple[Occurrence, ...] = ()
    if own is not None:
        last = schedule_store.list_newest_occurrences(
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
    return json.dumps(_to_plain_json(kept), indent=1, ensure_ascii=False)


def _to_plain_json(kept: PersonalData) -> dict[str, Any]:
    own = kept.own
    return {
        "person": kept.person_id,
        "answers in": kept.reader.locale,
        "zone": kept.reader.zone,
        "own digest": own
        and {
            "schedule": list(own.schedules),
            "language": own.options.language,
            "stopped": own.paused,
            "delivery": [str(place.paused or "works") for place in own.destinations],
            "editions": [
                {"id": public_id, "made": made.isoformat()}
                for public_id, made in kept.editions
            ],
        },
        "follows": [{"kind": one.kind, "name": one.name} for one in kept.follows],
        "saved": [
            {
                "story": one.story,
                "headline": one.headline,
                "url": one.url,
                "saved": one.saved_at.isoformat(),
            }
            for one in kept.saved
        ],
        "feedback": [
            {
                "story": one.story,
                "headline": one.headline,
                "wanted": one.direction,
                "terms": list(one.terms),
                "given": one.given_at.isoformat(),
            }
            for one in kept.feedback
        ],
        "reports": [
            {
                "id": one.public_id,
                "name": one.person_name,
                "story": one.story,
                "headline": one.headline,
                "text": one.text,
                "made": one.made_at.isoformat(),
                "settled": one.answered_at and one.answered_at.isoformat(),
                "answer": one.answer,
            }
            for one in kept.reports
        ],
    }
