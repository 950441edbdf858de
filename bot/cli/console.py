"""Share exit codes, option types, printing and prompts among all commands.

Data goes to stdout, logs and complaints to stderr.

«<» goes back to the question before. What is secret is not echoed, and comes out of
here as it was typed: to be kept, never to be printed.
"""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

from cyclopts import Parameter

if TYPE_CHECKING:
    from bot.app import Application
    from bot.model import Digest, Finding

OK, FAILED, USAGE, CONFIGURATION, ATTENTION = range(5)
#: Sign in front of a result, by its state.
STATE_SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}

JsonOption = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
FlagOption = Annotated[bool, Parameter(negative=())]
WorkspaceOption = Annotated[
    str | None, Parameter(name="--workspace", help="Its id, where names clash.")
]


def run_with_application(work: Callable[["Application"], Awaitable[int]]) -> int:
    """Run `work` over the configured database, with nothing else started."""
    from bot import app
    from bot.settings import load_settings

    settings, warnings = load_settings()
    print_warnings(warnings)

    async def inside() -> int:
        async with app.open_application(settings) as built:
            return await work(built)

    return asyncio.run(inside())


def print_message(text: str) -> None:
    """A sentence for whoever typed the command."""
    print(text, flush=True)


def format_count(number: int, noun: str) -> str:
    """«1 source», «2 sources»: a terminal speaks English only."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_warnings(warnings: Sequence[str]) -> None:
    """Complaints that stop nothing."""
    for text in warnings:
        print(f"standfirst: {text}", file=sys.stderr)


def format_finding(finding: "Finding", width: int = 0) -> str:
    """One line: state sign, subject (padded to `width`), text and fix."""
    fix = f" → {finding.fix}" if finding.fix else ""
    subject = f"{finding.subject}:".ljust(width)
    return f"{STATE_SIGNS[finding.state]} {subject} {finding.text}{fix}"


def print_json(data: object) -> None:
    """Data for other programs."""
    print(json.dumps(data, ensure_ascii=False, indent=1))


async def load_named_digest(
    application: "Application", name: str | None, workspace: str | None
) -> "Digest":
    """The digest that was named on the command line."""
    from bot.lookup.name_resolution import resolve_digest

    return resolve_digest(await application.archive.all_digests(workspace), name or "")


#: What somebody types to go back.
BACK_ANSWER = "<"


class BackRequested(Exception):
    """Somebody wants the question before this one."""


class Terminal(Protocol):
    """Where questions are asked and answered."""

    def show(self, text: str = "") -> None:
        """Show a text."""
        ...

    def line(self, prompt: str) -> str:
        """Ask; what was typed. Raises EOFError where nobody answers."""
        ...

    def secret(self, prompt: str) -> str:
        """The same without showing what is typed."""
        ...


class ProcessTerminal:
    """`Terminal` over this process's own."""

    def show(self, text: str = "") -> None:
        print(text, flush=True)

    def line(self, prompt: str) -> str:
        return input(prompt)

    def secret(self, prompt: str) -> str:
        return getpass.getpass(prompt)


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptChoice:
    """One of several answers: what it stands for, and how it is shown."""

    value: str
    text: str


def prompt_text(terminal: Terminal, question: str, default: str = "") -> str:
    """A line, or the default where nothing is typed.

    Raises:
        Back: Somebody typed «<».
    """
    shown = f" [{default}]" if default else ""
    return _parse_answer(terminal.line(f"{question}{shown}: ")) or default


def prompt_secret(terminal: Terminal, question: str) -> str:
    """A line that is not shown; "" where nothing is typed.

    Raises:
        Back: Somebody typed «<».
    """
    return _parse_answer(terminal.secret(f"{question} (it is not shown): "))


def prompt_choice(
    terminal: Terminal, question: str, choices: Sequence[PromptChoice], default: int = 1
) -> str:
    """The value of the choice whose number was typed.

    Raises:
        Back: Somebody typed «<».
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
