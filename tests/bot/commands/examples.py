"""What somebody would really give a command, taken from its own examples."""

from bot.platforms.lines import Call, parse
from bot.texts import Texts
from bot.types import Command


def given_for(command: Command) -> dict[str, str]:
    """The options of the command's first example that lacks nothing."""
    for example in command.examples:
        call = parse(example, (command,), Texts.of("en"))
        if isinstance(call, Call):
            return dict(call.args)
    raise AssertionError(f"/{command.path} has no example that is complete")
