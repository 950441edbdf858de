"""Write docs/commands.md from the registry: see `test_reference.py`."""

import asyncio
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.commands.help_pages import NAMES, FormerCommand, read_former_commands
from bot.i18n.translation import Texts
from bot.model import Command, CommandOption, Permission
from bot.platforms.discord.commands import build_command_tree
from bot.storage import schema_upgrade
from tests.bot.commands.examples import parse_complete
from tests.bot.harness import open_harness

FILE = Path(__file__).parents[3] / "docs" / "commands.md"
HEAD = """\
# Commands

Every command, who may use it, and realistic examples. The commands, their words and
their permissions are the same on every platform. *Everyone* means the members of a
workspace; *editors* are the people who manage it on its platform, and those added with
`/newsdesk access grant`. The permission is checked for every command and every button.

Every change is previewed before it is applied, recorded in `/newsdesk history` with the
values before and after, and can be reverted there.

*Slash* means the platform's own menu, with fields and completion; *typed* is the same
line typed with a slash, as Slack and the local page accept it. If a required option is
missing, a form asks for it. An *attachment* is an option on Discord (`attachment`), and
a question of the form on Discord and Slack; on the local page, paste the text.

| command | who | Discord | Slack, local page | what it does | options |
|---|---|---|---|---|---|
"""
FORMER = """\

## Commands of the first release

There were 69; where each is now. An arrow is a press: a button, or a choice in a menu.

| former command | now | for example |
|---|---|---|
"""
FOOT = "\n*Generated from the command registry; a test compares them.*\n"
#: Discord's types of a subcommand and of a group of them.
_NESTED = (1, 2)
WHO = {Permission.EVERYONE: "everyone", Permission.EDITOR: "editors"}


def reference(commands: Iterable[Command]) -> str:
    """The page: a table of all commands, then their examples."""
    listed = [command for command in commands if command.typed]
    rows = "".join(_row(command, listed) for command in listed)
    examples = "".join(_examples(command) for command in listed)
    former = "".join(map(_former_row, read_former_commands().values()))
    return f"{HEAD}{rows}\n## Examples\n\n{examples}{FORMER}{former}{FOOT}"


def _former_row(row: FormerCommand) -> str:
    if not row.is_moved:
        return f"| `/{row.path}` | the same | |\n"
    labels = row.list_labels(Texts.of("en"))
    steps = [f"`/{row.now}`", *(NAMES.get(label, label) for label in labels)]
    example = f" `{row.example}` " if row.example else " "
    return f"| `/{row.path}` | {' → '.join(steps)} |{example}|\n"


def _row(command: Command, every: Sequence[Command]) -> str:
    options = ", ".join(f"`{o.name}`{_how(o)}" for o in command.options)
    cells = (
        f"`/{command.path}`",
        WHO[command.permission],
        "slash" if command.path in _in_the_menu(every) else "–",
        _typed(command, every),
        command.description,
        options,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _how(option: CommandOption) -> str:
    if option.attachable:
        return " (or an attachment)"
    return "" if option.required else " (optional)"


def _in_the_menu(commands: Sequence[Command]) -> set[str]:
    """The commands in the form in which Discord gets them."""
    return {
        " ".join(path)
        for root in build_command_tree(commands)
        for path in _leaves(root)
    }


def _leaves(entry: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    below = [o for o in entry.get("options", ()) if o["type"] in _NESTED]
    for option in below:
        for path in _leaves(option):
            yield (entry["name"], *path)
    if not below:
        yield (entry["name"],)


def _typed(command: Command, commands: Sequence[Command]) -> str:
    """Whether the command's example parses to the command without a remainder."""
    call = parse_complete(command.examples[0], commands)
    return "typed" if call is not None and call.path == command.path else "–"


def _examples(command: Command) -> str:
    return "".join(f"- `{example}`\n" for example in command.examples)


async def _write() -> None:
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/reference.db"
        schema_upgrade.upgrade_database(url)
        async with open_harness(url, Path(home)) as harness:
            FILE.write_text(reference(harness.inbox.commands), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
