"""The web server: assemble the application, and serve it on an address.

`build_application` puts routes, the article page and health checks behind `Security`.
`serve_application` runs it inside the running event loop: the port is bound first, so
that a port in use is an error with a remedy; the caller handles signals; stopping ends
open streams.

All text is sanitized (`bot.i18n.safe_text`): direction controls, tag characters,
look-alikes of NUL, and more than four combining marks on a letter are removed.
Templates escape it.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import (
    AsyncIterator,
    Callable,
    Generator,
    Sequence,
)
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

import h11
import structlog
import uvicorn
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.errors import ConfigurationError
from bot.i18n.safe_text import build_environment
from bot.i18n.translation import Texts
from bot.model.web_access import WebAccess
from bot.web.articles import ReadArticle, build_article_routes
from bot.web.health import HealthServices, build_health_routes
from bot.web.security import (
    CONSOLE_PREFIX,
    NoticeRenderer,
    Security,
    SignedInCheck,
    StaleFormRenderer,
    is_below,
)
from digests.types import frozen

log = structlog.get_logger(__name__)

FOLDER: Final = Path(__file__).parent
#: Seconds that running requests may take once the server stops.
STOP_TIMEOUT: Final = 1
LOCAL_ACCESS: Final = WebAccess()
#: What is wrong with the address, by the system's error.
_BIND_ERRORS: Final = MappingProxyType(
    {
        errno.EADDRINUSE: "Port {port} on {host} is in use. Stop the program that has "
        "it, or set STANDFIRST_WEB_PORT to another number.",
        errno.EADDRNOTAVAIL: "STANDFIRST_WEB_HOST is {host}, which is no address of "
        "this computer. Set it to one, or to 0.0.0.0 for all of them.",
        errno.EACCES: "This user may not open port {port} on {host}: set "
        "STANDFIRST_WEB_PORT to a number over 1023, and let a proxy have {port}.",
    }
)
_NOT_BOUND: Final = (
    "Port {port} on {host} cannot be opened ({error}). Set STANDFIRST_WEB_HOST and "
    "STANDFIRST_WEB_PORT to others."
)


@frozen
class ConnectionLimits:
    """Limits of the web port, without which open files run out for the whole bot."""

    #: Open at one time, streams of live pages included.
    connections: int
    #: Seconds in which a request with its body must have arrived.
    request_seconds: float


CONNECTION_LIMITS: Final = ConnectionLimits(connections=200, request_seconds=10)


@frozen
class ServerAddress:
    """Address on which the server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}"


def build_application(
    *,
    routes: Sequence[BaseRoute],
    read_article: ReadArticle,
    health: HealthServices,
    key: bytes,
    texts: Texts,
    public_routes: Sequence[Route] = (),
    published: Sequence[Route] = (),
    access: WebAccess = LOCAL_ACCESS,
    console: Sequence[BaseRoute] = (),
    show_stale_form: StaleFormRenderer | None = None,
    is_signed_in: SignedInCheck | None = None,
) -> Starlette:
    """Build the ASGI application.

    Args:
        routes: The pages of platforms and others, in order.
        read_article: Finds a stored article; see `bot.web.articles`.
        health: What `/readyz` and `/metrics` report.
        key: Secret of at least 16 bytes from which form tokens are derived.
        texts: The texts of the server's own pages.
        public_routes: Routes that the internet may reach, through a proxy and under
            another host name. Each authenticates its own requests.
        published: Routes of what anybody may read under the public address. All below
            their first part is theirs.
        access: Who can reach the port. Beyond this computer, the other routes are left
            out, unless a trusted proxy asks for a login.
        console: The routes of the console, which has a login; beyond this computer it
            is served under the public address only.
        show_stale_form: The console's page for a form whose token is out of date.
        is_signed_in: Whether a request is of somebody who is signed in to the console,
            and may send more than strangers.
    """
    templates = build_environment(FOLDER / "templates")
    templates.globals["texts"] = texts
    notice = _build_notice_renderer(templates, texts)
    of_pages = [*build_article_routes(read_article, templates, texts), *routes]
    static = Mount("/static", StaticFiles(directory=FOLDER / "static"))
    of_console = [*console, static]
    serves_console = access.is_local or access.public_url is not None
    checks, public_checks = build_health_routes(health, access)
    public = [*public_routes, *public_checks]
    shared = {f"/{route.path.split('/')[1]}" for route in published}
    return Starlette(
        routes=[
            *published,
            *checks,
            *public,
            *(of_console if serves_console else [static]),
            *(of_pages if access.serves_pages else ()),
        ],
        middleware=[
            Middleware(
                Security,
                key=key,
                notice=notice,
                public_paths=frozenset(route.path for route in public),
                shared_prefixes=sorted(shared),
                access=access,
                show_stale_form=show_stale_form,
                is_signed_in=is_signed_in,
            )
        ],
        exception_handlers={HTTPException: _build_error_handler(notice, texts)},
    )


@contextlib.asynccontextmanager
async def serve_application(
    app: Starlette,
    *,
    host: str,
    port: int,
    before_stop: Sequence[Callable[[], None]] = (),
    limits: ConnectionLimits = CONNECTION_LIMITS,
) -> AsyncIterator[ServerAddress]:
    """Serve `app` for as long as the block lasts.

    Args:
        app: From `build_application`.
        host: An address or a name of this computer, or all of its addresses.
        port: 0 takes any free one; the address yielded has the real one.
        before_stop: Called first when the block ends; they end open streams.
        limits: What strangers can take up of this process.

    Raises:
        ConfigurationError: The port is taken, or the host is not this computer.
    """
    # In a thread: looking up a name takes time.
    listener = await asyncio.to_thread(bind_socket, host, port)
    address = ServerAddress(host=host, port=listener.getsockname()[1])
    server = _UvicornServer(
        uvicorn.Config(
            app,
            http=cast(type[asyncio.Protocol], partial(_BoundedProtocol, limits=limits)),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_TIMEOUT,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield address
    finally:
        for end in before_stop:
            end()
        server.leave()
        await running


def bind_socket(host: str, port: int) -> socket.socket:
    """Bind a listening socket; `::` takes connections over IPv4 as well.

    Raises:
        ConfigurationError: It cannot be bound; the text names the setting to change.
    """
    # Whatever a name server says.
    name = "127.0.0.1" if host == "localhost" else host
    try:
        found = socket.getaddrinfo(
            name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"STANDFIRST_WEB_HOST is {host}, and no address was found for that name "
            f"({error}). Set it to an address of this computer, such as 127.0.0.1, or "
            "to 0.0.0.0 for all of them."
        ) from error
    family, *_, address = found[0]
    both = family == socket.AF_INET6 and name == "::" and socket.has_dualstack_ipv6()
    try:
        listener = socket.create_server(
            address, family=family, backlog=100, dualstack_ipv6=both
        )
    except OSError as error:
        explained = _BIND_ERRORS.get(error.errno or 0, _NOT_BOUND)
        raise ConfigurationError(
            explained.format(host=host, port=port, error=error.strerror)
        ) from error
    # asyncio turns off the delay of small packets for sockets that name TCP, and
    # create_server leaves the protocol at 0: a page would wait 40 ms for each file.
    named = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach()
    )
    named.setblocking(False)
    return named


class _BoundedProtocol(H11Protocol):
    """A connection within limits: uvicorn waits for a request as long as it takes."""

    def __init__(self, *args: Any, limits: ConnectionLimits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            log.debug("connection refused", reason="too many are open")
            transport.abort()
            return
        self._watch_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _watch_request(self) -> None:
        """Start the deadline with a request's first byte, not again with each."""
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._forget_deadline()
        elif self._deadline is None:
            seconds = self._limits.request_seconds
            self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _UvicornServer(uvicorn.Server):
    """uvicorn without signal handlers and without its ten wake-ups per second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """Request the server to stop."""
        self.should_exit = True
        self._leaving.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), 1)


# ── the server's own pages ─────────────────────────────────────────────────────


def _build_notice_renderer(templates: Environment, texts: Texts) -> NoticeRenderer:
    def notice(status: int, title: str, sentence: str, path: str) -> Response:
        page = templates.get_template("notice.html")
        home = CONSOLE_PREFIX if is_below(path, CONSOLE_PREFIX) else "/"
        html = page.render(
            title=texts.word(title), sentence=texts.word(sentence), home=home
        )
        return HTMLResponse(html, status_code=status)

    return notice


def _build_error_handler(
    notice: NoticeRenderer, texts: Texts
) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        title = texts.say("This does not work")
        sentence = texts.say("This page does not support that request.")
        if status == 404:
            title = texts.say("Page not found")
            sentence = texts.say("There is no such page, or it is no longer kept.")
        return notice(status, title, sentence, request.url.path)

    return answer
