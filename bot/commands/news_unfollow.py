"""/news unfollow: hear no more of a topic or a speaker."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of, whose
from bot.errors import UnknownName
from bot.storage import follows
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        here = whose(invocation)
        name = invocation.args["name"].strip()
        if await desk.db.write(follows.drop, **here, name=name):
            said = texts.say("You do not follow «{name}» any more.", name=name[:60])
            return Reply(blocks=(Paragraph(text=said),))
        known = await desk.db.read(follows.of_person, **here)
        names = ", ".join(f"«{one.name}»" for one in known) or texts.say("nothing")
        raise UnknownName(
            texts.say(
                "You do not follow «{name}». You follow: {names}.",
                name=name[:60],
                names=names,
            )
        )

    return Command(
        path="news unfollow",
        description="Follow a topic or a speaker no more",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="name",
                description="One of those that you follow",
                required=True,
                rest=True,
                completes="follow",
            ),
        ),
        examples=("/news unfollow battery",),
    )
