"""`standfirst setup`: first-run wizard; writes `.env` and the first digest at the end.

Nothing is written before the last question is answered with yes; leaving earlier, by
Ctrl-C or the end of the input, changes nothing. A token is asked for without echo,
sent to its platform, written into `.env`, and never printed.
"""

import io
import itertools
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dotenv.parser import parse_stream

from bot.cli.arguments import FlagOption
from bot.cli.console import (
    CONFIGURATION,
    FAILED,
    OK,
    USAGE,
    ProcessTerminal,
    Terminal,
    print_message,
    print_warnings,
)
from bot.cli.running import ApplicationFactory, read_settings
from bot.cli.setup_questions import (
    SetupAnswers,
    SetupChecks,
    SetupQuestions,
    format_examination,
    format_next_steps,
    list_missing_settings,
)
from bot.errors import BotError, ConfigurationError
from bot.logs import silence_logging
from digests.types import frozen

UNCHANGED = "Nothing was changed."


def run_setup(
    *,
    platform: str | None = None,
    no_input: FlagOption = False,
    factory: ApplicationFactory,
) -> int:
    """Connect a platform and choose what to read, in about five minutes.

    Args:
        platform: Where to post; by default, that is the first question.
        no_input: Ask nothing: check the settings, and list what is missing (exit 2).
    """
    checks = SetupChecks(factory, read_settings(factory))
    silence_logging()
    names = list(checks.plugins)
    interactive = not no_input and sys.stdin.isatty() and sys.stdout.isatty()
    if platform not in names and (platform is not None or not interactive):
        known = f"{', '.join(names[:-1])} or {names[-1]}"
        print_warnings(f"Say which: --platform {known}.")
        return USAGE
    if not interactive:
        return _check_without_questions(platform or "", checks)
    return ask_and_save(platform, checks, ProcessTerminal(), Path.cwd() / ".env")


def ask_and_save(
    platform: str | None, checks: SetupChecks, terminal: Terminal, env: Path
) -> int:
    """Ask all questions and save the answers; return the exit code."""
    questions = SetupQuestions(terminal=terminal, checks=checks, env=env)
    try:
        answers = questions.ask_all(platform)
    except (KeyboardInterrupt, EOFError):
        terminal.show()
        answers = None
    if answers is None:
        terminal.show(UNCHANGED)
        return FAILED
    with _interrupts_ignored():
        done = _save_answers(answers, checks, terminal, env)
    terminal.show(format_next_steps(answers, checks.plugins, done=done))
    return OK


def _save_answers(
    answers: SetupAnswers, checks: SetupChecks, terminal: Terminal, env: Path
) -> bool:
    """Write everything or nothing; return whether a digest was set up."""
    saved = None
    if answers.secrets:
        saved = save_env_file(env, answers.secrets)
        terminal.show(f"Saved in {saved.path}, which only you can read.")
        if saved.backup is not None:
            terminal.show(f"The earlier file is kept as {saved.backup}.")
    if not answers.makes_digest(checks.plugins):
        return False
    try:
        return checks.set_up(answers.platform, answers.source, answers.schedule)
    except BaseException:
        if saved is not None:
            saved.undo()
        raise


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C while writing, so that it is not interrupted halfway."""
    # Only the main thread may set signal handlers; tests run it in another one.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _check_without_questions(platform: str, checks: SetupChecks) -> int:
    """Print what is missing, or the result of checking what is set."""
    lacking = list_missing_settings(platform, checks)
    if lacking:
        print_message("\n".join(lacking))
        return USAGE
    plugin = checks.plugins[platform]
    if not plugin.setup_steps:
        print_message("Nothing is missing: standfirst run prints the page's address.")
        return OK
    try:
        found, findings = checks.examine(platform, reach=True)
    except BotError as error:
        print_warnings(str(error))
        return CONFIGURATION
    print_message(format_examination(plugin, found, findings))
    problems = any(finding.state == "problem" for finding in findings)
    return CONFIGURATION if problems else OK


# ── the .env file ───────────────────────────────────────────────────────────────
#
# Write settings into a `.env` file without touching the rest of it.
#
# Comments, other lines and their order stay as they are, byte for byte. The file is
# replaced atomically, readable by its owner only; before an existing line is changed,
# a copy of the file is made.

#: A value that needs no quotation marks.
_UNQUOTED = re.compile(r"[A-Za-z0-9._:/@%+,-]*")
#: A comment after a value; one with a quotation mark may be part of the value.
_TRAILING_COMMENT = re.compile(r"[^\S\r\n]+#[^\r\n'\"]*\Z")
_OWNER_ONLY = 0o600


@frozen
class SavedEnvFile:
    """A file that was written, with its earlier content, to undo the change."""

    path: Path
    #: The earlier content; None = there was no file.
    before: bytes | None
    #: The copy, if a line was changed.
    backup: Path | None

    def undo(self) -> None:
        """Restore the earlier state."""
        if self.before is None:
            self.path.unlink(missing_ok=True)
        else:
            _write_atomically(self.path, self.before)
        if self.backup is not None:
            self.backup.unlink(missing_ok=True)


def change_env_text(text: str, values: Mapping[str, str]) -> str:
    """Set these values in the text of a file.

    If a name already exists, its last assignment is changed, which is the effective
    one; a new name is appended.
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
    """Set these values in the file, which is created if necessary.

    Raises:
        ConfigurationError: It cannot be read or written, and is unchanged.
    """
    path = path.resolve()
    try:
        before = path.read_bytes() if path.exists() else None
        # Decoded from bytes, to preserve line ends.
        text = (before or b"").decode("utf-8")
        after = change_env_text(text, values)
        changed = before and not after.startswith(text)
        backup = _copy_env_file(path, before or b"") if changed else None
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
    """Replace the assignment in a line; keep the space and comment around it."""
    start = len(original) - len(original.lstrip())
    end = len(original.rstrip("\r\n"))
    export = "export " if original[start:].startswith("export") else ""
    remark = _TRAILING_COMMENT.search(original[:end])
    behind = remark[0] if remark else ""
    return f"{original[:start]}{export}{line}{behind}{original[end:]}"


def _copy_env_file(path: Path, content: bytes) -> Path:
    """Copy the file under an unused name beside it."""
    names = (path.with_name(f"{path.name}.backup-{n}") for n in itertools.count(1))
    copy = next(name for name in names if not name.exists())
    copy.touch(_OWNER_ONLY, exist_ok=False)
    copy.write_bytes(content)
    return copy


def _write_atomically(path: Path, content: bytes) -> None:
    """Write through a temporary file, which only the owner can read."""
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
