"""`/newsdesk status, doctor`: what was posted, what comes next, what is wrong."""

from collections.abc import AsyncIterator
from typing import Final

from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.digest_pages import list_facts
from bot.commands.drafts import render_waiting
from bot.commands.presentation import (
    STATE_SIGNS,
    join_notes,
    render_finding,
    render_quotas,
)
from bot.commands.problems import load_problems, render_held, render_problems
from bot.configuration.diff import hide_folders
from bot.ingest import source_health
from bot.model import (
    Block,
    Delivery,
    Digest,
    FactTable,
    ListItem,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import digest_zone
from bot.storage import (
    delivery_store,
    personal_digest_store,
)

MAX_DELIVERIES: Final = 5
#: Problems that are shown with a button each.
MAX_PROBLEMS: Final = 25
MAX_FINDINGS: Final = 25
#: Digests that are shown, and sources of each, those with a problem first.
MAX_DIGESTS: Final = 20
MAX_SOURCES: Final = 25
#: Share of a quota from which on its use is shown.
SHOWN_SHARE: Final = 0.5


@command("newsdesk status", "What was posted, what comes next, what needs attention")
async def show_status(context: CommandContext) -> Reply:
    """Show held messages, each digest, reader activity, and the last deliveries."""
    held, controls = await render_held(context)
    found = await load_problems(context)
    blocks = [*held, *render_problems(context, found.without_held(), MAX_PROBLEMS)]
    blocks += await render_waiting(context)
    digests = await context.list_digests()
    for digest in digests[:MAX_DIGESTS]:
        rows = [row async for row in _list_digest_rows(context, digest)]
        blocks.append(FactTable(rows=tuple(rows)))
    if len(digests) > MAX_DIGESTS:
        more = len(digests) - MAX_DIGESTS
        blocks.append(context.small_print("… and {n} more: /newsdesk home", n=more))
    if not digests:
        blocks.append(
            context.say("No digest is set up here yet. /newsdesk setup makes one.")
        )
    blocks += [block async for block in _render_readers(context)]
    blocks += await render_quotas(context, SHOWN_SHARE)
    newest = delivery_store.list_newest_deliveries
    zones = {
        place.id: digest_zone(digest)
        for digest in digests
        for place in digest.destinations
    }
    for one in await context.query(newest, count=MAX_DELIVERIES):
        zone = zones.get(one.destination_id, context.zone)
        blocks.append(_render_delivery(context, one, zone))
    retention = context.services.retention
    kept = context.say(
        "Stored here: articles for {articles} days, editions with their corrections "
        "and resolved reports for {editions}, the history for {history}.",
        articles=retention.articles,
        editions=retention.editions,
        history=retention.history,
    )
    blocks.append(SmallPrint(text=f"Standfirst {context.services.version} · {kept}"))
    controls.append(context.button("Control panel", "home", ""))
    return context.reply(
        *blocks, title=context.say("Status"), controls=controls, in_place=True
    )


async def _list_digest_rows(
    context: CommandContext, digest: Digest
) -> AsyncIterator[tuple[str, str]]:
    yield context.say("Digest"), digest.name
    for row in await list_facts(context, digest):
        yield row
    at = (context.now, digest_zone(digest), context.texts)
    pages = await source_health.load_page_counts(
        context.db, digest.sources, context.now
    )
    known = [
        (one, source_health.describe_health(one, *at, pages.get(one.id)))
        for one in digest.sources
    ]
    states = list(STATE_SIGNS)
    known.sort(key=lambda pair: states.index(pair[1].state))
    for source, health in known[:MAX_SOURCES]:
        yield source.called or source.name, hide_folders(health.text, (source,))
    if len(known) > MAX_SOURCES:
        more = context.say("… and {n} more: /newsdesk home", n=len(known) - MAX_SOURCES)
        yield context.say("Sources"), more


async def _render_readers(context: CommandContext) -> AsyncIterator[Block | str]:
    """Render how many readers have their own digest."""
    own = await context.query(personal_digest_store.count_personal_digests)
    if own:
        said = context.count(
            "{n} reader has a digest of their own.",
            "{n} readers have a digest of their own.",
            own,
        )
        yield SmallPrint(text=said)


def _render_delivery(
    context: CommandContext, delivery: Delivery, zone: str
) -> ListItem:
    edit, delete = context.say("a correction"), context.say("taken back")
    operation = {"edit": edit, "delete": delete}.get(delivery.operation, "")
    return ListItem(
        title=f"#{delivery.channel}: {context.texts.word(delivery.state)}",
        text=context.message(delivery.reason),
        note=join_notes(context.format_moment(delivery.claimed_at, zone), operation),
    )


# ── the doctor ─────────────────────────────────────────────────────────────────


@command("newsdesk doctor", "What is wrong here, and how to fix it")
async def run_doctor(context: CommandContext) -> Reply:
    """Show the findings about this workspace, most urgent first."""
    doctor = context.services.doctor
    found = await doctor.examine_workspace(context.workspace, context.texts)
    states = list(STATE_SIGNS)
    ordered = sorted(found, key=lambda one: states.index(one.state))
    digests = await context.list_digests()
    known = [s for one in digests for s in one.sources if s.kind == "folder"]
    lines: list[Block | str] = [
        render_finding(context, one, known) for one in ordered[:MAX_FINDINGS]
    ]
    bad = sum(one.state != "ok" for one in found)
    last = context.count(
        "{n} problem needs attention", "{n} problems need attention", bad
    )
    if not found:
        lines = [context.say("Nothing is set up here yet. Start with /newsdesk setup.")]
    title = context.say("Doctor")
    back = context.button("Control panel", "home", "")
    return context.reply(
        *lines, SmallPrint(text=last), title=title, controls=[back], in_place=True
    )
