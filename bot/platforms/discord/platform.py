"""Discord as a platform: posts over REST, listens by the gateway or is called.

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

from bot.errors import Limited, Refused, SendError, Unreached
from bot.platforms.discord import limits
from bot.platforms.discord.attachments import origin_of
from bot.platforms.discord.crossposts import Crossposts
from bot.platforms.discord.examining import DiscordExaminer
from bot.platforms.discord.inspecting import troubles
from bot.platforms.discord.interactions import NAME
from bot.platforms.discord.listening import Listener
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.persons import Persons, is_person
from bot.platforms.discord.places import snowflake
from bot.platforms.discord.reading_back import Reader
from bot.platforms.discord.render import render
from bot.platforms.discord.sending import Sender
from bot.types import (
    Delivery,
    Destination,
    Inbox,
    Part,
    PlatformName,
    RenderContext,
    Trouble,
)
from digests.types import Edition

if TYPE_CHECKING:
    from bot.platforms.discord.called import Called
    from bot.platforms.discord.session import Session

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Seconds before a lost login is tried again: doubled each time, up to the last.
AGAIN_FIRST: Final = 1.0
AGAIN_MOST: Final = 30.0
#: Seconds that saying goodbye to the gateway may take.
GOODBYE: Final = 3.0
#: Seconds after which a cancellation that was lost is said again.
CANCEL_AGAIN: Final = 0.2
#: The gateway closed for good: what an admin has to do.
FATAL: Final = {
    4010: "Discord refused the bot's shard.",
    4011: "Discord wants the bot to use more shards.",
    4012: "Discord does not speak this version of its gateway any more.",
    4013: "Discord does not know the bot's intents.",
    4014: "Discord does not allow the bot's intents.",
}
#: The gateway's word for a token that it does not know.
_NOT_LET_IN: Final = 4004
_BETTER_ANEW: Final = frozenset({4010, 4011})


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
        defer: float = limits.DEFER,
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
        self._pace = Pace(now)
        self._session: Session | None = None
        self._signing_in = asyncio.Lock()
        #: Why nothing is sent any more.
        self._refused: str | None = None
        self._stopped = asyncio.Event()
        #: Why the gateway stays closed, although posting goes on.
        self._cut_off: str | None = None
        self._listener = Listener(defer=defer, files=origin_of(api_base))
        self._persons = Persons()
        self._reader = Reader(self._call, self._signed_in)
        self._crossposts = Crossposts(self._call, now=now)
        self._sender = Sender(self._call, self._signed_in, self._crossposts)
        #: Looks how the bot stands with Discord.
        self.examiner = DiscordExaminer(self._call)

    @property
    def inbox(self) -> Inbox | None:
        """Where commands go; None while the platform is not running."""
        return self._listener.inbox

    @property
    def name(self) -> PlatformName:
        return NAME

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        problem = self._refused or self._cut_off
        if problem is not None:
            return problem
        if not self._connected:
            return "It is not connected yet."
        return self._listener.problem or "ok"

    def called(self, now: Callable[[], datetime]) -> "Called | None":
        """What Discord calls, by signed requests; None where we connect to it.

        Args:
            now: The present instant.
        """
        if self._public_key is None:
            return None
        from bot.platforms.discord.called import Called

        return Called(self._take, public_key=self._public_key, now=now)

    def _take(self, interaction: Mapping[str, Any]) -> bool:
        """Hear an interaction that Discord called us with, if anybody can."""
        if self.inbox is None or self._session is None or self._session.closed:
            return False
        self._session.hear(interaction)
        return True

    @property
    def _connected(self) -> bool:
        if self._session is None or self._session.closed:
            return False
        return self._public_key is not None or self._session.connected

    @property
    def _may_connect(self) -> bool:
        return self._refused is None and self._cut_off is None

    def render(self, edition: Edition, context: RenderContext) -> tuple[Part, ...]:
        return render(edition, context)

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; the id of the message.

        Raises:
            SendError: As `verdicts` says.
        """
        delivery = await self._persons.placed(delivery, self._ask)
        return await self._sender.send(delivery)

    async def host_of(self, workspace: str) -> str | None:
        """Id of the server's owner."""
        guild = snowflake(workspace, "server")
        return await self._call("GET", "", lambda s: s.looks.owner(guild))

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Whether the person may see the channel of the server and write there."""
        guild, place = snowflake(workspace, "server"), snowflake(channel, "channel")
        person = snowflake(person_id, "person")
        return await self._call(
            "GET", "", lambda s: s.looks.may_write(place, guild, person)
        )

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our newest message that carries the delivery's key, if there is one.

        Raises:
            Refused: The bot may not read the channel's history.
            Unclear: It cannot be told whether it may.
        """
        own = is_person(delivery)
        if delivery.operation == "post":
            delivery = await self._persons.placed(delivery, self._ask)
        # In a direct message, what the bot wrote can always be read.
        return await self._reader.read_back(delivery, direct=own)

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[Trouble, ...]:
        """What would go wrong there, as far as the gateway told us of the server."""
        if self._session is None:
            return ()
        facts = self._session.facts(workspace, destination.channel)
        return () if facts is None else tuple(troubles(facts, destination.manner))

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
            async with asyncio.timeout(GOODBYE):
                await session.close()
        await session.close_hard()

    async def _stay_connected(self) -> None:
        wait = AGAIN_FIRST
        while self._may_connect:
            try:
                session = await self._signed_in()
                await self._hold_gateway(session)
                wait = AGAIN_FIRST
            except Exception as error:
                self._lost(error)
                # What is left of it would only be in the way of the next one.
                await self.close()
            if self._may_connect:
                await asyncio.sleep(wait)
                wait = min(wait * 2, AGAIN_MOST)
        if self._refused is not None:
            await self.close()

    async def _hold_gateway(self, session: "Session") -> None:
        """Until the connection ends, or the token turns out to be refused.

        Where Discord calls us there is no gateway: never both, it says.
        """
        hold = session.connect() if self._public_key is None else _for_ever()
        held = asyncio.create_task(hold)
        registered = asyncio.create_task(self._listener.register(session.calls))
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait((held, stopped), return_when=asyncio.FIRST_COMPLETED)
            if held.done():
                held.result()
        finally:
            await _end(held, stopped, registered)

    def _lost(self, error: Exception) -> None:
        """What the end of a connection means; told once."""
        from bot.platforms.discord.session import closing_code
        from bot.platforms.discord.verdicts import NOT_LET_IN

        code = closing_code(error)
        if code == _NOT_LET_IN:
            self._stop(NOT_LET_IN)
        elif code in FATAL and code not in _BETTER_ANEW:
            self._cut_off = f"{FATAL[code]} Posting goes on; commands do not work."
            log.error("gateway closed for good", platform=NAME, reason=self._cut_off)
        elif self._refused is None:
            reason = str(error) or type(error).__name__
            log.warning("connection lost", platform=NAME, reason=reason)

    def _stop(self, reason: str) -> None:
        if self._refused is None:
            self._refused = reason
            self._stopped.set()
            log.error("platform stopped", platform=NAME, reason=reason)

    # ── calls ──────────────────────────────────────────────────────────────────

    async def _signed_in(self) -> "Session":
        """The session that is logged in, or a new one."""
        from bot.platforms.discord.session import Session

        async with self._signing_in:
            self._check_token()
            if self._session is not None and not self._session.closed:
                return self._session
            session = Session(
                token=self._token,
                api_base=self._api_base,
                gateway=self._gateway,
                heartbeat_timeout=self._heartbeat_timeout,
                pace=self._pace,
                listener=self._listener,
            )
            try:
                await session.login()
            except Exception as error:
                await session.close_hard()
                raise self._not_signed_in(error) from error
            except BaseException:
                await session.close_hard()
                raise
            self._session = session
            return session

    def _not_signed_in(self, error: Exception) -> SendError:
        """What a failed login means for a delivery: nothing was sent yet."""
        from bot.platforms.discord.verdicts import verdict

        found = verdict(error, guarded=True)
        if isinstance(found, Limited):
            return found
        if isinstance(found, Refused) and found.whole_workspace:
            self._stop(str(found))
            return found
        return Unreached(f"The bot could not log in to Discord: {found}")

    async def _call(
        self,
        method: str,
        route: str,
        call: Callable[["Session"], Awaitable[T]],
        *,
        guarded: bool = True,
    ) -> T:
        """One request when it is its turn; every failure as one of ours."""
        from bot.platforms.discord.verdicts import verdict

        session = await self._signed_in()
        async with self._pace.turn(method, route):
            self._check_token()
            try:
                return await call(session)
            except Exception as error:
                found = verdict(error, guarded=guarded)
                if isinstance(found, Refused) and found.whole_workspace:
                    self._stop(str(found))
                raise found from error

    async def _ask(
        self, method: str, call: Callable[["Session"], Awaitable[str]]
    ) -> str:
        """One request about a person."""
        return await self._call(method, "", call)

    def _check_token(self) -> None:
        if self._refused is not None:
            raise Refused(self._refused, whole_workspace=True)


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel the tasks until they have ended, whatever they end with.

    Once is not enough: `wait_for`, under the library's connecting, loses a cancellation
    that comes together with its result.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
