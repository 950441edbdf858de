"""The local page's HTTP routes: channels, commands, controls, live updates.

The routes are served by `bot.web.server`, which provides `/static/base.css` and
`request.state.csrf`, the token that every form sends back. Everything works without
JavaScript; with it, answers come as fragments and messages arrive live. Permissions are
checked by the core. The cookies are a convenience for the reader's own browser: they
are untrusted input and grant nothing.

Every value in a template is sanitized, then escaped by Jinja.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from jinja2 import Environment
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.i18n.safe_text import build_environment, sanitize_text
from bot.i18n.translation import Texts, negotiate_locale
from bot.model import (
    Command,
    Destination,
    LocalMessage,
    Location,
    Permission,
    Reply,
    Workspace,
)
from bot.model.previews import PreviewFrame
from bot.model.scope import MAX_KEY
from bot.platforms.common.reply_html import TemplateData
from bot.platforms.local import commands, limits, live_updates
from bot.platforms.local.commands import ANSWER_FIELD_PREFIX, CommandAnswer, PageVisitor
from bot.platforms.local.platform import (
    PEOPLE,
    PERSON_COOKIE,
    ROLE_NAMES,
    LocalPlatform,
    get_person,
)
from bot.platforms.local.render import (
    PICTURES_PATH,
    leave_out_pictures,
    list_pictures,
)
from bot.platforms.local.replies import (
    build_message_view,
    build_reply_view,
)
from bot.ports import Clock, PageServices
from digests.language.normalization import parse_whole_number
from digests.types import frozen

#: The banner for a bot that has no other platform.
NO_TOKENS_NOTICE: Final = (
    "Running without tokens: editions are posted to this page only."
)
#: Sent by the page's script, which needs only the answer, not a whole page.
FRAGMENT_HEADER: Final = "x-standfirst-fragment"
_EXAMPLES: Final = 4
#: What a picture shows is part of its address.
PICTURE_HEADERS: Final = {"cache-control": "private, max-age=31536000, immutable"}
SEEN_COOKIE: Final = "standfirst_seen"
_MAX_SEEN_CHANNELS: Final = 100
#: Seconds for which the choice of a person is kept.
_YEAR: Final = 365 * 86_400
_FOLDER: Final = Path(__file__).parent
STATIC: Final = _FOLDER / "static"
TEMPLATES: Final = _FOLDER / "templates"


def build_page_routes(
    platform: LocalPlatform,
    services: PageServices,
    clock: Clock,
    notice: str = NO_TOKENS_NOTICE,
) -> list[BaseRoute]:
    """Build the page's routes.

    Args:
        platform: Its hub announces changes; its inbox takes commands.
        services: The messages, the channels, and what is paused at present.
        clock: For the time of an answer.
        notice: A sentence in the banner; "" shows none.
    """
    templates = build_environment(TEMPLATES)
    templates.globals["views"] = services.views.titles if services.views else {}
    site = _Site(
        platform=platform,
        services=services,
        clock=clock,
        notice=notice,
        templates=templates,
    )

    def route(path: str, handler: _Handler, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            return await handler(await _open_page(site, request))

        return Route(path, endpoint, methods=[method])

    return [
        route("/", _show_page),
        route("/c/{channel}", _show_page),
        route("/e/{edition}", partial(_show_lookup, "news latest")),
        route("/e/{edition}/as/{platform}", _show_view),
        route("/s/{story}", partial(_show_lookup, "news story")),
        route("/previews.css", _send_preview_styles),
        route(f"{PICTURES_PATH}/{{picture}}.png", _show_picture),
        route("/events", _stream_events),
        route("/complete", _complete),
        route("/command", _run_command, "POST"),
        route("/control", _run_command, "POST"),
        route("/person", _change_person, "POST"),
        Mount("/local", StaticFiles(directory=STATIC)),
    ]


@frozen
class _Site:
    """What the routes use, for the lifetime of the process."""

    platform: LocalPlatform
    services: PageServices
    clock: Clock
    notice: str
    templates: Environment


@frozen
class _Page:
    """One request: its visitor and its channel."""

    site: _Site
    request: Request
    #: Values of the path, the query and the posted form.
    fields: Mapping[str, str]
    channels: tuple[Destination, ...]
    channel: Destination | None
    visitor: PageVisitor

    @property
    def texts(self) -> Texts:
        return self.visitor.texts

    @property
    def workspace(self) -> Workspace:
        return self.visitor.place.workspace

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that the visitor may use."""
        inbox, may = self.visitor.inbox, self.visitor.person.permission
        return (
            tuple(c for c in inbox.typed_commands if c.permission <= may)
            if inbox
            else ()
        )

    def render_html(self, template: str, **more: Any) -> str:
        """Render a template with the values that all templates use, and `more`."""
        context = {
            "csrf": self.request.state.csrf,
            "event": commands.create_event_id(),
            "texts": self.texts,
            "workspace": self.workspace,
            "channels": self.channels,
            "channel": self.channel,
            "here": self.visitor.place.channel or "",
            "path": _build_channel_path(self.channel),
            "person": self.visitor.person,
            "roles": ROLE_NAMES,
        }
        return self.site.templates.get_template(template).render(context | more)

    def view_message(self, message: LocalMessage) -> TemplateData:
        now, zone = self.site.clock.now(), self.workspace.zone
        return build_message_view(message, self.texts, zone, now)

    def render_message(self, message: LocalMessage) -> dict[str, Any]:
        """Render a message for the live stream."""
        view = self.view_message(message)
        return {
            "id": view["id"],
            "version": view["version"],
            "html": self.render_html("message.html", message=view),
            "summary": sanitize_text(view["summary"]),
        }

    def view_answer(self, answer: CommandAnswer) -> dict[str, Any]:
        outcome, zone = answer.outcome, self.workspace.zone
        texts = self.texts.chosen(outcome.locale)
        reply = None
        if isinstance(outcome, Reply):
            reply = build_reply_view(outcome, texts, zone)
        return {
            "asked": answer.asked,
            "at": self.texts.time(self.site.clock.now(), zone),
            "form": outcome if reply is None else None,
            "reply": reply,
            "texts": texts,
        }

    async def list_messages(self) -> tuple[LocalMessage, ...]:
        """List the newest messages of the channel that is shown, oldest first."""
        if self.channel is None:
            return ()
        services, shown = self.site.services, self.channel.channel
        found = await services.mailbox.newest(
            self.workspace.id, shown, count=limits.MESSAGES
        )
        return await _leave_out_pictures(services, found)


_Handler = Callable[[_Page], Awaitable[Response]]


async def _open_page(site: _Site, request: Request) -> _Page:
    """Load what every handler needs; 404 for an unknown channel."""
    fields = {**request.query_params, **request.path_params}
    if request.method == "POST":
        form = await request.form()
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
    person = get_person(request.cookies)
    workspace, channels = await site.services.list_channels(person.id)
    own_name = Texts.of(workspace.locale).say("only you")
    channels = tuple(replace(c, name=own_name) if c.person else c for c in channels)
    name = fields.get("channel")
    channel = _find_channel(channels, name)
    if channel is None and name:
        raise HTTPException(404)
    asked = request.headers.get("accept-language")
    place = Location(workspace=workspace, channel=channel.channel if channel else None)
    visitor = PageVisitor(
        person=person,
        place=place,
        texts=Texts.of(negotiate_locale(asked, workspace.locale)),
        inbox=site.platform.inbox,
    )
    return _Page(
        site=site,
        request=request,
        fields=fields,
        channels=channels,
        channel=channel,
        visitor=visitor,
    )


# ── handlers ───────────────────────────────────────────────────────────────────


async def _run_command(page: _Page) -> Response:
    """Run a typed command, a submitted form, or a pressed button or choice."""
    answer = await commands.run_request(page.visitor, page.fields)
    if FRAGMENT_HEADER not in page.request.headers:
        return await _show_page(page, answer)
    return HTMLResponse(await asyncio.to_thread(_render_answer, page, answer))


def _render_answer(page: _Page, answer: CommandAnswer) -> str:
    return page.render_html("answer.html", **page.view_answer(answer))


async def _change_person(page: _Page) -> Response:
    """Switch the page to another person."""
    stays = page.channel if page.channel and not page.channel.person else None
    response = RedirectResponse(_build_channel_path(stays), status_code=303)
    chosen = page.fields.get("person", "")
    if chosen in PEOPLE:
        response.set_cookie(
            PERSON_COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="strict"
        )
    return response


async def _show_picture(page: _Page) -> Response:
    """Send a picture that a message of the workspace shows."""
    wanted, scope = page.fields["picture"], page.workspace.scope
    for found in await page.site.services.load_pictures(scope, [wanted]):
        return Response(found.content, media_type="image/png", headers=PICTURE_HEADERS)
    raise HTTPException(404)


async def _stream_events(page: _Page) -> Response:
    """Stream the live updates of one channel."""
    last = page.request.headers.get("last-event-id") or page.fields.get("after", "")
    stream = live_updates.LiveStream(
        workspace_id=page.workspace.id,
        channel=page.visitor.place.channel or "",
        after=_parse_number(last, 0),
        show=page.render_message,
    )
    hub, mailbox = page.site.platform.hub, page.site.services.mailbox
    return EventSourceResponse(live_updates.stream_updates(hub, mailbox, stream))


async def _complete(page: _Page) -> Response:
    """Complete a line: {start, end, items: [{insert, label, note}]}."""
    line = page.fields.get("line", "")
    caret = _parse_number(page.fields.get("caret", ""), len(line))
    found = await commands.complete_for(page.visitor, line, caret, page.commands)
    items = [
        {
            "insert": item.insert,
            "label": sanitize_text(item.label),
            "note": sanitize_text(page.texts.word(item.note)),
        }
        for item in found.items
    ]
    return JSONResponse({"start": found.start, "end": found.end, "items": items})


async def _show_lookup(path: str, page: _Page) -> Response:
    """Show the answer of a read-only command, at a permanent URL."""
    asked = page.request.path_params.items()
    answers = {f"{ANSWER_FIELD_PREFIX}{name}": value for name, value in asked}
    answer = await commands.run_request(page.visitor, {"path": path, **answers})
    response = await _show_page(page, answer)
    if isinstance(answer.outcome, Reply) and answer.outcome.problem:
        response.status_code = 404
    return response


async def _show_view(page: _Page) -> Response:
    """Show an edition as the messages that another platform would get of it."""
    views, fields = page.site.services.views, page.fields
    zone, texts = page.workspace.zone, page.texts
    shown = views and await views.show(
        page.workspace.scope,
        fields["edition"],
        person_id=page.visitor.person.id,
        platform=fields["platform"],
        build_frame=lambda made_at: PreviewFrame(
            time=texts.time(made_at, zone),
            locate_picture=lambda hash: f"{PICTURES_PATH}/{hash}.png",
        ),
    )
    if not shown:
        raise HTTPException(404)
    html = await asyncio.to_thread(
        page.render_html, "view.html", messages=shown, **fields
    )
    return HTMLResponse(html)


async def _send_preview_styles(page: _Page) -> Response:
    """Send the styles in which other platforms show messages."""
    views = page.site.services.views
    styles = await asyncio.to_thread(lambda: views.styles if views else "")
    return Response(styles, media_type="text/css")


async def _show_page(page: _Page, answer: CommandAnswer | None = None) -> Response:
    """Show a channel with its messages; the first one at `/`."""
    shown, site = page.channel, page.site
    is_editor = page.visitor.person.permission >= Permission.EDITOR
    messages, newest_ids, tries = await asyncio.gather(
        page.list_messages(),
        site.services.mailbox.newest_ids(page.workspace.id),
        commands.list_tries(page.visitor),
    )
    problems = await site.services.list_problems() if is_editor else ()
    newest = {c.channel: newest_ids.get(c.channel, 0) for c in page.channels}
    seen = parse_seen_cookie(page.request.cookies)
    if shown is not None:
        newest[shown.channel] = messages[-1].id if messages else 0
        seen[shown.channel] = newest[shown.channel]
    is_demo = is_editor and site.services.is_demo
    unread = {of for of, last in newest.items() if last > seen.get(of, 0)}

    def render() -> str:
        return page.render_html(
            "page.html",
            notice=page.texts.word(site.notice),
            troubles=list(map(page.texts.message, problems)),
            messages=list(map(page.view_message, messages)),
            unread=unread,
            newest=messages[-1].id if messages else 0,
            tries=tries[:_EXAMPLES],
            people=PEOPLE.values(),
            answered=page.view_answer(answer) if answer else None,
            opens_console=site.services.has_console and is_editor,
            is_demo=is_demo,
            # On its first page.
            has_tour=is_demo and shown in page.channels[:1],
        )

    # In a thread: fifty editions take longer than others may wait for the event loop.
    response = HTMLResponse(await asyncio.to_thread(render))
    response.set_cookie(SEEN_COOKIE, format_seen_cookie(seen), samesite="strict")
    return response


async def _leave_out_pictures(
    services: PageServices, messages: Sequence[LocalMessage]
) -> tuple[LocalMessage, ...]:
    """Remove the pictures that are no longer stored; their words are shown anyway."""
    hashes = {one for message in messages for one in list_pictures(message.payload)}
    stored = await services.find_stored_pictures(hashes) if hashes else ()
    gone = hashes.difference(stored)
    if not gone:
        return tuple(messages)
    return tuple(
        replace(message, payload=leave_out_pictures(message.payload, gone))
        for message in messages
    )


# ── values of requests ─────────────────────────────────────────────────────────


def _parse_number(text: str, default: int) -> int:
    """Parse an id or position; the default for anything else."""
    number = parse_whole_number(text, MAX_KEY)
    return default if number is None else number


def _find_channel(
    channels: tuple[Destination, ...], name: str | None
) -> Destination | None:
    """Find the channel of that id or name; the first one where none is named."""
    by_id = [c for c in channels if not name or c.channel == name]
    by_name = (c for c in channels if c.name == name)
    return next(iter(by_id), next(by_name, None))


def _build_channel_path(channel: Destination | None) -> str:
    return f"/c/{quote(channel.channel, safe='')}" if channel else "/"


def parse_seen_cookie(cookies: Mapping[str, str]) -> dict[str, int]:
    """Parse the cookie: channel → id of the newest message seen there."""
    raw = unquote(cookies.get(SEEN_COOKIE, "")[:3_000])
    try:
        pairs = parse_qsl(raw, max_num_fields=_MAX_SEEN_CHANNELS)
    except ValueError:
        return {}
    return {channel: _parse_number(newest, 0) for channel, newest in pairs}


def format_seen_cookie(seen: Mapping[str, int]) -> str:
    """Format the cookie's value; the page's script writes the same format."""
    return quote(urlencode(dict(list(seen.items())[-_MAX_SEEN_CHANNELS:])), safe="")
