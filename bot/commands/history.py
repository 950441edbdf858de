"""`/newsdesk history`: who changed what; confirm and revert changes.

Controls carry the public id of a change. Confirming applies the change that was shown;
reverting proposes the opposite change, to be confirmed like any other.
"""

from typing import Annotated

from bot.commands.arguments import within
from bot.commands.changes import build_change_context, render_applied, render_proposal
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.presentation import join_notes
from bot.configuration import changes
from bot.configuration.change_steps import ConfigurationChange
from bot.configuration.diff import format_change, shorten_line
from bot.model import Block, ListItem, Reply, SmallPrint
from bot.storage import deletion_store

#: Changes that are shown by default, and at most.
DEFAULT_LISTED, MAX_LISTED = 4, 20
#: Changes with a button beside them.
MAX_BUTTONS = 4


@command(
    "newsdesk history", "Who changed what, and how to revert it", "", "revert=c-7k3m9q"
)
async def show_history(
    context: CommandContext,
    n: Annotated[
        int, Option("How many changes, 1 to 20", convert=within(1, MAX_LISTED))
    ] = DEFAULT_LISTED,
    revert: Annotated[str, Option("The ID of a change to revert")] = "",
) -> Reply:
    """Show the latest changes, each with a button that reverts it."""
    if revert:
        wanted = build_change_context(context)
        change = await context.db.write(
            changes.propose_reversal, context.place, revert, wanted
        )
        return render_proposal(context, change)
    stored = await context.db.read(changes.list_history, context.workspace, n + 1)
    found = stored[:n]
    blocks: list[Block | str] = [
        _render_change(context, change, with_button=number < MAX_BUTTONS)
        for number, change in enumerate(found)
    ]
    if len(stored) > n:
        blocks.append(_render_older(context, n))
    if not found:
        blocks.append(context.say("No changes have been made here yet."))
    if len(found) < n:
        blocks += await _render_last_erasure(context)
    controls = [context.button("Control panel", "home", "")]
    return context.reply(
        *blocks, title=context.say("History"), controls=controls, in_place=True
    )


@show_history.control("confirm")
async def confirm_change(context: CommandContext, change_id: str) -> Reply:
    """Apply a change that was proposed, or show it against newer settings."""
    wanted, write = build_change_context(context), context.db.write
    place = context.place
    try:
        change = await write(changes.confirm_proposal, place, change_id, wanted)
    except changes.OutdatedChange as error:
        change = await write(changes.propose_again, place, change_id, wanted)
        said = context.say(
            "Nothing was done yet. This is your change to what is set now."
        )
        return render_proposal(context, change, f"{context.texts.error(error)} {said}")
    context.services.wake()
    return render_applied(context, change)


def _render_older(context: CommandContext, count: int) -> SmallPrint:
    """Render that there are more changes than shown, and how to see them."""
    if count == MAX_LISTED:
        return context.small_print("Older changes are stored, but not listed here.")
    more = min(MAX_LISTED, 4 * count)
    return context.small_print("There are older ones: /newsdesk history {n}", n=more)


async def _render_last_erasure(context: CommandContext) -> tuple[ListItem, ...]:
    """Render that the former data of this workspace were erased."""
    last = await context.db.read(
        deletion_store.find_last_erasure,
        platform=context.workspace.platform,
        external_id=context.workspace.external_id,
    )
    if last is None or last.ordered_at is None:
        return ()
    when = context.format_moment(last.ordered_at)
    if last.reason == "left":
        note = context.say("{when} · 30 days after the bot was removed", when=when)
    else:
        who = shorten_line(last.person_id or context.say("the operator"))
        note = context.say("{when} · by {who}", when=when, who=who)
    return (ListItem(title=context.say("All data was erased"), note=note),)


def _render_change(
    context: CommandContext, change: ConfigurationChange, *, with_button: bool
) -> ListItem:
    person = change.person
    who = context.texts.word(person) if change.by_operator else shorten_line(person)
    reverts = change.reverts and context.say("reverts {id}", id=change.reverts)
    note = join_notes(change.id, who, context.format_moment(change.made_at), reverts)
    revert = context.button("Revert {id}", "revert", change.id, id=change.id)
    of_draft = any(step.noun == "draft" for step in change.steps)
    control = revert if with_button and not of_draft else None
    title = format_change(change, context.texts)
    return ListItem(title=title, note=note, control=control)
