"""/newsdesk style: how much a digest tells, which sections, what of corrections."""

from dataclasses import replace

from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import LANGUAGE, STORIES, edit_of
from bot.commands.proposals import DIGEST, proposed
from bot.commands.wording import texts_of
from bot.types import Command, Digest, Form, Invocation, Option, Permission, Reply

CORRECTIONS = Option(
    name="corrections",
    description="edit: in the posts; tell: only listed; off: nothing",
    choices=("edit", "tell", "off"),
)
SUMMARY = Option(
    name="summary",
    description="How much is told of each story",
    choices=("short", "medium", "long"),
)
QUOTES = Option(name="quotes", description="Quotes with a story, 0 to 5; 0: none")
FIGURES = Option(
    name="figures",
    description="Whether figures stand with a story",
    choices=("yes", "no"),
)
BRIEF = Option(
    name="brief", description="Lines under «also in brief», 0 to 12; 0: none"
)
SET = (STORIES, SUMMARY, QUOTES, BRIEF, FIGURES, LANGUAGE, CORRECTIONS)
#: What the form asks: as many as every platform takes.
ASKED = (STORIES, SUMMARY, QUOTES, BRIEF, DIGEST)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        wanted: dict[str, object] = {
            option.name: args[option.name].strip()
            for option in SET
            if args.get(option.name, "").strip()
        }
        if not wanted:
            asking = replace(command, options=ASKED)
            return form(asking, _present(digest), texts_of(invocation))
        return await proposed(desk, invocation, edit_of(digest, wanted))

    command = Command(
        path="newsdesk style",
        description="How many stories, how long, which sections",
        permission=Permission.EDITOR,
        run=run,
        options=(*SET, DIGEST),
        examples=(
            "/newsdesk style",
            "/newsdesk style stories=7 corrections=tell",
            "/newsdesk style summary=long quotes=2 brief=0",
        ),
    )
    return asks_back(command)


def _present(digest: Digest) -> dict[str, str]:
    """How it is now."""
    return {
        "digest": digest.name,
        "stories": str(digest.stories),
        "summary": digest.look.summary,
        "quotes": str(digest.look.quotes),
        "brief": str(digest.look.brief),
    }
