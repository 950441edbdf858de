"""Terminal of the commands: exit codes, printing and prompts.

Data goes to stdout, logs and warnings to stderr. At a prompt «<» goes back to the
previous question; secrets are not echoed, and callers must never print them.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, NoReturn, Protocol

from bot.errors import BotError
from bot.model.findings import Finding

OK, FAILED, USAGE, CONFIGURATION, ATTENTION = range(5)
#: Sign before a result, by its state.
STATE_SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}


def print_message(text: str) -> None:
    """Print a text for the person at the terminal.

    Raises:
        BotError: It cannot be written.
    """
    with _explain_output():
        print(text, flush=True)


def print_bytes(data: bytes) -> None:
    """Print encoded data. Raises `BotError` if it cannot be written."""
    with _explain_output():
        sys.stdout.buffer.write(data)


def announce(text: str) -> None:
    """Print a sentence of a process that runs on, even if nobody can read it."""
    with suppress(BotError, BrokenPipeError):
        print_message(text)


def flush_output() -> None:
    """Write what was printed.

    Raises:
        BotError: It cannot be written.
    """
    with _explain_output():
        sys.stdout.flush()


def exit_at_once(code: int) -> NoReturn:
    """End the process without waiting for threads that do not end."""
    discard_unwritten()
    os._exit(code)


@contextmanager
def _explain_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BotError(
            "The output cannot be written: {reason}.", reason=error.strerror
        ) from error


def open_closed_streams() -> None:
    """Open the standard streams that are closed, to nowhere.

    Otherwise the next file or socket gets the number of one, and what is printed there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)


def discard_unwritten() -> None:
    """Discard what cannot be written, which would change the exit code at the end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def format_count(number: int, noun: str) -> str:
    """Format «1 source», «2 sources»; the command line is in English only."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_iso(moment: date | None) -> str | None:
    """Format a date or an instant for JSON."""
    return moment.isoformat() if moment else None


def print_warnings(*warnings: str) -> None:
    """Print warnings and errors to stderr."""
    for text in warnings:
        print_to_stderr(f"standfirst: {text}")


def print_to_stderr(text: str) -> None:
    """Print what is no data, if it can be written."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def format_finding(finding: Finding, width: int = 0) -> str:
    """Format one line: state sign, subject (padded to `width`), text and fix."""
    fix = f" → {finding.fix}" if finding.fix else ""
    subject = f"{finding.subject}:".ljust(width)
    return f"{STATE_SIGNS[finding.state]} {subject} {finding.text}{fix}"


def print_json(data: object) -> None:
    """Print data for other programs."""
    print_message(json.dumps(data, ensure_ascii=False, indent=1))


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
            print_message(line)


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
