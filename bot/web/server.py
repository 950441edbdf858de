"""Builds the one web application and serves it; it knows no platform and no page.

`build` assembles handed-in routes, the reading page and health behind `Security`.
`serve` runs it inside the running event loop: the port is taken first, so that a taken
one is told in a sentence; signals stay with the caller; a stop lets open streams go.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import ConfigurationError
from bot.texts import Texts
from bot.web import articles, health
from bot.web.articles import ReadArticle
from bot.web.health import Ready
from bot.web.inert import inert
from bot.web.security import Notice, Security

HERE: Final = Path(__file__).parent
#: Seconds that a request may still take once the server stops.
GRACE: Final = 1
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}"

    def __str__(self) -> str:
        return self.url


def build(
    *,
    routes: Sequence[BaseRoute],
    read_article: ReadArticle,
    ready: Ready,
    key: bytes,
    texts: Texts,
    zone: str = "UTC",
    called: Sequence[Route] = (),
) -> Starlette:
    """The application.

    Args:
        routes: The pages of platforms and others, in order.
        read_article: Finds a stored article; see `bot.web.articles`.
        ready: What `/readyz` tells; see `bot.web.health`.
        key: Secret, at least 16 bytes, that form tokens are made with.
        texts: The words of the server's own pages.
        zone: Zone in which the reading page tells times.
        called: What the world may reach, through a proxy and under another host's
            name. It looks by itself at whoever comes.
    """
    templates = _environment(texts)
    notice = _notices(templates, texts)
    return Starlette(
        routes=[
            *health.routes(ready),
            *articles.routes(
                read=read_article, templates=templates, texts=texts, zone=zone
            ),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            *called,
            *routes,
        ],
        middleware=[
            Middleware(
                Security,
                key=key,
                notice=notice,
                called=frozenset(route.path for route in called),
            )
        ],
        exception_handlers={HTTPException: _on_status(notice, texts)},
    )


@contextlib.asynccontextmanager
async def serving(
    app: Starlette,
    *,
    host: str,
    port: int,
    before_stop: Sequence[Callable[[], None]] = (),
) -> AsyncIterator[Address]:
    """Serve `app` for as long as the block lasts.

    Args:
        app: From `build`.
        host: A name of this machine; the page has no password.
        port: 0 takes any free one; the address yielded has the real one.
        before_stop: Called first when the block ends: what lets open streams go.

    Raises:
        ConfigurationError: The port is taken, or the host is not this machine.
    """
    taken = bind(host, port)
    address = Address(host=host, port=taken.getsockname()[1])
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        yield address
    finally:
        for end in before_stop:
            end()
        server.leave()
        await running


def bind(host: str, port: int) -> socket.socket:
    """A listening place, taken now.

    Raises:
        ConfigurationError: With the setting that mends it.
    """
    if host not in _LOOPBACK:
        raise ConfigurationError(
            f"STANDFIRST_WEB_HOST is {host}, but the page has no password and is only "
            "for this machine. Set it to 127.0.0.1, localhost or ::1."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1" if host == "localhost" else host, port))
        taken.listen(100)
    except (OSError, OverflowError) as error:
        taken.close()
        raise ConfigurationError(
            f"Port {port} on {host} is in use or not allowed ({error}). Stop the "
            "program that has it, or set STANDFIRST_WEB_PORT to another number."
        ) from error
    taken.setblocking(False)
    return taken


class _Server(uvicorn.Server):
    """uvicorn without signal handlers, and without ten wake-ups a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """Stop soon."""
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


def _environment(texts: Texts) -> Environment:
    def finalize(value: object) -> object:
        is_text = isinstance(value, str) and not isinstance(value, Markup)
        return inert(str(value)) if is_text else value

    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals["texts"] = texts
    return templates


def _notices(templates: Environment, texts: Texts) -> Notice:
    def notice(status: int, title: str, sentence: str) -> Response:
        page = templates.get_template("notice.html")
        html = page.render(title=texts.word(title), sentence=texts.word(sentence))
        return HTMLResponse(html, status_code=status)

    return notice


def _on_status(
    notice: Notice, texts: Texts
) -> Callable[[Request, Exception], Response]:
    def answer(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return notice(
                404,
                texts.say("Nothing here"),
                texts.say("There is no such page, or it is no longer kept."),
            )
        return notice(
            status,
            texts.say("Not like that"),
            texts.say("This page cannot be asked for in that way."),
        )

    return answer
