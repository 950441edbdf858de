"""The local page's routes; what people see first of the product.

`routes` hands Starlette routes to `app`, which puts them behind `bot.web.server`.
That server gives two things: `/static/base.css`, and `request.state.csrf`, the word
that every form carries back. All of it works without JavaScript; with it, answers
come as fragments and messages arrive live. Nothing here decides a permission.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment
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

from bot.platforms.inert import inert
from bot.platforms.lines import example_of
from bot.platforms.local import asking, events, limits, people, seen, views
from bot.platforms.local.asking import Answer, Asker
from bot.platforms.local.completion import Completion, complete, filled
from bot.platforms.local.environment import STATIC, environment
from bot.platforms.local.platform import LocalPlatform
from bot.ports import Clock, Mailbox
from bot.texts import Texts
from bot.texts.asked import asked_for
from bot.types import (
    Command,
    Destination,
    Form,
    Message,
    Permission,
    Place,
    Reply,
    Workspace,
)

#: The local workspace and its channels, as they are now; the last may be this person's
#: own (their id).
Rooms = Callable[[str], Awaitable[tuple[Workspace, tuple[Destination, ...]]]]

#: What stands still at present, in sentences for whoever runs the bot.
Troubles = Callable[[], Awaitable[tuple[str, ...]]]

#: The banner for a bot that has no other platform.
WITHOUT_TOKENS: Final = (
    "Running without tokens: editions are posted to this page and nowhere else."
)
#: Sent by the page's script, which wants the answer alone and not a whole page.
FRAGMENT: Final = "x-standfirst-fragment"
_TRIED: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class _Here:
    """What every handler needs to know first."""

    workspace: Workspace
    channels: tuple[Destination, ...]
    channel: Destination | None
    texts: Texts
    asker: Asker


async def _no_troubles() -> tuple[str, ...]:
    return ()


def routes(
    *,
    platform: LocalPlatform,
    mailbox: Mailbox,
    clock: Clock,
    rooms: Rooms,
    troubles: Troubles = _no_troubles,
    notice: str = WITHOUT_TOKENS,
) -> list[BaseRoute]:
    """The page's routes.

    Args:
        platform: Its hub tells of changes; its inbox takes commands.
        mailbox: Where the messages are.
        clock: For the time beside an answer.
        rooms: The local workspace and its channels.
        troubles: What stands still at present; only editors are shown it.
        notice: A sentence in the banner; "" shows none.
    """
    pages = _Pages(
        platform=platform,
        mailbox=mailbox,
        clock=clock,
        rooms=rooms,
        troubles=troubles,
        notice=notice,
        templates=environment(),
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
    rooms: Rooms
    troubles: Troubles
    notice: str
    templates: Environment

    async def channel(self, request: Request) -> Response:
        """A channel with its messages; the first one at `/`."""
        here = await self._here(request, request.path_params.get("channel"))
        return await self._page(request, here)

    async def edition(self, request: Request) -> Response:
        """A past edition, at an address that stays."""
        wanted = {"edition": request.path_params["edition"]}
        return await self._led(request, "news latest", wanted)

    async def story(self, request: Request) -> Response:
        """A story as it was told, at an address that stays."""
        wanted = {"story": request.path_params["story"]}
        return await self._led(request, "news story", wanted)

    async def command(self, request: Request) -> Response:
        """A typed command, or a filled form."""
        fields = await _fields(request)
        here = await self._here(request, fields.get("channel"))
        return await self._answer(request, here, await asking.typed(here.asker, fields))

    async def control(self, request: Request) -> Response:
        """A pressed button, or a choice."""
        fields = await _fields(request)
        here = await self._here(request, fields.get("channel"))
        answer = await asking.pressed(here.asker, fields)
        return await self._answer(request, here, answer)

    async def person(self, request: Request) -> Response:
        """Another person sits down."""
        fields = await _fields(request)
        here = await self._here(request, fields.get("channel"))
        stays = here.channel if here.channel and not here.channel.person else None
        response = RedirectResponse(_path(stays), status_code=303)
        if fields.get("person") in people.PEOPLE:
            response.set_cookie(
                people.COOKIE,
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
        page = events.Stream(
            workspace_id=here.workspace.id,
            channel=here.channel.channel if here.channel else "",
            after=int(after) if after.isascii() and after.isdecimal() else 0,
            show=lambda message: self._shown(request, here, message),
        )
        return StreamingResponse(
            events.stream(self.platform.hub, self.mailbox, page),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    async def complete(self, request: Request) -> Response:
        """What may follow in the box: {start, end, items: [{insert, label, note}]}."""
        query = request.query_params
        here = await self._here(request, query.get("channel"))
        line, caret = query.get("line", ""), query.get("caret", "")
        at = int(caret) if caret.isascii() and caret.isdecimal() else len(line)
        found = complete(line, at, self._allowed(here))
        found = await self._filled(here, found)
        items = [
            {
                "insert": i.insert,
                "label": inert(i.label),
                "note": inert(here.texts.word(i.note)),
            }
            for i in found.items
        ]
        return JSONResponse({"start": found.start, "end": found.end, "items": items})

    # ── parts of the above ─────────────────────────────────────────────────────

    async def _here(self, request: Request, name: str | None) -> _Here:
        person = people.person_of(request.cookies)
        workspace, channels = await self.rooms(person.id)
        texts = Texts.of(workspace.locale)
        channels = tuple(_called(channel, texts) for channel in channels)
        channel = _named(channels, name)
        if channel is None and name:
            raise HTTPException(404)
        asked = request.headers.get("accept-language")
        texts = Texts.of(asked_for(asked, workspace.locale))
        place = Place(workspace=workspace, channel=channel.channel if channel else None)
        asker = Asker(
            person=person,
            place=place,
            texts=texts,
            inbox=self.platform.inbox,
        )
        return _Here(
            workspace=workspace,
            channels=channels,
            channel=channel,
            texts=texts,
            asker=asker,
        )

    def _allowed(self, here: _Here) -> tuple[Command, ...]:
        inbox = here.asker.inbox
        may = here.asker.person.permission
        return tuple(c for c in inbox.commands if c.permission <= may) if inbox else ()

    async def _filled(self, here: _Here, found: Completion) -> Completion:
        wanted, inbox = found.wanted, here.asker.inbox
        if wanted is None or inbox is None:
            return found
        start = asking.starting_point(here.asker, wanted.path, wanted.args)
        return filled(found, await inbox.complete(start, wanted.option, wanted.typed))

    async def _answer(self, request: Request, here: _Here, answer: Answer) -> Response:
        if FRAGMENT not in request.headers:
            return await self._page(request, here, answer)
        context = self._context(request, here) | self._answered(here, answer)
        return HTMLResponse(self.templates.get_template("answer.html").render(context))

    async def _led(
        self, request: Request, path: str, args: Mapping[str, str]
    ) -> Response:
        here = await self._here(request, None)
        answer = await asking.led(here.asker, path, args)
        response = await self._page(request, here, answer)
        if isinstance(answer.outcome, Reply) and answer.outcome.problem:
            response.status_code = 404
        return response

    async def _page(
        self, request: Request, here: _Here, answer: Answer | None = None
    ) -> Response:
        messages = await self._messages(here)
        newest = await self._newest(here, messages)
        known = seen.read(request.cookies)
        if here.channel is not None:
            known[here.channel.channel] = newest.get(here.channel.channel, 0)
        context = self._context(request, here) | {
            "notice": here.texts.word(self.notice),
            "troubles": await self._troubles(here),
            "messages": [self._view(here, message) for message in messages],
            "unread": {c for c, last in newest.items() if last > known.get(c, 0)},
            "newest": messages[-1].id if messages else 0,
            "tries": [example_of(c) for c in self._allowed(here) if c.examples][
                :_TRIED
            ],
            "people": people.PEOPLE.values(),
            "answered": self._answered(here, answer) if answer else None,
        }
        html = self.templates.get_template("page.html").render(context)
        response = HTMLResponse(html)
        response.set_cookie(seen.COOKIE, seen.write(known), samesite="strict")
        return response

    async def _troubles(self, here: _Here) -> tuple[str, ...]:
        if here.asker.person.permission < Permission.EDITOR:
            return ()
        return tuple(map(here.texts.retold, await self.troubles()))

    async def _messages(self, here: _Here) -> tuple[Message, ...]:
        if here.channel is None:
            return ()
        return await self.mailbox.newest(
            here.workspace.id, here.channel.channel, count=limits.MESSAGES
        )

    async def _newest(self, here: _Here, shown: tuple[Message, ...]) -> dict[str, int]:
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

    def _shown(self, request: Request, here: _Here, message: Message) -> dict[str, Any]:
        view = self._view(here, message)
        context = self._context(request, here) | {"message": view}
        html = self.templates.get_template("message.html").render(context)
        keys = ("id", "version")
        summary = inert(view["summary"])
        return {key: view[key] for key in keys} | {"html": html, "summary": summary}

    def _view(self, here: _Here, message: Message) -> views.View:
        now, zone = self.clock.now(), here.workspace.zone
        return views.message_view(message, here.texts, zone, now)

    def _context(self, request: Request, here: _Here) -> dict[str, Any]:
        return {
            "csrf": request.state.csrf,
            "event": asking.new_event(),
            "texts": here.texts,
            "workspace": here.workspace,
            "channels": here.channels,
            "channel": here.channel,
            "here": here.channel.channel if here.channel else "",
            "path": _path(here.channel),
            "person": here.asker.person,
            "roles": people.ROLES,
        }

    def _answered(self, here: _Here, answer: Answer) -> dict[str, Any]:
        outcome, zone = answer.outcome, here.workspace.zone
        texts = here.texts.chosen(outcome.locale)
        is_form = isinstance(outcome, Form)
        return {
            "asked": answer.asked,
            "at": here.texts.time(self.clock.now(), zone),
            "form": outcome if is_form else None,
            "reply": None
            if isinstance(outcome, Form)
            else views.reply_view(outcome, texts, zone),
            "texts": texts,
        }


async def _fields(request: Request) -> dict[str, str]:
    """The first value of each field of a posted form."""
    form = await request.form()
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _called(channel: Destination, texts: Texts) -> Destination:
    """The channel with the name that it has on the page."""
    if channel.person is None:
        return channel
    return replace(channel, name=texts.say("only you"))


def _named(channels: tuple[Destination, ...], name: str | None) -> Destination | None:
    """The channel of that id or name; the first one where nothing is named."""
    if not name:
        return channels[0] if channels else None
    by_id = (c for c in channels if c.channel == name)
    return next(by_id, next((c for c in channels if c.name == name), None))


def _path(channel: Destination | None) -> str:
    return f"/c/{quote(channel.channel, safe='')}" if channel else "/"
