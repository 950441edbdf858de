"""The app in one workspace or in several: sign in, call the Web API.

With a bot token in the settings there is one installation. Where workspaces install the
app themselves there is one for each, and the store is queried each time, because
another process may have installed or removed the app meanwhile. An installation is
never used for another workspace.

An installation has its rate limits and its token. Once Slack refuses the token, nothing
is sent any more. A call whose token has expired certainly had no effect: it is repeated
once with the next token. Every failure is raised as a `SendError`.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import structlog

from bot.errors import (
    BotError,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
)
from bot.model import AppInstallation, Delivery, Finding, InstallationTokens
from bot.platforms.common.connection import StopSwitch
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import SlackApp, check_scopes
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.rate_limits import POST_MESSAGE, SlackRateLimiter
from bot.platforms.slack.tokens import RotatingTokens, TokenSource, parse_tokens
from bot.ports import InstallationStore
from digests.messages import Message

if TYPE_CHECKING:
    import aiohttp

    from bot.platforms.slack.client import SlackClient

log = structlog.get_logger(__name__)
T = TypeVar("T")
Json = dict[str, Any]

#: Slack's error code for an expired token.
TOKEN_EXPIRED: Final = "token_expired"  # noqa: S105 - an error code of Slack's
#: A post also goes to a person, whose direct message is opened first.
_TARGET_ID: Final = re.compile(rf"{limits.CHANNEL_ID}|{limits.PERSON_ID}")
#: Seconds that an exchange of tokens may take; shorter than its claim lasts.
REFRESH_TIMEOUT: Final = 30.0


class Installation:
    """The app in one workspace."""

    def __init__(
        self,
        *,
        tokens: TokenSource,
        api_base: str | None,
        pace: SlackRateLimiter,
        session: Callable[[str], "SlackClient"] | None = None,
    ) -> None:
        """Create the installation; nothing is sent yet.

        Args:
            tokens: The bot's tokens in the workspace.
            api_base: Base URL of the Web API, ending in `/api/`; None = Slack's own.
            pace: The workspace's rate limits.
            session: Creates a client for a token; None = one with its own connections.
        """
        self.api_base = api_base
        self.pace = pace
        self.stop = StopSwitch("slack")
        #: The workspace; "" before the sign-in.
        self.team = ""
        self._tokens = tokens
        self._new_session = session or self._with_own_pool
        self._session: SlackClient | None = None
        self._login_lock = asyncio.Lock()
        #: When the sign-in failed last, and how.
        self._failed: tuple[float, SendError] | None = None

    @property
    def refused(self) -> Message | None:
        """Why nothing is sent any more."""
        return self.stop.reason

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a client that is signed in."""
        return self._session is not None

    async def sign_in(self) -> "SlackClient":
        """Return the client that is signed in, or sign in.

        Raises:
            SendError: The sign-in failed; nothing was sent.
        """
        clock = asyncio.get_running_loop()
        asked = clock.time()
        async with self._login_lock:
            self.stop.check()
            token = await self._token()
            if self._session is not None and not self._session.closed:
                self._session.token = token
                return self._session
            if self._failed is not None and self._failed[0] >= asked:
                # Another caller's sign-in failed while we waited: do not repeat it.
                raise self._failed[1]
            session = self._new_session(token)
            try:
                await self._retry_renewed(session, session.login)
            except Exception as error:
                await session.close()
                found = self._record_sign_in_failure(error)
                self._failed = clock.time(), found
                raise found from error
            except BaseException:
                await session.close()
                raise
            self._session, self.team = session, session.team
            return session

    async def call(
        self, method: str, delivery: Delivery, **args: Any
    ) -> tuple["SlackClient", Json]:
        """Call a method about a delivery's channel when it may be sent.

        Returns:
            The client that was used, and Slack's response.

        Raises:
            SendError: As `send_errors` classifies it.
        """
        channel = _get_channel(delivery)
        session = await self.sign_in()
        _check_workspace(session, delivery)
        async with self.pace.turn(method, channel):
            self.stop.check()
            found = await self._attempt(
                session,
                method,
                channel,
                lambda s: s.call(method, channel=channel, **args),
            )
            if method == POST_MESSAGE:
                self.pace.posted()
            return session, found

    async def ask(self, method: str, **args: Any) -> Json:
        """Call a method for a person who is waiting: it overtakes posts.

        Raises:
            SendError: As `send_errors` classifies it.
        """
        return await self.request(method, lambda session: session.call(method, **args))

    async def request(
        self, method: str, call: Callable[["SlackClient"], Awaitable[T]]
    ) -> T:
        """Do the same for a function that is not a single call. Raises `SendError`."""
        session = await self.sign_in()
        self.pace.check(method, "")
        return await self._attempt(session, method, "", call)

    async def _attempt(
        self,
        session: "SlackClient",
        method: str,
        channel: str,
        call: Callable[["SlackClient"], Awaitable[T]],
    ) -> T:
        try:
            return await self._retry_renewed(session, lambda: call(session))
        except Exception as error:
            raise self._record_failure(error, method, channel) from error

    async def verify_token(self) -> None:
        """Check with the token whether the app was removed, as Slack says."""
        try:
            session = await self.sign_in()
            await self._retry_renewed(session, session.login)
        except Exception as error:
            self._record_sign_in_failure(error)

    async def close(self) -> None:
        """Sign out; the next call signs in again."""
        await self._tokens.close()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # ── tokens ─────────────────────────────────────────────────────────────────

    def _with_own_pool(self, token: str) -> "SlackClient":
        from bot.platforms.slack.client import SlackClient

        return SlackClient(token=token, api_base=self.api_base)

    async def bearer(self) -> str:
        """Return a valid token, for requests outside the Web API.

        Raises:
            SendError: There is none.
        """
        return await self._token()

    async def _token(self) -> str:
        from bot.platforms.slack.send_errors import TokenRefused

        try:
            return await self._tokens.current()
        except TokenRefused as error:
            self.stop.stop(error.message)
            raise

    async def _retry_renewed(
        self, session: "SlackClient", call: Callable[[], Awaitable[T]]
    ) -> T:
        """Call; repeat it with the next token where this one has just expired."""
        from bot.platforms.slack.send_errors import get_error_code

        used = session.token
        try:
            return await call()
        except Exception as error:
            if get_error_code(error) != TOKEN_EXPIRED:
                raise
            token = await self._tokens.renew(used)
            if token is None:
                raise
            session.token = token
        return await call()

    # ── errors ───────────────────────────────────────────────────────────────────

    def _record_failure(self, error: Exception, method: str, channel: str) -> SendError:
        from bot.platforms.slack.send_errors import TokenRefused, classify_send_error

        found = classify_send_error(error, guarded=method != POST_MESSAGE)
        if isinstance(found, SendRateLimited):
            self.pace.limited(method, channel, found.retry_after)
        if isinstance(found, TokenRefused):
            self.stop.stop(found.message)
        return found

    def _record_sign_in_failure(self, error: Exception) -> SendError:
        """Classify a failed sign-in: nothing was sent yet."""
        from bot.platforms.slack.send_errors import TokenRefused, classify_send_error

        found = classify_send_error(error, guarded=True)
        if isinstance(found, SendRateLimited):
            return found
        if isinstance(found, TokenRefused):
            self.stop.stop(found.message)
            return found
        return SendNotReceived("slack.login_failed", error=found)


class Installations(Protocol):
    """The installations of the app, by workspace."""

    @property
    def api_base(self) -> str | None:
        """Base URL of the Web API; None = Slack's own."""
        ...

    @property
    def refused(self) -> Message | None:
        """Why nothing is sent any more, to any workspace."""
        ...

    @property
    def ready(self) -> bool:
        """Whether events can be handled."""
        ...

    async def of(self, team: str) -> Installation:
        """Return the installation in a workspace. Raises `SendError`."""
        ...

    async def is_installed(self, team: str) -> bool:
        """Check whether the app is installed in a workspace. Raises nothing."""
        ...

    async def shared_client(self) -> "SlackClient":
        """Return the client for connections of the whole app. Raises `SendError`."""
        ...

    async def stopped(self) -> None:
        """Wait until nothing is sent any more, to any workspace."""
        ...

    async def remove_if_revoked(self, team: str) -> bool:
        """Check whether the app was removed there, as Slack says."""
        ...

    async def close(self) -> None:
        """Sign out; the next call signs in again."""
        ...


async def ask_workspace(
    installations: Installations, team: str, method: str, **args: Any
) -> Json:
    """Call a method for a person of a workspace. Raises `SendError`."""
    installation = await installations.of(team)
    return await installation.ask(method, **args)


async def iter_pages(
    fetch: Callable[[str | None], Awaitable[Json]],
) -> AsyncIterator[Json]:
    """Fetch the pages of a method until there are no more; None = the first one."""
    cursor: str | None = None
    while cursor != "":
        page = await fetch(cursor)
        yield page
        cursor = get_text(get_mapping(page, "response_metadata"), "next_cursor")


class SingleInstallation:
    """The app in one workspace, with one token from the settings."""

    def __init__(self, installation: Installation) -> None:
        self.one = installation

    @property
    def api_base(self) -> str | None:
        return self.one.api_base

    @property
    def refused(self) -> Message | None:
        return self.one.refused

    @property
    def ready(self) -> bool:
        return self.one.is_signed_in

    async def of(self, team: str) -> Installation:
        # A post for another workspace is refused when it is sent.
        return self.one

    async def is_installed(self, team: str) -> bool:
        return bool(team) and team == self.one.team

    async def shared_client(self) -> "SlackClient":
        return await self.one.sign_in()

    async def stopped(self) -> None:
        await self.one.stop.wait()

    async def remove_if_revoked(self, team: str) -> bool:
        await self.one.verify_token()
        return self.one.refused is not None

    async def close(self) -> None:
        await self.one.close()


class StoredInstallations:
    """The app in every workspace that installed it."""

    refused: Message | None = None
    ready = True

    def __init__(
        self,
        store: InstallationStore,
        *,
        app: SlackApp,
        api_base: str | None,
        now: Callable[[], datetime],
        pace: Callable[[], SlackRateLimiter],
    ) -> None:
        """Create the registry; nothing is looked up yet.

        Args:
            store: The installations.
            app: Our app's credentials and public URL.
            api_base: Base URL of the Web API, ending in `/api/`; None = Slack's own.
            now: The present instant.
            pace: Creates the rate limits of a workspace.
        """
        self.api_base = api_base
        self.store = store
        self.app = app
        self.pace = pace
        self._now = now
        #: Team → the id of the installation in the store, and the installation.
        self._open: dict[str, tuple[int, Installation]] = {}
        self._pool: aiohttp.ClientSession | None = None
        self._shared_client: SlackClient | None = None

    async def of(self, team: str) -> Installation:
        found = await self._found(team)
        if found is None:
            self._open.pop(team, None)
            raise SendRefused(
                "slack.not_installed",
                team=team,
                address=self.app.install_url,
                whole_workspace=True,
            )
        number, installation = self._open.get(team, (0, None))
        if installation is None or number != found.id:
            installation = self._new(found)
            self._open[team] = found.id, installation
        return installation

    async def is_installed(self, team: str) -> bool:
        try:
            found = await self._found(team)
        except BotError:
            return False
        return found is not None

    async def shared_client(self) -> "SlackClient":
        if self._shared_client is None or self._shared_client.closed:
            self._shared_client = self._session("")
        return self._shared_client

    async def stopped(self) -> None:
        await asyncio.Event().wait()

    async def remove_if_revoked(self, team: str) -> bool:
        found = await self._found(team)
        if found is None:
            return False
        installation = await self.of(team)
        await installation.verify_token()
        if installation.refused is None:
            return False
        await self.store.forget(found)
        self._open.pop(team, None)
        return True

    async def findings(self, team: str) -> Sequence[Finding]:
        """List what the doctor reports about a workspace."""
        again = Message("install it again: {address}", address=self.app.install_url)
        try:
            found = await self._found(team)
        except SendError as error:
            return (_build_problem(team, error.message),)
        if found is None:
            fix = Message("install it: {address}", address=self.app.install_url)
            text = Message("the app is not installed there")
            return (_build_problem(team, text, fix),)
        if found.tokens is None:
            text = Message(
                "its tokens were encrypted with another STANDFIRST_SECRET_KEY"
            )
            fix = Message("restore that key, or {again}", again=again)
            return (_build_problem(team, text, fix),)
        if found.broken is not None:
            until = found.tokens.expires_at
            text = Message("nothing can be posted: {why}", why=found.broken)
            if until:
                text = Message(
                    "nothing can be posted from {moment} UTC on: {why}",
                    moment=f"{until:%Y-%m-%d %H:%M}",
                    why=found.broken,
                )
            return (_build_problem(team, text, again),)
        # An earlier version stored no scopes.
        granted_scopes = found.scopes or None
        return tuple(
            check_scopes(granted_scopes, subject=f"slack {found.name}", again=again)
        )

    async def close(self) -> None:
        opened, self._open = self._open, {}
        for _, installation in opened.values():
            await installation.close()
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    # ── one of them ────────────────────────────────────────────────────────────

    async def _found(self, team: str) -> AppInstallation | None:
        try:
            return await self.store.find(team)
        except BotError as error:
            raise SendNotReceived(
                "slack.installation_not_found", error=error
            ) from error

    def _new(self, installed: AppInstallation) -> Installation:
        if installed.tokens is None:
            raise SendRefused(
                "slack.other_secret_key",
                address=self.app.install_url,
                whole_workspace=True,
            )
        tokens = RotatingTokens(
            installed,
            store=self.store,
            exchange=self._exchange,
            now=self._now,
            again_at=self.app.install_url,
        )
        return Installation(
            tokens=tokens,
            api_base=self.api_base,
            pace=self.pace(),
            session=self._session,
        )

    async def open_client(self, token: str) -> "SlackClient":
        """Sign in with a token that is not stored yet.

        Raises what the library raises.
        """
        session = self._session(token)
        await session.login()
        return session

    def _session(self, token: str) -> "SlackClient":
        from bot.platforms.slack.client import SlackClient, open_pool

        if self._pool is None or self._pool.closed:
            self._pool = open_pool()
        return SlackClient(token=token, api_base=self.api_base, http=self._pool)

    async def _exchange(self, refresh: str) -> InstallationTokens:
        asked_at = self._now()
        async with asyncio.timeout(REFRESH_TIMEOUT):
            shared_client = await self.shared_client()
            answer = await shared_client.get_tokens(
                self.app, grant_type="refresh_token", refresh_token=refresh
            )
        return parse_tokens(answer, asked_at)


def _build_problem(team: str, text: Message, fix: Message | str = "") -> Finding:
    return Finding.problem(f"slack {team}", text, fix)


def _check_workspace(session: "SlackClient", delivery: Delivery) -> None:
    wanted = delivery.workspace_external_id
    if wanted != session.team:
        raise SendRefused(
            "slack.wrong_team", team=session.team, wanted=wanted, whole_workspace=True
        )


def _get_channel(delivery: Delivery) -> str:
    """Return the channel's id. Raises `SendRefused` for no valid id."""
    if not _TARGET_ID.fullmatch(delivery.channel):
        raise SendRefused("slack.not_a_channel_id", channel=delivery.channel)
    return delivery.channel
