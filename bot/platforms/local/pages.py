"""The local page's HTTP routes: channels, commands, controls, live updates.

The routes are served by `bot.web.server`, which provides `/static/base.css` and
`request.state.csrf`, the token that every form sends back. Everything works without
JavaScript; with it, answers come as fragments and messages arrive live. Permissions are
checked by the core. The cookies are a convenience for the reader's own browser: they
are untrusted input and grant nothing.

Every value in a template is sanitized, then escaped by Jinja.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
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
    Form,
    LocalMessage,
    Location,
    Permission,
    Reply,
    Workspace,
)
from bot.platforms.common.typed_commands import format_example
from bot.platforms.local import commands, limits, live_updates, replies
from bot.platforms.local.commands import ANSWER_FIELD_PREFIX, CommandAnswer, PageVisitor
from bot.platforms.local.platform import (
    PEOPLE,
    PERSON_COOKIE,
    ROLE_NAMES,
    LocalPlatform,
    get_person,
)
from bot.ports import Clock, Mailbox
from digests.messages import Message

#: Person → the local workspace and its channels; the last one may be the person's own.
ListChannels = Callable[[str], Awaitable[tuple[Workspace, tuple[Destination, ...]]]]

#: What is paused at present, in sentences for editors.
ListProblems = Callable[[], Awaitable[tuple[Message, ...]]]

#: The banner for a bot that has no other platform.
NO_TOKENS_NOTICE: Final = (
    "Running without tokens: editions are posted to this page only."
)
#: Sent by the page's script, which needs only the answer, not a whole page.
FRAGMENT_HEADER: Final = "x-standfirst-fragment"
_EXAMPLES: Final = 4
SEEN_COOKIE: Final = "standfirst_seen"
_MAX_SEEN_CHANNELS: Final = 100
_FOLDER: Final = Path(__file__).parent
STATIC: Final = _FOLDER / "static"
TEMPLATES: Final = _FOLDER / "templates"


async def _list_no_problems() -> tuple[Message, ...]:
    return ()


def build_page_routes(
    *,
    platform: LocalPlatform,
    mailbox: Mailbox,
    clock: Clock,
    list_channels: ListChannels,
    list_problems: ListProblems = _list_no_problems,
    notice: str = NO_TOKENS_NOTICE,
) -> list[BaseRoute]:
    """Build the page's routes.

    Args:
        platform: Its hub announces changes; its inbox takes commands.
        mailbox: The messages.
        clock: For the time of an answer.
        list_channels: The local workspace and its channels.
        list_problems: What is paused at present; shown to editors only.
        notice: A sentence in the banner; "" shows none.
    """
    services = _Services(
        platform=platform,
        mailbox=mailbox,
        clock=clock,
        list_channels=list_channels,
        list_problems=list_problems,
        notice=notice,
        templates=build_environment(TEMPLATES),
    )

    def route(path: str, handler: _Handler, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            return await handler(await _open_page(services, request))

        return Route(path, endpoint, methods=[method])

    return [
        route("/", _show_channel),
        route("/c/{channel}", _show_channel),
        route("/e/{edition}", _show_edition),
        route("/s/{story}", _show_story),
        route("/events", _stream_events),
        route("/complete", _complete),
        route("/command", _run_command, "POST"),
        route("/control", _run_command, "POST"),
        route("/person", _change_person, "POST"),
        Mount("/local", StaticFiles(directory=STATIC)),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Services:
    """Services that the routes use, for the lifetime of the process."""

    platform: LocalPlatform
    mailbox: Mailbox
    clock: Clock
    list_channels: ListChannels
    list_problems: ListProblems
    notice: str
    templates: Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """One request: its visitor and its channel."""

    services: _Services
    request: Request
    #: Values of the path, the query and the posted form.
    fields: Mapping[str, str]
    workspace: Workspace
    channels: tuple[Destination, ...]
    channel: Destination | None
    visitor: PageVisitor

    @property
    def texts(self) -> Texts:
        return self.visitor.texts

    @property
    def channel_id(self) -> str:
        return self.channel.channel if self.channel else ""

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that the visitor may use."""
        inbox, may = self.visitor.inbox, self.visitor.person.permission
        return tuple(c for c in inbox.commands if c.permission <= may) if inbox else ()

    def render_html(self, template: str, **more: Any) -> str:
        """Render a template with the values that all templates use, and `more`."""
        context = {
            "csrf": self.request.state.csrf,
            "event": commands.create_event_id(),
            "texts": self.texts,
            "workspace": self.workspace,
            "channels": self.channels,
            "channel": self.channel,
            "here": self.channel_id,
            "path": _build_channel_path(self.channel),
            "person": self.visitor.person,
            "roles": ROLE_NAMES,
        }
        return self.services.templates.get_template(template).render(context | more)

    def view_message(self, message: LocalMessage) -> replies.TemplateData:
        now, zone = self.services.clock.now(), self.workspace.zone
        return replies.build_message_view(message, self.texts, zone, now)

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
        form = isinstance(outcome, Form)
        return {
            "asked": answer.asked,
            "at": self.texts.time(self.services.clock.now(), zone),
            "form": outcome if form else None,
            "reply": None
            if isinstance(outcome, Form)
            else replies.build_reply_view(outcome, texts, zone),
            "texts": texts,
        }

    async def find_newest(self, channel: Destination, count: int) -> list[LocalMessage]:
        """Return the newest messages of a channel, oldest first."""
        return list(
            await self.services.mailbox.newest(
                self.workspace.id, channel.channel, count=count
            )
        )


_Handler = Callable[[_Page], Awaitable[Response]]


async def _open_page(services: _Services, request: Request) -> _Page:
    """Load what every handler needs; 404 for an unknown channel."""
    fields = {**request.query_params, **request.path_params}
    if request.method == "POST":
        form = await request.form()
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
    person = get_person(request.cookies)
    workspace, channels = await services.list_channels(person.id)
    in_workspace = Texts.of(workspace.locale)
    channels = tuple(_name_channel(channel, in_workspace) for channel in channels)
    name = fields.get("channel")
    channel = _find_channel(channels, name)
    if channel is None and name:
        raise HTTPException(404)
    asked = request.headers.get("accept-language")
    visitor = PageVisitor(
        person=person,
        place=Location(
            workspace=workspace, channel=channel.channel if channel else None
        ),
        texts=Texts.of(negotiate_locale(asked, workspace.locale)),
        inbox=services.platform.inbox,
    )
    return _Page(
        services=services,
        request=request,
        fields=fields,
        workspace=workspace,
        channels=channels,
        channel=channel,
        visitor=visitor,
    )


# ── handlers ───────────────────────────────────────────────────────────────────


async def _show_channel(page: _Page) -> Response:
    """Show a channel with its messages; the first one at `/`."""
    return await _show_page(page)


async def _show_edition(page: _Page) -> Response:
    """Show a past edition, at a permanent URL."""
    return await _show_lookup(page, "news latest", "edition")


async def _show_story(page: _Page) -> Response:
    """Show a story as it was published, at a permanent URL."""
    return await _show_lookup(page, "news story", "story")


async def _run_command(page: _Page) -> Response:
    """Run a typed command, a submitted form, or a pressed button or choice."""
    answer = await commands.run_request(page.visitor, page.fields)
    if FRAGMENT_HEADER not in page.request.headers:
        return await _show_page(page, answer)
    return HTMLResponse(page.render_html("answer.html", **page.view_answer(answer)))


async def _change_person(page: _Page) -> Response:
    """Switch the page to another person."""
    stays = page.channel if page.channel and not page.channel.person else None
    response = RedirectResponse(_build_channel_path(stays), status_code=303)
    if page.fields.get("person") in PEOPLE:
        response.set_cookie(
            PERSON_COOKIE,
            page.fields["person"],
            max_age=365 * 86_400,
            httponly=True,
            samesite="strict",
        )
    return response


async def _stream_events(page: _Page) -> Response:
    """Stream the live updates of one channel."""
    last = page.request.headers.get("last-event-id")
    stream = live_updates.LiveStream(
        workspace_id=page.workspace.id,
        channel=page.channel_id,
        after=_parse_number(last or page.fields.get("after", ""), 0),
        show=page.render_message,
    )
    services = page.services
    return EventSourceResponse(
        live_updates.stream_updates(services.platform.hub, services.mailbox, stream)
    )


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


async def _show_lookup(page: _Page, path: str, option: str) -> Response:
    fields = {"path": path, f"{ANSWER_FIELD_PREFIX}{option}": page.fields[option]}
    answer = await commands.run_request(page.visitor, fields)
    response = await _show_page(page, answer)
    if isinstance(answer.outcome, Reply) and answer.outcome.problem:
        response.status_code = 404
    return response


async def _show_page(page: _Page, answer: CommandAnswer | None = None) -> Response:
    shown = page.channel
    messages = await page.find_newest(shown, limits.MESSAGES) if shown else []
    newest = {}
    for channel in page.channels:
        last = messages if channel == shown else await page.find_newest(channel, 1)
        newest[channel.channel] = last[-1].id if last else 0
    seen = parse_seen_cookie(page.request.cookies)
    if shown is not None:
        seen[shown.channel] = newest.get(shown.channel, 0)
    html = page.render_html(
        "page.html",
        notice=page.texts.word(page.services.notice),
        troubles=await _list_problems(page),
        messages=list(map(page.view_message, messages)),
        unread={of for of, last in newest.items() if last > seen.get(of, 0)},
        newest=messages[-1].id if messages else 0,
        tries=[format_example(c) for c in page.commands if c.examples][:_EXAMPLES],
        people=PEOPLE.values(),
        answered=page.view_answer(answer) if answer else None,
    )
    response = HTMLResponse(html)
    response.set_cookie(SEEN_COOKIE, format_seen_cookie(seen), samesite="strict")
    return response


async def _list_problems(page: _Page) -> tuple[str, ...]:
    if page.visitor.person.permission < Permission.EDITOR:
        return ()
    problems = await page.services.list_problems()
    return tuple(map(page.texts.message, problems))


# ── values of requests ─────────────────────────────────────────────────────────


def _parse_number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() else default


def _name_channel(channel: Destination, texts: Texts) -> Destination:
    """Return the channel with its name on the page."""
    if channel.person is None:
        return channel
    return replace(channel, name=texts.say("only you"))


def _find_channel(
    channels: tuple[Destination, ...], name: str | None
) -> Destination | None:
    """Find the channel of that id or name; the first one where none is named."""
    if not name:
        return channels[0] if channels else None
    by_id = (c for c in channels if c.channel == name)
    return next(by_id, next((c for c in channels if c.name == name), None))


def _build_channel_path(channel: Destination | None) -> str:
    return f"/c/{quote(channel.channel, safe='')}" if channel else "/"


def parse_seen_cookie(cookies: Mapping[str, str]) -> dict[str, int]:
    """Parse the cookie: channel → id of the newest message seen there."""
    raw = unquote(cookies.get(SEEN_COOKIE, "")[:3_000])
    try:
        pairs = parse_qsl(raw, max_num_fields=_MAX_SEEN_CHANNELS)
    except ValueError:
        return {}
    return {
        channel: int(newest)
        for channel, newest in pairs
        if newest.isascii() and newest.isdecimal() and len(newest) < 16
    }


def format_seen_cookie(seen: Mapping[str, int]) -> str:
    """Format the cookie's value; the page's script writes the same format."""
    return quote(urlencode(dict(list(seen.items())[-_MAX_SEEN_CHANNELS:])), safe="")
