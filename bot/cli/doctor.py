"""`standfirst doctor`: the checks, for people and for monitoring, in bounded time."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final, get_args

from cyclopts import Parameter

from bot.cli.arguments import JsonOption
from bot.cli.console import (
    ATTENTION,
    OK,
    exit_at_once,
    flush_output,
    format_count,
    format_finding,
    print_json,
    print_message,
)
from bot.cli.running import ApplicationFactory, read_settings
from bot.errors import ConfigurationError
from bot.logs import SecretFilter, silence_logging
from bot.model.findings import Finding, FindingState, mark_findings
from bot.operations.doctor import EXAMINE_SECONDS
from bot.runner import Application
from bot.settings import Settings

#: Seconds for opening the database, longer than its server may take to answer.
OPEN_SECONDS = 15.0
#: Seconds for closing it again.
CLOSE_SECONDS = 5.0
#: From the best to the worst.
STATES: Final[tuple[FindingState, ...]] = get_args(FindingState)


def run_doctor(
    *,
    json: JsonOption = False,
    seconds: Annotated[
        float, Parameter(help="Time after which remaining workspaces are left out.")
    ] = EXAMINE_SECONDS,
    factory: ApplicationFactory,
) -> int:
    """Check the installation and report problems with their fixes.

    The exit code is 4 if there is a problem.
    """
    settings = read_settings(factory)
    # Errors of a check are in its finding; stdout is for the findings alone.
    silence_logging()

    async def examine() -> int:
        opening = factory.open_application(settings)
        app: Application | None = None
        is_stuck = False
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                app = await opening.__aenter__()
            found: Sequence[Finding] = await app.doctor.examine(seconds)
        except TimeoutError:
            is_stuck = True
            found = _explain_start(settings, ConfigurationError(NO_ANSWER))
        except ConfigurationError as error:
            found = _explain_start(settings, error)
        code = _print_findings(found, SecretFilter(settings.list_secrets()), json)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if app is not None:
                    await opening.__aexit__(None, None, None)
        except TimeoutError:
            is_stuck = True
        if is_stuck:
            # A thread waits for a server that does not answer, and cannot be ended.
            exit_at_once(code)
        return code

    return asyncio.run(examine())


NO_ANSWER: Final = (
    "The database did not answer. Check that its server runs, and that the address in "
    "STANDFIRST_DATABASE_URL is right."
)


def _explain_start(settings: Settings, error: ConfigurationError) -> list[Finding]:
    """List what is known where the application cannot be opened."""
    found = mark_findings("start", [Finding.problem("start", error.message)])
    return found + mark_findings("settings", settings.check())


def _print_findings(
    found: Sequence[Finding], secrets: SecretFilter, as_json: bool
) -> int:
    """Print the findings without secrets; return the exit code."""
    states = [one.state for one in found]
    if as_json:
        rows = [
            {
                "subject": secrets.hide(one.subject),
                "state": one.state,
                "code": one.code,
                "text": secrets.hide(str(one.text)),
                "fix": secrets.hide(str(one.fix)),
            }
            for one in found
        ]
        worst = max(states, key=STATES.index, default=STATES[0])
        print_json({"state": worst, "findings": rows})
    else:
        for one in found:
            print_message(secrets.hide(format_finding(one, width=24)))
        problems = format_count(states.count("problem"), "problem")
        warnings = format_count(states.count("warning"), "warning")
        print_message(f"{problems}, {warnings}")
    flush_output()
    return ATTENTION if "problem" in states else OK
