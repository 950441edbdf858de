"""What a person is told besides what they asked: once, above a private answer.

A report of theirs was settled and no private message could say so, or their own digest
stands still. It waits in the database until there is an answer to put it above (a long
one may be cut at its end); who erased everything is told nothing more.
"""

from dataclasses import replace

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.personal import door
from bot.personal.door import Known
from bot.texts import Texts
from bot.types import Block, Form, Invocation, Line, Paragraph, Reply


async def added(
    desk: Desk, invocation: Invocation, known: Known, answer: Reply | Form
) -> Reply | Form:
    """The answer with what is to be told above it."""
    if not (known.settled or known.pause):
        return answer
    if isinstance(answer, Form) or not answer.private or "erase" in invocation.args:
        return answer
    told = await desk.db.write(
        door.note_told,
        workspace_id=invocation.place.workspace.id,
        person_id=invocation.person.id,
        found=known,
        now=desk.clock.now(),
    )
    blocks = tuple(_said(told, texts_of(invocation)))
    return replace(answer, blocks=(*blocks, *answer.blocks))


def _said(known: Known, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    for report in known.settled:
        title = texts.say("Your report {id} was settled.", id=report.public_id)
        blocks.append(Line(title=title, text=report.answer or "", note=report.headline))
    if known.pause:
        said = texts.say(
            "Your own digest stands still: {why} /news me shows it and can resume it.",
            why=texts.retold(known.pause),
        )
        blocks.append(Paragraph(text=said))
    return blocks
