"""What applying a file would change, and the change itself in one transaction.

Comparing and carrying out share one normal form of a digest, so that the plan that is
shown is the plan that happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from bot import planning, schedules
from bot.config_file.entries import DigestEntry, Wanted, WorkspaceEntry, kind_of
from bot.config_file.exporting import as_entry
from bot.storage import (
    Connection,
    destinations,
    digests,
    sources,
    workspaces,
)
from bot.storage import schedules as timetable
from bot.types import Destination, Digest, Source, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that applying the file would do."""

    kind: Literal["add", "change", "remove"]
    text: str


def plan(conn: Connection, wanted: Wanted, *, prune: bool) -> tuple[Change, ...]:
    """What applying the file would change, in the order it would happen."""
    changes: list[Change] = []
    for entry in wanted.file.workspace:
        changes += _plan_workspace(conn, entry, wanted.base, prune)
    return tuple(changes)


def _plan_workspace(
    conn: Connection, entry: WorkspaceEntry, base: Path, prune: bool
) -> list[Change]:
    label = f"{entry.platform} workspace «{entry.id}»"
    found = workspaces.by_external(conn, platform=entry.platform, external_id=entry.id)
    changes: list[Change] = []
    if found is None:
        changes.append(Change(kind="add", text=label))
    elif (found.name, found.zone) != (entry.name or entry.id, entry.zone):
        changes.append(Change(kind="change", text=label))
    places = destinations.in_workspace(conn, workspace_id=found.id) if found else ()
    known = digests.in_workspace(conn, workspace_id=found.id) if found else ()
    changes += _plan_destinations(entry, places, prune)
    changes += _plan_digests(entry, known, base, prune)
    return changes


def _plan_destinations(
    entry: WorkspaceEntry, places: Sequence[Destination], prune: bool
) -> list[Change]:
    channels = {d.name: d.channel for d in places}
    wanted = {d.name: d.channel for d in entry.destination}
    return _differences("destination", channels, wanted, prune)


def _plan_digests(
    entry: WorkspaceEntry, known: Sequence[Digest], base: Path, prune: bool
) -> list[Change]:
    now = {digest.name: as_entry(digest) for digest in known}
    wanted = {d.name: _normal(d, base) for d in entry.digest}
    return _differences("digest", now, wanted, prune)


def _differences(
    noun: str, now: dict[str, Any], wanted: dict[str, Any], prune: bool
) -> list[Change]:
    changes = [
        Change(
            kind="change" if name in now else "add",
            text=f"{noun} «{name}»{_what_changes(now.get(name), value)}",
        )
        for name, value in wanted.items()
        if now.get(name) != value
    ]
    if prune:
        gone = [name for name in now if name not in wanted]
        changes += [Change(kind="remove", text=f"{noun} «{name}»") for name in gone]
    return changes


def _what_changes(old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        names = [name for name in new if old.get(name) != new[name]]
        return f": {', '.join(names)}"
    return f": {old} → {new}" if old is not None else ""


def carry_out(
    conn: Connection, wanted: Wanted, *, prune: bool, now: datetime
) -> tuple[Change, ...]:
    """Apply the file in the caller's transaction; what was changed."""
    changes = plan(conn, wanted, prune=prune)
    for entry in wanted.file.workspace:
        workspace = workspaces.ensure(
            conn,
            platform=entry.platform,
            external_id=entry.id,
            name=entry.name or entry.id,
            zone=entry.zone,
            now=now,
        )
        _carry_out_workspace(conn, workspace, entry, wanted.base, prune, now)
    return changes


def _carry_out_workspace(
    conn: Connection,
    workspace: Workspace,
    entry: WorkspaceEntry,
    base: Path,
    prune: bool,
    now: datetime,
) -> None:
    places = {
        place.name: destinations.ensure(
            conn, workspace_id=workspace.id, name=place.name, channel=place.channel
        )
        for place in entry.destination
    }
    for digest in entry.digest:
        _carry_out_digest(conn, workspace, digest, places, base, now)
    if prune:
        wanted = {d.name for d in entry.digest}
        for old in digests.in_workspace(conn, workspace_id=workspace.id):
            if old.name not in wanted:
                digests.delete_one(
                    conn, workspace_id=workspace.id, digest_id=old.id, now=now
                )
        for place in destinations.in_workspace(conn, workspace_id=workspace.id):
            if place.name not in places:
                destinations.remove(
                    conn, workspace_id=workspace.id, destination_id=place.id
                )


def _carry_out_digest(
    conn: Connection,
    workspace: Workspace,
    entry: DigestEntry,
    places: dict[str, Destination],
    base: Path,
    now: datetime,
) -> None:
    normal = _normal(entry, base)
    before = digests.by_name(conn, workspace_id=workspace.id, name=entry.name)
    if before is not None and as_entry(before) == normal:
        # An untouched digest keeps its next due moment.
        return
    digest = digests.ensure(
        conn,
        workspace_id=workspace.id,
        name=entry.name,
        sources=[_source(conn, workspace, address) for address in normal["sources"]],
        destinations=[places[name] for name in entry.destinations],
        stories=entry.stories,
        include=tuple(entry.include),
        exclude=tuple(entry.exclude),
        quiet_hours=entry.quiet_hours,
        language=entry.language,
    )
    if before is None or list(before.schedules) != normal["schedule"]:
        rules = [schedules.parse(sentence) for sentence in normal["schedule"]]
        key = {"workspace_id": workspace.id, "digest_id": digest.id}
        firsts = planning.first_dues(conn, **key, rules=rules, now=now)
        timetable.replace(
            conn,
            **key,
            rows=[
                timetable.NewSchedule(
                    sentence=schedules.say(rule),
                    rule=schedules.to_json(rule),
                    zone=rule.zone,
                    next=first,
                )
                for rule, first in zip(rules, firsts, strict=True)
            ],
        )


def _source(conn: Connection, workspace: Workspace, address: str) -> Source:
    kind, full = kind_of(address, Path("/"))
    name = Path(full).name if kind == "folder" else full
    return sources.ensure(
        conn, workspace_id=workspace.id, kind=kind, address=full, name=name
    )


def _normal(entry: DigestEntry, base: Path) -> dict[str, Any]:
    """The entry with full addresses and schedule sentences as we say them back."""
    rules = [schedules.parse(sentence) for sentence in entry.sentences]
    return {
        "sources": [kind_of(address, base)[1] for address in entry.sources],
        "destinations": list(entry.destinations),
        "schedule": [schedules.say(rule) for rule in rules],
        "quiet_hours": entry.quiet_hours,
        "stories": entry.stories,
        "include": list(entry.include),
        "exclude": list(entry.exclude),
        "language": entry.language,
    }
