"""What somebody would really give a command, taken from its own examples."""

import re

from bot.i18n.translation import Texts
from bot.model import Command
from bot.platforms.common.typed_commands import ParsedCommand, parse_command_or_form


def given_for(command: Command) -> dict[str, str]:
    """The options of the command's first example that lacks nothing."""
    for example in command.examples:
        call = parse_command_or_form(example, (command,), Texts.of("en"))
        if isinstance(call, ParsedCommand):
            return {name: as_chosen(given) for name, given in call.args.items()}
    raise AssertionError(f"/{command.path} has no example that is complete")


def as_chosen(typed: str) -> str:
    """What arrives where somebody chose «@ben» from the platform's list: a mention."""
    return re.sub(r"(?<!\S)@(\w+)", r"<@\1>", typed)
