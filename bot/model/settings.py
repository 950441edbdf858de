"""Settings of digests, destinations and workspaces, each described once.

A field and its metadata (`SettingInfo`) are all there is to a setting. The rest is
derived: the entry of the configuration file and its checks, the stored JSON, command
options and forms, differences, previews, the history, and the composer's
`EditionStyle`. To add a setting of a digest, add a field to `DigestOptions`; if the
composer needs it, add a field of the same name to `EditionStyle`.

A settings *entry* is a model dumped to plain JSON values (`to_entry`). Changes are
compared, stored and reverted in that form.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    Self,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
)

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from bot.errors import UserError
from digests.language.normalization import normalize_text
from digests.types import ALL_SECTIONS, EditionStyle, Section, Sections, frozen

#: Name of a platform in the registry `bot.platforms.plugins`.
PlatformName: TypeAlias = str
#: What happens to posted messages when their article is corrected: they are edited,
#: the correction is only listed, or nothing.
CorrectionsSetting = Literal["edit", "tell", "off"]
#: Whether the pages behind the entries of a source are read for their full texts; auto
#: = behind excerpts, and while it is not known whether its entries are.
FullTextUse = Literal["auto", "always", "never"]
SummaryLength = Literal["short", "medium", "long"]
#: Maximum number of characters of a story's summary.
SUMMARY_CHARS: Final[Mapping[SummaryLength, int]] = {
    "short": 280,
    "medium": 400,
    "long": 600,
}
#: Maximum number of values of one list.
MAX_VALUES: Final = 200
#: An editor as the file writes it: a person or a role with the platform's id.
EDITOR_PATTERN: Final = re.compile(r"(person|role) ([A-Za-z0-9_-]{1,40})")
#: Version of the stored JSON; it grows when a stored value changes its meaning.
SETTINGS_VERSION: Final = 1

#: A settings model as plain JSON values, by field name.
SettingsEntry = Mapping[str, Any]
#: Commands that offer a setting as an option; «style form» has few of the settings.
OfferedBy = Literal["create", "edit", "style", "style form", "destination edit"]
SettingKind = Literal["number", "choice", "switch", "list", "mapping", "text"]


@frozen
class SettingInfo:
    """Metadata of a settings field, beside its type, limits and default."""

    #: Description of the command option: an English message.
    help: str = ""
    #: Label shown instead of the name: an English message.
    label: str = ""
    offered_by: tuple[OfferedBy, ...] = ()
    #: Kind of names that complete its values (`CommandOption.completes`).
    completes: str = ""
    #: Words with which people clear the value.
    none_word: str = "none"
    #: It affects which articles an edition contains, or how much of them it shows.
    affects_edition: bool = False
    #: Shown in the description of a new digest even if it has its default.
    always_listed: bool = False
    #: Omitted from the exported configuration file if it has its default.
    omit_default: bool = False
    #: A configuration file that omits it leaves it unchanged.
    keep_omitted: bool = False
    #: Only people who manage the workspace on its platform may set it.
    managers_only: bool = False


_NO_INFO: Final = SettingInfo()


#: The commands that offer a setting.
_STYLE: Final = ("style",)
_STYLE_AND_FORM: Final = ("style", "style form")
_DESTINATION: Final = ("destination edit",)


def _offered(help: str, commands: tuple[OfferedBy, ...], **info: Any) -> SettingInfo:
    """Describe a setting that these commands offer, with `help` for its option."""
    return SettingInfo(help=help, offered_by=commands, **info)


@frozen
class Setting:
    """A settings field in the form that commands, files and forms are derived from."""

    name: str
    kind: SettingKind = "text"
    info: SettingInfo = _NO_INFO
    default: Any = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    #: Limits of a number, inclusive.
    least: int = 0
    most: int = 0

    @property
    def label(self) -> str:
        """Label shown to people: an English message."""
        return self.info.label or self.name


_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_NO_VALUE = frozenset({"", "none", "off", "nobody", "no"})
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
_Clean = BeforeValidator(_clean_list)


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


class DigestOptions(SettingsModel):
    """Settings of a digest that are stored as one JSON value."""

    #: «22:00-07:00» in the digest's zone; None = none.
    quiet_hours: Annotated[
        str | None, BeforeValidator(_parse_none), SettingInfo(label="quiet hours")
    ] = None
    stories: Annotated[
        int,
        Field(ge=1, le=15),
        _offered(
            "How many stories in full, 1 to 15",
            ("create", "edit", "style", "style form"),
            affects_edition=True,
            always_listed=True,
        ),
    ] = 5
    summary: Annotated[
        SummaryLength,
        _offered(
            "How long the summary of each story is",
            _STYLE_AND_FORM,
            affects_edition=True,
        ),
    ] = "short"
    #: Maximum number of quotes with a story; a chat message shows the best of them.
    quotes: Annotated[
        int,
        Field(ge=0, le=5),
        _offered(
            "Quotes with a story, 0 to 5; 0: none",
            _STYLE_AND_FORM,
            affects_edition=True,
        ),
    ] = 2
    figures: Annotated[
        bool,
        _offered(
            "Whether figures are shown with a story", _STYLE, affects_edition=True
        ),
    ] = True
    brief: Annotated[
        int,
        Field(ge=0, le=12),
        _offered(
            "Lines under «also in brief», 0 to 12; 0: none",
            _STYLE,
            affects_edition=True,
        ),
    ] = 6
    #: Sections of a post in order; None = the default of each platform.
    sections: Annotated[
        tuple[Section, ...] | None,
        BeforeValidator(_parse_section_list),
        _offered(
            "In order: summary, matters, quotes, figures, also; usual",
            _STYLE_AND_FORM,
            completes="section",
        ),
    ] = None
    #: In hours; an article without a date is taken. None = articles of any age.
    max_age: Annotated[
        int | None,
        Field(ge=1, le=168),
        BeforeValidator(_parse_none),
        _offered(
            "Leave out articles older than so many hours, 1 to 168; none",
            _STYLE,
            label="maximum age",
            affects_edition=True,
        ),
    ] = None
    include: Annotated[
        tuple[FilterText, ...], _Values, _Clean, SettingInfo(affects_edition=True)
    ] = ()
    exclude: Annotated[
        tuple[FilterText, ...], _Values, _Clean, SettingInfo(affects_edition=True)
    ] = ()
    language: Annotated[
        str,
        _offered(
            "Of its articles: en, de …",
            ("create", "edit", "style"),
            affects_edition=True,
            always_listed=True,
        ),
    ] = "en"
    corrections: Annotated[
        CorrectionsSetting,
        _offered(
            "edit: in the posts; tell: only listed; off: nothing",
            _STYLE,
            always_listed=True,
            omit_default=True,
        ),
    ] = "edit"

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

    name: NameText
    sources: Annotated[
        tuple[AddressText, ...],
        Field(min_length=1, max_length=MAX_VALUES),
        _Clean,
        SettingInfo(affects_edition=True),
    ]
    #: Those of the sources that are kept but not read.
    paused_sources: Annotated[
        tuple[AddressText, ...],
        _Values,
        _Clean,
        SettingInfo(affects_edition=True, omit_default=True),
    ] = ()
    #: Names for some of the sources, by address.
    source_names: Annotated[
        dict[AddressText, NameText], _Values, SettingInfo(omit_default=True)
    ] = {}
    #: For which of the sources pages are read always or never, by address.
    full_text: Annotated[
        dict[AddressText, FullTextUse],
        _Values,
        AfterValidator(_drop_auto),
        SettingInfo(label="full texts", omit_default=True),
    ] = {}
    destinations: Annotated[tuple[NameText, ...], _Values, _Clean, SettingInfo()] = ()
    schedule: Annotated[
        tuple[str, ...], _Values, _Clean, BeforeValidator(_wrap_text), SettingInfo()
    ] = ()
    paused: Annotated[bool, SettingInfo(keep_omitted=True)] = False
    #: The first local date on which it posts again.
    paused_until: Annotated[
        date | None,
        BeforeValidator(_parse_none),
        SettingInfo(label="paused until", keep_omitted=True),
    ] = None
    #: Local dates that are left out.
    skip: Annotated[
        tuple[date, ...],
        _Values,
        _Clean,
        SettingInfo(keep_omitted=True, omit_default=True),
    ] = ()


class PostOptions(SettingsModel):
    """How messages are posted at a destination; everything is off by default."""

    silent: Annotated[bool, _offered("Post without a sound", _DESTINATION)] = False
    #: The platform's id of the one role that scheduled editions mention; None = none.
    ping: Annotated[
        str | None,
        BeforeValidator(_parse_role),
        BeforeValidator(_parse_none),
        _offered(
            "The role that hears of scheduled editions, or nobody",
            _DESTINATION,
            none_word="nobody",
            managers_only=True,
        ),
    ] = None
    #: An edition's first message is posted in the channel, the others in its thread.
    thread: Annotated[
        bool, _offered("All but the first message in a thread", _DESTINATION)
    ] = False
    #: Published to the channels that follow this one.
    crosspost: Annotated[
        bool, _offered("Publish to channels that follow this one", _DESTINATION)
    ] = False


class DestinationSettings(PostOptions):
    """Everything that is configured of a destination: `[[workspace.destination]]`."""

    name: NameText
    #: The platform's id of the channel.
    channel: NameText


class WorkspaceSettings(SettingsModel):
    """`[[workspace]]` of the file, its destinations and digests not yet checked."""

    platform: PlatformName
    id: NameText
    name: str | None = None
    zone: str = "UTC"
    #: «person ID» and «role ID»: who may edit besides the managers.
    editors: Annotated[tuple[str, ...], _Values] = ()
    destination: tuple[dict[str, Any], ...] = ()
    digest: tuple[dict[str, Any], ...] = ()


DEFAULT_DIGEST_OPTIONS: Final = DigestOptions()
DEFAULT_POST_OPTIONS: Final = PostOptions()
#: Entry of a digest without name and sources: the starting point for a new one.
DEFAULT_DIGEST: Final[SettingsEntry] = {
    **DigestSettings.model_construct(name="", sources=()).to_entry()
}


@cache
def list_settings(model: type[SettingsModel]) -> tuple[Setting, ...]:
    """List the fields of a model, those of a base class after its own."""
    own = model.__annotations__
    ordered = sorted(model.model_fields, key=lambda name: name not in own)
    return tuple(_describe_field(name, model.model_fields[name]) for name in ordered)


def get_setting(model: type[SettingsModel], name: str) -> Setting | None:
    """Find the field of this name."""
    return next((one for one in list_settings(model) if one.name == name), None)


def _describe_field(name: str, field: FieldInfo) -> Setting:
    parts = get_args(field.annotation)
    is_union = get_origin(field.annotation) in (Union, UnionType)
    optional = is_union and NoneType in parts
    kinds = [part for part in parts if part is not NoneType]
    kind = kinds[0] if is_union else field.annotation
    marks = field.metadata
    default = field.get_default(call_default_factory=True)
    return Setting(
        name=name,
        kind=_KINDS.get(get_origin(kind) or kind, "text"),
        info=next((m for m in marks if isinstance(m, SettingInfo)), _NO_INFO),
        default=None if field.is_required() else default,
        optional=optional,
        choices=_list_choices(kind),
        least=cast("int", next((m.ge for m in marks if isinstance(m, Ge)), 0)),
        most=cast("int", next((m.le for m in marks if isinstance(m, Le)), 0)),
    )


def _list_choices(kind: Any) -> tuple[str, ...]:
    """List the values of a choice, or those that a mapping may have."""
    if get_origin(kind) is dict:
        kind = get_args(kind)[1]
    return get_args(kind) if get_origin(kind) is Literal else ()


#: By the type of a field, without its arguments.
_KINDS: Final[Mapping[Any, SettingKind]] = {
    bool: "switch",
    int: "number",
    tuple: "list",
    dict: "mapping",
    Literal: "choice",
}


# ── sections ────────────────────────────────────────────────────────────────────
#
# Parse the sections of an edition as people write them.
#
# Accepted are the names of the configuration file, the headings of a post, and German
# words; the result has the names of the file. `digests.types` says what they mean.

#: Written where no sections are chosen: the default of each platform.
USUAL_SECTIONS: Final = "usual"
#: Other names of the sections.
_SECTION_ALIASES: Final[Mapping[str, Section]] = {
    "summaries": "summary",
    "why it matters": "matters",
    "quote": "quotes",
    "cards": "quotes",
    "figure": "figures",
    "facts": "figures",
    "key facts": "figures",
    "numbers": "figures",
    "also in brief": "also",
    "in brief": "also",
    "brief": "also",
    "zusammenfassung": "summary",
    "warum das wichtig ist": "matters",
    "zitate": "quotes",
    "zahlen": "figures",
    "außerdem in kürze": "also",
    "außerdem": "also",
}
_SECTION_NAMES: Final[Mapping[str, Section]] = {
    **{name: name for name in ALL_SECTIONS},
    **{normalize_text(said): name for said, name in _SECTION_ALIASES.items()},
}
_USUAL_WORDS: Final = frozenset({USUAL_SECTIONS, "as usual", "default", "wie üblich"})
_SEPARATOR: Final = re.compile(r"[,;·\n→>]|\b(?:and|und)\b")
#: Maximum number of characters of a word that an error repeats.
_MAX_ECHOED: Final = 40


def parse_sections(written: str | Sequence[str] | None) -> Sections:
    """Parse the names of sections; «also» comes first or last.

    Raises:
        UserError: A name is unknown or repeated, or there is none.
    """
    if written is None or (isinstance(written, str) and _is_usual(written)):
        return None
    parts = [written] if isinstance(written, str) else list(written)
    chosen: list[Section] = []
    for part in (piece for one in parts for piece in _split_names(str(one))):
        section = _parse_section(part)
        if section in chosen:
            raise UserError(
                "«{section}» is listed twice; name each section once.", section=section
            )
        chosen.append(section)
    if not chosen:
        raise UserError(
            "Name at least one section of {names}, or write «usual».",
            names=_format_section_names(),
        )
    if chosen[0] != "also":
        # It is not part of a story: it comes before or after all of them.
        chosen.sort(key=lambda section: section == "also")
    return tuple(chosen)


def complete_sections(typed: str) -> tuple[str, ...]:
    """List the values that may complete a list as it is typed."""
    head = typed[: len(typed) - len(re.split(r"[,;]\s*", typed)[-1])]
    known = {_SECTION_NAMES.get(normalize_text(part)) for part in _split_names(head)}
    rest = tuple(f"{head}{name}" for name in ALL_SECTIONS if name not in known)
    return rest if head else (*rest, ", ".join(ALL_SECTIONS), USUAL_SECTIONS)


def _is_usual(written: str) -> bool:
    return " ".join(normalize_text(written).split()) in _USUAL_WORDS


def _split_names(written: str) -> Iterator[str]:
    for piece in _SEPARATOR.split(written):
        said = " ".join(piece.split())
        words = said.split()
        if normalize_text(said) in _SECTION_NAMES or not all(
            normalize_text(word) in _SECTION_NAMES for word in words
        ):
            yield said
        else:
            # «summary quotes» without a comma; nothing for an empty piece.
            yield from words


def _parse_section(said: str) -> Section:
    found = _SECTION_NAMES.get(normalize_text(said))
    if found is not None:
        return found
    near = get_close_matches(normalize_text(said), _SECTION_NAMES, n=1)
    values = {"said": said[:_MAX_ECHOED], "names": _format_section_names()}
    if near:
        raise UserError(
            "There is no section «{said}»; perhaps «{near}»? There are: {names}.",
            near=_SECTION_NAMES[near[0]],
            **values,
        )
    raise UserError("There is no section «{said}». There are: {names}.", **values)


def _format_section_names() -> str:
    return ", ".join(ALL_SECTIONS)
