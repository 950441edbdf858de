"""`standfirst setup`: first-run wizard; writes `.env` and the first digest at the end.

Nothing is written before the last question is answered with yes; leaving earlier, by
Ctrl-C or the end of the input, changes nothing. A token is asked for without echo,
sent to its platform, written into `.env`, and never printed.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.arguments import Factory, FlagOption, read_settings
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
from bot.cli.env_file import save_env_file
from bot.cli.setup_checks import SetupChecks, format_examination
from bot.cli.setup_questions import (
    SetupAnswers,
    SetupQuestions,
    format_next_steps,
    list_missing_settings,
)
from bot.errors import BotError
from bot.runner import silence_logging

UNCHANGED = "Nothing was changed."


def run_setup(
    *, platform: str | None = None, no_input: FlagOption = False, factory: Factory
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
