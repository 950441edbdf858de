"""Whether a thing can be as somebody wants it, with the sentences of the file's checks.

What comes out is the normal form that is stored and compared: whole addresses,
schedules as we say them, numbers as numbers. Nothing is changed here. From chat a
digest gets no folder that a file did not give to one of the workspace (it would let an
editor read the machine's files); one that was deleted comes back with its folders.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import schedules
from bot.config_file.applying import whole_addresses
from bot.config_file.entries import DigestEntry
from bot.config_file.mistakes import digest_mistakes, kind_of, name_mistake
from bot.configuring.correcting import LONGEST
from bot.configuring.steps import NEW_DIGEST, Entry, Mistake, Step
from bot.errors import UserError
from bot.intake import addresses
from bot.manners import as_settings, mistakes, of_settings
from bot.storage import Connection, destinations, digests
from bot.types import Digest, Workspace

#: So many digests, and so many destinations, can be made from chat.
MOST = 100
ONLY_BY_FILE = (
    "A folder can be a source only by the configuration file. Here, name the address "
    "of a feed, a page or a site: https://…"
)
_LISTS = ("sources", "paused_sources", "destinations", "schedule", "include", "exclude")


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What else there is in the workspace, which decides what can be."""

    workspace: Workspace
    digests: tuple[Digest, ...]
    #: Names → channels, with what earlier steps of the same change make of them.
    places: Mapping[str, str]
    #: Names of digests → names of the destinations that they post to, likewise.
    posting: Mapping[str, tuple[str, ...]]
    #: A change is taken back: what was deleted may come back with its folders.
    reverting: bool = False


def circumstances(
    conn: Connection, workspace: Workspace, *, reverting: bool = False
) -> Circumstances:
    """How things stand."""
    here = {"workspace_id": workspace.id}
    known = digests.in_workspace(conn, **here)
    return Circumstances(
        workspace=workspace,
        digests=known,
        posting={d.name: tuple(p.name for p in d.destinations) for d in known},
        places={p.name: p.channel for p in destinations.in_workspace(conn, **here)},
        reverting=reverting,
    )


def checked(step: Step, around: Circumstances) -> Entry | None:
    """What the step leads to, in the normal form.

    Raises:
        Mistake: It cannot be; which question that is about, and what would do.
    """
    if step.after is None:
        _hold_to_unused(step, around)
        return None
    match step.noun:
        case "zone":
            return {"name": "zone", "zone": _zone(str(step.after["zone"]))}
        case "access":
            return step.after
        case "correction":
            return {**step.after, "text": _said(str(step.after["text"]))}
        case "destination":
            return _destination(step.before, step.after, around)
        case "digest":
            return _digest(step, step.after, around)


def _said(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise Mistake("Say what is right, in a sentence.", field="text")
    if len(said) > LONGEST:
        raise Mistake(
            "Say it in at most {longest} characters: it stands at the end of the "
            "story.",
            longest=LONGEST,
            field="text",
        )
    return said


def _hold_to_unused(step: Step, around: Circumstances) -> None:
    if step.noun != "destination":
        return
    users = [d for d, places in around.posting.items() if step.old_name in places]
    if users:
        raise UserError(
            "«{users}» posts to «{old_name}». Give that digest another "
            "destination first: /newsdesk digest edit.",
            users=users[0],
            old_name=step.old_name,
        )


def _zone(written: str) -> str:
    try:
        return schedules.find_zone(written)
    except UserError as error:
        raise Mistake.of(error, field="zone") from None


def _destination(before: Entry | None, after: Entry, around: Circumstances) -> Entry:
    name, channel = str(after["name"]).strip(), str(after["channel"])
    _hold_to_name(name)
    was = before["name"] if before else None
    if name != was and name in around.places:
        raise Mistake(
            "Another destination is called «{name}» already.", name=name, field="name"
        )
    if before is None and len(around.places) >= MOST:
        raise UserError(
            "There are {most} destinations here already; remove one.", most=MOST
        )
    taken = [n for n, c in around.places.items() if c == channel and n != was]
    if taken:
        raise UserError(
            "This channel is the destination «{taken}» already.", taken=taken[0]
        )
    # What an older change does not speak of stays as it is.
    manner = of_settings({**(before or {}), **after})
    workspace = around.workspace
    for field, text in mistakes(
        manner, platform=workspace.platform, workspace=workspace.external_id
    ):
        raise Mistake("{problem}", problem=text, field=field)
    return {**after, "name": name, "channel": channel, **as_settings(manner)}


def _hold_to_name(name: str) -> None:
    trouble = name_mistake(name)
    if trouble:
        raise Mistake(
            "«{name}» cannot be a name: {trouble}",
            name=name[:80],
            trouble=trouble,
            field="name",
        )


def _digest(step: Step, after: Entry, around: Circumstances) -> Entry:
    # What an older change does not speak of stays as it is.
    entry = {**NEW_DIGEST, **(step.before or {}), **after}
    entry |= {kind: _clean(entry[kind]) for kind in _LISTS}
    entry["name"] = name = str(entry["name"]).strip()
    _hold_to_name(name)
    others = {d.name for d in around.digests if step.before is None or d.id != step.key}
    if name in others:
        raise Mistake(
            "Another digest is called «{name}» already.", name=name, field="name"
        )
    if step.before is None and len(around.digests) >= MOST:
        raise UserError(
            "There are {most} digests here already; delete one first.", most=MOST
        )
    entry |= _whole(entry, around.digests)
    kept = _kept(step, around)
    if any("://" not in a for a in entry["sources"] if a not in kept):
        raise Mistake(ONLY_BY_FILE, field="sources")
    entry["schedule"] = [_sentence(s, around.workspace) for s in entry["schedule"]]
    _hold_to_checks(entry, around.places, kept)
    return _normal(entry)


def _kept(step: Step, around: Circumstances) -> set[str]:
    """Addresses that the digest has, or had, and folders that a file gave to any here.

    These are not to be looked at again.
    """
    had = step.before["sources"] if step.before else ()
    folders = {
        source.address
        for digest in around.digests
        for source in (*digest.sources, *digest.paused_sources)
        if source.kind == "folder"
    }
    if step.before is None and step.key is not None and around.reverting:
        had = (step.after or {})["sources"]
    return folders.union(had)


def _clean(values: Sequence[str] | str) -> list[str]:
    """Each value once, without space around it and without the empty ones."""
    listed = [values] if isinstance(values, str) else values
    stripped = (str(value).strip() for value in listed)
    return list(dict.fromkeys(value for value in stripped if value))


def _whole(entry: Entry, known: Sequence[Digest]) -> dict[str, Any]:
    secrets = whole_addresses(known)
    whole: dict[str, Any] = {
        kind: [_unmasked(address, secrets) for address in entry[kind]]
        for kind in ("sources", "paused_sources")
    }
    # A name goes with its source.
    named = {_unmasked(a, secrets): n for a, n in entry["source_names"].items()}
    whole["source_names"] = {a: n for a, n in named.items() if a in whole["sources"]}
    return whole


def _unmasked(address: str, secrets: Mapping[str, str]) -> str:
    if not addresses.is_masked(address):
        return address
    if address not in secrets:
        raise Mistake(
            "«{address}» is shown without its secret. Write it whole.",
            address=address[:200],
            field="sources",
        )
    return secrets[address]


def _sentence(written: str, workspace: Workspace) -> str:
    try:
        return schedules.say(schedules.parse(written, workspace.zone))
    except UserError as error:
        raise Mistake.of(error, field="schedule") from None


def _hold_to_checks(
    entry: Entry, places: Collection[str], kept: Collection[str]
) -> None:
    def is_source(address: str) -> None:
        if address not in kept:
            kind_of(address, Path("/"))

    for found in digest_mistakes(entry, destinations=places, is_source=is_source):
        raise Mistake.of(found.problem, field=found.field)


def _normal(entry: Entry) -> dict[str, Any]:
    """As `as_entry` words a digest that is stored."""
    digest = DigestEntry.model_validate(entry)
    resting = [a for a in digest.sources if a in set(digest.paused_sources)]
    active = [a for a in digest.sources if a not in resting]
    return {
        **digest.model_dump(),
        "schedule": digest.sentences,
        "quiet_hours": digest.quiet_hours or None,
        "sources": [*active, *resting],
        "paused_sources": resting,
        "paused": bool(digest.paused),
        "skip": sorted(digest.skip) if digest.skip else None,
    }
