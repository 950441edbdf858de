"""What people write as the value of a setting, and the change that it asks for.

A value is written as in the configuration file, or shorter: a list as `add X`, `remove
X` or the whole list, a mapping as `KEY = VALUE`, one of several schedules as `2 =
daily at 18:00`, days as «tomorrow», sources and destinations by name.

Parts are added to and removed from the values that a list has when the change is made,
so that two editors who add something do not overwrite each other.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.commands.access import find_given_grant, read_new_grant, request_grant
from bot.commands.arguments import parse_coming_day
from bot.commands.context import CommandContext
from bot.commands.setting_targets import (
    CHANNEL_MENTION,
    SettingsTarget,
    find_place,
    is_list,
)
from bot.configuration.change_steps import ChangeRequest, request_edit
from bot.configuration.diff import fill_sections
from bot.configuration.feed_lists import expand_addresses
from bot.errors import FieldError, UnknownName, UserError, quote_names
from bot.lookup.name_resolution import get_channel, is_here, resolve_source
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
) -> tuple[ChangeRequest, ...]:
    """Build the change that gives the setting the value that was written.

    Raises:
        FieldError: It cannot be read; the message says what to write instead.
    """
    try:
        if setting.info.values == "editor":
            return await _request_editors(context, written)
        if setting.kind == "mapping":
            update = _build_mapping_update(target, setting, written)
        elif is_list(setting):
            update = await _build_list_update(context, target, setting, written)
        else:
            update = _build_value_update(context, target, setting, written)
    except UserError as error:
        raise FieldError.of(error, field=setting.name) from None
    return (request_edit(target.noun, target.name, update),)


def _build_value_update(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    written: WrittenValue,
) -> EntryUpdate:
    """Set a single value, and what follows from it."""
    said = " ".join((written.whole or "").split())
    kind, word = setting.info.values, normalize_text(said)
    value: object = said
    follows: SettingsEntry = {}
    if kind == "section":
        follows = fill_sections(target.entry, _read_sections(target, written))
        value = follows["sections"]
    elif kind == "channel":
        value, follows = _read_channel(context, said), {"stopped": None}
    elif setting.kind == "switch":
        value = _SWITCH_WORDS.get(word, said)
    elif setting.optional and word in NO_VALUE_WORDS:
        value = None
    elif kind == "day":
        today = context.get_today(target.zone)
        day = parse_coming_day(said, today, field=setting.name, earliest=1)
        value = day.isoformat()
    elif target.noun == "destination" or kind == "destination":
        value = said.removeprefix("#")
    if setting.name == "paused":
        follows = {"paused_until": None}
    elif setting.name == "paused_until" and value:
        follows = {"paused": False}
    return lambda entry: {**entry, **follows, setting.name: value}


def _read_channel(context: CommandContext, said: str) -> str:
    """Return this channel: nobody can name a channel that they may not see."""
    mention, here = CHANNEL_MENTION.fullmatch(said), get_channel(context.place)
    if (mention and mention[1] == here) or is_here(said):
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
    new, gone = _split(written.add), _split(written.remove)
    given = [read_new_grant(context, one) for one in new]
    ended = [find_given_grant(known, one) for one in gone]
    if written.whole is not None:
        kept = []
        for one in _split(written.whole):
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


async def _build_list_update(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    written: WrittenValue,
) -> EntryUpdate:
    """Replace the values of a list, or add some of them and remove others."""
    values = _ListValues(
        context=context,
        target=target,
        setting=setting,
        present=tuple(target.entry[setting.name]),
    )
    add, remove, whole = written.add, written.remove, written.whole
    added = await values.read_new(add) if add else ()
    removed = await values.find_present(remove) if remove else ()
    wanted = None
    if whole is not None:
        wanted = () if _is_no_value(whole) else await values.read_whole(whole)

    def update(entry: SettingsEntry) -> SettingsEntry:
        base = entry[setting.name] if wanted is None else wanted
        kept = (one for one in base if one not in removed)
        return {**entry, setting.name: list(dict.fromkeys((*kept, *added)))}

    return update


@frozen
class _ListValues:
    """Reads new and present values of one list of a target."""

    context: CommandContext
    target: SettingsTarget
    setting: Setting
    present: tuple[str, ...]

    async def read_whole(self, written: str) -> tuple[str, ...]:
        """Read all values of the list, or «2 = daily at 18:00»."""
        which, equals, new = written.partition("=")
        if self.setting.info.values != "schedule" or not equals:
            return await self.read_new(written)
        (old,) = await self.find_present(which)
        replaced = {old: await self.read_new(new)}
        return tuple(
            one for value in self.present for one in replaced.get(value, (value,))
        )

    async def read_new(self, written: str) -> tuple[str, ...]:
        """Read values that may be new, in the form of the configuration."""
        match self.setting.info.values:
            case "address":
                return tuple(expand_addresses(written))
            case "source":
                return self._find_sources(written, self.target.all_sources)
            case "destination":
                places = await self.context.list_destinations()
                found = (find_place(self.context, places, n) for n in _split(written))
                return tuple(place.name for place in found)
            case "day":
                today, field = (
                    self.context.get_today(self.target.zone),
                    self.setting.name,
                )
                days = (
                    parse_coming_day(one, today, field=field) for one in _split(written)
                )
                return tuple(day.isoformat() for day in days)
        return tuple(self._split(written))

    async def find_present(self, written: str) -> tuple[str, ...]:
        """Find values that the list has.

        Raises:
            UserError: It does not have one of them.
        """
        if self.setting.info.values in ("address", "source"):
            known = [s for s in self.target.all_sources if s.address in self.present]
            return self._find_sources(written, known)
        return tuple([await self._find_one(one) for one in self._split(written)])

    def _split(self, written: str) -> list[str]:
        match self.setting.info.values:
            case "filter":
                return _split_lines(written)
            case "schedule":
                return _split(written, r"[\n;]")
        return _split(written)

    def _find_sources(self, written: str, known: Sequence[Source]) -> tuple[str, ...]:
        """Find one source, whose name may contain commas, or several."""
        try:
            return (resolve_source(known, written).address,)
        except UserError:
            names = _split(written)
            if len(names) < 2:
                raise
        return tuple(resolve_source(known, name).address for name in names)

    async def _find_one(self, said: str) -> str:
        """Find a value by its number, or as it is written."""
        if said in self.present:
            return said
        number = parse_whole_number(said.lstrip("#"), len(self.present), least=1)
        if number is not None:
            return self.present[number - 1]
        if self.setting.info.values == "schedule" and self.present:
            return self._find_schedule(said)
        for value in await self.read_new(said):
            if value in self.present:
                return value
        listed = quote_names(one[:90] for one in self.present[:10])
        raise UnknownName(
            "«{name}» has no «{value}» there. There are: {names}.",
            name=self.target.title,
            value=said[:90],
            names=listed or Message("none"),
        )

    def _find_schedule(self, said: str) -> str:
        """Find the only schedule whose sentence has these words."""
        phrases = [format_schedule(one, self.context.texts) for one in self.present]
        fitting = [
            sentence
            for sentence, phrase in zip(self.present, phrases, strict=True)
            if any(said in one for one in (sentence, phrase, capitalize_first(phrase)))
        ]
        if len(fitting) == 1:
            return fitting[0]
        numbered = "; ".join(f"{n}. {words}" for n, words in enumerate(phrases, 1))
        raise UserError("Choose one by its number: {numbered}.", numbered=numbered)


def _build_mapping_update(
    target: SettingsTarget, setting: Setting, written: WrittenValue
) -> EntryUpdate:
    """Set the value of each source that is named; the others keep theirs."""
    known = target.all_sources
    said = written.add or written.whole or ""
    pairs = [(written.key, said)] if written.key else []
    if not pairs and not written.remove and _is_no_value(said):
        return lambda entry: {**entry, setting.name: {}}
    pairs = pairs or [*map(_split_pair, _split_lines(said))]
    given = {}
    for name, value in pairs:
        is_none = value in (setting.info.none_word, "-")
        address = resolve_source(known, name).address
        given[address] = "" if is_none else " ".join(value.split())
    for name in _split(written.remove):
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


def _split_lines(written: str) -> list[str]:
    return [*filter(None, map(str.strip, written.splitlines()))]


def _split(written: str, separators: str = r"[\n,;]") -> list[str]:
    """Split names, each of which may stand in quotation marks."""
    return [*filter(None, map(_strip_quotes, re.split(separators, written)))]


def _strip_quotes(written: str) -> str:
    """Return the text without blanks and quotation marks around it."""
    return written.strip().strip('"“”„«»').strip()
