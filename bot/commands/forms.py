"""Asks for what is missing, and again for what was wrong, with the sentence beside it.

`asks_back` wraps a command: without a required answer a form comes back, and a
`Mistake` about one of its options puts its sentence at that question, with everything
that was answered kept. It must not know what any command does.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.choosing import WhichDigest
from bot.configuring import Mistake
from bot.texts import Texts
from bot.types import Command, Field, Form, Invocation, Option, Reply

#: Questions of a form, on the platform that takes the fewest.
MOST = 5
#: Values of one question to choose from, on the platform that takes the fewest.
CHOICES = 25


def asks_back(command: Command, about: Mapping[str, str] | None = None) -> Command:
    """The command, with a form in place of an answer that is missing or wrong.

    Args:
        command: Any.
        about: From a name in the configuration file to the option that asks for it,
            where they differ: {"sources": "address"}.
    """
    options = {option.name: option for option in command.options}

    async def run(invocation: Invocation) -> Reply | Form:
        given = {name: value.strip() for name, value in invocation.args.items()}
        lacking = [o for o in command.options if o.required and not given.get(o.name)]
        if any(o.name not in invocation.attached for o in lacking):
            return form(command, given, Texts.of(invocation.locale))
        try:
            return await command.run(invocation)
        except Mistake as mistake:
            field = (about or {}).get(mistake.field, mistake.field)
            if field not in options:
                raise
            texts = Texts.of(invocation.locale)
            return form(command, given, texts, errors={field: texts.error(mistake)})

    return replace(command, run=run)


def which_digest(
    command: Command, invocation: Invocation, which: WhichDigest
) -> Form | None:
    """The command's questions again, with the digests to choose from.

    None where a form cannot ask it: the command takes no digest, more was given than
    a form has room for, or there are too many to choose from.
    """
    given = {name: value.strip() for name, value in invocation.args.items()}
    asked = {option.name for option in command.options}
    told = {name for name, value in given.items() if value} | {"digest"}
    if not told <= asked or len(told) > MOST or len(which.names) > CHOICES:
        return None
    texts = Texts.of(invocation.locale)
    found = form(command, {**given, "digest": ""}, texts)
    return replace(
        found,
        fields=tuple(
            replace(
                field,
                description=texts.say("Several may be meant: choose one"),
                required=True,
                choices=which.names,
            )
            if field.name == "digest"
            else field
            for field in found.fields
        ),
    )


def form(
    command: Command,
    values: Mapping[str, str],
    texts: Texts,
    errors: Mapping[str, str] | None = None,
) -> Form:
    """The command's questions with what is answered already."""
    wrong = errors or {}
    asked = _first(command.options, frozenset({*values, *wrong}))
    return Form(
        path=command.path,
        title=texts.word(command.description),
        fields=tuple(
            Field(
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


def _first(options: tuple[Option, ...], touched: frozenset[str]) -> list[Option]:
    """As many as a form takes: what is required or was answered before the rest."""
    by_need = sorted(options, key=lambda o: not (o.required or o.name in touched))
    chosen = {option.name for option in by_need[:MOST]}
    return [option for option in options if option.name in chosen]
