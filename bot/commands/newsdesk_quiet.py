"""/newsdesk quiet: hours in which nothing is posted; what was due comes after them."""

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import edit_of
from bot.commands.proposals import DIGEST, shown
from bot.commands.wording import texts_of
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
)

OFF = frozenset({"off", "none", "no", "aus"})


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        said = invocation.args["window"].strip()
        window = None if said.casefold() in OFF else said
        wish = edit_of(digest, {"quiet_hours": window})
        change = await desk.configuring.propose(invocation, wish)
        if window is None:
            return shown(desk, change, texts)
        held = texts.say(
            "What is due then is held, and comes as one edition when they are over."
        )
        return shown(desk, change, texts, Paragraph(text=held))

    return asks_back(
        Command(
            path="newsdesk quiet",
            description="Hours in which nothing is posted",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="window",
                    description="Such as 22:00-07:00, or off",
                    required=True,
                ),
                DIGEST,
            ),
            examples=("/newsdesk quiet 22:00-07:00", "/newsdesk quiet off"),
        ),
        {"quiet_hours": "window"},
    )
