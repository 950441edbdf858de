"""Settings of digests, destinations and workspaces, each described once.

A field and its metadata (`SettingInfo`) are all there is to a setting. The rest is
derived: the entry of the configuration file and its checks, the stored JSON,
`/newsdesk set` with its completion and forms, the menus of the control panel,
differences, previews, the history, and the composer's `EditionStyle`. To add a setting
of a digest, add a field to `DigestOptions`; if the composer needs it, add a field of
the same name to `EditionStyle`.

A settings *entry* is a model dumped to plain JSON values (`to_entry`). Changes are
compared, stored and reverted in that form.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.errors import UserError
from bot.model.scope import PlatformName
from bot.model.sections import USUAL_SECTIONS, parse_sections
from bot.model.setting_info import SettingInfo
from digests.types import CardTheme, EditionStyle, Section

#: What happens to posted messages when their article is corrected: they are edited,
#: the correction is only listed, or nothing.
CorrectionsSetting = Literal["edit", "tell", "off"]
#: Whether the pages behind the entries of a source are read for their full texts; auto
#: = behind excerpts, and while it is not known whether its entries are.
FullTextUse = Literal["auto", "always", "never"]
#: Which quotes of a post are also drawn: that of the edition, or one of each story too.
CardsSetting = Literal["best", "all", "off"]
#: Whether editors see an edition before it is posted: no; yes, and it is posted at its
#: time; yes, and it waits until one of them approves it.
ReviewMode = Literal["off", "deadline", "hold"]
#: Who can read editions on the web: nobody, those who have an edition's link, or
#: everybody, with a page that lists them and with feeds.
WebSetting = Literal["off", "link", "listed"]
SummaryLength = Literal["short", "medium", "long"]
#: Maximum number of characters of a story's summary.
SUMMARY_CHARS: Final[Mapping[SummaryLength, int]] = {
    "short": 280,
    "medium": 400,
    "long": 600,
}
#: Maximum number of values of one list; of sources there may be many more.
MAX_VALUES: Final = 200
MAX_SOURCES: Final = 2_000
#: An editor as the file writes it: a person or a role with the platform's id.
EDITOR_PATTERN: Final = re.compile(r"(person|role) ([A-Za-z0-9_-]{1,40})")
#: Version of the stored JSON; it grows when a stored value changes its meaning.
SETTINGS_VERSION: Final = 1

T = TypeVar("T")
#: A settings model as plain JSON values, by field name.
SettingsEntry = Mapping[str, Any]

_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_NO_VALUE = frozenset({"", "none", "off", "nobody", "no"})
_COLOR = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
#: A role as people write it: «<@&4711>», «role 4711», «4711».
_ROLE = re.compile(r"(?:<@&(\d{1,20})>|(?:role\s+)?(\d{1,20}))")


def _check_plain_name(name: str) -> str:
    categories = {unicodedata.category(char) for char in name}
    if categories & {"Cc", "Cs"} or _BIDI_CONTROLS & set(name):
        raise ValueError(UserError("It contains invisible characters; remove them."))
    return name


def _clean_list(values: Any) -> Any:
    """Strip the texts of a list, and drop empty and repeated ones."""
    if not isinstance(values, list | tuple):
        return values
    stripped = [v.strip() if isinstance(v, str) else v for v in values]
    kept = [v for v in stripped if v != ""]
    try:
        return list(dict.fromkeys(kept))
    except TypeError:  # a table or a list, which no setting accepts as a value
        return kept


def _wrap_text(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _parse_none(value: Any) -> Any:
    is_none = isinstance(value, str) and value.strip().casefold() in _NO_VALUE
    return None if is_none else value


def _parse_role(value: Any) -> Any:
    found = _ROLE.fullmatch(value.strip()) if isinstance(value, str) else None
    return (found[1] or found[2]) if found else value


def _parse_color(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _COLOR.fullmatch(value.strip())
    if found is None:
        raise ValueError(
            UserError("Write a colour as «#» and six digits 0–9 or a–f: #1f6feb.")
        )
    digits = found[1].lower()
    return "#" + (
        "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    )


def _parse_section_list(written: Any) -> Any:
    if written is not None and not isinstance(written, str | list | tuple):
        return written
    try:
        return parse_sections(written)
    except UserError as error:
        raise ValueError(error) from None


def _drop_auto(uses: Mapping[str, FullTextUse]) -> Mapping[str, FullTextUse]:
    return {address: use for address, use in uses.items() if use != "auto"}


NameText = Annotated[
    str, Field(min_length=1, max_length=80), AfterValidator(_check_plain_name)
]
FilterText = Annotated[str, Field(max_length=500)]
AddressText = Annotated[str, Field(max_length=2_000)]
_Values = Field(max_length=MAX_VALUES)
#: A list without empty and repeated values.
Values = Annotated[tuple[T, ...], _Values, BeforeValidator(_clean_list)]
_OfSources = Field(max_length=MAX_SOURCES)
Sources = Annotated[tuple[AddressText, ...], _OfSources, BeforeValidator(_clean_list)]


class SettingsModel(BaseModel):
    """Base of the settings: frozen, and without unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any] | None) -> Self:
        """Load what `to_stored` wrote; missing fields have their defaults."""
        known = cls.model_fields
        return cls.model_validate(
            {name: value for name, value in (stored or {}).items() if name in known}
        )

    def to_stored(self) -> dict[str, Any]:
        """Dump to JSON values, including the format version."""
        return {"version": SETTINGS_VERSION, **self.to_entry()}

    def to_entry(self) -> dict[str, Any]:
        """Dump to plain JSON values: tuples as lists, dates as ISO text."""
        return self.model_dump(mode="json")


def _what(help: str, **info: Any) -> SettingInfo:
    """Describe a setting that says which articles an edition contains."""
    return SettingInfo(help=help, group="what", affects_edition=True, **info)


def _when(help: str, **info: Any) -> SettingInfo:
    return SettingInfo(help=help, group="when", **info)


def _where(help: str, **info: Any) -> SettingInfo:
    return SettingInfo(help=help, group="where", **info)


def _look(help: str, **info: Any) -> SettingInfo:
    return SettingInfo(help=help, group="look", **info)


class DigestOptions(SettingsModel):
    """Settings of a digest that are stored as one JSON value."""

    #: «22:00-07:00» in the digest's zone; None = none.
    quiet_hours: Annotated[
        str | None,
        BeforeValidator(_parse_none),
        _when(
            "Nothing is posted then: 22:00-7:00, or off",
            label="quiet hours",
            values="hours",
            none_word="off",
        ),
    ] = None
    review: Annotated[
        ReviewMode,
        _when(
            "See it before it is posted: deadline, hold (until approved), off",
            words={"deadline": "posted at its time", "hold": "waits for approval"},
            omit_default=True,
        ),
    ] = "off"
    #: In minutes.
    review_lead: Annotated[
        int,
        Field(ge=5, le=720),
        _when(
            "How many minutes before its time the draft comes, 5 to 720",
            label="minutes for review",
            omit_default=True,
        ),
    ] = 30
    #: Name of a destination; None = drafts are shown in the console only.
    review_channel: Annotated[
        str | None,
        Field(max_length=80),
        BeforeValidator(_parse_none),
        _when(
            "The destination where editors see drafts, none of its own",
            label="review channel",
            values="destination",
            omit_default=True,
        ),
    ] = None
    stories: Annotated[
        int,
        Field(ge=1, le=15),
        _look(
            "How many stories in full, 1 to 15",
            affects_edition=True,
            always_listed=True,
        ),
    ] = 5
    summary: Annotated[
        SummaryLength,
        _look("How long the summary of each story is", affects_edition=True),
    ] = "short"
    #: Maximum number of quotes with a story; a chat message shows the best of them.
    quotes: Annotated[
        int,
        Field(ge=0, le=5),
        _look("Quotes with a story, 0 to 5; 0: none", affects_edition=True),
    ] = 2
    figures: Annotated[
        bool,
        _look("Whether figures are shown with a story", affects_edition=True),
    ] = True
    brief: Annotated[
        int,
        Field(ge=0, le=12),
        _look(
            "Lines under «also in brief», 0 to 12; 0: none",
            label="also in brief",
            affects_edition=True,
        ),
    ] = 6
    #: Sections of a post in order; None = the default of each platform.
    sections: Annotated[
        tuple[Section, ...] | None,
        BeforeValidator(_parse_section_list),
        _look(
            "In order: summary, matters, quotes, figures, also; usual",
            values="section",
            none_word=USUAL_SECTIONS,
        ),
    ] = None
    #: Which quotes of a post are also shown as pictures.
    cards: Annotated[
        CardsSetting,
        _look(
            "Pictures of quotes: best, all, or off",
            label="quote pictures",
            words={"best": "the best quote", "all": "each quote"},
        ),
    ] = "best"
    card_theme: Annotated[
        CardTheme,
        _look("How pictures look: paper, ink (dark), or plain", label="picture style"),
    ] = "paper"
    #: «#1f6feb»; None = that of the theme.
    accent: Annotated[
        str | None,
        BeforeValidator(_parse_color),
        BeforeValidator(_parse_none),
        _look(
            "The bar of pictures and the edge of posts: #1f6feb; none",
            label="accent colour",
            values="color",
        ),
    ] = None
    #: In hours; an article without a date is taken. None = articles of any age.
    max_age: Annotated[
        int | None,
        Field(ge=1, le=168),
        BeforeValidator(_parse_none),
        _what(
            "Leave out articles older than so many hours, 1 to 168; none",
            label="maximum age",
        ),
    ] = None
    include: Annotated[
        Values[FilterText],
        _what(
            'Keep only what matches one: a word, a "phrase", a /pattern/',
            label="keep only",
            values="filter",
        ),
    ] = ()
    exclude: Annotated[
        Values[FilterText],
        _what(
            'Drop what matches one: a word, a "phrase", a /pattern/',
            label="leave out",
            values="filter",
        ),
    ] = ()
    language: Annotated[
        str,
        _what("Of its articles: en, de …", values="language", always_listed=True),
    ] = "en"
    corrections: Annotated[
        CorrectionsSetting,
        _look(
            "edit: in the posts; tell: only listed; off: nothing",
            words={"edit": "edited in the posts", "tell": "only listed"},
            always_listed=True,
            omit_default=True,
        ),
    ] = "edit"
    #: Editions that are posted while it is off never get a page.
    web: Annotated[
        WebSetting,
        _where(
            "Pages anyone can open: link (with the address), listed, off",
            label="pages on the web",
            words={"link": "by link", "listed": "listed, with feeds"},
            omit_default=True,
        ),
    ] = "off"

    def to_edition_style(self, title: str, **reader: Any) -> EditionStyle:
        """Convert to the composer's style; fields of the same name are passed on.

        Args:
            title: Of the edition.
            reader: Further fields of the style: `more` and `less` of a person.
        """
        names = {field.name for field in fields(EditionStyle)}
        shared = names & DigestOptions.model_fields.keys()
        return EditionStyle(
            title=title,
            lang=self.language,
            summary_chars=SUMMARY_CHARS[self.summary],
            **{name: getattr(self, name) for name in shared},
            **reader,
        )


class DigestSettings(DigestOptions):
    """Everything that is configured of a digest: `[[workspace.digest]]` of the file."""

    name: Annotated[NameText, SettingInfo(help="What it is called", group="what")]
    sources: Annotated[
        Sources,
        Field(min_length=1),
        _what("Addresses of feeds, pages or sites; a pack", values="address"),
    ]
    #: Those of the sources that are kept but not read.
    paused_sources: Annotated[
        Sources,
        _what(
            "Sources that are kept but not read, by name or address",
            label="paused sources",
            values="source",
            omit_default=True,
        ),
    ] = ()
    #: Names for some of the sources, by address.
    source_names: Annotated[
        dict[AddressText, NameText],
        _OfSources,
        SettingInfo(
            help="What this digest calls a source; - restores its own name",
            label="names of sources",
            group="what",
            values="source",
            none_word="-",
            omit_default=True,
        ),
    ] = {}
    #: For which of the sources pages are read always or never, by address.
    full_text: Annotated[
        dict[AddressText, FullTextUse],
        _OfSources,
        AfterValidator(_drop_auto),
        SettingInfo(
            help="Read a source’s pages: auto (excerpts), always, never",
            words={"auto": "automatic"},
            label="full texts",
            group="what",
            values="source",
            none_word="auto",
            omit_default=True,
        ),
    ] = {}
    #: Those of the sources of whose articles the own pictures are shown.
    pictures: Annotated[
        Sources,
        _look(
            "Sources whose own pictures are shown; you need the right to",
            label="story pictures",
            values="source",
            omit_default=True,
        ),
    ] = ()
    destinations: Annotated[
        Values[NameText],
        _where("The channels that it is posted to", values="destination"),
    ] = ()
    schedule: Annotated[
        Values[str],
        BeforeValidator(_wrap_text),
        _when("When, such as: weekdays at 8:30 Europe/Berlin", values="schedule"),
    ] = ()
    paused: Annotated[
        bool,
        _when("Whether nothing is posted until it resumes", keep_omitted=True),
    ] = False
    #: The first local date on which it posts again.
    paused_until: Annotated[
        date | None,
        BeforeValidator(_parse_none),
        _when(
            "First day again: tomorrow, Friday, 2026-12-24; none",
            label="paused until",
            values="day",
            keep_omitted=True,
        ),
    ] = None
    #: Local dates that are left out.
    skip: Annotated[
        Values[date],
        _when(
            "Days that are left out: tomorrow, Friday, 2026-12-24",
            label="skipped days",
            values="day",
            keep_omitted=True,
            omit_default=True,
        ),
    ] = ()


class PostOptions(SettingsModel):
    """How messages are posted at a destination; everything is off by default."""

    silent: Annotated[bool, _look("Post without a sound")] = False
    #: The platform's id of the one role that scheduled editions mention; None = none.
    ping: Annotated[
        str | None,
        BeforeValidator(_parse_role),
        BeforeValidator(_parse_none),
        _look(
            "The role that hears of scheduled editions, or nobody",
            values="role",
            none_word="nobody",
            managers_only=True,
        ),
    ] = None
    #: An edition's first message is posted in the channel, the others in its thread.
    thread: Annotated[bool, _look("All but the first message in a thread")] = False
    #: Published to the channels that follow this one.
    crosspost: Annotated[bool, _look("Publish to channels that follow this one")] = (
        False
    )


class DestinationSettings(PostOptions):
    """Everything that is configured of a destination: `[[workspace.destination]]`."""

    name: Annotated[NameText, _where("How digests call it")]
    #: The platform's id of the channel.
    channel: Annotated[
        NameText,
        _where("Write «here» in the channel that it moves to", values="channel"),
    ]


class WorkspaceSettings(SettingsModel):
    """`[[workspace]]` of the file, its destinations and digests not yet checked."""

    platform: PlatformName
    id: NameText
    name: str | None = None
    zone: Annotated[
        str, _when("Times are shown in it: Europe/Berlin", values="zone")
    ] = "UTC"
    #: «person ID» and «role ID»: who may edit besides the managers.
    editors: Annotated[
        tuple[str, ...],
        _Values,
        SettingInfo(
            help="People and roles that may edit: a mention, or an id",
            group="who",
            values="editor",
        ),
    ] = ()
    destination: tuple[dict[str, Any], ...] = ()
    digest: tuple[dict[str, Any], ...] = ()


DEFAULT_DIGEST_OPTIONS: Final = DigestOptions()
DEFAULT_POST_OPTIONS: Final = PostOptions()
#: Entry of a digest without name and sources: the starting point for a new one.
DEFAULT_DIGEST: Final[SettingsEntry] = {
    **DigestSettings.model_construct(name="", sources=()).to_entry()
}
