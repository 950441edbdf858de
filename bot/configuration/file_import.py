"""Read configuration files, and turn them into change requests.

Files of the operator (`standfirst apply`) and files given in chat (`/newsdesk config
apply`) become the same requests, which are checked, stored and applied like any other
change.
Every mistake of a file is reported at once. Applying a file twice changes nothing the
second time; only `prune` removes, and only inside workspaces that the file names.

Three things need the operator and are refused in chat: folders that no file of the
operator set up, channels that are not a destination yet (somebody else's channel could
be named), and other workspaces.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any, Final, Literal

import tomli_w

from bot.configuration.change_application import apply_steps
from bot.configuration.change_steps import (
    ChangeContext,
    ChangeRequest,
    ChangeStep,
    CurrentSettings,
    InvalidChange,
    StepNoun,
    format_grant,
    grant_to_entry,
    load_current_settings,
    request_entry,
)
from bot.configuration.change_validation import check_requests
from bot.configuration.changes import record_steps
from bot.configuration.diff import list_differences
from bot.configuration.quota_checks import describe_use, list_near_quotas
from bot.configuration.validation import (
    BY_SOURCE,
    SOME_SOURCES,
    format_problem,
    validate_fields,
)
from bot.errors import ConfigurationError, FieldError, UserError
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.model import (
    DEFAULT_DIGEST,
    DEFAULT_POST_OPTIONS,
    EDITOR_PATTERN,
    Destination,
    Digest,
    DigestSettings,
    Location,
    SettingsEntry,
    Workspace,
    WorkspaceSettings,
    list_settings,
)
from bot.model.quotas import DEFAULT_QUOTAS, Quotas, QuotaUse
from bot.ports import Plugins
from bot.schedules.parsing import parse_schedule
from bot.storage import Connection, destination_store, digest_store, workspace_store
from digests.errors import SourceUnreadable
from digests.messages import Message
from digests.sources.untrusted import parse_toml
from digests.types import frozen

#: Maximum number of characters and values of a file given in chat: some 500 digests.
MAX_FILE_LENGTH, MAX_VALUES = 200_000, 3_000
#: Maximum number of mistakes in an answer.
MAX_PROBLEMS = 5
#: (where it is in the file, what is wrong)
FileProblem = tuple[str, UserError]
#: (where it is in the file, its content); destinations and digests are not checked.
FileBlock = tuple[str, WorkspaceSettings]


@frozen
class ConfigurationFile:
    """The content of a file, not yet checked."""

    data: Mapping[str, Any]
    #: The platforms that its workspaces can be on.
    plugins: Plugins
    #: The folder where its relative paths start.
    base: Path
    #: Its name in error messages.
    name: str = ""


@frozen
class PlannedChange:
    """One line of what applying a file changes."""

    #: A note is about the outcome of all changes of a workspace.
    kind: Literal["add", "change", "remove", "note"]
    text: str


# ── parsing ────────────────────────────────────────────────────────────────────


def read_file(path: Path, plugins: Plugins) -> ConfigurationFile:
    """Read a file; its content is checked when it is applied.

    Raises:
        ConfigurationError: It cannot be read, or is not TOML.
    """
    try:
        data = parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            "{path} cannot be read: {reason}.", path=path, reason=reason
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("{path} is not UTF-8 text.", path=path) from error
    except SourceUnreadable as error:
        raise ConfigurationError("{path}: {error}", path=path, error=error) from error
    return ConfigurationFile(
        data=data, plugins=plugins, base=path.resolve().parent, name=str(path)
    )


def find_workspace_block(
    data: Mapping[str, Any], workspace: Workspace, plugins: Plugins
) -> WorkspaceSettings:
    """Find the block of this workspace in a file that was given in chat.

    `[[workspace]]` need not say which workspace it is.

    Raises:
        UserError: Its mistakes, one a line; or it only names other workspaces.
    """
    us = {"platform": workspace.platform, "id": workspace.external_id}
    blocks = data.get("workspace", [])
    if isinstance(blocks, dict):
        blocks = [blocks]
    if isinstance(blocks, list):
        blocks = [us | b if isinstance(b, dict) else b for b in blocks]
    found, problems = _parse_blocks({**data, "workspace": blocks}, plugins)
    if problems:
        raise explain_problems(problems)
    mine = [b for _, b in found if {"platform": b.platform, "id": b.id} == us]
    if not mine:
        raise UserError(
            "It has no block for this workspace, which is platform = "
            '"{platform}", id = "{external_id}".',
            platform=workspace.platform,
            external_id=workspace.external_id,
        )
    if len(mine) > 1:
        raise UserError("It has two blocks for this workspace; make one of them.")
    return mine[0]


def explain_problems(problems: Sequence[FileProblem]) -> UserError:
    """Build one error of the problems of a file, with where they are, one a line."""
    lines = [
        Message("{place}: {problem}", place=place, problem=problem)
        for place, problem in problems[:MAX_PROBLEMS]
    ]
    more = len(problems) - MAX_PROBLEMS
    if more > 0:
        lines.append(Message("… and {n} more.", n=more))
    joined = reduce(lambda one, other: Message("{a}\n{b}", a=one, b=other), lines)
    return UserError("{mistakes}", mistakes=joined)


def _parse_blocks(
    data: Mapping[str, Any], plugins: Plugins
) -> tuple[list[FileBlock], list[FileProblem]]:
    """Check the structure of a file; digests and destinations come with their steps."""
    blocks: list[FileBlock] = []
    problems: list[FileProblem] = [
        (name, UserError("Unknown name; see docs/configuration.md."))
        for name in data
        if name != "workspace"
    ]
    listed = data.get("workspace", [])
    if not isinstance(listed, list) or not all(isinstance(b, dict) for b in listed):
        return [], [*problems, ("workspace", UserError("Write a list here, in [ ]."))]
    for number, raw in enumerate(listed, 1):
        settings, found = validate_fields(WorkspaceSettings, raw)
        place = f"workspace «{raw.get('id') or number}»"
        blocks.append((place, settings))
        problems += [(f"{place}, {one.field}", one) for one in found]
        if not found and settings.platform not in plugins:
            choices = ", ".join(plugins)
            error = UserError("Write one of: {choices}.", choices=choices)
            problems.append((f"{place}, platform", error))
        problems += [(place, one) for one in _find_repeated_names(settings)]
        for who in settings.editors:
            if not EDITOR_PATTERN.fullmatch(who):
                error = UserError("«{who}» is not «person ID» or «role ID».", who=who)
                problems.append((f"{place}, editors", error))
    return blocks, problems


def _find_repeated_names(settings: WorkspaceSettings) -> Iterator[UserError]:
    kinds = {"destination": settings.destination, "digest": settings.digest}
    for kind, entries in kinds.items():
        counts = Counter(map(_get_name, entries))
        for name in sorted(name for name, count in counts.items() if count > 1):
            yield UserError(
                "{kind} «{name}» is listed twice; names must differ.",
                kind=kind,
                name=name,
            )


def _get_name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name", ""))


# ── requests ───────────────────────────────────────────────────────────────────


def build_requests(
    wanted: WorkspaceSettings,
    current: CurrentSettings,
    *,
    prune: bool,
    place: Location | None = None,
) -> list[ChangeRequest]:
    """Build the requests of a file, in the order in which they can be applied.

    Args:
        wanted: The file's block for this workspace.
        current: The current settings of the workspace.
        prune: Whether to remove what the file does not name.
        place: Where the file was given; None = by the operator, who may name channels
            that are not a destination yet.
    """
    channels = None
    # All channels of the local page belong to its own workspace.
    if place is not None and not current.workspace.is_local:
        known = current.entries["destination"].values()
        channels = {entry["channel"] for entry in known} | {place.channel}
    requests: list[ChangeRequest] = []
    is_new = current.workspace.id == 0
    if is_new or "zone" in wanted.model_fields_set:
        name = wanted.zone if "zone" in wanted.model_fields_set else ""
        zone = {"name": "zone", "zone": name or _find_first_zone(wanted)}
        requests.append(request_entry("zone", "zone", zone))
    requests += [request_entry("access", w, grant_to_entry(w)) for w in wanted.editors]
    requests += [_request_destination(e, channels) for e in wanted.destination]
    requests += map(_request_digest, wanted.digest)
    if prune:
        named = {(one.noun, one.name) for one in requests}
        requests += [
            request_entry(noun, name, None)
            for noun in _PRUNED
            for name in current.entries[noun]
            if (noun, name) not in named
        ]
    return requests


def _find_first_zone(wanted: WorkspaceSettings) -> str:
    """Find the first zone that a schedule of the file names; UTC if none does.

    The pages and answers of the workspace then show the same clock as its editions.
    """
    for entry in wanted.digest:
        settings, _ = validate_fields(DigestSettings, entry)
        for sentence in settings.schedule:
            with suppress(UserError):
                if (zone := parse_schedule(sentence).zone) != wanted.zone:
                    return zone
    return wanted.zone


#: What `prune` removes, in this order: a destination that a digest uses must stay.
_PRUNED: Final[Sequence[StepNoun]] = ("digest", "destination", "access")


def _request_destination(
    wanted: Mapping[str, Any], channels: Collection[str | None] | None
) -> ChangeRequest:
    """Build the request of a destination; a stop is kept unless the channel changes.

    Only these channels are accepted; None = any.
    """

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        channel = wanted.get("channel")
        if channels is not None and channel not in channels:
            raise FieldError(
                "The channel {channel} is not a destination yet. Run /newsdesk home in "
                "it, then apply the file again.",
                channel=channel,
                field="channel",
            )
        is_same = before is not None and before["channel"] == channel
        stopped = before["stopped"] if before is not None and is_same else None
        return {**DEFAULT_POST_OPTIONS.to_entry(), **wanted, "stopped": stopped}

    return ChangeRequest(noun="destination", name=_get_name(wanted), edit=edit)


#: Settings that keep their value if a file omits them.
_KEPT = tuple(s.name for s in list_settings(DigestSettings) if s.info.keep_omitted)


def _request_digest(wanted: Mapping[str, Any]) -> ChangeRequest:
    def edit(before: SettingsEntry | None) -> SettingsEntry:
        kept = {name: (before or DEFAULT_DIGEST)[name] for name in _KEPT}
        return {**DEFAULT_DIGEST, **kept, **wanted}

    return ChangeRequest(noun="digest", name=_get_name(wanted), edit=edit)


# ── the operator's files ───────────────────────────────────────────────────────


@frozen
class _WorkspacePlan:
    """The checked steps of one block; `workspace.id` is 0 where it is new."""

    workspace: Workspace
    #: Its name in the file.
    name: str
    steps: tuple[ChangeStep, ...]
    #: Quotas of which not much is left after the steps.
    near_quotas: tuple[QuotaUse, ...]


def plan_changes(
    conn: Connection,
    file: ConfigurationFile,
    *,
    prune: bool,
    now: datetime,
    quotas: Quotas = DEFAULT_QUOTAS,
) -> tuple[PlannedChange, ...]:
    """List what applying the file would change, in the order of the changes.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    context = ChangeContext(
        plugins=file.plugins, now=now, quotas=quotas, base=file.base
    )
    plans = _plan_file(conn, file, context, prune)
    return tuple(change for plan in plans for change in _list_changes(plan))


def apply_file(
    conn: Connection,
    file: ConfigurationFile,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
    quotas: Quotas = DEFAULT_QUOTAS,
    recorded: bool = False,
) -> tuple[PlannedChange, ...]:
    """Apply the file in the caller's transaction, and list what was changed.

    Args:
        conn: Inside a transaction.
        file: As it was read.
        prune: Whether to remove what the file does not name, inside its workspaces.
        now: The present instant.
        allow_private: The setting `allow_private`, which decides which addresses are
            private.
        quotas: How much each workspace may have afterwards.
        recorded: Whether to add the changes to the history of the workspaces.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    context = ChangeContext(
        plugins=file.plugins,
        now=now,
        allow_private=allow_private,
        quotas=quotas,
        base=file.base,
    )
    plans = _plan_file(conn, file, context, prune, lock=True)
    for plan in plans:
        scope = workspace_store.upsert_workspace(
            conn,
            platform=plan.workspace.platform,
            external_id=plan.workspace.external_id,
            name=plan.name,
            now=now,
        ).scope
        if not plan.workspace.id and digest_store.list_digests(conn, scope):
            # What it has now was neither locked nor counted.
            raise ConfigurationError(
                "«{name}» was set up by somebody else at the same moment. Apply the "
                "file again.",
                name=plan.name,
            )
        apply_steps(conn, scope, plan.steps, context)
        # A workspace always has a zone: its first cannot be reverted.
        steps = [s for s in plan.steps if s.noun != "zone" or plan.workspace.id]
        if recorded:
            record_steps(conn, scope, steps, context)
    return tuple(change for plan in plans for change in _list_changes(plan))


def _plan_file(
    conn: Connection,
    file: ConfigurationFile,
    context: ChangeContext,
    prune: bool,
    *,
    lock: bool = False,
) -> list[_WorkspacePlan]:
    blocks, problems = _parse_blocks(file.data, file.plugins)
    plans = []
    for block, wanted in blocks:
        try:
            plans.append(_plan_workspace(conn, wanted, context, prune, lock=lock))
        except InvalidChange as error:
            problems += [
                (f"{block}, {one.location}", one.problem) for one in error.problems
            ]
    if problems:
        prefix = f"{file.name}: " if file.name else ""
        lines = (f"{prefix}{place}: {format_problem(one)}" for place, one in problems)
        raise ConfigurationError("\n".join(lines))
    return plans


def _plan_workspace(
    conn: Connection,
    wanted: WorkspaceSettings,
    context: ChangeContext,
    prune: bool,
    *,
    lock: bool,
) -> _WorkspacePlan:
    """Check a block; with `lock`, nobody else changes the workspace until the end."""
    found = workspace_store.find_workspace_by_external_id(
        conn, platform=wanted.platform, external_id=wanted.id
    )
    if found is not None and lock:
        workspace_store.lock_workspace(conn, found.scope)
    workspace = found or Workspace(
        id=0, platform=wanted.platform, external_id=wanted.id, name=""
    )
    current = load_current_settings(conn, workspace)
    requests = build_requests(wanted, current, prune=prune)
    checked = check_requests(conn, current, requests, context)
    return _WorkspacePlan(
        workspace=workspace,
        name=wanted.name or wanted.id,
        steps=tuple(step for step in checked if step.is_change),
        near_quotas=list_near_quotas(current, checked, context.quotas),
    )


def _list_changes(plan: _WorkspacePlan) -> Iterator[PlannedChange]:
    workspace = plan.workspace
    label = f"{workspace.platform} workspace «{workspace.external_id}»"
    zones = (str(s.after["zone"]) for s in plan.steps if s.noun == "zone" and s.after)
    zone = next(zones, "" if workspace.id else workspace.zone)
    if zone:
        label += f", times in {zone}"
    if not workspace.id:
        yield PlannedChange(kind="add", text=label)
    elif workspace.name != plan.name or zone:
        yield PlannedChange(kind="change", text=label)
    for step in plan.steps:
        if step.noun != "zone":
            yield _describe_step(step)
    for use in plan.near_quotas:
        yield PlannedChange(kind="note", text=str(describe_use(use)))


def _describe_step(step: ChangeStep) -> PlannedChange:
    noun = "editor" if step.noun == "access" else step.noun
    text, old, new = f"{noun} «{step.name}»", step.before, step.after
    if old is None or new is None:
        return PlannedChange(kind="remove" if new is None else "add", text=text)
    rows = list(list_differences(step, Texts.of("en")))
    if noun == "destination" and old["channel"] != new["channel"]:
        rows.append(("channel", f"{old['channel']} → {new['channel']}"))
    differs = ", ".join(f"{label}: {value}" for label, value in rows)
    return PlannedChange(kind="change", text=f"{text}: {differs}")


# ── export ──────────────────────────────────────────────────────────────────────
#
# Write the configuration of workspaces as a file that `apply` takes, without secrets.
#
# The secrets of addresses are left out; in a workspace that has these sources,
# `apply` finds the full addresses.


def dump_configuration(
    conn: Connection, *, workspace_id: int | None = None, paths: bool = True
) -> str:
    """Dump the configuration of workspaces as TOML.

    Args:
        conn: Only read from.
        workspace_id: Only this workspace.
        paths: False = folders by their names only, because their paths on this machine
            are not public.
    """
    kept = [
        w for w in workspace_store.list_workspaces(conn) if workspace_id in (None, w.id)
    ]
    blocks = [_export_workspace(conn, found, paths) for found in kept]
    return tomli_w.dumps({"workspace": blocks})


def dump_digest(workspace: Workspace, digest: Digest) -> str:
    """Dump one digest as TOML, without secrets and the paths of folders."""
    block = _digest_to_block(digest, paths=False)
    known = {"platform": workspace.platform, "id": workspace.external_id}
    return tomli_w.dumps({"workspace": [{**known, "digest": [block]}]})


def _export_workspace(
    conn: Connection, workspace: Workspace, paths: bool
) -> dict[str, Any]:
    scope = workspace.scope
    editors = [format_grant(one) for one in workspace_store.list_grants(conn, scope)]
    places = destination_store.list_destinations(conn, scope)
    digests = digest_store.list_digests(conn, scope)
    return {
        "platform": workspace.platform,
        "id": workspace.external_id,
        "name": workspace.name,
        "zone": workspace.zone,
        **({"editors": editors} if editors else {}),
        "destination": [destination_to_block(place) for place in places],
        "digest": [_digest_to_block(digest, paths) for digest in digests],
    }


def destination_to_block(place: Destination) -> dict[str, Any]:
    """Convert a destination to its table of the file, without options that are off."""
    options = {name: value for name, value in place.post_options if value}
    return {"name": place.name, "channel": place.channel, **options}


def _digest_to_block(digest: Digest, paths: bool) -> dict[str, Any]:
    """Convert a digest to its table of the file, without secrets and unset values."""
    settings = digest.settings
    shown = {a: _mask_address(a, paths) for a in settings.sources}
    masked = {
        "sources": tuple(shown.values()),
        **{
            field: tuple(shown[a] for a in getattr(settings, field))
            for field in SOME_SOURCES
        },
        **{
            field: {shown[a]: value for a, value in getattr(settings, field).items()}
            for field in BY_SOURCE
        },
    }
    values = dict(settings) | masked
    pairs = (
        (setting, values[setting.name]) for setting in list_settings(DigestSettings)
    )
    return {
        setting.name: list(value) if isinstance(value, tuple) else value
        for setting, value in pairs
        if value is not None
        and not (setting.info.omit_default and value == setting.default)
    }


def _mask_address(address: str, paths: bool) -> str:
    if "://" in address or paths:
        return addresses.mask_secrets(address)
    return Path(address).name
