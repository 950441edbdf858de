"""Read configuration files, and turn them into change requests.

Files of the operator (`standfirst apply`) and files given in chat (`/newsdesk apply`)
become the same requests, which are checked, stored and applied like any other change.
Every mistake of a file is reported at once. Applying a file twice changes nothing the
second time; only `prune` removes, and only inside workspaces that the file names.

Three things need the operator and are refused in chat: folders that no file of the
operator set up, channels that are not a destination yet (somebody else's channel could
be named), and other workspaces.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any, Literal

from bot.configuration.change_steps import (
    ChangeRequest,
    ChangeStep,
    EntryEdit,
    build_steps,
    format_grant,
    grant_to_entry,
)
from bot.configuration.change_validation import check_steps, load_validation_context
from bot.configuration.operator_changes import (
    OperatorContext,
    apply_checked_steps,
    record_steps,
)
from bot.configuration.validation import format_problem, validate_fields
from bot.errors import ConfigurationError, FieldError, UserError
from bot.model import (
    DEFAULT_DIGEST,
    DEFAULT_POST_OPTIONS,
    EDITOR_PATTERN,
    Destination,
    Digest,
    DigestSettings,
    SettingsEntry,
    Workspace,
    WorkspaceSettings,
    list_settings,
)
from bot.ports import Plugins
from bot.storage import Connection, destination_store, digest_store, workspace_store
from bot.storage.workspace_store import Grant
from digests.messages import Message

#: Maximum number of characters of a file given in chat, and of mistakes in an answer.
MAX_FILE_LENGTH, MAX_PROBLEMS = 200_000, 5
#: (where it is in the file, what is wrong)
FileProblem = tuple[str, UserError]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationFile:
    """The content of a file, not yet checked."""

    data: Mapping[str, Any]
    #: The platforms that its workspaces can be on.
    plugins: Plugins
    #: The folder where its relative paths start.
    base: Path
    #: Its name in error messages.
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceBlock:
    """`[[workspace]]` of a file; its destinations and digests are checked later."""

    settings: WorkspaceSettings
    #: Where its problems are: «workspace «newsroom»».
    location: str
    is_zone_given: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class FileContext:
    """The current state of the workspace to which a file is applied."""

    workspace: Workspace
    plugins: Plugins
    destinations: tuple[Destination, ...] = ()
    digests: tuple[Digest, ...] = ()
    grants: tuple[Grant, ...] = ()
    #: The platform's id of the channel in which the file was given.
    channel: str | None = None
    #: Whether channels that are not a destination yet are refused.
    is_from_chat: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedChange:
    """One line of what applying a file changes."""

    kind: Literal["add", "change", "remove"]
    text: str


# ── parsing ────────────────────────────────────────────────────────────────────


def read_file(path: Path, plugins: Plugins) -> ConfigurationFile:
    """Read a file; its content is checked when it is applied.

    Raises:
        ConfigurationError: It cannot be read, or is not TOML.
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
    return ConfigurationFile(
        data=data, plugins=plugins, base=path.resolve().parent, name=str(path)
    )


def parse_workspace_block(text: str, here: FileContext) -> WorkspaceBlock:
    """Parse a file given in chat, and return its block for this workspace.

    `[[workspace]]` need not say which workspace it is.

    Raises:
        UserError: Its mistakes, one a line; or it only names other workspaces.
    """
    if len(text) > MAX_FILE_LENGTH:
        raise UserError(
            "That is too long; at most {largest} characters.", largest=MAX_FILE_LENGTH
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError("It is not valid TOML: {error}.", error=error) from None
    except RecursionError:
        raise UserError("It is nested too deeply to be such a file.") from None
    us = {"platform": here.workspace.platform, "id": here.workspace.external_id}
    blocks = data.get("workspace", [])
    if isinstance(blocks, dict):
        blocks = [blocks]
    if isinstance(blocks, list):
        blocks = [us | b if isinstance(b, dict) else b for b in blocks]
    found, problems = _parse_blocks({**data, "workspace": blocks}, here.plugins)
    mine = [
        block
        for block in found
        if {"platform": block.settings.platform, "id": block.settings.id} == us
    ]
    if problems:
        raise explain_problems(problems)
    if not mine:
        raise UserError(
            "It has no block for this workspace, which is platform = "
            '"{platform}", id = "{external_id}".',
            platform=here.workspace.platform,
            external_id=here.workspace.external_id,
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
) -> tuple[list[WorkspaceBlock], list[FileProblem]]:
    """Check the structure of a file; digests and destinations come with their steps."""
    blocks: list[WorkspaceBlock] = []
    problems: list[FileProblem] = [
        (name, UserError("Unknown name; see the example in README.md."))
        for name in data
        if name != "workspace"
    ]
    listed = data.get("workspace", [])
    if not isinstance(listed, list) or not all(isinstance(b, dict) for b in listed):
        return [], [*problems, ("workspace", UserError("Write a list here, in [ ]."))]
    for number, raw in enumerate(listed, 1):
        settings, found = validate_fields(WorkspaceSettings, raw)
        location = f"workspace «{raw.get('id') or number}»"
        blocks.append(
            WorkspaceBlock(
                settings=settings, location=location, is_zone_given="zone" in raw
            )
        )
        problems += [(f"{location}, {one.field}", one.problem) for one in found]
        if not found and settings.platform not in plugins:
            choices = ", ".join(plugins)
            error = UserError("Write one of: {choices}.", choices=choices)
            problems.append((f"{location}, platform", error))
        problems += [(location, one) for one in _find_repeated_names(settings)]
        problems += [
            (
                f"{location}, editors",
                UserError("«{who}» is not «person ID» or «role ID».", who=who),
            )
            for who in settings.editors
            if not EDITOR_PATTERN.fullmatch(who)
        ]
    return blocks, problems


def _find_repeated_names(settings: WorkspaceSettings) -> Iterator[UserError]:
    kinds = {"destination": settings.destination, "digest": settings.digest}
    for kind, entries in kinds.items():
        names = [str(entry.get("name", "")) for entry in entries]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield UserError(
                "{kind} «{name}» is listed twice; names must differ.",
                kind=kind,
                name=name,
            )


# ── requests ───────────────────────────────────────────────────────────────────


def build_requests(
    block: WorkspaceBlock, here: FileContext, *, prune: bool
) -> tuple[ChangeRequest, ...]:
    """Build the requests of a file, in the order in which they can be applied.

    Args:
        block: The file's block for this workspace.
        here: The current state of the workspace.
        prune: Whether to remove what the file does not name.
    """
    removals = _request_removals(block.settings, here) if prune else ()
    return (*_request_additions(block, here), *removals)


def _request_additions(
    block: WorkspaceBlock, here: FileContext
) -> Iterator[ChangeRequest]:
    wanted = block.settings
    if block.is_zone_given or not here.is_from_chat:
        zone = {"name": "zone", "zone": wanted.zone}
        yield ChangeRequest(noun="zone", name="zone", edit=_set_entry(zone))
    for who in wanted.editors:
        edit = _set_entry(grant_to_entry(who))
        yield ChangeRequest(noun="access", name=who, edit=edit)
    for entry in wanted.destination:
        name = str(entry.get("name", ""))
        edit = _set_destination(entry, here)
        yield ChangeRequest(noun="destination", name=name, edit=edit)
    for entry in wanted.digest:
        name = str(entry.get("name", ""))
        yield ChangeRequest(noun="digest", name=name, edit=_set_digest(entry))


def _request_removals(
    wanted: WorkspaceSettings, here: FileContext
) -> Iterator[ChangeRequest]:
    named: Mapping[str, set[Any]] = {
        "digest": {entry.get("name") for entry in wanted.digest},
        "destination": {entry.get("name") for entry in wanted.destination},
        "access": set(wanted.editors),
    }
    for digest in here.digests:
        if digest.name not in named["digest"]:
            yield ChangeRequest(noun="digest", name=digest.name, edit=_set_entry(None))
    for place in here.destinations:
        if place.name not in named["destination"]:
            edit = _set_entry(None)
            yield ChangeRequest(noun="destination", name=place.name, edit=edit)
    for name in map(format_grant, here.grants):
        if name not in named["access"]:
            yield ChangeRequest(noun="access", name=name, edit=_set_entry(None))


def _set_entry(entry: SettingsEntry | None) -> EntryEdit:
    return lambda _: entry


def _set_destination(wanted: Mapping[str, Any], here: FileContext) -> EntryEdit:
    """Build the edit of a destination; a stop is kept unless the channel changes."""
    known = {place.channel for place in here.destinations} | {here.channel}

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        channel = wanted.get("channel")
        # All channels of the local page belong to its own workspace.
        is_own = here.workspace.is_local or channel in known
        if here.is_from_chat and not is_own:
            raise FieldError(
                "The channel {channel} is not a destination yet. Run /newsdesk "
                "destination here in it, then apply the file again.",
                channel=channel,
                field="channel",
            )
        is_same = before is not None and before["channel"] == channel
        stopped = before["stopped"] if before is not None and is_same else None
        return {**DEFAULT_POST_OPTIONS.to_entry(), **wanted, "stopped": stopped}

    return edit


#: Settings that keep their value if a file omits them.
_KEPT = tuple(s.name for s in list_settings(DigestSettings) if s.info.keep_omitted)


def _set_digest(wanted: Mapping[str, Any]) -> EntryEdit:
    def edit(before: SettingsEntry | None) -> SettingsEntry:
        kept = {name: (before or DEFAULT_DIGEST)[name] for name in _KEPT}
        return {**DEFAULT_DIGEST, **kept, **wanted}

    return edit


# ── the operator's files ───────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class _WorkspacePlan:
    """The checked steps of one block; `workspace.id` is 0 where it is new."""

    workspace: Workspace
    #: Its name in the file.
    name: str
    steps: tuple[ChangeStep, ...]


def plan_changes(
    conn: Connection, file: ConfigurationFile, *, prune: bool
) -> tuple[PlannedChange, ...]:
    """List what applying the file would change, in the order of the changes.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    plans = _plan_file(conn, file, prune=prune)
    return tuple(change for plan in plans for change in _list_changes(plan))


def apply_file(
    conn: Connection,
    file: ConfigurationFile,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
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
        recorded: Whether to add the changes to the history of the workspaces.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    operator = OperatorContext(
        plugins=file.plugins, now=now, allow_private=allow_private
    )
    plans = _plan_file(conn, file, prune=prune)
    for plan in plans:
        workspace = workspace_store.upsert_workspace(
            conn,
            platform=plan.workspace.platform,
            external_id=plan.workspace.external_id,
            name=plan.name,
            now=now,
        )
        apply_checked_steps(conn, workspace, plan.steps, operator)
        # A workspace always has a zone: its first cannot be reverted.
        steps = [s for s in plan.steps if s.noun != "zone" or plan.workspace.id]
        if recorded:
            record_steps(conn, workspace, steps, now)
    return tuple(change for plan in plans for change in _list_changes(plan))


def _plan_file(
    conn: Connection, file: ConfigurationFile, *, prune: bool
) -> list[_WorkspacePlan]:
    blocks, problems = _parse_blocks(file.data, file.plugins)
    plans = []
    for block in blocks:
        plan, found = _plan_workspace(conn, block, file, prune)
        problems += [(f"{block.location}, {place}", one) for place, one in found]
        plans.append(plan)
    if problems:
        prefix = f"{file.name}: " if file.name else ""
        lines = (f"{prefix}{place}: {format_problem(one)}" for place, one in problems)
        raise ConfigurationError("\n".join(lines))
    return plans


def _plan_workspace(
    conn: Connection, block: WorkspaceBlock, file: ConfigurationFile, prune: bool
) -> tuple[_WorkspacePlan, list[FileProblem]]:
    wanted = block.settings
    found = workspace_store.find_workspace_by_external_id(
        conn, platform=wanted.platform, external_id=wanted.id
    )
    workspace = found or Workspace(
        id=0, platform=wanted.platform, external_id=wanted.id, name=""
    )
    scope = workspace.scope
    here = FileContext(
        workspace=workspace,
        plugins=file.plugins,
        destinations=destination_store.list_destinations(conn, scope),
        digests=digest_store.list_digests(conn, scope),
        grants=workspace_store.list_grants(conn, scope),
    )
    requests = build_requests(block, here, prune=prune)
    steps, unbuilt = build_steps(conn, workspace, requests)
    around = load_validation_context(conn, workspace, file.plugins, base=file.base)
    checked, problems = check_steps(steps, around)
    plan = _WorkspacePlan(
        workspace=workspace,
        name=wanted.name or wanted.id,
        steps=tuple(step for step in checked if step.is_change),
    )
    return plan, [(one.location, one.problem) for one in (*unbuilt, *problems)]


def _list_changes(plan: _WorkspacePlan) -> Iterator[PlannedChange]:
    workspace = plan.workspace
    label = f"{workspace.platform} workspace «{workspace.external_id}»"
    if not workspace.id:
        yield PlannedChange(kind="add", text=label)
    elif workspace.name != plan.name or any(s.noun == "zone" for s in plan.steps):
        yield PlannedChange(kind="change", text=label)
    for step in plan.steps:
        if step.noun != "zone":
            yield _describe_step(step)


def _describe_step(step: ChangeStep) -> PlannedChange:
    noun = "editor" if step.noun == "access" else step.noun
    text = f"{noun} «{step.name}»"
    if step.before is None:
        return PlannedChange(kind="add", text=text)
    if step.after is None:
        return PlannedChange(kind="remove", text=text)
    if step.noun == "destination":
        old, new = map(_describe_destination, (step.before, step.after))
        return PlannedChange(kind="change", text=f"{text}: {old} → {new}")
    names = [n for n, value in step.after.items() if step.before.get(n) != value]
    return PlannedChange(kind="change", text=f"{text}: {', '.join(names)}")


def _describe_destination(entry: SettingsEntry) -> str:
    """Format a destination: «2001, silent, ping 55»."""
    options = [
        name if entry[name] is True else f"{name} {entry[name]}"
        for name in DEFAULT_POST_OPTIONS.to_entry()
        if entry.get(name)
    ]
    return ", ".join([str(entry["channel"]), *options])
