"""Settings as a configuration file words them: their types, limits and defaults.

It reads no file; what types cannot see is for `mistakes`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.configuration import layout_settings
from bot.errors import UserError
from bot.model import (
    CorrectionsSetting,
    Digest,
    LayoutSettings,
    PlatformName,
    PostOptions,
    SummaryLength,
    layout_to_settings,
    post_options_from_settings,
)
from digests.types import Section

#: Characters that turn what stands around them.
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def _check_plain_name(name: str) -> str:
    if any(
        unicodedata.category(c) in ("Cc", "Cs") or c in _BIDI_CONTROLS for c in name
    ):
        raise ValueError("it holds characters that cannot be seen; leave them out")
    return name


def _parse_section_list(written: Any) -> Any:
    if written is not None and not isinstance(written, str | list):
        # pydantic says what belongs here.
        return written
    try:
        chosen = layout_settings.parse_sections(written)
    except UserError as error:
        raise ValueError(error) from None
    return None if chosen is None else list(chosen)


NameText = Annotated[
    str, Field(min_length=1, max_length=80), AfterValidator(_check_plain_name)
]
#: How a person or a role is written that may do an editor's work.
EDITOR_PATTERN = re.compile(r"(person|role) ([A-Za-z0-9_-]{1,40})")
FilterText = Annotated[str, Field(max_length=500)]
AddressText = Annotated[str, Field(max_length=2_000)]
#: So many of anything that one digest has.
MAX_VALUES = 200


class _FileModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DestinationEntry(_FileModel):
    """`[[workspace.destination]]`."""

    name: NameText
    channel: NameText
    silent: bool = False
    ping: str | None = None
    thread: bool = False
    crosspost: bool = False

    @property
    def manner(self) -> PostOptions:
        """How messages are posted there."""
        return post_options_from_settings(self.model_dump())


class DigestEntry(_FileModel):
    """`[[workspace.digest]]`."""

    name: NameText
    sources: Annotated[list[AddressText], Field(min_length=1, max_length=MAX_VALUES)]
    #: Those of the sources that are kept and not read at present.
    paused_sources: list[AddressText] = []
    #: How it calls some of them, by address; the others are called as they say.
    source_names: dict[AddressText, NameText] = {}
    destinations: Annotated[list[NameText], Field(max_length=MAX_VALUES)] = []
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
    sections: Annotated[list[Section] | None, BeforeValidator(_parse_section_list)] = (
        None
    )
    include: Annotated[list[FilterText], Field(max_length=MAX_VALUES)] = []
    exclude: Annotated[list[FilterText], Field(max_length=MAX_VALUES)] = []
    language: str = "en"
    corrections: CorrectionsSetting = "edit"

    @property
    def sentences(self) -> list[str]:
        """The schedule sentences, one or several."""
        return [self.schedule] if isinstance(self.schedule, str) else self.schedule


class WorkspaceEntry(_FileModel):
    """`[[workspace]]`."""

    platform: PlatformName
    id: NameText
    name: str | None = None
    zone: str = "UTC"
    #: «person ID» and «role ID»: who may do an editor's work besides its managers.
    editors: list[str] = []
    destination: list[DestinationEntry] = []
    digest: list[DigestEntry] = []


class FileEntry(_FileModel):
    """A whole configuration file."""

    workspace: list[WorkspaceEntry] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFile:
    """A checked file: its entries and the folder that its paths start from."""

    file: FileEntry
    base: Path


#: A thing as the file words it, with its name.
SettingsEntry = Mapping[str, Any]

#: What a digest is where nothing else was said.
DEFAULT_DIGEST: SettingsEntry = {
    "sources": [],
    "paused_sources": [],
    "source_names": {},
    "destinations": [],
    "schedule": [],
    "quiet_hours": None,
    "paused": False,
    "paused_until": None,
    "skip": None,
    "stories": 5,
    **layout_to_settings(LayoutSettings()),
    "include": [],
    "exclude": [],
    "language": "en",
    "corrections": "edit",
}


def digest_to_entry(digest: Digest) -> dict[str, Any]:
    """The digest in the words of a configuration file; those that rest come last."""
    paused = [source.address for source in digest.paused_sources]
    return {
        "sources": [*(source.address for source in digest.sources), *paused],
        "paused_sources": paused,
        "source_names": {
            source.address: source.called
            for source in (*digest.sources, *digest.paused_sources)
            if source.called
        },
        "destinations": [place.name for place in digest.destinations],
        "schedule": list(digest.schedules),
        "quiet_hours": digest.quiet_hours,
        "paused": digest.paused,
        "paused_until": digest.paused_until,
        "skip": list(digest.skips) or None,
        "stories": digest.stories,
        **layout_to_settings(digest.look),
        "include": list(digest.include),
        "exclude": list(digest.exclude),
        "language": digest.language,
        "corrections": digest.corrections,
    }
