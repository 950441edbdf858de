"""/newsdesk style: how long a digest is, in which language; a form without words."""

from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import LANGUAGE, STORIES, edit_of
from bot.commands.proposals import DIGEST, proposed
from bot.commands.wording import texts_of
from bot.types import Command, Form, Invocation, Permission, Reply


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        wanted = {
            name: args[name].strip()
            for name in ("stories", "language")
            if args.get(name, "").strip()
        }
        if not wanted:
            present = {
                "digest": digest.name,
                "stories": str(digest.stories),
                "language": digest.language,
            }
            return form(command, present, texts_of(invocation))
        return await proposed(desk, invocation, edit_of(digest, wanted))

    command = Command(
        path="newsdesk style",
        description="How many stories, in which language",
        permission=Permission.EDITOR,
        run=run,
        options=(STORIES, LANGUAGE, DIGEST),
        examples=("/newsdesk style", "/newsdesk style stories=7 language=en"),
    )
    return asks_back(command)
