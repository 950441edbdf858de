"""/newsdesk export: this workspace's set-up as the file that `apply` takes."""

from bot import config_file
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.types import (
    Block,
    Command,
    Invocation,
    Listing,
    Paragraph,
    Permission,
    Reply,
    Small,
)

#: Characters of one block; longer text goes on in the next.
BLOCK = 1_500


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
        blocks: list[Block] = [Listing(text=part) for part in _parts(toml)]
        if not blocks:
            nothing = texts.say("Nothing is set up here yet. /newsdesk setup begins.")
            return Reply(blocks=(Paragraph(text=nothing),))
        blocks.append(Small(text=hint))
        return Reply(title=texts.say("Configuration"), blocks=tuple(blocks))

    return Command(
        path="newsdesk export",
        description="The set-up of this workspace as a file",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk export",),
    )


def _parts(toml: str) -> list[str]:
    """The text in pieces that end with a line."""
    parts = [""]
    for line in toml.splitlines(keepends=True):
        if parts[-1] and len(parts[-1]) + len(line) > BLOCK:
            parts.append("")
        parts[-1] += line
    return [part.strip("\n") for part in parts if part.strip()]
