"""/newsdesk status: what went out, what comes next, and what needs somebody."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of, when_line
from bot.due import next_due_of, zone_of
from bot.intake import health
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Delivery,
    Digest,
    Facts,
    Invocation,
    Line,
    Paragraph,
    Permission,
    Reply,
    Small,
)

SHOWN = 5


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        workspace_id = invocation.place.workspace.id
        digests = await desk.archive.digests(workspace_id)
        sent = await desk.archive.newest_deliveries(workspace_id, SHOWN)
        blocks: list[Block] = [await _digest(desk, d, texts) for d in digests]
        if not digests:
            nothing = texts.say(
                "No digest is set up here yet. /newsdesk setup makes one."
            )
            blocks.append(Paragraph(text=nothing))
        blocks += [_delivery(d, invocation, desk, texts) for d in sent]
        blocks.append(Small(text=f"Standfirst {desk.version}"))
        return Reply(title=texts.say("Status"), blocks=tuple(blocks))

    return Command(
        path="newsdesk status",
        description="What went out, what comes next, what needs care",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk status",),
    )


async def _digest(desk: Desk, digest: Digest, texts: Texts) -> Facts:
    now = desk.clock.now()
    zone = zone_of(digest)
    last = await desk.archive.last_occurrence(digest)
    rows = [
        (texts.say("Digest"), digest.name),
        (texts.say("Next"), when_line(next_due_of(digest, now), zone, now, texts)),
    ]
    if last is not None:
        outcome = last.reason or texts.word(last.state)
        when = texts.moment(last.due_at, zone, now)
        rows.append((texts.say("Last"), f"{when}: {outcome}"))
    paused = [d for d in digest.destinations if d.paused]
    rows += [(f"#{d.name}", str(d.paused)) for d in paused]
    rows += [(s.name, health.of(s, now, zone, texts).text) for s in digest.sources]
    return Facts(rows=tuple(rows))


def _delivery(
    delivery: Delivery, invocation: Invocation, desk: Desk, texts: Texts
) -> Line:
    zone = invocation.place.workspace.zone
    when = delivery.claimed_at
    moment = texts.moment(when, zone, desk.clock.now()) if when else ""
    return Line(
        title=f"#{delivery.channel}: {texts.word(delivery.state)}",
        text=delivery.reason or "",
        note=moment,
    )
