"""`standfirst setup`: first-run wizard; writes `.env` and the first digest at the end.

Nothing is written before the last question is answered with yes; leaving earlier, by
Ctrl-C or the end of the input, changes nothing. A token is asked for without echo,
sent to its platform, written into `.env`, and never printed.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.console import (
    CONFIGURATION,
    FAILED,
    OK,
    USAGE,
    ApplicationFactory,
    FlagOption,
    ProcessTerminal,
    Terminal,
    factory_command,
    print_message,
    print_warnings,
    read_settings,
)
from bot.cli.env_file import save_env_file
from bot.cli.setup_checks import SetupChecks
from bot.cli.setup_questions import (
    SetupAnswers,
    SetupQuestions,
    format_next_steps,
    list_missing_settings,
)
from bot.errors import BotError, ConfigurationError
from bot.settings import Settings

UNCHANGED = "Nothing was changed."


@factory_command
def run_setup(
    factory: ApplicationFactory,
    *,
    platform: str | None = None,
    no_input: FlagOption = False,
) -> int:
    """Connect a platform and choose what to read, by questions; about five minutes.

    Args:
        platform: Where the news goes; without it that is the first question.
        no_input: Ask nothing: check what is set, and say what is missing (exit 2).
    """
    from bot import runner

    settings = read_settings(factory)
    runner.silence_logging()
    checks = SetupChecks(factory)
    names = list(checks.plugins)
    interactive = not no_input and sys.stdin.isatty() and sys.stdout.isatty()
    if platform not in names and (platform is not None or not interactive):
        known = f"{', '.join(names[:-1])} or {names[-1]}"
        print_warnings([f"Say which: --platform {known}."])
        return USAGE
    if not interactive:
        return _check_without_questions(settings, platform or "", checks)
    env = Path.cwd() / ".env"
    return ask_and_save(settings, platform, checks, ProcessTerminal(), env)


def ask_and_save(
    settings: Settings,
    platform: str | None,
    checks: SetupChecks,
    terminal: Terminal,
    env: Path,
) -> int:
    """Ask all questions and save the answers; return the exit code."""
    try:
        answers = SetupQuestions(
            settings=settings, terminal=terminal, checks=checks, env=env
        ).ask_all(platform)
    except (KeyboardInterrupt, EOFError):
        terminal.show(f"\n{UNCHANGED}")
        return FAILED
    if answers is None:
        terminal.show(UNCHANGED)
        return FAILED
    with _interrupts_ignored():
        done = _save_answers(settings, answers, checks, terminal, env)
    terminal.show(format_next_steps(answers, checks.plugins, done=done))
    return OK


def _save_answers(
    settings: Settings,
    answers: SetupAnswers,
    checks: SetupChecks,
    terminal: Terminal,
    env: Path,
) -> bool:
    """Write everything or nothing; return whether a digest was set up."""
    saved = None
    if answers.secrets:
        saved = save_env_file(env, answers.secrets)
        terminal.show(f"Saved in {saved.path}, for nobody but you to read.")
        if saved.backup is not None:
            terminal.show(f"As it was before: {saved.backup}")
    if not answers.makes_digest(checks.plugins):
        return False
    try:
        return checks.set_up(
            settings, answers.platform, answers.source, answers.schedule
        )
    except BaseException:
        if saved is not None:
            saved.undo()
        raise


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C while writing, so that it is not interrupted halfway."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:
        # Only the main thread may set signal handlers.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _check_without_questions(
    settings: Settings, platform: str, checks: SetupChecks
) -> int:
    """Print what is missing, or the result of checking what is set."""
    lacking = list_missing_settings(settings, platform, checks)
    if lacking:
        print_message("\n".join(lacking))
        return USAGE
    if not checks.plugins[platform].setup_steps:
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
