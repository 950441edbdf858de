"""Whether everything works: jobs and measurements in plain words, and the doctor.

The owner of this machine sees the whole installation. Editors see their workspace: what
concerns others, or the machine, is not theirs. The checks take seconds and ask sources
and platforms, so they run when somebody asks for them.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from bot.commands.context import CommandContext
from bot.commands.presentation import STATE_SIGNS, render_quotas
from bot.configuration.diff import hide_folders
from bot.model import Finding, JobName, JobStatus, Measurement, Source
from bot.storage import process_store, source_store
from bot.storage.measurements import list_measurements
from bot.web.console.visits import Console, Visit, page_route
from digests.messages import Message

#: What each job does, for people.
_JOBS: Final[dict[JobName, Message]] = {
    "publish": Message("composes what is due"),
    "deliver": Message("sends messages"),
    "poll": Message("reads sources"),
    "notify": Message("tells editors in private"),
    "maintain": Message("tidies up and looks for problems"),
}
#: Measurements that people ask about, in their words.
_MEASURED: Final[dict[str, Message]] = {
    "pending_deliveries": Message("Messages that wait"),
    "occurrences": Message("Editions that wait"),
    "schedule_delay_seconds": Message("Seconds that the earliest edition waits"),
    "poll_delay_seconds": Message("Seconds that the earliest source waits"),
    "sources": Message("Sources"),
    "workspaces": Message("Workspaces"),
    "destinations": Message("Channels"),
}
MAX_FINDINGS: Final = 200
#: Sign, state, subject, text and fix.
FindingView = tuple[str, str, str, str, str]


def build_routes(console: Console) -> Sequence[Route]:
    """Build the route of the page."""
    return (page_route(console, "/system", show_system),)


async def show_system(console: Console, visit: Visit) -> Response:
    """Show how the system does; with `check`, what the doctor finds."""
    context = console.open_context(visit)
    is_owner = visit.session.identity.is_owner
    now = context.now
    measured: Sequence[Measurement] = ()
    jobs: Sequence[JobStatus] = ()
    if is_owner:
        jobs = await context.db.read(process_store.list_job_statuses)
        measured = await context.db.read(list_measurements, now=now)
    asked = "check" in visit.request.query_params
    findings = await _examine(context, is_owner=is_owner) if asked else None
    return console.page(
        visit,
        "system.html",
        version=console.services.version,
        is_owner=is_owner,
        jobs=[_view_job(context, one) for one in jobs],
        measured=list(_view_measurements(context, measured)),
        quotas=[one.text for one in await render_quotas(context, 0.0)],
        findings=findings,
        summary=_summarize(context, findings or ()),
    )


def _summarize(context: CommandContext, findings: Sequence[FindingView]) -> str:
    """Say how many findings need attention; "" if none does."""
    wrong = sum(state != "ok" for _, state, *_ in findings)
    if not wrong:
        return ""
    return context.count(
        "{n} thing needs attention.", "{n} things need attention.", wrong
    )


async def _examine(context: CommandContext, *, is_owner: bool) -> list[FindingView]:
    """Run the checks; return sign, state, subject, text and fix of each finding."""
    doctor = context.services.doctor
    if is_owner:
        found: Sequence[Finding] = await doctor.examine()
        folders: Sequence[Source] = ()
    else:
        found = await doctor.examine_workspace(context.workspace, context.texts)
        folders = await context.query(source_store.list_sources)
    order = list(STATE_SIGNS)
    found = sorted(found, key=lambda one: -order.index(one.state))[:MAX_FINDINGS]
    return [
        (
            STATE_SIGNS[one.state],
            one.state,
            one.subject,
            hide_folders(context.message(one.text), folders),
            hide_folders(context.message(one.fix), folders),
        )
        for one in found
    ]


def _view_job(context: CommandContext, one: JobStatus) -> tuple[str, str, str, str]:
    last = context.format_moment(one.last_run) or context.say("not yet")
    failed = ""
    if one.failures:
        failed = context.count(
            "failed {n} time in a row; the log says why",
            "failed {n} times in a row; the log says why",
            one.failures,
        )
    what = context.message(_JOBS[one.name])
    return what, last, context.format_moment(one.next_run), failed


def _view_measurements(
    context: CommandContext, measured: Sequence[Measurement]
) -> Iterator[tuple[str, str]]:
    for one in measured:
        label = _MEASURED.get(one.name)
        if label is None:
            continue
        values = [
            f"{context.texts.number(round(number))} {context.texts.word(name)}".strip()
            for name, number in one.values.items()
            if number or not name
        ]
        yield context.message(label), ", ".join(values) or "0"
