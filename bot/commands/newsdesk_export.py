"""/newsdesk export: this workspace's set-up as the file that `apply` takes."""

from bot import config_file
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.types import (
    Command,
    Document,
    Invocation,
    Paragraph,
    Permission,
    Reply,
    Small,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        workspace = invocation.place.workspace
        toml = await desk.db.read(
            config_file.export, workspace_id=workspace.id, paths=False
        )
        hint = texts.say(
            "Keep it as a file; /newsdesk apply takes it back, and an operator's "
            "standfirst apply FILE. Secrets of addresses and places of folders are "
            "left out."
        )
        if not toml.strip():
            nothing = texts.say("Nothing is set up here yet. /newsdesk setup begins.")
            return Reply(blocks=(Paragraph(text=nothing),))
        file = Document(name="standfirst.toml", text=toml)
        return Reply(title=texts.say("Configuration"), blocks=(file, Small(text=hint)))

    return Command(
        path="newsdesk export",
        description="The set-up of this workspace as a file",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk export",),
    )
