"""`bot.ports.Platform` for Discord: log in, stay connected, send, read back.

A message carries its delivery's key as the nonce: repeating a post within a few minutes
returns the first message; after that, the channel's history is read back. Posts need
REST only, so they go on while the gateway is lost. A token that Discord refuses stops
this platform and nothing else.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from bot.errors import SendError, SendNotReceived, SendRateLimited, SendRefused
from bot.model import Delivery, Destination, DestinationProblem, Inbox, file_origin
from bot.platforms.common.caches import get_recipient
from bot.platforms.common.connection import (
    StopSwitch,
    hold_until_stopped,
    stay_connected,
)
from bot.platforms.common.rate_limits import RequestRoute
from bot.platforms.discord import limits
from bot.platforms.discord.channels import (
    PLATFORM_NAME,
    Json,
    ShardRange,
    parse_snowflake,
)
from bot.platforms.discord.checks import DiscordExaminer, find_channel_problems
from bot.platforms.discord.commands import UPLOAD_ORIGIN
from bot.platforms.discord.events import DiscordEventHandler
from bot.platforms.discord.messages import CrosspostQueue, DiscordSender
from bot.platforms.discord.rate_limits import READ, DiscordRateLimiter
from bot.platforms.discord.read_back import DiscordDirectMessages, find_posted
from bot.platforms.discord.render import render
from bot.ports import SignIn
from digests.messages import Message

if TYPE_CHECKING:
    from bot.platforms.common.webhooks import SignedEndpoint
    from bot.platforms.discord.rest_api import ApiCall, DiscordApi
    from bot.platforms.discord.session import DiscordSession

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)
T = TypeVar("T")

#: Seconds that closing the gateway may take.
CLOSE_TIMEOUT: Final = 3.0
#: Codes with which Discord closes the gateway, and will again.
FATAL_CLOSE_CODES: Final = {
    4012: "Discord does not speak this version of its gateway any more.",
    4013: "Discord does not know the bot's intents.",
    4014: "Discord does not allow the bot's intents.",
}


class DiscordPlatform:
    """`bot.ports.Platform` over discord.py."""

    name = PLATFORM_NAME

    def __init__(
        self,
        *,
        token: str,
        api_base: str | None = None,
        gateway: str | None = None,
        heartbeat_timeout: float = 60.0,
        now: Callable[[], float] = time.monotonic,
        defer: float = limits.DEFER_AFTER,
        public_key: str | None = None,
        shards: ShardRange | None = None,
    ) -> None:
        """Create the platform; nothing is connected yet.

        Args:
            token: The bot's token.
            api_base: Base URL of the REST API, with its version; None = Discord's own.
            gateway: The only gateway to dial; None = any that Discord names.
            heartbeat_timeout: Seconds of silence after which a gateway is dead.
            now: A monotonic clock in seconds.
            defer: Seconds after which an interaction is acknowledged.
            public_key: The application's; with it Discord calls us over HTTP and no
                gateway is used.
            shards: Those whose events this process receives; None = all.
        """
        self._token = token
        self._public_key = public_key
        self._rate_limiter = DiscordRateLimiter(now)
        self._session: DiscordSession | None = None
        self._login_lock = asyncio.Lock()
        self._stop = StopSwitch(PLATFORM_NAME)
        #: Why the gateway stays closed while posting continues.
        self._gateway_closed_reason: str | None = None
        origin = file_origin(api_base, UPLOAD_ORIGIN)
        self._listener = DiscordEventHandler(self._call, defer=defer, files=origin)

        def build_session() -> "DiscordSession":
            from bot.platforms.discord.session import DiscordSession

            return DiscordSession(
                api_base=api_base,
                gateway=gateway,
                heartbeat_timeout=heartbeat_timeout,
                shards=shards,
                pace=self._rate_limiter,
                listener=self._listener,
            )

        self._build_session = build_session
        self._direct_messages = DiscordDirectMessages(self._call)
        self._crossposts = CrosspostQueue(self._call, now=now)
        self._sender = DiscordSender(self._call, self._get_api, self._crossposts)
        #: Runs the doctor's checks.
        self.examiner = DiscordExaminer(self._call, webhook=public_key is not None)

    @property
    def inbox(self) -> Inbox | None:
        """Receives commands; None while the platform is not running."""
        return self._listener.inbox

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        if self._problem:
            return str(self._problem)
        session = self._open_session
        if session is None or not (self._public_key or session.connected):
            return "It is not connected yet."
        return self._listener.problem or "ok"

    @property
    def _problem(self) -> Message | str | None:
        """Why no gateway is wanted any more."""
        return self._stop.reason or self._gateway_closed_reason

    @property
    def _open_session(self) -> "DiscordSession | None":
        session = self._session
        return None if session is None or session.is_closed() else session

    def called(self, now: Callable[[], datetime]) -> "SignedEndpoint | None":
        """Build the endpoint that Discord calls; None where we connect to it.

        Args:
            now: The present instant.
        """
        if self._public_key is None:
            return None
        from bot.platforms.discord import interactions

        return interactions.build_interactions_endpoint(
            self._receive_interaction, public_key=self._public_key, now=now
        )

    def _receive_interaction(self, interaction: Json) -> bool:
        """Handle an interaction that came over HTTP; False while not running."""
        session = self._open_session
        if self.inbox is None or session is None:
            return False
        session.dispatch_interaction(interaction)
        return True

    render = staticmethod(render)

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; return the id of the message.

        Raises:
            SendError: As `rate_limits` classifies it.
        """
        delivery = await self._direct_messages.resolve_channel(delivery)
        return await self._sender.send(delivery)

    async def find_owner(self, workspace: str) -> str | None:
        """Return the id of the server's owner."""
        guild = parse_snowflake(workspace, "server")
        return await self._call(lambda api: api.checks.owner(guild))

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Check whether a person may see a channel of the server and write there."""
        guild = parse_snowflake(workspace, "server")
        place = parse_snowflake(channel, "channel")
        person = parse_snowflake(person_id, "person")
        return await self._call(lambda api: api.checks.may_write(place, guild, person))

    def build_sign_in(
        self, client_id: str, client_secret: str, api_base: str | None
    ) -> SignIn:
        """Build what signs people in to the console with this application."""
        from bot.platforms.discord.sign_in import DiscordSignIn

        return DiscordSignIn(
            self._call,
            client_id=client_id,
            client_secret=client_secret,
            api_base=api_base,
        )

    async def read_back(self, delivery: Delivery) -> str | None:
        """Find the id of our newest message that carries the delivery's key.

        Edits and deletions are not searched for: repeating them has no further effect.

        Raises:
            SendRefused: The bot may not read the channel's history.
            SendUnclear: It is unknown whether it may.
        """
        if delivery.operation != "post":
            return None
        direct = get_recipient(delivery) is not None
        delivery = await self._direct_messages.resolve_channel(delivery)
        return await find_posted(self._call, self._get_api, delivery, direct=direct)

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        """List problems of a destination, as far as the gateway announced it."""
        session = self._session
        facts = session.facts(workspace, destination.channel) if session else None
        if facts is None:
            return ()
        return tuple(find_channel_problems(facts, destination.post_options))

    # ── the connection ─────────────────────────────────────────────────────────

    async def run(self, inbox: Inbox) -> None:
        """Stay connected until cancelled, or without a connection if there is none."""
        self._listener.inbox = inbox
        try:
            await stay_connected(
                self._hold_gateway,
                may_connect=lambda: not self._problem,
                handle_loss=self._handle_loss,
                stopped=self._stop.wait,
            )
            if self._stop.reason is not None:
                await self.close()
            await asyncio.Event().wait()
        finally:
            self._listener.inbox = None
            await self.close()

    async def close(self) -> None:
        """Log out; the next request logs in again."""
        self._crossposts.stop()
        session, self._session = self._session, None
        if session is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await session.close()
        await session.close_connections()

    async def _hold_gateway(self) -> bool:
        """Hold the gateway until it ends, or the token turns out to be refused.

        Where Discord calls us there is no gateway: it supports only one of the two.
        """
        session = await self._ensure_session()
        await hold_until_stopped(
            session.connect() if self._public_key is None else self._stop.wait(),
            self._stop.wait(),
            self._listener.register(session.api),
        )
        return False

    async def _handle_loss(self, error: Exception) -> float:
        """Decide from an error whether to connect again; return the minimum delay."""
        from bot.platforms.discord.session import get_close_code

        self._classify_error(error)
        code = get_close_code(error)
        if code in FATAL_CLOSE_CODES:
            reason = f"{FATAL_CLOSE_CODES[code]} Posting goes on; commands do not work."
            self._gateway_closed_reason = reason
            log.error("gateway closed for good", reason=reason)
        elif self._stop.reason is None:
            log.warning("connection lost", reason=str(error) or type(error).__name__)
        # Remains of the session would get in the way of the next one.
        await self.close()
        return 0.0

    # ── calls ──────────────────────────────────────────────────────────────────

    async def _ensure_session(self) -> "DiscordSession":
        """Return the session that is logged in, or log in."""
        async with self._login_lock:
            self._stop.check()
            if self._open_session is not None:
                return self._open_session
            session = self._build_session()
            try:
                await session.login(self._token)
            except BaseException as error:
                await session.close_connections()
                if not isinstance(error, Exception):
                    raise
                found = self._classify_error(error)
                match found:
                    case SendRateLimited() | SendRefused(whole_workspace=True):
                        raise found from error
                # Nothing was sent yet.
                raise SendNotReceived("discord.login_failed", error=found) from error
            self._session = session
            return session

    def _classify_error(self, error: Exception, *, guarded: bool = True) -> SendError:
        """Classify an error; stop if Discord refuses everything."""
        from bot.platforms.discord.rate_limits import classify_send_error

        found = classify_send_error(error, guarded=guarded)
        if isinstance(found, SendRefused) and found.whole_workspace:
            self._stop.stop(found.message)
        return found

    async def _get_api(self) -> "DiscordApi":
        return (await self._ensure_session()).api

    async def _call(
        self, call: "ApiCall[T]", route: RequestRoute = READ, *, guarded: bool = True
    ) -> T:
        """`DiscordCaller` over the session that is logged in."""
        api = await self._get_api()
        async with self._rate_limiter.turn(*route):
            self._stop.check()
            try:
                return await call(api)
            except Exception as error:
                raise self._classify_error(error, guarded=guarded) from error
