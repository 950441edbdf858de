"""Describe settings and changes in words: values, what differs, who gets it, and when.

Addresses are shown without their secrets, and folders by their names only. Long values
are cut; the platforms escape them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.configuration.change_steps import (
    ChangeStep,
    ConfigurationChange,
    UpcomingEditions,
)
from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.model import (
    DEFAULT_DIGEST,
    DestinationSettings,
    DigestOptions,
    DigestSettings,
    Setting,
    SettingsEntry,
    Source,
    list_settings,
)
from bot.publishing.planning import capitalize_first, format_schedule
from bot.schedules.posting_rules import parse_quiet_hours
from digests.messages import Message, message_from_json
from digests.types import ALL_SECTIONS, Section, Sections, arrange_sections

DiffRow = tuple[str, str]
#: Maximum number of values of a list that are shown, and of characters of a value.
MAX_VALUES, MAX_VALUE_LENGTH = 6, 90
#: What people type for a switch.
SWITCH_WORDS: Final = ("yes", "no")
#: Things that a line about a change describes.
MAX_STEPS = 8
#: Settings with rows of their own: the title of a destination shows its name and
#: channel; paused sources are described in words.
_SPECIAL = {"channel", "paused_sources", "source_names", "full_text"}
_SETTINGS = {
    setting.name: setting
    for model in (DestinationSettings, DigestSettings)
    for setting in list_settings(model)
    if setting.name not in _SPECIAL
} | {name: Setting(name=name) for name in ("zone", "text")}
#: The values of a list; those of «sections» are one value: their order is the setting.
_LIST_SETTINGS = tuple(
    s for s in _SETTINGS.values() if s.kind == "list" and s.name != "sections"
)
_PLAIN_SETTINGS = tuple(s for s in _SETTINGS.values() if s not in _LIST_SETTINGS)
_SOURCES = _SETTINGS["sources"]


def format_step_title(step: ChangeStep, texts: Texts) -> str:
    """«New digest «Morning»», «Digest «Morning»», «Deleted: digest «Morning»»."""
    noun, name = texts.word(step.noun), shorten_line(step.name)
    match step.noun:
        case "zone":
            return texts.say("This workspace")
        case "access" if step.after is None:
            return texts.say("No longer an editor: {name}", name=name)
        case "access":
            return texts.say("New editor: {name}", name=name)
        case "draft":
            entry = step.after or {}
            what = texts.message(message_from_json(entry.get("what", "")))
            of = shorten_line(str(entry.get("digest", "")))
            return texts.say("Draft of «{digest}»: {what}", digest=of, what=what)
        case "correction":
            entry = step.after or step.before or {}
            story = shorten_line(str(entry.get("headline", "")))
            if step.after is None:
                return texts.say("Correction removed: «{story}»", story=story)
            return texts.say("Correction of «{story}»", story=story)
    if step.before is None:
        return texts.say("New {noun} «{name}»", noun=noun, name=name)
    if step.after is None:
        return texts.say("The {noun} «{name}» is removed", noun=noun, name=name)
    return texts.say("The {noun} «{name}»", noun=noun, name=shorten_line(step.old_name))


def list_differences(step: ChangeStep, texts: Texts) -> tuple[DiffRow, ...]:
    """List all settings of a new or removed thing, else those that differ."""
    if step.noun in ("access", "draft"):
        return ()
    if step.before is None or step.after is None:
        return tuple(_list_all_rows(step.after or step.before or {}, texts))
    return tuple(_list_changed_rows(step.before, step.after, texts))


def format_change(change: ConfigurationChange, texts: Texts) -> str:
    """Format the change in one line, for lists."""
    parts = []
    for step in change.steps[:MAX_STEPS]:
        differs = (step.before and step.after) or step.noun == "correction"
        rows = list_differences(step, texts) if differs else ()
        what = ", ".join(f"{label}: {value}" for label, value in rows)
        parts.append(": ".join(filter(None, (format_step_title(step, texts), what))))
    if len(change.steps) > MAX_STEPS:
        parts.append(texts.say("… and {n} more", n=len(change.steps) - MAX_STEPS))
    return "; ".join(parts)


def format_audience(coming: UpcomingEditions, texts: Texts) -> str:
    """Say where the digest is posted."""
    if not coming.destinations:
        return texts.say(
            "«{digest}» has no destination yet, so nobody sees it. Run "
            "/newsdesk home in its channel.",
            digest=shorten_line(coming.digest),
        )
    where = ", ".join(f"#{shorten_line(name)}" for name in coming.destinations)
    return texts.say("Posted to {where}.", where=where)


def format_times(coming: UpcomingEditions, texts: Texts) -> str:
    """List the next times, in the zone of the digest."""
    if not coming.moments:
        return texts.say(
            "It has no schedule: it is posted only when an editor runs /newsdesk post."
        )
    if coming.paused:
        return texts.say("It is paused: nothing is posted until it is resumed.")
    zone = ZoneInfo(coming.zone)
    times = " · ".join(
        f"{texts.weekday_date(at.astimezone(zone))} {texts.time(at, coming.zone)}"
        for at in coming.moments
    )
    return texts.say("Next: {times} ({zone})", times=times, zone=coming.zone)


def mask_source(address: str) -> str:
    """Format the address of a source without its secret or its folder's path."""
    if "://" not in address:
        return f"«{Path(address).name}»"
    return shorten_line(addresses.mask_secrets(address))


def hide_folders(text: str, known: Iterable[Source]) -> str:
    """Replace the paths of folders in the text by their names."""
    for source in known:
        if source.kind == "folder":
            text = text.replace(source.address, f"«{Path(source.address).name}»")
    return text


def shorten_line(text: str) -> str:
    """Put the text on one line, and cut it where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_VALUE_LENGTH else f"{line[: MAX_VALUE_LENGTH - 1]}…"


def _list_all_rows(entry: SettingsEntry, texts: Texts) -> Iterator[DiffRow]:
    for setting in (*_LIST_SETTINGS, *_PLAIN_SETTINGS):
        if setting.name == "name" or setting.name not in entry:
            continue
        value = entry[setting.name]
        is_default = value in (setting.default, None, [])
        if setting.info.always_listed or not is_default:
            values = value if setting in _LIST_SETTINGS else [value]
            yield from _list_value_rows(
                texts.word(setting.label), setting, values, texts
            )
    yield from _list_rows_by_source({}, entry, texts)
    paused = entry.get("paused_sources", ())
    yield from _list_value_rows(texts.say("not read for now"), _SOURCES, paused, texts)


def _list_changed_rows(
    before: SettingsEntry, after: SettingsEntry, texts: Texts
) -> Iterator[DiffRow]:
    for setting in _PLAIN_SETTINGS:
        # A change from before there was this setting does not have it.
        old, new = before.get(setting.name), after.get(setting.name)
        if (old or new) and old != new:
            shown = [format_value(setting, value, texts) for value in (old, new)]
            if shown[0] != shown[1]:
                yield texts.word(setting.label), " → ".join(shown)
    for setting in _LIST_SETTINGS:
        label, name = texts.word(setting.label), setting.name
        added, removed = _subtract(after, before, name), _subtract(before, after, name)
        yield from _list_value_rows(label, setting, added, texts, "+ ")
        yield from _list_value_rows(label, setting, removed, texts, "− ")
    yield from _list_rows_by_source(before, after, texts)
    paused = _subtract(after, before, "paused_sources")
    resumed = _subtract(before, after, "paused_sources")
    kept = [address for address in resumed if address in after.get("sources", ())]
    yield from _list_value_rows(texts.say("not read for now"), _SOURCES, paused, texts)
    yield from _list_value_rows(texts.say("read again"), _SOURCES, kept, texts)
    if before.get("stopped") and not after.get("stopped"):
        yield texts.say("stopped"), texts.say("works again")


def _subtract(one: SettingsEntry, other: SettingsEntry, name: str) -> list[Any]:
    """List the values of a setting that only the first entry has."""
    others = frozenset(other.get(name) or ())
    return [v for v in one.get(name) or () if v not in others]


def _list_value_rows(
    label: str, setting: Setting, values: Sequence[object], texts: Texts, sign: str = ""
) -> Iterator[DiffRow]:
    """List one row with the values, or none where there are none."""
    if values:
        yield label, sign + _format_values(setting, values, texts)


def _format_values(setting: Setting, values: Sequence[object], texts: Texts) -> str:
    """Format the first values of a list, and how many there are besides."""
    shown = [format_value(setting, value, texts) for value in values[:MAX_VALUES]]
    if len(values) > MAX_VALUES:
        shown.append(texts.say("{n} more", n=len(values) - MAX_VALUES))
    return ", ".join(shown)


def _list_rows_by_source(
    before: SettingsEntry, after: SettingsEntry, texts: Texts
) -> Iterator[DiffRow]:
    """List the sources whose names differ, and those whose pages are read otherwise."""
    for setting, label, default in (
        ("source_names", texts.say("called"), texts.say("as it calls itself")),
        ("full_text", texts.say("full texts"), "auto"),
    ):
        old, new = before.get(setting) or {}, after.get(setting) or {}
        changed = [a for a in {**old, **new} if old.get(a) != new.get(a)]
        for address in changed[:MAX_VALUES]:
            value = shorten_line(str(new.get(address) or default))
            yield label, f"{mask_source(address)} → {value}"
        if len(changed) > MAX_VALUES:
            yield label, texts.say("{n} more", n=len(changed) - MAX_VALUES)


def format_value(setting: Setting, value: Any, texts: Texts) -> str:
    """Format a value of an entry, or one of a list, as people write it."""
    if value in (None, ""):
        if setting.info.values == "section":
            return format_sections(None, texts)
        return texts.word(setting.info.none_word)
    if isinstance(value, bool):
        return texts.say("yes") if value else texts.say("no")
    if setting.choices:
        return texts.word(setting.get_word(str(value)))
    return _format_named_value(setting, value, texts)


def _format_named_value(setting: Setting, value: Any, texts: Texts) -> str:
    match setting.info.values:
        case "address" | "source":
            return mask_source(value)
        case "schedule":
            return shorten_line(capitalize_first(format_schedule(value, texts)))
        case "section":
            return format_sections(value, texts)
        case "hours":
            return _format_hours(str(value), texts)
        case "day":
            return texts.date(date.fromisoformat(str(value)))
        case "language":
            return texts.language(str(value))
    return shorten_line(str(value))


def format_label(setting: Setting, texts: Texts) -> str:
    """Format the label of a setting as a button or a choice shows it."""
    return capitalize_first(texts.word(setting.label))


def format_setting(setting: Setting, entry: SettingsEntry, texts: Texts) -> str:
    """Format the present value of a setting in one line."""
    value = entry.get(setting.name)
    if setting.kind == "mapping":
        if value:
            return texts.number(len(value))
        unset = setting.info.none_word if setting.choices else "none"
        return texts.word(setting.get_word(unset))
    if setting.kind != "list" or setting.info.values == "section":
        return format_value(setting, value, texts)
    shown = _format_values(setting, value or (), texts)
    return shorten_line(shown) or texts.say("none")


def _format_hours(window: str, texts: Texts) -> str:
    """Format «22:00-07:00» as «22:00 to 07:00»."""
    try:
        hours = parse_quiet_hours(window)
    except UserError:
        return window
    return texts.say(
        "{start} to {end}", start=texts.clock(hours.start), end=texts.clock(hours.end)
    )


def format_typed_value(setting: Setting, value: Any) -> str:
    """Format a value of an entry as people type it; lists with a line per value."""
    if value is None:
        return setting.info.none_word
    if isinstance(value, bool):
        return SWITCH_WORDS[0] if value else SWITCH_WORDS[1]
    if setting.info.values == "section":
        return ", ".join(value)
    return "\n".join(value) if setting.kind == "list" else str(value)


# ── layout ──────────────────────────────────────────────────────────────────────
#
# Describe the layout of an edition in words: its sections and what is not shown.

#: The setting that limits the content of a section, where 0 or false empties it.
SECTION_SETTINGS: Final[Mapping[Section, str]] = {
    "quotes": "quotes",
    "figures": "figures",
    "also": "brief",
}
_SECTION_NAMES: Final[Mapping[Section, Message]] = {
    "summary": Message("the summary"),
    "matters": Message("why it matters"),
    "quotes": Message("quotes"),
    "figures": Message("figures"),
    "also": Message("also in brief"),
}


def describe_layout(options: DigestOptions, texts: Texts) -> str:
    """Describe the parts of a story, where «also in brief» is, and what is hidden."""
    if options.sections is None:
        return texts.say(
            "Each story of the next edition has the usual sections of its "
            "platform, and «also in brief» comes after the stories."
        )
    return " ".join(_list_layout_sentences(options, options.sections, texts))


def format_sections(sections: Iterable[Section] | None, texts: Texts) -> str:
    """Format sections: «the summary, quotes, figures», or «as usual» for None."""
    if sections is None:
        return texts.say("as usual")
    return ", ".join(texts.message(_SECTION_NAMES[section]) for section in sections)


def _list_layout_sentences(
    options: DigestOptions, chosen: Sequence[Section], texts: Texts
) -> Iterator[str]:
    laid_out = arrange_sections(tuple(chosen), ())
    story = [one for one in laid_out.story if is_section_filled(options, one)]
    if story:
        yield texts.say(
            "Each story of the next edition has its headline, then {parts}, then its "
            "source and its corrections.",
            parts=format_sections(story, texts),
        )
    else:
        yield texts.say(
            "Each story of the next edition is its headline with its source and its "
            "corrections."
        )
    if options.brief and laid_out.also == "above":
        yield texts.say("«Also in brief» comes before the stories.")
    elif options.brief and laid_out.also == "below":
        yield texts.say("«Also in brief» comes after the stories.")
    left_out = [one for one in ALL_SECTIONS if one not in chosen]
    if left_out:
        yield texts.say("Not posted: {parts}.", parts=format_sections(left_out, texts))
    idle = [one for one in chosen if not is_section_filled(options, one)]
    if idle:
        parts = format_sections(idle, texts)
        yield texts.say(
            "Chosen, but switched off by another setting: {parts}.", parts=parts
        )


def is_section_filled(options: DigestOptions, section: Section) -> bool:
    """Return whether no other setting empties the section."""
    setting = SECTION_SETTINGS.get(section)
    return setting is None or bool(getattr(options, setting))


def fill_sections(entry: SettingsEntry, wanted: Sections) -> SettingsEntry:
    """Return the sections with settings that would leave a newly chosen one empty.

    Those get their defaults.
    """
    options = DigestOptions.from_stored(entry)
    defaults = {
        setting: DEFAULT_DIGEST[setting]
        for section, setting in SECTION_SETTINGS.items()
        if section in (wanted or ())
        and section not in (options.sections or ())
        and not is_section_filled(options, section)
    }
    sections = None if wanted is None else list(wanted)
    return {**defaults, "sections": sections}
