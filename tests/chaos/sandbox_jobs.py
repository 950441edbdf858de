"""The actions of a hostile document's reader, done on purpose, in the sandbox."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from digests.errors import SourceGone, UnreadableInput
from digests.types import Article


def pid() -> int:
    return os.getpid()


def echo(value: object) -> object:
    return value


def spin() -> None:
    while True:
        pass


def spin_in_an_expression() -> None:
    """No Python code runs for a long time, as in a parser's own loop."""
    re.match(r"(a+)+$", "a" * 40 + "b")


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def fill_memory() -> int:
    return len([bytes(1 << 20) for _ in range(200)])


def keep_memory() -> int:
    kept.append(bytearray(40 << 20))
    return os.getpid()


kept: list[bytearray] = []


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def babble() -> int:
    sys.stdout.write("a library prints")
    sys.stdout.flush()
    return 7


def long_answer() -> bytes:
    return b"x" * 2_000


class Trojan:
    """Its unpickling would run a command."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.file,)


def betray(file: str) -> object:
    return Trojan(file)


def dial(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def start_a_process() -> None:
    subprocess.run(["true"], check=True)


def write(file: str) -> None:
    Path(file).write_text("words", encoding="utf-8")


def environment() -> list[str]:
    return sorted(os.environ)


def gone() -> None:
    raise SourceGone("It has ended.")


def unreadable() -> None:
    raise UnreadableInput("It is a picture.")


def defect() -> None:
    raise KeyError("a stranger's words")


def article() -> Article:
    return Article(id="a", text="words")
