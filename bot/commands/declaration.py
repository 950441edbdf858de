"""Declare commands as functions with typed parameters.

    @command("news figures", "Numbers, and their sentence", "1", "trade")
    async def show_figures(context: CommandContext, topic: TopicArgument) -> Reply:

Each parameter after the context is one option of the command; its annotation contains
an `Option` that describes the question and the conversion. Typed text is converted
once, before the function runs:

- for a required answer that is missing, or a `FieldError` about one of the options,
  the command's form is shown, with the given answers filled in;
- where several digests may be meant, the form asks which one;
- any other `UserError` is left to `dispatch`, which replies with its message.

A control may carry an argument that cannot be typed, such as the edition that a
confirm button is about. Its handler is declared beside the command:

    @post.control("confirmed")
    async def post_confirmed(context: CommandContext, carried: str) -> Reply:

The handler gets the answers of a form that belongs to its control (`Form.control`) in
`context.answers`. A command that is not `typed` has parameters and a form like any
other, but only controls and forms lead to it.

Commands under «news» are for everybody, those under «newsdesk» for editors.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Final, TypeVar

from bot.commands.context import (
    MAX_FIELDS,
    CommandContext,
    CommandServices,
    Option,
)
from bot.errors import FieldError
from bot.lookup.name_resolution import AmbiguousDigest
from bot.model import (
    Command,
    Form,
    Invocation,
    Permission,
    Reply,
)
from digests.messages import fill_placeholders
from digests.types import frozen

CommandFunction = Callable[..., Awaitable[Reply | Form]]
ControlFunction = Callable[[CommandContext, str], Awaitable[Reply | Form]]
C = TypeVar("C", bound=ControlFunction)
#: Names in examples, by their kind, where those of a workspace are not known.
SAMPLE_NAMES: Final[Mapping[str, str]] = {
    "destination": "morning",
    "digest": "Front page",
    "edition": "e-7k3m9q",
    "sentence": "About 31,000 vehicles cross the bridge",
    "source": "Hallin Courier",
    "speaker": "Ada Brandt",
    "story": "2",
    "story_id": "s-7k3m9q",
    "topic": "bridge",
}
#: Values of one question to choose from, on the platform that takes the fewest.
MAX_CHOICES = 25


@frozen
class CommandDeclaration:
    """A command that is not yet bound to an application's services."""

    path: str
    description: str
    #: With the kinds of names: «/news quotes {speaker}».
    example_patterns: tuple[str, ...]
    function: CommandFunction
    #: By the names of the function's parameters.
    options: Mapping[str, Option]
    #: People can type it; False = only controls and forms lead to it.
    typed: bool = True
    #: Handlers of arguments that only controls carry, by the argument's name.
    controls: dict[str, ControlFunction] = field(default_factory=dict)

    def control(self, argument: str) -> Callable[[C], C]:
        """Declare the handler that runs instead of the command for this argument."""

        def register(function: C) -> C:
            self.controls[argument] = function
            return function

        return register

    def bind(self, services: CommandServices, commands: Sequence[Command]) -> Command:
        """Build the command for the registry `commands`, which may be incomplete."""

        async def run(invocation: Invocation) -> Reply | Form:
            context = CommandContext(
                services=services,
                invocation=invocation,
                command=bound,
                commands=commands,
            )
            return await self._run(context)

        root, _, _ = self.path.partition(" ")
        bound = Command(
            path=self.path,
            description=self.description,
            permission=(Permission.EVERYONE if root == "news" else Permission.EDITOR),
            run=run,
            options=tuple(self.options.values()),
            examples=tuple(
                fill_placeholders(one, SAMPLE_NAMES) for one in self.example_patterns
            ),
            example_patterns=self.example_patterns,
            typed=self.typed,
        )
        return bound

    async def _run(self, context: CommandContext) -> Reply | Form:
        typed = context.typed
        for argument, handle in self.controls.items():
            if typed.get(argument):
                return await handle(context, typed[argument])
        given = {n: o for n, o in self.options.items() if _is_given(o, context)}
        asked = (o for o in self.options.values() if o.required)
        missing = [o.name for o in asked if o not in given.values()]
        if missing:
            submitted = context.invocation.submitted
            said = context.say("This is required.") if submitted else ""
            return context.form(errors=dict.fromkeys(missing, said))
        try:
            values = {n: await _convert(o, context) for n, o in given.items()}
            return await self.function(context, **values)
        except AmbiguousDigest as which:
            form = _ask_for_digest(context, which)
            if form is None:
                raise
            return form
        except FieldError as mistake:
            for option in self.options.values():
                if mistake.field in (option.name, *option.settings):
                    error = context.texts.error(mistake)
                    return context.form(errors={option.name: error})
            raise


def _is_given(option: Option, context: CommandContext) -> bool:
    """Check whether the function gets a value; without one it uses its default."""
    attached = option.attachable and context.invocation.file is not None
    return bool(context.typed.get(option.name)) or attached or option.implicit


async def _convert(option: Option, context: CommandContext) -> object:
    """Convert the answer to the question.

    Raises:
        UserError: The text cannot be converted.
    """
    said = context.typed.get(option.name, "")
    if option.convert is None:
        return said
    try:
        value = option.convert(context, said)
        return await value if inspect.isawaitable(value) else value
    except FieldError as mistake:
        raise FieldError.of(mistake, field=mistake.field or option.name) from None


def _ask_for_digest(context: CommandContext, which: AmbiguousDigest) -> Form | None:
    """Build the command's form with the digests to choose from.

    Returns None if a form cannot ask it: the command takes no digest, more was given
    than a form can hold, or there are too many digests to choose from.
    """
    given = {name for name, said in context.typed.items() if said} | {"digest"}
    asked = {option.name for option in context.command.options}
    too_many = len(given) > MAX_FIELDS or len(which.names) > MAX_CHOICES
    if too_many or not given <= asked:
        return None
    form = context.form({**context.typed, "digest": ""})
    fields = {field.name: field for field in form.fields}
    fields["digest"] = replace(
        fields["digest"],
        description=context.say("Several match: choose one"),
        required=True,
        choices=which.names,
    )
    return replace(form, fields=tuple(fields.values()))


def command(
    path: str, description: str, *examples: str, typed: bool = True
) -> Callable[[CommandFunction], CommandDeclaration]:
    """Declare the function as a command.

    Args:
        path: «news quotes»: root and name (and group), separated by spaces.
        description: One line of at most 60 characters.
        examples: Realistic arguments as people type them after the path, "" for none;
            or whole lines that start with «/». Without examples, the path is one. Names
            are written as their kinds, «{digest}» (see `SAMPLE_NAMES`), so that help
            can show some that exist.
        typed: People can type it; False = only controls and forms lead to it.
    """
    lines = [e if e.startswith("/") else f"/{path} {e}".strip() for e in examples]

    def declare(function: CommandFunction) -> CommandDeclaration:
        _, *parameters = inspect.signature(function).parameters.values()
        return CommandDeclaration(
            path=path,
            description=description,
            example_patterns=tuple(lines or [f"/{path}"]),
            function=function,
            options={one.name: _read_option(one) for one in parameters},
            typed=typed,
        )

    return declare


def _read_option(parameter: inspect.Parameter) -> Option:
    # The outermost annotation comes last; it refines those inside.
    option: Option
    *_, option = parameter.annotation.__metadata__
    needed = not option.implicit and parameter.default is parameter.empty
    return replace(option, name=option.name or parameter.name, required=needed)
