"""Everything that is kept of a person, together, and as JSON; it changes nothing.

Who adds a table of what is personal adds it here and to `readers.erase`: a test holds
both to the tables that have a `person_id`.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.storage import (
    Connection,
    feedback,
    follows,
    occurrences,
    personal,
    readers,
    reports,
    saved,
)
from bot.storage.feedback import Feedback
from bot.storage.follows import Follow
from bot.storage.readers import Reader, Whose
from bot.storage.reports import Report
from bot.storage.saved import Saved
from bot.types import Digest, Occurrence


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of one person in one workspace."""

    person_id: str
    reader: Reader
    own: Digest | None
    #: The last moment of their own digest, and what became of it.
    last: Occurrence | None
    #: Its editions: public id and when each was made, the newest first.
    editions: tuple[tuple[str, datetime], ...]
    saved: tuple[Saved, ...]
    follows: tuple[Follow, ...]
    feedback: tuple[Feedback, ...]
    reports: tuple[Report, ...]


def of(conn: Connection, *, whose: Whose) -> Kept:
    """Look all of it up."""
    own = personal.of_person(conn, **whose)
    last: tuple[Occurrence, ...] = ()
    if own is not None:
        last = occurrences.newest(
            conn, workspace_id=own.workspace_id, digest_id=own.id, count=1
        )
    return Kept(
        person_id=whose["person_id"],
        reader=readers.of(conn, **whose),
        own=own,
        last=last[0] if last else None,
        editions=personal.editions(conn, **whose),
        saved=saved.of_person(conn, **whose),
        follows=follows.of_person(conn, **whose),
        feedback=feedback.of_person(conn, **whose),
        reports=reports.of_person(conn, **whose),
    )


def as_json(kept: Kept) -> str:
    """All of it as indented JSON, instants in ISO form."""
    return json.dumps(_plain(kept), indent=1, ensure_ascii=False)


def _plain(kept: Kept) -> dict[str, Any]:
    own = kept.own
    return {
        "person": kept.person_id,
        "answers in": kept.reader.locale,
        "zone": kept.reader.zone,
        "own digest": own
        and {
            "schedule": list(own.schedules),
            "language": own.language,
            "stopped": own.paused,
            "delivery": [place.paused or "works" for place in own.destinations],
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
                "settled": one.settled_at and one.settled_at.isoformat(),
                "answer": one.answer,
            }
            for one in kept.reports
        ],
    }
