"""/newsdesk correct: an editor puts a told story right, in words marked as theirs."""

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.proposals import shown
from bot.commands.wording import texts_of
from bot.configuring import Entry, Wish, correcting
from bot.storage import editions as issues
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
        found = await desk.archive.story(invocation.place, invocation.args["number"])
        issue, story = found.issue, found.story
        undone = await desk.db.read(
            issues.is_undone, workspace_id=issue.workspace_id, edition_id=issue.id
        )
        correcting.hold_to_living(issue, undone=undone, now=desk.clock.now())
        name = correcting.name_of(issue, story.id)
        text = invocation.args["text"]

        def wanted(_: Entry | None) -> Entry:
            return {"name": name, "headline": story.headline.text, "text": text}

        wish = Wish(noun="correction", name=name, edit=wanted)
        change = await desk.configuring.propose(invocation, wish)
        told = texts.say(
            "The posted messages are edited: at the end of story {number} they say "
            "this, and that an editor said it. Nobody is notified.",
            number=found.number,
        )
        return shown(desk, change, texts, Paragraph(text=told))

    return asks_back(
        Command(
            path="newsdesk correct",
            description="Put a story right in the posts, marked as yours",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="number",
                    description="Its number in the newest edition, or its id",
                    required=True,
                    completes="story",
                ),
                Option(
                    name="text",
                    description="What is right, in at most 200 characters",
                    required=True,
                    rest=True,
                ),
            ),
            examples=("/newsdesk correct 2 The bridge was closed on Monday",),
        )
    )
