"""/newsdesk status: what went out, what comes next, and what needs somebody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands import held
from bot.commands.desk import Desk
from bot.commands.wording import texts_of, when_line
from bot.due import next_due_of, zone_of
from bot.intake import health
from bot.storage import workspaces
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Delivery,
    Destination,
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
        decided = await held.decided(desk, invocation, texts)
        if decided is not None:
            return decided
        digests = await desk.archive.digests(workspace_id)
        sent = await desk.archive.newest_deliveries(workspace_id, SHOWN)
        blocks: list[Block] = []
        space = await desk.db.read(workspaces.by_id, workspace_id=workspace_id)
        if space is not None and space.stopped:
            why = texts.say("Nothing is posted here: {why}", why=space.stopped)
            blocks.append(Paragraph(text=why))
        waiting, controls = await held.waiting(desk, invocation.place, texts)
        blocks += waiting
        blocks += [await _digest(desk, d, texts) for d in digests]
        if not digests:
            nothing = texts.say(
                "No digest is set up here yet. /newsdesk setup makes one."
            )
            blocks.append(Paragraph(text=nothing))
        blocks += [_delivery(d, invocation, desk, texts) for d in sent]
        blocks.append(Small(text=f"Standfirst {desk.version}"))
        return Reply(title=texts.say("Status"), blocks=tuple(blocks), controls=controls)

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
    if digest.paused:
        rows.append((texts.say("Paused"), texts.say("until somebody resumes it")))
    elif digest.paused_until is not None:
        until = texts.say("until {day}", day=texts.date(digest.paused_until))
        rows.append((texts.say("Paused"), until))
    today = now.astimezone(ZoneInfo(zone)).date()
    coming = [texts.date(day) for day in digest.skips if day >= today]
    if coming:
        rows.append((texts.say("Left out"), ", ".join(coming)))
    if last is not None:
        outcome = last.reason or texts.word(last.state)
        when = texts.moment(last.due_at, zone, now)
        rows.append((texts.say("Last"), f"{when}: {outcome}"))
    rows += [
        (f"#{d.name}", _standing(d, zone, now, texts))
        for d in digest.destinations
        if d.paused
    ]
    rows += [(s.name, health.of(s, now, zone, texts).text) for s in digest.sources]
    return Facts(rows=tuple(rows))


def _standing(place: Destination, zone: str, now: datetime, texts: Texts) -> str:
    """Why nothing is posted there, and when that is looked at again."""
    reason = str(place.paused)
    if place.retest_at is None:
        return reason
    again = texts.say(
        "It is tried again: {when}.", when=texts.moment(place.retest_at, zone, now)
    )
    return f"{reason} {again}"


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
