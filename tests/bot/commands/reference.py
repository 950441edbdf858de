"""Writes docs/commands.md from the registry: see `test_reference.py`."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bot.storage import migrate
from bot.types import Command, Permission
from tests.bot.newsroom import newsroom

FILE = Path(__file__).parents[3] / "docs" / "commands.md"
HEAD = """\
# Commands

Every command, who may use it, and what somebody would really type. The same commands,
with the same words and permissions, are on every platform; *everyone* are the members
of a workspace, *editors* who manages it on its platform and whoever they let in with
`/newsdesk access grant`. The permission is checked each time a command or a button
comes in.

Every change is shown before it is made, is kept in `/newsdesk history` with what was
before and after, and can be taken back from there.

| command | who | what it does | options |
|---|---|---|---|
"""
FOOT = "\n*Written from the registry; a test keeps it true.*\n"
WHO = {Permission.EVERYONE: "everyone", Permission.EDITOR: "editors"}


def reference(commands: Iterable[Command]) -> str:
    """The page: a table of all commands, then their examples."""
    listed = list(commands)
    rows = "".join(map(_row, listed))
    examples = "".join(_examples(command) for command in listed)
    return f"{HEAD}{rows}\n## Examples\n\n{examples}{FOOT}"


def _row(command: Command) -> str:
    options = ", ".join(
        f"`{o.name}`" + ("" if o.required else " (optional)") for o in command.options
    )
    cells = (
        f"`/{command.path}`",
        WHO[command.permission],
        command.description,
        options,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _examples(command: Command) -> str:
    return "".join(f"- `{example}`\n" for example in command.examples)


async def _write() -> None:
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/reference.db"
        migrate.upgrade(url)
        async with newsroom(url, Path(home)) as desk:
            FILE.write_text(reference(desk.inbox.commands), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
