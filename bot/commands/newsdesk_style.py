"""/newsdesk style: how a digest looks and what becomes of corrections, by a form."""

from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import LANGUAGE, STORIES, edit_of
from bot.commands.proposals import DIGEST, proposed
from bot.commands.wording import texts_of
from bot.types import Command, Form, Invocation, Option, Permission, Reply

CORRECTIONS = Option(
    name="corrections",
    description="edit: in the posts; tell: only listed; off: nothing",
    choices=("edit", "tell", "off"),
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        wanted = {
            name: args[name].strip()
            for name in ("stories", "language", "corrections")
            if args.get(name, "").strip()
        }
        if not wanted:
            present = {
                "digest": digest.name,
                "stories": str(digest.stories),
                "language": digest.language,
                "corrections": digest.corrections,
            }
            return form(command, present, texts_of(invocation))
        return await proposed(desk, invocation, edit_of(digest, wanted))

    command = Command(
        path="newsdesk style",
        description="How many stories, which language, what of corrections",
        permission=Permission.EDITOR,
        run=run,
        options=(STORIES, LANGUAGE, CORRECTIONS, DIGEST),
        examples=("/newsdesk style", "/newsdesk style stories=7 corrections=tell"),
    )
    return asks_back(command)
