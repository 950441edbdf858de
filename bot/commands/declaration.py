"""Declare commands as functions with typed parameters.

    @command("news timeline", "A story over its days, in order", "/news timeline 1")
    async def show_timeline(context: CommandContext, story: StoryArgument) -> Reply:

Each parameter after the context is one option of the command; its annotation carries
an `Option` that says how it is asked for and converted. What was typed is converted
once, before the function runs:

- a required answer that is missing, and a `FieldError` about one of the options,
  become the form of the command with everything that was answered kept;
- where several digests may be meant, the form asks which one;
- any other `UserError` is left to `dispatch`, which answers with its sentence.

A control may carry an argument that nobody can type, such as the edition that a
confirm button is about. Its handler is declared beside the command:

    @post.control("confirmed")
    async def post_confirmed(context: CommandContext, carried: str) -> Reply:

Commands under «news» are for everybody, those under «newsdesk» for editors.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.commands.context import CommandContext, CommandServices
from bot.commands.forms import Option, build_digest_form
from bot.errors import FieldError
from bot.lookup.name_resolution import AmbiguousDigest
from bot.model import Command, CommandOption, Form, Invocation, Permission, Reply

CommandFunction = Callable[..., Awaitable[Reply | Form]]
ControlFunction = Callable[[CommandContext, str], Awaitable[Reply | Form]]
C = TypeVar("C", bound=ControlFunction)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parameter:
    """One parameter of a command's function."""

    name: str
    option: Option
    shown: CommandOption

    async def convert(
        self, context: CommandContext, typed: Mapping[str, str]
    ) -> dict[str, object]:
        """The parameter's value by its name; {} leaves it to the default.

        Raises:
            UserError: The text cannot be converted.
        """
        said = typed.get(self.shown.name, "")
        attached = self.shown.name in context.invocation.attached
        if not (said or attached or self.option.implicit):
            return {}
        if self.option.convert is None:
            return {self.name: said}
        try:
            value = self.option.convert(context, said)
            return {self.name: await value if inspect.isawaitable(value) else value}
        except FieldError as mistake:
            if mistake.field:
                raise
            raise FieldError.of(mistake, field=self.shown.name) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandDeclaration:
    """A command that is not bound to the services of an application yet."""

    path: str
    description: str
    examples: tuple[str, ...]
    function: CommandFunction
    parameters: tuple[_Parameter, ...]
    #: Handlers of what only controls carry, by the argument's name.
    controls: dict[str, ControlFunction] = field(default_factory=dict)

    def control(self, argument: str) -> Callable[[C], C]:
        """Declare what a control with this argument does in place of the command."""

        def register(function: C) -> C:
            self.controls[argument] = function
            return function

        return register

    def bind(self, services: CommandServices, commands: Sequence[Command]) -> Command:
        """The command for the registry `commands`, which may still be growing."""

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
            options=tuple(parameter.shown for parameter in self.parameters),
            examples=self.examples,
        )
        return bound

    async def _run(self, context: CommandContext) -> Reply | Form:
        typed = {name: said.strip() for name, said in context.invocation.args.items()}
        for argument, handle in self.controls.items():
            if typed.get(argument):
                return await handle(context, typed[argument])
        if any(self._is_missing(one, context, typed) for one in self.parameters):
            return context.form()
        try:
            values: dict[str, object] = {}
            for parameter in self.parameters:
                values |= await parameter.convert(context, typed)
            return await self.function(context, **values)
        except AmbiguousDigest as which:
            form = build_digest_form(context.command, context.invocation, which)
            if form is None:
                raise
            return form
        except FieldError as mistake:
            asked = self._find_question(mistake.field)
            if asked is None:
                raise
            return context.form(errors={asked: context.texts.error(mistake)})

    def _is_missing(
        self, parameter: _Parameter, context: CommandContext, typed: Mapping[str, str]
    ) -> bool:
        name = parameter.shown.name
        given = typed.get(name) or name in context.invocation.attached
        return not given and parameter.shown.required and not parameter.option.required

    def _find_question(self, setting: str) -> str | None:
        """The option that a mistake in this setting belongs to."""
        for parameter in self.parameters:
            if setting in (parameter.shown.name, *parameter.option.settings):
                return parameter.shown.name
        return None


def command(
    path: str, description: str, *examples: str
) -> Callable[[CommandFunction], CommandDeclaration]:
    """Declare the function as a command.

    Args:
        path: «news quotes»: root and name (and group), separated by spaces.
        description: One line of at most 60 characters.
        examples: Lines that people would really type; at least one.
    """

    def declare(function: CommandFunction) -> CommandDeclaration:
        _, *parameters = inspect.signature(function).parameters.values()
        return CommandDeclaration(
            path=path,
            description=description,
            examples=examples,
            function=function,
            parameters=tuple(map(_read_parameter, parameters)),
        )

    return declare


def _read_parameter(parameter: inspect.Parameter) -> _Parameter:
    found = [
        one for one in parameter.annotation.__metadata__ if isinstance(one, Option)
    ]
    # The outermost annotation comes last; it refines those inside.
    option = found[-1]
    required = option.required
    if required is None:
        required = not option.implicit and parameter.default is parameter.empty
    name = option.name or parameter.name
    return _Parameter(
        name=parameter.name,
        option=option,
        shown=option.to_command_option(name, required=required),
    )
