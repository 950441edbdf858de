"""/newsdesk status: what went out, what comes next, and what needs somebody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands import held
from bot.commands.desk import Desk
from bot.commands.wording import texts_of, when_line
from bot.configuring.telling import discreet
from bot.due import next_due_of, times_of, zone_of
from bot.intake import health
from bot.storage import personal, reports, workspaces
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
            why = texts.say(
                "Nothing is posted here: {why}", why=texts.retold(space.stopped)
            )
            blocks.append(Paragraph(text=why))
        waiting, controls = await held.waiting(desk, invocation.place, texts)
        blocks += waiting
        blocks += [await _digest(desk, d, texts) for d in digests]
        if not digests:
            nothing = texts.say(
                "No digest is set up here yet. /newsdesk setup makes one."
            )
            blocks.append(Paragraph(text=nothing))
        blocks += await _of_readers(desk, workspace_id, texts)
        blocks += [_delivery(d, invocation, desk, texts) for d in sent]
        kept = texts.say(
            "Kept here: articles for {articles} days, editions with their corrections "
            "and settled reports for {editions}, the history for {history}.",
            articles=desk.retention.texts,
            editions=desk.retention.editions,
            history=desk.retention.history,
        )
        blocks.append(Small(text=f"Standfirst {desk.version} · {kept}"))
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
    if digest.schedules:
        rows.append((texts.say("Schedule"), times_of(digest, texts)))
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
        outcome = texts.retold(last.reason) or texts.word(last.state)
        when = texts.moment(last.due_at, zone, now)
        rows.append((texts.say("Last"), f"{when}: {outcome}"))
    rows += [
        (f"#{d.name}", _standing(d, zone, now, texts))
        for d in digest.destinations
        if d.paused
    ]
    rows += [
        (s.called or s.name, discreet(health.of(s, now, zone, texts).text, (s,)))
        for s in digest.sources
    ]
    return Facts(rows=tuple(rows))


async def _of_readers(desk: Desk, workspace_id: int, texts: Texts) -> list[Block]:
    """How much is open of what readers reported, and how many have a digest."""
    blocks: list[Block] = []
    still = await desk.db.read(reports.count_open, workspace_id=workspace_id)
    if still:
        said = texts.count(
            "{n} report of a reader is open: /newsdesk reports",
            "{n} reports of readers are open: /newsdesk reports",
            still,
        )
        blocks.append(Paragraph(text=said))
    own = await desk.db.read(personal.count, workspace_id=workspace_id)
    if own:
        said = texts.count(
            "{n} reader has a digest of their own.",
            "{n} readers have a digest of their own.",
            own,
        )
        blocks.append(Small(text=said))
    return blocks


def _standing(place: Destination, zone: str, now: datetime, texts: Texts) -> str:
    """Why nothing is posted there, and when that is looked at again."""
    reason = texts.retold(place.paused)
    if place.retest_at is None:
        return reason
    again = texts.say(
        "It is tried again: {when}.", when=texts.moment(place.retest_at, zone, now)
    )
    return f"{reason} {again}"


def _what(delivery: Delivery, texts: Texts) -> str:
    """What was done to the message, where it was not posted."""
    match delivery.operation:
        case "edit":
            return texts.say("a correction")
        case "delete":
            return texts.say("taken back")
        case "post":
            return ""


def _delivery(
    delivery: Delivery, invocation: Invocation, desk: Desk, texts: Texts
) -> Line:
    zone = invocation.place.workspace.zone
    when = delivery.claimed_at
    moment = texts.moment(when, zone, desk.clock.now()) if when else ""
    return Line(
        title=f"#{delivery.channel}: {texts.word(delivery.state)}",
        text=texts.retold(delivery.reason),
        note=" · ".join(filter(None, (moment, _what(delivery, texts)))),
    )
