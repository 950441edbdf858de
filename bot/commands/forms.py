"""Ask for missing or wrong answers by a form; parse days; find the story meant.

`asks_back` wraps a command: without a required answer a form comes back, and a
`Mistake` about one of its options puts its sentence at that question, with everything
that was answered kept. It must not know what any command does.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from bot.commands.context import CommandContext
from bot.errors import FieldError, UnknownName
from bot.i18n.translation import Texts
from bot.lookup import explanations
from bot.lookup.name_resolution import AmbiguousDigest
from bot.model import Command, CommandOption, Form, FormField, Invocation, Reply
from digests.language.dates import WEEKDAYS
from digests.types import EditionStory

#: Questions of a form, on the platform that takes the fewest.
MAX_FIELDS = 5
#: Values of one question to choose from, on the platform that takes the fewest.
MAX_CHOICES = 25


def wrap_with_form(command: Command, about: Mapping[str, str] | None = None) -> Command:
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
            return build_command_form(command, given, Texts.of(invocation.locale))
        try:
            return await command.run(invocation)
        except FieldError as mistake:
            field = (about or {}).get(mistake.field, mistake.field)
            if field not in options:
                raise
            texts = Texts.of(invocation.locale)
            return build_command_form(
                command, given, texts, errors={field: texts.error(mistake)}
            )

    return replace(command, run=run)


def build_digest_form(
    command: Command, invocation: Invocation, which: AmbiguousDigest
) -> Form | None:
    """The command's questions again, with the digests to choose from.

    None where a form cannot ask it: the command takes no digest, more was given than
    a form has room for, or there are too many to choose from.
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
    found = build_command_form(command, {**given, "digest": ""}, texts)
    return replace(
        found,
        fields=tuple(
            replace(
                field,
                description=texts.say("Several match: choose one"),
                required=True,
                choices=which.names,
            )
            if field.name == "digest"
            else field
            for field in found.fields
        ),
    )


def build_command_form(
    command: Command,
    values: Mapping[str, str],
    texts: Texts,
    errors: Mapping[str, str] | None = None,
) -> Form:
    """The command's questions with what is answered already."""
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


def _select_options(
    options: tuple[CommandOption, ...], touched: frozenset[str]
) -> list[CommandOption]:
    """As many as a form takes: what is required or was answered before the rest."""
    by_need = sorted(options, key=lambda o: not (o.required or o.name in touched))
    chosen = {option.name for option in by_need[:MAX_FIELDS]}
    return [option for option in options if option.name in chosen]


_DAYS_AHEAD = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}


def parse_coming_day(said: str, today: date, *, field: str, earliest: int = 0) -> date:
    """The day that «2026-12-24», «tomorrow» or «Friday» means.

    Args:
        said: What was typed; a weekday is the next one of its name, never today.
        today: Where the digest is read.
        field: The question that a mistake belongs to.
        earliest: How many days ahead it must be at least.

    Raises:
        Mistake: It is no day, or one that has gone by.
    """
    word = said.strip().casefold()
    if word in _DAYS_AHEAD:
        day = today + timedelta(days=_DAYS_AHEAD[word])
    elif word in WEEKDAYS:
        ahead = (WEEKDAYS[word] - today.weekday() - 1) % 7 + 1
        day = today + timedelta(days=ahead)
    else:
        day = _parse_date(said, field)
    if day < today + timedelta(days=earliest):
        raise FieldError(
            "{date} is in the past; choose a later day.",
            date=day,
            field=field,
        )
    return day


def _parse_date(said: str, field: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise FieldError(
            "«{said}» is not a day. Write «tomorrow», a weekday, or a date "
            "like 2026-12-24 (year, month, day).",
            said=said[:40],
            field=field,
        ) from None


#: How a command takes a story that is followed by something else.
WHICH_STORY_OPTION = CommandOption(
    name="story",
    description="Its number, its id, or a word of it",
    required=True,
    completes="story",
)


async def find_story(
    context: CommandContext, invocation: Invocation, which: str
) -> EditionStory:
    """A story by its number in the newest edition here, its id, or words of it.

    Raises:
        UserError: There is none.
    """
    which = which.strip()
    try:
        return (await context.archive.story(invocation.place, which)).story
    except UnknownName:
        if not which.startswith("s-"):
            raise
        found = await explanations.compose_unpublished(
            context.db,
            context.publisher.engine,
            invocation.place.workspace.id,
            which,
        )
        if found is None:
            raise
        return found
