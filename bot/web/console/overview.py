"""The overview of a workspace: what needs attention, and every digest at a glance.

Before the first edition was posted it also is the checklist of the set-up, with a small
form for the first digest: it runs `/newsdesk setup`, which shows a preview before
anything is stored.
"""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from bot.commands.context import CommandContext
from bot.commands.panel import format_plan
from bot.commands.presentation import format_channels, format_occurrence
from bot.commands.problems import load_problems, render_problems
from bot.commands.setup import DEFAULT_NAME, DEFAULT_PACK
from bot.configuration import feed_lists
from bot.model import Digest, Workspace
from bot.storage import destination_store, edition_store, schedule_store
from bot.web.console.answers import view_blocks
from bot.web.console.visits import Console, Visit, page_route
from digests.language.normalization import parse_whole_number

#: Digests on one page, and problems that are shown with a button each.
PER_PAGE, MAX_PROBLEMS = 50, 25
_MAX_PAGE: Final = 10_000


def build_routes(console: Console) -> Sequence[Route]:
    """Build the route of the overview."""
    return (page_route(console, "", show_overview),)


async def show_overview(console: Console, visit: Visit) -> Response:
    """Show problems, the checklist while it is needed, and the digests."""
    context = console.open_context(visit)
    problems = await load_problems(context)
    digests = await context.list_digests()
    asked = visit.request.query_params.get("page", "1")
    pages = max(1, -(-len(digests) // PER_PAGE))
    number = min(max(parse_whole_number(asked, _MAX_PAGE) or 1, 1), pages)
    shown = digests[(number - 1) * PER_PAGE : number * PER_PAGE]
    newest = await context.query(edition_store.find_newest_edition_in)
    return console.page(
        visit,
        "overview.html",
        problems=view_blocks(
            render_problems(context, problems, MAX_PROBLEMS), visit.texts
        ),
        digests=[await _view_digest(context, one) for one in shown],
        heading=context.count("{n} digest", "{n} digests", len(digests)),
        page=number,
        pages=pages,
        checklist=None
        if newest is not None
        else await _build_checklist(console, context, digests),
        has_digest_pages=any(item.path == "/digests" for item in console.navigation),
    )


async def _view_digest(context: CommandContext, digest: Digest) -> dict[str, Any]:
    newest = schedule_store.list_newest_occurrences
    found = await context.query(newest, digest_id=digest.id, count=1)
    last = await format_occurrence(context, digest, found[0]) if found else ""
    return {
        "id": digest.id,
        "name": digest.name,
        "plan": format_plan(context, digest),
        "where": format_channels(digest.destinations),
        "last": last,
        "preview": context.control_id("preview", digest.name),
    }


async def _build_checklist(
    console: Console, context: CommandContext, digests: Sequence[Digest]
) -> dict[str, Any]:
    """Build the steps up to the first edition, and the form of the first digest."""
    workspace, texts = context.workspace, context.texts
    platform = console.services.publisher.platforms.get(workspace.platform)
    return {
        "steps": (
            (texts.say("The bot is connected"), platform is not None),
            (texts.say("A digest with its sources, time and channel"), bool(digests)),
            (texts.say("The first edition is posted"), False),
        ),
        "form": not digests,
        "first": digests[0] if digests else None,
        "post": context.control_id("home", f"d{digests[0].id}:post") if digests else "",
        "values": await suggest_digest(context, named=True),
    }


async def suggest_digest(context: CommandContext, *, named: bool) -> dict[str, str]:
    """Suggest what the form of a new digest begins with; a further one has no name."""
    workspace, packs = context.workspace, feed_lists.list_packs()
    places = await context.query(destination_store.list_destinations)
    return {
        "name": DEFAULT_NAME if named else "",
        "sources": DEFAULT_PACK if named and DEFAULT_PACK in packs else "",
        "schedule": f"weekdays at 8:30 {workspace.zone}",
        "channel": places[0].channel if places else _suggest_channel(workspace),
    }


def _suggest_channel(workspace: Workspace) -> str:
    """Suggest a channel: on the local page any word is one."""
    return "news" if workspace.is_local else ""
