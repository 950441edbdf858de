"""/newsdesk doctor: what is wrong in this workspace, each finding with its fix."""

from collections.abc import Sequence

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.configuring.telling import discreet
from bot.findings import Finding
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Invocation,
    Line,
    Paragraph,
    Permission,
    Reply,
    Small,
    Source,
)

SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}
#: What needs somebody comes first.
ORDER = {"problem": 0, "warning": 1, "ok": 2}
SHOWN = 25


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        found = await desk.doctor.look_into(invocation.place.workspace, texts)
        ordered = sorted(found, key=lambda one: ORDER[one.state])
        digests = await desk.archive.digests(invocation.place.workspace.id)
        known = [source for digest in digests for source in digest.sources]
        blocks: list[Block] = [_line(one, known, texts) for one in ordered[:SHOWN]]
        if not found:
            nothing = texts.say("Nothing is set up here yet. /newsdesk setup begins.")
            blocks.append(Paragraph(text=nothing))
        bad = sum(one.state != "ok" for one in found)
        last = texts.count("{n} finding needs care", "{n} findings need care", bad)
        return Reply(title=texts.say("Doctor"), blocks=(*blocks, Small(text=last)))

    return Command(
        path="newsdesk doctor",
        description="What is wrong here, each with its fix",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk doctor",),
    )


def _line(one: Finding, known: Sequence[Source], texts: Texts) -> Line:
    # What a platform finds is worded there, in English.
    return Line(
        title=f"{SIGNS[one.state]} {one.subject}",
        text=discreet(texts.retold(one.text), known),
        note=discreet(texts.retold(one.fix), known),
    )
