"""Held messages in `/newsdesk status`: named, with a button for either decision."""

from typing import Final

from bot.commands.desk import Desk
from bot.outbox import holding
from bot.storage import deliveries, destinations
from bot.texts import Texts
from bot.types import Block, Control, Invocation, Line, Paragraph, Place, Reply

#: Messages that are shown with their buttons at once.
SHOWN: Final = 4


async def waiting(
    desk: Desk, place: Place, texts: Texts
) -> tuple[list[Block], tuple[Control, ...]]:
    """Each held message of the workspace, and two buttons for it."""
    workspace_id = place.workspace.id
    found = await desk.db.read(deliveries.held, workspace_id=workspace_id)
    if not found:
        return [], ()
    places = await desk.db.read(destinations.in_workspace, workspace_id=workspace_id)
    names = {one.id: one.name for one in places}
    blocks: list[Block] = [
        Paragraph(
            text=texts.count(
                "Of {n} message nobody could see whether it arrived. Please look into "
                "the channel: sent again, it may stand there twice.",
                "Of {n} messages nobody could see whether they arrived. Please look "
                "into the channels: sent again, they may stand there twice.",
                len(found),
            )
        )
    ]
    controls: list[Control] = []
    for number, one in enumerate(found[:SHOWN], 1):
        title = texts.say(
            "{number}. #{channel}, part {part}",
            number=number,
            channel=names.get(one.destination_id, one.channel),
            part=one.part,
        )
        blocks.append(Line(title=title, text=texts.retold(one.reason)))
        again = desk.controls.signed(workspace_id, "again", one.key)
        leave = desk.controls.signed(workspace_id, "leave", one.key)
        which = f" ({number})" if len(found) > 1 else ""
        controls += [
            Control(id=again, label=texts.say("Send again") + which),
            Control(id=leave, label=texts.say("Leave it") + which),
        ]
    return blocks, tuple(controls)


async def decided(desk: Desk, asked: Invocation, texts: Texts) -> Reply | None:
    """What a pressed button did; None where none was pressed.

    Raises:
        UserError: That message is not held any more.
    """
    again, leave = asked.args.get("again"), asked.args.get("leave")
    key = again or leave
    if not key:
        return None
    person = asked.person
    await desk.db.write(
        holding.decide,
        workspace_id=asked.place.workspace.id,
        key=key,
        decision="again" if again else "leave",
        by=f"{person.name} ({person.id})",
        now=desk.clock.now(),
    )
    desk.wake()
    if again:
        said = texts.say("It is being sent again.")
    else:
        said = texts.say("It is left as it is; what waited behind it goes out.")
    return Reply(blocks=(Paragraph(text=said),))
