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
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Final, TypeVar

from bot.commands.context import (
    MAX_FIELDS,
    CommandContext,
    CommandServices,
    Option,
    OptionGroup,
)
from bot.configuration.diff import SWITCH_WORDS
from bot.errors import FieldError
from bot.lookup.name_resolution import AmbiguousDigest
from bot.model import (
    Command,
    CommandOption,
    Form,
    Invocation,
    Permission,
    Reply,
    SettingsModel,
    get_setting,
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
    "draft": "d-7k3m9q",
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
class _Parameter:
    """One parameter of a command's function, with the options that it stands for."""

    name: str
    #: Named as people see them.
    shown: tuple[CommandOption, ...]
    #: Its option as declared; None for a group of options.
    option: Option | None

    async def convert(
        self, context: CommandContext, typed: Mapping[str, str]
    ) -> dict[str, object]:
        """Return {name: value} of the parameter; {} to use its default.

        Raises:
            UserError: The text cannot be converted.
        """
        if self.option is None:
            names = [option.name for option in self.shown]
            return {self.name: {n: typed[n] for n in names if typed.get(n)}}
        name = self.shown[0].name
        said = typed.get(name, "")
        if not (_is_given(self.option, name, context) or self.option.implicit):
            return {}
        if self.option.convert is None:
            return {self.name: said}
        try:
            value = self.option.convert(context, said)
            return {self.name: await value if inspect.isawaitable(value) else value}
        except FieldError as mistake:
            if mistake.field:
                raise
            raise FieldError.of(mistake, field=name) from None

    def list_missing(self, context: CommandContext) -> list[str]:
        """List the options that are required and were not given."""
        required = [option for option in self.shown if option.required]
        return [o.name for o in required if not _is_given(o, o.name, context)]

    def find_question(self, setting: str) -> str | None:
        """Find the option that an error in this setting belongs to."""
        if self.option is not None and setting in self.option.settings:
            return self.shown[0].name
        return next((one.name for one in self.shown if one.name == setting), None)


@frozen
class CommandDeclaration:
    """A command that is not yet bound to an application's services."""

    path: str
    description: str
    #: With the kinds of names: «/news quotes {speaker}».
    example_patterns: tuple[str, ...]
    function: CommandFunction
    parameters: tuple[_Parameter, ...]
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
            options=tuple(one for each in self.parameters for one in each.shown),
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
        missing = [name for p in self.parameters for name in p.list_missing(context)]
        if missing:
            submitted = context.invocation.submitted
            said = context.say("This is required.") if submitted else ""
            return context.form(errors=dict.fromkeys(missing, said))
        try:
            values: dict[str, object] = {}
            for parameter in self.parameters:
                values |= await parameter.convert(context, typed)
            return await self.function(context, **values)
        except AmbiguousDigest as which:
            form = _ask_for_digest(context, which)
            if form is None:
                raise
            return form
        except FieldError as mistake:
            found = (one.find_question(mistake.field) for one in self.parameters)
            question = next(filter(None, found), None)
            if question is None:
                raise
            return context.form(errors={question: context.texts.error(mistake)})


def _is_given(option: CommandOption, name: str, context: CommandContext) -> bool:
    """Check whether the option, shown under this name, was typed or given as a file."""
    attached = option.attachable and context.invocation.file is not None
    return attached or bool(context.typed.get(name))


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
            parameters=tuple(map(_read_parameter, parameters)),
            typed=typed,
        )

    return declare


def _read_parameter(parameter: inspect.Parameter) -> _Parameter:
    # The outermost annotation comes last; it refines those inside.
    *_, option = parameter.annotation.__metadata__
    if isinstance(option, OptionGroup):
        shown = _build_setting_options(option.model, option.names)
        return _Parameter(name=parameter.name, shown=shown, option=None)
    needed = not option.implicit and parameter.default is parameter.empty
    asked = replace(option, name=option.name or parameter.name, required=needed)
    return _Parameter(name=parameter.name, shown=(asked,), option=option)


def _build_setting_options(
    model: type[SettingsModel], names: Iterable[str]
) -> tuple[CommandOption, ...]:
    """Build a command's option for each of these settings."""
    found = (get_setting(model, name) for name in names)
    return tuple(
        CommandOption(
            name=setting.name,
            description=setting.info.help,
            lines=setting.info.values == "address",
            choices=SWITCH_WORDS if setting.kind == "switch" else setting.choices,
            completes=setting.info.values,
        )
        for setting in found
        if setting is not None
    )
