"""Forms made from commands, alike on every platform: pure, and nothing is run.

A command that lacks what it needs becomes a form; its answers come back as arguments
of the same command. Only arguments that a command declares ever reach it this way:
what a signed control carries cannot be typed into a form.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.texts import Texts
from bot.types import Command, Field, Form

#: Questions of a form.
MOST: Final = 5


def named(commands: Sequence[Command], path: str) -> Command | None:
    """The command of this path, if there is one."""
    return next((command for command in commands if command.path == path), None)


def declared(command: Command | None, given: Mapping[str, str]) -> dict[str, str]:
    """What was given for the options that the command declares, without blanks."""
    known = {option.name for option in command.options} if command else set()
    return {
        name: value.strip()
        for name, value in given.items()
        if name in known and value.strip()
    }


def lacks(
    command: Command, given: Mapping[str, str], attached: Collection[str] = ()
) -> bool:
    """Whether something is missing without which the command cannot run.

    `attached` names the options for which a file is given.
    """
    return any(
        o.required and not given.get(o.name) and o.name not in attached
        for o in command.options
    )


def attachable(command: Command | None) -> str:
    """The option that a file can be given for; "" = there is none."""
    options = command.options if command else ()
    return next((option.name for option in options if option.attachable), "")


def form_of(command: Command, given: Mapping[str, str], texts: Texts) -> Form:
    """The questions of the command, with what was given filled in."""
    return Form(
        path=command.path,
        title=texts.word(command.description),
        fields=tuple(
            Field(
                name=option.name,
                label=texts.word(option.name.replace("_", " ").capitalize()),
                description=texts.word(option.description),
                required=option.required,
                value=given.get(option.name, ""),
                choices=option.choices,
                lines=option.lines,
                attachable=option.attachable,
            )
            for option in command.options[:MOST]
        ),
    )


def unfinished(form: Form, texts: Texts) -> Form:
    """The form with a sentence at each question that still needs an answer."""
    return replace(
        form,
        fields=tuple(
            replace(field, error=texts.say("This is needed."))
            if field.required and not field.value
            else field
            for field in form.fields
        ),
    )
