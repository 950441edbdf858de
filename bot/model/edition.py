"""Occurrences and the editions made for them.

Others take them from `bot.types`.

An edited message must differ from the posted one in what was corrected, and in nothing
else: not in its zone, its language, or when the next edition comes.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.model.delivery import Payload
from digests.messages import Message
from digests.types import Edition


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEdition:
    """An edition as it was stored: the composer's noun with its public id."""

    id: int
    #: «e-7k3m9q».
    public_id: str
    workspace_id: int
    digest_id: int
    occurrence_id: int
    edition: Edition
    #: Over articles, revisions, settings and version: same in, same out.
    manifest: str


#: The public id of what was composed and is not stored.
PREVIEW_ID = "preview"


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderContext:
    """What a renderer may know besides the edition."""

    #: Public id of the edition, or `PREVIEW`.
    edition_id: str
    digest: str
    zone: str
    locale: str
    #: The digest's next due moment, or None when it has no schedule.
    next_due: datetime | None
    #: This edition came after its time.
    late: bool = False


OccurrenceState = Literal["due", "composed", "deferred", "skipped"]
Trigger = Literal["schedule", "manual"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DueMoment:
    """A moment that a schedule names: what makes an occurrence unique, and when."""

    at: datetime
    local_date: date
    #: Clock time («08:30») for daily slots, UTC instant for intervals.
    slot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One due moment of one digest: unique on (digest, local date, slot)."""

    id: int
    workspace_id: int
    digest_id: int
    local_date: date
    slot: str
    due_at: datetime
    zone: str
    trigger: Trigger
    state: OccurrenceState
    #: Why it was skipped or deferred, in words.
    reason: Message | None = None
    #: It was planned after its time, to catch up.
    late: bool = False


#: In what is kept: whether the edition went elsewhere than its digest's editions go,
#: and is not in its ledger.
SEPARATE_KEY = "apart"


def context_to_json(context: RenderContext) -> Payload:
    """The context as JSON can say it."""
    due = context.next_due
    return {
        "digest": context.digest,
        "zone": context.zone,
        "locale": context.locale,
        "next_due": due.isoformat() if due else None,
        "late": context.late,
    }


def context_from_json(stored: Payload, edition_id: str) -> RenderContext:
    """The context that `kept` wrote, for the edition of that public id."""
    due = stored["next_due"]
    return RenderContext(
        edition_id=edition_id,
        digest=stored["digest"],
        zone=stored["zone"],
        locale=stored["locale"],
        next_due=datetime.fromisoformat(due) if due else None,
        late=stored["late"],
    )


#: Articles first seen within this time can still be told.
PUBLISHABLE_FOR = timedelta(days=7)
