"""What needs an editor: each problem with the button that deals with it.

Sources that are gone, channels that refuse messages, messages that may not have arrived
and reports of readers stand first in the panel and in `/newsdesk status`. Buttons only
show what would be done, or ask; a decision is signed, and taken once.
"""

from dataclasses import replace
from typing import Final, Self

from bot.commands.context import CommandContext
from bot.commands.panel import Answers, back_button, build_form, build_page, run_form
from bot.commands.presentation import STATE_SIGNS, join_notes
from bot.configuration.diff import hide_folders
from bot.delivery import attempts
from bot.delivery.attempts import HeldDecision
from bot.delivery.private_notices import resolve_report
from bot.errors import UnknownName
from bot.model import (
    Block,
    Control,
    Form,
    FormField,
    ListItem,
    Reply,
)
from bot.operations.incidents import Incident, list_workspace_problems
from bot.storage import delivery_store, report_store
from bot.storage.report_store import Report
from digests.types import frozen

#: Problems that the overview and the status show; a page of all of them has more.
MAX_FIRST: Final = 4
#: Problems, and reports of readers, that their page shows.
MAX_PROBLEMS, MAX_REPORTS = 10, 10
#: Held messages that are shown with their buttons at once.
MAX_HELD: Final = 4
MAX_ANSWER: Final = 500


@frozen
class OpenProblems:
    """The problems of a workspace, and the oldest open reports of its readers."""

    incidents: tuple[Incident, ...]
    reports: tuple[Report, ...]
    #: How many reports are open.
    open_reports: int

    def without_held(self) -> Self:
        """Return the problems that are no messages which wait for a decision."""
        others = tuple(one for one in self.incidents if not one.delivery)
        return replace(self, incidents=others)

    @property
    def total(self) -> int:
        """How many there are in all."""
        return len(self.incidents) + self.open_reports


async def load_problems(context: CommandContext) -> OpenProblems:
    """Load what needs an editor of this workspace."""
    incidents = await context.query(list_workspace_problems, now=context.now)
    count = await context.query(report_store.count_open_reports)
    reports = await context.query(report_store.list_open_reports, limit=MAX_REPORTS)
    return OpenProblems(incidents=incidents, reports=reports, open_reports=count)


def render_problems(
    context: CommandContext, found: OpenProblems, most: int
) -> list[Block]:
    """Render the first problems, and how many there are besides.

    Args:
        context: The call.
        found: The problems.
        most: How many; of more, a button leads to all.
    """
    items = [
        *(_render_incident(context, one) for one in found.incidents[:most]),
        *(_render_report(context, one) for one in found.reports[:most]),
    ]
    blocks: list[Block] = [*items[:most]]
    more = found.total - len(blocks)
    if more:
        title = context.say("… and {n} more", n=more)
        every = context.button("All problems", "home", "problems")
        blocks.append(
            ListItem(title=title, control=every if most < MAX_PROBLEMS else None)
        )
    return blocks


def _render_incident(context: CommandContext, one: Incident) -> ListItem:
    kind, _, key = one.subject.partition("/")
    sources = [one.source] if one.source is not None else []
    text = hide_folders(context.message(one.text), sources)
    sign, fix = STATE_SIGNS["problem"], context.message(one.fix)
    match kind:
        case "source" if one.source is not None:
            page = f"d{one.digest_id}:source:{key}"
            control = context.button("Open the source", "home", page)
            title, fix = one.name, ""
        case "destination":
            title = f"#{one.name}"
            control = context.button("Post there again", "home", f"p{key}:resume")
        case "delivery":
            title, fix = f"#{one.name}", ""
            control = context.button("Decide", "home", "held")
        case _:
            title = one.workspace.name
            control = context.button("Doctor", "doctor")
    return ListItem(title=f"{sign} {title}", text=text, note=fix, control=control)


def _render_report(context: CommandContext, one: Report) -> ListItem:
    note = join_notes(
        one.public_id, one.person_name[:40], context.format_moment(one.made_at)
    )
    return ListItem(
        title=context.say("! A reader reports: {headline}", headline=one.headline),
        text=one.text,
        note=note,
        control=context.button("Answer the report", "home", f"report:{one.public_id}"),
    )


async def show_problems(context: CommandContext, _: str) -> Reply:
    """Show all problems, as many as a page holds."""
    found = await load_problems(context)
    blocks: list[Block | str] = [*render_problems(context, found, MAX_PROBLEMS)]
    nothing = context.say("Nothing needs attention.")
    title = context.say("What needs attention")
    return build_page(context, title, blocks or [nothing], [back_button(context)])


# ── held messages ──────────────────────────────────────────────────────────────


async def show_held(context: CommandContext, _: str) -> Reply:
    """Show each message that may or may not have arrived, with two buttons."""
    blocks, controls = await render_held(context)
    controls.append(back_button(context))
    nothing = context.say("No message waits for a decision.")
    title = context.say("Messages that wait for a decision")
    return build_page(context, title, blocks or [nothing], controls)


async def render_held(
    context: CommandContext,
) -> tuple[list[Block | str], list[Control]]:
    """Render each message that may or may not have arrived, with two buttons."""
    found = await context.query(delivery_store.list_held_deliveries)
    if not found:
        return [], []
    names = {place.id: place.name for place in await context.list_destinations()}
    said = context.count(
        "It is unclear whether {n} message arrived. Please look into the channel: "
        "sent again, it may appear there twice.",
        "It is unclear whether {n} messages arrived. Please look into the channels: "
        "sent again, they may appear there twice.",
        len(found),
    )
    blocks: list[Block | str] = [said]
    controls: list[Control] = []
    for number, one in enumerate(found[:MAX_HELD], 1):
        title = context.say(
            "{number}. #{channel}, part {part}",
            number=number,
            channel=names.get(one.destination_id, one.channel),
            part=one.part,
        )
        blocks.append(ListItem(title=title, text=context.message(one.reason)))
        again = context.button("Send again", "again", one.key)
        leave = context.button("Leave it", "leave", one.key)
        which = f" ({number})" if len(found) > 1 else ""
        pair = (again, leave)
        controls += [replace(button, label=button.label + which) for button in pair]
    return blocks, controls


async def send_again(context: CommandContext, key: str) -> Reply:
    """Send the held message again."""
    said = context.say("It is being sent again.")
    return await _decide(context, key, "again", said)


async def leave_held(context: CommandContext, key: str) -> Reply:
    """Treat the held message as delivered."""
    said = context.say("It is not sent again; the messages after it are sent.")
    return await _decide(context, key, "leave", said)


async def _decide(
    context: CommandContext, key: str, decision: HeldDecision, said: str
) -> Reply:
    """Decide what happens to a held message.

    Raises:
        UserError: The message is not held any more.
    """
    await context.db.write(
        attempts.decide_held,
        context.scope,
        key=key,
        decision=decision,
        by=context.signature,
        now=context.now,
    )
    context.services.wake()
    return build_page(context, "", [said], [back_button(context)])


# ── reports of readers ─────────────────────────────────────────────────────────


async def show_reports(context: CommandContext, _: str) -> Reply:
    """Show the open reports of readers, the oldest first."""
    found = await load_problems(context)
    blocks: list[Block | str] = [_render_report(context, one) for one in found.reports]
    more = found.open_reports - len(found.reports)
    if more:
        blocks.append(context.small_print("{n} more are open", n=more))
    nothing = context.say("No report is open.")
    title = context.say("Reports from readers")
    return build_page(context, title, blocks or [nothing], [back_button(context)])


async def answer_report(context: CommandContext, public_id: str) -> Reply | Form:
    """Ask for the answer to a report; with it, resolve the report.

    Raises:
        UnknownName: It is not open any more.
    """
    report = await context.query(report_store.find_open_report, public_id=public_id)
    if report is None:
        raise UnknownName("There is no open report {id} here.", id=public_id[:20])

    async def resolve(given: Answers) -> Reply:
        done = await context.db.write(
            resolve_report,
            context.scope,
            public_id=public_id,
            by=context.signature,
            answer=given["answer"],
            now=context.now,
        )
        if done is None:
            raise UnknownName("There is no open report {id} here.", id=public_id[:20])
        said = context.say(
            "Settled: {id}. Its reader gets a private message, or sees it with their "
            "next command; the report is kept for {days} days.",
            id=done.public_id,
            days=context.services.retention.editions,
        )
        line = ListItem(title=done.headline, text=given["answer"])
        return build_page(context, "", [said, line], [back_button(context)])

    asked = FormField(
        name="answer",
        label=context.say("Answer to the reader"),
        description=report.text[:100],
        required=False,
        lines=True,
    )
    title = context.say("Resolve {id}", id=public_id)
    form = build_form(context, f"report:{public_id}", title, [asked])
    return await run_form(context, form, resolve)
