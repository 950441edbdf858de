"""`/newsdesk status, doctor`: what went out, what comes next, what needs attention."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands.context import CommandContext, texts_for
from bot.commands.presentation import format_due_time
from bot.configuration.diff import hide_folders
from bot.delivery import send_failures
from bot.i18n.translation import Texts
from bot.ingest import source_state
from bot.model import (
    Block,
    Command,
    Control,
    Delivery,
    Destination,
    Digest,
    FactTable,
    Finding,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
    Source,
)
from bot.publishing.planning import digest_zone, find_next_due, format_schedules
from bot.storage import (
    delivery_store,
    destination_store,
    personal_digest_store,
    report_store,
    workspace_store,
)

MAX_DELIVERIES = 5


def build_status(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        workspace_id = invocation.place.workspace.id
        decided = await apply_decision(context, invocation, texts)
        if decided is not None:
            return decided
        digests = await context.archive.digests(workspace_id)
        sent = await context.archive.newest_deliveries(workspace_id, MAX_DELIVERIES)
        blocks: list[Block] = []
        space = await context.db.read(
            workspace_store.find_workspace, workspace_id=workspace_id
        )
        if space is not None and space.stopped:
            why = texts.say(
                "Posting is paused here: {why}",
                why=texts.message(space.stopped),
            )
            blocks.append(Paragraph(text=why))
        waiting, controls = await render_held_messages(context, invocation.place, texts)
        blocks += waiting
        blocks += [await _render_digest(context, d, texts) for d in digests]
        if not digests:
            nothing = texts.say(
                "No digest is set up here yet. /newsdesk setup makes one."
            )
            blocks.append(Paragraph(text=nothing))
        blocks += await _render_readers(context, workspace_id, texts)
        blocks += [_render_delivery(d, invocation, context, texts) for d in sent]
        kept = texts.say(
            "Stored here: articles for {articles} days, editions with their"
            " corrections and resolved reports for {editions}, the history "
            "for {history}.",
            articles=context.retention.texts,
            editions=context.retention.editions,
            history=context.retention.history,
        )
        blocks.append(SmallPrint(text=f"Standfirst {context.version} · {kept}"))
        return Reply(title=texts.say("Status"), blocks=tuple(blocks), controls=controls)

    return Command(
        path="newsdesk status",
        description="What was posted, what comes next, what needs attention",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk status",),
    )


async def _render_digest(
    context: CommandContext, digest: Digest, texts: Texts
) -> FactTable:
    now = context.clock.now()
    zone = digest_zone(digest)
    last = await context.archive.last_occurrence(digest)
    rows = [
        (texts.say("Digest"), digest.name),
        (
            texts.say("Next"),
            format_due_time(find_next_due(digest, now), zone, now, texts),
        ),
    ]
    if digest.schedules:
        rows.append((texts.say("Schedule"), format_schedules(digest, texts)))
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
        outcome = texts.message(last.reason) or texts.word(last.state)
        when = texts.moment(last.due_at, zone, now)
        rows.append((texts.say("Last"), f"{when}: {outcome}"))
    rows += [
        (f"#{d.name}", _format_pause(d, zone, now, texts))
        for d in digest.destinations
        if d.paused
    ]
    rows += [
        (
            s.called or s.name,
            hide_folders(source_state.describe_health(s, now, zone, texts).text, (s,)),
        )
        for s in digest.sources
    ]
    return FactTable(rows=tuple(rows))


async def _render_readers(
    context: CommandContext, workspace_id: int, texts: Texts
) -> list[Block]:
    """How much is open of what readers reported, and how many have a digest."""
    blocks: list[Block] = []
    still = await context.db.read(
        report_store.count_open_reports, workspace_id=workspace_id
    )
    if still:
        said = texts.count(
            "{n} report of a reader is open: /newsdesk reports",
            "{n} reports of readers are open: /newsdesk reports",
            still,
        )
        blocks.append(Paragraph(text=said))
    own = await context.db.read(
        personal_digest_store.count_personal_digests, workspace_id=workspace_id
    )
    if own:
        said = texts.count(
            "{n} reader has a digest of their own.",
            "{n} readers have a digest of their own.",
            own,
        )
        blocks.append(SmallPrint(text=said))
    return blocks


def _format_pause(place: Destination, zone: str, now: datetime, texts: Texts) -> str:
    """Why nothing is posted there, and when that is looked at again."""
    reason = texts.message(place.paused)
    if place.retest_at is None:
        return reason
    again = texts.say(
        "Next attempt: {when}.", when=texts.moment(place.retest_at, zone, now)
    )
    return f"{reason} {again}"


def _format_operation(delivery: Delivery, texts: Texts) -> str:
    """What was done to the message, where it was not posted."""
    match delivery.operation:
        case "edit":
            return texts.say("a correction")
        case "delete":
            return texts.say("taken back")
        case "post":
            return ""


def _render_delivery(
    delivery: Delivery, invocation: Invocation, context: CommandContext, texts: Texts
) -> ListItem:
    zone = invocation.place.workspace.zone
    when = delivery.claimed_at
    moment = texts.moment(when, zone, context.clock.now()) if when else ""
    return ListItem(
        title=f"#{delivery.channel}: {texts.word(delivery.state)}",
        text=texts.message(delivery.reason),
        note=" · ".join(filter(None, (moment, _format_operation(delivery, texts)))),
    )


#: Messages that are shown with their buttons at once.
MAX_HELD: Final = 4


async def render_held_messages(
    context: CommandContext, place: Location, texts: Texts
) -> tuple[list[Block], tuple[Control, ...]]:
    """Each held message of the workspace, and two buttons for it."""
    workspace_id = place.workspace.id
    found = await context.db.read(
        delivery_store.list_held_deliveries, workspace_id=workspace_id
    )
    if not found:
        return [], ()
    places = await context.db.read(
        destination_store.list_destinations, workspace_id=workspace_id
    )
    names = {one.id: one.name for one in places}
    blocks: list[Block] = [
        Paragraph(
            text=texts.count(
                "It is not known whether {n} message arrived. Please check the "
                "channel: if sent again, it may appear twice.",
                "It is not known whether {n} messages arrived. Please check the"
                " channels: if sent again, they may appear twice.",
                len(found),
            )
        )
    ]
    controls: list[Control] = []
    for number, one in enumerate(found[:MAX_HELD], 1):
        title = texts.say(
            "{number}. #{channel}, part {part}",
            number=number,
            channel=names.get(one.destination_id, one.channel),
            part=one.part,
        )
        blocks.append(ListItem(title=title, text=texts.message(one.reason)))
        again = context.controls.signed(workspace_id, "again", one.key)
        leave = context.controls.signed(workspace_id, "leave", one.key)
        which = f" ({number})" if len(found) > 1 else ""
        controls += [
            Control(id=again, label=texts.say("Send again") + which),
            Control(id=leave, label=texts.say("Leave it") + which),
        ]
    return blocks, tuple(controls)


async def apply_decision(
    context: CommandContext, asked: Invocation, texts: Texts
) -> Reply | None:
    """What a pressed button did; None where none was pressed.

    Raises:
        UserError: That message is not held any more.
    """
    again, leave = asked.args.get("again"), asked.args.get("leave")
    key = again or leave
    if not key:
        return None
    person = asked.person
    await context.db.write(
        send_failures.decide_held,
        workspace_id=asked.place.workspace.id,
        key=key,
        decision="again" if again else "leave",
        by=f"{person.name} ({person.id})",
        now=context.clock.now(),
    )
    context.wake()
    if again:
        said = texts.say("It is being sent again.")
    else:
        said = texts.say(
            "It is not sent again; the messages that waited for it are sent now."
        )
    return Reply(blocks=(Paragraph(text=said),))


STATE_SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}
#: What needs somebody comes first.
STATE_ORDER = {"problem": 0, "warning": 1, "ok": 2}
MAX_FINDINGS = 25


def build_doctor(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        found = await context.doctor.look_into(invocation.place.workspace, texts)
        ordered = sorted(found, key=lambda one: STATE_ORDER[one.state])
        digests = await context.archive.digests(invocation.place.workspace.id)
        known = [source for digest in digests for source in digest.sources]
        blocks: list[Block] = [
            _render_finding(one, known, texts) for one in ordered[:MAX_FINDINGS]
        ]
        if not found:
            nothing = texts.say(
                "Nothing is set up here yet. Start with /newsdesk setup."
            )
            blocks.append(Paragraph(text=nothing))
        bad = sum(one.state != "ok" for one in found)
        last = texts.count(
            "{n} problem needs attention", "{n} problems need attention", bad
        )
        return Reply(title=texts.say("Doctor"), blocks=(*blocks, SmallPrint(text=last)))

    return Command(
        path="newsdesk doctor",
        description="What is wrong here, and how to fix it",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk doctor",),
    )


def _render_finding(one: Finding, known: Sequence[Source], texts: Texts) -> ListItem:
    return ListItem(
        title=f"{STATE_SIGNS[one.state]} {one.subject}",
        text=hide_folders(texts.message(one.text), known),
        note=hide_folders(texts.message(one.fix), known),
    )
