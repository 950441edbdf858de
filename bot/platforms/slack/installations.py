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
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

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
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.client import SlackClient, open_pool
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.rate_limits import (
    POST_MESSAGE,
    SlackRateLimiter,
    TokenRefused,
    classify_send_error,
    get_error_code,
)
from bot.platforms.slack.tokens import BotToken, RotatingToken, parse_tokens
from bot.ports import InstallationStorage
from digests.messages import Message

if TYPE_CHECKING:
    from aiohttp import ClientSession

T = TypeVar("T")
Call: TypeAlias = Callable[[], Awaitable[T]]
#: Called with each new installation, once it is stored.
OnInstalled = Callable[[AppInstallation], Awaitable[None]]

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
        token: BotToken,
        pace: SlackRateLimiter,
        api_base: str | None,
        pool: "ClientSession | None" = None,
    ) -> None:
        """Create the installation; nothing is sent yet.

        Args:
            token: The bot's token in the workspace.
            pace: The workspace's rate limits.
            api_base: Base URL of the Web API, ending in `/api/`; None = Slack's own.
            pool: Shared connections; None = its own.
        """
        self.pace = pace
        self.api_base = api_base
        self.stop = StopSwitch("slack")
        #: The workspace; "" before the sign-in.
        self.team = ""
        self._token = token
        self._pool = pool
        self._client: SlackClient | None = None
        self._login_lock = asyncio.Lock()
        #: When the sign-in failed last, and how.
        self._failed: tuple[float, SendError] | None = None

    @property
    def refused(self) -> Message | None:
        """Why nothing is sent any more."""
        return self.stop.reason

    async def sign_in(self) -> SlackClient:
        """Return the client that is signed in, or sign in.

        Raises:
            SendError: The sign-in failed; nothing was sent.
        """
        clock = asyncio.get_running_loop()
        asked = clock.time()
        async with self._login_lock:
            self.stop.check()
            token = await self.get_token()
            if self._client is not None and not self._client.closed:
                self._client.web.token = token
                return self._client
            if self._failed is not None and self._failed[0] >= asked:
                # Another caller's sign-in failed while we waited: do not repeat it.
                raise self._failed[1]
            client = SlackClient(token, self.api_base, self._pool)
            try:
                await self._retry_renewed(client, client.login)
                self._client, self.team = client, client.team
            except Exception as error:
                found = self._record_login_failure(error)
                self._failed = clock.time(), found
                raise found from error
            finally:
                if self._client is not client:
                    await client.close()
            return client

    async def get_token(self) -> str:
        """Return a valid token, also for requests outside the Web API.

        Raises:
            SendError: There is none.
        """
        try:
            return await self._token.current()
        except TokenRefused as error:
            self.stop.stop(error.message)
            raise

    async def call(self, method: str, delivery: Delivery, **args: Any) -> Json:
        """Call a method about a delivery's channel when it may be sent.

        Raises:
            SendError: As `rate_limits` classifies it.
        """
        channel = delivery.channel
        if not _TARGET_ID.fullmatch(channel):
            raise SendRefused("slack.not_a_channel_id", channel=channel)
        client = await self.sign_in()
        team, wanted = client.team, delivery.workspace_external_id
        if wanted != team:
            raise SendRefused(
                "slack.wrong_team", team=team, wanted=wanted, whole_workspace=True
            )
        async with self.pace.turn(method, channel):
            self.stop.check()
            call = partial(client.call, method, channel=channel, **args)
            found = await self._attempt(client, call, method, channel)
            if method == POST_MESSAGE:
                self.pace.posted()
            return found

    async def ask(self, method: str, **args: Any) -> Json:
        """Call a method for a person who is waiting: it overtakes posts.

        Raises:
            SendError: As `rate_limits` classifies it.
        """
        return await self.request(method, lambda client: client.call(method, **args))

    async def request(
        self, method: str, call: Callable[[SlackClient], Awaitable[T]]
    ) -> T:
        """Do the same for a function that is not a single call. Raises `SendError`."""
        client = await self.sign_in()
        self.pace.check(method, "")
        return await self._attempt(client, lambda: call(client), method)

    async def verify_token(self) -> None:
        """Check with the token whether the app was removed, as Slack says."""
        try:
            client = await self.sign_in()
            await self._retry_renewed(client, client.login)
        except Exception as error:
            self._record_login_failure(error)

    async def close(self) -> None:
        """Sign out; the next call signs in again."""
        await self._token.close()
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _attempt(
        self, client: SlackClient, call: Call[T], method: str, channel: str = ""
    ) -> T:
        try:
            return await self._retry_renewed(client, call)
        except Exception as error:
            found = self._classify(error, guarded=method != POST_MESSAGE)
            if isinstance(found, SendRateLimited):
                self.pace.limited(method, channel, found.retry_after)
            raise found from error

    async def _retry_renewed(self, client: SlackClient, call: Call[T]) -> T:
        """Call; repeat it with the next token where this one has just expired."""
        used = client.web.token or ""
        try:
            return await call()
        except Exception as error:
            if get_error_code(error) != TOKEN_EXPIRED:
                raise
            token = await self._token.renew(used)
            if token is None:
                raise
            client.web.token = token
        return await call()

    def _classify(self, error: Exception, *, guarded: bool = True) -> SendError:
        """Classify an error; a refused token stops the installation."""
        found = classify_send_error(error, guarded=guarded)
        if isinstance(found, TokenRefused):
            self.stop.stop(found.message)
        return found

    def _record_login_failure(self, error: Exception) -> SendError:
        """Classify a failed sign-in: nothing was sent yet."""
        found = self._classify(error)
        if isinstance(found, SendRateLimited | TokenRefused):
            return found
        return SendNotReceived("slack.login_failed", error=found)


class SingleInstallation(Installation):
    """The app in one workspace alone, with a token from the settings."""

    @property
    def ready(self) -> bool:
        return self._client is not None

    async def of(self, team: str) -> Installation:
        # A post for another workspace is refused when it is sent.
        return self

    async def is_installed(self, team: str) -> bool:
        return bool(team) and team == self.team

    async def shared_client(self) -> SlackClient:
        return await self.sign_in()

    async def stopped(self) -> None:
        await self.stop.wait()

    async def remove_if_revoked(self, team: str) -> bool:
        await self.verify_token()
        return self.refused is not None


class StoredInstallations:
    """The app in every workspace that installed it."""

    #: Why nothing is sent any more, to any workspace.
    refused: Message | None = None
    #: Whether events can be handled.
    ready = True

    def __init__(
        self,
        storage: InstallationStorage,
        *,
        app: SlackApp,
        api_base: str | None,
        now: Callable[[], datetime],
        pace: Callable[[], SlackRateLimiter],
    ) -> None:
        """Create the registry; nothing is looked up yet.

        Args:
            storage: The installations, finished and in progress.
            app: Our app's credentials and public URL.
            api_base: Base URL of the Web API, ending in `/api/`; None = Slack's own.
            now: The present instant.
            pace: Creates the rate limits of a workspace.
        """
        self.api_base = api_base
        self.store, self.states = storage.installations, storage.states
        self.app = app
        self.now = now
        self._pace = pace
        #: Team → the id of the installation in the store, and the installation.
        self._open: dict[str, tuple[int, Installation]] = {}
        self._pool: ClientSession | None = None

    async def of(self, team: str) -> Installation:
        """Return the installation in a workspace. Raises `SendError`."""
        found = await self._find(team)
        if found is None:
            self._open.pop(team, None)
            raise SendRefused(
                "slack.not_installed",
                team=team,
                address=self.app.install_url,
                whole_workspace=True,
            )
        opened = self._open.get(team)
        if opened is None or opened[0] != found.id:
            opened = self._open[team] = found.id, self._build(found)
        return opened[1]

    async def is_installed(self, team: str) -> bool:
        """Check whether the app is installed in a workspace. Raises nothing."""
        try:
            return await self._find(team) is not None
        except SendError:
            return False

    async def shared_client(self) -> SlackClient:
        """Return the client for connections of the whole app. Raises `SendError`."""
        return self.open_client("")

    async def stopped(self) -> None:
        """Wait until nothing is sent any more, to any workspace."""
        await asyncio.Event().wait()

    async def remove_if_revoked(self, team: str) -> bool:
        """Check whether the app was removed there, as Slack says."""
        found = await self._find(team)
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
        subject, address = f"slack {team}", self.app.install_url
        again = Message("install it again: {address}", address=address)
        try:
            found = await self._find(team)
        except SendError as error:
            return [Finding.problem(subject, error.message)]
        if found is None:
            fix = Message("install it: {address}", address=address)
            return [Finding.problem(subject, "the app is not installed there", fix)]
        if found.tokens is None:
            text = Message(
                "its tokens were encrypted with another STANDFIRST_SECRET_KEY"
            )
            fix = Message("restore that key, or {again}", again=again)
            return [Finding.problem(subject, text, fix)]
        if found.broken is not None:
            until = found.tokens.expires_at
            text = Message("nothing can be posted: {why}", why=found.broken)
            if until:
                text = Message(
                    "nothing can be posted from {moment} UTC on: {why}",
                    moment=f"{until:%Y-%m-%d %H:%M}",
                    why=found.broken,
                )
            return [Finding.problem(subject, text, again)]
        # An earlier version stored no scopes.
        return list(check_scopes(found.scopes or None, f"slack {found.name}", again))

    async def close(self) -> None:
        """Sign out; the next call signs in again."""
        opened, self._open = self._open, {}
        for _, installation in opened.values():
            await installation.close()
        if self._pool is not None:
            await self._pool.close()

    def open_client(self, token: str) -> SlackClient:
        """Create a client with any token, over the connections of all workspaces."""
        return SlackClient(token, self.api_base, self._get_pool())

    # ── one of them ────────────────────────────────────────────────────────────

    async def _find(self, team: str) -> AppInstallation | None:
        try:
            return await self.store.find(team)
        except BotError as error:
            raise SendNotReceived(
                "slack.installation_not_found", error=error
            ) from error

    def _build(self, installed: AppInstallation) -> Installation:
        if installed.tokens is None:
            raise SendRefused(
                "slack.other_secret_key",
                address=self.app.install_url,
                whole_workspace=True,
            )
        token = RotatingToken(
            installed, self.store, self._exchange, self.now, self.app.install_url
        )
        return Installation(token, self._pace(), self.api_base, self._get_pool())

    def _get_pool(self) -> "ClientSession":
        if self._pool is None or self._pool.closed:
            self._pool = open_pool()
        return self._pool

    async def _exchange(self, refresh: str) -> InstallationTokens:
        asked_at = self.now()
        async with asyncio.timeout(REFRESH_TIMEOUT):
            answer = await self.open_client("").get_tokens(
                self.app, grant_type="refresh_token", refresh_token=refresh
            )
        return parse_tokens(answer, asked_at)


#: The installations of the app, by workspace: of one or of any number.
Installations: TypeAlias = SingleInstallation | StoredInstallations


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
