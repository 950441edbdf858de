"""Check the steps of a change, and who may make it.

Checked steps have the normal form that is stored and compared: plain JSON values, full
addresses, schedules as `bot.schedules` writes them. Every mistake is reported, so that
a file can be corrected in one pass.

A step from chat or from a form cannot add a folder that no file gave to the workspace:
it would let an editor read files of the machine. A digest that was deleted comes back
with its folders. A file of the operator may name any folder.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.configuration.change_steps import (
    MAX_CORRECTION_LENGTH,
    ChangeStep,
    StepProblem,
)
from bot.configuration.validation import (
    FieldProblem,
    check_digest,
    find_post_option_problems,
    resolve_source_kind,
    validate_fields,
)
from bot.errors import Forbidden, UserError
from bot.ingest import addresses
from bot.model import (
    DEFAULT_DIGEST,
    DestinationSettings,
    Digest,
    Person,
    SettingsEntry,
    Workspace,
    list_settings,
)
from bot.ports import PlatformPlugin, Plugins
from bot.schedules.calendar import find_zone
from bot.storage import Connection, destination_store, digest_store

#: Maximum number of digests, and of destinations, that can be made from chat.
MAX_THINGS = 100
FOLDER_ONLY_BY_FILE = (
    "A folder can be a source only by the configuration file. Here, name the address "
    "of a feed, a page or a site: https://…"
)
CheckedEntry = tuple[SettingsEntry, list[FieldProblem]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidationContext:
    """The rest of the workspace, on which the checks of a step depend."""

    workspace: Workspace
    #: Descriptor of its platform; None = the platform is unknown.
    platform: PlatformPlugin | None
    digests: tuple[Digest, ...]
    #: Destination names → channels, as changed by earlier steps of the same change.
    places: Mapping[str, str]
    #: Digest names → names of the destinations that they post to, likewise.
    posting: Mapping[str, tuple[str, ...]]
    #: A change is reverted: a deleted digest may come back with its folders.
    reverting: bool = False
    #: The folder of an operator's file, where its paths start; None = from chat.
    base: Path | None = None


def load_validation_context(
    conn: Connection,
    workspace: Workspace,
    plugins: Plugins,
    *,
    reverting: bool = False,
    base: Path | None = None,
) -> ValidationContext:
    """Load the current settings of the workspace."""
    scope = workspace.scope
    known = digest_store.list_digests(conn, scope)
    return ValidationContext(
        workspace=workspace,
        platform=plugins.get(workspace.platform),
        digests=known,
        posting={d.name: tuple(p.name for p in d.destinations) for d in known},
        places={
            p.name: p.channel for p in destination_store.list_destinations(conn, scope)
        },
        reverting=reverting,
        base=base,
    )


def check_steps(
    steps: Iterable[ChangeStep], around: ValidationContext
) -> tuple[tuple[ChangeStep, ...], list[StepProblem]]:
    """Check the steps and convert them to normal form; each sees the ones before it.

    Returns:
        The steps, and every mistake in them.
    """
    checked: list[ChangeStep] = []
    problems: list[StepProblem] = []
    for step in steps:
        after, found = _check_step(step, around)
        name = str((step.after or step.before or {}).get("name", ""))
        problems += [
            StepProblem(noun=step.noun, name=name, field=p.field, problem=p.problem)
            for p in found
        ]
        normal = replace(step, after=after)
        around = _apply_to_context(around, normal)
        checked.append(normal)
    return tuple(checked), problems


def _check_step(
    step: ChangeStep, around: ValidationContext
) -> tuple[SettingsEntry | None, list[FieldProblem]]:
    if step.after is None:
        return None, _check_unused(step, around)
    match step.noun:
        case "zone":
            return _check_zone(step.after)
        case "access":
            return step.after, []
        case "correction":
            return _check_correction(step.after)
        case "destination":
            return _check_destination(step.before, step.after, around)
        case "digest":
            return _check_digest_step(step, step.after, around)


def _apply_to_context(around: ValidationContext, step: ChangeStep) -> ValidationContext:
    """Build the context of the next step of the same change."""
    if step.noun == "zone" and step.after:
        moved = replace(around.workspace, zone=str(step.after["zone"]))
        return replace(around, workspace=moved)
    if step.noun == "digest":
        posting = {n: p for n, p in around.posting.items() if n != step.old_name}
        if step.after:
            posting[step.name] = tuple(step.after["destinations"])
        return replace(around, posting=posting)
    if step.noun == "destination":
        places = {n: c for n, c in around.places.items() if n != step.old_name}
        if step.after:
            places[step.name] = str(step.after["channel"])
        return replace(around, places=places)
    return around


def _problem(error: UserError, field: str = "") -> FieldProblem:
    return FieldProblem(field=field, problem=error)


def _check_zone(after: SettingsEntry) -> CheckedEntry:
    try:
        return {"name": "zone", "zone": find_zone(str(after["zone"]))}, []
    except UserError as error:
        return {"name": "zone", "zone": "UTC"}, [_problem(error, "zone")]


def _check_correction(after: SettingsEntry) -> CheckedEntry:
    text = " ".join(str(after["text"]).split())
    problems = []
    if not text:
        error = UserError("Write what is right, in one sentence.")
        problems.append(_problem(error, "text"))
    if len(text) > MAX_CORRECTION_LENGTH:
        error = UserError(
            "Use at most {longest} characters: it is shown at the end of the story.",
            longest=MAX_CORRECTION_LENGTH,
        )
        problems.append(_problem(error, "text"))
    return {**after, "text": text}, problems


def _check_unused(step: ChangeStep, around: ValidationContext) -> list[FieldProblem]:
    users = [d for d, places in around.posting.items() if step.old_name in places]
    if step.noun != "destination" or not users:
        return []
    error = UserError(
        "«{users}» posts to «{old_name}». Give that digest another "
        "destination first: /newsdesk digest edit.",
        users=users[0],
        old_name=step.old_name,
    )
    return [_problem(error)]


def _check_destination(
    before: SettingsEntry | None, after: SettingsEntry, around: ValidationContext
) -> CheckedEntry:
    # Settings that an older change does not have stay as they are.
    entry = {**(before or {}), **after}
    stopped = entry.pop("stopped", None)
    settings, problems = validate_fields(DestinationSettings, entry)
    old_name = before["name"] if before else None
    if settings.name != old_name and settings.name in around.places:
        error = UserError(
            "There is already a destination «{name}».", name=settings.name
        )
        problems.append(_problem(error, "name"))
    if before is None and around.base is None and len(around.places) >= MAX_THINGS:
        error = UserError(
            "There are already {most} destinations here; remove one.", most=MAX_THINGS
        )
        problems.append(_problem(error))
    for name, channel in around.places.items():
        if channel == settings.channel and name != old_name:
            error = UserError(
                "This channel is already the destination «{taken}».", taken=name
            )
            problems.append(_problem(error))
    if around.platform is not None:
        problems += find_post_option_problems(
            settings, around.platform, workspace=around.workspace.external_id
        )
    return {**settings.to_entry(), "stopped": stopped}, problems


def _check_digest_step(
    step: ChangeStep, after: SettingsEntry, around: ValidationContext
) -> CheckedEntry:
    # Settings that an older change does not have stay as they are.
    entry = {**DEFAULT_DIGEST, **(step.before or {}), **after}
    if around.base is None and isinstance(entry["source_names"], Mapping):
        # The name of a removed source is removed as well.
        names: Mapping[str, str] = entry["source_names"]
        entry["source_names"] = {
            a: n for a, n in names.items() if a in entry["sources"]
        }
    settings, problems = check_digest(
        entry,
        destinations=around.places,
        resolve_address=_build_address_resolver(step, around),
        zone=around.workspace.zone,
    )
    others = {d.name for d in around.digests if step.before is None or d.id != step.key}
    if settings.name in others:
        error = UserError("There is already a digest «{name}».", name=settings.name)
        problems.append(_problem(error, "name"))
    if (
        step.before is None
        and around.base is None
        and len(around.digests) >= MAX_THINGS
    ):
        error = UserError(
            "There are already {most} digests here; delete one first.", most=MAX_THINGS
        )
        problems.append(_problem(error))
    return settings.to_entry(), problems


def _build_address_resolver(
    step: ChangeStep, around: ValidationContext
) -> Callable[[str], str]:
    """Build the function that returns the full address of a source, or raises.

    Addresses that the digest already has are not checked again: their targets may be
    unavailable now.
    """
    secrets = map_masked_addresses(around.digests)
    had = set(step.before["sources"]) if step.before else set()
    folders = {
        source.address
        for digest in around.digests
        for source in digest.all_sources
        if source.kind == "folder"
    }
    if step.before is None and step.key is not None and around.reverting:
        had |= set((step.after or {})["sources"])

    def resolve(address: str) -> str:
        if addresses.is_masked(address):
            if address in secrets:
                return secrets[address]
            raise UserError(
                "«{address}» was shown without its secret, and none is known "
                "for it here. Write the whole address.",
                address=address[:200],
            )
        if "://" in address or around.base is not None:
            if address in had and "://" in address:
                return address
            return resolve_source_kind(address, around.base or Path("/"))[1]
        if address in had | folders:
            return address
        # An export names folders without their place on this machine.
        named = [folder for folder in folders if Path(folder).name == address]
        if len(named) == 1:
            return named[0]
        raise UserError(FOLDER_ONLY_BY_FILE)

    return resolve


def map_masked_addresses(known: Sequence[Digest]) -> dict[str, str]:
    """Map addresses as they are printed, without their secrets, to full ones."""
    whole = {source.address for digest in known for source in digest.all_sources}
    masked = {address: addresses.mask_secrets(address) for address in whole}
    several = Counter(masked.values())
    return {mask: address for address, mask in masked.items() if several[mask] == 1}


#: Settings that only managers may set.
_MANAGED = tuple(s for s in list_settings(DestinationSettings) if s.info.managers_only)


def check_rights(person: Person, steps: Iterable[ChangeStep]) -> None:
    """Check that an editor by grant does not give away more rights than they have.

    Raises:
        Forbidden: One of the steps is reserved for people who manage the workspace.
    """
    if not person.granted:
        return
    for step in steps:
        if step.noun == "access":
            raise Forbidden(
                "Only people who manage this workspace on its platform can "
                "choose its editors. Ask one of them."
            )
        before, after = step.before or {}, step.after or {}
        for setting in _MANAGED:
            value: Any = after.get(setting.name)
            if value and value != before.get(setting.name):
                # The bot may be allowed to ping where this person is not.
                raise Forbidden(
                    "Only people who manage this workspace on its platform can "
                    "choose the role to ping. Ask one of them."
                )
