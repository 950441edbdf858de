"""`standfirst run, migrate, doctor, slack-manifest`."""

import asyncio
from typing import Literal

from bot.cli.arguments import (
    Factory,
    FlagOption,
    JsonOption,
    OpenApplication,
    read_settings,
)
from bot.cli.console import (
    ATTENTION,
    OK,
    announce,
    format_count,
    format_finding,
    print_json,
    print_message,
    print_to_stderr,
)
from bot.runner import serve_application, silence_logging
from bot.storage import schema_upgrade


async def run_doctor(*, json: JsonOption = False, app: OpenApplication) -> int:
    """Check the installation and report problems with their fixes.

    The exit code is 4 if there is a problem.
    """
    # Errors of a check are in its finding; stdout is for the findings alone.
    silence_logging()
    found = await app.doctor.examine()
    problems = sum(one.state == "problem" for one in found)
    if json:
        rows = [
            {
                "subject": one.subject,
                "state": one.state,
                "text": str(one.text),
                "fix": str(one.fix),
            }
            for one in found
        ]
        print_json(rows)
    else:
        for one in found:
            print_message(format_finding(one, width=24))
        warnings = format_count(sum(one.state == "warning" for one in found), "warning")
        print_message(f"{format_count(problems, 'problem')}, {warnings}")
    return ATTENTION if problems else OK


def run_bot(*, role: Literal["all"] = "all", factory: Factory) -> int:
    """Post on schedule and answer commands until stopped.

    Args:
        role: What this process does; one process does everything.
    """
    settings = read_settings(factory)

    async def serve() -> int:
        async with factory.open_application(settings) as app:
            return await serve_application(app, announce)

    return asyncio.run(serve())


def migrate_database(*, factory: Factory) -> int:
    """Upgrade the database to this version's schema."""
    settings = read_settings(factory)
    before, head = schema_upgrade.get_schema_versions(settings.database_url)
    schema_upgrade.upgrade_database(settings.database_url)
    print_message(f"The database is at schema {head} (it was at {before or 'none'}).")
    return OK


async def print_slack_manifest(
    *,
    mode: Literal["socket", "http"] = "socket",
    url: str = "",
    rotation: FlagOption = False,
    app: OpenApplication,
) -> None:
    """Print the Slack app's manifest as JSON, and the reason for each scope on stderr.

    Args:
        mode: Whether the bot connects to Slack (socket; it needs no public address), or
            Slack connects to the bot.
        url: With http: the bot's public address, such as https://news.example; by
            default the one in STANDFIRST_PUBLIC_URL.
        rotation: With http, if several workspaces install the app: tokens expire
            after twelve hours. Slack never allows this to be switched off again.
    """
    if mode == "http" and not url:
        url = app.settings.public_url or ""
    plugins = app.plugins.values()
    manifest = next(found for one in plugins if (found := one.manifest))
    commands = app.inbox.commands
    print_json(manifest.build(commands, mode=mode, url=url, rotation=rotation))
    for line in manifest.list_scopes(mode):
        print_to_stderr(line)
