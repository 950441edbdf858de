"""The form of a digest, derived from `DigestSettings`. Pure.

    read_form        what was submitted → typed settings, not checked yet
    build_groups     typed settings → the inputs of the form, by group
    merge_settings   what was typed, against what somebody else saved meanwhile

Each setting has the widget of its kind; a new field of `DigestSettings` needs nothing
here. Settings of single sources are the columns of one table. Sources are named by
their keys in the form: their addresses may have secrets.

Of many sources, the form has those of one page and those that were changed in it; the
others stay as they are saved.

A form carries a short hash of each value that it was opened with. When it is saved,
they tell what this person changed and what somebody else did.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Literal

from starlette.datastructures import FormData

from bot.commands.presentation import Page
from bot.configuration.diff import (
    format_label,
    format_sections,
    format_setting,
    mask_source,
)
from bot.configuration.feed_lists import expand_addresses
from bot.configuration.validation import BY_SOURCE, SOME_SOURCES
from bot.i18n.translation import Texts
from bot.lookup.name_resolution import format_source_name
from bot.model import (
    DEFAULT_DIGEST,
    Destination,
    Digest,
    DigestSettings,
    Setting,
    SettingGroup,
    SettingsEntry,
    Source,
    list_chat_settings,
)
from digests.messages import Message
from digests.types import ALL_SECTIONS, frozen

Widget = Literal[
    "addresses",
    "checks",
    "choice",
    "date",
    "lines",
    "number",
    "sections",
    "source",
    "switch",
    "text",
]
#: By the kind of a setting and what its values name; "" = anything else.
_WIDGETS: Final[Mapping[tuple[str, str], Widget]] = {
    ("switch", ""): "switch",
    ("choice", ""): "choice",
    ("number", ""): "number",
    ("mapping", ""): "source",
    ("list", "source"): "source",
    ("list", "address"): "addresses",
    ("list", "destination"): "checks",
    ("list", "section"): "sections",
    ("list", ""): "lines",
    ("text", "day"): "date",
    ("text", ""): "text",
}
GROUP_TITLES: Final[Mapping[SettingGroup, Message]] = {
    "what": Message("What it contains"),
    "when": Message("When it is posted"),
    "where": Message("Where it is posted"),
    "look": Message("How it looks"),
}
DIGEST_SETTINGS: Final = list_chat_settings(DigestSettings)
#: Fields of the form besides the settings.
PREFIX, BASE_FIELD, MOVE_FIELD = "set-", "base", "move"
#: The keys of the sources that the form has, and which page of them it shows.
SHOWN_FIELD, PAGE_FIELD = "sources-shown", "sources-page"
#: Sources of one page.
SOURCES_PER_PAGE: Final = 50
#: Suffixes of the fields of a setting with several.
_NEW, _USUAL, _ORDER = "-new", "-usual", "-order"
_HASH_LENGTH: Final = 12


@frozen
class TypedSettings:
    """Settings as they stand in a form: an entry whose values may be wrong."""

    entry: SettingsEntry
    #: All sections, in the order of the form.
    order: tuple[str, ...] = ALL_SECTIONS
    #: Hashes of the values that the form was opened with, by setting.
    base: Mapping[str, str] = field(default_factory=dict)


@frozen
class InputChoice:
    """One of the values that an input offers."""

    value: str
    label: str
    chosen: bool


@frozen
class SettingInput:
    """One input of the form."""

    #: Of the setting, and of the input.
    name: str
    field: str
    label: str
    help: str
    widget: Widget
    #: As it was typed; a list has a line for each value.
    value: str = ""
    choices: tuple[InputChoice, ...] = ()
    least: int = 0
    most: int = 0
    optional: bool = False
    errors: tuple[str, ...] = ()
    #: What somebody else saved meanwhile; "" = nothing.
    theirs: str = ""


@frozen
class SourceRow:
    """A source with the inputs of its own settings."""

    key: int
    name: str
    #: Its address without its secret, where that is not its name.
    address: str
    cells: tuple[SettingInput, ...]
    kept: bool


@frozen
class InputGroup:
    """The inputs of one group."""

    name: str
    title: str
    inputs: tuple[SettingInput, ...]


def choose_widget(setting: Setting) -> Widget:
    """Choose the widget for the kind of a setting."""
    named = _WIDGETS.get((setting.kind, setting.info.values))
    return named or _WIDGETS[setting.kind, ""]


# ── reading ────────────────────────────────────────────────────────────────────


def open_settings(digest: Digest) -> TypedSettings:
    """Return the saved settings of a digest, as a form shows them first."""
    entry = digest.settings.to_entry()
    base = {name: hash_value(value) for name, value in entry.items()}
    chosen = tuple(entry["sections"] or ())
    return TypedSettings(entry=entry, order=_complete_order(chosen), base=base)


def read_form(form: FormData, digest: Digest) -> TypedSettings:
    """Read a submitted form; what it does not name is as it is saved."""
    saved = {**DEFAULT_DIGEST, **digest.settings.to_entry()}
    entry = dict(saved)
    for setting in DIGEST_SETTINGS:
        read = _READERS[choose_widget(setting)]
        entry[setting.name] = read(form, setting, digest)
    if SHOWN_FIELD in form:
        shown = frozenset(_get_text(form, SHOWN_FIELD).split())
        others = [one for one in digest.all_sources if str(one.id) not in shown]
        hidden = frozenset(source.address for source in others)
        for name in ("sources", *SOME_SOURCES, *BY_SOURCE):
            entry[name] = _keep_hidden(saved[name], entry[name], hidden)
    asked = (str(one) for one in form.getlist(f"{PREFIX}sections{_ORDER}"))
    order = _complete_order(tuple(one for one in asked if one in ALL_SECTIONS))
    return TypedSettings(entry=entry, order=order, base=_read_base(form))


def _keep_hidden(saved: Any, typed: Any, hidden: Collection[str]) -> Any:
    """Add to a typed value what is saved of sources that the form does not have."""
    had = dict(saved) if isinstance(saved, Mapping) else dict.fromkeys(saved)
    new = dict(typed) if isinstance(typed, Mapping) else dict.fromkeys(typed)
    # In the saved order, so that what was not changed is equal.
    kept = {a: new.get(a, v) for a, v in had.items() if a in hidden or a in new} | new
    return kept if isinstance(saved, Mapping) else list(kept)


def _get_text(form: FormData, name: str) -> str:
    return str(form.get(name) or "")


def _read_base(form: FormData) -> Mapping[str, str]:
    pairs = (one.partition("=") for one in _get_text(form, BASE_FIELD).split())
    return {name: value for name, _, value in pairs}


def format_base(base: Mapping[str, str]) -> str:
    """Format the hashes as the form carries them."""
    return " ".join(f"{name}={value}" for name, value in base.items())


def hash_value(value: Any) -> str:
    """Hash a value of an entry."""
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:_HASH_LENGTH]


def _read_line(form: FormData, setting: Setting, _: Digest) -> str | None:
    said = " ".join(_get_text(form, f"{PREFIX}{setting.name}").split())
    return None if setting.optional and not said else said


def _read_switch(form: FormData, setting: Setting, _: Digest) -> bool:
    return bool(form.get(f"{PREFIX}{setting.name}"))


def _read_lines(form: FormData, setting: Setting, _: Digest) -> list[str]:
    written = _get_text(form, f"{PREFIX}{setting.name}").splitlines()
    return [*filter(None, map(str.strip, written))]


def _read_checks(form: FormData, setting: Setting, _: Digest) -> list[str]:
    return [str(one) for one in form.getlist(f"{PREFIX}{setting.name}")]


def _read_sections(
    form: FormData, setting: Setting, digest: Digest
) -> list[str] | None:
    if form.get(f"{PREFIX}{setting.name}{_USUAL}"):
        return None
    return _read_checks(form, setting, digest)


def _read_addresses(form: FormData, setting: Setting, digest: Digest) -> list[str]:
    """Read the sources that stay, by their keys, and addresses that are new."""
    known = {str(source.id): source.address for source in digest.all_sources}
    stay = (str(key) for key in form.getlist(f"{PREFIX}{setting.name}"))
    kept = [known[key] for key in stay if key in known]
    new = expand_addresses(_get_text(form, f"{PREFIX}{setting.name}{_NEW}"))
    return list(dict.fromkeys((*kept, *new)))


def _read_by_source(form: FormData, setting: Setting, digest: Digest) -> Any:
    """Read the values of a column of the table of sources."""
    found = {
        source.address: _get_text(form, f"{PREFIX}{setting.name}-{source.id}").strip()
        for source in digest.all_sources
    }
    if setting.kind == "list":
        return [address for address, value in found.items() if value]
    unset = ("", setting.info.none_word)
    return {address: value for address, value in found.items() if value not in unset}


_READERS: Final[Mapping[Widget, Callable[[FormData, Setting, Digest], Any]]] = {
    "addresses": _read_addresses,
    "checks": _read_checks,
    "choice": _read_line,
    "date": _read_line,
    "lines": _read_lines,
    "number": _read_line,
    "sections": _read_sections,
    "source": _read_by_source,
    "switch": _read_switch,
    "text": _read_line,
}


def _complete_order(chosen: tuple[str, ...]) -> tuple[str, ...]:
    order = dict.fromkeys(chosen)
    return (*order, *(one for one in ALL_SECTIONS if one not in order))


def move_section(typed: TypedSettings, asked: str) -> TypedSettings:
    """Move a section one place: «quotes up», «quotes down»."""
    section, _, direction = asked.partition(" ")
    order = list(typed.order)
    if section not in order:
        return typed
    at = order.index(section)
    to = at + (1 if direction == "down" else -1)
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    chosen = typed.entry["sections"]
    kept = [one for one in order if one in (ALL_SECTIONS if chosen is None else chosen)]
    return TypedSettings(
        entry={**typed.entry, "sections": kept}, order=tuple(order), base=typed.base
    )


# ── showing ────────────────────────────────────────────────────────────────────


@frozen
class FormNotes:
    """What stands at the inputs of a form besides their values."""

    #: Sentences by setting; those of "" belong to no single one.
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: What somebody else saved meanwhile, by setting.
    theirs: Mapping[str, str] = field(default_factory=dict)


def build_groups(
    typed: TypedSettings,
    digest: Digest,
    places: Sequence[Destination],
    texts: Texts,
    notes: FormNotes,
) -> tuple[InputGroup, ...]:
    """Build the inputs of the form, without those of single sources."""
    shown = [one for one in DIGEST_SETTINGS if choose_widget(one) != "source"]
    return tuple(
        InputGroup(
            name=group,
            title=texts.message(title),
            inputs=tuple(
                _build_input(one, typed, digest, places, texts, notes)
                for one in shown
                if one.info.group == group
            ),
        )
        for group, title in GROUP_TITLES.items()
    )


def _build_input(
    setting: Setting,
    typed: TypedSettings,
    digest: Digest,
    places: Sequence[Destination],
    texts: Texts,
    notes: FormNotes,
) -> SettingInput:
    value, widget = typed.entry.get(setting.name), choose_widget(setting)
    choices: Iterable[InputChoice] = ()
    match widget:
        case "choice":
            choices = _list_choices(setting, str(value), texts)
        case "checks":
            chosen = frozenset(map(str, value or ()))
            names = dict.fromkeys((*(p.name for p in places), *map(str, value or ())))
            choices = (
                InputChoice(value=name, label=f"#{name}", chosen=name in chosen)
                for name in names
            )
        case "sections":
            choices = _list_sections(typed.order, value, texts)
        case "switch":
            choices = (InputChoice(value="yes", label="", chosen=bool(value)),)
        case "addresses":
            had = {source.address for source in digest.all_sources}
            value = [address for address in value or () if address not in had]
    return SettingInput(
        name=setting.name,
        field=f"{PREFIX}{setting.name}",
        label=format_label(setting, texts),
        help=texts.word(setting.info.help),
        widget=widget,
        value=_format_input(value),
        choices=tuple(choices),
        least=setting.least,
        most=setting.most,
        optional=setting.optional,
        errors=tuple(notes.errors.get(setting.name, ())),
        theirs=notes.theirs.get(setting.name, ""),
    )


def _format_input(value: Any) -> str:
    if value is None or isinstance(value, bool | dict):
        return ""
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _list_choices(setting: Setting, value: str, texts: Texts) -> Iterator[InputChoice]:
    for choice in setting.choices:
        label = texts.word(setting.get_word(choice))
        yield InputChoice(value=choice, label=label, chosen=choice == value)


def _list_sections(
    order: Iterable[Any], value: Sequence[str] | None, texts: Texts
) -> Iterator[InputChoice]:
    chosen = ALL_SECTIONS if value is None else value
    for one in order:
        label = format_sections([one], texts)
        yield InputChoice(value=one, label=label, chosen=one in chosen)


def build_columns(texts: Texts, notes: FormNotes) -> tuple[SettingInput, ...]:
    """Describe the columns of the table of sources: the settings of single sources."""
    return tuple(
        SettingInput(
            name=one.name,
            field=f"{PREFIX}{one.name}",
            label=format_label(one, texts),
            help=texts.word(one.info.help),
            widget="source",
            errors=tuple(notes.errors.get(one.name, ())),
            theirs=notes.theirs.get(one.name, ""),
        )
        for one in _BY_SOURCE
    )


_BY_SOURCE: Final = tuple(s for s in DIGEST_SETTINGS if choose_widget(s) == "source")


def build_source_rows(
    typed: TypedSettings, digest: Digest, texts: Texts, page: str
) -> Page[SourceRow]:
    """Build a row for each source of a page, after those that were changed."""
    every, entry = digest.all_sources, typed.entry
    shown = Page.of(every, page, SOURCES_PER_PAGE)
    changed: list[Source] = []
    if shown.pages > 1:
        saved = {**DEFAULT_DIGEST, **digest.settings.to_entry()}
        there = {one.id for one in shown.items}
        differs = _list_changed(saved, entry)
        changed = [s for s in every if s.address in differs and s.id not in there]
    kept = frozenset(entry["sources"])
    rows = (_build_row(one, typed, kept, texts) for one in (*changed, *shown.items))
    return Page(
        items=tuple(rows), number=shown.number, pages=shown.pages, first=shown.first
    )


def _list_changed(saved: SettingsEntry, typed: SettingsEntry) -> Collection[str]:
    """List the sources of which something differs between the entries."""
    found: set[str] = set()
    for name in ("sources", *SOME_SOURCES):
        found |= frozenset(saved[name]) ^ frozenset(typed[name])
    for name in BY_SOURCE:
        pairs = saved[name].items() ^ typed[name].items()
        found |= {address for address, _ in pairs}
    return found


def _build_row(
    source: Source, typed: TypedSettings, kept: Collection[str], texts: Texts
) -> SourceRow:
    name, address = format_source_name(source), mask_source(source.address)
    cells = tuple(_build_cell(one, source, typed, name, texts) for one in _BY_SOURCE)
    return SourceRow(
        key=source.id,
        name=name,
        address="" if address == name else address,
        cells=cells,
        kept=source.address in kept,
    )


def _build_cell(
    setting: Setting, source: Source, typed: TypedSettings, name: str, texts: Texts
) -> SettingInput:
    values = typed.entry.get(setting.name) or {}
    has, widget = source.address in values, choose_widget(setting)
    choices: tuple[InputChoice, ...] = ()
    value = ""
    if setting.kind == "list":
        widget = "switch"
        choices = (InputChoice(value="yes", label="", chosen=has),)
    else:
        value = str(values[source.address]) if has else ""
        if setting.choices:
            widget = "choice"
            chosen = value or setting.info.none_word
            choices = tuple(_list_choices(setting, chosen, texts))
        else:
            widget = "text"
    return SettingInput(
        name=setting.name,
        field=f"{PREFIX}{setting.name}-{source.id}",
        label=f"{format_label(setting, texts)}: {name}",
        help="",
        widget=widget,
        value=value,
        choices=choices,
    )


# ── what changed meanwhile ─────────────────────────────────────────────────────


@frozen
class SettingsMerge:
    """What a person changes, and where somebody else changed the same meanwhile."""

    #: The settings with new values.
    wanted: SettingsEntry
    #: Those that somebody else changed to another value; nothing is saved then.
    conflicts: tuple[str, ...]


def merge_settings(
    base: Mapping[str, str], mine: SettingsEntry, present: SettingsEntry
) -> SettingsMerge:
    """Compare checked settings of a form with what is saved now.

    Args:
        base: Hashes of the values that the form was opened with.
        mine: What the form says.
        present: What is saved now.
    """
    wanted, conflicts = {}, []
    for name, value in mine.items():
        was = base.get(name, hash_value(present.get(name)))
        if value == present.get(name) or hash_value(value) == was:
            continue
        wanted[name] = value
        if hash_value(present.get(name)) != was:
            conflicts.append(name)
    return SettingsMerge(wanted=wanted, conflicts=tuple(conflicts))


def describe_present(
    names: Iterable[str], present: SettingsEntry, texts: Texts
) -> dict[str, str]:
    """Describe what is saved now, for settings that somebody else changed."""
    settings = {setting.name: setting for setting in DIGEST_SETTINGS}
    return {n: format_setting(settings[n], present, texts) for n in names}
