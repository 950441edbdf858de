"""Check the steps of a change, and who may make it.

Checked steps have the normal form that is stored and compared: plain JSON values, full
addresses, schedules as `bot.schedules` writes them. Every mistake is reported, so that
a file can be corrected in one pass.

A step from chat or from a form cannot add a folder that no file gave to the workspace:
it would let an editor read files of the machine. A digest that was deleted comes back
with its folders. A file of the operator may name any folder.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from bot.configuration.change_steps import (
    MAX_CORRECTION_LENGTH,
    ChangeContext,
    ChangeRequest,
    ChangeStep,
    CurrentSettings,
    InvalidChange,
    StepProblem,
    build_steps,
)
from bot.configuration.quota_checks import find_quota_problems
from bot.configuration.validation import (
    STAND_IN,
    check_digest,
    find_post_option_problems,
    resolve_source_kind,
    validate_fields,
)
from bot.errors import FieldError, Forbidden, UserError
from bot.ingest import addresses
from bot.model import (
    DEFAULT_DIGEST,
    DestinationSettings,
    Person,
    SettingsEntry,
    list_settings,
)
from bot.ports import PlatformPlugin
from bot.schedules.calendar import find_zone
from bot.storage import Connection
from digests.types import frozen

#: Maximum number of destinations that can be made from chat.
MAX_DESTINATIONS = 100
FOLDER_ONLY_BY_FILE = (
    "A folder can be a source only by the configuration file. Here, name the address "
    "of a feed, a page or a site: https://…"
)
CheckedEntry = tuple[SettingsEntry | None, list[FieldError]]


def check_requests(
    conn: Connection,
    current: CurrentSettings,
    requests: Iterable[ChangeRequest],
    context: ChangeContext,
) -> tuple[ChangeStep, ...]:
    """Compute the requested steps from the current settings, and check them.

    Raises:
        Forbidden: The person may not make one of the steps.
        InvalidChange: The mistakes in the steps.
    """
    steps, problems = build_steps(conn, current, requests)
    return check_steps(steps, current, context, problems)


def check_steps(
    steps: Iterable[ChangeStep],
    current: CurrentSettings,
    context: ChangeContext,
    unbuilt: Sequence[StepProblem] = (),
) -> tuple[ChangeStep, ...]:
    """Check the steps and convert them to normal form; each sees the ones before it.

    Args:
        steps: As they were requested.
        current: The settings of the workspace before the change.
        context: Who makes the change, when and with what.
        unbuilt: Problems of steps that could not be built, to be reported as well.

    Raises:
        Forbidden: The person may not make one of the steps.
        InvalidChange: The mistakes in the steps.
    """
    checked: list[ChangeStep] = []
    problems = list(unbuilt)
    known, before = _KnownAddresses.of(current.addresses), current
    for step in steps:
        after, found = _check_step(step, current, context, known)
        noun, name = step.noun, step.name
        problems += [StepProblem(noun=noun, name=name, problem=p) for p in found]
        normal = replace(step, after=after)
        current = current.after(normal)
        checked.append(normal)
    _check_rights(context.person, checked)
    problems += find_quota_problems(before, checked, context.quotas)
    if problems:
        raise InvalidChange(problems)
    return tuple(checked)


@frozen
class _KnownAddresses:
    """The addresses of the stored digests, as the checks of all steps need them."""

    #: Addresses as they are printed, without their secrets → full ones.
    masked: Mapping[str, str]
    folders: frozenset[str]

    @classmethod
    def of(cls, stored: frozenset[str]) -> Self:
        """Build them once a change: a workspace may have thousands of sources."""
        folders = frozenset(address for address in stored if "://" not in address)
        return cls(masked=_map_masked_addresses(stored), folders=folders)


def _check_step(
    step: ChangeStep,
    current: CurrentSettings,
    context: ChangeContext,
    known: _KnownAddresses,
) -> CheckedEntry:
    if step.after is None:
        return None, _check_unused(step, current)
    match step.noun:
        case "zone":
            return _check_zone(step.after)
        case "access":
            return step.after, []
        case "correction":
            return _check_correction(step.after)
        case "draft":
            # It was done already, and is only listed.
            return step.after, []
        case "destination":
            return _check_destination(step, current, context)
        case "digest":
            return _check_digest_step(step, current, context, known)


def _check_zone(after: SettingsEntry) -> CheckedEntry:
    try:
        return {"name": "zone", "zone": find_zone(str(after["zone"]))}, []
    except UserError as error:
        problem = FieldError.of(error, field="zone")
        return {"name": "zone", "zone": "UTC"}, [problem]


def _check_correction(after: SettingsEntry) -> CheckedEntry:
    text = " ".join(str(after["text"]).split())
    problems = []
    if not text:
        problems.append(
            FieldError("Write what is right, in one sentence.", field="text")
        )
    if len(text) > MAX_CORRECTION_LENGTH:
        problem = FieldError(
            "Use at most {longest} characters: it is shown at the end of the story.",
            longest=MAX_CORRECTION_LENGTH,
            field="text",
        )
        problems.append(problem)
    return {**after, "text": text}, problems


def _check_unused(step: ChangeStep, current: CurrentSettings) -> list[FieldError]:
    name = step.old_name
    digests = current.entries["digest"].items()
    users = [digest for digest, entry in digests if name in entry["destinations"]]
    if step.noun != "destination":
        return []
    if not users:
        return [
            FieldError(
                "Editors see the drafts of «{users}» in «{old_name}». Choose another "
                "review channel first: /newsdesk set.",
                users=digest,
                old_name=name,
            )
            for digest, entry in digests
            if entry.get("review_channel") == name
        ][:1]
    problem = FieldError(
        "«{users}» posts to «{old_name}». Give that digest another "
        "destination first, in /newsdesk home.",
        users=users[0],
        old_name=name,
    )
    return [problem]


def _check_destination(
    step: ChangeStep, current: CurrentSettings, context: ChangeContext
) -> CheckedEntry:
    before = step.before
    # Settings that an older change does not have stay as they are.
    entry = {**(before or {}), **(step.after or {})}
    stopped = entry.pop("stopped", None)
    settings, problems = validate_fields(DestinationSettings, entry)
    old_name = before["name"] if before else None
    known = current.entries["destination"]
    others = {name: e["channel"] for name, e in known.items() if name != old_name}
    if settings.name in others:
        problem = FieldError(
            "There is already a destination «{name}».", name=settings.name, field="name"
        )
        problems.append(problem)
    if before is None and context.base is None and len(known) >= MAX_DESTINATIONS:
        problem = FieldError(
            "There are already {most} destinations here; remove one.",
            most=MAX_DESTINATIONS,
        )
        problems.append(problem)
    problems += [
        FieldError("This channel is already the destination «{taken}».", taken=name)
        for name, channel in others.items()
        if channel == settings.channel
    ]
    workspace = current.workspace
    platform = context.plugins.get(workspace.platform)
    if platform is not None:
        problems += _check_channel(before, settings, platform)
        problems += find_post_option_problems(
            settings, platform, workspace=workspace.external_id
        )
    return {**settings.to_entry(), "stopped": stopped}, problems


def _check_channel(
    before: SettingsEntry | None,
    settings: DestinationSettings,
    platform: PlatformPlugin,
) -> Iterator[FieldError]:
    """Check that a new channel is written as its platform's id, not as its name.

    Whether it exists, and whether the bot may post there, only the platform knows.
    """
    ids, channel = platform.ids, settings.channel
    is_new = before is None or before["channel"] != channel
    if ids and is_new and channel != STAND_IN and not ids.channel.fullmatch(channel):
        yield FieldError.of(ids.refuse_channel(channel), field="channel")


def _check_digest_step(
    step: ChangeStep,
    current: CurrentSettings,
    context: ChangeContext,
    known: _KnownAddresses,
) -> CheckedEntry:
    # Settings that an older change does not have stay as they are.
    entry = {**DEFAULT_DIGEST, **(step.before or {}), **(step.after or {})}
    is_new = step.before is None
    settings, problems = check_digest(
        entry,
        destinations=current.entries["destination"],
        resolve_address=_build_address_resolver(step, context, known),
        zone=current.zone,
        # In chat, what is set of a removed source is removed as well.
        had=(step.before or entry)["sources"] if context.base is None else (),
    )
    others = {n for n, key in current.keys.items() if is_new or key != step.key}
    if settings.name in others:
        problem = FieldError(
            "There is already a digest «{name}».", name=settings.name, field="name"
        )
        problems.append(problem)
    return settings.to_entry(), problems


def _build_address_resolver(
    step: ChangeStep, context: ChangeContext, known: _KnownAddresses
) -> Callable[[str], str]:
    """Build the function that returns the full address of a source, or raises.

    Addresses that the digest already has are not checked again: their targets may be
    unavailable now.
    """
    secrets, folders = known.masked, known.folders
    is_restored = step.before is None and step.key is not None and context.reverts
    entry = step.after if is_restored else step.before
    had = set(entry["sources"]) if entry else set()

    def resolve(address: str) -> str:
        if addresses.is_masked(address):
            if address in secrets:
                return secrets[address]
            raise UserError(
                "«{address}» was shown without its secret, and none is known "
                "for it here. Write the whole address.",
                address=address[:200],
            )
        if "://" in address or context.base is not None:
            if address in had and "://" in address:
                return address
            return resolve_source_kind(address, context.base or Path("/"))[1]
        if address in had | folders:
            return address
        # An export names folders without their place on this machine.
        named = [folder for folder in folders if Path(folder).name == address]
        if len(named) == 1:
            return named[0]
        raise UserError(FOLDER_ONLY_BY_FILE)

    return resolve


def _map_masked_addresses(known: Iterable[str]) -> dict[str, str]:
    """Map addresses as they are printed, without their secrets, to full ones."""
    masked = {address: addresses.mask_secrets(address) for address in known}
    several = Counter(masked.values())
    return {mask: address for address, mask in masked.items() if several[mask] == 1}


#: Settings that only managers may set.
_MANAGED = tuple(s for s in list_settings(DestinationSettings) if s.info.managers_only)


def _check_rights(person: Person, steps: Iterable[ChangeStep]) -> None:
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
