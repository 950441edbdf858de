"""`bot.ports.Platform` for Slack: send, read back, stay connected.

Slack has no idempotency keys. A message carries its delivery's key in its metadata, and
an unclear post is looked for in the channel's history before it is sent again. Posts
need the Web API only, so they go on while the socket is lost. A token that Slack
refuses stops this platform and nothing else.

With one bot token it serves one workspace; with `installations`, all of theirs.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import MessageGone, SendRateLimited, SendRefused
from bot.i18n.translation import Texts
from bot.model import Delivery, Inbox
from bot.platforms.common.connection import hold_until_stopped, stay_connected
from bot.platforms.common.webhooks import SignatureScheme, SignedEndpoint
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import (
    EVENTS_PATH,
    INSTALL_PATH,
    PLATFORM_NAME,
    REDIRECT_PATH,
)
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.checks import SlackExaminer
from bot.platforms.slack.events import SlackEventHandler
from bot.platforms.slack.installations import (
    Installations,
    OnInstalled,
    SingleInstallation,
    StoredInstallations,
)
from bot.platforms.slack.messages import build_edit_body, build_post_body
from bot.platforms.slack.permissions import can_write
from bot.platforms.slack.rate_limits import (
    POST_MESSAGE,
    SlackRateLimiter,
    classify_send_error,
    get_error_code,
)
from bot.platforms.slack.read_back import SlackDirectMessages, find_posted
from bot.platforms.slack.render import render
from bot.platforms.slack.tokens import BotToken
from bot.platforms.slack.uploads import INVALID_BLOCKS, PictureUploads, drop_pictures

if TYPE_CHECKING:
    from bot.platforms.slack.oauth import InstallFlow

# ── HTTP endpoints ──────────────────────────────────────────────────────────────
#
# HTTP endpoints: signed events from Slack, and installation in a browser.
#
# Anybody may request the installation pages: what a visitor sends is checked by
# `oauth`, and changes nothing but an installation state that we issued, once.


def build_signature_scheme(secret: str) -> SignatureScheme:
    """Build the check of signatures by the app's signing secret.

    Without a secret every request is refused.
    """

    def check(stamp: str, body: bytes, signature: str) -> bool:
        signed = b"v0:" + stamp.encode() + b":" + body
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        expected = f"v0={mac}".encode()
        return bool(secret) and hmac.compare_digest(expected, signature.encode())

    return SignatureScheme(
        platform=PLATFORM_NAME,
        timestamp_header="x-slack-request-timestamp",
        signature_header="x-slack-signature",
        check=check,
    )


def build_install_routes(
    installations: StoredInstallations, arrived: OnInstalled
) -> list[Route]:
    """Build the routes of the installation pages.

    Args:
        installations: The installations of the app.
        arrived: Called with each new installation, once it is stored.
    """

    @cache
    def open_flow() -> "InstallFlow":
        # Bolt is loaded for the first visitor.
        from bot.platforms.slack.oauth import InstallFlow

        return InstallFlow(installations, arrived, Texts.of("en"))

    async def answer(request: Request) -> Response:
        return await open_flow().answer(request)

    paths = (INSTALL_PATH, REDIRECT_PATH)
    return [Route(path, answer, methods=["GET"]) for path in paths]


if TYPE_CHECKING:
    from bot.platforms.slack.connection import SlackSocket

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

Headers = Mapping[str, str]
UPDATE, DELETE = "chat.update", "chat.delete"
_MESSAGE_ID: Final = re.compile(r"\d{1,12}\.\d{1,6}")


class SlackPlatform:
    """`bot.ports.Platform` over slack_sdk and Bolt."""

    name: Final = PLATFORM_NAME
    render = staticmethod(render)

    def __init__(
        self,
        *,
        token: str = "",
        installations: Installations | None = None,
        app_token: str | None = None,
        signing_secret: str = "",
        api_base: str | None = None,
        patience: float = limits.SLOT_TIMEOUT,
        open_uploads: Callable[[Installations], PictureUploads] | None = None,
    ) -> None:
        """Create the platform; nothing is connected yet.

        Args:
            token: The bot's token, where the app is in one workspace.
            installations: Those of all workspaces; None = the one of `token`.
            app_token: Opens Socket Mode; None = Slack calls us over HTTP.
            signing_secret: What Slack signs such requests with.
            api_base: Base URL of the Web API, ending in `/api/`; None = Slack's own.
                With a configured one, no other host is dialled.
            patience: Seconds that a message may wait for its slot; well below the time
                that a whole send may take.
            open_uploads: Creates the uploads of pictures; None = they are left out.
        """
        self.installations = installations or SingleInstallation(
            BotToken(token), SlackRateLimiter(patience=patience), api_base
        )
        self._uploads = open_uploads(self.installations) if open_uploads else None
        self._direct_messages = SlackDirectMessages(self.installations)
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._socket: SlackSocket | None = None
        #: Handles requests over HTTP, where Slack calls us.
        self._dispatch: Callable[[str, Headers], Awaitable[Response]] | None = None
        #: Why the socket stays closed while posting continues.
        self._socket_closed_reason: str | None = None
        open_direct_message = self._direct_messages.open
        self.listener = SlackEventHandler(self.installations, open_direct_message)
        #: Runs the doctor's checks; where several workspaces installed the app, each
        #: has findings of its own.
        self.examiner = (
            SlackExaminer(self.installations, app_token, signing_secret)
            if isinstance(self.installations, SingleInstallation)
            else None
        )

    def build_routes(self, now: Callable[[], datetime]) -> list[Route]:
        """Build the routes that Slack calls and those of the installation pages.

        Args:
            now: The present instant.
        """
        routes = []
        if self._app_token is None:
            scheme = build_signature_scheme(self._signing_secret)
            events = SignedEndpoint(self._receive_request, scheme=scheme, now=now)
            routes.append(Route(EVENTS_PATH, events, methods=["POST"]))
        if isinstance(self.installations, StoredInstallations):
            routes += build_install_routes(self.installations, self.listener.arrived)
        return routes

    @property
    def inbox(self) -> Inbox | None:
        """Receives commands; None while the platform is not running."""
        return self.listener.inbox

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        problem = self.installations.refused or self._socket_closed_reason
        if problem is not None:
            return str(problem)
        if self._app_token is None:
            connected = self.installations.ready and self._dispatch is not None
        else:
            connected = self._socket is not None and self._socket.open
        return "ok" if connected else "It is not connected yet."

    @property
    def _can_connect(self) -> bool:
        return self.installations.refused is None and self._socket_closed_reason is None

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; return the id (`ts`) of the message.

        Raises:
            SendError: As `rate_limits` classifies it.
        """
        delivery = await self._direct_messages.resolve_channel(delivery)
        ts = delivery.message_id or ""
        if delivery.operation == "post":
            found = await self._send_content(POST_MESSAGE, delivery, build_post_body)
            return str(found["ts"])
        if not _MESSAGE_ID.fullmatch(ts):
            raise SendRefused("slack.not_a_message_id", ts=ts, message_only=True)
        if delivery.operation == "edit":
            found = await self._send_content(UPDATE, delivery, build_edit_body, ts=ts)
            return str(found["ts"])
        with suppress(MessageGone):
            await self._call(DELETE, delivery, {"ts": ts})
        return ts

    async def _send_content(
        self,
        method: str,
        delivery: Delivery,
        build: Callable[[Delivery], Json],
        **args: str,
    ) -> Json:
        """Send a message with its pictures, or without those that Slack does not take.

        A refusal is certain: nothing was posted.
        """
        plain = drop_pictures(delivery)
        if self._uploads is None or plain is delivery:
            return await self._call(method, plain, {**args, **build(plain)})
        pictured = await self._uploads.place_pictures(delivery)
        try:
            return await self._call(method, pictured, {**args, **build(pictured)})
        except SendRefused as refused:
            code = get_error_code(refused.__cause__)
            if code != INVALID_BLOCKS or pictured.payload == plain.payload:
                raise
        found = await self._call(method, plain, {**args, **build(plain)})
        await self._uploads.give_up(delivery)
        return found

    async def _call(self, method: str, delivery: Delivery, body: Json) -> Json:
        installation = await self.installations.of(delivery.workspace_external_id)
        return await installation.call(method, delivery, **body)

    async def delete_unused_files(self) -> None:
        """Delete the pictures that no message shows any more."""
        if self._uploads is not None:
            await self._uploads.delete_unused()

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Check whether a person may write in a channel."""
        installation = await self.installations.of(workspace)
        return await can_write(installation, channel, person_id)

    async def read_back(self, delivery: Delivery) -> str | None:
        """Find the id of our message that carries the delivery's key.

        Edits and deletions are not searched for: repeating them has no further effect.

        Raises:
            SendRefused: The bot may not read the channel's history, or too much was
                posted there since.
        """
        if delivery.operation != "post":
            return None
        delivery = await self._direct_messages.resolve_channel(delivery)
        return await find_posted(self.installations, delivery)

    # ── the connection ─────────────────────────────────────────────────────────

    async def run(self, inbox: Inbox) -> None:
        """Stay connected until cancelled, or without a connection if there is none."""
        self.listener.inbox = inbox
        try:
            await stay_connected(
                self._hold_connection,
                may_connect=lambda: self._can_connect,
                handle_loss=self._handle_loss,
                stopped=self.installations.stopped,
            )
            await self._close_socket()
            await asyncio.Event().wait()
        finally:
            self.listener.inbox = None
            await self.close()

    async def close(self) -> None:
        """Sign out; the next request signs in again."""
        self._dispatch = None
        await self._close_socket()
        await self.installations.close()

    async def _hold_connection(self) -> bool:
        """Hold the connection until it ends, or the token turns out to be refused.

        Returns whether Slack asked for a new one. The old one is then closed only when
        the new one is open, so that no event is lost.
        """
        # Bolt is loaded with the first connection.
        from bot.platforms.slack import connection

        client = await self.installations.shared_client()
        if client.team:
            await self.listener.register_workspace(client.team, client.team_name)
        app = connection.build_bolt_app(client, self.listener)
        if self._app_token is None:
            self._dispatch = partial(connection.dispatch_request, app)
            self._warn_unsigned()
            await self.installations.stopped()
            return False
        host = urlsplit(self.installations.api_base or "").hostname
        socket = connection.SlackSocket(app, self._app_token, client.web, host)
        try:
            await socket.connect()
        except BaseException:
            await socket.close()
            raise
        await self._close_socket()
        self._socket = socket
        reason = await hold_until_stopped(socket.hold(), self.installations.stopped())
        log.info("socket ended", reason=reason or "it broke")
        if not reason:
            await self._close_socket()
        return bool(reason)

    def _warn_unsigned(self) -> None:
        if not self._signing_secret:
            log.warning(
                "commands do not work",
                reason="There is no STANDFIRST_SLACK_APP_TOKEN for Socket Mode, and no "
                "STANDFIRST_SLACK_SIGNING_SECRET to know Slack's calls by.",
            )

    async def _receive_request(self, body: bytes, headers: Headers) -> Response:
        """Handle a signed request of Slack's."""
        if self._dispatch is None or self.inbox is None:
            return Response(status_code=503)
        return await self._dispatch(body.decode(), headers)

    async def _close_socket(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(Exception):
                await socket.close()

    async def _handle_loss(self, error: Exception) -> float:
        """Decide from an error whether to connect again; return the minimum delay."""
        await self._close_socket()
        found = classify_send_error(error, guarded=True)
        if self.installations.refused is not None:
            return 0.0
        if isinstance(found, SendRefused):
            self._socket_closed_reason = (
                f"Slack opens no Socket Mode ({get_error_code(error) or found}). Check "
                "STANDFIRST_SLACK_APP_TOKEN. Posting goes on; commands do not work."
            )
            log.error("socket closed for good", reason=self._socket_closed_reason)
            return 0.0
        log.warning("connection lost", reason=str(found))
        return found.retry_after if isinstance(found, SendRateLimited) else 0.0
