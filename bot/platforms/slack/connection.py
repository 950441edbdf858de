"""One Socket Mode connection of slack_sdk: opened, held, left; no decisions.

The library would connect again by itself, with the address of the connection that it
lost, and for ever. Here a connection ends once, with a reason, and whoever holds it
opens the next one. It ends when Slack says so, when it breaks, when nothing answers our
pings, and when it answers them but has had no word for long: such a connection looks
alive and may be dead.
"""

import asyncio
import json
import time
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import (
    run_async_bolt_app,
    send_async_response,
)
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Refused
from bot.platforms.slack import limits

#: Seconds that saying goodbye may take.
GOODBYE: Final = 1.0
_TEXT: Final = aiohttp.WSMsgType.TEXT
_ENDS: Final = frozenset({
    aiohttp.WSMsgType.CLOSE,
    aiohttp.WSMsgType.CLOSING,
    aiohttp.WSMsgType.CLOSED,
    aiohttp.WSMsgType.ERROR,
})  # fmt: skip


class Socket(SocketModeClient):
    """A connection that brings envelopes to a Bolt app and carries its answers back."""

    def __init__(
        self,
        *,
        app: AsyncApp,
        app_token: str,
        web: AsyncWebClient,
        host: str | None,
        silence: float = limits.SILENCE,
        wordless: float = limits.WORDLESS,
    ) -> None:
        """Make it; nothing is dialled yet.

        Args:
            app: Where envelopes go.
            app_token: The app's token, which opens connections.
            web: Asks for the address of a connection.
            host: The only host that may be dialled; None = the one that Slack names.
            silence: Seconds within which pings are answered, and hello is said.
            wordless: Seconds without a word of Slack's after which we leave.
        """
        super().__init__(
            app_token=app_token, web_client=web, auto_reconnect_enabled=False
        )
        # The library takes it from the environment where it is not told.
        self.proxy = web.proxy
        self._app = app
        self._host = host
        self._silence = silence
        self._wordless = wordless
        self._over = False
        self.socket_mode_request_listeners.append(self._handle)

    @property
    def open(self) -> bool:
        """Whether Slack has said hello and nothing ended it since."""
        return self.current_session is not None and not self._over

    async def connect(self) -> None:
        """Open the connection and wait until Slack says hello.

        Raises:
            Refused: Slack named a host that may not be dialled.
        """
        asked = await self.web_client.apps_connections_open(app_token=self.app_token)
        url = str(asked["url"])
        self._check(url)
        pool = self.web_client.session
        assert pool is not None, "the client is always given one"
        session = await pool.ws_connect(
            url,
            autoping=False,
            heartbeat=self._silence / 2,
            proxy=self.proxy,
            timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE),
        )
        try:
            async with asyncio.timeout(self._silence):
                await _hello(session)
        except BaseException:
            await session.close()
            raise
        self.current_session = session

    async def close(self) -> None:
        """Leave; the library closes what it opened."""
        self._over = True
        await super().close()  # type: ignore[no-untyped-call]

    async def hold(self) -> str:
        """Receive until it ends; Slack's reason, or empty when it broke."""
        try:
            return await self._received()
        finally:
            self._over = True

    async def _received(self) -> str:
        session = self.current_session
        assert session is not None, "it was not opened"
        clock = asyncio.get_running_loop()
        leave_at = clock.time() + self._wordless
        while True:
            try:
                async with asyncio.timeout_at(leave_at):
                    message = await session.receive()
            except TimeoutError:
                return "no word for long"
            if message.type in _ENDS:
                return ""
            if message.type is aiohttp.WSMsgType.PING:
                await session.pong(message.data)
            if message.type is _TEXT:
                leave_at = clock.time() + self._wordless
                said = _said(message)
                if said.get("type") == "disconnect":
                    return str(said.get("reason") or "disconnect")
                await self.enqueue_message(message.data)

    async def _handle(self, _: Any, request: SocketModeRequest) -> None:
        start = time.time()
        answer = await run_async_bolt_app(self._app, request)
        await send_async_response(self, request, answer, start)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if self._host is None:
            allowed = parts.scheme == "wss"
        else:
            allowed = parts.scheme in {"ws", "wss"} and parts.hostname == self._host
        if not allowed:
            raise Refused(
                f"Slack named {parts.scheme}://{parts.hostname} for Socket Mode, which "
                "may not be dialled. Check STANDFIRST_SLACK_API_BASE."
            )


async def _hello(session: aiohttp.ClientWebSocketResponse) -> None:
    """Wait for Slack's first words."""
    while True:
        message = await session.receive()
        if message.type is aiohttp.WSMsgType.PING:
            await session.pong(message.data)
        elif message.type is not aiohttp.WSMsgType.PONG:
            break
    if _said(message).get("type") != "hello":
        raise ConnectionError("Slack's socket did not say hello.")


def _said(message: aiohttp.WSMessage) -> dict[str, Any]:
    try:
        found = json.loads(message.data) if message.type is _TEXT else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
