"""Validate and normalize one step of a change, and who may make it.

What comes out is the normal form that is stored and compared: whole addresses,
schedules as we say them, numbers as numbers. Nothing is changed here. From chat a
digest gets no folder that a file did not give to one of the workspace (it would let an
editor read the machine's files); one that was deleted comes back with its folders.

Who manages the workspace on its platform may change everything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.configuration.change_steps import MAX_CORRECTION_LENGTH, ChangeStep
from bot.configuration.file_import import map_masked_addresses
from bot.configuration.settings import DEFAULT_DIGEST, DigestEntry, SettingsEntry
from bot.configuration.validation import (
    find_digest_problems,
    find_name_problem,
    find_post_option_problems,
    resolve_source_kind,
)
from bot.errors import FieldError, Forbidden, UserError
from bot.ingest import addresses
from bot.model import (
    Digest,
    Person,
    Workspace,
    post_options_from_settings,
    post_options_to_settings,
)
from bot.schedules.calendar import find_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.wording import describe_schedule
from bot.storage import Connection, destination_store, digest_store

#: So many digests, and so many destinations, can be made from chat.
MAX_THINGS = 100
FOLDER_ONLY_BY_FILE = (
    "A folder can be a source only by the configuration file. Here, name the address "
    "of a feed, a page or a site: https://…"
)
_LIST_SETTINGS = (
    "sources",
    "paused_sources",
    "destinations",
    "schedule",
    "include",
    "exclude",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidationContext:
    """What else there is in the workspace, which decides what can be."""

    workspace: Workspace
    digests: tuple[Digest, ...]
    #: Names → channels, with what earlier steps of the same change make of them.
    places: Mapping[str, str]
    #: Names of digests → names of the destinations that they post to, likewise.
    posting: Mapping[str, tuple[str, ...]]
    #: A change is taken back: what was deleted may come back with its folders.
    reverting: bool = False


def load_validation_context(
    conn: Connection, workspace: Workspace, *, reverting: bool = False
) -> ValidationContext:
    """How things stand."""
    here = {"workspace_id": workspace.id}
    known = digest_store.list_digests(conn, **here)
    return ValidationContext(
        workspace=workspace,
        digests=known,
        posting={d.name: tuple(p.name for p in d.destinations) for d in known},
        places={
            p.name: p.channel for p in destination_store.list_destinations(conn, **here)
        },
        reverting=reverting,
    )


def validate_step(step: ChangeStep, around: ValidationContext) -> SettingsEntry | None:
    """What the step leads to, in the normal form.

    Raises:
        Mistake: It cannot be; which question that is about, and what would do.
    """
    if step.after is None:
        _check_unused(step, around)
        return None
    match step.noun:
        case "zone":
            return {"name": "zone", "zone": _validate_zone(str(step.after["zone"]))}
        case "access":
            return step.after
        case "correction":
            return {**step.after, "text": _validate_correction(str(step.after["text"]))}
        case "destination":
            return _validate_destination(step.before, step.after, around)
        case "digest":
            return _validate_digest(step, step.after, around)


def _validate_correction(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise FieldError("Say what is right, in a sentence.", field="text")
    if len(said) > MAX_CORRECTION_LENGTH:
        raise FieldError(
            "Say it in at most {longest} characters: it stands at the end of the "
            "story.",
            longest=MAX_CORRECTION_LENGTH,
            field="text",
        )
    return said


def _check_unused(step: ChangeStep, around: ValidationContext) -> None:
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


def _validate_zone(written: str) -> str:
    try:
        return find_zone(written)
    except UserError as error:
        raise FieldError.of(error, field="zone") from None


def _validate_destination(
    before: SettingsEntry | None, after: SettingsEntry, around: ValidationContext
) -> SettingsEntry:
    name, channel = str(after["name"]).strip(), str(after["channel"])
    _check_name(name)
    was = before["name"] if before else None
    if name != was and name in around.places:
        raise FieldError(
            "Another destination is called «{name}» already.", name=name, field="name"
        )
    if before is None and len(around.places) >= MAX_THINGS:
        raise UserError(
            "There are {most} destinations here already; remove one.", most=MAX_THINGS
        )
    taken = [n for n, c in around.places.items() if c == channel and n != was]
    if taken:
        raise UserError(
            "This channel is the destination «{taken}» already.", taken=taken[0]
        )
    # What an older change does not speak of stays as it is.
    manner = post_options_from_settings({**(before or {}), **after})
    workspace = around.workspace
    for field, text in find_post_option_problems(
        manner, platform=workspace.platform, workspace=workspace.external_id
    ):
        raise FieldError("{problem}", problem=text, field=field)
    return {
        **after,
        "name": name,
        "channel": channel,
        **post_options_to_settings(manner),
    }


def _check_name(name: str) -> None:
    trouble = find_name_problem(name)
    if trouble:
        raise FieldError(
            "«{name}» cannot be a name: {trouble}",
            name=name[:80],
            trouble=trouble,
            field="name",
        )


def _validate_digest(
    step: ChangeStep, after: SettingsEntry, around: ValidationContext
) -> SettingsEntry:
    # What an older change does not speak of stays as it is.
    entry = {**DEFAULT_DIGEST, **(step.before or {}), **after}
    entry |= {kind: _clean_values(entry[kind]) for kind in _LIST_SETTINGS}
    entry["name"] = name = str(entry["name"]).strip()
    _check_name(name)
    others = {d.name for d in around.digests if step.before is None or d.id != step.key}
    if name in others:
        raise FieldError(
            "Another digest is called «{name}» already.", name=name, field="name"
        )
    if step.before is None and len(around.digests) >= MAX_THINGS:
        raise UserError(
            "There are {most} digests here already; delete one first.", most=MAX_THINGS
        )
    entry |= _restore_addresses(entry, around.digests)
    kept = _list_trusted_addresses(step, around)
    if any("://" not in a for a in entry["sources"] if a not in kept):
        raise FieldError(FOLDER_ONLY_BY_FILE, field="sources")
    entry["schedule"] = [
        _validate_sentence(s, around.workspace) for s in entry["schedule"]
    ]
    _check_digest(entry, around.places, kept)
    return _normalize_digest(entry)


def _list_trusted_addresses(step: ChangeStep, around: ValidationContext) -> set[str]:
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


def _clean_values(values: Sequence[str] | str) -> list[str]:
    """Each value once, without space around it and without the empty ones."""
    listed = [values] if isinstance(values, str) else values
    stripped = (str(value).strip() for value in listed)
    return list(dict.fromkeys(value for value in stripped if value))


def _restore_addresses(entry: SettingsEntry, known: Sequence[Digest]) -> dict[str, Any]:
    secrets = map_masked_addresses(known)
    whole: dict[str, Any] = {
        kind: [_restore_address(address, secrets) for address in entry[kind]]
        for kind in ("sources", "paused_sources")
    }
    # A name goes with its source.
    named = {_restore_address(a, secrets): n for a, n in entry["source_names"].items()}
    whole["source_names"] = {a: n for a, n in named.items() if a in whole["sources"]}
    return whole


def _restore_address(address: str, secrets: Mapping[str, str]) -> str:
    if not addresses.is_masked(address):
        return address
    if address not in secrets:
        raise FieldError(
            "«{address}» is shown without its secret. Write it whole.",
            address=address[:200],
            field="sources",
        )
    return secrets[address]


def _validate_sentence(written: str, workspace: Workspace) -> str:
    try:
        return describe_schedule(parse_schedule(written, workspace.zone))
    except UserError as error:
        raise FieldError.of(error, field="schedule") from None


def _check_digest(
    entry: SettingsEntry, places: Collection[str], kept: Collection[str]
) -> None:
    def is_source(address: str) -> None:
        if address not in kept:
            resolve_source_kind(address, Path("/"))

    for found in find_digest_problems(entry, destinations=places, is_source=is_source):
        raise FieldError.of(found.problem, field=found.field)


def _normalize_digest(entry: SettingsEntry) -> dict[str, Any]:
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


def check_rights(person: Person, steps: Iterable[ChangeStep]) -> None:
    """Let nobody hand on more than they were given.

    Raises:
        Forbidden: Only who manages the workspace can do one of these.
    """
    if not person.granted:
        return
    for step in steps:
        if step.noun == "access":
            raise Forbidden(
                "Only who manages this workspace on its platform can say who else may "
                "do an editor's work. Ask one of them."
            )
        if _sets_ping(step):
            # The bot may be allowed to ping where this person is not.
            raise Forbidden(
                "Only who manages this workspace on its platform can say which role "
                "is pinged. Ask one of them."
            )


def _sets_ping(step: ChangeStep) -> bool:
    wanted = (step.after or {}).get("ping")
    return bool(wanted) and wanted != (step.before or {}).get("ping")
