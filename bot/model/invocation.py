"""Commands, and the invocations of commands that platforms receive.

For an attached file, the platform names the address and the only allowed origin;
`bot.commands.arguments` downloads it within these limits.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Final
from urllib.parse import urlsplit

from bot.model.reply import Form, Reply
from bot.model.scope import PlatformName
from bot.model.workspace import Location, Permission, Person, Workspace
from digests.types import frozen


@frozen
class Attachment:
    """An untrusted file attached to a command, not downloaded yet."""

    #: File name given by the sender; never used as a local path.
    name: str
    #: Size in bytes, as the platform reports it.
    size: int
    #: Download URL from the platform. Secret: it may grant access to the file.
    address: str = field(repr=False)
    #: The only origin that it is requested from: «https://files.example».
    origin: str
    #: Bearer token, sent to the origin only; secret. "" = the URL is enough.
    bearer: str = field(default="", repr=False)


@frozen
class Invocation:
    """An incoming command."""

    #: The platform's id of the event, by which repeated events are ignored.
    key: str
    place: Location
    person: Person
    #: «news quotes».
    path: str
    args: Mapping[str, str]
    #: A file given instead of the text of the one option that takes a file.
    file: Attachment | None = None
    #: `args` are the answers of a form, which marks those that are missing.
    submitted: bool = False
    #: The answers of a form that belongs to a control (`Form.control`); None = the
    #: control itself was pressed.
    answers: Mapping[str, str] | None = None
    locale: str = "en"
    #: Public id of the personal edition whose control was pressed, from which the
    #: workspace is derived. `path` is then the control's id, not parsed yet.
    under: str = ""


@frozen
class CommandOption:
    """One parameter of a command."""

    name: str
    description: str
    required: bool = False
    #: Takes the rest of the line on surfaces where commands are typed.
    rest: bool = False
    #: The value may have several lines: a form shows a larger input.
    lines: bool = False
    #: The value can also be given as a file; at most one such option per command.
    attachable: bool = False
    choices: tuple[str, ...] = ()
    #: Kind of names that autocompletion suggests: «digest», «source», «speaker»,
    #: «story» or «command»; "" = none.
    completes: str = ""


CommandHandler = Callable[[Invocation], Awaitable[Reply | Form]]
Completer = Callable[[Invocation, str, str], Awaitable[tuple[str, ...]]]
#: Takes (platform, the platform's id of the workspace, its name or "" if unknown).
WorkspaceResolver = Callable[[PlatformName, str, str], Awaitable[Workspace]]


@frozen
class Command:
    """A command in the registry, from which every user interface is built."""

    #: Root, group (if any) and name, separated by spaces: «news quotes».
    path: str
    #: One line, at most 60 characters.
    description: str
    permission: Permission
    run: CommandHandler
    options: tuple[CommandOption, ...] = ()
    #: Realistic invocations, for the help.
    examples: tuple[str, ...] = ()
    #: The same with the kinds of names in them: «/news quotes {speaker}».
    example_patterns: tuple[str, ...] = ()
    #: People can type it, and platforms register it; False = only controls and forms
    #: lead to it.
    typed: bool = True


@frozen
class Inbox:
    """Callbacks that handle a platform's incoming events."""

    commands: tuple[Command, ...]
    #: Checks permission, ignores repeated events, runs the command or asks for missing
    #: answers, and turns every failure into a reply.
    dispatch: Callable[[Invocation], Awaitable[Reply | Form]]
    #: Converts a pressed control into its invocation; raises `UserError`.
    press: Callable[[Invocation, str], Invocation]
    #: (invocation so far, option name, typed text) → up to 25 completions.
    complete: Completer
    #: Finds the workspace of an event; creates it on the first event.
    workspace_of: WorkspaceResolver
    #: Called with (platform, the platform's id) when the bot was removed there.
    left: Callable[[PlatformName, str], Awaitable[None]]
    #: (words of a path, locale) → where a command of an earlier release is now; None if
    #: there was no such command.
    explain_former: Callable[[str, str], Reply | None] = lambda _words, _locale: None
    #: (invocation without a command) → lines worth typing there, whose names exist.
    suggest: Callable[[Invocation], Awaitable[tuple[str, ...]]] | None = None

    @property
    def typed_commands(self) -> tuple[Command, ...]:
        """The commands that people can type, in the order of the help."""
        return tuple(command for command in self.commands if command.typed)


#: Maximum size of a file in bytes.
ATTACHMENT_LIMIT: Final = 500_000
#: Description of the option or input that takes the file.
ATTACHMENT_HINT: Final = "The same as a file of at most 500 KB"


def file_origin(api_base: str | None, usual: str) -> str:
    """Return the origin of a platform's files.

    Args:
        api_base: An address that replaces the platform's API, whose origin is used
            then; None = not replaced.
        usual: The platform's own origin.
    """
    if api_base is None:
        return usual
    parts = urlsplit(api_base)
    return f"{parts.scheme}://{parts.netloc}"
