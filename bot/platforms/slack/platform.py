"""Slack as a platform: posts over the Web API, listens by Socket Mode.

Slack knows no idempotency keys. A message carries its delivery's key in its metadata,
and an unclear post is looked for in the channel's history before it is sent again.
Posts do not need the socket: it may come and go. A token that Slack refuses stops this
platform and nothing else. News, permissions and time are not decided here.

One bot token is one workspace's; `Session` is the place where several would come.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import structlog

from bot.errors import Limited, Refused, SendError, Unreached
from bot.platforms.slack import limits
from bot.platforms.slack.messages import carries, editing, has_blocks, posting
from bot.platforms.slack.pace import POST, Pace
from bot.platforms.slack.render import render
from bot.types import Delivery, Inbox, Part, PlatformName, RenderContext
from digests.types import Edition

if TYPE_CHECKING:
    from bot.platforms.slack.session import Session
    from bot.platforms.slack.socket_mode import Socket

log = structlog.get_logger(__name__)
T = TypeVar("T")

NAME: Final[PlatformName] = "slack"
UPDATE, DELETE, HISTORY = "chat.update", "chat.delete", "conversations.history"
#: Seconds before a lost connection is tried again: doubled each time, up to the last.
AGAIN_FIRST: Final = 1.0
AGAIN_MOST: Final = 30.0
_CHANNEL: Final = re.compile(r"[CDGUW][A-Z0-9]{1,30}")
_TS: Final = re.compile(r"\d{1,12}\.\d{1,6}")


class SlackPlatform:
    """`bot.ports.Platform` over slack_sdk and Bolt."""

    def __init__(
        self,
        *,
        token: str,
        app_token: str | None = None,
        signing_secret: str = "",
        api_base: str | None = None,
        silence: float = limits.SILENCE,
        wordless: float = limits.WORDLESS,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Connect to nothing yet.

        Args:
            token: The bot's token in its workspace.
            app_token: Opens Socket Mode; None = Slack calls us over HTTP.
            signing_secret: What Slack signs such calls with.
            api_base: Where the Web API is, ending in `/api/`; None = Slack's own. With
                one of our own, no other host is dialled.
            silence: Seconds of silence after which a socket is dead.
            wordless: Seconds without an event after which a socket is renewed.
            now: Seconds of a clock that never goes back.
            sleep: Waits by that clock.
        """
        self._token = token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._api_base = api_base
        self._silence = silence
        self._wordless = wordless
        self._pace = Pace(now, sleep)
        self._session: Session | None = None
        self._socket: Socket | None = None
        self._signing_in = asyncio.Lock()
        #: Why nothing is sent any more.
        self._refused: str | None = None
        self._stopped = asyncio.Event()
        #: Why the socket stays closed, although posting goes on.
        self._cut_off: str | None = None
        #: Where commands go; None while the platform is not running.
        self.inbox: Inbox | None = None

    @property
    def name(self) -> PlatformName:
        return NAME

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        problem = self._refused or self._cut_off
        if problem is not None:
            return problem
        if self._app_token is None:
            connected = self._session is not None
        else:
            connected = self._socket is not None and self._socket.open
        return "ok" if connected else "It is not connected yet."

    def render(self, edition: Edition, context: RenderContext) -> tuple[Part, ...]:
        return render(edition, context)

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; the id (`ts`) of the message.

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
        return await self._plainly_if_refused(
            delivery,
            lambda plainly: self._call(
                POST,
                delivery,
                lambda session, channel: session.post(
                    channel, posting(delivery, plainly=plainly)
                ),
            ),
        )

    async def _edit(self, delivery: Delivery) -> str:
        ts = _ts(delivery)
        return await self._plainly_if_refused(
            delivery,
            lambda plainly: self._call(
                UPDATE,
                delivery,
                lambda session, channel: session.edit(
                    channel, ts, editing(delivery, plainly=plainly)
                ),
            ),
        )

    async def _delete(self, delivery: Delivery) -> str:
        from bot.platforms.slack.verdicts import Gone

        ts = _ts(delivery)
        with suppress(Gone):
            await self._call(
                DELETE,
                delivery,
                lambda session, channel: session.delete(channel, ts),
            )
        return ts

    async def _plainly_if_refused(
        self, delivery: Delivery, send: Callable[[bool], Awaitable[str]]
    ) -> str:
        """Plain words in the place of a rendering that Slack does not take."""
        from bot.platforms.slack.verdicts import Gone

        try:
            return await send(False)
        except Gone:
            raise
        except Refused as refused:
            if not refused.message_only or not has_blocks(delivery):
                raise
            log.warning(
                "sent in plain words", delivery=delivery.id, reason=str(refused)
            )
            return await send(True)

    # ── reading back ───────────────────────────────────────────────────────────

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our message that carries the delivery's key, if there is one.

        An edit or a deletion is not looked for: doing it again does no harm.

        Raises:
            Refused: The bot may not read the channel's history, or too much was
                written there since.
        """
        if delivery.operation != "post":
            return None
        seen, cursor, oldest = 0, "", _oldest(delivery)
        while seen < limits.LOOK_ALL:
            page, cursor = await self._page(delivery, oldest, cursor)
            for ours in page:
                if carries(ours, delivery.key):
                    return str(ours["ts"])
            if not cursor:
                return None
            seen += limits.HISTORY_PAGE
        raise Refused("Whether it arrived cannot be seen: too much was posted since.")

    async def _page(
        self, delivery: Delivery, oldest: str | None, cursor: str
    ) -> tuple[list[dict[str, Any]], str]:
        """What the bot wrote on one page of the history, and the next page's cursor."""
        from bot.platforms.slack.verdicts import NotLetIn

        try:
            page, more = await self._call(
                HISTORY,
                delivery,
                lambda session, channel: session.history(
                    channel, oldest=oldest, cursor=cursor or None
                ),
            )
        except NotLetIn:
            raise
        except Refused as refused:
            raise Refused(
                "Whether it arrived cannot be seen: the bot needs to be in the channel "
                f"and to have the scopes channels:history and groups:history. {refused}"
            ) from refused
        session = await self._signed_in()
        return [message for message in page if session.is_ours(message)], more

    # ── the connection ─────────────────────────────────────────────────────────

    async def run(self, inbox: Inbox) -> None:
        """Stay connected until cancelled, or without a connection if there is none."""
        self.inbox = inbox
        try:
            await self._stay_connected()
            await asyncio.Event().wait()
        finally:
            self.inbox = None
            await self.close()

    async def close(self) -> None:
        """Leave; what is sent later signs in again."""
        await self._leave_socket()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _stay_connected(self) -> None:
        wait = AGAIN_FIRST
        while self._refused is None and self._cut_off is None:
            try:
                session = await self._signed_in()
                if self._app_token is None:
                    return
                wait = AGAIN_FIRST if await self._hold_socket(session) else wait
            except Exception as error:
                wait = max(wait, self._lost(error))
                await self._leave_socket()
            if self._refused is None and self._cut_off is None:
                await self._pause(wait)
                wait = min(wait * 2, AGAIN_MOST)
        await self._leave_socket()

    async def _pause(self, wait: float) -> None:
        """Between two connections; not at all where Slack asked for the next one."""
        if self._socket is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopped.wait()

    async def _hold_socket(self, session: "Session") -> bool:
        """Until the connection ends, or the token turns out to be refused.

        The one before, if Slack only asked us to renew it, is left when the new one
        stands. True: the connection stood for a while.
        """
        socket = self._new_socket(session)
        try:
            await socket.connect()
        except BaseException:
            await socket.close()
            raise
        await self._leave_socket()
        self._socket = socket
        held = asyncio.create_task(socket.hold())
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait((held, stopped), return_when=asyncio.FIRST_COMPLETED)
            reason = held.result() if held.done() else ""
        finally:
            stopped.cancel()
            held.cancel()
            await asyncio.gather(held, stopped, return_exceptions=True)
        log.info("socket ended", platform=NAME, reason=reason or "it broke")
        if not reason:
            await self._leave_socket()
        return True

    def _new_socket(self, session: "Session") -> "Socket":
        from bot.platforms.slack.events import listening
        from bot.platforms.slack.socket_mode import Socket

        app = listening(
            session,
            signing_secret=self._signing_secret,
            uninstalled=self._look_whether_let_in,
        )
        return Socket(
            app=app,
            app_token=self._app_token or "",
            web=session.web,
            host=urlsplit(self._api_base).hostname if self._api_base else None,
            silence=self._silence,
            wordless=self._wordless,
        )

    async def _leave_socket(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(Exception):
                await socket.close()

    def _lost(self, error: Exception) -> float:
        """What the end of a connection means, told once; seconds to wait at least."""
        from bot.platforms.slack.verdicts import code_of, verdict

        found = verdict(error, guarded=True)
        if self._refused is not None:
            return 0.0
        if isinstance(found, Refused):
            self._cut_off = (
                f"Slack opens no Socket Mode ({code_of(error) or found}). Check "
                "STANDFIRST_SLACK_APP_TOKEN. Posting goes on; commands do not work."
            )
            log.error("socket closed for good", platform=NAME, reason=self._cut_off)
            return 0.0
        log.warning("connection lost", platform=NAME, reason=str(found))
        return found.retry_after if isinstance(found, Limited) else 0.0

    async def _look_whether_let_in(self) -> None:
        """Slack says that the app was taken off; whether it was, the token tells."""
        from bot.platforms.slack.verdicts import NotLetIn, verdict

        if self._session is None:
            return
        try:
            await self._session.login()
        except Exception as error:
            found = verdict(error, guarded=True)
            if isinstance(found, NotLetIn):
                self._stop(str(found))

    def _stop(self, reason: str) -> None:
        if self._refused is None:
            self._refused = reason
            self._stopped.set()
            log.error("platform stopped", platform=NAME, reason=reason)

    # ── calls ──────────────────────────────────────────────────────────────────

    async def _signed_in(self) -> "Session":
        """The session that is signed in, or a new one."""
        from bot.platforms.slack.session import Session

        async with self._signing_in:
            self._check_token()
            if self._session is not None and not self._session.closed:
                return self._session
            session = Session(token=self._token, api_base=self._api_base)
            try:
                await session.login()
            except Exception as error:
                await session.close()
                raise self._not_signed_in(error) from error
            except BaseException:
                await session.close()
                raise
            self._session = session
            return session

    def _not_signed_in(self, error: Exception) -> SendError:
        """What a failed sign-in means for a delivery: nothing was sent yet."""
        from bot.platforms.slack.verdicts import NotLetIn, verdict

        found = verdict(error, guarded=True)
        if isinstance(found, Limited):
            return found
        if isinstance(found, NotLetIn):
            self._stop(str(found))
            return found
        return Unreached(f"The bot could not sign in to Slack: {found}")

    async def _call(
        self,
        method: str,
        delivery: Delivery,
        call: Callable[["Session", str], Awaitable[T]],
    ) -> T:
        """One request when it is its turn; every failure as one of ours."""
        from bot.platforms.slack.verdicts import NotLetIn, verdict

        channel = _channel(delivery)
        session = await self._signed_in()
        _check_workspace(session, delivery)
        async with self._pace.turn(method, channel):
            self._check_token()
            try:
                found = await call(session, channel)
            except Exception as error:
                ended = verdict(error, guarded=method != POST)
                if isinstance(ended, Limited):
                    self._pace.limited(method, channel, ended.retry_after)
                if isinstance(ended, NotLetIn):
                    self._stop(str(ended))
                raise ended from error
            if method == POST:
                self._pace.posted()
            return found

    def _check_token(self) -> None:
        if self._refused is not None:
            raise Refused(self._refused, whole_workspace=True)


def _check_workspace(session: "Session", delivery: Delivery) -> None:
    wanted = delivery.workspace_external_id
    if wanted != session.team:
        raise Refused(
            f"The bot's token is for the Slack workspace {session.team}, and this is "
            f"for {wanted}. Set the id of the workspace, or its token.",
            whole_workspace=True,
        )


def _channel(delivery: Delivery) -> str:
    """The channel's id; `Refused` when it cannot be one."""
    if not _CHANNEL.fullmatch(delivery.channel):
        raise Refused(
            f"«{delivery.channel}» is not the id of a Slack channel: Slack shows it at "
            "the end of the channel's details, and it begins with C."
        )
    return delivery.channel


def _ts(delivery: Delivery) -> str:
    """The message's id; `Refused` when it cannot be one."""
    ts = delivery.message_id or ""
    if not _TS.fullmatch(ts):
        raise Refused(f"«{ts}» is not the id of a Slack message.", message_only=True)
    return ts


def _oldest(delivery: Delivery) -> str | None:
    """Where a look begins: when the delivery was claimed, and some time before."""
    if delivery.claimed_at is None:
        return None
    begun = delivery.claimed_at - timedelta(seconds=limits.CLOCKS_APART)
    return f"{begun.timestamp():.6f}"
