"""Discord behind the platform port: log in, stay connected, send, read back.

A message carries its delivery's key as the nonce, so that repeating a post within a
few minutes gives the first message again; later, the channel's history is read back.
Posts do not need the gateway: it may come and go. A token that Discord refuses stops
this platform and nothing else. News, permissions and time are not decided here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from bot.errors import SendError, SendNotReceived, SendRateLimited, SendRefused
from bot.model import (
    Delivery,
    Destination,
    DestinationProblem,
    Inbox,
    MessagePart,
    PlatformName,
    RenderContext,
)
from bot.platforms.discord import limits
from bot.platforms.discord.channels import PLATFORM_NAME, parse_snowflake
from bot.platforms.discord.checks import DiscordExaminer, find_channel_problems
from bot.platforms.discord.commands import resolve_upload_origin
from bot.platforms.discord.direct_messages import (
    DiscordDirectMessages,
    is_direct_message,
)
from bot.platforms.discord.events import DiscordEventHandler
from bot.platforms.discord.messages import CrosspostQueue, DiscordSender
from bot.platforms.discord.rate_limits import DiscordRateLimiter
from bot.platforms.discord.read_back import DiscordHistoryReader
from bot.platforms.discord.render import render
from digests.messages import Message
from digests.types import Edition

if TYPE_CHECKING:
    from bot.platforms.discord.interactions_endpoint import DiscordInteractionsEndpoint
    from bot.platforms.discord.transport import DiscordSession

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Seconds before a lost login is tried again: doubled each time, up to the last.
RECONNECT_DELAY: Final = 1.0
MAX_RECONNECT_DELAY: Final = 30.0
#: Seconds that saying goodbye to the gateway may take.
CLOSE_TIMEOUT: Final = 3.0
#: Seconds after which a cancellation that was lost is said again.
CANCEL_INTERVAL: Final = 0.2
#: The gateway closed for good: what an admin has to do.
FATAL_CLOSE_CODES: Final = {
    4010: "Discord refused the bot's shard.",
    4011: "Discord wants the bot to use more shards.",
    4012: "Discord does not speak this version of its gateway any more.",
    4013: "Discord does not know the bot's intents.",
    4014: "Discord does not allow the bot's intents.",
}
#: The gateway's word for a token that it does not know.
_AUTHENTICATION_FAILED: Final = 4004
_RECONNECTABLE_CODES: Final = frozenset({4010, 4011})


class DiscordPlatform:
    """`bot.ports.Platform` over discord.py."""

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
    ) -> None:
        """Connect to nothing yet.

        Args:
            token: The bot's.
            api_base: Where REST is, with its version; None = Discord's own.
            gateway: The one gateway that may be dialled; None = any that it names.
            heartbeat_timeout: Seconds of silence after which a gateway is dead.
            now: Seconds of a clock that never goes back.
            defer: Seconds after which an answer is acknowledged and comes later.
            public_key: With it Discord calls us, and no gateway is connected to.
        """
        self._token = token
        self._api_base = api_base
        self._gateway = gateway
        self._heartbeat_timeout = heartbeat_timeout
        self._public_key = public_key
        self._rate_limiter = DiscordRateLimiter(now)
        self._session: DiscordSession | None = None
        self._login_lock = asyncio.Lock()
        #: Why nothing is sent any more.
        self._stopped_reason: Message | None = None
        self._stopped = asyncio.Event()
        #: Why the gateway stays closed, although posting goes on.
        self._gateway_closed_reason: str | None = None
        self._listener = DiscordEventHandler(
            defer=defer, files=resolve_upload_origin(api_base)
        )
        self._direct_messages = DiscordDirectMessages()
        self._read_back = DiscordHistoryReader(self._call, self._ensure_session)
        self._crossposts = CrosspostQueue(self._call, now=now)
        self._sender = DiscordSender(self._call, self._ensure_session, self._crossposts)
        #: Looks how the bot stands with Discord.
        self.examiner = DiscordExaminer(self._call, webhook=public_key is not None)

    @property
    def inbox(self) -> Inbox | None:
        """Where commands go; None while the platform is not running."""
        return self._listener.inbox

    @property
    def name(self) -> PlatformName:
        return PLATFORM_NAME

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        problem = self._stopped_reason or self._gateway_closed_reason
        if problem is not None:
            return str(problem)
        if not self._connected:
            return "It is not connected yet."
        return self._listener.problem or "ok"

    def called(
        self, now: Callable[[], datetime]
    ) -> "DiscordInteractionsEndpoint | None":
        """What Discord calls, by signed requests; None where we connect to it.

        Args:
            now: The present instant.
        """
        if self._public_key is None:
            return None
        from bot.platforms.discord.interactions_endpoint import (
            DiscordInteractionsEndpoint,
        )

        return DiscordInteractionsEndpoint(
            self._receive_interaction, public_key=self._public_key, now=now
        )

    def _receive_interaction(self, interaction: Mapping[str, Any]) -> bool:
        """Hear an interaction that Discord called us with, if anybody can."""
        if self.inbox is None or self._session is None or self._session.closed:
            return False
        self._session.dispatch_interaction(interaction)
        return True

    @property
    def _connected(self) -> bool:
        if self._session is None or self._session.closed:
            return False
        return self._public_key is not None or self._session.connected

    @property
    def _can_connect(self) -> bool:
        return self._stopped_reason is None and self._gateway_closed_reason is None

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        return render(edition, context)

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; the id of the message.

        Raises:
            SendError: As `verdicts` says.
        """
        delivery = await self._direct_messages.resolve_channel(delivery, self._ask)
        return await self._sender.send(delivery)

    async def find_owner(self, workspace: str) -> str | None:
        """Id of the server's owner."""
        guild = parse_snowflake(workspace, "server")
        return await self._call("GET", "", lambda s: s.check_api.owner(guild))

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Whether the person may see the channel of the server and write there."""
        guild, place = (
            parse_snowflake(workspace, "server"),
            parse_snowflake(channel, "channel"),
        )
        person = parse_snowflake(person_id, "person")
        return await self._call(
            "GET", "", lambda s: s.check_api.may_write(place, guild, person)
        )

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our newest message that carries the delivery's key, if there is one.

        Raises:
            Refused: The bot may not read the channel's history.
            Unclear: It cannot be told whether it may.
        """
        own = is_direct_message(delivery)
        if delivery.operation == "post":
            delivery = await self._direct_messages.resolve_channel(delivery, self._ask)
        # In a direct message, what the bot wrote can always be read.
        return await self._read_back.read_back(delivery, direct=own)

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        """What would go wrong there, as far as the gateway told us of the server."""
        if self._session is None:
            return ()
        facts = self._session.facts(workspace, destination.channel)
        return (
            ()
            if facts is None
            else tuple(find_channel_problems(facts, destination.manner))
        )

    # ── the connection ─────────────────────────────────────────────────────────

    async def run(self, inbox: Inbox) -> None:
        """Stay connected until cancelled, or without a connection if there is none."""
        self._listener.inbox = inbox
        try:
            await self._stay_connected()
            await asyncio.Event().wait()
        finally:
            self._listener.inbox = None
            await self.close()

    async def close(self) -> None:
        """Leave; what is sent later logs in again."""
        self._crossposts.stop()
        session, self._session = self._session, None
        if session is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await session.close()
        await session.close_connections()

    async def _stay_connected(self) -> None:
        wait = RECONNECT_DELAY
        while self._can_connect:
            try:
                session = await self._ensure_session()
                await self._hold_gateway(session)
                wait = RECONNECT_DELAY
            except Exception as error:
                self._handle_disconnect(error)
                # What is left of it would only be in the way of the next one.
                await self.close()
            if self._can_connect:
                await asyncio.sleep(wait)
                wait = min(wait * 2, MAX_RECONNECT_DELAY)
        if self._stopped_reason is not None:
            await self.close()

    async def _hold_gateway(self, session: "DiscordSession") -> None:
        """Until the connection ends, or the token turns out to be refused.

        Where Discord calls us there is no gateway: never both, it says.
        """
        hold = session.connect() if self._public_key is None else _wait_forever()
        held = asyncio.create_task(hold)
        registered = asyncio.create_task(self._listener.register(session.calls))
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait((held, stopped), return_when=asyncio.FIRST_COMPLETED)
            if held.done():
                held.result()
        finally:
            await _cancel_tasks(held, stopped, registered)

    def _handle_disconnect(self, error: Exception) -> None:
        """What the end of a connection means; told once."""
        from bot.platforms.discord.send_errors import LOGIN_REFUSED
        from bot.platforms.discord.transport import get_close_code

        code = get_close_code(error)
        if code == _AUTHENTICATION_FAILED:
            self._stop_platform(LOGIN_REFUSED)
        elif code in FATAL_CLOSE_CODES and code not in _RECONNECTABLE_CODES:
            self._gateway_closed_reason = (
                f"{FATAL_CLOSE_CODES[code]} Posting goes on; commands do not work."
            )
            log.error(
                "gateway closed for good",
                platform=PLATFORM_NAME,
                reason=self._gateway_closed_reason,
            )
        elif self._stopped_reason is None:
            reason = str(error) or type(error).__name__
            log.warning("connection lost", platform=PLATFORM_NAME, reason=reason)

    def _stop_platform(self, reason: Message) -> None:
        if self._stopped_reason is None:
            self._stopped_reason = reason
            self._stopped.set()
            log.error("platform stopped", platform=PLATFORM_NAME, reason=str(reason))

    # ── calls ──────────────────────────────────────────────────────────────────

    async def _ensure_session(self) -> "DiscordSession":
        """The session that is logged in, or a new one."""
        from bot.platforms.discord.transport import DiscordSession

        async with self._login_lock:
            self._check_token()
            if self._session is not None and not self._session.closed:
                return self._session
            session = DiscordSession(
                token=self._token,
                api_base=self._api_base,
                gateway=self._gateway,
                heartbeat_timeout=self._heartbeat_timeout,
                pace=self._rate_limiter,
                listener=self._listener,
            )
            try:
                await session.login()
            except Exception as error:
                await session.close_connections()
                raise self._classify_login_error(error) from error
            except BaseException:
                await session.close_connections()
                raise
            self._session = session
            return session

    def _classify_login_error(self, error: Exception) -> SendError:
        """What a failed login means for a delivery: nothing was sent yet."""
        from bot.platforms.discord.send_errors import classify_send_error

        found = classify_send_error(error, guarded=True)
        if isinstance(found, SendRateLimited):
            return found
        if isinstance(found, SendRefused) and found.whole_workspace:
            self._stop_platform(found.message)
            return found
        return SendNotReceived("discord.login_failed", error=found)

    async def _call(
        self,
        method: str,
        route: str,
        call: Callable[["DiscordSession"], Awaitable[T]],
        *,
        guarded: bool = True,
    ) -> T:
        """One request when it is its turn; every failure as one of ours."""
        from bot.platforms.discord.send_errors import classify_send_error

        session = await self._ensure_session()
        async with self._rate_limiter.turn(method, route):
            self._check_token()
            try:
                return await call(session)
            except Exception as error:
                found = classify_send_error(error, guarded=guarded)
                if isinstance(found, SendRefused) and found.whole_workspace:
                    self._stop_platform(found.message)
                raise found from error

    async def _ask(
        self, method: str, call: Callable[["DiscordSession"], Awaitable[str]]
    ) -> str:
        """One request about a person."""
        return await self._call(method, "", call)

    def _check_token(self) -> None:
        if self._stopped_reason is not None:
            raise SendRefused(self._stopped_reason, whole_workspace=True)


async def _wait_forever() -> None:
    await asyncio.Event().wait()


async def _cancel_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel the tasks until they have ended, whatever they end with.

    Once is not enough: `wait_for`, under the library's connecting, loses a cancellation
    that comes together with its result.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_INTERVAL)
    await asyncio.gather(*tasks, return_exceptions=True)
