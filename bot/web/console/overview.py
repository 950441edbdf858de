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
from bot.commands.presentation import format_channels, format_outcome
from bot.commands.problems import load_problems, render_problems
from bot.commands.setup import DEFAULT_NAME, DEFAULT_PACK
from bot.configuration import feed_lists
from bot.model import Digest, Occurrence, Workspace
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
)
from bot.storage.delivery_store import PostCounts
from bot.web.console.answers import view_blocks
from bot.web.console.visits import Console, Visit, page_route
from digests.language.normalization import parse_whole_number
from digests.types import frozen

#: Digests on one page, and problems that are shown with a button each.
PER_PAGE, MAX_PROBLEMS = 25, 25
_MAX_PAGE: Final = 10_000


def build_routes(console: Console) -> Sequence[Route]:
    """Build the route of the overview."""
    return (page_route(console, "", show_overview),)


async def show_overview(console: Console, visit: Visit) -> Response:
    """Show problems, the checklist while it is needed, and the digests."""
    context = console.open_context(visit)
    problems = await load_problems(context)
    asked = parse_whole_number(visit.request.query_params.get("page", "1"), _MAX_PAGE)
    found = await context.query(_load_page, asked or 1)
    first = found.digests[0] if found.digests else None
    return console.page(
        visit,
        "overview.html",
        problems=view_blocks(
            render_problems(context, problems, MAX_PROBLEMS), visit.texts
        ),
        digests=[_view_digest(context, found, one) for one in found.digests],
        heading=context.count("{n} digest", "{n} digests", found.count),
        page=found.number,
        pages=found.pages,
        checklist=None
        if found.has_editions
        else await _build_checklist(console, context, first),
        has_digest_pages=any(item.path == "/digests" for item in console.navigation),
    )


@frozen
class _DigestList:
    """Some of the digests, with the last outcome of each, by the digest's key."""

    number: int
    pages: int
    #: All digests of the workspace.
    count: int
    digests: tuple[Digest, ...]
    last: dict[int, tuple[Occurrence, PostCounts]]
    #: Whether an edition was ever made here.
    has_editions: bool


def _load_page(conn: Connection, scope: Scope, asked: int) -> _DigestList:
    count = digest_store.count_digests(conn, scope)
    pages = max(1, -(-count // PER_PAGE))
    number = min(max(asked, 1), pages)
    offset = (number - 1) * PER_PAGE
    shown = digest_store.list_some_digests(conn, scope, offset=offset, count=PER_PAGE)
    occurrences = schedule_store.find_last_occurrences(
        conn, scope, [digest.id for digest in shown]
    )
    posts = delivery_store.count_posts_of(
        conn, scope, [occurrence.id for occurrence in occurrences.values()]
    )
    return _DigestList(
        number=number,
        pages=pages,
        count=count,
        digests=shown,
        last={key: (one, posts[one.id]) for key, one in occurrences.items()},
        has_editions=edition_store.has_editions(conn, scope),
    )


def _view_digest(
    context: CommandContext, page: _DigestList, digest: Digest
) -> dict[str, Any]:
    known = page.last.get(digest.id)
    return {
        "id": digest.id,
        "name": digest.name,
        "plan": format_plan(context, digest),
        "where": format_channels(digest.destinations),
        "last": format_outcome(context, digest, *known) if known else "",
        "preview": context.control_id("preview", digest.name),
    }


async def _build_checklist(
    console: Console, context: CommandContext, first: Digest | None
) -> dict[str, Any]:
    """Build the steps up to the first edition, and the form of the first digest."""
    workspace, texts = context.workspace, context.texts
    platform = console.services.publisher.platforms.get(workspace.platform)
    return {
        "steps": (
            (texts.say("The bot is connected"), platform is not None),
            (
                texts.say("A digest with its sources, time and channel"),
                first is not None,
            ),
            (texts.say("The first edition is posted"), False),
        ),
        "form": first is None,
        "first": first,
        "post": context.control_id("home", f"d{first.id}:post") if first else "",
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
