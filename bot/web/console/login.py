"""Signing in and out, and choosing a workspace.

The owner of this machine signs in by a one-time address (`standfirst console`), or from
the local page, which only this machine reaches. The address is used up by a button, not
by opening it: programs that look at links would use it up otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.commands.workspace import resolve_workspace
from bot.errors import SendError
from bot.model import LOCAL_PLATFORM, Permission, Workspace
from bot.model.sign_in import ENTER_PATH, OWNER, ConsoleSession
from bot.storage import workspace_store
from bot.web.console.visits import (
    Console,
    build_workspace_address,
    choose_texts,
    is_own_path,
    lead_to,
)
from bot.web.request_bodies import read_form
from bot.web.security import CONSOLE_PREFIX

log = structlog.get_logger(__name__)

SIGN_IN_PATH: Final = f"{CONSOLE_PREFIX}/sign-in"
#: Outside of the console's paths, so that only this machine reaches it.
OPEN_PATH: Final = "/open-console"
#: Workspaces whose platform is asked about a person at the same time.
_ASKED_AT_ONCE: Final = 8

Endpoint = Callable[[Console, Request], Awaitable[Response]]


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes that need no workspace."""

    def route(path: str, handle: Endpoint, *methods: str) -> Route:
        async def endpoint(request: Request) -> Response:
            return await handle(console, request)

        return Route(path, endpoint, methods=list(methods))

    return (
        route(CONSOLE_PREFIX, show_start, "GET"),
        route(SIGN_IN_PATH, show_sign_in, "GET"),
        route(ENTER_PATH, show_link, "GET"),
        route(ENTER_PATH, use_link, "POST"),
        route(f"{CONSOLE_PREFIX}/sign-out", sign_out, "POST"),
        route(f"{CONSOLE_PREFIX}/sign-out-everywhere", sign_out_everywhere, "POST"),
        route(OPEN_PATH, open_for_owner, "POST"),
    )


# ── the start page ─────────────────────────────────────────────────────────────


async def show_start(console: Console, request: Request) -> Response:
    """Show the workspaces of a person; lead on where there is one."""
    session = await console.sessions.find(request)
    if session is None:
        return await console.ask_to_sign_in(request)
    found, unknown = await list_own_workspaces(console, session)
    chooses = "choose" in request.query_params
    if len(found) == 1 and not unknown and not chooses:
        return lead_to(request, build_workspace_address(found[0].id))
    return console.render(
        request,
        "start.html",
        choose_texts(request),
        workspaces=[
            (one.name, _get_title(console, one), build_workspace_address(one.id))
            for one in found
        ],
        unknown=unknown,
        session=session,
    )


def _get_title(console: Console, workspace: Workspace) -> str:
    plugin = console.services.plugins.get(workspace.platform)
    return workspace.platform if plugin is None else str(plugin.title)


async def list_own_workspaces(
    console: Console, session: ConsoleSession
) -> tuple[Sequence[Workspace], bool]:
    """List the workspaces that a person may edit now.

    Returns:
        Them, and whether a platform could not be asked about others.
    """
    identity = session.identity
    known = await console.services.db.read(workspace_store.list_workspaces)
    if identity.is_owner:
        return known, False
    named = frozenset(identity.workspaces)
    candidates = [
        one
        for one in known
        if one.platform == identity.platform and one.external_id in named
    ]
    limit = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def may_edit(workspace: Workspace) -> bool | None:
        async with limit:
            try:
                member = await console.members.find(identity, workspace)
            except SendError as error:
                log.warning("permission not known", reason=str(error))
                return None
        return member is not None and member.person.permission >= Permission.EDITOR

    states = await asyncio.gather(*map(may_edit, candidates))
    found = [one for one, may in zip(candidates, states, strict=True) if may]
    return found, None in states


# ── signing in ─────────────────────────────────────────────────────────────────


def read_next(request: Request) -> str:
    """Return where a login leads to: a path of the console."""
    wanted = request.query_params.get("next", "")
    return wanted if is_own_path(wanted) else CONSOLE_PREFIX


async def show_sign_in(console: Console, request: Request) -> Response:
    """Show the ways to sign in."""
    if await console.sessions.find(request) is not None:
        return lead_to(request, read_next(request))
    return console.render(
        request,
        "sign_in.html",
        choose_texts(request),
        sign_ins=console.sign_ins,
        next=read_next(request),
    )


async def show_link(console: Console, request: Request) -> Response:
    """Show the button that uses the owner's one-time address up."""
    session = await console.sessions.find(request)
    if session is not None and session.identity.is_owner:
        return lead_to(request, CONSOLE_PREFIX)
    key = request.query_params.get("key", "")
    return console.render(request, "enter.html", choose_texts(request), key=key)


async def use_link(console: Console, request: Request) -> Response:
    """Sign the owner in with a one-time address."""
    form = await read_form(request)
    if await console.sessions.use_link(str(form.get("key", ""))):
        return await _sign_owner_in(console, request)
    texts = choose_texts(request)
    return console.show_notice(
        request,
        texts.say("This address is no longer valid"),
        texts.say(
            "It works once, and for ten minutes. Run «standfirst console» on the "
            "machine of the bot for a new one."
        ),
        403,
    )


async def open_for_owner(console: Console, request: Request) -> Response:
    """Sign the owner in from the local page, which only this machine reaches."""
    if not request.state.is_direct:
        texts = choose_texts(request)
        return console.show_notice(
            request,
            texts.say("Only from this machine"),
            texts.say("Run «standfirst console» on the machine of the bot instead."),
            403,
        )
    return await _sign_owner_in(console, request)


async def _sign_owner_in(console: Console, request: Request) -> Response:
    services = console.services
    if not await services.db.read(workspace_store.list_workspaces):
        # So that the first digest can be made here.
        name = choose_texts(request).say("The local page")
        await resolve_workspace(services, LOCAL_PLATFORM, LOCAL_PLATFORM, name)
    response = RedirectResponse(CONSOLE_PREFIX, status_code=303)
    await console.sessions.begin(request, response, OWNER)
    return response


# ── signing out ────────────────────────────────────────────────────────────────


async def sign_out(console: Console, request: Request) -> Response:
    """End this session."""
    await console.sessions.end(request)
    return _show_signed_out(console, request)


async def sign_out_everywhere(console: Console, request: Request) -> Response:
    """End every session of this person, in all browsers."""
    session = await console.sessions.find(request)
    if session is not None:
        await console.sessions.end_everywhere(session.identity)
    return _show_signed_out(console, request)


def _show_signed_out(console: Console, request: Request) -> Response:
    response = RedirectResponse(SIGN_IN_PATH, status_code=303)
    console.sessions.forget_cookie(request, response)
    return response
