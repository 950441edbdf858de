"""discord.py's HTTP client, adapted. Every change to the library is made here.

`tests/bot/platforms/discord/test_transport.py` fails when the library changes what is
replaced. Replaced are, each for a reason:

- *Waiting* (`get_ratelimit`, `max_ratelimit_timeout`). The library waits inside a call
  that the outbox limits in time, and a call that is cancelled in a global wait leaves
  the library's lock closed for good. So a limit is raised at once (`RateLimited`), and
  `DiscordRateLimiter` and the outbox wait.
- *Retries* (`SEND_ONCE`). The library repeats a request after a fault. A request
  without a nonce may then take effect twice. Before each attempt the library rewinds
  the files that it sends: one that refuses to be rewound ends the retries.
- *The pace of requests* (`http_trace`). Every request asks the rate limiter, including
  those that the library repeats.
- *Endpoints* (`ws_connect`, `configure_endpoints`). The REST API and the gateway are
  set for the whole process before a client exists; with a configured gateway no other
  host is dialled, whatever Discord names.
- *Private parsers* (`dispatch_interaction`, `list_role_ids`). The library has no public
  way to parse an interaction that came over HTTP, and lists only roles in its cache.
"""

import asyncio
import math
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final, Self, cast

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Ratelimit, Route

from bot.platforms.discord.channels import Json
from bot.platforms.discord.rate_limits import DiscordRateLimiter, parse_route

#: Responses to interactions: Discord does not limit them, and they have three seconds.
_UNLIMITED_PATHS: Final = re.compile(r"/(?:interactions|webhooks)/")


class DiscordTransport(HTTPClient):
    """The library's REST client without waits, with our rate limits and endpoints."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        gateway: str | None,
        pace: DiscordRateLimiter,
        record_date: Callable[[str], None],
    ) -> None:
        """Create the client.

        Args:
            loop: The library's.
            gateway: The only gateway to dial; None = any that Discord names.
            pace: Rate limiter, asked before every request and given every response.
            record_date: Called with the `Date` of every response.
        """
        super().__init__(loop, http_trace=_build_trace_config(pace, record_date))
        self.max_ratelimit_timeout = -math.inf
        self._gateway = gateway

    def get_ratelimit(self, key: str) -> Ratelimit:
        return _NoRatelimit(None)

    async def ws_connect(
        self, url: str, *, compress: int = 0
    ) -> aiohttp.ClientWebSocketResponse:
        if self._gateway is not None:
            url = str(yarl.URL(self._gateway).with_query(yarl.URL(url).query))
        return await super().ws_connect(url, compress=compress)


class _NoRatelimit(Ratelimit):
    """Replaces the library's rate limit, which would wait."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class _NoRetryFile:
    """Placeholder for a file of a request; prevents a second attempt."""

    def reset(self, *, seek: int | bool) -> None:
        if seek:
            raise aiohttp.ClientError("Discord had a fault, and it may be done.")


#: `files` of a request that must not be repeated.
SEND_ONCE: Final = cast(Any, [_NoRetryFile()])


def configure_endpoints(api_base: str | None, gateway: str | None) -> None:
    """Set the library's endpoints, which are attributes of its classes."""
    if api_base is not None:
        Route.BASE = api_base
    if gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def dispatch_interaction(client: discord.Client, data: Json) -> None:
    """Parse and dispatch an interaction as if the gateway had sent it."""
    client._connection.parsers["INTERACTION_CREATE"](dict(data))


def list_role_ids(user: discord.User | discord.Member) -> tuple[str, ...]:
    """List the roles that came with an event, cached by the library or not."""
    return tuple(str(role) for role in getattr(user, "_roles", ()))


def _build_trace_config(
    pace: DiscordRateLimiter, record_date: Callable[[str], None]
) -> aiohttp.TraceConfig:
    """Build hooks around every request, repeated ones included."""

    async def starting(
        _: object, context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        context.entered = None
        path = params.url.path
        if params.url.scheme in {"http", "https"} and not _UNLIMITED_PATHS.search(path):
            context.entered = await pace.enter(params.method, parse_route(path))

    async def ended(
        _: object, _context: object, params: aiohttp.TraceRequestEndParams
    ) -> None:
        status, headers = params.response.status, params.response.headers
        record_date(headers.get("Date", ""))
        route = parse_route(params.url.path)
        pace.record_response(params.method, route, status, headers)

    async def leave(_: object, context: SimpleNamespace, _params: object) -> None:
        if context.entered is not None:
            pace.leave(context.entered)
            context.entered = None

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(starting)
    trace.on_request_end.extend((leave, ended))
    trace.on_request_exception.append(leave)
    return trace
