"""Receive events: the Bolt app's listeners and one Socket Mode connection.

The library would reconnect forever to the URL of the lost connection. Here a connection
ends once, with a reason, and the platform opens the next one. It ends when Slack says
so, when it breaks, when pings are not answered, and when they are answered but no
message has arrived for a long time: such a connection may be dead.

Every event is acknowledged, known or not: Slack disables events for an app that does
not acknowledge them. The library gets no token and does not authorize: it would send
responses of its own, to any URL that an event names.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientWebSocketResponse, ClientWSTimeout, WSMessage, WSMsgType
from slack_bolt.adapter.socket_mode.async_internals import (
    run_async_bolt_app,
    send_async_response,
)
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from bot.errors import SendRefused
from bot.platforms.slack import limits
from bot.platforms.slack.client import SlackClient
from bot.platforms.slack.events import SlackEventHandler

#: Seconds that closing may take.
CLOSE_TIMEOUT: Final = 1.0
_CLOSING_TYPES: Final = frozenset(
    {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}
)


class SlackSocket(SocketModeClient):
    """A connection that passes envelopes to a Bolt app and sends its responses."""

    def __init__(
        self, app: AsyncApp, app_token: str, web: AsyncWebClient, host: str | None
    ) -> None:
        """Create the connection; nothing is dialled yet.

        Args:
            app: Receives the envelopes.
            app_token: The app-level token, which opens connections.
            web: Requests the URL of a connection.
            host: The only host to dial; None = the one that Slack names.
        """
        super().__init__(
            app_token=app_token, web_client=web, auto_reconnect_enabled=False
        )
        # The library would read it from the environment.
        self.proxy = web.proxy
        self._app = app
        self._host = host
        self._over = False
        self.socket_mode_request_listeners.append(self._handle)

    @property
    def open(self) -> bool:
        """Whether Slack has said hello and the connection has not ended."""
        return self.current_session is not None and not self._over

    async def connect(self) -> None:
        """Open the connection and wait until Slack says hello.

        Raises:
            SendRefused: Slack named a host that may not be dialled.
        """
        asked = await self.web_client.apps_connections_open(app_token=self.app_token)
        url = str(asked["url"])
        self._check(url)
        pool = self.web_client.session
        assert pool is not None, "the client is always given one"
        session = await pool.ws_connect(
            url,
            autoping=False,
            heartbeat=limits.PING_TIMEOUT / 2,
            proxy=self.proxy,
            timeout=ClientWSTimeout(ws_close=CLOSE_TIMEOUT),
        )
        try:
            async with asyncio.timeout(limits.PING_TIMEOUT):
                _check_hello(_parse_message(await _receive_message(session)))
        except BaseException:
            await session.close()
            raise
        self.current_session = session

    async def close(self) -> None:
        """Close the connection; the library closes what it opened."""
        self._over = True
        await super().close()  # type: ignore[no-untyped-call]

    async def hold(self) -> str:
        """Receive until the end; return Slack's reason, or "" when it broke."""
        try:
            return await self._receive()
        except TimeoutError:
            return "idle"
        finally:
            self._over = True

    async def _receive(self) -> str:
        session = self.current_session
        assert session is not None, "it was not opened"
        while True:
            async with asyncio.timeout(limits.IDLE_TIMEOUT):
                message = await _receive_message(session)
            if message.type in _CLOSING_TYPES:
                return ""
            if message.type is WSMsgType.TEXT:
                said = _parse_message(message)
                if said.get("type") == "disconnect":
                    return str(said.get("reason") or "disconnect")
                await self.enqueue_message(message.data)

    async def _handle(self, _: Any, request: SocketModeRequest) -> None:
        begun = time.time()
        answer = await run_async_bolt_app(self._app, request)
        await send_async_response(self, request, answer, begun)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        schemes = {"wss"} if self._host is None else {"ws", "wss"}
        if parts.scheme not in schemes or self._host not in {None, parts.hostname}:
            raise SendRefused(
                "slack.foreign_socket", scheme=parts.scheme, host=parts.hostname
            )


async def _receive_message(session: ClientWebSocketResponse) -> WSMessage:
    """Receive the next message that is no ping or pong; answer the pings before it."""
    while True:
        message = await session.receive()
        if message.type is WSMsgType.PING:
            await session.pong(message.data)
        elif message.type is not WSMsgType.PONG:
            return message


def _check_hello(message: dict[str, Any]) -> None:
    if message.get("type") != "hello":
        raise ConnectionError("Slack's socket did not say hello.")


def _parse_message(message: WSMessage) -> dict[str, Any]:
    try:
        found = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


_ANYTHING = re.compile(".*")


def build_bolt_app(session: SlackClient, listener: SlackEventHandler) -> AsyncApp:
    """Build the Bolt app that passes events to `listener`."""

    async def authorize(team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id)

    # The library warns about a client with a token beside `authorize`.
    web = AsyncWebClient(base_url=session.web.base_url, retry_handlers=[])
    web.proxy = session.web.proxy
    app = AsyncApp(
        name="standfirst",
        client=web,
        authorize=authorize,
        # Requests over HTTP were verified by `endpoints` before.
        request_verification_enabled=False,
    )

    async def ignored() -> None:
        """Do nothing; Bolt acknowledges the event."""

    app.command(_ANYTHING)(listener.command)
    app.block_action(_ANYTHING)(listener.press)
    app.view_submission(_ANYTHING)(listener.submission)
    app.event("app_home_opened")(listener.home)
    app.event("app_uninstalled")(listener.ended)
    app.event("tokens_revoked")(listener.ended)
    app.event(_ANYTHING)(ignored)
    return app


async def dispatch_request(
    app: AsyncApp, body: str, headers: Mapping[str, str]
) -> Response:
    """Pass a request of Slack's to the Bolt app; return its acknowledgement.

    Raises:
        ValueError: It is no event.
    """
    try:
        request = AsyncBoltRequest(body=body, headers=dict(headers))
        whole = {"event": {}, **request.body}
        known = whole.get("type") or whole.get("command")
    except Exception:
        # The library parses bodies without checking them.
        known = False
    if not known or not isinstance(whole["event"], dict):
        raise ValueError("It is no event of Slack's.")
    answer = await app.async_dispatch(request)
    kind = answer.headers.get("content-type", ["text/plain"])[0]
    return Response(str(answer.body or ""), status_code=answer.status, media_type=kind)
