"""`standfirst workspace list, erase`: list workspaces, delete one for good."""

import sys
from datetime import datetime

from bot.cli.arguments import JsonOption, OpenApplication
from bot.cli.console import (
    OK,
    USAGE,
    format_iso,
    print_message,
    print_rows,
    print_warnings,
)
from bot.errors import UnknownName, UserError
from bot.model import Workspace
from bot.runner import Application
from bot.storage import deletion_store, workspace_store
from bot.storage.deletion_store import Erasure

#: What is counted, as the operator reads it.
_COUNT_LABELS = {
    "digests": "digests, deleted ones too",
    "destinations": "destinations",
    "grants": "people and roles with access",
    "changes": "changes in the history",
    "editions": "editions",
    "deliveries": "messages recorded",
    "sources": "sources nobody else reads",
    "articles": "articles of these",
}


async def list_workspaces(*, json: JsonOption = False, app: OpenApplication) -> None:
    """List the workspaces, including those that removed the bot but still have data."""
    rows = [
        {
            "platform": space.platform,
            "id": space.external_id,
            "name": space.name,
            "left": format_iso(since),
        }
        for space, since in await _load_workspaces(app)
    ]
    lines = (
        f"{row['platform']:<8} {row['id']:<22} {row['name']}"
        f"{'  left ' + row['left'][:10] if row['left'] else ''}"
        for row in rows
    )
    empty = "There is no workspace yet. See: standfirst apply --help"
    print_rows(rows, lines, as_json=json, empty=empty)


async def erase_workspace(
    name: str, *, confirm: str | None = None, app: OpenApplication
) -> int:
    """Erase all data of a workspace permanently, after showing what will be deleted.

    Args:
        name: Name of the workspace, or its id on its platform.
        confirm: The name once more, instead of typing it when asked.
    """
    known = [space for space, _ in await _load_workspaces(app)]
    space, eraser = _select_workspace(name, known), app.maintenance.eraser
    _print_erasure(space, await eraser.show(space, None))
    typed = confirm if confirm is not None else _prompt_confirmation()
    if typed is None:
        print_warnings("Nothing was erased. Where nobody can type, say --confirm NAME.")
        return USAGE
    await eraser.order(space, None, typed)
    await eraser.run_ordered()
    print_message("It is erased. Backups and copies of the database still hold it.")
    return OK


def _prompt_confirmation() -> str | None:
    if not sys.stdin.isatty():
        return None
    return input("Type its name to erase all of it: ")


def _print_erasure(space: Workspace, shown: Erasure) -> None:
    print_message(f"Data of «{space.name}» ({space.platform}, {space.external_id}):")
    for kind, words in _COUNT_LABELS.items():
        if shown.counts.get(kind):
            print_message(f"{shown.counts[kind]:>8}  {words}")


async def _load_workspaces(app: Application) -> list[tuple[Workspace, datetime | None]]:
    going = await app.db.read(deletion_store.list_ordered_erasures)
    present = await app.db.read(workspace_store.list_workspaces)
    left = await app.db.read(workspace_store.list_left_workspaces)
    return [
        *((space, None) for space in present),
        *((space, since) for space, since in left if space.id not in going),
    ]


def _select_workspace(name: str, known: list[Workspace]) -> Workspace:
    by_id = [space for space in known if space.external_id == name]
    found = by_id or [space for space in known if space.name == name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{s.external_id} («{s.name}»)" for s in found or known)
    if found:
        raise UserError(f"«{name}» fits several; say its id: {names}.")
    raise UnknownName(f"There is no workspace «{name}». Known: {names or 'none'}.")
