"""Whole workspaces: `/newsdesk config` and `erase`; being added or removed.

Without a name `erase` shows what would be erased; its button asks for the name, and the
right name starts the erasure. People with a grant of `/newsdesk access` cannot use it.
"""

from datetime import datetime
from typing import Annotated, Final

from bot.commands.arguments import FILE, read_given_text
from bot.commands.changes import propose, render_proposal
from bot.commands.context import CommandContext, CommandServices, Option
from bot.commands.declaration import command
from bot.configuration import file_import
from bot.configuration.change_steps import (
    InvalidChange,
    load_current_settings,
)
from bot.errors import FieldError, Forbidden, UserError, report_at_field
from bot.model import (
    Document,
    FactTable,
    Form,
    PlatformName,
    Reply,
    Workspace,
)
from bot.operations.maintenance import WorkspaceEraser, confirmation_name
from bot.storage import Connection, destination_store, workspace_store
from digests.messages import Message


@command("newsdesk erase", "Erase all data of this workspace, for good")
async def erase_workspace(
    context: CommandContext,
    name: Annotated[
        str, Option("The workspace's name, typed out, to erase it all", rest=True)
    ] = "",
) -> Reply | Form:
    """Show what would be erased; with the workspace's name, start the erasure."""
    eraser = WorkspaceEraser(db=context.db, clock=context.services.clock)
    if not name:
        return await _render_erasure(context, eraser)
    try:
        await eraser.order(context.workspace, context.person, name)
    except Forbidden:
        raise
    except UserError as error:
        errors = {"name": context.texts.error(error)}
        return context.form({"name": name}, errors, required=("name",))
    context.services.wake()
    said = context.say(
        "From now on nothing is posted here and nothing is found. The rest is gone "
        "within a few minutes, even if the bot is restarted in the meantime. Remove "
        "the bot if you no longer need it; a new command starts afresh."
    )
    return context.reply(said, title=context.say("It is being erased"))


@erase_workspace.control("asked")
async def ask_for_name(context: CommandContext, _: str) -> Form:
    """Ask for the workspace's name, which confirms the erasure."""
    return context.form({}, required=("name",))


async def _render_erasure(context: CommandContext, eraser: WorkspaceEraser) -> Reply:
    found = await eraser.show(context.workspace, context.person)
    labels = {
        "digests": context.say("Digests, deleted ones too"),
        "destinations": context.say("Destinations"),
        "grants": context.say("People and roles with access"),
        "changes": context.say("Entries in the history"),
        "editions": context.say("Editions"),
        "deliveries": context.say("Messages recorded"),
        "sources": context.say("Sources nobody else reads"),
        "articles": context.say("Their articles"),
    }
    counts = ((label, found.counts.get(name)) for name, label in labels.items())
    rows = tuple((label, str(count)) for label, count in counts if count)
    if not rows:
        return context.answer("Only the name of this workspace is stored.")
    return context.reply(
        context.say(
            "All stored data of «{name}» would be erased. It cannot be "
            "undone, and nothing more would be posted here.",
            name=confirmation_name(context.workspace),
        ),
        FactTable(rows=rows),
        context.small_print(
            "What was posted on Discord or Slack stays there; its buttons find "
            "nothing. Sources and articles count where nobody else reads them. One "
            "line is kept: when it was erased, by whom, how much. Backups are the "
            "operator's. /newsdesk config export keeps the set-up."
        ),
        title=context.say("Erase everything"),
        controls=[context.button("Type its name to erase it", "erase", str(found.id))],
    )


# ── added and removed ──────────────────────────────────────────────────────────

#: Why nothing is posted to a workspace that the bot was removed from.
REMOVED_REASON: Final = Message("pause.removed")


async def resolve_workspace(
    services: CommandServices, platform: PlatformName, external_id: str, name: str
) -> Workspace:
    """Find the workspace of an event; create it, or resume it after a removal.

    Posting to a workspace that the platform refused is tried again after an event.

    Args:
        services: For the database and the clock.
        platform: The platform of the event.
        external_id: The platform's id of the server, team or person.
        name: Its present name on the platform; "" keeps the stored name.
    """
    known = await services.db.read(
        workspace_store.find_active_workspace,
        platform=platform,
        external_id=external_id,
    )
    # If it was stopped, the bot may have been added again just now.
    if known is not None and (not name or (name == known.name and not known.stopped)):
        return known
    now = services.clock.now()
    return await services.db.write(
        _store_arrival, platform, external_id, name or external_id, now
    )


async def leave_workspace(
    services: CommandServices, platform: PlatformName, external_id: str
) -> None:
    """Stop posting there; the data are kept in case the bot is added again."""
    now = services.clock.now()
    await services.db.write(_store_departure, platform, external_id, now)


def _store_arrival(
    conn: Connection, platform: PlatformName, external_id: str, name: str, now: datetime
) -> Workspace:
    found = workspace_store.upsert_workspace(
        conn, platform=platform, external_id=external_id, name=name, now=now
    )
    for place in destination_store.list_destinations(conn, found.scope):
        if place.paused == REMOVED_REASON:
            destination_store.resume_destination(
                conn, found.scope, destination_id=place.id
            )
    return found


def _store_departure(
    conn: Connection, platform: PlatformName, external_id: str, now: datetime
) -> None:
    known = workspace_store.find_active_workspace(
        conn, platform=platform, external_id=external_id
    )
    if known is None:
        return
    for place in destination_store.list_destinations(conn, known.scope):
        if place.paused is None:
            destination_store.pause_destination(
                conn, known.scope, destination_id=place.id, reason=REMOVED_REASON
            )
    workspace_store.mark_workspace_left(conn, known.scope, now=now)


# ── configuration files ─────────────────────────────────────────────────────────
#
# `/newsdesk config export, apply`: the configuration of a workspace as a file.
#
# `apply` accepts what `export` writes. The file becomes one change: it is confirmed
# by a button, stored in the history as a whole, and reverted as a whole.

#: Values of `prune`.
PRUNE_YES, PRUNE_NO = "yes", "no"


@command(
    "newsdesk config apply",
    "Apply a configuration file; the changes are shown first",
    "https://config.example/newsroom.toml",
)
async def apply_file(
    context: CommandContext,
    file: Annotated[
        str,
        Option(
            "Its text as /newsdesk config export gives it, or its address",
            rest=True,
            lines=True,
            attachable=True,
            convert=read_given_text,
        ),
    ],
    prune: Annotated[
        str,
        Option(
            "Also remove what the file does not name", choices=(PRUNE_NO, PRUNE_YES)
        ),
    ] = PRUNE_NO,
) -> Reply:
    """Propose the file's configuration as one change."""
    workspace, plugins = context.workspace, context.services.plugins
    current = await context.db.read(load_current_settings, workspace)
    publisher, most = context.publisher, file_import.MAX_FILE_LENGTH
    if len(file) > most:
        raise FieldError(
            "That is too long; at most {largest} characters.", largest=most, field=FILE
        )
    with report_at_field(FILE):
        # Whoever may use this could otherwise hold up everybody else with a file.
        data = await publisher.ingestor.source_reader.parse_toml(
            file, file_import.MAX_VALUES
        )
        block = await publisher.engine.of_workspace(workspace.id).run(
            file_import.find_workspace_block, data, workspace, plugins
        )
    wanted = file_import.build_requests(
        block, current, prune=prune == PRUNE_YES, place=context.place
    )
    if not wanted:
        raise FieldError("The file contains nothing to set up.", field=FILE)
    try:
        change = await propose(context, *wanted)
    except InvalidChange as invalid:
        problems = [(one.location, one.problem) for one in invalid.problems]
        every = file_import.explain_problems(problems)
        raise FieldError.of(every, field=FILE) from None
    stays = context.small_print(
        "What the file does not name stays as it is, unless prune says yes."
    )
    return render_proposal(context, change, stays)


@command("newsdesk config export", "The set-up of this workspace as a file")
async def export_configuration(context: CommandContext) -> Reply:
    """Export the configuration of the workspace as TOML, without secrets."""
    toml = await context.db.read(
        file_import.dump_configuration, workspace_id=context.workspace_id, paths=False
    )
    if not toml.strip():
        return context.answer("Nothing is set up here yet. Start with /newsdesk setup.")
    return context.reply(
        Document(name="standfirst.toml", text=toml),
        context.small_print(
            "Keep it as a file; /newsdesk config apply takes it back, and so does an "
            "operator's standfirst apply FILE. Secrets in addresses and the paths of "
            "folders are left out."
        ),
        title=context.say("Configuration"),
    )
