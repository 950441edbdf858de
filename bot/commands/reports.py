"""`/news report`: errors that readers report to the editors (`commands.problems`).

Only editors see a report. The reader gets the outcome by direct message, or with their
next command. Limits per person keep one reader from filling the editors' list.
"""

from datetime import timedelta
from typing import Annotated

from bot.commands.arguments import FollowedStoryArgument, at_most, find_story
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.panel import Answers, run_form
from bot.commands.stories import back_to_story
from bot.errors import UserError, report_at_field
from bot.model import Control, Form, FormField, ListItem, Reply
from bot.storage import Connection, report_store
from bot.storage.report_store import Report
from digests.types import EditionStory

#: Open reports of one person; reports of one person in `REPORT_WINDOW`.
MAX_OPEN_REPORTS, MAX_RECENT_REPORTS = 20, 5
REPORT_WINDOW = timedelta(minutes=10)
#: Characters of a report.
MAX_REPORT_LENGTH = 1_000

check_length = at_most(MAX_REPORT_LENGTH)


@command(
    "news report",
    "Report an error in a story to the editors",
    "{story} The bridge was closed on Monday, not Tuesday.",
)
async def report_error(
    context: CommandContext,
    story: FollowedStoryArgument,
    text: Annotated[
        str,
        Option(
            "What is wrong, and how you know",
            rest=True,
            convert=check_length,
        ),
    ],
) -> Reply:
    """Store the report for the editors."""
    return await _store_report(context, story, text)


@report_error.control("about")
async def report_story(context: CommandContext, reference: str) -> Reply | Form:
    """Ask what is wrong in the story of the button, and store the report."""
    story = await find_story(context, reference)

    async def store(given: Answers) -> Reply:
        with report_at_field("text"):
            text = check_length(context, given["text"])
        back = back_to_story(context, reference)
        return await _store_report(context, story, text, back)

    asked = FormField(
        name="text",
        label=context.say("What is wrong, and how you know"),
        description=story.headline.text,
        lines=True,
    )
    title = context.say("Report an error")
    return await run_form(
        context, context.ask(title, [asked], "report", reference), store
    )


async def _store_report(
    context: CommandContext, story: EditionStory, text: str, *controls: Control
) -> Reply:
    made = await context.db.write(_add_report, context, story, text)
    return context.reply(
        context.say("Reported to the editors as {id}.", id=made.public_id),
        ListItem(title=made.headline, text=made.text),
        context.say(
            "You get a private message when they have dealt with it, or see it with "
            "your next command here."
        ),
        controls=controls,
        in_place=True,
    )


def _add_report(
    conn: Connection, context: CommandContext, story: EditionStory, text: str
) -> Report:
    """Store the report.

    Raises:
        UserError: The person reached one of the limits.
    """
    still, lately = report_store.count_person_reports(
        conn, context.person_scope, since=context.now - REPORT_WINDOW
    )
    if still >= MAX_OPEN_REPORTS:
        raise UserError(
            "{most} of your reports are open. Please wait until the editors have "
            "dealt with some of them.",
            most=MAX_OPEN_REPORTS,
        )
    if lately >= MAX_RECENT_REPORTS:
        raise UserError("That is a lot of reports at once. Try again in ten minutes.")
    return report_store.add_report(
        conn,
        context.person_scope,
        person_name=context.person.name,
        story=story.id,
        headline=story.headline.text,
        text=text,
        locale=context.texts.locale,
        now=context.now,
    )
