"""Bolt's installation flow as we use it: what is asked of Slack, and what is kept.

Bolt decides what is in order: the state is one of ours, comes once, in time, from the
browser that it was given to. These of its ways are changed, each for a reason:

- *Calls* go through our own session: to the configured address alone, never repeated,
  nothing of them in the library's log (which would show the code).
- *When tokens run out* is reckoned by our clock, from when they were asked for.
- *The address at Slack* is built by us: the library puts what stands in the visitor's
  query into it as it is.
- *Its authorisation* is not used, which would ask Slack for each event: `installations`
  and `tokens` know better.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import structlog
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import (
    AsyncInstallationStore,
)
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.errors import BotError, Unclear
from bot.installed import Installed, Tokens
from bot.platforms.slack import pages
from bot.platforms.slack.apps import INSTALL, REDIRECT
from bot.platforms.slack.installations import ManyInstallations
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.pages import Page, Pages
from bot.platforms.slack.tokens import tokens_of
from bot.platforms.slack.verdicts import code_of, verdict
from bot.ports import InstallationStore, StateStore
from bot.texts import Texts

log = structlog.get_logger(__name__)

#: Where one agrees, at Slack's own.
AUTHORIZE: Final = "https://slack.com/oauth/v2/authorize"
#: The library's own log, which nobody reads: it names codes.
_UNREAD: Final = logging.Logger("unread", level=logging.CRITICAL + 1)

#: Told of each new installation, once it is kept.
Arrived = Callable[[Installed], Awaitable[None]]


class NotKept(BoltError):
    """Slack agreed, and nothing was kept; its text is a word of `pages.failed`."""


class Flow(AsyncOAuthFlow):
    """An installation from its first page to its last."""

    def __init__(
        self,
        installations: ManyInstallations,
        *,
        states: StateStore,
        arrived: Arrived,
        now: Callable[[], datetime],
        texts: Texts,
    ) -> None:
        self._installations = installations
        self._arrived = arrived
        self._now = now
        self._texts = texts
        self._pages = Pages()
        app = installations.app
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            # What is not said here, the library reads from the environment.
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=app.redirect_uri,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            authorization_url=_authorize(installations.api_base),
            callback_options=AsyncCallbackOptions(
                success=self._succeeded, failure=self._failed
            ),
            installation_store=_Store(installations.store, now),
            state_store=_States(states),
            logger=_UNREAD,
        )
        super().__init__(logger=_UNREAD, settings=settings)

    # ── what Bolt asks ─────────────────────────────────────────────────────────

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        query = {
            "client_id": self.settings.client_id,
            "scope": ",".join(SCOPES),
            "user_scope": "",
            "redirect_uri": self.settings.redirect_uri,
            "state": state,
        }
        return f"{self.settings.authorization_url}?{urlencode(query)}"

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        return self._pages.html(pages.beginning(url, self._texts))

    async def append_set_cookie_headers(
        self, headers: dict[str, Any], set_cookie_value: str | None
    ) -> dict[str, Any]:
        # Slack sends the browser back from another site, by a link.
        cookie = f"{set_cookie_value}; SameSite=Lax"
        policy = {"Content-Security-Policy": self._pages.policy}
        return {**headers, **policy, "Set-Cookie": [cookie]}

    async def run_installation(self, code: str) -> Installation | None:
        asked_at = self._now()
        try:
            session = await self._installations.front()
            answer = await session.granted(self._installations.app, code=code)
            if answer.get("is_enterprise_install"):
                return _for_organisation(answer)
            tokens = tokens_of(answer, asked_at)
            session.token = tokens.token
            await session.login()
            _check_team(session.team, answer)
        except Exception as error:
            # Codes and tokens stand in none of these: the answer held no token.
            reason = code_of(error) or str(verdict(error, guarded=True))
            log.warning("installation failed", platform="slack", reason=reason)
            return None
        return _installation(answer, tokens, bot=session.bot)

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        kept = args.installation
        found = await self._installations.store.find(kept.team_id or "")
        if found is not None:
            log.info("installed", platform="slack", team=found.team)
            await self._arrived(found)
        page = pages.installed(
            kept.team_name or "",
            app=kept.app_id or "",
            team=kept.team_id or "",
            texts=self._texts,
        )
        return self._answer(page, 200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        reason = str(args.error) if isinstance(args.error, NotKept) else args.reason
        page = pages.failed(reason, self._texts)
        return self._answer(page, args.suggested_status_code)

    def _answer(self, page: Page, status: int) -> BoltResponse:
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": self._pages.policy,
            "Set-Cookie": cookie,
        }
        return BoltResponse(status=status, body=self._pages.html(page), headers=headers)


class _Store(AsyncInstallationStore):
    """What Bolt keeps an installation in: ours behind the library's interface.

    Its own store over SQLAlchemy was not taken: it keeps tokens as they are, writes
    beside our one writer, and has no place for who may exchange a token that is good
    for one exchange. Bolt only saves here; who looks for a token asks ours.
    """

    def __init__(self, store: InstallationStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def async_save(self, installation: Installation) -> None:
        if installation.is_enterprise_install or not installation.team_id:
            raise NotKept("org")
        expires = installation.bot_token_expires_at
        tokens = Tokens(
            token=installation.bot_token or "",
            refresh=installation.bot_refresh_token,
            expires_at=datetime.fromtimestamp(expires, UTC) if expires else None,
        )
        installed = Installed(
            team=installation.team_id,
            name=installation.team_name or installation.team_id,
            installer=installation.user_id,
            scopes=tuple(installation.bot_scopes or ()),
            installed_at=self._now(),
            tokens=tokens,
        )
        try:
            await self._store.keep(installed)
        except BotError as error:
            log.error("installation not kept", platform="slack", reason=str(error))
            raise NotKept("not_kept") from error


class _States(AsyncOAuthStateStore):
    """Begun installations, behind the library's interface."""

    def __init__(self, states: StateStore) -> None:
        self._states = states

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state)


def _authorize(api_base: str | None) -> str:
    """Slack's page where one agrees; behind a proxy, the proxy's."""
    if api_base is None:
        return AUTHORIZE
    parts = urlsplit(api_base)
    return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


def _check_team(team: str, answer: Mapping[str, Any]) -> None:
    if team != _inside(answer, "team").get("id"):
        raise Unclear("The token is of another workspace than Slack says.")


def _installation(
    answer: Mapping[str, Any], tokens: Tokens, *, bot: str
) -> Installation:
    team = _inside(answer, "team")
    at = tokens.expires_at
    return Installation(
        app_id=answer.get("app_id"),
        team_id=team.get("id"),
        team_name=team.get("name"),
        bot_token=tokens.token,
        bot_id=bot,
        bot_user_id=answer.get("bot_user_id"),
        bot_scopes=str(answer.get("scope") or ""),
        bot_refresh_token=tokens.refresh,
        bot_token_expires_at=int(at.timestamp()) if at else None,
        user_id=str(_inside(answer, "authed_user").get("id") or ""),
    )


def _for_organisation(answer: Mapping[str, Any]) -> Installation:
    return Installation(
        enterprise_id=_inside(answer, "enterprise").get("id"),
        user_id=str(_inside(answer, "authed_user").get("id") or ""),
        is_enterprise_install=True,
    )


def _inside(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, Mapping) else {}
