"""Corrections of published stories: pages of `/news`, and `/newsdesk correct`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from bot.commands.arguments import named_story
from bot.commands.changes import propose_and_render
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.editions import show_latest
from bot.commands.presentation import join_notes, note_earlier_edition
from bot.commands.stories import back_to_story, load_story_page, show_story
from bot.configuration import change_steps
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.diff import shorten_line
from bot.corrections.message_edits import CorrectionStatus, list_corrections
from bot.lookup.name_resolution import ResolvedStory
from bot.model import ControlMenu, ListItem, MenuOption, Reply, SettingsEntry
from digests.language.normalization import parse_whole_number

#: Corrections that are shown, and changes of one of them.
MAX_CORRECTIONS, MAX_CHANGES = 8, 2


#: Days that the page of corrections can cover; None = all that is stored.
PERIODS = (1, 7, 30, None)


@show_latest.control("corrections")
async def show_corrections(context: CommandContext, period: str) -> Reply:
    """Show the corrections of so many days, and whether messages were updated."""
    days = parse_whole_number(period, 400, least=1)
    since = None if days is None else context.now - timedelta(days=days)
    found = await context.query(list_corrections, since=since, count=MAX_CORRECTIONS)
    title = context.count("{n} correction", "{n} corrections", len(found))
    if not found:
        title = context.say("Corrections")
    nothing = context.say("Nothing posted here has been corrected so far.")
    if since is not None:
        nothing = context.say("Nothing posted here has been corrected since then.")
    options = tuple(
        MenuOption(
            id=context.control_id("corrections", str(period or "all")),
            label=_name_period(context, period),
        )
        for period in PERIODS
    )
    return context.reply(
        *render_corrections(context, found, nothing),
        title=join_notes(title, _name_period(context, days)),
        menus=[ControlMenu(label=context.say("Since when"), options=options)],
        controls=[context.button("Newest edition", "latest")],
        in_place=True,
    )


def _name_period(context: CommandContext, days: int | None) -> str:
    if days is None:
        return context.say("All that are kept")
    return context.count("Last {n} day", "Last {n} days", days)


@show_story.control("corrected")
async def show_story_corrections(context: CommandContext, reference: str) -> Reply:
    """Show the corrections of a story in its edition."""
    page = await load_story_page(context, reference)
    edition = page.edition
    found = await context.query(
        list_corrections,
        count=MAX_CORRECTIONS,
        edition_id=edition.id if edition is not None else None,
        story=page.story.id,
    )
    nothing = context.say("This story has not been corrected.")
    return context.reply(
        *render_corrections(context, found, nothing),
        title=context.say("Corrections: {headline}", headline=page.story.headline.text),
        controls=[back_to_story(context, page.reference)],
        in_place=True,
    )


def render_corrections(
    context: CommandContext, found: Sequence[CorrectionStatus], nothing: str
) -> Sequence[ListItem | str]:
    """Render the corrections; without any, say `nothing`."""
    lines = [line for one in found for line in _render_correction(context, one)]
    return lines or (nothing,)


def _render_correction(
    context: CommandContext, one: CorrectionStatus
) -> Iterator[ListItem]:
    """Render what was corrected and when, and a line for each change."""
    correction = one.correction
    at = context.format_moment(correction.found_at, one.zone)
    yield ListItem(
        title=correction.headline,
        text=_format_outcome(context, one),
        note=join_notes(at, *_format_origin(context, one)),
        article=str(correction.article_id) if correction.article_id else None,
        revision=correction.new_revision,
    )
    for change in correction.changes[:MAX_CHANGES]:
        if correction.editor_name is not None:
            yield ListItem(title="", text=change["new"])
        else:
            yield _render_text_change(context, change)


def _format_origin(context: CommandContext, one: CorrectionStatus) -> Iterator[str]:
    """Format the outlet, or the editor who made the correction."""
    correction = one.correction
    if correction.editor_name is None:
        yield correction.outlet or ""
        return
    yield context.say("by {name}", name=shorten_line(correction.editor_name))
    if correction.reverted_at:
        yield context.say("taken back")


def _render_text_change(context: CommandContext, change: Mapping[str, Any]) -> ListItem:
    old, new = change["old"], change["new"]
    if old and new:
        text = context.say("Before: {old} — Now: {new}", old=old, new=new)
    elif old:
        text = context.say("Taken out: {old}", old=old)
    else:
        text = context.say("Put in: {new}", new=new)
    words = " → ".join(filter(None, (change["before"], change["after"])))
    return ListItem(title=words if old and new else "", text=text)


def _format_outcome(context: CommandContext, one: CorrectionStatus) -> str:
    """Format whether the posted messages were updated."""
    match one.correction.state:
        case "unshown":
            return context.say(
                "None of the messages contained it, so they stay as they are."
            )
        case "listed":
            return context.message(one.correction.reason)
        case "due":
            return context.say("The messages are about to be edited.")
    parts = [context.count("{n} message edited.", "{n} messages edited.", one.edited)]
    if one.waiting:
        parts.append(
            context.count("{n} still to edit.", "{n} still to edit.", one.waiting)
        )
    if one.failed:
        why = " ".join(map(context.message, one.failed))
        parts.append(context.say("Others could not be edited: {why}", why=why))
    return " ".join(parts)


@command(
    "newsdesk correct",
    "Correct a posted story, marked as an editor's correction",
    "{story} The bridge was closed on Monday",
)
async def correct_story(
    context: CommandContext,
    number: Annotated[
        ResolvedStory,
        named_story(
            "Its number in the newest edition, or its id",
            convert=lambda context, typed: context.archive.story(context.place, typed),
        ),
    ],
    text: Annotated[str, Option("What is right, in at most 200 characters", rest=True)],
) -> Reply:
    """Propose to add a correction below a story in the messages that contain it."""
    edition, story = number.stored_edition, number.story
    await context.db.read(change_steps.check_still_editable, edition, context.now)
    name = change_steps.format_correction_name(edition, story.id)
    entry: SettingsEntry = {"name": name, "headline": story.headline.text, "text": text}
    request = ChangeRequest(noun="correction", name=name, edit=lambda _: entry)
    effect = context.say(
        "The posted messages are edited: this is added at the end of story {number}, "
        "marked as an editor's correction. Nobody is notified.",
        number=number.number,
    )
    earlier = [note.text for note in await note_earlier_edition(context, edition)]
    return await propose_and_render(context, request, more=[*earlier, effect])
