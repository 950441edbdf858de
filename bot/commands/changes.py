"""Show a change before and after it is applied; `/newsdesk history` and its controls.

Every command that changes something ends in `shown`: what would be different, who gets
it, when, and the button that makes it so. `made` is the answer to that button.

`confirm` and `revert` carry a change's public id. Confirming makes the change that was
shown; reverting shows the change that takes it back, to be confirmed like any other.
"""

import secrets

from bot.commands.context import CommandContext, texts_for
from bot.commands.controls import build_control_id
from bot.configuration.change_steps import ChangeRequest, ConfigurationChange
from bot.configuration.diff import (
    format_audience,
    format_change,
    format_step_title,
    format_times,
    list_differences,
    shorten_line,
)
from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    CommandOption,
    Control,
    FactTable,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
    Workspace,
)
from bot.storage import deletion_store
from digests.types import Edition, arrange_sections

#: How every command takes the digest that it is about.
DIGEST_OPTION = CommandOption(
    name="digest",
    description="Its name; without it the one that posts here",
    completes="digest",
)


def render_proposal(
    context: CommandContext, change: ConfigurationChange, texts: Texts, *more: Block
) -> Reply:
    """What the change would do, with the button that makes it.

    `more` is told between the differences and who gets it.
    """
    confirm = Control(
        id=context.controls.signed(change.workspace.id, "confirm", change.id),
        label=texts.say("Confirm"),
        primary=True,
    )
    last = SmallPrint(text=texts.say("Nothing is changed until you confirm."))
    return Reply(
        title=texts.say("Please confirm"),
        blocks=(
            *_render_differences(change, texts),
            *more,
            *_render_upcoming(change, texts),
            last,
        ),
        controls=(confirm,),
    )


def render_applied(
    context: CommandContext, change: ConfigurationChange, texts: Texts
) -> Reply:
    """That it was made, what comes next, and the way back."""
    controls = [
        Control(
            id=build_control_id("revert", change.id), label=texts.say("Take this back")
        )
    ]
    new = {s.name for s in change.steps if s.noun == "digest" and s.before is None}
    for coming in change.coming:
        if coming.digest in new and coming.destinations and coming.digest_id:
            once = (str(coming.digest_id), secrets.token_hex(6))
            order = context.controls.signed(change.workspace.id, "post", *once)
            post = Control(id=order, label=texts.say("Post now"), primary=True)
            controls.insert(0, post)
    return Reply(
        title=texts.say("Saved"),
        blocks=(*_render_differences(change, texts), *_render_upcoming(change, texts)),
        controls=tuple(controls),
    )


async def propose_and_render(
    context: CommandContext, asked: Invocation, *wishes: ChangeRequest
) -> Reply:
    """The wishes as a change that waits for its button."""
    change = await context.configuration.propose(asked, *wishes)
    texts = Texts.of(asked.locale)
    return render_proposal(
        context, change, texts, *await render_effect(context, change, texts)
    )


async def render_effect(
    context: CommandContext, change: ConfigurationChange, texts: Texts
) -> tuple[Block, ...]:
    """What the next edition would tell, and what it would tell as things are."""
    if len(change.steps) != 1:
        return ()
    found = await context.previews.compare_editions(change.workspace, change.steps[0])
    if found is None:
        return ()
    counts = {
        "full": len(found.after.stories),
        "brief": _count_brief(found.after),
        "was_full": len(found.before.stories),
        "was_brief": _count_brief(found.before),
    }
    if found.again:
        sentence = texts.say(
            "Nothing is new at present. Of the latest articles it would "
            "show {full} in full and {brief} in brief; without this change,"
            " {was_full} and {was_brief}.",
            **counts,
        )
    else:
        sentence = texts.say(
            "The next edition would have {full} in full and {brief} in "
            "brief; without this change, {was_full} and {was_brief}.",
            **counts,
        )
    return (Paragraph(text=sentence),)


def _count_brief(edition: Edition) -> int:
    shown = arrange_sections(edition.sections, ()).also != "nowhere"
    return len(edition.brief) if shown else 0


def _render_differences(change: ConfigurationChange, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    for step in change.steps:
        blocks.append(ListItem(title=format_step_title(step, texts)))
        rows = list_differences(step, texts)
        if rows:
            blocks.append(FactTable(rows=rows))
    return blocks


def _render_upcoming(change: ConfigurationChange, texts: Texts) -> list[Block]:
    return [
        Paragraph(
            text=f"{format_audience(coming, texts)} {format_times(coming, texts)}"
        )
        for coming in change.coming
    ]


#: Changes that are shown, unless somebody asks for more, and at most.
DEFAULT_LISTED, MAX_LISTED = 4, 20
#: Buttons under an answer.
MAX_BUTTONS = 4


def build_history(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        confirmed = invocation.args.get("confirm")
        reverted = invocation.args.get("revert", "").strip()
        if confirmed:
            change = await context.configuration.confirm(invocation, confirmed)
            context.wake()
            return render_applied(context, change, texts)
        if reverted:
            change = await context.configuration.revert(invocation, reverted)
            return render_proposal(context, change, texts)
        count = _parse_count(invocation.args.get("n", ""), texts)
        return await _render_history(context, invocation, count, texts)

    return Command(
        path="newsdesk history",
        description="Who changed what, and how to revert it",
        permission=Permission.EDITOR,
        run=run,
        options=(
            CommandOption(name="n", description="How many changes, 1 to 20"),
            CommandOption(name="revert", description="The ID of a change to revert"),
        ),
        examples=("/newsdesk history", "/newsdesk history revert=c-7k3m9q"),
    )


def _parse_count(said: str, texts: Texts) -> int:
    wanted = said.strip()
    if not wanted:
        return DEFAULT_LISTED
    if not wanted.isdecimal() or not 1 <= int(wanted[:6]) <= MAX_LISTED:
        raise UserError(texts.say("Say how many, from 1 to {most}.", most=MAX_LISTED))
    return int(wanted)


async def _render_history(
    context: CommandContext, invocation: Invocation, count: int, texts: Texts
) -> Reply:
    workspace = invocation.place.workspace
    several = await context.configuration.history(workspace.id, count + 1)
    found = several[:count]
    title = texts.say("History")
    ended = (
        await _render_last_erasure(context, workspace, texts)
        if len(found) < count
        else ()
    )
    if not found:
        nothing = texts.say("Nothing was changed from here yet.")
        return Reply(title=title, blocks=(Paragraph(text=nothing), *ended))
    lines = tuple(
        _render_change(context, change, workspace.zone, texts) for change in found
    )
    back = tuple(
        Control(
            id=build_control_id("revert", change.id),
            label=texts.say("Revert {id}", id=change.id),
        )
        for change in found[:MAX_BUTTONS]
    )
    older = (
        (SmallPrint(text=_format_older(count, texts)),) if len(several) > count else ()
    )
    return Reply(title=title, blocks=(*lines, *older, *ended), controls=back)


def _format_older(count: int, texts: Texts) -> str:
    """That there is more than is shown, and how to see it."""
    if count == MAX_LISTED:
        return texts.say("Older changes are stored, but not listed here.")
    return texts.say(
        "There are older ones: /newsdesk history {n}", n=min(MAX_LISTED, 4 * count)
    )


async def _render_last_erasure(
    context: CommandContext, workspace: Workspace, texts: Texts
) -> tuple[ListItem, ...]:
    """That what was here before was erased: the line that stays."""
    last = await context.db.read(
        deletion_store.find_last_erasure,
        platform=workspace.platform,
        external_id=workspace.external_id,
    )
    if last is None or last.ordered_at is None:
        return ()
    when = texts.moment(last.ordered_at, workspace.zone, context.clock.now())
    who = shorten_line(last.person_id or texts.say("the operator"))
    if last.reason == "left":
        note = texts.say("{when} · 30 days after the bot was removed", when=when)
    else:
        note = texts.say("{when} · by {who}", when=when, who=who)
    return (ListItem(title=texts.say("All data was erased"), note=note),)


def _render_change(
    context: CommandContext, change: ConfigurationChange, zone: str, texts: Texts
) -> ListItem:
    when = (
        texts.moment(change.made_at, zone, context.clock.now())
        if change.made_at
        else ""
    )
    who = (
        texts.word(change.person) if change.by_operator else shorten_line(change.person)
    )
    parts = [change.id, who, when]
    if change.reverts:
        parts.append(texts.say("reverts {id}", id=change.reverts))
    return ListItem(title=format_change(change, texts), note=" · ".join(parts))
