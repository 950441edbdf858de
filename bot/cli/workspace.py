"""`standfirst workspace list, erase`: where the bot is, and the end of it there."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bot.cli.console import OK, USAGE, Json, print_json, say, warn, with_house

if TYPE_CHECKING:
    from bot.app import House
    from bot.storage.erasing import Erasure
    from bot.types import Workspace

#: What is counted, as the operator reads it.
_WORDS = {
    "digests": "digests, deleted ones too",
    "destinations": "destinations",
    "grants": "people and roles let in",
    "changes": "changes in the history",
    "editions": "editions",
    "deliveries": "messages noted",
    "sources": "sources nobody else reads",
    "articles": "articles of these",
}


def list_workspaces(*, json: Json = False) -> int:
    """List where the bot is, and where it was and what it had still waits."""

    async def work(house: "House") -> int:
        rows = [_row(space, since) for space, since in await _every(house)]
        if json:
            print_json(rows)
        elif not rows:
            say("There is no workspace yet. See: standfirst apply --help")
        for row in () if json else rows:
            left = f"  left {row['left'][:10]}" if row["left"] else ""
            print(f"{row['platform']:<8} {row['id']:<22} {row['name']}{left}")
        return OK

    return with_house(work)


def erase(
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

    async def work(house: "House") -> int:
        space = _chosen(name, [one for one, _ in await _every(house)])
        shown = await house.upkeep.erasing.show(space, None)
        _print(space, shown)
        typed = confirm if confirm is not None else _typed()
        if typed is None:
            warn(["Nothing was erased. Where nobody can type, say --confirm NAME."])
            return USAGE
        await house.upkeep.erasing.order(space, None, typed)
        await house.upkeep.erasing.carry_on()
        say("It is erased. Backups and copies of the database still hold it.")
        return OK

    return with_house(work)


def _typed() -> str | None:
    if not sys.stdin.isatty():
        return None
    return input("Type its name to erase all of it: ")


def _print(space: "Workspace", shown: "Erasure") -> None:
    say(f"This is kept of «{space.name}» ({space.platform}, {space.external_id}):")
    for kind, words in _WORDS.items():
        if shown.counts.get(kind):
            say(f"{shown.counts[kind]:>8}  {words}")


async def _every(house: "House") -> list[tuple["Workspace", datetime | None]]:
    from bot.storage import erasing, workspaces

    going = await house.db.read(erasing.ordered)
    present = await house.db.read(workspaces.every)
    left = await house.db.read(workspaces.left)
    return [
        *((space, None) for space in present),
        *((space, since) for space, since in left if space.id not in going),
    ]


def _chosen(name: str, known: list["Workspace"]) -> "Workspace":
    from bot.errors import UnknownName, UserError

    by_id = [space for space in known if space.external_id == name]
    found = by_id or [space for space in known if space.name == name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{s.external_id} («{s.name}»)" for s in found or known)
    if found:
        raise UserError(f"«{name}» fits several; say its id: {names}.")
    raise UnknownName(f"There is no workspace «{name}». Known: {names or 'none'}.")


def _row(space: "Workspace", since: datetime | None) -> dict[str, Any]:
    return {
        "platform": space.platform,
        "id": space.external_id,
        "name": space.name,
        "left": since.isoformat() if since else None,
    }
