"""What people write as the value of a setting, and the change that it asks for.

A value is written as in the configuration file, or shorter: a list as `add X`, `remove
X` or the whole list, a mapping as `KEY = VALUE`, one of several schedules as `2 =
daily at 18:00`, days as «tomorrow», sources and destinations by name.

Parts are added to and removed from the values that a list has when the change is made,
so that two editors who add something do not overwrite each other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Final

from bot.commands.access import find_given_grant, read_new_grant, request_grant
from bot.commands.arguments import parse_coming_day
from bot.commands.context import CommandContext
from bot.commands.digest_requests import get_channel
from bot.commands.setting_targets import (
    CHANNEL_MENTION,
    HERE_WORDS,
    SettingsTarget,
    find_place,
    request_entry,
)
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.diff import fill_sections
from bot.configuration.feed_lists import expand_addresses
from bot.configuration.validation import refuse_to_take_only_source
from bot.errors import FieldError, UnknownName, UserError, quote_names
from bot.ingest import addresses
from bot.lookup.name_resolution import resolve_source
from bot.model import (
    DigestOptions,
    Setting,
    SettingsEntry,
    Source,
    parse_sections,
)
from bot.publishing.planning import capitalize_first, format_schedule
from bot.storage import workspace_store
from digests.language.normalization import normalize_text, parse_whole_number
from digests.messages import Message
from digests.types import ALL_SECTIONS, Sections, frozen

_ADD_WORDS = frozenset({"add", "+", "hinzufügen", "dazu"})
_REMOVE_WORDS = frozenset({"remove", "−", "delete", "entfernen"})
#: Words for no value, and for the two values of a switch.
NO_VALUE_WORDS: Final = frozenset(
    {"", "none", "off", "no", "nobody", "nothing", "keine", "aus", "niemand", "nichts"}
)
_SWITCH_WORDS: Final = {"ja": "yes", "an": "yes", "nein": "no", "aus": "no"}

EntryUpdate = Callable[[SettingsEntry], SettingsEntry]


@frozen
class WrittenValue:
    """What someone wrote: a whole value, or parts of it to add and to remove."""

    #: None = only parts are changed.
    whole: str | None = None
    add: str = ""
    remove: str = ""
    #: The source whose value `whole` is; "" = the value itself names its source.
    key: str = ""


@frozen
class SettingRequest:
    """The change that a written value asks for."""

    requests: tuple[ChangeRequest, ...]
    #: New values of a list, as they were written: addresses, filters.
    added: tuple[str, ...] = ()


def parse_written_value(setting: Setting, typed: str) -> WrittenValue:
    """Parse what is typed as a value: `add X`, `remove X`, or a whole value.

    Raises:
        FieldError: Nothing is named to add or to remove.
    """
    word, *rest = typed.split(maxsplit=1)
    said = word.casefold()
    if setting.kind not in ("list", "mapping") or said not in (
        _ADD_WORDS | _REMOVE_WORDS
    ):
        return WrittenValue(whole=typed)
    if not rest:
        raise FieldError(
            "Say what to add or remove: «add …» or «remove …».", field=setting.name
        )
    if said in _ADD_WORDS:
        return WrittenValue(add=rest[0])
    return WrittenValue(remove=rest[0])


async def request_setting(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    written: WrittenValue,
) -> SettingRequest:
    """Build the change that gives the setting the value that was written.

    Raises:
        FieldError: It cannot be read; the message says what to write instead.
    """
    try:
        if setting.info.values == "editor":
            return SettingRequest(requests=await _request_editors(context, written))
        if setting.kind == "mapping":
            update = _build_mapping_update(target, setting, written)
            return SettingRequest(requests=(request_entry(target, update),))
        if setting.kind == "list" and setting.info.values != "section":
            parts = await _read_list_parts(context, target, setting, written)
            request = request_entry(target, _build_list_update(setting, parts))
            return SettingRequest(requests=(request,), added=parts.added)
        values = _read_single_value(context, target, setting, written)
    except UserError as error:
        raise FieldError.of(error, field=setting.name) from None
    return SettingRequest(
        requests=(request_entry(target, lambda entry: {**entry, **values}),)
    )


def _read_single_value(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    written: WrittenValue,
) -> SettingsEntry:
    """Return the settings that a single value changes; others may follow from it."""
    said = (written.whole or "").strip()
    word = normalize_text(said).strip()
    match setting.name:
        case "paused":
            return {"paused": _read_switch(word, said), "paused_until": None}
        case "paused_until":
            if word in NO_VALUE_WORDS:
                return {"paused_until": None}
            today = context.get_today(target.zone)
            day = parse_coming_day(said, today, field=setting.name, earliest=1)
            return {"paused_until": day.isoformat(), "paused": False}
        case "sections":
            return fill_sections(target.entry, _read_sections(target, written))
        case "channel":
            return {"channel": _read_channel(context, said), "stopped": None}
    if setting.kind == "switch":
        return {setting.name: _read_switch(word, said)}
    if setting.optional and word in NO_VALUE_WORDS:
        return {setting.name: None}
    if setting.name == "name":
        said = " ".join(said.split())
    if target.noun == "destination" and setting.name == "name":
        said = said.removeprefix("#")
    return {setting.name: said}


def _read_switch(word: str, said: str) -> str:
    return _SWITCH_WORDS.get(word, said)


def _read_channel(context: CommandContext, said: str) -> str:
    """Return this channel: nobody can name a channel that they may not see."""
    mention, here = CHANNEL_MENTION.fullmatch(said), get_channel(context.place)
    if (mention and mention[1] == here) or normalize_text(said).strip() in HERE_WORDS:
        return here
    raise UserError(
        "Run this in the channel that it moves to, and write «here» as the channel."
    )


def _read_sections(target: SettingsTarget, written: WrittenValue) -> Sections:
    if written.whole is not None:
        return parse_sections(written.whole)
    present = DigestOptions.from_stored(target.entry).sections or ALL_SECTIONS
    removed = parse_sections(written.remove) if written.remove else ()
    added = parse_sections(written.add) if written.add else ()
    kept = [one for one in present if one not in (removed or ())]
    kept += [one for one in added or () if one not in kept]
    return parse_sections(kept)


async def _request_editors(
    context: CommandContext, written: WrittenValue
) -> tuple[ChangeRequest, ...]:
    """Request the grants that are added, and the end of those that are removed."""
    known = await context.query(workspace_store.list_grants)
    new, gone = _split_names(written.add), _split_names(written.remove)
    given = [read_new_grant(context, one) for one in new]
    ended = [find_given_grant(known, one) for one in gone]
    if written.whole is not None:
        kept = []
        for one in _split_names(written.whole):
            try:
                kept.append(find_given_grant(known, one))
            except UnknownName:
                given.append(read_new_grant(context, one))
        ended = [grant for grant in known if grant not in kept]
    return (
        *(request_grant(grant, given=True) for grant in given),
        *(request_grant(grant, given=False) for grant in ended),
    )


# ── lists and mappings ──────────────────────────────────────────────────────────


@frozen
class _ListParts:
    """What happens to the values of a list."""

    #: All of its values; None = the present ones are kept.
    whole: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    #: Present values with those that take their places.
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def apply(self, present: Sequence[str]) -> list[str]:
        """Return the values of the list afterwards."""
        if self.whole is not None:
            return list(self.whole)
        kept = [one for one in present if one not in self.removed]
        changed = [new for one in kept for new in self.replaced.get(one, (one,))]
        return [*changed, *(one for one in self.added if one not in changed)]


async def _read_list_parts(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    written: WrittenValue,
) -> _ListParts:
    values = _ListValues(
        context=context,
        target=target,
        setting=setting,
        present=tuple(target.entry[setting.name]),
    )
    if written.whole is None:
        return _ListParts(
            added=await values.read_new(written.add) if written.add else (),
            removed=await values.find_present(written.remove) if written.remove else (),
        )
    if _is_no_value(written.whole):
        return _ListParts(whole=())
    which, equals, new = written.whole.partition("=")
    if setting.info.values == "schedule" and equals:
        (old,) = await values.find_present(which.strip())
        sentences = await values.read_new(new)
        return _ListParts(replaced={old: sentences}, added=())
    whole = await values.read_new(written.whole)
    added = tuple(one for one in whole if one not in values.present)
    return _ListParts(whole=whole, added=added)


@frozen
class _ListValues:
    """Reads new and present values of one list of a target."""

    context: CommandContext
    target: SettingsTarget
    setting: Setting
    present: tuple[str, ...]

    async def read_new(self, written: str) -> tuple[str, ...]:
        """Read values that may be new, in the form of the configuration."""
        match self.setting.info.values:
            case "filter":
                return _split_lines(written)
            case "schedule":
                return tuple(_split_names(written, separators=r"[\n;]"))
            case "day":
                today = self.context.get_today(self.target.zone)
                days = (
                    parse_coming_day(one, today, field=self.setting.name)
                    for one in _split_names(written)
                )
                return tuple(day.isoformat() for day in days)
            case "destination":
                return await self._find_places(written)
        if self.setting.name == "sources":
            return tuple(expand_addresses(written))
        return self._find_sources(written, self._list_sources())

    async def find_present(self, written: str) -> tuple[str, ...]:
        """Find values that the list has.

        Raises:
            UserError: It does not have one of them.
        """
        match self.setting.info.values:
            case "filter":
                return tuple(map(self._find_filter, _split_lines(written)))
            case "schedule":
                return (self._find_schedule(written),)
            case "day":
                return tuple(map(self._find_day, _split_names(written)))
            case "destination":
                return tuple(map(self._check_present, await self._find_places(written)))
        known = [one for one in self._list_sources() if one.address in self.present]
        return self._find_sources(written, known)

    def _list_sources(self) -> Sequence[Source]:
        assert self.target.digest is not None, "only digests have sources"
        return self.target.digest.all_sources

    def _find_sources(self, written: str, known: Sequence[Source]) -> tuple[str, ...]:
        """Find one source, whose name may contain commas, or several."""
        try:
            return (resolve_source(known, written).address,)
        except UserError:
            names = _split_names(written)
            if len(names) < 2:
                raise
        return tuple(resolve_source(known, name).address for name in names)

    async def _find_places(self, written: str) -> tuple[str, ...]:
        places = await self.context.list_destinations()
        names = _split_names(written)
        return tuple(find_place(self.context, places, name).name for name in names)

    def _find_filter(self, written: str) -> str:
        number = parse_whole_number(written, len(self.present), least=1)
        if written in self.present or number is None:
            return self._check_present(written)
        return self.present[number - 1]

    def _find_day(self, written: str) -> str:
        if written in self.present:
            return written
        today = self.context.get_today(self.target.zone)
        day = parse_coming_day(written, today, field=self.setting.name)
        return self._check_present(day.isoformat())

    def _check_present(self, value: str) -> str:
        if value in self.present:
            return value
        listed = quote_names(one[:90] for one in self.present[:10])
        raise UnknownName(
            "«{name}» has no «{value}» there. There are: {names}.",
            name=self.target.title,
            value=value[:90],
            names=listed or Message("none"),
        )

    def _find_schedule(self, which: str) -> str:
        """Find the schedule with this number or sentence, or words of it."""
        said, known, texts = which.lstrip("#"), self.present, self.context.texts
        if not known:
            raise UserError("«{name}» has no schedule yet.", name=self.target.title)
        number = parse_whole_number(said, len(known), least=1)
        if number is not None:
            return known[number - 1]
        phrases = [format_schedule(sentence, texts) for sentence in known]
        fitting = [
            sentence
            for sentence, phrase in zip(known, phrases, strict=True)
            if said
            and (said in sentence or said in phrase or said in capitalize_first(phrase))
        ]
        if len(fitting) == 1:
            return fitting[0]
        numbered = "; ".join(f"{n}. {words}" for n, words in enumerate(phrases, 1))
        raise UserError("Choose one by its number: {numbered}.", numbered=numbered)


def _build_list_update(setting: Setting, parts: _ListParts) -> EntryUpdate:
    def update(entry: SettingsEntry) -> SettingsEntry:
        values = parts.apply(entry[setting.name])
        if setting.name != "sources":
            return {**entry, setting.name: values}
        if not values:
            raise refuse_to_take_only_source(entry["name"])
        shown = {*values, *map(addresses.mask_secrets, values)}
        paused = [
            address
            for address in entry["paused_sources"]
            if address in shown or addresses.mask_secrets(address) in values
        ]
        return {**entry, "sources": values, "paused_sources": paused}

    return update


def _build_mapping_update(
    target: SettingsTarget, setting: Setting, written: WrittenValue
) -> EntryUpdate:
    """Set the value of each source that is named; the others keep theirs."""
    known = target.digest.all_sources if target.digest else ()
    said = written.add or written.whole or ""
    pairs = [(written.key, said)] if written.key else []
    if not pairs and not written.remove and _is_no_value(said):
        return lambda entry: {**entry, setting.name: {}}
    pairs = pairs or list(map(_split_pair, _split_lines(said)))
    given = {}
    for name, value in pairs:
        is_none = value in (setting.info.none_word, "-")
        address = resolve_source(known, name).address
        given[address] = "" if is_none else " ".join(value.split())
    for name in _split_names(written.remove):
        given[resolve_source(known, name).address] = ""

    def update(entry: SettingsEntry) -> SettingsEntry:
        values = {**entry[setting.name], **given}
        return {**entry, setting.name: {a: v for a, v in values.items() if v}}

    return update


def _split_pair(line: str) -> tuple[str, str]:
    """Split «Hallin Courier = never» at its last equals sign."""
    name, equals, value = line.rpartition(" = " if " = " in line else "=")
    if not equals or not value.strip():
        raise UserError(
            "Write a source, an equals sign and the value: «Hallin Courier = …»."
        )
    return _strip_quotes(name), _strip_quotes(value)


def _is_no_value(written: str) -> bool:
    return normalize_text(written).strip() in NO_VALUE_WORDS


def _split_lines(written: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, written.splitlines())))


def _split_names(written: str, separators: str = r"[\n,;]") -> list[str]:
    return [*filter(None, map(_strip_quotes, re.split(separators, written)))]


def _strip_quotes(written: str) -> str:
    """Return the text without blanks and quotation marks around it."""
    return written.strip().strip('"“”„«»').strip()
