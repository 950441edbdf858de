"""Who may edit a workspace, and what they changed: access, audit log, revert.

Both are commands of the registry (`/newsdesk access`, `/newsdesk history`): their forms
are posted to `/answer`, which shows what would change before it is confirmed.
"""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from bot.commands.context import CommandContext
from bot.configuration import changes
from bot.configuration.change_steps import ConfigurationChange, format_grant
from bot.configuration.diff import format_step_title, list_differences, shorten_line
from bot.storage import workspace_store
from bot.web.console.visits import Console, Visit, page_route
from digests.language.normalization import parse_whole_number

#: Changes on one page, things of a change that are shown in full, and the oldest page.
PER_PAGE, MAX_STEPS = 20, 20
_MAX_PAGE: Final = 500


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes of both pages."""
    return (
        page_route(console, "/people", show_people),
        page_route(console, "/history", show_history),
    )


async def show_people(console: Console, visit: Visit) -> Response:
    """Show who was given access, with a button that takes it away."""
    context = console.open_context(visit)
    grants = await context.query(workspace_store.list_grants)
    plugin = console.services.plugins.get(visit.workspace.platform)
    people = {one.id: one.name for one in context.list_people()}
    return console.page(
        visit,
        "people.html",
        grants=[(format_grant(one), people.get(one.external_id, "")) for one in grants],
        may_grant=not visit.person.granted,
        has_roles=plugin is not None and plugin.ids is not None,
    )


async def show_history(console: Console, visit: Visit) -> Response:
    """Show what was changed, by whom, and a button that reverts it."""
    asked = visit.request.query_params.get("page", "1")
    number = min(max(parse_whole_number(asked, _MAX_PAGE) or 1, 1), _MAX_PAGE)
    context = console.open_context(visit)
    wanted = number * PER_PAGE
    stored = await context.db.read(changes.list_history, visit.workspace, wanted + 1)
    shown = stored[wanted - PER_PAGE : wanted]
    return console.page(
        visit,
        "history.html",
        changes=[_view_change(context, one) for one in shown],
        page=number,
        is_last=len(stored) <= wanted,
    )


def _view_change(
    context: CommandContext, change: ConfigurationChange
) -> dict[str, Any]:
    texts, person = context.texts, change.person
    return {
        "id": change.id,
        "who": texts.word(person) if change.by_operator else shorten_line(person),
        "when": context.format_moment(change.made_at),
        "at": change.made_at.isoformat(timespec="seconds") if change.made_at else "",
        "reverts": change.reverts or "",
        "steps": [
            (format_step_title(step, texts), list_differences(step, texts))
            for step in change.steps[:MAX_STEPS]
        ],
        "more": max(0, len(change.steps) - MAX_STEPS),
        # What was done to a draft is changed in the draft.
        "revert": ""
        if any(step.noun == "draft" for step in change.steps)
        else context.control_id("revert", change.id),
    }
