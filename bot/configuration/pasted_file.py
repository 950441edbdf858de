"""A configuration file that an editor pastes: its block for their own workspace.

It must not change anything: `wishes` says what the file wants of each thing, and
`configuring` shows, checks and makes it like any other change from chat. Three things
are an operator's and stay out of it: folders that nobody set up by file, channels that
are no destination here yet (a channel of somebody else's could be named), and other
workspaces.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config_file.entries import EDITOR, DigestEntry, FileEntry, WorkspaceEntry
from bot.config_file.mistakes import placed
from bot.errors import UserError
from bot.sentences import Phrase
from bot.types import Destination, Digest, Workspace

#: Characters of a file, and mistakes that are told at once.
LARGEST, TOLD = 200_000, 5
#: Left out of a file, these stay as they are.
_STAYS = ("paused", "paused_until", "skip")


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """The workspace as it is, which says what a file can name."""

    workspace: Workspace
    destinations: tuple[Destination, ...]
    digests: tuple[Digest, ...]
    #: The platform's id of the channel that was asked from.
    channel: str | None


def block(text: str, here: Here) -> WorkspaceEntry:
    """What the file says of this workspace.

    `[[workspace]]` may say which one it is, and need not. One `[[workspace.digest]]`
    is a whole file too.

    Raises:
        UserError: Its mistakes, one a line; or it speaks of others only.
    """
    if len(text) > LARGEST:
        raise UserError(
            "That is too long; at most {largest} characters.", largest=LARGEST
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError("It is not valid TOML: {error}.", error=error) from None
    except RecursionError:
        raise UserError("It is nested too deeply to be such a file.") from None
    data = _named(data, here.workspace)
    try:
        blocks = FileEntry.model_validate(data).workspace
    except ValidationError as error:
        told = _lines(
            [
                Phrase("{place}: {problem}", place=place, problem=problem)
                for place, problem in placed(error, data)
            ]
        )
        raise UserError("{mistakes}", mistakes=told) from None
    mine = [b for b in blocks if _is(b, here.workspace)]
    if not mine:
        raise UserError(
            "It says nothing of this workspace, which is platform = "
            '"{platform}", id = "{external_id}".',
            platform=here.workspace.platform,
            external_id=here.workspace.external_id,
        )
    if len(mine) > 1:
        raise UserError("It has two blocks for this workspace; make one of them.")
    mistakes = list(_mistakes(mine[0], here))
    if mistakes:
        raise UserError("{mistakes}", mistakes=_lines(mistakes))
    return mine[0]


def _named(data: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The file's data with our name where it says none."""
    blocks = data.get("workspace", [])
    if isinstance(blocks, dict):
        blocks = [blocks]
    us = {"platform": workspace.platform, "id": workspace.external_id}
    if isinstance(blocks, list):
        blocks = [us | b if isinstance(b, dict) else b for b in blocks]
    return {**data, "workspace": blocks}


def _is(entry: WorkspaceEntry, workspace: Workspace) -> bool:
    return (entry.platform, entry.id) == (workspace.platform, workspace.external_id)


def _lines(mistakes: list[Phrase]) -> Phrase:
    told = mistakes[:TOLD]
    more = len(mistakes) - len(told)
    if more:
        told.append(Phrase("… and {n} more.", n=more))
    return reduce(lambda one, next_: Phrase("{a}\n{b}", a=one, b=next_), told)


def _mistakes(entry: WorkspaceEntry, here: Here) -> Iterator[Phrase]:
    channels = {place.channel for place in here.destinations} | {here.channel}
    for kind, names in (
        ("destination", [d.name for d in entry.destination]),
        ("digest", [d.name for d in entry.digest]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Phrase(
                "{kind} «{name}» stands twice; names must differ.", kind=kind, name=name
            )
    for place in entry.destination:
        # The page's channels are of its own workspace only.
        if here.workspace.platform != "local" and place.channel not in channels:
            yield Phrase(
                "destination «{name}»: the channel {channel} is none here yet. Say "
                "/newsdesk destination here in it, then apply this again.",
                name=place.name,
                channel=place.channel,
            )
    for who in entry.editors:
        if not EDITOR.fullmatch(who):
            yield Phrase("editors: «{who}» is not «person ID» or «role ID».", who=who)


def digest_as(
    entry: DigestEntry, before: Mapping[str, Any], here: Here
) -> dict[str, Any]:
    """The digest as the file wants it, where it is as `before` at present."""
    wanted = entry.model_dump()
    wanted["schedule"] = entry.sentences
    for name in _STAYS:
        if wanted[name] is None:
            wanted[name] = before.get(name)
    for kind in ("sources", "paused_sources"):
        wanted[kind] = [_folder(address, here) for address in wanted[kind]]
    wanted["source_names"] = {
        _folder(address, here): name for address, name in entry.source_names.items()
    }
    return {**before, **wanted}


def _folder(address: str, here: Here) -> str:
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
