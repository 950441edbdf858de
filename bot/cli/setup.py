"""`standfirst setup`: first-run wizard; writes `.env` and the first digest at the end.

Nothing is written before the last question is answered with yes; whoever leaves
earlier, by Ctrl-C or the end of the input, finds everything as it was. What is written
then is written whole or not at all. A token is asked for without echo, goes to its
platform and into `.env`, and is never printed.

Comments, other lines and their order stay as they are, byte for byte. The file is
written beside itself and put in its place at once, for nobody but its owner to read.
Before a line that was there is changed, the file is copied.
"""

import io
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dotenv.parser import parse_stream

from bot.cli.console import (
    CONFIGURATION,
    FAILED,
    OK,
    USAGE,
    FlagOption,
    ProcessTerminal,
    Terminal,
    print_message,
    print_warnings,
)
from bot.cli.setup_checks import SetupChecks
from bot.cli.setup_questions import (
    LOCAL,
    SetupAnswers,
    SetupQuestions,
    format_next_steps,
    list_missing_settings,
)
from bot.errors import BotError, ConfigurationError
from bot.settings import Settings, load_settings

UNCHANGED = "Nothing was changed."


def run_setup(
    *,
    platform: Literal["local", "discord", "slack"] | None = None,
    no_input: FlagOption = False,
) -> int:
    """Connect a platform and choose what to read, by questions; about five minutes.

    Args:
        platform: Where the news goes; without it that is the first question.
        no_input: Ask nothing: check what is set, and say what is missing (exit 2).
    """
    from bot import runner

    settings, warnings = load_settings()
    print_warnings(warnings)
    runner.silence_logging()
    checks = SetupChecks()
    if no_input or not _has_terminal():
        return _check_without_questions(settings, platform, checks)
    return ask_and_save(
        settings, platform, checks, ProcessTerminal(), Path.cwd() / ".env"
    )


def ask_and_save(
    settings: Settings,
    platform: str | None,
    checks: SetupChecks,
    terminal: Terminal,
    env: Path,
) -> int:
    """The questions, then everything that follows from the answers; the exit code."""
    try:
        answers = SetupQuestions(
            settings=settings, terminal=terminal, checks=checks, env=env
        ).all(platform)
    except (KeyboardInterrupt, EOFError):
        terminal.show(f"\n{UNCHANGED}")
        return FAILED
    if answers is None:
        terminal.show(UNCHANGED)
        return FAILED
    with _interrupts_ignored():
        done = _save_answers(settings, answers, checks, terminal, env)
    terminal.show(
        format_next_steps(answers.platform, answers.source, answers.schedule, done)
    )
    return OK


def _save_answers(
    settings: Settings,
    answers: SetupAnswers,
    checks: SetupChecks,
    terminal: Terminal,
    env: Path,
) -> bool:
    """Write it all, or nothing; whether a digest was set up."""
    saved = None
    if answers.secrets:
        saved = save_env_file(env, answers.secrets)
        terminal.show(f"Saved in {saved.path}, for nobody but you to read.")
        if saved.backup is not None:
            terminal.show(f"As it was before: {saved.backup}")
    if answers.platform != LOCAL or not answers.source:
        return False
    try:
        return checks.set_up(settings, answers.source, answers.schedule)
    except BaseException:
        if saved is not None:
            saved.undo()
        raise


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C comes too late to stop what is being written; it takes a moment."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:
        # Signals are the main thread's.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _check_without_questions(
    settings: Settings, platform: str | None, checks: SetupChecks
) -> int:
    """Say what is missing, or how what is there was taken."""
    if platform is None:
        print_warnings(["Say which: --platform local, discord or slack."])
        return USAGE
    lacking = list_missing_settings(settings, platform, checks)
    if lacking:
        print_message("\n".join(lacking))
        return USAGE
    if platform == LOCAL:
        print_message("Nothing is missing: standfirst run prints the page's address.")
        return OK
    try:
        lines, problems = checks.summary(settings, platform)
    except ConfigurationError:
        raise
    except BotError as error:
        print_warnings([str(error)])
        return CONFIGURATION
    print_message("\n".join(lines))
    return CONFIGURATION if problems else OK


#: Needs no quotation marks.
_UNQUOTED = re.compile(r"[A-Za-z0-9._:/@%+,-]*")
#: A comment behind a value; what holds a quotation mark may belong to the value.
_TRAILING_COMMENT = re.compile(r"[^\S\r\n]+#[^\r\n'\"]*\Z")
_OWNER_ONLY = 0o600


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedEnvFile:
    """What was written, and how to take it back."""

    path: Path
    #: What was there; None = no file.
    before: bytes | None
    #: The copy of it, where a line was changed.
    backup: Path | None

    def undo(self) -> None:
        """Put the file back as it was."""
        if self.before is None:
            self.path.unlink(missing_ok=True)
        else:
            _write_atomically(self.path, self.before)
        if self.backup is not None:
            self.backup.unlink(missing_ok=True)


def change_env_text(text: str, values: Mapping[str, str]) -> str:
    """The file's text with these values.

    A name that stands there has its last line changed, which is the one that counts;
    any other comes at the end.
    """
    stream = io.StringIO(text, newline="")
    pieces = [(found.key, found.original.string) for found in parse_stream(stream)]
    last = {(key or "").upper(): place for place, (key, _) in enumerate(pieces)}
    end = "\r\n" if "\r\n" in text else "\n"
    new = []
    lines = [original for _, original in pieces]
    for name, value in values.items():
        line = f"{name}={_quote_value(value)}"
        place = last.get(name)
        if place is None:
            new.append(line + end)
        else:
            lines[place] = _replace_line(lines[place], line)
    kept = "".join(lines)
    if new and kept and not kept.endswith(("\n", "\r")):
        kept += end
    return kept + "".join(new)


def save_env_file(path: Path, values: Mapping[str, str]) -> SavedEnvFile:
    """Write these values into the file, made where there is none.

    Raises:
        ConfigurationError: It cannot be read or written; it is as it was then.
    """
    path = path.resolve()
    try:
        before = path.read_bytes() if path.exists() else None
        # Line ends stay: no translation.
        text = (before or b"").decode("utf-8")
        after = change_env_text(text, values)
        backup = (
            _copy_env_file(path, before)
            if before and not after.startswith(text)
            else None
        )
        _write_atomically(path, after.encode())
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"{path} cannot be written: {reason}.") from error
    return SavedEnvFile(path=path, before=before, backup=backup)


def _quote_value(value: str) -> str:
    if _UNQUOTED.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _replace_line(original: str, line: str) -> str:
    """The line in the place of another, with the space around that one."""
    start = len(original) - len(original.lstrip())
    end = len(original.rstrip("\r\n"))
    export = "export " if original[start:].startswith("export") else ""
    remark = _TRAILING_COMMENT.search(original[:end])
    behind = remark[0] if remark else ""
    return f"{original[:start]}{export}{line}{behind}{original[end:]}"


def _copy_env_file(path: Path, content: bytes) -> Path:
    """A copy beside it under a name that nothing has."""
    number = 1
    while True:
        copy = path.with_name(f"{path.name}.backup-{number}")
        try:
            handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return copy


def _write_atomically(path: Path, content: bytes) -> None:
    """The whole file at once; half of one is never there."""
    # Its mode is the owner's alone from the start.
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
