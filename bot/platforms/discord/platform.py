"""Discord as a platform: posts over REST, connected by the gateway.

A message carries its delivery's key as the nonce, so that repeating a post within a
few minutes gives the first message again; later, the channel's history is read back.
Posts do not need the gateway: it may come and go. A token that Discord refuses stops
this platform and nothing else. News, permissions and time are not decided here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from bot.errors import Gone, Limited, Refused, SendError, Unclear, Unreached
from bot.platforms.discord import limits
from bot.platforms.discord.examining import DiscordExaminer
from bot.platforms.discord.interactions import NAME
from bot.platforms.discord.keys import carries
from bot.platforms.discord.listening import Listener
from bot.platforms.discord.messages import editing, posting
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.render import render
from bot.types import Delivery, Inbox, Part, PlatformName, RenderContext
from digests.types import Edition

if TYPE_CHECKING:
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
    ) -> None:
        """Connect to nothing yet.

        Args:
            token: The bot's.
            api_base: Where REST is, with its version; None = Discord's own.
            gateway: The one gateway that may be dialled; None = any that it names.
            heartbeat_timeout: Seconds of silence after which a gateway is dead.
            now: Seconds of a clock that never goes back.
            defer: Seconds after which an answer is acknowledged and comes later.
        """
        self._token = token
        self._api_base = api_base
        self._gateway = gateway
        self._heartbeat_timeout = heartbeat_timeout
        self._pace = Pace(now)
        self._session: Session | None = None
        self._signing_in = asyncio.Lock()
        #: Why nothing is sent any more.
        self._refused: str | None = None
        self._stopped = asyncio.Event()
        #: Why the gateway stays closed, although posting goes on.
        self._cut_off: str | None = None
        self._listener = Listener(defer=defer)
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
        connected = self._session is not None and self._session.connected
        if not connected:
            return "It is not connected yet."
        return self._listener.problem or "ok"

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
        match delivery.operation:
            case "post":
                return await self._post(delivery)
            case "edit":
                return await self._edit(delivery)
            case "delete":
                return await self._delete(delivery)

    async def _post(self, delivery: Delivery) -> str:
        channel = _snowflake(delivery.channel, "channel")
        guarded = delivery.attempt <= limits.GUARDED_ATTEMPTS
        try:
            return await self._call(
                "POST",
                channel,
                lambda s: s.post(channel, posting(delivery)),
                guarded=guarded,
            )
        except Gone:
            # Its nonce is known and its message is not: somebody deleted it since.
            return delivery.message_id or ""

    async def _edit(self, delivery: Delivery) -> str:
        channel = _snowflake(delivery.channel, "channel")
        message = _snowflake(delivery.message_id, "message")
        return await self._call(
            "PATCH", channel, lambda s: s.edit(channel, message, editing(delivery))
        )

    async def _delete(self, delivery: Delivery) -> str:
        channel = _snowflake(delivery.channel, "channel")
        message = _snowflake(delivery.message_id, "message")
        with suppress(Gone):
            await self._call("DELETE", channel, lambda s: s.delete(channel, message))
        return str(message)

    async def open_dm(self, person_id: str) -> str:
        """Id of the channel in which only this person reads."""
        person = _snowflake(person_id, "person")
        return await self._call("POST", 0, lambda s: s.open_dm(str(person)))

    async def host_of(self, workspace: str) -> str | None:
        """Id of the server's owner."""
        guild = _snowflake(workspace, "server")
        return await self._call("GET", 0, lambda s: s.looks.owner(guild))

    # ── reading back ───────────────────────────────────────────────────────────

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our newest message that carries the delivery's key, if there is one.

        An edit or a deletion is not looked for: doing it again does no harm.

        Raises:
            Refused: The bot may not read the channel's history.
            Unclear: It cannot be told whether it may.
        """
        if delivery.operation != "post":
            return None
        channel = _snowflake(delivery.channel, "channel")
        session = await self._signed_in()
        if session.may_read_history(channel) is False:
            raise Refused(
                "Whether it arrived cannot be seen: the bot needs «Read Message "
                "History» in the channel."
            )
        return await self._look(session, channel, delivery)

    async def _look(
        self, session: "Session", channel: int, delivery: Delivery
    ) -> str | None:
        seen = ours = 0
        before: int | None = None
        while ours < limits.LOOK_OURS and seen < limits.LOOK_ALL:
            page = await self._page(channel, before)
            for message in page:
                if session.is_ours(message):
                    ours += 1
                    if carries(message, delivery.key):
                        return str(message["id"])
            seen += len(page)
            if len(page) < limits.HISTORY_PAGE:
                break
            before = int(page[-1]["id"])
        if not seen and not await self._shows_all(session, channel):
            # An empty channel looks the same as one whose history is closed to us.
            raise Unclear("The channel looks empty; that may be a missing permission.")
        return None

    async def _shows_all(self, session: "Session", channel: int) -> bool:
        """Whether nothing of the channel's history is kept from us."""
        if session.may_read_history(channel) is not None:
            return True
        return await self._call("GET", channel, lambda s: s.looks.is_private(channel))

    async def _page(self, channel: int, before: int | None) -> list[dict[str, Any]]:
        return await self._call("GET", channel, lambda s: s.history(channel, before))

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
        """Until the connection ends, or the token turns out to be refused."""
        held = asyncio.create_task(session.connect())
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
        channel: int,
        call: Callable[["Session"], Awaitable[T]],
        *,
        guarded: bool = True,
    ) -> T:
        """One request when it is its turn; every failure as one of ours."""
        from bot.platforms.discord.verdicts import verdict

        session = await self._signed_in()
        async with self._pace.turn(method, str(channel)):
            self._check_token()
            try:
                return await call(session)
            except Exception as error:
                found = verdict(error, guarded=guarded)
                if isinstance(found, Refused) and found.whole_workspace:
                    self._stop(str(found))
                raise found from error

    def _check_token(self) -> None:
        if self._refused is not None:
            raise Refused(self._refused, whole_workspace=True)


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


def _snowflake(text: str | None, what: str) -> int:
    """One of Discord's ids; `Refused` when it cannot be one."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 20):
        only = what == "message"
        raise Refused(f"«{text}» is not the id of a Discord {what}.", message_only=only)
    return int(text)
