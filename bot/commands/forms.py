"""Forms that ask for missing or wrong answers to the options of a command. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.i18n.translation import Texts
from bot.lookup.name_resolution import AmbiguousDigest
from bot.model import Command, CommandOption, Form, FormField, Invocation

#: Questions of a form, on the platform that takes the fewest.
MAX_FIELDS = 5
#: Values of one question to choose from, on the platform that takes the fewest.
MAX_CHOICES = 25


def build_command_form(
    command: Command,
    values: Mapping[str, str],
    texts: Texts,
    errors: Mapping[str, str] | None = None,
) -> Form:
    """Build a form with the command's questions, with given answers filled in."""
    wrong = errors or {}
    asked = _select_options(command.options, frozenset({*values, *wrong}))
    return Form(
        path=command.path,
        title=texts.word(command.description),
        fields=tuple(
            FormField(
                name=option.name,
                label=texts.word(option.name.replace("_", " ").capitalize()),
                description=texts.word(option.description),
                required=option.required,
                value=values.get(option.name, ""),
                choices=option.choices,
                error=wrong.get(option.name, ""),
                lines=option.lines,
                attachable=option.attachable,
            )
            for option in asked
        ),
    )


def build_digest_form(
    command: Command, invocation: Invocation, which: AmbiguousDigest
) -> Form | None:
    """Build the command's form with the digests to choose from.

    Returns None if a form cannot ask it: the command takes no digest, more was given
    than a form can hold, or there are too many digests to choose from.
    """
    given = {name: value.strip() for name, value in invocation.args.items()}
    asked = {option.name for option in command.options}
    given_names = {name for name, value in given.items() if value} | {"digest"}
    if (
        not given_names <= asked
        or len(given_names) > MAX_FIELDS
        or len(which.names) > MAX_CHOICES
    ):
        return None
    texts = Texts.of(invocation.locale)
    form = build_command_form(command, {**given, "digest": ""}, texts)
    fields = [*form.fields]
    at = [field.name for field in fields].index("digest")
    fields[at] = replace(
        fields[at],
        description=texts.say("Several match: choose one"),
        required=True,
        choices=which.names,
    )
    return replace(form, fields=tuple(fields))


def _select_options(
    options: Sequence[CommandOption], touched: frozenset[str]
) -> list[CommandOption]:
    """Select as many options as a form holds: required and answered ones first."""
    by_need = sorted(options, key=lambda o: not (o.required or o.name in touched))
    chosen = {option.name for option in by_need[:MAX_FIELDS]}
    return [option for option in options if option.name in chosen]
