"""Corrections of published stories, and errors that readers report.

The words go to the editors and to nobody else; what they answer comes by private
message, or with the reader's next command. Nobody can fill the editors' list alone.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.commands.changes import render_proposal
from bot.commands.context import CommandContext, person_key, texts_for
from bot.commands.forms import WHICH_STORY_OPTION, find_story, wrap_with_form
from bot.commands.presentation import SINCE_OPTION
from bot.configuration import change_steps
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.diff import shorten_line
from bot.corrections.message_edits import CorrectionStatus, list_corrections
from bot.delivery.private_notices import resolve_report
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts
from bot.lookup.text_search import parse_since
from bot.model import (
    Block,
    Command,
    CommandOption,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SettingsEntry,
    SmallPrint,
)
from bot.storage import Connection, edition_store, report_store
from bot.storage.report_store import Report
from digests.types import EditionStory

#: Corrections that are shown, and changes of one of them.
MAX_CORRECTIONS, MAX_CHANGES = 8, 2


def build_corrections(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        workspace = invocation.place.workspace
        now = context.clock.now()
        since = parse_since(invocation.args.get("since"), now=now, zone=workspace.zone)
        found = await context.db.read(
            list_corrections,
            workspace_id=workspace.id,
            since=since,
            count=MAX_CORRECTIONS,
        )
        if not found:
            return Reply(blocks=(Paragraph(text=_explain_none(invocation, texts)),))
        lines: list[Block] = []
        for one in found:
            at = texts.moment(one.correction.found_at, workspace.zone, now)
            lines += _render_correction(one, at, texts)
        title = texts.count("{n} correction", "{n} corrections", len(found))
        return Reply(title=title, blocks=tuple(lines))

    return Command(
        path="news corrections",
        description="What was corrected after it was posted",
        permission=Permission.EVERYONE,
        run=run,
        options=(SINCE_OPTION,),
        examples=("/news corrections", "/news corrections since=Monday"),
    )


def _explain_none(invocation: Invocation, texts: Texts) -> str:
    if invocation.args.get("since"):
        return texts.say("Nothing posted here has been corrected since then.")
    return texts.say("Nothing posted here has been corrected so far.")


def _render_correction(one: CorrectionStatus, at: str, texts: Texts) -> list[Block]:
    correction = one.correction
    note = " · ".join(part for part in (at, _format_origin(one, texts)) if part)
    first = ListItem(
        title=correction.headline,
        text=_format_outcome(one, texts),
        note=note,
        article=str(correction.article_id) if correction.article_id else None,
        revision=correction.new_revision,
    )
    changes = correction.changes[:MAX_CHANGES]
    if correction.editor_name is not None:
        return [first, *(ListItem(title="", text=change["new"]) for change in changes)]
    return [first, *(_render_text_change(change, texts) for change in changes)]


def _format_origin(one: CorrectionStatus, texts: Texts) -> str:
    correction = one.correction
    if correction.editor_name is None:
        return correction.outlet or ""
    said = texts.say("by {name}", name=shorten_line(correction.editor_name))
    if correction.reverted_at is None:
        return said
    return f"{said} · {texts.say('taken back')}"


def _render_text_change(change: Mapping[str, Any], texts: Texts) -> ListItem:
    old, new = change["old"], change["new"]
    if old and new:
        text = texts.say("Before: {old} — Now: {new}", old=old, new=new)
    elif old:
        text = texts.say("Taken out: {old}", old=old)
    else:
        text = texts.say("Put in: {new}", new=new)
    before, after = change["before"], change["after"]
    words = " → ".join(part for part in (before, after) if part)
    return ListItem(title=words if old and new else "", text=text)


def _format_outcome(one: CorrectionStatus, texts: Texts) -> str:
    """What became of the messages."""
    match one.correction.state:
        case "unshown":
            return texts.say(
                "None of the messages contained it, so they stay as they are."
            )
        case "listed":
            return texts.message(one.correction.reason)
        case "due":
            return texts.say("The messages are about to be edited.")
    parts = [texts.count("{n} message edited.", "{n} messages edited.", one.edited)]
    if one.waiting:
        parts.append(texts.count("{n} waits for it.", "{n} wait for it.", one.waiting))
    if one.failed:
        why = " ".join(map(texts.message, one.failed))
        parts.append(texts.say("Others could not be edited: {why}", why=why))
    return " ".join(parts)


def build_correct(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        found = await context.archive.story(invocation.place, invocation.args["number"])
        stored_edition, story = found.stored_edition, found.story
        undone = await context.db.read(
            edition_store.is_edition_undone,
            workspace_id=stored_edition.workspace_id,
            edition_id=stored_edition.id,
        )
        change_steps.check_still_editable(
            stored_edition, undone=undone, now=context.clock.now()
        )
        name = change_steps.format_correction_name(stored_edition, story.id)
        text = invocation.args["text"]

        def wanted(_: SettingsEntry | None) -> SettingsEntry:
            return {"name": name, "headline": story.headline.text, "text": text}

        wish = ChangeRequest(noun="correction", name=name, edit=wanted)
        change = await context.configuration.propose(invocation, wish)
        effect = texts.say(
            "The posted messages are edited: at the end of story {number} they say "
            "this, and that an editor said it. Nobody is notified.",
            number=found.number,
        )
        return render_proposal(context, change, texts, Paragraph(text=effect))

    return wrap_with_form(
        Command(
            path="newsdesk correct",
            description="Correct a story in the posts, marked as yours",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="number",
                    description="Its number in the newest edition, or its id",
                    required=True,
                    completes="story",
                ),
                CommandOption(
                    name="text",
                    description="What is right, in at most 200 characters",
                    required=True,
                    rest=True,
                ),
            ),
            examples=("/newsdesk correct 2 The bridge was closed on Monday",),
        )
    )


#: Open reports of one person; reports of one person in `WHILE`; characters of one.
MAX_OPEN_REPORTS, MAX_RECENT_REPORTS, MAX_REPORT_LENGTH = 20, 5, 1000
REPORT_WINDOW = timedelta(minutes=10)


def build_report(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        text = invocation.args["text"].strip()
        if len(text) > MAX_REPORT_LENGTH:
            raise UserError(
                texts.say(
                    "That is too long: at most {most} characters.",
                    most=MAX_REPORT_LENGTH,
                )
            )
        story = await find_story(context, invocation, invocation.args["story"])
        made = await context.db.write(_create_report, context, invocation, story, text)
        if isinstance(made, str):
            raise _too_many_reports(made)
        said = texts.say("Reported to the editors as {id}.", id=made.public_id)
        then = texts.say(
            "When it is resolved, you get a private message, or the answer "
            "comes with your next command here."
        )
        return Reply(
            blocks=(
                Paragraph(text=said),
                ListItem(title=made.headline, text=made.text),
                Paragraph(text=then),
            )
        )

    return wrap_with_form(
        Command(
            path="news report",
            description="Report an error in a story to the editors",
            permission=Permission.EVERYONE,
            run=run,
            options=(
                WHICH_STORY_OPTION,
                CommandOption(
                    name="text",
                    description="What is wrong, and how you know",
                    required=True,
                    rest=True,
                ),
            ),
            examples=("/news report 2 The bridge was closed on Monday, not Tuesday.",),
        )
    )


def _create_report(
    conn: Connection,
    context: CommandContext,
    asked: Invocation,
    story: EditionStory,
    text: str,
) -> Report | str:
    """The report; or which of the limits is in the way."""
    here = person_key(asked)
    now = context.clock.now()
    still, lately = report_store.count_person_reports(
        conn, **here, since=now - REPORT_WINDOW
    )
    if still >= MAX_OPEN_REPORTS:
        return "open"
    if lately >= MAX_RECENT_REPORTS:
        return "lately"
    return report_store.add_report(
        conn,
        **here,
        person_name=asked.person.name,
        story=story.id,
        headline=story.headline.text,
        text=text,
        locale=texts_for(asked).locale,
        now=now,
    )


def _too_many_reports(limit: str) -> UserError:
    if limit == "open":
        return UserError(
            "{most} of your reports are open. Wait until the editors have "
            "resolved some.",
            most=MAX_OPEN_REPORTS,
        )
    return UserError("These are many reports at once. Try again in ten minutes.")


#: Reports that are listed, and characters of an answer.
MAX_LISTED_REPORTS, MAX_ANSWER_LENGTH = 15, 500


def build_reports(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        settled = invocation.args.get("settle", "").strip()
        if settled:
            return await _close_report(context, invocation, settled, texts)
        return await _render_reports(context, invocation, texts)

    return Command(
        path="newsdesk reports",
        description="Errors that readers reported, and answers to them",
        permission=Permission.EDITOR,
        run=run,
        options=(
            CommandOption(
                name="settle",
                description="The ID of the report to resolve",
                completes="report",
            ),
            CommandOption(
                name="answer", description="The answer to the reader", rest=True
            ),
        ),
        examples=(
            "/newsdesk reports",
            "/newsdesk reports r-7k3m9q Thank you, the day is right now.",
        ),
    )


async def _render_reports(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    here = {"workspace_id": invocation.place.workspace.id}
    count = await context.db.read(report_store.count_open_reports, **here)
    found = await context.db.read(
        report_store.list_open_reports, **here, limit=MAX_LISTED_REPORTS
    )
    title = texts.say("Reports from readers")
    if not found:
        nothing = texts.say("No report is open.")
        return Reply(title=title, blocks=(Paragraph(text=nothing),))
    zone = invocation.place.workspace.zone
    lines = tuple(_render_report(context, report, zone, texts) for report in found)
    how = texts.say(
        "Resolve one: /newsdesk reports {id} your answer", id=found[0].public_id
    )
    if count > len(found):
        how += " · " + texts.say("{n} more are open", n=count - len(found))
    return Reply(title=title, blocks=(*lines, SmallPrint(text=how)))


def _render_report(
    context: CommandContext, report: Report, zone: str, texts: Texts
) -> ListItem:
    when = texts.moment(report.made_at, zone, context.clock.now())
    parts = (report.public_id, report.story, report.person_name[:40], when)
    return ListItem(title=report.headline, text=report.text, note=" · ".join(parts))


async def _close_report(
    context: CommandContext, invocation: Invocation, public_id: str, texts: Texts
) -> Reply:
    answer = invocation.args.get("answer", "").strip()
    if len(answer) > MAX_ANSWER_LENGTH:
        raise UserError(
            texts.say(
                "That is too long: at most {most} characters.", most=MAX_ANSWER_LENGTH
            )
        )
    person = invocation.person
    done = await context.db.write(
        resolve_report,
        workspace_id=invocation.place.workspace.id,
        public_id=public_id,
        by=f"{person.name} ({person.id})",
        answer=answer,
        now=context.clock.now(),
    )
    if done is None:
        raise UnknownName(
            texts.say("There is no open report {id} here.", id=public_id[:20])
        )
    said = texts.say(
        "Resolved: {id}. The reader gets a private message, or the "
        "answer with their next command; the report is stored for "
        "{days} days.",
        id=done.public_id,
        days=context.retention.editions,
    )
    return Reply(
        blocks=(Paragraph(text=said), ListItem(title=done.headline, text=answer))
    )
