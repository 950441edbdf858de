"""The nouns of time: when something is due, and what became of it. They do nothing.

Others take them from `bot.types`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

OccurrenceState = Literal["due", "composed", "deferred", "skipped"]
Trigger = Literal["schedule", "manual"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
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
    reason: str | None = None
    #: It was planned after its time, to catch up.
    late: bool = False
