"""OAuth installation flow over Bolt, and the pages that it shows.

Bolt checks the state: it is one of ours, used once, in time, in the browser that it was
given to. Four things of the library are replaced, each for a reason:

- *Calls* go through our own client: to the configured API alone, never repeated, and
  nothing of them in the library's log, which would show the code.
- *Expiry of tokens* is computed by our clock, from when they were requested.
- *The URL at Slack* is built by us: the library inserts the visitor's query unescaped.
- *Authorization* is not used: it would call Slack for each event.

The pages load nothing: a proxy may forward only their two paths. So their style is
inline, allowed by its hash, and nothing else may be loaded, run or framed. Text from
outside is escaped.
"""

import base64
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import structlog
from markupsafe import Markup
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

from bot.errors import BotError, SendUnclear
from bot.i18n.safe_text import build_environment
from bot.i18n.translation import Texts
from bot.model import AppInstallation, InstallationTokens
from bot.platforms.common.text import shorten_utf16
from bot.platforms.slack.app_manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.platforms.slack.installations import StoredInstallations
from bot.platforms.slack.messages import get_mapping
from bot.platforms.slack.send_errors import classify_send_error, get_error_code
from bot.platforms.slack.tokens import parse_tokens
from bot.ports import InstallationStore, StateStore

log = structlog.get_logger(__name__)

#: Slack's page on which a visitor agrees.
AUTHORIZE: Final = "https://slack.com/oauth/v2/authorize"
#: The library's own log is discarded: it contains codes.
_SILENT_LOG: Final = logging.Logger("unread", level=logging.CRITICAL + 1)

#: Called with each new installation, once it is stored.
OnInstalled = Callable[[AppInstallation], Awaitable[None]]


class InstallationNotSaved(BoltError):
    """Slack agreed, and nothing was stored; its text is a key of `_FAILURES`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallPage:
    """Content of a page."""

    title: str
    sentences: tuple[str, ...]
    steps: tuple[str, ...] = ()
    #: Target and label of its one button.
    href: str = ""
    label: str = ""
    #: (scope, why the app asks for it).
    rights: tuple[tuple[str, str], ...] = ()
    rights_title: str = ""


class InstallFlow(AsyncOAuthFlow):
    """Serves an installation, from its first page to its last."""

    def __init__(
        self,
        installations: StoredInstallations,
        *,
        states: StateStore,
        arrived: OnInstalled,
        now: Callable[[], datetime],
        texts: Texts,
    ) -> None:
        self._installations = installations
        self._arrived = arrived
        self._now = now
        self._texts = texts
        self._pages = InstallPages()
        app = installations.app
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            # The library reads what is missing here from the environment.
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=app.redirect_uri,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=_build_authorize_url(installations.api_base),
            callback_options=AsyncCallbackOptions(
                success=self._succeeded, failure=self._failed
            ),
            installation_store=_BoltInstallationStore(installations.store, now),
            state_store=_BoltStateStore(states),
            logger=_SILENT_LOG,
        )
        super().__init__(logger=_SILENT_LOG, settings=settings)

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
        return self._pages.html(build_start_page(url, self._texts))

    async def append_set_cookie_headers(
        self, headers: dict[str, Any], set_cookie_value: str | None
    ) -> dict[str, Any]:
        # Slack sends the browser back with a link on another site.
        cookie = f"{set_cookie_value}; SameSite=Lax"
        policy = {"Content-Security-Policy": self._pages.policy}
        return {**headers, **policy, "Set-Cookie": [cookie]}

    async def run_installation(self, code: str) -> Installation | None:
        asked_at = self._now()
        try:
            session = await self._installations.shared_client()
            app = self._installations.app
            answer = await session.get_tokens(
                app, code=code, redirect_uri=app.redirect_uri
            )
            if answer.get("is_enterprise_install"):
                return _build_organisation_installation(answer)
            tokens = parse_tokens(answer, asked_at)
            session = await self._installations.open_client(tokens.token)
            _check_team(session.team, answer)
        except Exception as error:
            # None of these contains a code or token.
            reason = get_error_code(error) or str(
                classify_send_error(error, guarded=True)
            )
            log.warning("installation failed", platform="slack", reason=reason)
            return None
        return _build_installation(answer, tokens, bot=session.bot)

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        kept = args.installation
        found = await self._installations.store.find(kept.team_id or "")
        if found is not None:
            log.info("installed", platform="slack", team=found.team)
            await self._arrived(found)
        page = build_installed_page(
            kept.team_name or "",
            app=kept.app_id or "",
            team=kept.team_id or "",
            texts=self._texts,
        )
        return self._answer(page, 200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        reason = (
            str(args.error)
            if isinstance(args.error, InstallationNotSaved)
            else args.reason
        )
        page = build_failed_page(reason, self._texts)
        return self._answer(page, args.suggested_status_code)

    def _answer(self, page: InstallPage, status: int) -> BoltResponse:
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": self._pages.policy,
            "Set-Cookie": cookie,
        }
        return BoltResponse(status=status, body=self._pages.html(page), headers=headers)


class _BoltInstallationStore(AsyncInstallationStore):
    """Our installation store behind the library's interface; Bolt only saves.

    The library's own store over SQLAlchemy keeps tokens unencrypted, writes beside our
    one writer, and cannot record who may exchange a token that is valid once.
    """

    def __init__(self, store: InstallationStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def async_save(self, installation: Installation) -> None:
        if installation.is_enterprise_install or not installation.team_id:
            raise InstallationNotSaved("org")
        expires = installation.bot_token_expires_at
        tokens = InstallationTokens(
            token=installation.bot_token or "",
            refresh=installation.bot_refresh_token,
            expires_at=datetime.fromtimestamp(expires, UTC) if expires else None,
        )
        installed = AppInstallation(
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
            raise InstallationNotSaved("not_kept") from error


class _BoltStateStore(AsyncOAuthStateStore):
    """Our state store behind the library's interface."""

    def __init__(self, states: StateStore) -> None:
        self._states = states

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state)


def _build_authorize_url(api_base: str | None) -> str:
    """Build the URL of the page on which a visitor agrees."""
    if api_base is None:
        return AUTHORIZE
    parts = urlsplit(api_base)
    return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


def _check_team(team: str, answer: Mapping[str, Any]) -> None:
    if team != get_mapping(answer, "team").get("id"):
        raise SendUnclear("slack.token_of_other_team")


def _build_installation(
    answer: Mapping[str, Any], tokens: InstallationTokens, *, bot: str
) -> Installation:
    team = get_mapping(answer, "team")
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
        user_id=str(get_mapping(answer, "authed_user").get("id") or ""),
    )


def _build_organisation_installation(answer: Mapping[str, Any]) -> Installation:
    return Installation(
        enterprise_id=get_mapping(answer, "enterprise").get("id"),
        user_id=str(get_mapping(answer, "authed_user").get("id") or ""),
        is_enterprise_install=True,
    )


TEMPLATES: Final = Path(__file__).parent / "templates"
#: Characters of a workspace's name.
_MAX_NAME: Final = 80
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,60}")
_SLACK_ID: Final = re.compile(r"[A-Z0-9]{1,30}")


class InstallPages:
    """Renders pages as HTML."""

    def __init__(self) -> None:
        style = (TEMPLATES / "install.css").read_text(encoding="utf-8").strip()
        self._template = build_environment(TEMPLATES).get_template("install.html")
        # Not escaped: it is our own, and the browser compares it with its hash.
        self._style = Markup(style)  # noqa: S704
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )

    def html(self, page: InstallPage) -> str:
        return self._template.render(page=page, style=self._style)


def build_start_page(url: str, texts: Texts) -> InstallPage:
    """Build the first page; `url` is the page on which a visitor agrees."""
    return InstallPage(
        title=texts.say("Add Standfirst to a Slack workspace"),
        sentences=(
            texts.say(
                "Standfirst posts short news digests to your channels. Every word in "
                "them can be traced to its source: quotes are checked word for word."
            ),
            texts.say(
                "Slack asks you which workspace it is for, and shows what the app "
                "wants to be allowed. Nothing is posted until somebody sets it up."
            ),
        ),
        href=url,
        label=texts.say("Add to Slack"),
        rights=tuple((name, texts.word(why)) for name, why in SCOPES.items()),
        rights_title=texts.say("What it asks for, and why"),
    )


def build_installed_page(
    name: str, *, app: str, team: str, texts: Texts
) -> InstallPage:
    """Build the page after an installation; `name` is the workspace's."""
    known = _SLACK_ID.fullmatch(app) and _SLACK_ID.fullmatch(team)
    return InstallPage(
        title=texts.say(
            "Standfirst is installed in {name}",
            name=shorten_utf16(name, _MAX_NAME) or team,
        ),
        sentences=(texts.say("Three steps are left, all of them in Slack:"),),
        steps=(
            texts.say("Open the channel for the news."),
            texts.say("Invite the app: /invite @Standfirst"),
            texts.say("Run /newsdesk setup: it asks for a source and a time."),
        ),
        href=f"https://slack.com/app_redirect?app={app}&team={team}" if known else "",
        label=texts.say("Open it in Slack"),
    )


def build_failed_page(reason: str, texts: Texts) -> InstallPage:
    """Build the page that says why nothing was installed.

    Args:
        reason: Bolt's or Slack's code, or one of our own (`org`, `not_kept`); it may
            come from anybody.
        texts: The visitor's language.
    """
    title, sentences = _FAILURES.get(reason, ("", ()))
    if not title:
        code = reason if _ERROR_CODE.fullmatch(reason) else "?"
        said = texts.say("Slack did not allow the installation ({code}).", code=code)
        return _build_retry_page(texts.say("Nothing was installed"), (said,), texts)
    return _build_retry_page(
        texts.word(title), tuple(map(texts.word, sentences)), texts
    )


def _build_retry_page(
    title: str, sentences: tuple[str, ...], texts: Texts
) -> InstallPage:
    return InstallPage(
        title=title,
        sentences=sentences,
        href=INSTALL_PATH,
        label=texts.say("Start again"),
    )


_STALE: Final = (
    "This link is no longer valid",
    (
        "It was used already, is older than ten minutes, or was begun in another "
        "browser. Nothing was installed.",
        "The browser has to take cookies from this address.",
    ),
)
_FAILURES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "access_denied": (
        "Nothing was installed",
        ("You declined in Slack, which is fine. Nothing was saved.",),
    ),
    "invalid_browser": _STALE,
    "invalid_state": _STALE,
    "missing_code": _STALE,
    "invalid_code": (
        "Slack did not confirm it",
        (
            "Slack was asked for the app's token and gave none. Nothing was installed.",
            "If this continues, the operator finds the reason in the log.",
        ),
    ),
    "invalid_team_for_non_distributed_app": (
        "The app may not go there yet",
        (
            "Slack lets it be installed only in the workspace that made it. Whoever "
            "runs this Standfirst can change that: Manage Distribution, in the app's "
            "settings on Slack.",
        ),
    ),
    "org": (
        "Choose one workspace",
        (
            "The app was about to be installed for a whole organisation, which "
            "Standfirst does not do. Nothing was installed: choose a workspace of it.",
        ),
    ),
    "not_kept": (
        "It could not be saved",
        (
            "Slack agreed, but the installation could not be saved. Nothing"
            " was installed. Try again in a minute.",
        ),
    ),
}
