"""`standfirst workspace list, erase`: list workspaces, delete one for good."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bot.cli.console import (
    OK,
    USAGE,
    JsonOption,
    application_command,
    print_message,
    print_rows,
    print_warnings,
)

if TYPE_CHECKING:
    from bot.model import Workspace
    from bot.runner import Application
    from bot.storage.deletion_store import Erasure

#: What is counted, as the operator reads it.
_COUNT_LABELS = {
    "digests": "digests, deleted ones too",
    "destinations": "destinations",
    "grants": "people and roles let in",
    "changes": "changes in the history",
    "editions": "editions",
    "deliveries": "messages noted",
    "sources": "sources nobody else reads",
    "articles": "articles of these",
}


@application_command
async def list_workspaces(
    application: "Application", *, json: JsonOption = False
) -> None:
    """List where the bot is, and where it was and what it had still waits."""
    rows = [
        _workspace_row(space, since)
        for space, since in await _load_workspaces(application)
    ]
    lines = (
        f"{row['platform']:<8} {row['id']:<22} {row['name']}"
        f"{'  left ' + row['left'][:10] if row['left'] else ''}"
        for row in rows
    )
    print_rows(
        rows,
        lines,
        as_json=json,
        empty="There is no workspace yet. See: standfirst apply --help",
    )


@application_command
async def erase_workspace(
    application: "Application",
    name: str,
    *,
    confirm: Annotated[
        str | None, Parameter(help="Its name once more, where nobody can type it.")
    ] = None,
) -> int:
    """Erase all data of a workspace for good; it is shown first what goes.

    Args:
        name: Its name, or its id on its platform.
        confirm: Its name once more, where nobody can be asked.
    """
    space = _select_workspace(
        name, [one for one, _ in await _load_workspaces(application)]
    )
    shown = await application.maintenance.eraser.show(space, None)
    _print_erasure(space, shown)
    typed = confirm if confirm is not None else _prompt_confirmation()
    if typed is None:
        print_warnings(
            ["Nothing was erased. Where nobody can type, say --confirm NAME."]
        )
        return USAGE
    await application.maintenance.eraser.order(space, None, typed)
    await application.maintenance.eraser.run_ordered()
    print_message("It is erased. Backups and copies of the database still hold it.")
    return OK


def _prompt_confirmation() -> str | None:
    if not sys.stdin.isatty():
        return None
    return input("Type its name to erase all of it: ")


def _print_erasure(space: "Workspace", shown: "Erasure") -> None:
    print_message(
        f"This is kept of «{space.name}» ({space.platform}, {space.external_id}):"
    )
    for kind, words in _COUNT_LABELS.items():
        if shown.counts.get(kind):
            print_message(f"{shown.counts[kind]:>8}  {words}")


async def _load_workspaces(
    application: "Application",
) -> list[tuple["Workspace", datetime | None]]:
    from bot.storage import deletion_store, workspace_store

    going = await application.db.read(deletion_store.list_ordered_erasures)
    present = await application.db.read(workspace_store.list_workspaces)
    left = await application.db.read(workspace_store.list_left_workspaces)
    return [
        *((space, None) for space in present),
        *((space, since) for space, since in left if space.id not in going),
    ]


def _select_workspace(name: str, known: list["Workspace"]) -> "Workspace":
    from bot.errors import UnknownName, UserError

    by_id = [space for space in known if space.external_id == name]
    found = by_id or [space for space in known if space.name == name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{s.external_id} («{s.name}»)" for s in found or known)
    if found:
        raise UserError(f"«{name}» fits several; say its id: {names}.")
    raise UnknownName(f"There is no workspace «{name}». Known: {names or 'none'}.")


def _workspace_row(space: "Workspace", since: datetime | None) -> dict[str, Any]:
    return {
        "platform": space.platform,
        "id": space.external_id,
        "name": space.name,
        "left": since.isoformat() if since else None,
    }
