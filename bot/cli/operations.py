"""`standfirst run, migrate, doctor, slack-manifest`."""

import asyncio
import sys
from datetime import datetime
from typing import Literal

from bot.cli.console import (
    ATTENTION,
    OK,
    USAGE,
    Factory,
    FlagOption,
    JsonOption,
    OpenApplication,
    format_count,
    format_finding,
    format_iso,
    print_json,
    print_message,
    print_rows,
    print_warnings,
    read_settings,
)
from bot.errors import UnknownName, UserError
from bot.model import Workspace
from bot.runner import (
    Application,
    configure_logging,
    serve_application,
    silence_logging,
)
from bot.storage import deletion_store, schema_upgrade, workspace_store
from bot.storage.deletion_store import Erasure


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
            print(format_finding(one, width=24))
        warnings = format_count(sum(one.state == "warning" for one in found), "warning")
        print(f"{format_count(problems, 'problem')}, {warnings}")
    return ATTENTION if problems else OK


def run_bot(*, role: Literal["all"] = "all", factory: Factory) -> int:
    """Post on schedule and answer commands until stopped.

    Args:
        role: What this process does; one process does everything.
    """
    settings = read_settings(factory)
    configure_logging(settings)

    async def serve() -> int:
        async with factory.open_application(settings) as app:
            return await serve_application(app, print_message)

    return asyncio.run(serve())


def migrate_database(*, factory: Factory) -> int:
    """Upgrade the database to this version's schema."""
    settings, _ = factory.load_platform_settings()
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
        print(line, file=sys.stderr)


# ── workspaces ──────────────────────────────────────────────────────────────────
#
# `standfirst workspace list, erase`: list workspaces, delete one for good.

#: What is counted, as the operator reads it.
_COUNT_LABELS = {
    "digests": "digests, deleted ones too",
    "destinations": "destinations",
    "grants": "people and roles with access",
    "changes": "changes in the history",
    "editions": "editions",
    "deliveries": "messages recorded",
    "sources": "sources nobody else reads",
    "articles": "articles of these",
}


async def list_workspaces(*, json: JsonOption = False, app: OpenApplication) -> None:
    """List the workspaces, including those that removed the bot but still have data."""
    rows = [
        {
            "platform": space.platform,
            "id": space.external_id,
            "name": space.name,
            "left": format_iso(since),
        }
        for space, since in await _load_workspaces(app)
    ]
    lines = (
        f"{row['platform']:<8} {row['id']:<22} {row['name']}"
        f"{'  left ' + row['left'][:10] if row['left'] else ''}"
        for row in rows
    )
    empty = "There is no workspace yet. See: standfirst apply --help"
    print_rows(rows, lines, as_json=json, empty=empty)


async def erase_workspace(
    name: str, *, confirm: str | None = None, app: OpenApplication
) -> int:
    """Erase all data of a workspace permanently, after showing what will be deleted.

    Args:
        name: Name of the workspace, or its id on its platform.
        confirm: The name once more, instead of typing it when asked.
    """
    known = [space for space, _ in await _load_workspaces(app)]
    space, eraser = _select_workspace(name, known), app.maintenance.eraser
    _print_erasure(space, await eraser.show(space, None))
    typed = confirm if confirm is not None else _prompt_confirmation()
    if typed is None:
        print_warnings("Nothing was erased. Where nobody can type, say --confirm NAME.")
        return USAGE
    await eraser.order(space, None, typed)
    await eraser.run_ordered()
    print_message("It is erased. Backups and copies of the database still hold it.")
    return OK


def _prompt_confirmation() -> str | None:
    if not sys.stdin.isatty():
        return None
    return input("Type its name to erase all of it: ")


def _print_erasure(space: Workspace, shown: Erasure) -> None:
    print_message(f"Data of «{space.name}» ({space.platform}, {space.external_id}):")
    for kind, words in _COUNT_LABELS.items():
        if shown.counts.get(kind):
            print_message(f"{shown.counts[kind]:>8}  {words}")


async def _load_workspaces(app: Application) -> list[tuple[Workspace, datetime | None]]:
    going = await app.db.read(deletion_store.list_ordered_erasures)
    present = await app.db.read(workspace_store.list_workspaces)
    left = await app.db.read(workspace_store.list_left_workspaces)
    return [
        *((space, None) for space in present),
        *((space, since) for space, since in left if space.id not in going),
    ]


def _select_workspace(name: str, known: list[Workspace]) -> Workspace:
    by_id = [space for space in known if space.external_id == name]
    found = by_id or [space for space in known if space.name == name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{s.external_id} («{s.name}»)" for s in found or known)
    if found:
        raise UserError(f"«{name}» fits several; say its id: {names}.")
    raise UnknownName(f"There is no workspace «{name}». Known: {names or 'none'}.")
