"""A digest: what an admin configures."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.model.layout import LayoutSettings
from bot.model.source import Source
from bot.model.workspace import Destination

#: They are edited; they stay, and it is listed; nothing is made of it.
CorrectionsSetting = Literal["edit", "tell", "off"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What an admin configures: what to read, how to tell it, when and where."""

    id: int
    workspace_id: int
    name: str
    #: What it reads.
    sources: tuple[Source, ...]
    destinations: tuple[Destination, ...]
    #: Schedule sentences, as `bot.schedules` says them back.
    schedules: tuple[str, ...]
    #: «22:00-07:00» in the zone of the first schedule; None = none.
    quiet_hours: str | None = None
    stories: int = 5
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    language: str = "en"
    look: LayoutSettings = field(default_factory=LayoutSettings)
    paused: bool = False
    #: The first local date on which it posts again; None = no such pause.
    paused_until: date | None = None
    #: Local dates that are left out, ascending.
    skips: tuple[date, ...] = ()
    #: Sources that it keeps and does not read at present.
    paused_sources: tuple[Source, ...] = ()
    #: What becomes of messages whose article is corrected.
    corrections: CorrectionsSetting = "edit"
    #: The earliest moment that its schedules wait for, as planned; None = none.
    next_due: datetime | None = None
    #: Whose own it is (the platform's id); None = the workspace's.
    person: str | None = None
    #: Of what its person wants more, and less.
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
