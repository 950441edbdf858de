"""Read a configuration file, plan its changes, and apply them in one transaction.

Comparing and carrying out share one normal form of a digest, so that the plan that is
shown is the plan that happens.

It changes nothing; `applying` does.

`entries` are what a file may say, `mistakes` what can be wrong with them; `reading`
checks a file and says every mistake at once; `applying` compares it with
what is set up, lists the changes, and makes them in one transaction; `exporting`
writes what is set up. Applying the same file twice changes nothing the second time.
Only `prune` removes, and only inside workspaces that the file names.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from bot.configuration import validation
from bot.configuration.settings import (
    EDITOR_PATTERN,
    CheckedFile,
    DestinationEntry,
    DigestEntry,
    FileEntry,
    WorkspaceEntry,
    digest_to_entry,
)
from bot.configuration.validation import (
    find_content_problems,
    find_problem,
    format_file_problems,
    resolve_source_kind,
)
from bot.errors import ConfigurationError, UserError
from bot.ingest import addresses
from bot.model import (
    Destination,
    Digest,
    PostOptions,
    Source,
    Workspace,
    layout_from_settings,
    layout_to_settings,
    post_options_to_settings,
)
from bot.publishing import planning
from bot.schedules.calendar import find_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import schedule_to_json
from bot.schedules.wording import describe_schedule
from bot.storage import (
    Connection,
    destination_store,
    digest_store,
    schedule_store,
    source_store,
    workspace_store,
)
from bot.storage.workspace_store import Grant


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedChange:
    """One thing that applying the file would do."""

    kind: Literal["add", "change", "remove"]
    text: str


def plan_changes(
    conn: Connection, wanted: CheckedFile, *, prune: bool
) -> tuple[PlannedChange, ...]:
    """What applying the file would change, in the order it would happen."""
    changes: list[PlannedChange] = []
    for entry in wanted.file.workspace:
        changes += _plan_workspace(conn, entry, wanted.base, prune)
    return tuple(changes)


def _plan_workspace(
    conn: Connection, entry: WorkspaceEntry, base: Path, prune: bool
) -> list[PlannedChange]:
    label = f"{entry.platform} workspace «{entry.id}»"
    found = workspace_store.find_workspace_by_external_id(
        conn, platform=entry.platform, external_id=entry.id
    )
    changes: list[PlannedChange] = []
    if found is None:
        changes.append(PlannedChange(kind="add", text=label))
    elif (found.name, found.zone) != (entry.name or entry.id, entry.zone):
        changes.append(PlannedChange(kind="change", text=label))
    let = workspace_store.list_grants(conn, workspace_id=found.id) if found else ()
    now = {f"{one.kind} {one.external_id}": True for one in let}
    changes += _diff_entries("editor", now, dict.fromkeys(entry.editors, True), prune)
    places = (
        destination_store.list_destinations(conn, workspace_id=found.id)
        if found
        else ()
    )
    known = digest_store.list_digests(conn, workspace_id=found.id) if found else ()
    changes += _plan_destinations(entry, places, prune)
    changes += _plan_digests(entry, known, base, prune)
    return changes


def _plan_destinations(
    entry: WorkspaceEntry, places: Sequence[Destination], prune: bool
) -> list[PlannedChange]:
    now = {d.name: describe_destination(d.channel, d.manner) for d in places}
    wanted = {
        d.name: describe_destination(d.channel, d.manner) for d in entry.destination
    }
    return _diff_entries("destination", now, wanted, prune)


def _plan_digests(
    entry: WorkspaceEntry, known: Sequence[Digest], base: Path, prune: bool
) -> list[PlannedChange]:
    now = {digest.name: digest_to_entry(digest) for digest in known}
    secrets = map_masked_addresses(known)
    of_name = {digest.name: digest for digest in known}
    wanted = {
        d.name: _normalize_entry(d, base, secrets, of_name.get(d.name))
        for d in entry.digest
    }
    return _diff_entries("digest", now, wanted, prune)


def _diff_entries(
    noun: str, now: dict[str, Any], wanted: dict[str, Any], prune: bool
) -> list[PlannedChange]:
    changes = [
        PlannedChange(
            kind="change" if name in now else "add",
            text=f"{noun} «{name}»{_format_difference(now.get(name), value)}",
        )
        for name, value in wanted.items()
        if now.get(name) != value
    ]
    if prune:
        gone = [name for name in now if name not in wanted]
        changes += [
            PlannedChange(kind="remove", text=f"{noun} «{name}»") for name in gone
        ]
    return changes


def _format_difference(old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        names = [name for name in new if old.get(name) != new[name]]
        return f": {', '.join(names)}"
    return f": {old} → {new}" if old is not None else ""


def apply_checked_file(
    conn: Connection,
    wanted: CheckedFile,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
) -> tuple[PlannedChange, ...]:
    """Apply the file in the caller's transaction; what was changed.

    Args:
        conn: Inside a transaction.
        wanted: The checked file.
        prune: Also remove what the file does not name, inside its workspaces.
        now: The time.
        allow_private: The setting of that name, which says what is nobody else's.
    """
    changes = plan_changes(conn, wanted, prune=prune)
    for entry in wanted.file.workspace:
        workspace = workspace_store.upsert_workspace(
            conn,
            platform=entry.platform,
            external_id=entry.id,
            name=entry.name or entry.id,
            zone=entry.zone,
            now=now,
        )
        work = ApplyContext(
            conn=conn,
            workspace=workspace,
            base=wanted.base,
            now=now,
            allow_private=allow_private,
        )
        _apply_workspace(work, entry, prune)
    return changes


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyContext:
    """What is carried out in one workspace, and with what."""

    conn: Connection
    workspace: Workspace
    base: Path
    now: datetime
    allow_private: str
    #: Who wants it; "" where a file does.
    by: str = ""


def _apply_workspace(work: ApplyContext, entry: WorkspaceEntry, prune: bool) -> None:
    conn, workspace = work.conn, work.workspace
    _apply_editors(work, entry, prune)
    places = {
        place.name: save_destination(conn, workspace_id=workspace.id, entry=place)
        for place in entry.destination
    }
    for digest in entry.digest:
        _apply_digest(work, digest, places)
    if prune:
        wanted = {d.name for d in entry.digest}
        for old in digest_store.list_digests(conn, workspace_id=workspace.id):
            if old.name not in wanted:
                digest_store.delete_digest(
                    conn, workspace_id=workspace.id, digest_id=old.id, now=work.now
                )
        for place in destination_store.list_destinations(
            conn, workspace_id=workspace.id
        ):
            if place.name not in places:
                destination_store.delete_destination(
                    conn, workspace_id=workspace.id, destination_id=place.id
                )


def _apply_editors(work: ApplyContext, entry: WorkspaceEntry, prune: bool) -> None:
    here = {"workspace_id": work.workspace.id}
    wanted = [_parse_grant(who) for who in entry.editors]
    for grant in wanted:
        workspace_store.add_grant(work.conn, **here, grant=grant)
    if prune:
        for grant in workspace_store.list_grants(work.conn, **here):
            if grant not in wanted:
                workspace_store.delete_grant(work.conn, **here, grant=grant)


def _parse_grant(written: str) -> Grant:
    kind, _, external_id = written.partition(" ")
    return Grant(kind="role" if kind == "role" else "person", external_id=external_id)


def _apply_digest(
    work: ApplyContext, entry: DigestEntry, places: dict[str, Destination]
) -> None:
    conn, workspace = work.conn, work.workspace
    known = digest_store.list_digests(conn, workspace_id=workspace.id)
    before = digest_store.find_digest_by_name(
        conn, workspace_id=workspace.id, name=entry.name
    )
    normal = _normalize_entry(entry, work.base, map_masked_addresses(known), before)
    if before is not None and digest_to_entry(before) == normal:
        # An untouched digest keeps its next due moment.
        return
    save_digest(work, entry.name, normal, places, before)


def save_digest(
    work: ApplyContext,
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
    read = {
        address: _find_or_create_source(work, before, address)
        for address in entry["sources"]
    }
    resting = set(entry["paused_sources"])
    digest = digest_store.upsert_digest(
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
        look=layout_from_settings(entry),
        called={read[a].id: name for a, name in entry["source_names"].items()},
    )
    key = {"workspace_id": workspace.id, "digest_id": digest.id}
    set_paused = (
        digest_store.pause_digest if entry["paused"] else digest_store.resume_digest
    )
    set_paused(conn, **key)
    digest_store.pause_digest_until(conn, **key, day=_parse_day(entry["paused_until"]))
    digest_store.set_skipped_dates(
        conn, **key, days=[_parse_day(day) for day in entry["skip"] or ()]
    )
    if before is None or list(before.schedules) != list(entry["schedule"]):
        rules = [parse_schedule(sentence) for sentence in entry["schedule"]]
        firsts = planning.find_first_dues(conn, **key, rules=rules, now=work.now)
        schedule_store.replace_schedules(
            conn,
            **key,
            rows=[
                schedule_store.NewSchedule(
                    sentence=describe_schedule(rule),
                    rule=schedule_to_json(rule),
                    zone=rule.zone,
                    next=first,
                )
                for rule, first in zip(rules, firsts, strict=True)
            ],
        )
    return digest


def _parse_day(said: Any) -> Any:
    """A date as such: what was stored with a change says it as text."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def _find_or_create_source(
    work: ApplyContext, before: Digest | None, address: str
) -> Source:
    """A folder that the workspace has stays, also when nothing is there at present."""
    if "://" not in address:
        had = (*before.sources, *before.paused_sources) if before else ()
        mine = source_store.list_sources(work.conn, workspace_id=work.workspace.id)
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
    kind, full = resolve_source_kind(address, Path("/"))
    if kind == "folder":
        private, shown_name = True, name or Path(full).name
    else:
        private = addresses.is_private(full, allow_private)
        shown_name = name or addresses.mask_secrets(full)
    owner = workspace.id if private else None
    return source_store.upsert_source(
        conn,
        workspace_id=owner,
        kind=kind,
        address=full,
        name=shown_name,
        rename=bool(name),
    )


def map_masked_addresses(known: Sequence[Digest]) -> dict[str, str]:
    """The whole addresses of what is printed without its secret, by what is printed."""
    whole = {
        source.address
        for digest in known
        for source in (*digest.sources, *digest.paused_sources)
    }
    masked = {address: addresses.mask_secrets(address) for address in whole}
    several = Counter(masked.values())
    return {mask: address for address, mask in masked.items() if several[mask] == 1}


def _restore_address(address: str, base: Path, secrets: Mapping[str, str]) -> str:
    if not addresses.is_masked(address):
        return resolve_source_kind(address, base)[1]
    if address not in secrets:
        raise UserError(
            "«{address}» was printed without its secret, and none is known for "
            "it here. Write the address whole.",
            address=address,
        )
    return secrets[address]


def _normalize_entry(
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
    rules = [parse_schedule(sentence) for sentence in entry.sentences]
    resting = [
        _restore_address(address, base, secrets) for address in entry.paused_sources
    ]
    listed = [_restore_address(address, base, secrets) for address in entry.sources]
    return {
        "sources": [*(a for a in listed if a not in resting), *resting],
        "paused_sources": resting,
        "source_names": {
            _restore_address(a, base, secrets): name
            for a, name in entry.source_names.items()
        },
        "destinations": list(entry.destinations),
        "schedule": [describe_schedule(rule) for rule in rules],
        "quiet_hours": entry.quiet_hours,
        "paused": bool(paused),
        "paused_until": until,
        "skip": sorted(set(skip or ())) or None,
        "stories": entry.stories,
        **layout_to_settings(layout_from_settings(entry.model_dump())),
        "include": list(entry.include),
        "exclude": list(entry.exclude),
        "language": entry.language,
        "corrections": entry.corrections,
    }


def read_file(path: Path) -> CheckedFile:
    """The configuration in this file.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            "{path} cannot be read: {reason}.", path=path, reason=reason
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("{path} is not UTF-8 text.", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "{path} is not valid TOML: {error}.", path=path, error=error
        ) from error
    try:
        file = FileEntry.model_validate(data)
    except ValidationError as error:
        problems = (f"{path}: {text}" for text in format_file_problems(error, data))
        raise ConfigurationError("\n".join(problems)) from error
    wanted = CheckedFile(file=file, base=path.resolve().parent)
    mistakes = list(_find_content_problems(wanted))
    if mistakes:
        raise ConfigurationError("\n".join(f"{path}: {text}" for text in mistakes))
    return wanted


def _find_content_problems(wanted: CheckedFile) -> Sequence[str]:
    """What types alone cannot see: names that must match, sentences, zones, folders."""
    found: list[str] = []
    for workspace in wanted.file.workspace:
        found += _find_duplicates(
            "destination", [d.name for d in workspace.destination]
        )
        found += _find_duplicates("digest", [d.name for d in workspace.digest])
        known = {d.name for d in workspace.destination}
        found += _check_value(
            f"workspace «{workspace.id}», zone", find_zone, workspace.zone
        )
        found += [
            f"workspace «{workspace.id}», editors: «{who}» is not «person ID» or "
            "«role ID»."
            for who in workspace.editors
            if not EDITOR_PATTERN.fullmatch(who)
        ]
        found += [
            f"destination «{place.name}», {field}: {text}"
            for place in workspace.destination
            for field, text in validation.find_post_option_problems(
                place.manner, platform=workspace.platform, workspace=workspace.id
            )
        ]
        for digest in workspace.digest:
            found += [
                f"digest «{digest.name}», {mistake.field}: {mistake.text}"
                for mistake in find_content_problems(
                    digest,
                    known,
                    lambda address: resolve_source_kind(address, wanted.base),
                )
            ]
    return found


def _find_duplicates(kind: str, names: Sequence[str]) -> list[str]:
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [f"{kind} «{name}» stands twice; names must differ." for name in doubled]


def _check_value(where: str, check: Callable[[str], object], value: str) -> list[str]:
    problem = find_problem(check, value)
    return [f"{where}: {problem}"] if problem else []


def describe_destination(channel: str, manner: PostOptions) -> str:
    """«2001, silent, ping 55»: what a plan shows and compares."""
    on = [
        name if value is True else f"{name} {value}"
        for name, value in post_options_to_settings(manner).items()
        if value
    ]
    return ", ".join([channel, *on])


def save_destination(
    conn: Connection, *, workspace_id: int, entry: DestinationEntry
) -> Destination:
    """Make the destination, or make it be as said here.

    Raises:
        UserError: Its channel is a destination already, under another name.
    """
    place = destination_store.upsert_destination(
        conn, workspace_id=workspace_id, name=entry.name, channel=entry.channel
    )
    adopted = destination_store.set_post_options(
        conn,
        workspace_id=workspace_id,
        destination_id=place.id,
        manner=entry.manner,
    )
    return adopted or place
