"""`standfirst demo, run, migrate, doctor, slack-manifest, version`."""

import asyncio
import sys
from collections.abc import Sequence
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Literal

from bot.cli.console import (
    ATTENTION,
    OK,
    ApplicationFactory,
    FlagOption,
    JsonOption,
    application_command,
    factory_command,
    format_count,
    format_finding,
    print_json,
    print_message,
    read_settings,
)

if TYPE_CHECKING:
    from bot.model import Finding
    from bot.runner import Application


@application_command
async def run_doctor(application: "Application", *, json: JsonOption = False) -> int:
    """Look at everything that can be wrong; exit 4 when something needs attention."""
    from bot import runner

    # Errors of a check are in its finding; stdout is for the findings alone.
    runner.silence_logging()
    found = await application.doctor.examine()
    if json:
        print_json([_finding_row(finding) for finding in found])
    else:
        _print_findings(found)
    bad = any(finding.state == "problem" for finding in found)
    return ATTENTION if bad else OK


def _finding_row(finding: "Finding") -> dict[str, str]:
    return {
        "subject": finding.subject,
        "state": finding.state,
        "text": str(finding.text),
        "fix": str(finding.fix),
    }


def _print_findings(found: Sequence["Finding"]) -> None:
    for one in found:
        print(format_finding(one, width=24))
    problems = sum(one.state == "problem" for one in found)
    warnings = sum(one.state == "warning" for one in found)
    print(f"{format_count(problems, 'problem')}, {format_count(warnings, 'warning')}")


@factory_command
def run_demo(factory: ApplicationFactory, *, fresh: FlagOption = False) -> int:
    """Show the whole product at work on sample articles: no account, token or key.

    Args:
        fresh: Forget earlier demos and start over.
    """
    from bot.cli import demo

    return asyncio.run(demo.serve_demo(factory, say=print_message, fresh=fresh))


@factory_command
def run_bot(factory: ApplicationFactory, *, role: Literal["all"] = "all") -> int:
    """Post on schedule and answer commands until stopped.

    Args:
        role: What this process does; one process does everything.
    """
    running = factory.run_application(read_settings(factory), say=print_message)
    return asyncio.run(running)


@factory_command
def migrate_database(factory: ApplicationFactory) -> int:
    """Bring the database to this version's schema."""
    from bot.storage import schema_upgrade

    settings, _ = factory.load_platform_settings()
    before, head = schema_upgrade.get_schema_versions(settings.database_url)
    schema_upgrade.upgrade_database(settings.database_url)
    print_message(f"The database is at schema {head} (it was at {before or 'none'}).")
    return OK


def print_version() -> int:
    """Print the version."""
    print(installed_version("standfirst"))
    return OK


@application_command
async def print_slack_manifest(
    application: "Application",
    *,
    mode: Literal["socket", "http"] = "socket",
    url: str = "",
    rotation: FlagOption = False,
) -> None:
    """Print the manifest of the Slack app as JSON; what each scope is for, beside it.

    Args:
        mode: Whether the bot connects to Slack (no public address needed), or Slack
            calls the bot.
        url: For http: the bot's public address, such as https://news.example; without
            it the one in STANDFIRST_PUBLIC_URL.
        rotation: For http, where several workspaces install the app: tokens run out
            after twelve hours. Slack never lets that be switched off again.
    """

    if mode == "http" and not url:
        url = application.settings.public_url or ""
    plugins = application.plugins.values()
    manifest = next(found for one in plugins if (found := one.manifest))
    commands = application.inbox.commands
    print_json(manifest.build(commands, mode=mode, url=url, rotation=rotation))
    for line in manifest.list_scopes(mode):
        print(line, file=sys.stderr)
