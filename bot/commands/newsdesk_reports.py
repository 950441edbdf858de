"""/newsdesk reports: errors that readers found; settled with an answer for them."""

from bot import outbox
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.errors import UnknownName, UserError
from bot.storage import reports
from bot.storage.reports import Report
from bot.texts import Texts
from bot.types import (
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)

#: Reports that are listed, and characters of an answer.
SHOWN, LONGEST = 15, 500


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        settled = invocation.args.get("settle", "").strip()
        if settled:
            return await _settle(desk, invocation, settled, texts)
        return await _listed(desk, invocation, texts)

    return Command(
        path="newsdesk reports",
        description="Errors that readers reported; settle them",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="settle",
                description="The id of a report that is settled",
                completes="report",
            ),
            Option(name="answer", description="What its reader is answered", rest=True),
        ),
        examples=(
            "/newsdesk reports",
            "/newsdesk reports r-7k3m9q Thank you, the day is right now.",
        ),
    )


async def _listed(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    here = {"workspace_id": invocation.place.workspace.id}
    count = await desk.db.read(reports.count_open, **here)
    found = await desk.db.read(reports.open_in, **here, limit=SHOWN)
    title = texts.say("Reports from readers")
    if not found:
        nothing = texts.say("No report is open.")
        return Reply(title=title, blocks=(Paragraph(text=nothing),))
    zone = invocation.place.workspace.zone
    lines = tuple(_line(desk, report, zone, texts) for report in found)
    how = texts.say(
        "Settle one: /newsdesk reports {id} your answer", id=found[0].public_id
    )
    if count > len(found):
        how += " · " + texts.say("{n} more are open", n=count - len(found))
    return Reply(title=title, blocks=(*lines, Small(text=how)))


def _line(desk: Desk, report: Report, zone: str, texts: Texts) -> Line:
    when = texts.moment(report.made_at, zone, desk.clock.now())
    parts = (report.public_id, report.story, report.person_name[:40], when)
    return Line(title=report.headline, text=report.text, note=" · ".join(parts))


async def _settle(
    desk: Desk, invocation: Invocation, public_id: str, texts: Texts
) -> Reply:
    answer = invocation.args.get("answer", "").strip()
    if len(answer) > LONGEST:
        raise UserError(
            texts.say("That is too long: at most {most} characters.", most=LONGEST)
        )
    person = invocation.person
    done = await desk.db.write(
        outbox.settle,
        workspace_id=invocation.place.workspace.id,
        public_id=public_id,
        by=f"{person.name} ({person.id})",
        answer=answer,
        now=desk.clock.now(),
    )
    if done is None:
        raise UnknownName(
            texts.say("There is no open report {id} here.", id=public_id[:20])
        )
    said = texts.say(
        "Settled: {id}. Its reader is told by private message, or with their next "
        "command; it is kept for {days} days.",
        id=done.public_id,
        days=desk.retention.editions,
    )
    return Reply(blocks=(Paragraph(text=said), Line(title=done.headline, text=answer)))
