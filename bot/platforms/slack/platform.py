"""`bot.ports.Platform` for Slack: send, read back, stay connected.

Slack knows no idempotency keys. A message carries its delivery's key in its metadata,
and an unclear post is looked for in the channel's history before it is sent again.
Posts do not need the socket: it may come and go. A token that Slack refuses stops this
platform and nothing else. News, permissions and time are not decided here.

With one bot token it serves one workspace; with `installations`, all that it is in.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import structlog

from bot.errors import MessageGone, SendRateLimited, SendRefused
from bot.model import Delivery, Inbox, MessagePart, PlatformName, RenderContext
from bot.platforms.slack import limits
from bot.platforms.slack.checks import SlackExaminer
from bot.platforms.slack.direct_messages import SlackDirectMessages
from bot.platforms.slack.endpoints import Acknowledgement, SlackEventsEndpoint
from bot.platforms.slack.events import PLATFORM_NAME, SlackEventHandler
from bot.platforms.slack.installations import (
    Installation,
    Installations,
    SingleInstallation,
)
from bot.platforms.slack.messages import build_edit_body, build_post_body
from bot.platforms.slack.rate_limits import POST_MESSAGE, SlackRateLimiter
from bot.platforms.slack.read_back import SlackHistoryReader
from bot.platforms.slack.render import render
from bot.platforms.slack.tokens import FixedToken
from digests.types import Edition

if TYPE_CHECKING:
    from slack_bolt.app.async_app import AsyncApp

    from bot.platforms.slack.client import SlackClient
    from bot.platforms.slack.connection import SlackSocket

log = structlog.get_logger(__name__)
T = TypeVar("T")

UPDATE, DELETE = "chat.update", "chat.delete"
#: Seconds before a lost connection is tried again: doubled each time, up to the last.
RECONNECT_DELAY: Final = 1.0
MAX_RECONNECT_DELAY: Final = 30.0
#: Seconds that a connection has to stand for all to be well again.
STABLE_AFTER: Final = 10.0
_MESSAGE_ID: Final = re.compile(r"\d{1,12}\.\d{1,6}")


class SlackPlatform:
    """`bot.ports.Platform` over slack_sdk and Bolt."""

    def __init__(
        self,
        *,
        token: str = "",
        installations: Installations | None = None,
        app_token: str | None = None,
        signing_secret: str = "",
        api_base: str | None = None,
        ping_timeout: float = limits.PING_TIMEOUT,
        idle_timeout: float = limits.IDLE_TIMEOUT,
        patience: float = limits.SLOT_TIMEOUT,
        hold: float = limits.FORM_HOLD,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Connect to nothing yet.

        Args:
            token: The bot's token in its workspace, where it is in one.
            installations: Those of all workspaces; None = the one of `token`.
            app_token: Opens Socket Mode; None = Slack calls us over HTTP.
            signing_secret: What Slack signs such calls with.
            api_base: Where the Web API is, ending in `/api/`; None = Slack's own. With
                one of our own, no other host is dialled.
            idle_timeout: Seconds of silence after which a socket is dead.
            ping_timeout: Seconds without an event after which a socket is renewed.
            patience: Seconds that a message may wait for its turn; well below the time
                that a whole send is given.
            hold: Seconds that a filled form waits for its answer.
            now: Seconds of a clock that never goes back.
            sleep: Waits by that clock.
        """
        self.installations = installations or SingleInstallation(
            Installation(
                tokens=FixedToken(token),
                api_base=api_base,
                pace=SlackRateLimiter(now, sleep, patience),
            )
        )
        self._direct_messages = SlackDirectMessages(self.installations)
        self._reader = SlackHistoryReader(self._call)
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._ping_timeout = ping_timeout
        self._idle_timeout = idle_timeout
        self._socket: SlackSocket | None = None
        #: Hears what Slack calls us with, where it does.
        self._app: AsyncApp | None = None
        #: Why the socket stays closed, although posting goes on.
        self._socket_closed_reason: str | None = None
        self.listener = SlackEventHandler(self.installations, hold=hold, now=now)
        #: Looks how the bot stands with Slack; where many workspaces installed it, each
        #: has its own findings.
        self.examiner = (
            SlackExaminer(installations.one, app_token, signing_secret)
            if isinstance(installations := self.installations, SingleInstallation)
            else None
        )

    @property
    def name(self) -> PlatformName:
        return PLATFORM_NAME

    def called(self, now: Callable[[], datetime]) -> SlackEventsEndpoint | None:
        """What Slack calls, by signed requests; None where we connect to it.

        Args:
            now: The present instant.
        """
        if self._app_token is not None:
            return None
        return SlackEventsEndpoint(
            self._receive_request, secret=self._signing_secret, now=now
        )

    @property
    def inbox(self) -> Inbox | None:
        """Where commands go; None while the platform is not running."""
        return self.listener.inbox

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        problem = self.installations.refused or self._socket_closed_reason
        if problem is not None:
            return str(problem)
        if self._app_token is None:
            connected = self.installations.ready and self._app is not None
        else:
            connected = self._socket is not None and self._socket.open
        return "ok" if connected else "It is not connected yet."

    @property
    def _can_connect(self) -> bool:
        return self.installations.refused is None and self._socket_closed_reason is None

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        return render(edition, context)

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; the id (`ts`) of the message.

        Raises:
            SendError: As `verdicts` says.
        """
        delivery = await self._direct_messages.resolve_channel(delivery)
        match delivery.operation:
            case "post":
                return await self._post(delivery)
            case "edit":
                return await self._edit(delivery)
            case "delete":
                return await self._delete(delivery)

    async def _post(self, delivery: Delivery) -> str:
        return await self._call(
            POST_MESSAGE,
            delivery,
            lambda session, channel: session.post(channel, build_post_body(delivery)),
        )

    async def _edit(self, delivery: Delivery) -> str:
        ts = _get_message_id(delivery)
        return await self._call(
            UPDATE,
            delivery,
            lambda session, channel: session.edit(
                channel, ts, build_edit_body(delivery)
            ),
        )

    async def _delete(self, delivery: Delivery) -> str:
        ts = _get_message_id(delivery)
        with suppress(MessageGone):
            await self._call(
                DELETE,
                delivery,
                lambda session, channel: session.delete(channel, ts),
            )
        return ts

    async def _call(
        self,
        method: str,
        delivery: Delivery,
        call: "Callable[[SlackClient, str], Awaitable[T]]",
    ) -> T:
        installation = await self.installations.of(delivery.workspace_external_id)
        return await installation.call(method, delivery, call)

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Whether the channel is open to everybody there, or the person is in it."""
        from bot.platforms.slack.permissions import can_write

        installation = await self.installations.of(workspace)
        return await can_write(installation, channel, person_id)

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our message that carries the delivery's key, if there is one.

        Raises:
            Refused: The bot may not read the channel's history, or too much was
                written there since.
        """
        if delivery.operation != "post":
            return None
        delivery = await self._direct_messages.resolve_channel(delivery)
        return await self._reader.read_back(delivery)

    # ── the connection ─────────────────────────────────────────────────────────

    async def run(self, inbox: Inbox) -> None:
        """Stay connected until cancelled, or without a connection if there is none."""
        self.listener.inbox = inbox
        try:
            await self._stay_connected()
            await asyncio.Event().wait()
        finally:
            self.listener.inbox = None
            await self.close()

    async def close(self) -> None:
        """Leave; what is sent later signs in again."""
        self._app = None
        await self._close_socket()
        await self.installations.close()

    async def _stay_connected(self) -> None:
        clock = asyncio.get_running_loop()
        wait = RECONNECT_DELAY
        while self._can_connect:
            begun = clock.time()
            try:
                session = await self.installations.shared_client()
                if session.team:
                    await self.listener.register_workspace(
                        session.team, session.team_name
                    )
                if self._app_token is None:
                    self._accept_requests(session)
                    return
                await self._hold_connection(session)
            except Exception as error:
                wait = max(wait, self._handle_disconnect(error))
                await self._close_socket()
            if clock.time() - begun > STABLE_AFTER:
                wait = RECONNECT_DELAY
            if self._can_connect:
                await self._wait_to_reconnect(wait)
                wait = min(wait * 2, MAX_RECONNECT_DELAY)
        await self._close_socket()

    async def _wait_to_reconnect(self, wait: float) -> None:
        """Between two connections; not at all the first time that Slack asks for it."""
        if self._socket is None or wait > RECONNECT_DELAY:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self.installations.stopped()

    async def _hold_connection(self, session: "SlackClient") -> None:
        """Until the connection ends, or the token turns out to be refused.

        The one before, if Slack only asked us to renew it, is left when the new one
        stands.
        """
        socket = self._new_socket(session)
        try:
            await socket.connect()
        except BaseException:
            await socket.close()
            raise
        await self._close_socket()
        self._socket = socket
        receiving = asyncio.create_task(socket.hold())
        stopped = asyncio.create_task(self.installations.stopped())
        try:
            await asyncio.wait(
                (receiving, stopped), return_when=asyncio.FIRST_COMPLETED
            )
            reason = receiving.result() if receiving.done() else ""
        finally:
            stopped.cancel()
            receiving.cancel()
            await asyncio.gather(receiving, stopped, return_exceptions=True)
        log.info("socket ended", platform=PLATFORM_NAME, reason=reason or "it broke")
        if not reason:
            await self._close_socket()

    def _accept_requests(self, session: "SlackClient") -> None:
        """From now on Slack's calls find somebody."""
        from bot.platforms.slack.connection import build_bolt_app

        self._app = build_bolt_app(session, self.listener)
        if not self._signing_secret:
            log.warning(
                "commands do not work",
                platform=PLATFORM_NAME,
                reason="There is no STANDFIRST_SLACK_APP_TOKEN for Socket Mode, and no "
                "STANDFIRST_SLACK_SIGNING_SECRET to know Slack's calls by.",
            )

    async def _receive_request(
        self, body: str, headers: Mapping[str, str]
    ) -> Acknowledgement:
        """What Slack sent us by a call of its own."""
        from bot.platforms.slack.connection import dispatch_request

        if self._app is None or self.inbox is None:
            return Acknowledgement(status=503)
        return await dispatch_request(self._app, body, headers)

    def _new_socket(self, session: "SlackClient") -> "SlackSocket":
        from bot.platforms.slack.connection import SlackSocket, build_bolt_app

        api_base = self.installations.api_base
        return SlackSocket(
            app=build_bolt_app(session, self.listener),
            app_token=self._app_token or "",
            web=session.web,
            host=urlsplit(api_base).hostname if api_base else None,
            ping_timeout=self._ping_timeout,
            idle_timeout=self._idle_timeout,
        )

    async def _close_socket(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(Exception):
                await socket.close()

    def _handle_disconnect(self, error: Exception) -> float:
        """What the end of a connection means, told once; seconds to wait at least."""
        from bot.platforms.slack.send_errors import classify_send_error, get_error_code

        found = classify_send_error(error, guarded=True)
        if self.installations.refused is not None:
            return 0.0
        if isinstance(found, SendRefused):
            self._socket_closed_reason = (
                f"Slack opens no Socket Mode ({get_error_code(error) or found}). Check "
                "STANDFIRST_SLACK_APP_TOKEN. Posting goes on; commands do not work."
            )
            log.error(
                "socket closed for good",
                platform=PLATFORM_NAME,
                reason=self._socket_closed_reason,
            )
            return 0.0
        log.warning("connection lost", platform=PLATFORM_NAME, reason=str(found))
        return found.retry_after if isinstance(found, SendRateLimited) else 0.0


def _get_message_id(delivery: Delivery) -> str:
    """The message's id; `Refused` when it cannot be one."""
    ts = delivery.message_id or ""
    if not _MESSAGE_ID.fullmatch(ts):
        raise SendRefused("slack.not_a_message_id", ts=ts, message_only=True)
    return ts
