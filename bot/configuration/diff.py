"""Describe a change in words: what differs, who gets it, and when.

Addresses are shown without their secrets, and folders by their names only. Long values
are cut; the platforms escape them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.configuration.change_steps import (
    ChangeStep,
    ConfigurationChange,
    UpcomingEditions,
)
from bot.configuration.layout_settings import format_sections
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.model import (
    DestinationSettings,
    DigestSettings,
    Setting,
    SettingsEntry,
    Source,
    list_settings,
)
from bot.publishing.planning import capitalize_first, format_schedule

DiffRow = tuple[str, str]
#: Maximum number of values of a list that are shown, and of characters of a value.
MAX_VALUES, MAX_VALUE_LENGTH = 6, 90
#: Settings that are listed; the name and channel of a destination are in its title.
_SETTINGS = (
    *list_settings(DigestSettings),
    *(
        s
        for s in list_settings(DestinationSettings)
        if s.name not in ("name", "channel")
    ),
    Setting(name="zone"),
    Setting(name="text"),
)
#: Its values are shown as one: their order is the setting.
_ORDERED = ("sections",)
#: Paused sources have rows of their own.
_LIST_SETTINGS = tuple(
    s
    for s in _SETTINGS
    if s.kind == "list" and s.name not in ("paused_sources", *_ORDERED)
)
_PLAIN_SETTINGS = tuple(
    s for s in _SETTINGS if s.kind not in ("list", "mapping") or s.name in _ORDERED
)
(_SOURCES,) = (s for s in _SETTINGS if s.name == "sources")


def format_step_title(step: ChangeStep, texts: Texts) -> str:
    """«New digest «Morning»», «Digest «Morning»», «Deleted: digest «Morning»»."""
    if step.noun == "zone":
        return texts.say("This workspace")
    noun, name = texts.word(step.noun), shorten_line(step.name)
    if step.noun == "access":
        if step.after is None:
            return texts.say("No editor any more: {name}", name=name)
        return texts.say("An editor from now on: {name}", name=name)
    if step.noun == "correction":
        headline = shorten_line(
            str((step.after or step.before or {}).get("headline", ""))
        )
        if step.after is None:
            return texts.say("No correction any more: «{story}»", story=headline)
        return texts.say("Correction of «{story}»", story=headline)
    if step.before is None:
        return texts.say("New {noun} «{name}»", noun=noun, name=name)
    if step.after is None:
        return texts.say("Without the {noun} «{name}»", noun=noun, name=name)
    return texts.say("The {noun} «{name}»", noun=noun, name=shorten_line(step.old_name))


def list_differences(step: ChangeStep, texts: Texts) -> tuple[DiffRow, ...]:
    """List all settings of a new or removed thing, else those that differ."""
    if step.noun == "access":
        return ()
    if step.before is None or step.after is None:
        return tuple(_list_all_rows(step.after or step.before or {}, texts))
    return tuple(_list_changed_rows(step.before, step.after, texts))


def format_change(change: ConfigurationChange, texts: Texts) -> str:
    """Format the change in one line, for lists."""
    parts = []
    for step in change.steps:
        differs = (step.before and step.after) or step.noun == "correction"
        rows = list_differences(step, texts) if differs else ()
        what = ", ".join(f"{label}: {value}" for label, value in rows)
        title = format_step_title(step, texts)
        parts.append(f"{title}: {what}" if what else title)
    return "; ".join(parts)


def format_audience(coming: UpcomingEditions, texts: Texts) -> str:
    """Say where the digest is posted."""
    if not coming.destinations:
        return texts.say(
            "«{digest}» has no destination yet, so nobody sees it. Run "
            "/newsdesk destination here in its channel.",
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
    said = [
        f"{texts.weekday_date(_get_local_date(at, coming.zone))} "
        f"{texts.time(at, coming.zone)}"
        for at in coming.moments
    ]
    return texts.say("Next: {times} ({zone})", times=" · ".join(said), zone=coming.zone)


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


def _get_local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _list_all_rows(entry: SettingsEntry, texts: Texts) -> Iterator[DiffRow]:
    for setting in (*_LIST_SETTINGS, *_PLAIN_SETTINGS):
        value = entry.get(setting.name)
        is_default = value in (setting.default, None, [])
        if setting.name == "name" or (is_default and not setting.info.always_listed):
            continue
        if setting.name in entry:
            values = value if setting in _LIST_SETTINGS else [value]
            yield (
                texts.word(setting.label),
                _format_values(setting, values or (), texts),
            )
    yield from _list_renamed_rows({}, entry.get("source_names"), texts)
    yield from _list_source_rows(
        texts.say("not read for now"), entry.get("paused_sources", ()), texts
    )


def _list_changed_rows(
    before: SettingsEntry, after: SettingsEntry, texts: Texts
) -> Iterator[DiffRow]:
    for setting in _PLAIN_SETTINGS:
        # A change from before there was this setting does not have it.
        old, new = before.get(setting.name), after.get(setting.name)
        if (old or new) and old != new:
            shown = [_format_value(setting, value, texts) for value in (old, new)]
            yield texts.word(setting.label), " → ".join(shown)
    for setting in _LIST_SETTINGS:
        had, has = before.get(setting.name) or (), after.get(setting.name) or ()
        for sign, values in (
            ("+", [value for value in has if value not in had]),
            ("−", [value for value in had if value not in has]),
        ):
            if values:
                shown_values = _format_values(setting, values, texts)
                yield texts.word(setting.label), f"{sign} {shown_values}"
    names = before.get("source_names"), after.get("source_names")
    yield from _list_renamed_rows(*names, texts)
    had, has = before.get("paused_sources", ()), after.get("paused_sources", ())
    resumed = [a for a in had if a not in has and a in after.get("sources", ())]
    yield from _list_source_rows(
        texts.say("not read for now"), [a for a in has if a not in had], texts
    )
    yield from _list_source_rows(texts.say("read again"), resumed, texts)
    if before.get("stopped") and not after.get("stopped"):
        yield texts.say("stopped"), texts.say("works again")


def _list_source_rows(
    label: str, listed: Sequence[str], texts: Texts
) -> Iterator[DiffRow]:
    if listed:
        yield label, _format_values(_SOURCES, listed, texts)


def _list_renamed_rows(
    before: SettingsEntry | None, after: SettingsEntry | None, texts: Texts
) -> Iterator[DiffRow]:
    """List the sources whose names differ."""
    old, new = before or {}, after or {}
    changed = [
        address for address in {**old, **new} if old.get(address) != new.get(address)
    ]
    for address in changed[:MAX_VALUES]:
        itself = texts.say("as it calls itself")
        shown = (
            f"{mask_source(address)} → {shorten_line(str(new.get(address) or itself))}"
        )
        yield texts.say("called"), shown
    if len(changed) > MAX_VALUES:
        more = texts.say("{n} more", n=len(changed) - MAX_VALUES)
        yield texts.say("called"), more


def _format_values(setting: Setting, values: Sequence[object], texts: Texts) -> str:
    shown = [_format_value(setting, value, texts) for value in values[:MAX_VALUES]]
    if len(values) > MAX_VALUES:
        shown.append(texts.say("{n} more", n=len(values) - MAX_VALUES))
    return ", ".join(shown)


def _format_value(setting: Setting, value: Any, texts: Texts) -> str:
    """Format a value, or one of a list; an entry has dates as text."""
    match setting.name:
        case "sources":
            return mask_source(value)
        case "schedule":
            return shorten_line(capitalize_first(format_schedule(value, texts)))
        case "sections":
            return format_sections(value, texts)
    if isinstance(value, bool):
        return texts.say("yes") if value else texts.say("no")
    return texts.say("none") if value in (None, "") else shorten_line(str(value))
