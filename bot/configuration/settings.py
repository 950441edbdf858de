"""The entries of a configuration file: what it may say, by its types alone.

It reads no file; what types cannot see is for `mistakes`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot import sections
from bot.errors import UserError
from bot.manners import Manner, of_settings
from bot.types import (
    CorrectionsSetting,
    PlatformName,
    SummaryLength,
)
from digests.sections import Section

#: Characters that turn what stands around them.
_TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def _plain_name(name: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in _TURNING for c in name):
        raise ValueError("it holds characters that cannot be seen; leave them out")
    return name


def _sections(written: Any) -> Any:
    if written is not None and not isinstance(written, str | list):
        # pydantic says what belongs here.
        return written
    try:
        chosen = sections.read(written)
    except UserError as error:
        raise ValueError(error) from None
    return None if chosen is None else list(chosen)


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_plain_name)]
#: How a person or a role is written that may do an editor's work.
EDITOR = re.compile(r"(person|role) ([A-Za-z0-9_-]{1,40})")
Filter = Annotated[str, Field(max_length=500)]
Address = Annotated[str, Field(max_length=2_000)]
#: So many of anything that one digest has.
MOST = 200


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DestinationEntry(_Entry):
    """`[[workspace.destination]]`."""

    name: Name
    channel: Name
    silent: bool = False
    ping: str | None = None
    thread: bool = False
    crosspost: bool = False

    @property
    def manner(self) -> Manner:
        """How messages are posted there."""
        return of_settings(self.model_dump())


class DigestEntry(_Entry):
    """`[[workspace.digest]]`."""

    name: Name
    sources: Annotated[list[Address], Field(min_length=1, max_length=MOST)]
    #: Those of the sources that are kept and not read at present.
    paused_sources: list[Address] = []
    #: How it calls some of them, by address; the others are called as they say.
    source_names: dict[Address, Name] = {}
    destinations: Annotated[list[Name], Field(max_length=MOST)] = []
    schedule: str | list[str] = []
    quiet_hours: str | None = None
    #: Left out, these stay as they are; `skip = []` leaves no date out any more.
    paused: bool | None = None
    paused_until: date | None = None
    skip: list[date] | None = None
    stories: Annotated[int, Field(ge=1, le=15)] = 5
    #: The length of each story's summary.
    summary: SummaryLength = "short"
    #: Quotes with a story, and lines under «also in brief», at the most.
    quotes: Annotated[int, Field(ge=0, le=5)] = 5
    figures: bool = True
    brief: Annotated[int, Field(ge=0, le=12)] = 6
    #: What posts show of it, in order; left out: what is usual where it is posted.
    sections: Annotated[list[Section] | None, BeforeValidator(_sections)] = None
    include: Annotated[list[Filter], Field(max_length=MOST)] = []
    exclude: Annotated[list[Filter], Field(max_length=MOST)] = []
    language: str = "en"
    corrections: CorrectionsSetting = "edit"

    @property
    def sentences(self) -> list[str]:
        """The schedule sentences, one or several."""
        return [self.schedule] if isinstance(self.schedule, str) else self.schedule


class WorkspaceEntry(_Entry):
    """`[[workspace]]`."""

    platform: PlatformName
    id: Name
    name: str | None = None
    zone: str = "UTC"
    #: «person ID» and «role ID»: who may do an editor's work besides its managers.
    editors: list[str] = []
    destination: list[DestinationEntry] = []
    digest: list[DigestEntry] = []


class FileEntry(_Entry):
    """A whole configuration file."""

    workspace: list[WorkspaceEntry] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A checked file: its entries and the folder that its paths start from."""

    file: FileEntry
    base: Path
