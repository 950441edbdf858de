"""A configuration file given in chat: parse its block, turn it into change requests.

It must not change anything: `wishes` says what the file wants of each thing, and
`configuring` shows, checks and makes it like any other change from chat. Three things
are an operator's and stay out of it: folders that nobody set up by file, channels that
are no destination here yet (a channel of somebody else's could be named), and other
workspaces.

In the order in which they can be made: what others lean on comes first, and goes last.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.configuration.change_steps import ChangeRequest, EntryEdit, format_grant
from bot.configuration.settings import (
    DEFAULT_DIGEST,
    EDITOR_PATTERN,
    DigestEntry,
    FileEntry,
    SettingsEntry,
    WorkspaceEntry,
)
from bot.configuration.validation import locate_problems
from bot.errors import UserError
from bot.model import Destination, Digest, Workspace
from bot.storage.workspace_store import Grant
from digests.messages import Message

#: Characters of a file, and mistakes that are told at once.
MAX_FILE_LENGTH, MAX_PROBLEMS = 200_000, 5
#: Left out of a file, these stay as they are.
_KEPT_WHEN_MISSING = ("paused", "paused_until", "skip")


@dataclass(frozen=True, kw_only=True, slots=True)
class FileContext:
    """The workspace as it is, which says what a file can name."""

    workspace: Workspace
    destinations: tuple[Destination, ...]
    digests: tuple[Digest, ...]
    #: The platform's id of the channel that was asked from.
    channel: str | None


def parse_workspace_block(text: str, here: FileContext) -> WorkspaceEntry:
    """What the file says of this workspace.

    `[[workspace]]` may say which one it is, and need not. One `[[workspace.digest]]`
    is a whole file too.

    Raises:
        UserError: Its mistakes, one a line; or it speaks of others only.
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
    data = _name_blocks(data, here.workspace)
    try:
        blocks = FileEntry.model_validate(data).workspace
    except ValidationError as error:
        problems = _join_problems(
            [
                Message("{place}: {problem}", place=place, problem=problem)
                for place, problem in locate_problems(error, data)
            ]
        )
        raise UserError("{mistakes}", mistakes=problems) from None
    mine = [b for b in blocks if _is_of_workspace(b, here.workspace)]
    if not mine:
        raise UserError(
            "It says nothing of this workspace, which is platform = "
            '"{platform}", id = "{external_id}".',
            platform=here.workspace.platform,
            external_id=here.workspace.external_id,
        )
    if len(mine) > 1:
        raise UserError("It has two blocks for this workspace; make one of them.")
    mistakes = list(_find_block_problems(mine[0], here))
    if mistakes:
        raise UserError("{mistakes}", mistakes=_join_problems(mistakes))
    return mine[0]


def _name_blocks(data: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The file's data with our name where it says none."""
    blocks = data.get("workspace", [])
    if isinstance(blocks, dict):
        blocks = [blocks]
    us = {"platform": workspace.platform, "id": workspace.external_id}
    if isinstance(blocks, list):
        blocks = [us | b if isinstance(b, dict) else b for b in blocks]
    return {**data, "workspace": blocks}


def _is_of_workspace(entry: WorkspaceEntry, workspace: Workspace) -> bool:
    return (entry.platform, entry.id) == (workspace.platform, workspace.external_id)


def _join_problems(mistakes: list[Message]) -> Message:
    lines = mistakes[:MAX_PROBLEMS]
    more = len(mistakes) - len(lines)
    if more:
        lines.append(Message("… and {n} more.", n=more))
    return reduce(lambda one, next_: Message("{a}\n{b}", a=one, b=next_), lines)


def _find_block_problems(entry: WorkspaceEntry, here: FileContext) -> Iterator[Message]:
    channels = {place.channel for place in here.destinations} | {here.channel}
    for kind, names in (
        ("destination", [d.name for d in entry.destination]),
        ("digest", [d.name for d in entry.digest]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Message(
                "{kind} «{name}» stands twice; names must differ.", kind=kind, name=name
            )
    for place in entry.destination:
        # The page's channels are of its own workspace only.
        if here.workspace.platform != "local" and place.channel not in channels:
            yield Message(
                "destination «{name}»: the channel {channel} is none here yet. Say "
                "/newsdesk destination here in it, then apply this again.",
                name=place.name,
                channel=place.channel,
            )
    for who in entry.editors:
        if not EDITOR_PATTERN.fullmatch(who):
            yield Message("editors: «{who}» is not «person ID» or «role ID».", who=who)


def merge_digest_entry(
    entry: DigestEntry, before: Mapping[str, Any], here: FileContext
) -> dict[str, Any]:
    """The digest as the file wants it, where it is as `before` at present."""
    wanted = entry.model_dump()
    wanted["schedule"] = entry.sentences
    for name in _KEPT_WHEN_MISSING:
        if wanted[name] is None:
            wanted[name] = before.get(name)
    for kind in ("sources", "paused_sources"):
        wanted[kind] = [_restore_folder(address, here) for address in wanted[kind]]
    wanted["source_names"] = {
        _restore_folder(address, here): name
        for address, name in entry.source_names.items()
    }
    return {**before, **wanted}


def _restore_folder(address: str, here: FileContext) -> str:
    """The whole path of a folder that an export calls by its name only."""
    if "://" in address:
        return address
    known = {
        source.address
        for digest in here.digests
        for source in (*digest.sources, *digest.paused_sources)
        if source.kind == "folder" and Path(source.address).name == address
    }
    return known.pop() if len(known) == 1 else address


def build_requests(
    entry: WorkspaceEntry, here: FileContext, let_in: tuple[Grant, ...], *, prune: bool
) -> tuple[ChangeRequest, ...]:
    """What the file wants of each thing.

    Args:
        entry: The file's block for this workspace.
        here: The workspace as it is.
        let_in: Who was let in so far.
        prune: What it does not name goes.
    """
    found = [*_request_additions(entry, here)]
    if prune:
        found += _request_removals(entry, here, let_in)
    return tuple(found)


def _request_additions(
    entry: WorkspaceEntry, here: FileContext
) -> Iterator[ChangeRequest]:
    if "zone" in entry.model_fields_set:
        zone: SettingsEntry = {"name": "zone", "zone": entry.zone}
        yield ChangeRequest(noun="zone", name="zone", edit=lambda _: zone)
    for who in entry.editors:
        kind, _, external_id = who.partition(" ")
        given: SettingsEntry = {"name": who, "kind": kind, "id": external_id}
        yield ChangeRequest(noun="access", name=who, edit=_set_entry(given))
    for place in entry.destination:
        yield ChangeRequest(
            noun="destination",
            name=place.name,
            edit=_set_channel(place.name, place.channel),
        )
    for digest in entry.digest:
        yield ChangeRequest(
            noun="digest", name=digest.name, edit=_set_digest(digest, here)
        )


def _request_removals(
    entry: WorkspaceEntry, here: FileContext, let_in: tuple[Grant, ...]
) -> Iterator[ChangeRequest]:
    named = {digest.name for digest in entry.digest}
    for old in here.digests:
        if old.name not in named:
            yield ChangeRequest(noun="digest", name=old.name, edit=_set_entry(None))
    named = {place.name for place in entry.destination}
    for place in here.destinations:
        if place.name not in named:
            yield ChangeRequest(
                noun="destination", name=place.name, edit=_set_entry(None)
            )
    for grant in let_in:
        if format_grant(grant) not in entry.editors:
            yield ChangeRequest(
                noun="access", name=format_grant(grant), edit=_set_entry(None)
            )


def _set_entry(entry: SettingsEntry | None) -> EntryEdit:
    return lambda _: entry


def _set_channel(name: str, channel: str) -> EntryEdit:
    """One that was stopped stays so, unless it goes to another channel."""

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        if before is not None and before["channel"] == channel:
            return before
        return {"name": name, "channel": channel, "stopped": None}

    return edit


def _set_digest(digest: DigestEntry, here: FileContext) -> EntryEdit:
    return lambda before: merge_digest_entry(digest, before or DEFAULT_DIGEST, here)
