"""Asks questions at a terminal, one line each; it knows nothing of what is asked for.

«<» goes back to the question before. What is secret is not echoed, and comes out of
here as it was typed: to be kept, never to be printed.
"""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: What somebody types to go back.
BACK = "<"


class Back(Exception):
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


class Console:
    """`Terminal` over this process's own."""

    def show(self, text: str = "") -> None:
        print(text, flush=True)

    def line(self, prompt: str) -> str:
        return input(prompt)

    def secret(self, prompt: str) -> str:
        return getpass.getpass(prompt)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of several answers: what it stands for, and how it is shown."""

    value: str
    text: str


def ask(terminal: Terminal, question: str, default: str = "") -> str:
    """A line, or the default where nothing is typed.

    Raises:
        Back: Somebody typed «<».
    """
    shown = f" [{default}]" if default else ""
    return _answered(terminal.line(f"{question}{shown}: ")) or default


def ask_secret(terminal: Terminal, question: str) -> str:
    """A line that is not shown; "" where nothing is typed.

    Raises:
        Back: Somebody typed «<».
    """
    return _answered(terminal.secret(f"{question} (it is not shown): "))


def choose(
    terminal: Terminal, question: str, choices: Sequence[Choice], default: int = 1
) -> str:
    """The value of the choice whose number was typed.

    Raises:
        Back: Somebody typed «<».
    """
    terminal.show(question)
    for number, choice in enumerate(choices, 1):
        terminal.show(f"  {number}  {choice.text}")
    while True:
        typed = ask(terminal, "Which number", str(default))
        by_word = [c.value for c in choices if c.value == typed.lower()]
        if by_word:
            return by_word[0]
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1].value
        terminal.show(f"Please type a number from 1 to {len(choices)}.")


def _answered(typed: str) -> str:
    answer = typed.strip()
    if answer == BACK:
        raise Back
    return answer
