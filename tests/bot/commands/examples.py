"""Realistic arguments for a command, taken from its own examples."""

import re
from collections.abc import Sequence

from bot.i18n.translation import Texts
from bot.model import Command
from bot.platforms.common.interactions import find_command_by_path
from bot.platforms.common.typed_commands import ParsedCommand, parse_command


def parse_complete(line: str, commands: Sequence[Command]) -> ParsedCommand | None:
    """Parse a line; None if it is not a command or lacks a required option."""
    call = parse_command(line, commands, Texts.of("en"))
    if not isinstance(call, ParsedCommand):
        return None
    command = find_command_by_path(commands, call.path)
    options = command.options if command else ()
    return call if all(call.args.get(o.name) for o in options if o.required) else None


def given_for(command: Command) -> dict[str, str]:
    """The options of the command's first complete example."""
    for example in command.examples:
        call = parse_complete(example, (command,))
        if call is not None:
            return {name: as_chosen(given) for name, given in call.args.items()}
    raise AssertionError(f"/{command.path} has no example that is complete")


def as_chosen(typed: str) -> str:
    """The value that arrives for «@ben» chosen from the platform's list: a mention."""
    return re.sub(r"(?<!\S)@(\w+)", r"<@\1>", typed)
