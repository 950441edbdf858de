"""Commands, and the invocations that platforms hand in.

Others take it from `bot.types`. A platform says where the file lies and what may be
asked for it; `bot.commands.files` reads it, held to that.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from bot.model.reply import Form, Reply
from bot.model.settings import PlatformName
from bot.model.workspace import Location, Permission, Person, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A stranger's file, not yet read."""

    #: As it was called; no path of ours.
    name: str
    #: Bytes, as the platform says.
    size: int
    #: Where it lies, as the platform says; whoever has it may read the file.
    address: str = field(repr=False)
    #: Where the platform's files lie: «https://files.example». No other is asked.
    origin: str
    #: Said to the origin and to nobody else; a secret. "" = the address is enough.
    bearer: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """A command that came in."""

    #: The platform's id of the event: the same event twice has one effect.
    key: str
    place: Location
    person: Person
    #: «news quotes».
    path: str
    args: Mapping[str, str]
    #: Files in the place of texts, by the option that they are given for.
    attached: Mapping[str, Attachment] = field(default_factory=dict)
    locale: str = "en"
    #: A person's own edition (public id) under which it was pressed: that says in which
    #: workspace. `path` is then the pressed id, still to be read.
    under: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandOption:
    """One parameter of a command."""

    name: str
    description: str
    required: bool = False
    #: Takes the rest of the line on surfaces where commands are typed.
    rest: bool = False
    #: What it takes has several lines: a form gives it room.
    lines: bool = False
    #: It can be given as a file, too; one option of a command at most.
    attachable: bool = False
    choices: tuple[str, ...] = ()
    #: Which names complete it: «digest», «source», «speaker», «story», «command»; or
    #: "", none.
    completes: str = ""


CommandHandler = Callable[[Invocation], Awaitable[Reply | Form]]
#: Whether who asks may use the command of the path.
PermissionCheck = Callable[[Invocation], Awaitable[bool]]
Completer = Callable[[Invocation, str, str], Awaitable[tuple[str, ...]]]
#: (platform, the platform's id of the workspace, its name or "" where it is not told)
WorkspaceResolver = Callable[[PlatformName, str, str], Awaitable[Workspace]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One entry of the registry; every surface is built from it."""

    #: «news quotes»: root and name (and group) by spaces.
    path: str
    #: One line, at most 60 characters.
    description: str
    permission: Permission
    run: CommandHandler
    options: tuple[CommandOption, ...] = ()
    #: What somebody would really type.
    examples: tuple[str, ...] = ()
    #: The answer is only for the one who asked.
    private: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbox:
    """What a platform hands incoming events to."""

    commands: tuple[Command, ...]
    #: Checks permission and repeats, runs, and turns every failure into a reply.
    dispatch: Callable[[Invocation], Awaitable[Reply | Form]]
    #: Before somebody is asked for what a command needs; `dispatch` checks it again.
    may: PermissionCheck
    #: Turns a pressed control into the invocation it stands for (raises UserError).
    press: Callable[[Invocation, str], Invocation]
    #: (invocation so far, option name, what is typed) → up to 25 completions.
    complete: Completer
    #: The workspace that an event comes from; made when the bot first meets it.
    workspace_of: WorkspaceResolver
    #: (platform, the platform's id): the bot was removed from there.
    left: Callable[[PlatformName, str], Awaitable[None]]


#: Bytes that a file may have.
ATTACHMENT_LIMIT: Final = 500_000
#: What a platform says where it asks for one.
ATTACHMENT_HINT: Final = "The same as a file of at most 500 KB"


def file_origin(api_base: str | None, usual: str) -> str:
    """Say where a platform's files lie: on its host, or beside an interface of ours."""
    if api_base is None:
        return usual
    parts = urlsplit(api_base)
    return f"{parts.scheme}://{parts.netloc}"
