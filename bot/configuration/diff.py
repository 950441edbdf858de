"""Describe a change in words: what differs, who gets it, and when.

Addresses are shown without their secrets and folders by their names only. Whatever
somebody typed is cut where it is long; platforms escape it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
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
from bot.configuration.settings import SettingsEntry
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.model import POST_OPTION_NAMES, LayoutSettings, Source
from bot.publishing.planning import capitalize_first, format_schedule

DiffRow = tuple[str, str]
#: Values of a list that are told, and characters of one value.
MAX_VALUES, MAX_VALUE_LENGTH = 6, 90
_LIST_SETTINGS = ("sources", "destinations", "schedule", "skip", "include", "exclude")
_PLAIN_SETTINGS = (
    "name",
    "quiet_hours",
    "paused",
    "paused_until",
    "stories",
    "summary",
    "quotes",
    "figures",
    "brief",
    "sections",
    "language",
    "corrections",
    "zone",
    "text",
    *POST_OPTION_NAMES,
)
#: The names that people read otherwise than the file writes them.
_SETTING_LABELS = {"quiet_hours": "quiet hours", "paused_until": "paused until"}
#: What of a new digest is only told where it is not as usual.
_DEFAULT_LAYOUT = asdict(LayoutSettings())


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
    """What the thing is, where it is new or goes; else what is different."""
    if step.noun == "access":
        return ()
    if step.before is None or step.after is None:
        return tuple(_list_all_rows(step.after or step.before or {}, texts))
    return tuple(_list_changed_rows(step.before, step.after, texts))


def format_change(change: ConfigurationChange, texts: Texts) -> str:
    """The change in one line, for lists."""
    parts = []
    for step in change.steps:
        differs = (step.before and step.after) or step.noun == "correction"
        rows = list_differences(step, texts) if differs else ()
        what = ", ".join(f"{label}: {value}" for label, value in rows)
        title = format_step_title(step, texts)
        parts.append(f"{title}: {what}" if what else title)
    return "; ".join(parts)


def format_audience(coming: UpcomingEditions, texts: Texts) -> str:
    """Who gets the digest."""
    if not coming.destinations:
        return texts.say(
            "«{digest}» has no destination yet, so nobody sees it. Run /newsdesk "
            "destination here in the channel that it is for.",
            digest=shorten_line(coming.digest),
        )
    where = ", ".join(f"#{shorten_line(name)}" for name in coming.destinations)
    return texts.say("Posted to {where}.", where=where)


def format_times(coming: UpcomingEditions, texts: Texts) -> str:
    """The next times, in the digest's own zone."""
    if not coming.moments:
        return texts.say(
            "It has no schedule: it is posted only when an editor says /newsdesk post."
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
    """A source's address as people may see it."""
    if "://" not in address:
        return f"«{Path(address).name}»"
    return shorten_line(addresses.mask_secrets(address))


def hide_folders(text: str, known: Iterable[Source]) -> str:
    """The text without the places of folders on this machine."""
    for source in known:
        if source.kind == "folder":
            text = text.replace(source.address, f"«{Path(source.address).name}»")
    return text


def shorten_line(text: str) -> str:
    """The text on one line, its end left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_VALUE_LENGTH else f"{line[: MAX_VALUE_LENGTH - 1]}…"


def format_setting_name(name: str, texts: Texts) -> str:
    """«quiet_hours» as people read it."""
    return texts.word(_SETTING_LABELS.get(name, name))


def _get_local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _list_all_rows(entry: SettingsEntry, texts: Texts) -> Iterator[DiffRow]:
    for name in (*_LIST_SETTINGS, *_PLAIN_SETTINGS):
        value = entry.get(name)
        is_shown = (
            value != _DEFAULT_LAYOUT[name] if name in _DEFAULT_LAYOUT else bool(value)
        )
        if name == "name" or name not in entry or not is_shown:
            continue
        several = (
            list(value or ())
            if name in _LIST_SETTINGS
            else [_format_setting(name, value, texts)]
        )
        yield format_setting_name(name, texts), _format_values(name, several, texts)
    yield from _list_renamed_rows({}, entry.get("source_names"), texts)
    yield from _list_paused_rows(entry.get("paused_sources", ()), texts)


def _list_changed_rows(
    before: SettingsEntry, after: SettingsEntry, texts: Texts
) -> Iterator[DiffRow]:
    for name in _PLAIN_SETTINGS:
        if not before.get(name) and not after.get(name):
            # Older changes do not say what is off.
            continue
        old, new = (
            _format_setting(name, one.get(name), texts) for one in (before, after)
        )
        if old != new:
            yield format_setting_name(name, texts), f"{old} → {new}"
    for name in _LIST_SETTINGS:
        had = [str(value) for value in before.get(name) or ()]
        has = [str(value) for value in after.get(name) or ()]
        gone = [value for value in had if value not in has]
        come = [value for value in has if value not in had]
        if come:
            yield (
                format_setting_name(name, texts),
                f"+ {_format_values(name, come, texts)}",
            )
        if gone:
            yield (
                format_setting_name(name, texts),
                f"− {_format_values(name, gone, texts)}",
            )
    yield from _list_renamed_rows(
        before.get("source_names"), after.get("source_names"), texts
    )
    rests, rested = after.get("paused_sources", ()), before.get("paused_sources", ())
    there = after.get("sources", ())
    yield from _list_paused_rows([a for a in rests if a not in rested], texts)
    yield from _list_resumed_rows(
        [a for a in rested if a not in rests and a in there], texts
    )
    if before.get("stopped") and not after.get("stopped"):
        yield texts.say("stopped"), texts.say("works again")


def _format_setting(name: str, value: Any, texts: Texts) -> str:
    return (
        format_sections(value, texts)
        if name == "sections"
        else _format_plain_value(value, texts)
    )


def _format_plain_value(value: object, texts: Texts) -> str:
    """A plain value; one that was stored says dates as text."""
    if isinstance(value, bool):
        return texts.say("yes") if value else texts.say("no")
    return texts.say("none") if value in (None, "") else shorten_line(str(value))


def _list_paused_rows(paused: Sequence[str], texts: Texts) -> Iterator[DiffRow]:
    if paused:
        yield texts.say("not read for now"), _format_values("sources", paused, texts)


def _list_renamed_rows(
    before: SettingsEntry | None, after: SettingsEntry | None, texts: Texts
) -> Iterator[DiffRow]:
    """Sources that are called otherwise than before."""
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


def _list_resumed_rows(resumed: Sequence[str], texts: Texts) -> Iterator[DiffRow]:
    if resumed:
        yield texts.say("read again"), _format_values("sources", resumed, texts)


def _format_values(name: str, values: Sequence[object], texts: Texts) -> str:
    said = [_format_value(name, str(value), texts) for value in values[:MAX_VALUES]]
    if len(values) > MAX_VALUES:
        more = texts.say("{n} more", n=len(values) - MAX_VALUES)
        said.append(more)
    return ", ".join(said)


def _format_value(name: str, value: str, texts: Texts) -> str:
    match name:
        case "sources":
            return mask_source(value)
        case "schedule":
            return shorten_line(capitalize_first(format_schedule(value, texts)))
        case _:
            return shorten_line(value)
