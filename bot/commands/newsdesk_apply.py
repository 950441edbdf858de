"""/newsdesk apply: a pasted configuration file, shown as a difference, then made.

It takes what `/newsdesk export` gives. The change is one change: confirmed by a button,
kept in the history whole, and taken back whole.
"""

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.files import read_text
from bot.commands.proposals import shown
from bot.commands.wording import texts_of
from bot.config_file import pasted
from bot.config_file.pasted import Here
from bot.configuring import Mistake
from bot.configuring.whole import wishes
from bot.errors import UserError
from bot.storage import destinations, grants
from bot.types import (
    Command,
    Form,
    Invocation,
    Option,
    Permission,
    Place,
    Reply,
    Small,
)

#: What `prune` takes.
YES, NO = "yes", "no"


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts, args = texts_of(invocation), invocation.args
        text = await read_text(desk, invocation, "file")
        here = await _here(desk, invocation.place)
        try:
            entry = pasted.block(text, here)
        except Mistake:
            raise
        except UserError as error:
            raise Mistake.of(error, field="file") from None
        let_in = await desk.db.read(grants.in_workspace, workspace_id=here.workspace.id)
        wanted = wishes(entry, here, let_in, prune=args.get("prune") == YES)
        if not wanted:
            raise Mistake("It says nothing.", field="file")
        try:
            change = await desk.configuring.propose(invocation, *wanted)
        except Mistake as mistake:
            # Which digest it is about is not in its field: the whole text is asked for.
            raise Mistake.of(mistake, field="file") from None
        stays = texts.say(
            "What the file does not name stays as it is, unless prune says yes."
        )
        return shown(desk, change, texts, Small(text=stays))

    return asks_back(
        Command(
            path="newsdesk apply",
            description="Set up what a file says; the difference is shown first",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="file",
                    description="Its text as /newsdesk export gives it, or its address",
                    required=True,
                    rest=True,
                    lines=True,
                    attachable=True,
                ),
                Option(
                    name="prune",
                    description="Also remove what the file does not name",
                    choices=(NO, YES),
                ),
            ),
            examples=("/newsdesk apply https://config.example/newsroom.toml",),
        )
    )


async def _here(desk: Desk, place: Place) -> Here:
    key = place.workspace.id
    return Here(
        workspace=place.workspace,
        destinations=await desk.db.read(destinations.in_workspace, workspace_id=key),
        digests=await desk.archive.digests(key),
        channel=place.channel,
    )
