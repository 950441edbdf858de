"""The local page's HTTP routes: channels, commands, controls, live updates.

`routes` hands Starlette routes to `app`, which puts them behind `bot.web.server`.
That server gives two things: `/static/base.css`, and `request.state.csrf`, the word
that every form carries back. All of it works without JavaScript; with it, answers
come as fragments and messages arrive live. Nothing here decides a permission.

The cookie is only a convenience of the reader's own browser: it is read with
suspicion and grants nothing. The page's script writes the same format.

Each value that a template prints first loses the characters that steer or hide
(`inert`), then is escaped by Jinja. No template switches that off.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

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
from bot.platforms.common.text import sanitize_text
from bot.platforms.common.typed_commands import format_example
from bot.platforms.local import commands, limits, live_updates, replies
from bot.platforms.local.commands import (
    CommandAnswer,
    Completion,
    PageVisitor,
    add_values,
    complete_line,
)
from bot.platforms.local.platform import (
    PEOPLE,
    PERSON_COOKIE,
    ROLE_NAMES,
    LocalPlatform,
    get_person,
)
from bot.ports import Clock, Mailbox
from digests.messages import Message

#: The local workspace and its channels, as they are now; the last may be this person's
#: own (their id).
ListChannels = Callable[[str], Awaitable[tuple[Workspace, tuple[Destination, ...]]]]

#: What stands still at present, in sentences for whoever runs the bot.
ListProblems = Callable[[], Awaitable[tuple[Message, ...]]]

#: The banner for a bot that has no other platform.
NO_TOKENS_NOTICE: Final = (
    "Running without tokens: editions are posted to this page only."
)
#: Sent by the page's script, which wants the answer alone and not a whole page.
FRAGMENT_HEADER: Final = "x-standfirst-fragment"
_EXAMPLES: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class _PageContext:
    """What every handler needs to know first."""

    workspace: Workspace
    channels: tuple[Destination, ...]
    channel: Destination | None
    texts: Texts
    visitor: PageVisitor


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
    """The page's routes.

    Args:
        platform: Its hub tells of changes; its inbox takes commands.
        mailbox: Where the messages are.
        clock: For the time beside an answer.
        list_channels: The local workspace and its channels.
        list_problems: What stands still at present; only editors are shown it.
        notice: A sentence in the banner; "" shows none.
    """
    pages = _Pages(
        platform=platform,
        mailbox=mailbox,
        clock=clock,
        list_channels=list_channels,
        list_problems=list_problems,
        notice=notice,
        templates=build_environment(),
    )
    return [
        Route("/", pages.channel),
        Route("/c/{channel}", pages.channel),
        Route("/e/{edition}", pages.edition),
        Route("/s/{story}", pages.story),
        Route("/events", pages.events),
        Route("/complete", pages.complete),
        Route("/command", pages.command, methods=["POST"]),
        Route("/control", pages.control, methods=["POST"]),
        Route("/person", pages.person, methods=["POST"]),
        Mount("/local", StaticFiles(directory=STATIC)),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pages:
    platform: LocalPlatform
    mailbox: Mailbox
    clock: Clock
    list_channels: ListChannels
    list_problems: ListProblems
    notice: str
    templates: Environment

    async def channel(self, request: Request) -> Response:
        """A channel with its messages; the first one at `/`."""
        here = await self._here(request, request.path_params.get("channel"))
        return await self._page(request, here)

    async def edition(self, request: Request) -> Response:
        """A past edition, at an address that stays."""
        wanted = {"edition": request.path_params["edition"]}
        return await self._show_lookup(request, "news latest", wanted)

    async def story(self, request: Request) -> Response:
        """A story as it was told, at an address that stays."""
        wanted = {"story": request.path_params["story"]}
        return await self._show_lookup(request, "news story", wanted)

    async def command(self, request: Request) -> Response:
        """A typed command, or a filled form."""
        fields = await _read_form(request)
        here = await self._here(request, fields.get("channel"))
        return await self._answer(
            request, here, await commands.run_line(here.visitor, fields)
        )

    async def control(self, request: Request) -> Response:
        """A pressed button, or a choice."""
        fields = await _read_form(request)
        here = await self._here(request, fields.get("channel"))
        answer = await commands.press_control(here.visitor, fields)
        return await self._answer(request, here, answer)

    async def person(self, request: Request) -> Response:
        """Another person sits down."""
        fields = await _read_form(request)
        here = await self._here(request, fields.get("channel"))
        stays = here.channel if here.channel and not here.channel.person else None
        response = RedirectResponse(_build_channel_path(stays), status_code=303)
        if fields.get("person") in PEOPLE:
            response.set_cookie(
                PERSON_COOKIE,
                fields["person"],
                max_age=365 * 86_400,
                httponly=True,
                samesite="strict",
            )
        return response

    async def events(self, request: Request) -> Response:
        """The live stream of one channel."""
        query = request.query_params
        here = await self._here(request, query.get("channel"))
        after = request.headers.get("last-event-id") or query.get("after", "")
        page = live_updates.LiveStream(
            workspace_id=here.workspace.id,
            channel=here.channel.channel if here.channel else "",
            after=int(after) if after.isascii() and after.isdecimal() else 0,
            show=lambda message: self._render_message(request, here, message),
        )
        return StreamingResponse(
            live_updates.stream_updates(self.platform.hub, self.mailbox, page),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    async def complete(self, request: Request) -> Response:
        """What may follow in the box: {start, end, items: [{insert, label, note}]}."""
        query = request.query_params
        here = await self._here(request, query.get("channel"))
        line, caret = query.get("line", ""), query.get("caret", "")
        at = int(caret) if caret.isascii() and caret.isdecimal() else len(line)
        found = complete_line(line, at, self._allowed(here))
        found = await self._filled(here, found)
        items = [
            {
                "insert": i.insert,
                "label": sanitize_text(i.label),
                "note": sanitize_text(here.texts.word(i.note)),
            }
            for i in found.items
        ]
        return JSONResponse({"start": found.start, "end": found.end, "items": items})

    # ── parts of the above ─────────────────────────────────────────────────────

    async def _here(self, request: Request, name: str | None) -> _PageContext:
        person = get_person(request.cookies)
        workspace, channels = await self.list_channels(person.id)
        texts = Texts.of(workspace.locale)
        channels = tuple(_name_channel(channel, texts) for channel in channels)
        channel = _find_channel(channels, name)
        if channel is None and name:
            raise HTTPException(404)
        asked = request.headers.get("accept-language")
        texts = Texts.of(negotiate_locale(asked, workspace.locale))
        place = Location(
            workspace=workspace, channel=channel.channel if channel else None
        )
        visitor = PageVisitor(
            person=person,
            place=place,
            texts=texts,
            inbox=self.platform.inbox,
        )
        return _PageContext(
            workspace=workspace,
            channels=channels,
            channel=channel,
            texts=texts,
            visitor=visitor,
        )

    def _allowed(self, here: _PageContext) -> tuple[Command, ...]:
        inbox = here.visitor.inbox
        may = here.visitor.person.permission
        return tuple(c for c in inbox.commands if c.permission <= may) if inbox else ()

    async def _filled(self, here: _PageContext, found: Completion) -> Completion:
        wanted, inbox = found.wanted, here.visitor.inbox
        if wanted is None or inbox is None:
            return found
        start = commands.build_completion_invocation(
            here.visitor, wanted.path, wanted.args
        )
        return add_values(
            found, await inbox.complete(start, wanted.option, wanted.typed)
        )

    async def _answer(
        self, request: Request, here: _PageContext, answer: CommandAnswer
    ) -> Response:
        if FRAGMENT_HEADER not in request.headers:
            return await self._page(request, here, answer)
        context = self._context(request, here) | self._build_answer(here, answer)
        return HTMLResponse(self.templates.get_template("answer.html").render(context))

    async def _show_lookup(
        self, request: Request, path: str, args: Mapping[str, str]
    ) -> Response:
        here = await self._here(request, None)
        answer = await commands.run_lookup(here.visitor, path, args)
        response = await self._page(request, here, answer)
        if isinstance(answer.outcome, Reply) and answer.outcome.problem:
            response.status_code = 404
        return response

    async def _page(
        self, request: Request, here: _PageContext, answer: CommandAnswer | None = None
    ) -> Response:
        messages = await self._messages(here)
        newest = await self._newest(here, messages)
        known = parse_seen_cookie(request.cookies)
        if here.channel is not None:
            known[here.channel.channel] = newest.get(here.channel.channel, 0)
        context = self._context(request, here) | {
            "notice": here.texts.word(self.notice),
            "troubles": await self._troubles(here),
            "messages": [self._view(here, message) for message in messages],
            "unread": {c for c, last in newest.items() if last > known.get(c, 0)},
            "newest": messages[-1].id if messages else 0,
            "tries": [format_example(c) for c in self._allowed(here) if c.examples][
                :_EXAMPLES
            ],
            "people": PEOPLE.values(),
            "answered": self._build_answer(here, answer) if answer else None,
        }
        html = self.templates.get_template("page.html").render(context)
        response = HTMLResponse(html)
        response.set_cookie(SEEN_COOKIE, format_seen_cookie(known), samesite="strict")
        return response

    async def _troubles(self, here: _PageContext) -> tuple[str, ...]:
        if here.visitor.person.permission < Permission.EDITOR:
            return ()
        return tuple(map(here.texts.message, await self.list_problems()))

    async def _messages(self, here: _PageContext) -> tuple[LocalMessage, ...]:
        if here.channel is None:
            return ()
        return await self.mailbox.newest(
            here.workspace.id, here.channel.channel, count=limits.MESSAGES
        )

    async def _newest(
        self, here: _PageContext, shown: tuple[LocalMessage, ...]
    ) -> dict[str, int]:
        """Channel → id of its newest message."""
        newest = {}
        for channel in here.channels:
            last = (
                shown[-1:]
                if channel == here.channel
                else await self.mailbox.newest(
                    here.workspace.id, channel.channel, count=1
                )
            )
            newest[channel.channel] = last[-1].id if last else 0
        return newest

    def _render_message(
        self, request: Request, here: _PageContext, message: LocalMessage
    ) -> dict[str, Any]:
        view = self._view(here, message)
        context = self._context(request, here) | {"message": view}
        html = self.templates.get_template("message.html").render(context)
        keys = ("id", "version")
        summary = sanitize_text(view["summary"])
        return {key: view[key] for key in keys} | {"html": html, "summary": summary}

    def _view(self, here: _PageContext, message: LocalMessage) -> replies.TemplateData:
        now, zone = self.clock.now(), here.workspace.zone
        return replies.build_message_view(message, here.texts, zone, now)

    def _context(self, request: Request, here: _PageContext) -> dict[str, Any]:
        return {
            "csrf": request.state.csrf,
            "event": commands.create_event_id(),
            "texts": here.texts,
            "workspace": here.workspace,
            "channels": here.channels,
            "channel": here.channel,
            "here": here.channel.channel if here.channel else "",
            "path": _build_channel_path(here.channel),
            "person": here.visitor.person,
            "roles": ROLE_NAMES,
        }

    def _build_answer(
        self, here: _PageContext, answer: CommandAnswer
    ) -> dict[str, Any]:
        outcome, zone = answer.outcome, here.workspace.zone
        texts = here.texts.chosen(outcome.locale)
        is_form = isinstance(outcome, Form)
        return {
            "asked": answer.asked,
            "at": here.texts.time(self.clock.now(), zone),
            "form": outcome if is_form else None,
            "reply": None
            if isinstance(outcome, Form)
            else replies.build_reply_view(outcome, texts, zone),
            "texts": texts,
        }


async def _read_form(request: Request) -> dict[str, str]:
    """The first value of each field of a posted form."""
    form = await request.form()
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _name_channel(channel: Destination, texts: Texts) -> Destination:
    """The channel with the name that it has on the page."""
    if channel.person is None:
        return channel
    return replace(channel, name=texts.say("only you"))


def _find_channel(
    channels: tuple[Destination, ...], name: str | None
) -> Destination | None:
    """The channel of that id or name; the first one where nothing is named."""
    if not name:
        return channels[0] if channels else None
    by_id = (c for c in channels if c.channel == name)
    return next(by_id, next((c for c in channels if c.name == name), None))


def _build_channel_path(channel: Destination | None) -> str:
    return f"/c/{quote(channel.channel, safe='')}" if channel else "/"


SEEN_COOKIE: Final = "standfirst_seen"
_MAX_SEEN_CHANNELS = 100


def parse_seen_cookie(cookies: Mapping[str, str]) -> dict[str, int]:
    """Channel → id of the newest message seen there."""
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
    """The cookie's value for `seen`."""
    return quote(urlencode(dict(list(seen.items())[-_MAX_SEEN_CHANNELS:])), safe="")


FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"


def build_environment() -> Environment:
    """A new environment over this package's templates."""
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return sanitize_text(value)
    return value
