"""What all commands share: exit codes, option types, printing and prompts.

Data goes to stdout, logs and warnings to stderr. At a prompt «<» goes back to the
previous question; secrets are not echoed, and callers must never print them.
"""

import asyncio
import functools
import getpass
import inspect
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, Protocol

from cyclopts import Parameter

if TYPE_CHECKING:
    from bot.model import Digest, Finding
    from bot.ports import Clock, Examiner, Plugins
    from bot.runner import Application
    from bot.settings import Settings

P = ParamSpec("P")

OK, FAILED, USAGE, CONFIGURATION, ATTENTION = range(5)
#: Sign before a result, by its state.
STATE_SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}

JsonOption = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
FlagOption = Annotated[bool, Parameter(negative=())]
WorkspaceOption = Annotated[
    str | None, Parameter(name="--workspace", help="Its id, where names clash.")
]


class ApplicationFactory(Protocol):
    """The functions of `bot.app` that commands use, passed to them when they run.

    The command modules do not import `bot.app`, so that parsing a command line, help
    and `standfirst version` stay fast.
    """

    def load_platform_settings(self) -> "tuple[Settings, tuple[str, ...]]":
        """Load the settings, with warnings."""
        ...

    def open_application(
        self, settings: "Settings"
    ) -> "AbstractAsyncContextManager[Application]":
        """Build the application over the configured database."""
        ...

    def run_application(
        self, settings: "Settings", *, say: Callable[[str], None]
    ) -> Coroutine[Any, Any, int]:
        """Run the application until it is stopped; return the exit code."""
        ...

    def open_examiner(
        self, settings: "Settings", name: str
    ) -> "AbstractAsyncContextManager[Examiner]":
        """Sign in to a platform, to check it."""
        ...

    def list_platforms(self) -> "Plugins":
        """Return every platform by name."""
        ...

    def get_clock(self) -> "Clock":
        """Return the real clock."""
        ...


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command with its arguments, before it runs."""

    run: Callable[[ApplicationFactory], int | None]


def factory_command(
    work: Callable[Concatenate[ApplicationFactory, P], int | None],
) -> Callable[P, PendingCommand]:
    """Make a command of a function that receives the `ApplicationFactory` first.

    The command has the other parameters of `work`, and its result as the exit code;
    None is success.
    """

    @functools.wraps(work)
    def command(*args: P.args, **kwargs: P.kwargs) -> PendingCommand:
        return PendingCommand(lambda factory: work(factory, *args, **kwargs))

    return _drop_first_parameter(command, work)


def application_command(
    work: Callable[Concatenate["Application", P], Awaitable[int | None]],
) -> Callable[P, PendingCommand]:
    """Make a command of a coroutine function that receives an open application.

    The application is built over the configured database, and nothing else started.
    """

    async def run_opened(factory: ApplicationFactory, *args: Any, **kwargs: Any) -> int:
        async with factory.open_application(read_settings(factory)) as application:
            return await work(application, *args, **kwargs) or OK

    @functools.wraps(work)
    def command(*args: P.args, **kwargs: P.kwargs) -> PendingCommand:
        return PendingCommand(
            lambda factory: asyncio.run(run_opened(factory, *args, **kwargs))
        )

    return _drop_first_parameter(command, work)


def _drop_first_parameter(
    command: Callable[P, PendingCommand], work: Callable[..., object]
) -> Callable[P, PendingCommand]:
    """Set the signature of the command, from which the command line is derived."""
    signature = inspect.signature(work)
    parameters = list(signature.parameters.values())[1:]
    attributes = vars(command)
    # `__wrapped__` would lead a reader of the signature back to the parameter.
    del attributes["__wrapped__"]
    attributes["__signature__"] = signature.replace(parameters=parameters)
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def read_settings(factory: ApplicationFactory) -> "Settings":
    """Load the settings, and print warnings about them."""
    settings, warnings = factory.load_platform_settings()
    print_warnings(warnings)
    return settings


def print_message(text: str) -> None:
    """Print a sentence for the person at the terminal."""
    print(text, flush=True)


def format_count(number: int, noun: str) -> str:
    """Format «1 source», «2 sources»; the command line is in English only."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_warnings(warnings: Sequence[str]) -> None:
    """Print warnings to stderr."""
    for text in warnings:
        print(f"standfirst: {text}", file=sys.stderr)


def format_finding(finding: "Finding", width: int = 0) -> str:
    """Format one line: state sign, subject (padded to `width`), text and fix."""
    fix = f" → {finding.fix}" if finding.fix else ""
    subject = f"{finding.subject}:".ljust(width)
    return f"{STATE_SIGNS[finding.state]} {subject} {finding.text}{fix}"


def print_json(data: object) -> None:
    """Print data for other programs."""
    print(json.dumps(data, ensure_ascii=False, indent=1))


def print_rows(
    rows: Sequence[Any], lines: Iterable[str], *, as_json: bool, empty: str
) -> None:
    """Print rows as JSON or as lines; `empty` is the sentence where there are none."""
    if as_json:
        print_json(rows)
    elif not rows:
        print_message(empty)
    else:
        for line in lines:
            print(line)


async def load_named_digest(
    application: "Application", name: str | None, workspace: str | None
) -> "Digest":
    """Load the digest that the command line names, or the only one."""
    from bot.lookup.name_resolution import resolve_digest

    return resolve_digest(await application.archive.all_digests(workspace), name or "")


#: Input that goes back to the previous question.
BACK_ANSWER = "<"


class BackRequested(Exception):
    """The person at the terminal wants to return to the previous question."""


class Terminal(Protocol):
    """A terminal for questions and answers."""

    def show(self, text: str = "") -> None:
        """Show a text."""
        ...

    def line(self, prompt: str) -> str:
        """Prompt for a line. Raises EOFError at the end of the input."""
        ...

    def secret(self, prompt: str) -> str:
        """Prompt for a line without echo."""
        ...


class ProcessTerminal:
    """`Terminal` over the standard streams of this process."""

    def show(self, text: str = "") -> None:
        print(text, flush=True)

    def line(self, prompt: str) -> str:
        return input(prompt)

    def secret(self, prompt: str) -> str:
        return getpass.getpass(prompt)


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptChoice:
    """One of several answers: its value, and its text."""

    value: str
    text: str


def prompt_text(terminal: Terminal, question: str, default: str = "") -> str:
    """Prompt for a line; return the default if nothing is typed.

    Raises:
        BackRequested: «<» was typed.
    """
    shown = f" [{default}]" if default else ""
    return _parse_answer(terminal.line(f"{question}{shown}: ")) or default


def prompt_secret(terminal: Terminal, question: str) -> str:
    """Prompt for a line without echo; return "" if nothing is typed.

    Raises:
        BackRequested: «<» was typed.
    """
    return _parse_answer(terminal.secret(f"{question} (it is not shown): "))


def prompt_choice(
    terminal: Terminal, question: str, choices: Sequence[PromptChoice], default: int = 1
) -> str:
    """Prompt for the number of a choice; return the value of the choice.

    Raises:
        BackRequested: «<» was typed.
    """
    terminal.show(question)
    for number, choice in enumerate(choices, 1):
        terminal.show(f"  {number}  {choice.text}")
    while True:
        typed = prompt_text(terminal, "Which number", str(default))
        by_word = [c.value for c in choices if c.value == typed.lower()]
        if by_word:
            return by_word[0]
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1].value
        terminal.show(f"Please type a number from 1 to {len(choices)}.")


def _parse_answer(typed: str) -> str:
    answer = typed.strip()
    if answer == BACK_ANSWER:
        raise BackRequested
    return answer
