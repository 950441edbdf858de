"""OAuth installation flow over Bolt, and the pages it shows.

Bolt decides what is in order: the state is one of ours, comes once, in time, from the
browser that it was given to. These of its ways are changed, each for a reason:

- *Calls* go through our own session: to the configured address alone, never repeated,
  nothing of them in the library's log (which would show the code).
- *When tokens run out* is reckoned by our clock, from when they were asked for.
- *The address at Slack* is built by us: the library puts what stands in the visitor's
  query into it as it is.
- *Its authorisation* is not used, which would ask Slack for each event: `installations`
  and `tokens` know better.

They stand for themselves: what brings Slack here may be a proxy that hands on these two
addresses alone. So their style is inside, named to the browser by its hash, and nothing
else may be loaded, run or framed. What comes from outside is escaped text.
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
from jinja2 import Environment, FileSystemLoader, StrictUndefined
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
from bot.i18n.translation import Texts
from bot.model import AppInstallation, InstallationTokens
from bot.platforms.common.text import sanitize_text, shorten_utf16
from bot.platforms.slack.app_manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.platforms.slack.installations import StoredInstallations
from bot.platforms.slack.send_errors import classify_send_error, get_error_code
from bot.platforms.slack.tokens import parse_tokens
from bot.ports import InstallationStore, StateStore

log = structlog.get_logger(__name__)

#: Where one agrees, at Slack's own.
AUTHORIZE: Final = "https://slack.com/oauth/v2/authorize"
#: The library's own log, which nobody reads: it names codes.
_SILENT_LOG: Final = logging.Logger("unread", level=logging.CRITICAL + 1)

#: Told of each new installation, once it is kept.
OnInstalled = Callable[[AppInstallation], Awaitable[None]]


class InstallationNotSaved(BoltError):
    """Slack agreed, and nothing was kept; its text is a word of `pages.failed`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallPage:
    """What a page says."""

    title: str
    sentences: tuple[str, ...]
    steps: tuple[str, ...] = ()
    #: Where its one button leads, and what that says.
    href: str = ""
    label: str = ""
    #: What the app asks for, each with its reason.
    rights: tuple[tuple[str, str], ...] = ()
    rights_title: str = ""


class InstallFlow(AsyncOAuthFlow):
    """An installation from its first page to its last."""

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
            # What is not said here, the library reads from the environment.
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
        # Slack sends the browser back from another site, by a link.
        cookie = f"{set_cookie_value}; SameSite=Lax"
        policy = {"Content-Security-Policy": self._pages.policy}
        return {**headers, **policy, "Set-Cookie": [cookie]}

    async def run_installation(self, code: str) -> Installation | None:
        asked_at = self._now()
        try:
            session = await self._installations.shared_client()
            answer = await session.exchange_code(self._installations.app, code=code)
            if answer.get("is_enterprise_install"):
                return _build_organisation_installation(answer)
            tokens = parse_tokens(answer, asked_at)
            session = await self._installations.open_client(tokens.token)
            _check_team(session.team, answer)
        except Exception as error:
            # Codes and tokens stand in none of these: the answer held no token.
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
    """Begun installations, behind the library's interface."""

    def __init__(self, states: StateStore) -> None:
        self._states = states

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state)


def _build_authorize_url(api_base: str | None) -> str:
    """Slack's page where one agrees; behind a proxy, the proxy's."""
    if api_base is None:
        return AUTHORIZE
    parts = urlsplit(api_base)
    return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


def _check_team(team: str, answer: Mapping[str, Any]) -> None:
    if team != _get_mapping(answer, "team").get("id"):
        raise SendUnclear("slack.token_of_other_team")


def _build_installation(
    answer: Mapping[str, Any], tokens: InstallationTokens, *, bot: str
) -> Installation:
    team = _get_mapping(answer, "team")
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
        user_id=str(_get_mapping(answer, "authed_user").get("id") or ""),
    )


def _build_organisation_installation(answer: Mapping[str, Any]) -> Installation:
    return Installation(
        enterprise_id=_get_mapping(answer, "enterprise").get("id"),
        user_id=str(_get_mapping(answer, "authed_user").get("id") or ""),
        is_enterprise_install=True,
    )


def _get_mapping(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, Mapping) else {}


TEMPLATES: Final = Path(__file__).parent / "templates"
#: Characters of a workspace's name.
_MAX_NAME: Final = 80
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,60}")
_SLACK_ID: Final = re.compile(r"[A-Z0-9]{1,30}")


class InstallPages:
    """Writes pages as HTML."""

    def __init__(self) -> None:
        style = (TEMPLATES / "install.css").read_text(encoding="utf-8").strip()
        templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._template = templates.get_template("install.html")
        # Markup: it is our own, and a browser compares it byte by byte with its hash.
        self._style = Markup(style)  # noqa: S704
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )

    def html(self, page: InstallPage) -> str:
        return self._template.render(page=page, style=self._style)


def build_start_page(url: str, texts: Texts) -> InstallPage:
    """The page with the button; `url` is Slack's page where one agrees."""
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
    """It is done; `name` is the workspace's."""
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
    """Nothing was installed, and why.

    Args:
        reason: Bolt's or Slack's word for it, or one of our own (`org`, `not_kept`);
            it may come from anybody.
        texts: Their language.
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


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return sanitize_text(value)
    return value
