"""A request to the console: who it is from, and what a page is built with.

`page_route` makes a route of a page: it finds the session, the workspace and the
permission that the person has there now, and answers with a page that says what to do
where one of them is missing. A handler gets a `Visit` and uses `Console` to show a page
(`page`), to run a command of the registry as this person (`run`, `press`), and to lead
on after a change (`go`).
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

import structlog
from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.commands.context import CommandContext, CommandServices
from bot.errors import SendError, UserError
from bot.i18n.translation import Texts, negotiate_locale
from bot.model import (
    Form,
    Inbox,
    Invocation,
    Location,
    Permission,
    Person,
    Reply,
    Workspace,
)
from bot.model.scope import MAX_KEY, Scope
from bot.model.sign_in import ConsoleSession
from bot.storage import workspace_store
from bot.web.console.members import Member, Members
from bot.web.console.sessions import Sessions
from bot.web.request_bodies import read_form
from bot.web.security import CONSOLE_PREFIX
from digests.types import frozen

log = structlog.get_logger(__name__)

#: The command whose pages show the same as pages of the console.
PANEL: Final = "newsdesk home"
NOTICE_COOKIE: Final = "standfirst_notice"
_MAX_NOTICE: Final = 1_000
#: Pages may not be framed, stored or named to others. Unlike on the local page, forms
#: name their origin, because not every browser says more on a plain http address.
_HEADERS: Final = {"referrer-policy": "same-origin"}


@frozen
class NavigationItem:
    """A page that every other page links to."""

    #: English; translated when it is shown.
    label: str
    #: Relative to the workspace's address.
    path: str


@frozen
class Visit:
    """A signed-in person's request in one workspace."""

    request: Request
    workspace: Workspace
    #: With the permission that they have there now.
    person: Person
    #: In their language.
    texts: Texts
    #: What the hidden field of every form holds.
    csrf: str
    session: ConsoleSession

    @property
    def base(self) -> str:
        """The address of the workspace, under which all its pages are."""
        return build_workspace_address(self.workspace.id)

    @property
    def scope(self) -> Scope:
        """The workspace, for queries."""
        return self.workspace.scope

    @property
    def place(self) -> Location:
        """The workspace, as a place without a channel."""
        return Location(workspace=self.workspace, channel=None)

    async def read_form(self) -> FormData:
        """Read the fields that were posted."""
        return await read_form(self.request)


PageHandler = Callable[["Console", Visit], Awaitable[Response]]


@frozen
class Console:
    """The services that all pages share."""

    services: CommandServices
    #: Acts run commands of the registry: one permission rule, one history.
    inbox: Inbox
    sessions: Sessions
    members: Members
    templates: Environment
    #: Platforms that people can sign in with: names and titles, in order.
    sign_ins: Mapping[str, str]
    #: Secret of at least 16 bytes that signs what browsers keep for us.
    key: bytes = field(repr=False)
    navigation: Sequence[NavigationItem] = ()

    def page(
        self, visit: Visit, template: str, status: int = 200, **values: Any
    ) -> Response:
        """Render a page in the frame: navigation, notices, the form field."""
        here = visit.request.url.path.removeprefix(visit.base)
        return self.render(
            visit.request,
            template,
            visit.texts,
            status,
            visit=visit,
            workspace=visit.workspace,
            person=visit.person,
            base=visit.base,
            navigation=[
                (visit.texts.word(item.label), visit.base + item.path, current)
                for item, current in _mark_current(self.navigation, here)
            ],
            **values,
        )

    def render(
        self,
        request: Request,
        template: str,
        texts: Texts,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """Render a page outside of a workspace, such as the login."""
        csrf = request.state.csrf
        shown: dict[str, Any] = {
            "texts": texts,
            "csrf": csrf,
            "csrf_field": build_form_fields(csrf),
            "notice": _read_notice(request),
            "visit": None,
            "navigation": (),
        }
        html = self.templates.get_template(template).render(shown | values)
        response = HTMLResponse(html, status_code=status, headers=_HEADERS)
        if NOTICE_COOKIE in request.cookies:
            response.delete_cookie(NOTICE_COOKIE, path=CONSOLE_PREFIX)
        return response

    async def run(self, visit: Visit, path: str, **args: str) -> Reply | Form:
        """Run a command of the registry as this person."""
        return await self.run_in(visit, "", path, args)

    async def run_in(
        self, visit: Visit, channel: str, path: str, args: Mapping[str, str]
    ) -> Reply | Form:
        """Run a command as if it was typed in a channel ("" = in none)."""
        invocation = await self._invoke(visit, path, args)
        place = Location(workspace=visit.workspace, channel=channel or None)
        return await self.inbox.dispatch(replace(invocation, place=place))

    async def press(
        self, visit: Visit, control: str, answers: Mapping[str, str] | None = None
    ) -> Reply | Form:
        """Press a control of a reply, or submit the form that belongs to it."""
        bare = await self._invoke(visit, control, answers or {})
        try:
            pressed = self.inbox.press(replace(bare, submitted=False), control)
        except UserError as error:
            return Reply.of_problem(visit.texts.error(error))
        if answers is not None:
            pressed = replace(pressed, answers=answers)
        return await self.inbox.dispatch(pressed)

    def open_context(self, visit: Visit) -> CommandContext:
        """Open the context of the panel, whose words pages share with chat."""
        commands = self.inbox.commands
        return CommandContext(
            services=self.services,
            invocation=Invocation(
                key="",
                place=visit.place,
                person=visit.person,
                path=PANEL,
                args={},
                locale=visit.texts.locale,
            ),
            command=next(one for one in commands if one.path == PANEL),
            commands=commands,
        )

    async def _invoke(
        self, visit: Visit, path: str, args: Mapping[str, str]
    ) -> Invocation:
        form = await visit.read_form() if visit.request.method == "POST" else {}
        event = str(form.get("event") or secrets.token_hex(12))[:64]
        # The same form sent twice has one effect.
        asked = repr((visit.person.id, visit.workspace.id, path, sorted(args.items())))
        mark = hashlib.sha256(asked.encode(errors="replace")).hexdigest()[:12]
        return Invocation(
            key=f"console-{event}-{mark}",
            place=visit.place,
            person=visit.person,
            path=path,
            args=dict(args),
            submitted=True,
            locale=visit.texts.locale,
        )

    def go(self, visit: Visit, address: str, notice: str = "") -> Response:
        """Lead on after a POST, with a notice on the next page.

        Args:
            visit: The request.
            address: A path of ours; relative to the workspace's address unless it
                begins with `/console`.
            notice: A sentence in the person's language.
        """
        path = address
        if not address.startswith(f"{CONSOLE_PREFIX}/"):
            path = visit.base + address
        return lead_to(visit.request, path, notice)

    async def ask_to_sign_in(self, request: Request) -> Response:
        """Answer somebody who is not signed in, and lead back here afterwards."""
        if request.method == "POST":
            return await self._offer_again(request, "signed_out.html", 401)
        wanted = request.url.path
        if request.url.query:
            wanted += f"?{request.url.query}"
        query = urlencode({"next": wanted})
        return RedirectResponse(f"{CONSOLE_PREFIX}/sign-in?{query}", status_code=303)

    async def show_stale_form(self, request: Request) -> Response:
        """Offer to send a form again whose token belongs to another session."""
        return await self._offer_again(request, "stale_form.html", 403)

    async def _offer_again(
        self, request: Request, template: str, status: int
    ) -> Response:
        form = await read_form(request)
        await form.close()
        ours = ("csrf", "event")
        typed = [
            (name, said)
            for name, said in form.multi_items()
            if isinstance(said, str) and name not in ours
        ]
        return self.render(
            request,
            template,
            choose_texts(request),
            status,
            action=request.url.path,
            typed=typed,
        )

    def show_problem(
        self, visit: Visit, sentence: str, *, title: str = "", status: int = 400
    ) -> Response:
        """Show a page that says what is wrong and what to do."""
        title = title or visit.texts.say("That did not work")
        return self.page(visit, "problem.html", status, title=title, sentence=sentence)

    def show_notice(
        self, request: Request, title: str, sentence: str, status: int
    ) -> Response:
        """Show a page outside of a workspace that says what to do."""
        texts = choose_texts(request)
        return self.render(
            request, "problem.html", texts, status, title=title, sentence=sentence
        )


def page_route(
    console: Console,
    path: str,
    handler: PageHandler,
    methods: Sequence[str] = ("GET",),
    permission: Permission = Permission.EDITOR,
    *,
    changes: bool = True,
) -> Route:
    """Make the route of a page.

    Args:
        console: For the handler, and for the pages that replace its answer.
        path: Relative to the workspace's address: "" is the overview.
        handler: Called with a person who has the permission now. Its `UserError`
            becomes a page.
        methods: GET, POST or both.
        permission: What the person needs there.
        changes: Whether its POST changes anything; the permission is then asked for
            from the platform, and not remembered.
    """

    async def endpoint(request: Request) -> Response:
        session = await console.sessions.find(request)
        if session is None:
            return await console.ask_to_sign_in(request)
        fresh = changes and request.method == "POST"
        found = await _open_visit(console, request, session, fresh=fresh)
        if isinstance(found, Response):
            return found
        if found.person.permission < permission:
            sentence = found.texts.say(
                "Only editors can open this. Ask an editor of this workspace, then "
                "load the page again."
            )
            title = found.texts.say("Not for you yet")
            return console.show_notice(request, title, sentence, 403)
        try:
            return await handler(console, found)
        except UserError as error:
            return console.show_problem(found, found.texts.error(error))
        finally:
            # The file of a form.
            await request.close()

    pattern = f"{CONSOLE_PREFIX}/w/{{workspace_id:int}}{path}"
    return Route(pattern, endpoint, methods=list(methods))


async def _open_visit(
    console: Console, request: Request, session: ConsoleSession, *, fresh: bool
) -> Visit | Response:
    """Find the workspace and what the person may do there now."""
    texts = choose_texts(request)
    key = request.path_params["workspace_id"]
    workspace = await _load_workspace(console, key) if key <= MAX_KEY else None
    member: Member | None = None
    if workspace is not None:
        # Nothing is changed by a permission that somebody had some minutes ago.
        try:
            member = await console.members.find(
                session.identity, workspace, fresh=fresh
            )
        except SendError as error:
            log.warning("permission not known", reason=str(error))
            return console.show_notice(
                request,
                texts.say("Your permission cannot be checked"),
                texts.say(
                    "The platform of this workspace does not answer at present. "
                    "Nothing was changed. Try again in a minute."
                ),
                503,
            )
    if workspace is None or member is None:
        return console.show_notice(
            request,
            texts.say("Workspace not found"),
            texts.say(
                "There is no such workspace, you are not in it, or the bot was removed "
                "from it. If you joined it after you signed in, sign out and in again."
            ),
            404,
        )
    return Visit(
        request=request,
        workspace=workspace,
        person=member.person,
        texts=choose_texts(request, member.locale, workspace.locale),
        csrf=request.state.csrf,
        session=session,
    )


async def _load_workspace(console: Console, key: int) -> Workspace | None:
    read = console.services.db.read
    found = await read(workspace_store.find_workspace, Scope(key))
    if found is None:
        return None
    return await read(
        workspace_store.find_active_workspace,
        platform=found.platform,
        external_id=found.external_id,
    )


def build_workspace_address(workspace_id: int) -> str:
    """Build the address under which the pages of a workspace are."""
    return f"{CONSOLE_PREFIX}/w/{workspace_id}"


def build_form_fields(csrf: str) -> Markup:
    """Build the hidden fields of a form: its token, and a one-time id."""
    return Markup(
        '<input type="hidden" name="csrf" value="{}">'
        '<input type="hidden" name="event" value="{}">'
    ).format(escape(csrf), secrets.token_hex(12))


def choose_texts(
    request: Request, chosen: str | None = None, otherwise: str = "en"
) -> Texts:
    """Return texts in the language that was chosen, or that the browser asks for."""
    asked = request.headers.get("accept-language")
    return Texts.of(chosen or negotiate_locale(asked, otherwise))


def is_own_path(address: str) -> bool:
    """Check that an address is a path of the console, and of nobody else."""
    parts = urlsplit(address)
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return (
        plain
        and not parts.scheme
        and not parts.netloc
        and (parts.path == CONSOLE_PREFIX or parts.path.startswith("/console/"))
    )


def lead_to(request: Request, address: str, notice: str = "") -> Response:
    """Redirect to a path of the console, with a notice on the next page."""
    path = address if is_own_path(address) else CONSOLE_PREFIX
    response = RedirectResponse(path, status_code=303, headers=_HEADERS)
    if notice:
        response.set_cookie(
            NOTICE_COOKIE,
            quote(notice[:_MAX_NOTICE]),
            max_age=60,
            path=CONSOLE_PREFIX,
            httponly=True,
            secure=request.state.is_https,
            samesite="strict",
        )
    return response


def _read_notice(request: Request) -> str:
    return unquote(request.cookies.get(NOTICE_COOKIE, ""))[:_MAX_NOTICE]


def _mark_current(
    items: Sequence[NavigationItem], here: str
) -> list[tuple[NavigationItem, bool]]:
    """Mark the item whose page, or a page below it, is shown."""
    current = [
        item
        for item in items
        if here == item.path or (item.path and here.startswith(f"{item.path}/"))
    ]
    return [(item, item in current) for item in items]
