"""`standfirst demo, run, migrate, doctor, slack-manifest, version`."""

import asyncio
import sys
from collections.abc import Sequence
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from bot.cli.console import (
    ATTENTION,
    OK,
    FlagOption,
    JsonOption,
    format_count,
    format_finding,
    print_json,
    print_message,
    print_warnings,
    run_with_application,
)
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.app import Application
    from bot.model import Finding


def run_doctor(*, json: JsonOption = False) -> int:
    """Look at everything that can be wrong; exit 4 when something needs attention."""

    async def work(application: "Application") -> int:
        from dataclasses import asdict

        from bot import runner

        # What a check meets is in its finding; stdout is for the findings alone.
        runner.silence_logging()
        found = await application.doctor.examine()
        if json:
            print_json([asdict(finding) for finding in found])
        else:
            _print_findings(found)
        bad = any(finding.state == "problem" for finding in found)
        return ATTENTION if bad else OK

    return run_with_application(work)


def _print_findings(found: Sequence["Finding"]) -> None:
    for one in found:
        print(format_finding(one, width=24))
    problems = sum(one.state == "problem" for one in found)
    warnings = sum(one.state == "warning" for one in found)
    print(f"{format_count(problems, 'problem')}, {format_count(warnings, 'warning')}")


def run_demo(*, fresh: FlagOption = False) -> int:
    """Show the whole product at work on sample articles: no account, token or key.

    Args:
        fresh: Forget earlier demos and start over.
    """
    from bot.cli import demo
    from bot.settings import load_settings

    settings, warnings = load_settings()
    print_warnings(warnings)
    return asyncio.run(demo.serve_demo(settings, say=print_message, fresh=fresh))


def run_bot(*, role: Literal["all"] = "all") -> int:
    """Post on schedule and answer commands until stopped.

    Args:
        role: What this process does; one process does everything.
    """
    from bot import runner
    from bot.settings import load_settings

    settings, warnings = load_settings()
    print_warnings(warnings)
    return asyncio.run(runner.run_application(settings, say=print_message))


def migrate_database() -> int:
    """Bring the database to this version's schema."""
    from bot.settings import load_settings
    from bot.storage import schema_upgrade

    settings, _ = load_settings()
    before, head = schema_upgrade.get_schema_versions(settings.database_url)
    schema_upgrade.upgrade_database(settings.database_url)
    print_message(f"The database is at schema {head} (it was at {before or 'none'}).")
    return OK


def print_version() -> int:
    """Print the version."""
    print(installed_version("standfirst"))
    return OK


def print_slack_manifest(
    *,
    mode: Literal["socket", "http"] = "socket",
    url: str = "",
    rotation: FlagOption = False,
) -> int:
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
        from bot.settings import load_settings

        url = load_settings()[0].public_url or ""
    _check_manifest_options(mode, url, rotation=rotation)

    async def work(application: "Application") -> int:
        from bot import app

        print_json(
            app.build_slack_manifest(
                application.inbox.commands, mode, url, rotation=rotation
            )
        )
        for line in app.list_slack_scopes(mode):
            print(line, file=sys.stderr)
        return OK

    return run_with_application(work)


def _check_manifest_options(mode: str, url: str, *, rotation: bool) -> None:
    if mode == "socket":
        if url:
            raise UserError("--url belongs to --mode http: Slack calls nobody here.")
        if rotation:
            raise UserError(
                "--rotation belongs to --mode http: only tokens of workspaces that "
                "install the app themselves are exchanged."
            )
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise UserError(
            "Slack calls only a public https address. Say which: "
            "--mode http --url https://news.example"
        )
