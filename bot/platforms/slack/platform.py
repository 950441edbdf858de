"""Slack as a platform: posts over the Web API, listens by Socket Mode or is called.

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

from bot.errors import Gone, Limited, Refused
from bot.platforms.slack import limits
from bot.platforms.slack.called import Answer, Called
from bot.platforms.slack.examining import SlackExaminer
from bot.platforms.slack.installation import Installation
from bot.platforms.slack.installations import Installations, OneInstallation
from bot.platforms.slack.listening import NAME, Listener
from bot.platforms.slack.messages import editing, posting
from bot.platforms.slack.pace import POST, Pace
from bot.platforms.slack.persons import Persons
from bot.platforms.slack.reading_back import Reader
from bot.platforms.slack.render import render
from bot.platforms.slack.tokens import FixedToken
from bot.types import Delivery, Inbox, Part, PlatformName, RenderContext
from digests.types import Edition

if TYPE_CHECKING:
    from slack_bolt.app.async_app import AsyncApp

    from bot.platforms.slack.session import Session
    from bot.platforms.slack.socket_mode import Socket

log = structlog.get_logger(__name__)
T = TypeVar("T")

UPDATE, DELETE = "chat.update", "chat.delete"
#: Seconds before a lost connection is tried again: doubled each time, up to the last.
AGAIN_FIRST: Final = 1.0
AGAIN_MOST: Final = 30.0
#: Seconds that a connection has to stand for all to be well again.
STEADY: Final = 10.0
_TS: Final = re.compile(r"\d{1,12}\.\d{1,6}")


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
        silence: float = limits.SILENCE,
        wordless: float = limits.WORDLESS,
        patience: float = limits.TURN,
        hold: float = limits.FORM,
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
            silence: Seconds of silence after which a socket is dead.
            wordless: Seconds without an event after which a socket is renewed.
            patience: Seconds that a message may wait for its turn; well below the time
                that a whole send is given.
            hold: Seconds that a filled form waits for its answer.
            now: Seconds of a clock that never goes back.
            sleep: Waits by that clock.
        """
        self.installations = installations or OneInstallation(
            Installation(
                tokens=FixedToken(token),
                api_base=api_base,
                pace=Pace(now, sleep, patience),
            )
        )
        self._persons = Persons(self.installations)
        self._reader = Reader(self._call)
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._silence = silence
        self._wordless = wordless
        self._socket: Socket | None = None
        #: Hears what Slack calls us with, where it does.
        self._app: AsyncApp | None = None
        #: Why the socket stays closed, although posting goes on.
        self._cut_off: str | None = None
        self.listener = Listener(self.installations, hold=hold, now=now)
        #: Looks how the bot stands with Slack; where many workspaces installed it, each
        #: has its own findings.
        self.examiner = (
            SlackExaminer(installations.one, app_token, signing_secret)
            if isinstance(installations := self.installations, OneInstallation)
            else None
        )

    @property
    def name(self) -> PlatformName:
        return NAME

    def called(self, now: Callable[[], datetime]) -> Called | None:
        """What Slack calls, by signed requests; None where we connect to it.

        Args:
            now: The present instant.
        """
        if self._app_token is not None:
            return None
        return Called(self._take, secret=self._signing_secret, now=now)

    @property
    def inbox(self) -> Inbox | None:
        """Where commands go; None while the platform is not running."""
        return self.listener.inbox

    @property
    def state(self) -> str:
        """«ok» while connected; otherwise what is missing, in words."""
        problem = self.installations.refused or self._cut_off
        if problem is not None:
            return problem
        if self._app_token is None:
            connected = self.installations.ready and self._app is not None
        else:
            connected = self._socket is not None and self._socket.open
        return "ok" if connected else "It is not connected yet."

    @property
    def _may_connect(self) -> bool:
        return self.installations.refused is None and self._cut_off is None

    def render(self, edition: Edition, context: RenderContext) -> tuple[Part, ...]:
        return render(edition, context)

    # ── sending ────────────────────────────────────────────────────────────────

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; the id (`ts`) of the message.

        Raises:
            SendError: As `verdicts` says.
        """
        delivery = await self._persons.placed(delivery)
        match delivery.operation:
            case "post":
                return await self._post(delivery)
            case "edit":
                return await self._edit(delivery)
            case "delete":
                return await self._delete(delivery)

    async def _post(self, delivery: Delivery) -> str:
        return await self._call(
            POST,
            delivery,
            lambda session, channel: session.post(channel, posting(delivery)),
        )

    async def _edit(self, delivery: Delivery) -> str:
        ts = _ts(delivery)
        return await self._call(
            UPDATE,
            delivery,
            lambda session, channel: session.edit(channel, ts, editing(delivery)),
        )

    async def _delete(self, delivery: Delivery) -> str:
        ts = _ts(delivery)
        with suppress(Gone):
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
        call: "Callable[[Session, str], Awaitable[T]]",
    ) -> T:
        installation = await self.installations.of(delivery.workspace_external_id)
        return await installation.call(method, delivery, call)

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Whether the channel is open to everybody there, or the person is in it."""
        from bot.platforms.slack.membership import may_write

        installation = await self.installations.of(workspace)
        return await may_write(installation, channel, person_id)

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of our message that carries the delivery's key, if there is one.

        Raises:
            Refused: The bot may not read the channel's history, or too much was
                written there since.
        """
        if delivery.operation != "post":
            return None
        delivery = await self._persons.placed(delivery)
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
        await self._leave_socket()
        await self.installations.close()

    async def _stay_connected(self) -> None:
        clock = asyncio.get_running_loop()
        wait = AGAIN_FIRST
        while self._may_connect:
            begun = clock.time()
            try:
                session = await self.installations.front()
                if session.team:
                    await self.listener.here(session.team, session.team_name)
                if self._app_token is None:
                    self._be_called(session)
                    return
                await self._hold_socket(session)
            except Exception as error:
                wait = max(wait, self._lost(error))
                await self._leave_socket()
            if clock.time() - begun > STEADY:
                wait = AGAIN_FIRST
            if self._may_connect:
                await self._pause(wait)
                wait = min(wait * 2, AGAIN_MOST)
        await self._leave_socket()

    async def _pause(self, wait: float) -> None:
        """Between two connections; not at all the first time that Slack asks for it."""
        if self._socket is None or wait > AGAIN_FIRST:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self.installations.stopped()

    async def _hold_socket(self, session: "Session") -> None:
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
        await self._leave_socket()
        self._socket = socket
        held = asyncio.create_task(socket.hold())
        stopped = asyncio.create_task(self.installations.stopped())
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

    def _be_called(self, session: "Session") -> None:
        """From now on Slack's calls find somebody."""
        from bot.platforms.slack.events import listening

        self._app = listening(session, self.listener)
        if not self._signing_secret:
            log.warning(
                "commands do not work",
                platform=NAME,
                reason="There is no STANDFIRST_SLACK_APP_TOKEN for Socket Mode, and no "
                "STANDFIRST_SLACK_SIGNING_SECRET to know Slack's calls by.",
            )

    async def _take(self, body: str, headers: Mapping[str, str]) -> Answer:
        """What Slack sent us by a call of its own."""
        from bot.platforms.slack.events import taken

        if self._app is None or self.inbox is None:
            return Answer(status=503)
        return await taken(self._app, body, headers)

    def _new_socket(self, session: "Session") -> "Socket":
        from bot.platforms.slack.events import listening
        from bot.platforms.slack.socket_mode import Socket

        api_base = self.installations.api_base
        return Socket(
            app=listening(session, self.listener),
            app_token=self._app_token or "",
            web=session.web,
            host=urlsplit(api_base).hostname if api_base else None,
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
        if self.installations.refused is not None:
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


def _ts(delivery: Delivery) -> str:
    """The message's id; `Refused` when it cannot be one."""
    ts = delivery.message_id or ""
    if not _TS.fullmatch(ts):
        raise Refused(f"«{ts}» is not the id of a Slack message.", message_only=True)
    return ts
