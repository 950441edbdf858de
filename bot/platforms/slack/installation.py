"""One workspace's installation of the app: signs in, and calls Slack when it may.

It knows the pace, where the token comes from, and whether Slack still lets us in: once
it does not, nothing is asked any more. Every failure comes out as one of our errors. A
call whose token has run out certainly had no effect: it goes on with the next one,
once. Where several workspaces have installed the app, there is one of these for each.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from bot.errors import Limited, Refused, SendError, Unreached
from bot.platforms.slack.pace import POST, Pace
from bot.platforms.slack.tokens import TokenSource
from bot.types import Delivery

if TYPE_CHECKING:
    from bot.platforms.slack.session import Session

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: What Slack says where a token has run out.
RUN_OUT: Final = "token_expired"
_CHANNEL: Final = re.compile(r"[CDGUW][A-Z0-9]{1,30}")


class Installation:
    """The app in one workspace."""

    def __init__(
        self,
        *,
        tokens: TokenSource,
        api_base: str | None,
        pace: Pace,
        session: Callable[[str], "Session"] | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            tokens: The bot's tokens in the workspace.
            api_base: Where the Web API is, ending in `/api/`; None = Slack's own.
            pace: Says when a request may go out.
            session: Makes a session for a token; None = one with connections of its
                own.
        """
        self.api_base = api_base
        self.pace = pace
        #: Why nothing is asked any more.
        self.refused: str | None = None
        #: The workspace, once signed in; "" before.
        self.team = ""
        #: Set when `refused` is.
        self.stopped = asyncio.Event()
        self._tokens = tokens
        self._new_session = session or self._with_own_pool
        self._session: Session | None = None
        self._signing_in = asyncio.Lock()
        #: When signing in last failed, and how.
        self._failed: tuple[float, SendError] | None = None

    @property
    def known(self) -> bool:
        """Whether Slack let us in, and we did not leave since."""
        return self._session is not None

    async def signed_in(self) -> "Session":
        """The session that is signed in, or a new one.

        Raises:
            SendError: Slack did not let us in; nothing was sent.
        """
        clock = asyncio.get_running_loop()
        asked = clock.time()
        async with self._signing_in:
            self._check_token()
            token = await self._token()
            if self._session is not None and not self._session.closed:
                self._session.token = token
                return self._session
            if self._failed is not None and self._failed[0] >= asked:
                # It was tried while we waited; all who wait need not try in turn.
                raise self._failed[1]
            session = self._new_session(token)
            try:
                await self._once_more(session, session.login)
            except Exception as error:
                await session.close()
                found = self._not_signed_in(error)
                self._failed = clock.time(), found
                raise found from error
            except BaseException:
                await session.close()
                raise
            self._session, self.team = session, session.team
            return session

    async def call(
        self,
        method: str,
        delivery: Delivery,
        call: Callable[["Session", str], Awaitable[T]],
    ) -> T:
        """One request about a delivery's channel, when it is its turn.

        Raises:
            SendError: As `verdicts` says.
        """
        channel = _channel(delivery)
        session = await self.signed_in()
        _check_workspace(session, delivery)
        async with self.pace.turn(method, channel):
            self._check_token()
            try:
                found = await self._once_more(session, lambda: call(session, channel))
            except Exception as error:
                raise self._ended(error, method, channel) from error
            if method == POST:
                self.pace.posted()
            return found

    async def ask(self, method: str, call: Callable[["Session"], Awaitable[T]]) -> T:
        """One request for a person who waits for it; it goes before what is posted.

        Raises:
            SendError: As `verdicts` says.
        """
        session = await self.signed_in()
        self.pace.check(method, "")
        try:
            return await self._once_more(session, lambda: call(session))
        except Exception as error:
            raise self._ended(error, method, "") from error

    async def look_whether_let_in(self) -> None:
        """Slack says that the app was taken off; whether it was, the token tells."""
        try:
            session = await self.signed_in()
            await self._once_more(session, session.login)
        except Exception as error:
            self._not_signed_in(error)

    async def close(self) -> None:
        """Leave; the next call signs in again."""
        await self._tokens.close()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # ── tokens ─────────────────────────────────────────────────────────────────

    def _with_own_pool(self, token: str) -> "Session":
        from bot.platforms.slack.session import Session

        return Session(token=token, api_base=self.api_base)

    async def bearer(self) -> str:
        """The token that holds at present, for what is no call of the Web API.

        Raises:
            SendError: There is none.
        """
        return await self._token()

    async def _token(self) -> str:
        from bot.platforms.slack.verdicts import NotLetIn

        try:
            return await self._tokens.current()
        except NotLetIn as error:
            self._stop(str(error))
            raise

    async def _once_more(
        self, session: "Session", call: Callable[[], Awaitable[T]]
    ) -> T:
        """A call, and the same again where its token has just run out."""
        from bot.platforms.slack.verdicts import code_of

        used = session.token
        try:
            return await call()
        except Exception as error:
            if code_of(error) != RUN_OUT:
                raise
            token = await self._tokens.renewed(used)
            if token is None:
                raise
            session.token = token
        return await call()

    # ── ends ───────────────────────────────────────────────────────────────────

    def _ended(self, error: Exception, method: str, channel: str) -> SendError:
        from bot.platforms.slack.verdicts import NotLetIn, verdict

        found = verdict(error, guarded=method != POST)
        if isinstance(found, Limited):
            self.pace.limited(method, channel, found.retry_after)
        if isinstance(found, NotLetIn):
            self._stop(str(found))
        return found

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

    def _stop(self, reason: str) -> None:
        if self.refused is None:
            self.refused = reason
            self.stopped.set()
            log.error("platform stopped", platform="slack", reason=reason)

    def _check_token(self) -> None:
        if self.refused is not None:
            raise Refused(self.refused, whole_workspace=True)


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
