"""/newsdesk history: who changed what; confirm buttons and the way back end here.

`confirm` and `revert` carry a change's public id. Confirming makes the change that was
shown; reverting shows the change that takes it back, to be confirmed like any other.
"""

from bot.commands.controls import control_id
from bot.commands.desk import Desk
from bot.commands.proposals import made, shown
from bot.commands.wording import texts_of
from bot.configuring import Change
from bot.configuring.telling import cut, in_a_line
from bot.errors import UserError
from bot.storage import erasing
from bot.texts import Texts
from bot.types import (
    Command,
    Control,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
    Workspace,
)

#: Changes that are shown, unless somebody asks for more, and at most.
USUAL, MOST = 4, 20
#: Buttons under an answer.
BUTTONS = 4


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        confirmed = invocation.args.get("confirm")
        reverted = invocation.args.get("revert", "").strip()
        if confirmed:
            change = await desk.configuring.confirm(invocation, confirmed)
            desk.wake()
            return made(desk, change, texts)
        if reverted:
            change = await desk.configuring.revert(invocation, reverted)
            return shown(desk, change, texts)
        count = _count(invocation.args.get("n", ""), texts)
        return await _listed(desk, invocation, count, texts)

    return Command(
        path="newsdesk history",
        description="Who changed what, with the way back",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(name="n", description="How many changes, 1 to 20"),
            Option(name="revert", description="The id of a change to take back"),
        ),
        examples=("/newsdesk history", "/newsdesk history revert=c-7k3m9q"),
    )


def _count(said: str, texts: Texts) -> int:
    wanted = said.strip()
    if not wanted:
        return USUAL
    if not wanted.isdecimal() or not 1 <= int(wanted[:6]) <= MOST:
        raise UserError(texts.say("Say how many, from 1 to {most}.", most=MOST))
    return int(wanted)


async def _listed(
    desk: Desk, invocation: Invocation, count: int, texts: Texts
) -> Reply:
    workspace = invocation.place.workspace
    several = await desk.configuring.history(workspace.id, count + 1)
    found = several[:count]
    title = texts.say("History")
    ended = await _ended(desk, workspace, texts) if len(found) < count else ()
    if not found:
        nothing = texts.say("Nothing was changed from here yet.")
        return Reply(title=title, blocks=(Paragraph(text=nothing), *ended))
    lines = tuple(_line(desk, change, workspace.zone, texts) for change in found)
    back = tuple(
        Control(
            id=control_id("revert", change.id),
            label=texts.say("Take back {id}", id=change.id),
        )
        for change in found[:BUTTONS]
    )
    older = (Small(text=_older(count, texts)),) if len(several) > count else ()
    return Reply(title=title, blocks=(*lines, *older, *ended), controls=back)


def _older(count: int, texts: Texts) -> str:
    """That there is more than is shown, and how to see it."""
    if count == MOST:
        return texts.say("Older changes are kept, but not listed here.")
    return texts.say(
        "There are older ones: /newsdesk history {n}", n=min(MOST, 4 * count)
    )


async def _ended(desk: Desk, workspace: Workspace, texts: Texts) -> tuple[Line, ...]:
    """That what was here before was erased: the line that stays."""
    last = await desk.db.read(
        erasing.last_of,
        platform=workspace.platform,
        external_id=workspace.external_id,
    )
    if last is None or last.ordered_at is None:
        return ()
    when = texts.moment(last.ordered_at, workspace.zone, desk.clock.now())
    who = cut(last.person_id or texts.say("the operator"))
    if last.reason == "left":
        note = texts.say("{when} · 30 days after the bot was removed", when=when)
    else:
        note = texts.say("{when} · by {who}", when=when, who=who)
    return (Line(title=texts.say("All data was erased"), note=note),)


def _line(desk: Desk, change: Change, zone: str, texts: Texts) -> Line:
    when = (
        texts.moment(change.made_at, zone, desk.clock.now()) if change.made_at else ""
    )
    who = texts.word(change.person) if change.by_operator else cut(change.person)
    parts = [change.id, who, when]
    if change.reverts:
        parts.append(texts.say("takes back {id}", id=change.reverts))
    return Line(title=in_a_line(change, texts), note=" · ".join(parts))
