"""/news latest: the newest edition here, as it was posted."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.types import (
    Command,
    Invocation,
    Paragraph,
    Permission,
    Reply,
    Shown,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        issue = await desk.archive.newest(invocation.place)
        if issue is None:
            nothing = texts.say(
                "No edition has been posted here yet. An editor can post one with "
                "/newsdesk post."
            )
            return Reply(blocks=(Paragraph(text=nothing),))
        parts = await desk.editions.shown(issue, invocation.place.workspace)
        return Reply(
            title=texts.say("The newest edition"), blocks=(Shown(parts=parts),)
        )

    return Command(
        path="news latest",
        description="The newest edition here",
        permission=Permission.EVERYONE,
        run=run,
        examples=("/news latest",),
    )
