"""What applying a file would change, and the change itself in one transaction.

Comparing and carrying out share one normal form of a digest, so that the plan that is
shown is the plan that happens.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from bot import planning, schedules
from bot.config_file.entries import DigestEntry, Wanted, WorkspaceEntry
from bot.config_file.exporting import as_entry
from bot.config_file.mistakes import kind_of
from bot.config_file.places import put, worded
from bot.errors import UserError
from bot.intake import addresses
from bot.looks import as_settings, of_settings
from bot.storage import (
    Connection,
    destinations,
    digests,
    grants,
    sources,
    workspaces,
)
from bot.storage import schedules as timetable
from bot.storage.grants import Grant
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
    let = grants.in_workspace(conn, workspace_id=found.id) if found else ()
    now = {f"{one.kind} {one.external_id}": True for one in let}
    changes += _differences("editor", now, dict.fromkeys(entry.editors, True), prune)
    places = destinations.in_workspace(conn, workspace_id=found.id) if found else ()
    known = digests.in_workspace(conn, workspace_id=found.id) if found else ()
    changes += _plan_destinations(entry, places, prune)
    changes += _plan_digests(entry, known, base, prune)
    return changes


def _plan_destinations(
    entry: WorkspaceEntry, places: Sequence[Destination], prune: bool
) -> list[Change]:
    now = {d.name: worded(d.channel, d.manner) for d in places}
    wanted = {d.name: worded(d.channel, d.manner) for d in entry.destination}
    return _differences("destination", now, wanted, prune)


def _plan_digests(
    entry: WorkspaceEntry, known: Sequence[Digest], base: Path, prune: bool
) -> list[Change]:
    now = {digest.name: as_entry(digest) for digest in known}
    secrets = whole_addresses(known)
    of_name = {digest.name: digest for digest in known}
    wanted = {
        d.name: _normal(d, base, secrets, of_name.get(d.name)) for d in entry.digest
    }
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
    conn: Connection,
    wanted: Wanted,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
) -> tuple[Change, ...]:
    """Apply the file in the caller's transaction; what was changed.

    Args:
        conn: Inside a transaction.
        wanted: The checked file.
        prune: Also remove what the file does not name, inside its workspaces.
        now: The time.
        allow_private: The setting of that name, which says what is nobody else's.
    """
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
        work = Work(
            conn=conn,
            workspace=workspace,
            base=wanted.base,
            now=now,
            allow_private=allow_private,
        )
        _carry_out_workspace(work, entry, prune)
    return changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What is carried out in one workspace, and with what."""

    conn: Connection
    workspace: Workspace
    base: Path
    now: datetime
    allow_private: str
    #: Who wants it; "" where a file does.
    by: str = ""


def _carry_out_workspace(work: Work, entry: WorkspaceEntry, prune: bool) -> None:
    conn, workspace = work.conn, work.workspace
    _carry_out_editors(work, entry, prune)
    places = {
        place.name: put(conn, workspace_id=workspace.id, entry=place)
        for place in entry.destination
    }
    for digest in entry.digest:
        _carry_out_digest(work, digest, places)
    if prune:
        wanted = {d.name for d in entry.digest}
        for old in digests.in_workspace(conn, workspace_id=workspace.id):
            if old.name not in wanted:
                digests.delete_one(
                    conn, workspace_id=workspace.id, digest_id=old.id, now=work.now
                )
        for place in destinations.in_workspace(conn, workspace_id=workspace.id):
            if place.name not in places:
                destinations.remove(
                    conn, workspace_id=workspace.id, destination_id=place.id
                )


def _carry_out_editors(work: Work, entry: WorkspaceEntry, prune: bool) -> None:
    here = {"workspace_id": work.workspace.id}
    wanted = [_grant(who) for who in entry.editors]
    for grant in wanted:
        grants.give(work.conn, **here, grant=grant)
    if prune:
        for grant in grants.in_workspace(work.conn, **here):
            if grant not in wanted:
                grants.take(work.conn, **here, grant=grant)


def _grant(written: str) -> Grant:
    kind, _, external_id = written.partition(" ")
    return Grant(kind="role" if kind == "role" else "person", external_id=external_id)


def _carry_out_digest(
    work: Work, entry: DigestEntry, places: dict[str, Destination]
) -> None:
    conn, workspace = work.conn, work.workspace
    known = digests.in_workspace(conn, workspace_id=workspace.id)
    before = digests.by_name(conn, workspace_id=workspace.id, name=entry.name)
    normal = _normal(entry, work.base, whole_addresses(known), before)
    if before is not None and as_entry(before) == normal:
        # An untouched digest keeps its next due moment.
        return
    put_digest(work, entry.name, normal, places, before)


def put_digest(
    work: Work,
    name: str,
    entry: Mapping[str, Any],
    places: Mapping[str, Destination],
    before: Digest | None,
) -> Digest:
    """Make the digest, or make it be as said here.

    Args:
        work: Where, and with what.
        name: Of the digest.
        entry: Its content, with whole addresses and sentences as we say them.
        places: The destinations that it may name.
        before: As it stands; None = it is not there.
    """
    conn, workspace = work.conn, work.workspace
    read = {address: _source(work, before, address) for address in entry["sources"]}
    resting = set(entry["paused_sources"])
    digest = digests.ensure(
        conn,
        workspace_id=workspace.id,
        name=name,
        sources=[source for a, source in read.items() if a not in resting],
        paused_sources=[source for a, source in read.items() if a in resting],
        destinations=[places[place] for place in entry["destinations"]],
        stories=entry["stories"],
        include=tuple(entry["include"]),
        exclude=tuple(entry["exclude"]),
        quiet_hours=entry["quiet_hours"],
        language=entry["language"],
        corrections=entry.get("corrections", "edit"),
        look=of_settings(entry),
        called={read[a].id: name for a, name in entry["source_names"].items()},
    )
    key = {"workspace_id": workspace.id, "digest_id": digest.id}
    stand_still = digests.pause if entry["paused"] else digests.resume
    stand_still(conn, **key)
    digests.pause_until(conn, **key, day=_day(entry["paused_until"]))
    digests.skip(conn, **key, days=[_day(day) for day in entry["skip"] or ()])
    if before is None or list(before.schedules) != list(entry["schedule"]):
        rules = [schedules.parse(sentence) for sentence in entry["schedule"]]
        firsts = planning.first_dues(conn, **key, rules=rules, now=work.now)
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
    return digest


def _day(said: Any) -> Any:
    """A date as such: what was stored with a change says it as text."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def _source(work: Work, before: Digest | None, address: str) -> Source:
    """A folder that the workspace has stays, also when nothing is there at present."""
    if "://" not in address:
        had = (*before.sources, *before.paused_sources) if before else ()
        mine = sources.in_workspace(work.conn, workspace_id=work.workspace.id)
        for source in (*had, *mine):
            if source.address == address:
                return source
    return ensure_source(
        work.conn, work.workspace, address, allow_private=work.allow_private
    )


def ensure_source(
    conn: Connection,
    workspace: Workspace,
    address: str,
    *,
    name: str = "",
    allow_private: str = "",
) -> Source:
    """Make the source of this full address, or find it.

    Args:
        conn: Inside a transaction.
        workspace: Who names it; a folder, a secret address and one of a private
            network are this workspace's, every other is shared.
        address: Of a folder, feed or page.
        name: For people; "" = the folder's name, or the address without its secret.
        allow_private: The setting of that name.
    """
    kind, full = kind_of(address, Path("/"))
    if kind == "folder":
        private, shown_name = True, name or Path(full).name
    else:
        private = addresses.is_private(full, allow_private)
        shown_name = name or addresses.shown(full)
    owner = workspace.id if private else None
    return sources.ensure(
        conn,
        workspace_id=owner,
        kind=kind,
        address=full,
        name=shown_name,
        rename=bool(name),
    )


def whole_addresses(known: Sequence[Digest]) -> dict[str, str]:
    """The whole addresses of what is printed without its secret, by what is printed."""
    whole = {
        source.address
        for digest in known
        for source in (*digest.sources, *digest.paused_sources)
    }
    masked = {address: addresses.shown(address) for address in whole}
    several = Counter(masked.values())
    return {mask: address for address, mask in masked.items() if several[mask] == 1}


def _whole(address: str, base: Path, secrets: Mapping[str, str]) -> str:
    if not addresses.is_masked(address):
        return kind_of(address, base)[1]
    if address not in secrets:
        raise UserError(
            "«{address}» was printed without its secret, and none is known for "
            "it here. Write the address whole.",
            address=address,
        )
    return secrets[address]


def _normal(
    entry: DigestEntry, base: Path, secrets: Mapping[str, str], before: Digest | None
) -> dict[str, Any]:
    """The entry with full addresses and schedule sentences as we say them back.

    What it does not say of pauses and left-out dates is as it was `before`.
    """
    paused, until, skip = entry.paused, entry.paused_until, entry.skip
    if before is not None:
        paused = before.paused if paused is None else paused
        until = until or before.paused_until
        skip = list(before.skips) if skip is None else skip
    rules = [schedules.parse(sentence) for sentence in entry.sentences]
    resting = [_whole(address, base, secrets) for address in entry.paused_sources]
    listed = [_whole(address, base, secrets) for address in entry.sources]
    return {
        "sources": [*(a for a in listed if a not in resting), *resting],
        "paused_sources": resting,
        "source_names": {
            _whole(a, base, secrets): name for a, name in entry.source_names.items()
        },
        "destinations": list(entry.destinations),
        "schedule": [schedules.say(rule) for rule in rules],
        "quiet_hours": entry.quiet_hours,
        "paused": bool(paused),
        "paused_until": until,
        "skip": sorted(set(skip or ())) or None,
        "stories": entry.stories,
        **as_settings(of_settings(entry.model_dump())),
        "include": list(entry.include),
        "exclude": list(entry.exclude),
        "language": entry.language,
        "corrections": entry.corrections,
    }
