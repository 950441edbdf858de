"""Web API client: slack_sdk with one token, no retries, our own connection pool.

The library is configured in three ways, each for a reason:

- *No retries.* Its default repeats a post whose response was lost, which posts twice.
- *Our own connection pool* instead of a new one for each call, with a timeout for
  connecting alone: a request that fails there certainly was not sent.
- *Endpoints.* With a configured API no proxy is used and no other host is dialled.
  Redirects are never followed: Slack sends none.
"""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.errors import SendRefused, SendUnclear
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import SlackApp

if TYPE_CHECKING:
    from aiohttp import ClientSession


class SlackClient:
    """Calls of the Web API with one bot token."""

    #: The workspace and the bot in it; "" before the sign-in.
    team = team_name = bot = bot_name = ""
    #: The token's scopes; None where Slack does not say.
    scopes: frozenset[str] | None = None
    #: `Date` of the response to the sign-in.
    server_date = ""

    def __init__(
        self, token: str, api_base: str | None, http: "ClientSession | None" = None
    ) -> None:
        """Create the client; nothing is sent yet.

        Args:
            token: The bot's token in the workspace; "" for calls that need none.
            api_base: Base URL of the Web API, ending in `/api/`; None = slack.com.
            http: A shared connection pool, closed by its owner; None = one of its own.
        """
        # Loaded with the first client, not with this module.
        from slack_sdk.web.async_client import AsyncWebClient

        self._http = http or open_pool()
        self._owns = http is None
        self.web = AsyncWebClient(
            token=token or None,
            base_url=api_base or AsyncWebClient.BASE_URL,
            session=self._http,
            retry_handlers=[],
        )
        if api_base is not None:
            self.web.proxy = None

    @property
    def closed(self) -> bool:
        return self._http.closed

    async def login(self) -> None:
        """Ask Slack whose token it is (`auth.test`)."""
        found = await self.web.auth_test()
        self.team = str(found.get("team_id") or "")
        self.team_name = str(found.get("team") or "")
        self.bot = str(found.get("bot_id") or "")
        self.bot_name = str(found.get("user") or "")
        self.server_date = str(found.headers.get("Date") or "")
        scopes = found.headers.get("X-OAuth-Scopes")
        if scopes is not None:
            self.scopes = frozenset(map(str.strip, scopes.split(","))) - {""}

    async def close(self) -> None:
        if self._owns:
            await self._http.close()

    # ── calls ──────────────────────────────────────────────────────────────────

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        """Call a method of the Web API and return its response.

        Args:
            method: Slack's own name for it, such as `users.info`. The library has a
                Python method for each, which knows how its arguments are sent.
            args: Its arguments; None is left out.
        """
        found = await getattr(self.web, method.replace(".", "_"))(**args)
        return dict(found.data) if isinstance(found.data, dict) else {}

    async def get_tokens(self, app: SlackApp, **args: str) -> dict[str, Any]:
        """Exchange a code or a refresh token (`oauth.v2.access`); it is then spent."""
        # The library's own method uses a deprecated way of aiohttp's to authenticate.
        pair = f"{app.client_id}:{app.client_secret}".encode()
        found = await self.web.api_call(
            "oauth.v2.access",
            data=args,
            headers={"Authorization": f"Basic {base64.b64encode(pair).decode()}"},
        )
        return found.data if isinstance(found.data, dict) else {}

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file to the URL of an upload ticket; no token goes with it."""
        async with self._http.post(url, data=content) as answer:
            if answer.status != 200:
                raise SendRefused("slack.file_refused", message_only=True)

    async def respond(self, url: str, body: Mapping[str, Any]) -> bool:
        """Post to a response URL; False if it has expired."""
        async with self._http.post(url, json=dict(body)) as answer:
            return answer.status < 300

    # ── identity ───────────────────────────────────────────────────────────────

    def is_ours(self, message: Mapping[str, Any]) -> bool:
        """Check whether the bot wrote a message."""
        return bool(self.bot) and message.get("bot_id") == self.bot

    def has_scope(self, scope: str) -> bool:
        """Check whether the token has a scope; True where Slack does not say."""
        return not self.scopes or scope in self.scopes


def open_pool() -> "ClientSession":
    """Create a connection pool with the timeouts of every call."""
    import aiohttp

    async def refuse(_session: Any, _context: Any, params: Any) -> None:
        raise SendUnclear("slack.redirected", host=params.url.host)

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    timeout = aiohttp.ClientTimeout(
        total=limits.REQUEST, connect=limits.CONNECT, sock_connect=limits.CONNECT
    )
    return aiohttp.ClientSession(timeout=timeout, trace_configs=[trace])
