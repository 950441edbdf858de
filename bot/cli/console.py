"""Terminal of the commands: exit codes, printing and prompts.

Data goes to stdout, logs and warnings to stderr. At a prompt «<» goes back to the
previous question; secrets are not echoed, and callers must never print them.
"""

import asyncio
import getpass
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Annotated, Any, Protocol

from cyclopts import Parameter

from bot.lookup.name_resolution import resolve_digest
from bot.model import Digest
from bot.model.findings import Finding
from bot.ports import Clock, Examiner, Plugins
from bot.runner import Application
from bot.settings import Settings

OK, FAILED, USAGE, CONFIGURATION, ATTENTION = range(5)
#: Sign before a result, by its state.
STATE_SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}


def print_message(text: str) -> None:
    """Print a sentence for the person at the terminal."""
    print(text, flush=True)


def format_count(number: int, noun: str) -> str:
    """Format «1 source», «2 sources»; the command line is in English only."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_iso(moment: date | None) -> str | None:
    """Format a date or an instant for JSON."""
    return moment.isoformat() if moment else None


def print_warnings(*warnings: str) -> None:
    """Print warnings and errors to stderr."""
    for text in warnings:
        print(f"standfirst: {text}", file=sys.stderr)


def format_finding(finding: Finding, width: int = 0) -> str:
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


#: Input that goes back to the previous question.
BACK_ANSWER = "<"


class BackRequested(Exception):
    """The person at the terminal wants to return to the previous question."""


class Terminal(Protocol):
    """A terminal for questions and answers."""

    def show(self, text: str = "") -> None:
        """Show a text."""

    def line(self, prompt: str) -> str:
        """Prompt for a line. Raises EOFError at the end of the input."""

    def secret(self, prompt: str) -> str:
        """Prompt for a line without echo."""


class ProcessTerminal:
    """`Terminal` over the standard streams of this process."""

    def show(self, text: str = "") -> None:
        print(text, flush=True)

    def line(self, prompt: str) -> str:
        return input(prompt)

    def secret(self, prompt: str) -> str:
        return getpass.getpass(prompt)


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
    terminal: Terminal, question: str, choices: Mapping[str, str], default: int = 1
) -> str:
    """Prompt for the number or key of a choice, given with their texts.

    Returns:
        The key of the choice.

    Raises:
        BackRequested: «<» was typed.
    """
    terminal.show(question)
    for number, text in enumerate(choices.values(), 1):
        terminal.show(f"  {number}  {text}")
    keys = {str(number): key for number, key in enumerate(choices, 1)}
    while True:
        typed = prompt_text(terminal, "Which number", str(default)).lower()
        if typed in choices:
            return typed
        if typed in keys:
            return keys[typed]
        terminal.show(f"Please type a number from 1 to {len(choices)}.")


def _parse_answer(typed: str) -> str:
    answer = typed.strip()
    if answer == BACK_ANSWER:
        raise BackRequested
    return answer


# ── arguments ───────────────────────────────────────────────────────────────────
#
# Arguments of commands: options that several have, and the application they run on.
#
# A command is a function whose parameters are its arguments. One keyword parameter is
# not parsed but passed by `call_command`: `app`, the application, which is opened
# before the command and closed after it, or `factory`, for commands that open none or
# their own.


class ApplicationFactory(Protocol):
    """The functions of `bot.app` that commands use; they do not import it themselves.

    Parsing a command line and its help is fast without the platforms.
    """

    def load_platform_settings(self) -> tuple[Settings, tuple[str, ...]]:
        """Load the settings, with warnings."""

    def open_application(
        self, settings: Settings
    ) -> AbstractAsyncContextManager[Application]:
        """Build the application over the configured database."""

    def open_examiner(
        self, settings: Settings, name: str
    ) -> AbstractAsyncContextManager[Examiner]:
        """Sign in to a platform, to check it."""

    def list_platforms(self) -> Plugins:
        """Return every platform by name."""

    def get_clock(self) -> Clock:
        """Return the real clock."""


OpenApplication = Annotated[Application, Parameter(parse=False)]
Factory = Annotated[ApplicationFactory, Parameter(parse=False)]

FlagOption = Annotated[bool, Parameter(negative=(), show_default=False)]
JsonOption = Annotated[
    bool, Parameter(negative=(), show_default=False, help="Print JSON.")
]
DigestName = Annotated[
    str | None, Parameter(help="Name of the digest; optional if there is only one.")
]
WorkspaceId = Annotated[
    str | None, Parameter(help="Id of the workspace; needed if names are ambiguous.")
]


def call_command(
    command: Callable[..., Any], bound: inspect.BoundArguments, factory: Factory
) -> int | None:
    """Call a parsed command; return its exit code, None for success."""
    if "factory" in inspect.signature(command).parameters:
        result: int | None = command(*bound.args, **bound.kwargs, factory=factory)
        return result

    async def run_opened() -> int | None:
        async with factory.open_application(read_settings(factory)) as app:
            done: int | None = await command(*bound.args, **bound.kwargs, app=app)
            return done

    return asyncio.run(run_opened())


def read_settings(factory: ApplicationFactory) -> Settings:
    """Load the settings, and print warnings about them."""
    settings, warnings = factory.load_platform_settings()
    print_warnings(*warnings)
    return settings


async def load_named_digest(
    app: Application, name: str | None, workspace: str | None
) -> Digest:
    """Load the digest that the command line names, or the only one."""
    return resolve_digest(await app.archive.all_digests(workspace), name or "")
