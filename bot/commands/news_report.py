"""/news report: tell the editors of an error in a story.

The words go to the editors and to nobody else; what they answer comes by private
message, or with the reader's next command. Nobody can fill the editors' list alone.
"""

from datetime import timedelta

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.finding import WHICH, story_of
from bot.commands.wording import texts_of, whose
from bot.errors import UserError
from bot.storage import Connection, reports
from bot.storage.reports import Report
from bot.types import (
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
)
from digests.types import EditionStory

#: Open reports of one person; reports of one person in `WHILE`; characters of one.
OPEN, LATELY, LONGEST = 20, 5, 1000
WHILE = timedelta(minutes=10)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        text = invocation.args["text"].strip()
        if len(text) > LONGEST:
            raise UserError(
                texts.say("That is too long: at most {most} characters.", most=LONGEST)
            )
        story = await story_of(desk, invocation, invocation.args["story"])
        made = await desk.db.write(_make, desk, invocation, story, text)
        if isinstance(made, str):
            raise _too_many(made)
        said = texts.say("Reported to the editors as {id}.", id=made.public_id)
        then = texts.say(
            "When they have settled it, you are told by private message, or with your "
            "next command here."
        )
        return Reply(
            blocks=(
                Paragraph(text=said),
                Line(title=made.headline, text=made.text),
                Paragraph(text=then),
            )
        )

    return asks_back(
        Command(
            path="news report",
            description="Report an error in a story to the editors",
            permission=Permission.EVERYONE,
            run=run,
            options=(
                WHICH,
                Option(
                    name="text",
                    description="What is wrong, and how you know",
                    required=True,
                    rest=True,
                ),
            ),
            examples=("/news report 2 The bridge was closed on Monday, not Tuesday.",),
        )
    )


def _make(
    conn: Connection, desk: Desk, asked: Invocation, story: EditionStory, text: str
) -> Report | str:
    """The report; or which of the limits is in the way."""
    here = whose(asked)
    now = desk.clock.now()
    still, lately = reports.count_of(conn, **here, since=now - WHILE)
    if still >= OPEN:
        return "open"
    if lately >= LATELY:
        return "lately"
    return reports.make(
        conn,
        **here,
        person_name=asked.person.name,
        story=story.id,
        headline=story.headline.text,
        text=text,
        locale=texts_of(asked).locale,
        now=now,
    )


def _too_many(limit: str) -> UserError:
    if limit == "open":
        return UserError(
            "{most} of your reports are open. The editors settle some of them first.",
            most=OPEN,
        )
    return UserError("These are many reports at once. Try again in ten minutes.")
