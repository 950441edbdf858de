"""/newsdesk resume: a digest that stands still goes on with what waits."""

from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import edit_of
from bot.commands.proposals import DIGEST, shown
from bot.commands.wording import texts_of
from bot.errors import UserError
from bot.types import Command, Invocation, Permission, Reply


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        if not digest.paused and digest.paused_until is None:
            raise UserError(texts.say("«{digest}» is not paused.", digest=digest.name))
        wish = edit_of(digest, {"paused": False, "paused_until": None})
        change = await desk.configuring.propose(invocation, wish)
        return shown(desk, change, texts)

    return Command(
        path="newsdesk resume",
        description="Let a paused digest go on",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST,),
        examples=("/newsdesk resume",),
    )
