"""A change in words: each thing with what is different; it decides and changes nothing.

Addresses are shown without their secrets and folders by their names only. Whatever
somebody typed is cut where it is long; platforms escape it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.configuring import Change, Coming, Entry, Step
from bot.configuring.laying_out import listed
from bot.due import begun, in_words
from bot.intake import addresses
from bot.manners import SETTINGS
from bot.texts import Texts
from bot.types import Look, Source

Row = tuple[str, str]
#: Values of a list that are told, and characters of one value.
SHOWN, LONGEST = 6, 90
_LISTS = ("sources", "destinations", "schedule", "skip", "include", "exclude")
_PLAIN = (
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
    *SETTINGS,
)
#: The names that people read otherwise than the file writes them.
_LABELS = {"quiet_hours": "quiet hours", "paused_until": "paused until"}
#: What of a new digest is only told where it is not as usual.
_USUAL = asdict(Look())


def title_of(step: Step, texts: Texts) -> str:
    """«New digest «Morning»», «Digest «Morning»», «Deleted: digest «Morning»»."""
    if step.noun == "zone":
        return texts.say("This workspace")
    noun, name = texts.word(step.noun), cut(step.name)
    if step.noun == "access":
        if step.after is None:
            return texts.say("No editor any more: {name}", name=name)
        return texts.say("An editor from now on: {name}", name=name)
    if step.noun == "correction":
        headline = cut(str((step.after or step.before or {}).get("headline", "")))
        if step.after is None:
            return texts.say("No correction any more: «{story}»", story=headline)
        return texts.say("Correction of «{story}»", story=headline)
    if step.before is None:
        return texts.say("New {noun} «{name}»", noun=noun, name=name)
    if step.after is None:
        return texts.say("Without the {noun} «{name}»", noun=noun, name=name)
    return texts.say("The {noun} «{name}»", noun=noun, name=cut(step.old_name))


def rows_of(step: Step, texts: Texts) -> tuple[Row, ...]:
    """What the thing is, where it is new or goes; else what is different."""
    if step.noun == "access":
        return ()
    if step.before is None or step.after is None:
        return tuple(_whole(step.after or step.before or {}, texts))
    return tuple(_differences(step.before, step.after, texts))


def in_a_line(change: Change, texts: Texts) -> str:
    """The change in one line, for lists."""
    told = []
    for step in change.steps:
        differs = (step.before and step.after) or step.noun == "correction"
        rows = rows_of(step, texts) if differs else ()
        what = ", ".join(f"{label}: {value}" for label, value in rows)
        title = title_of(step, texts)
        told.append(f"{title}: {what}" if what else title)
    return "; ".join(told)


def audience(coming: Coming, texts: Texts) -> str:
    """Who gets the digest."""
    if not coming.destinations:
        return texts.say(
            "«{digest}» has no destination yet, so nobody sees it. Run /newsdesk "
            "destination here in the channel that it is for.",
            digest=cut(coming.digest),
        )
    where = ", ".join(f"#{cut(name)}" for name in coming.destinations)
    return texts.say("Posted to {where}.", where=where)


def moments(coming: Coming, texts: Texts) -> str:
    """The next times, in the digest's own zone."""
    if not coming.moments:
        return texts.say(
            "It has no schedule: it is posted only when an editor says /newsdesk post."
        )
    if coming.paused:
        return texts.say("It is paused: nothing is posted until it is resumed.")
    said = [
        f"{texts.weekday_date(_local(at, coming.zone))} {texts.time(at, coming.zone)}"
        for at in coming.moments
    ]
    return texts.say("Next: {times} ({zone})", times=" · ".join(said), zone=coming.zone)


def shown_source(address: str) -> str:
    """A source's address as people may see it."""
    if "://" not in address:
        return f"«{Path(address).name}»"
    return cut(addresses.shown(address))


def discreet(text: str, known: Iterable[Source]) -> str:
    """The text without the places of folders on this machine."""
    for source in known:
        if source.kind == "folder":
            text = text.replace(source.address, f"«{Path(source.address).name}»")
    return text


def cut(text: str) -> str:
    """The text on one line, its end left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def label_of(name: str, texts: Texts) -> str:
    """«quiet_hours» as people read it."""
    return texts.word(_LABELS.get(name, name))


def _local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _whole(entry: Entry, texts: Texts) -> Iterator[Row]:
    for name in (*_LISTS, *_PLAIN):
        value = entry.get(name)
        told = value != _USUAL[name] if name in _USUAL else bool(value)
        if name == "name" or name not in entry or not told:
            continue
        several = list(value or ()) if name in _LISTS else [_value(name, value, texts)]
        yield label_of(name, texts), _listed(name, several, texts)
    yield from _called({}, entry.get("source_names"), texts)
    yield from _resting(entry.get("paused_sources", ()), texts)


def _differences(before: Entry, after: Entry, texts: Texts) -> Iterator[Row]:
    for name in _PLAIN:
        if not before.get(name) and not after.get(name):
            # Older changes do not say what is off.
            continue
        old, new = (_value(name, one.get(name), texts) for one in (before, after))
        if old != new:
            yield label_of(name, texts), f"{old} → {new}"
    for name in _LISTS:
        had = [str(value) for value in before.get(name) or ()]
        has = [str(value) for value in after.get(name) or ()]
        gone = [value for value in had if value not in has]
        come = [value for value in has if value not in had]
        if come:
            yield label_of(name, texts), f"+ {_listed(name, come, texts)}"
        if gone:
            yield label_of(name, texts), f"− {_listed(name, gone, texts)}"
    yield from _called(before.get("source_names"), after.get("source_names"), texts)
    rests, rested = after.get("paused_sources", ()), before.get("paused_sources", ())
    there = after.get("sources", ())
    yield from _resting([a for a in rests if a not in rested], texts)
    yield from _again([a for a in rested if a not in rests and a in there], texts)
    if before.get("stopped") and not after.get("stopped"):
        yield texts.say("stopped"), texts.say("works again")


def _value(name: str, value: Any, texts: Texts) -> str:
    return listed(value, texts) if name == "sections" else _said(value, texts)


def _said(value: object, texts: Texts) -> str:
    """A plain value; one that was stored says dates as text."""
    if isinstance(value, bool):
        return texts.say("yes") if value else texts.say("no")
    return texts.say("none") if value in (None, "") else cut(str(value))


def _resting(paused: Sequence[str], texts: Texts) -> Iterator[Row]:
    if paused:
        yield texts.say("not read for now"), _listed("sources", paused, texts)


def _called(before: Entry | None, after: Entry | None, texts: Texts) -> Iterator[Row]:
    """Sources that are called otherwise than before."""
    old, new = before or {}, after or {}
    changed = [
        address for address in {**old, **new} if old.get(address) != new.get(address)
    ]
    for address in changed[:SHOWN]:
        itself = texts.say("as it calls itself")
        told = f"{shown_source(address)} → {cut(str(new.get(address) or itself))}"
        yield texts.say("called"), told
    if len(changed) > SHOWN:
        more = texts.say("{n} more", n=len(changed) - SHOWN)
        yield texts.say("called"), more


def _again(resumed: Sequence[str], texts: Texts) -> Iterator[Row]:
    if resumed:
        yield texts.say("read again"), _listed("sources", resumed, texts)


def _listed(name: str, values: Sequence[object], texts: Texts) -> str:
    said = [_one(name, str(value), texts) for value in values[:SHOWN]]
    if len(values) > SHOWN:
        more = texts.say("{n} more", n=len(values) - SHOWN)
        said.append(more)
    return ", ".join(said)


def _one(name: str, value: str, texts: Texts) -> str:
    match name:
        case "sources":
            return shown_source(value)
        case "schedule":
            return cut(begun(in_words(value, texts)))
        case _:
            return cut(value)
