"""Bot tokens: a fixed one, or rotating ones that are refreshed before they expire.

With token rotation a token is valid for twelve hours and comes with a refresh token,
which can be exchanged once for the next pair. So only one exchange runs at a time:
within the process in one task, which no caller's timeout cancels, and among processes
under a claim in the store. New tokens are stored before they are used. A lost response
may have spent the refresh token: it is tried once more, and if Slack then rejects it,
the app has to be installed again. The old token is used until it expires.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.errors import (
    BotError,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.model import AppInstallation, InstallationTokens
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.platforms.slack.rate_limits import (
    TokenRefused,
    classify_send_error,
    get_error_code,
)
from bot.ports import InstallationStore
from digests.messages import Message

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

#: A token is exchanged when it is valid for no longer than this.
REFRESH_BEFORE: Final = timedelta(hours=2)
#: Time between failed exchanges while the old token is valid.
RETRY_AFTER: Final = timedelta(minutes=1)
#: Seconds between checks whether another process has finished, and of all of them.
POLL_INTERVAL: Final = 0.25
MAX_WAIT: Final = 10.0
#: Slack's codes for a refresh token that was spent or revoked.
_SPENT: Final = frozenset({
    "invalid_refresh_token", "invalid_grant", "token_revoked", "token_expired",
    "invalid_auth", "account_inactive", "authorization_not_found",
})  # fmt: skip
#: Slack's codes for wrong settings.
_WRONG_SETTINGS: Final = frozenset({"bad_client_secret", "invalid_client_id"})

#: (refresh token) → the next pair. Raises what the library raises.
RefreshTokens = Callable[[str], Awaitable[InstallationTokens]]


class BotToken:
    """The bot's token in a workspace; this one never expires."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        """Return a token that is valid for a while. Raises `SendError`."""
        return self._token

    async def renew(self, refused: str) -> str | None:
        """Return another token after `refused` has expired; None if there is none.

        Raises `SendError`.
        """
        return None

    async def close(self) -> None:
        """Wait for an exchange that is running."""


class RotatingToken(BotToken):
    """The token of an installation, exchanged before it expires."""

    def __init__(
        self,
        installed: AppInstallation,
        store: InstallationStore,
        exchange: RefreshTokens,
        now: Callable[[], datetime],
        again_at: str,
    ) -> None:
        """Wrap the stored tokens; nothing is exchanged yet.

        Args:
            installed: The installation, with its tokens.
            store: Stores it.
            exchange: Requests the next pair from Slack.
            now: The present instant.
            again_at: URL at which the app is installed again.
        """
        self._installed = installed
        self._store = store
        self._exchange = exchange
        self._now = now
        self._remedy = Message("slack.reinstall", address=again_at)
        self._renewal: asyncio.Task[None] | None = None
        #: When a failed exchange may be tried again.
        self._not_before: datetime | None = None
        #: The stored installation that new, still unsaved tokens replace.
        self._unsaved: AppInstallation | None = None

    async def current(self) -> str:
        if self._unsaved is not None:
            await self._save(self._unsaved)
        tokens = self._tokens
        if tokens.expires_at is None or tokens.refresh is None:
            return tokens.token
        left = tokens.expires_at - self._now()
        valid = left > timedelta(0)
        waits = self._not_before is not None and self._now() < self._not_before
        # After a failed exchange the old token is used while it is valid.
        if left > REFRESH_BEFORE or (valid and (waits or self._installed.broken)):
            return tokens.token
        try:
            await self._renew()
        except SendError as error:
            if not valid:
                raise
            self._not_before = self._now() + RETRY_AFTER
            log.warning("token not exchanged yet", reason=str(error))
        return self._tokens.token

    async def renew(self, refused: str) -> str | None:
        if self._tokens.refresh is None:
            return None
        if self._tokens.token == refused:
            await self._renew()
        return self._tokens.token

    async def close(self) -> None:
        """Wait for an exchange that is running: its response comes once."""
        if self._renewal is not None:
            with suppress(Exception):
                await asyncio.shield(self._renewal)

    @property
    def _tokens(self) -> InstallationTokens:
        assert self._installed.tokens is not None, "they were read before"
        return self._installed.tokens

    # ── the exchange ───────────────────────────────────────────────────────────

    async def _renew(self) -> None:
        """Run one exchange for all callers; a caller's timeout does not end it."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._refresh_or_wait())
            self._renewal.add_done_callback(_retrieve_exception)
        await asyncio.shield(self._renewal)

    async def _refresh_or_wait(self) -> None:
        used = self._tokens.token
        waited = 0.0
        while True:
            try:
                newest = await self._store.find(self._installed.team)
                if self._adopt_newest(newest, used):
                    return
                if await self._store.claim(self._installed):
                    await self._refresh()
                    return
            except SendError:
                raise
            except BotError as error:
                raise SendNotReceived("slack.token_not_found", error=error) from error
            if waited >= MAX_WAIT:
                raise SendNotReceived("slack.token_being_renewed")
            await asyncio.sleep(POLL_INTERVAL)
            waited += POLL_INTERVAL

    def _adopt_newest(self, newest: AppInstallation | None, used: str) -> bool:
        """Adopt tokens that another process stored; return whether they are new."""
        if newest is None or newest.id != self._installed.id or newest.tokens is None:
            raise TokenRefused("slack.app_removed", remedy=self._remedy)
        if newest.version < self._installed.version:
            # Ours are newer and not saved yet.
            return self._tokens.token != used
        self._installed = newest
        if newest.tokens.token != used:
            return True
        if newest.broken is not None:
            raise TokenRefused(newest.broken)
        return False

    async def _refresh(self) -> None:
        installed = self._installed
        assert self._tokens.refresh is not None, "it was looked at before"
        try:
            tokens = await self._exchange(self._tokens.refresh)
        except Exception as error:
            found = self._failed(error)
            broken = found.message if get_error_code(error) in _SPENT else None
            await self._store.settle(installed, broken=broken)
            self._installed = replace(installed, broken=broken)
            raise found from error
        self._not_before = None
        self._installed = replace(
            installed, tokens=tokens, version=installed.version + 1
        )
        await self._save(installed)

    async def _save(self, before: AppInstallation) -> None:
        """Save new tokens in place of `before`; repeat a failed save before use."""
        try:
            await self._store.settle(before, tokens=self._tokens)
        except BotError as error:
            self._unsaved = before
            log.error("token not kept yet", reason=str(error))
        else:
            self._unsaved = None

    def _failed(self, error: Exception) -> SendError:
        code = get_error_code(error)
        if code in _SPENT:
            return TokenRefused("slack.no_new_token", code=code, remedy=self._remedy)
        if code in _WRONG_SETTINGS:
            return SendRefused("slack.unknown_app", code=code, whole_workspace=True)
        found = classify_send_error(error, guarded=True)
        stops = isinstance(found, SendRefused) and found.whole_workspace
        if stops or isinstance(found, SendRateLimited):
            return found
        # In any case, the call that needs the token was not started.
        return SendNotReceived("slack.token_pending", error=found)


def parse_tokens(answer: Mapping[str, Any], asked_at: datetime) -> InstallationTokens:
    """Parse the tokens of Slack's response to a request made at `asked_at`.

    Raises:
        SendUnclear: It contains no bot token.
    """
    token, refresh = answer.get("access_token"), answer.get("refresh_token")
    lasts = answer.get("expires_in")
    if not isinstance(token, str) or not token or answer.get("token_type") != "bot":
        raise SendUnclear("slack.no_bot_token")
    if not isinstance(refresh, str) or not isinstance(lasts, int):
        return InstallationTokens(token=token)
    expires_at = asked_at + timedelta(seconds=lasts)
    return InstallationTokens(token=token, refresh=refresh, expires_at=expires_at)


def _retrieve_exception(task: asyncio.Task[None]) -> None:
    """Mark the task's error as handled, even if no caller waits for it."""
    if not task.cancelled():
        task.exception()
