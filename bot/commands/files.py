"""`/newsdesk export, apply`: the configuration of a workspace as a file.

`apply` accepts what `export` writes. The file becomes one change: it is confirmed by a
button, stored in the history as a whole, and reverted as a whole.
"""

from typing import Annotated

from bot.commands import Context, Option, command
from bot.commands.arguments import FILE, read_given_text
from bot.commands.changes import propose, render_proposal
from bot.configuration import file_export, file_import
from bot.configuration.change_steps import InvalidChange, load_current_settings
from bot.errors import FieldError, report_at_field
from bot.model import Document, Reply

#: Values of `prune`.
PRUNE_YES, PRUNE_NO = "yes", "no"


@command(
    "newsdesk apply",
    "Apply a configuration file; the changes are shown first",
    "https://config.example/newsroom.toml",
)
async def apply_file(
    context: Context,
    file: Annotated[
        str,
        Option(
            "Its text as /newsdesk export gives it, or its address",
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
    with report_at_field(FILE):
        block = file_import.parse_workspace_block(file, workspace, plugins)
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


@command("newsdesk export", "The set-up of this workspace as a file")
async def export_configuration(context: Context) -> Reply:
    """Export the configuration of the workspace as TOML, without secrets."""
    toml = await context.db.read(
        file_export.dump_configuration, workspace_id=context.workspace_id, paths=False
    )
    if not toml.strip():
        return context.answer("Nothing is set up here yet. Start with /newsdesk setup.")
    return context.reply(
        Document(name="standfirst.toml", text=toml),
        context.small_print(
            "Keep it as a file; /newsdesk apply takes it back, and so does an "
            "operator's standfirst apply FILE. Secrets in addresses and the paths of "
            "folders are left out."
        ),
        title=context.say("Configuration"),
    )
