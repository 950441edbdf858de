"""`standfirst setup`: the first questions, each answer checked at once.

Nothing is written before the last question is answered with yes; whoever leaves
earlier, by Ctrl-C or the end of the input, finds everything as it was. What is written
then is written whole or not at all. A token is asked for without echo, goes to its
platform and into `.env`, and is never printed.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from bot.cli import env_file
from bot.cli.asking import Console, Terminal
from bot.cli.checking import Checks
from bot.cli.console import CONFIGURATION, FAILED, OK, USAGE, Flag, say, warn
from bot.cli.first_questions import LOCAL, Answers, Questions, missing
from bot.cli.instructions import finish
from bot.errors import BotError, ConfigurationError
from bot.settings import Settings, load

LEFT = "Nothing was changed."


def setup(
    *,
    platform: Literal["local", "discord", "slack"] | None = None,
    no_input: Flag = False,
) -> int:
    """Connect a platform and choose what to read, by questions; about five minutes.

    Args:
        platform: Where the news goes; without it that is the first question.
        no_input: Ask nothing: check what is set, and say what is missing (exit 2).
    """
    from bot import logs

    settings, warnings = load()
    warn(warnings)
    logs.silence()
    checks = Checks()
    if no_input or not _has_terminal():
        return _without_questions(settings, platform, checks)
    return ask_and_save(settings, platform, checks, Console(), Path.cwd() / ".env")


def ask_and_save(
    settings: Settings,
    platform: str | None,
    checks: Checks,
    terminal: Terminal,
    env: Path,
) -> int:
    """The questions, then everything that follows from the answers; the exit code."""
    try:
        answers = Questions(
            settings=settings, terminal=terminal, checks=checks, env=env
        ).all(platform)
    except (KeyboardInterrupt, EOFError):
        terminal.show(f"\n{LEFT}")
        return FAILED
    if answers is None:
        terminal.show(LEFT)
        return FAILED
    with _undisturbed():
        done = _save(settings, answers, checks, terminal, env)
    terminal.show(finish(answers.platform, answers.source, answers.schedule, done))
    return OK


def _save(
    settings: Settings, answers: Answers, checks: Checks, terminal: Terminal, env: Path
) -> bool:
    """Write it all, or nothing; whether a digest was set up."""
    saved = None
    if answers.secrets:
        saved = env_file.save(env, answers.secrets)
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
def _undisturbed() -> Iterator[None]:
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


def _without_questions(settings: Settings, platform: str | None, checks: Checks) -> int:
    """Say what is missing, or how what is there was taken."""
    if platform is None:
        warn(["Say which: --platform local, discord or slack."])
        return USAGE
    lacking = missing(settings, platform, checks)
    if lacking:
        say("\n".join(lacking))
        return USAGE
    if platform == LOCAL:
        say("Nothing is missing: standfirst run prints the page's address.")
        return OK
    try:
        told, problems = checks.summary(settings, platform)
    except ConfigurationError:
        raise
    except BotError as error:
        warn([str(error)])
        return CONFIGURATION
    say("\n".join(told))
    return CONFIGURATION if problems else OK
