"""OAuth installation flow over Bolt, and the pages that it shows.

Bolt checks the state: it is one of ours, used once, in time, in the browser that it was
given to. Five things of the library are replaced, each for a reason:

- *Calls* go through our own client: to the configured API alone, never repeated, and
  nothing of them in the library's log, which would show the code.
- *Expiry of tokens* is computed by our clock, from when they were requested.
- *The URL at Slack* is built by us: the library inserts the visitor's query unescaped.
- *Saving* goes to our own store: the library's stores keep tokens unencrypted, write
  beside our one writer, and cannot record who may exchange a token that is valid once.
- *Authorization* is not used: it would call Slack for each event.

The pages load nothing: a proxy may forward only their two paths. So their style is
inline, allowed by its hash, and nothing else may be loaded, run or framed. Text from
outside is escaped.
"""

import base64
import hashlib
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urljoin

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
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.errors import BotError, SendUnclear
from bot.i18n.safe_text import build_environment
from bot.i18n.translation import Texts
from bot.model import AppInstallation
from bot.platforms.common.text import shorten_utf16
from bot.platforms.slack.app_manifest import INSTALL_PATH, PLATFORM_NAME, SCOPES
from bot.platforms.slack.installations import OnInstalled, StoredInstallations
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.rate_limits import classify_send_error, get_error_code
from bot.platforms.slack.tokens import parse_tokens
from bot.ports import StateStore
from digests.types import frozen

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

TEMPLATES: Final = Path(__file__).parent / "templates"
#: Slack's page on which a visitor agrees.
AUTHORIZE: Final = "https://slack.com/oauth/v2/authorize"
#: The library's own log is discarded: it contains codes.
_SILENT_LOG: Final = logging.Logger("unread", level=logging.CRITICAL + 1)


class InstallationNotSaved(BoltError):
    """Slack agreed, and nothing was stored; its text is a key of `_FAILURES`."""


class NewInstallation(Installation):
    """An installation as the library passes it on, with ours in it."""

    def __init__(self, installed: AppInstallation, app_id: str) -> None:
        super().__init__(app_id=app_id, user_id=installed.installer)
        self.installed = installed


@frozen
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
        self, installations: StoredInstallations, arrived: OnInstalled, texts: Texts
    ) -> None:
        self._installations = installations
        self._arrived = arrived
        self._texts = texts
        self._template = build_environment(TEMPLATES).get_template("install.html")
        style = (TEMPLATES / "install.css").read_text(encoding="utf-8").strip()
        # Not escaped: it is our own, and the browser compares it with its hash.
        self._style = Markup(style)  # noqa: S704
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        app = installations.app
        authorize = urljoin(installations.api_base or AUTHORIZE, "/oauth/v2/authorize")
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            # The library reads what is missing here from the environment.
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=app.redirect_uri,
            authorization_url=authorize,
            callback_options=AsyncCallbackOptions(self._succeeded, self._failed),
            # Never used; the library's default one keeps files.
            installation_store=AsyncInstallationStore(),
            state_store=_BoltStateStore(installations.states),
            logger=_SILENT_LOG,
        )
        super().__init__(logger=_SILENT_LOG, settings=settings)

    async def answer(self, request: Request) -> Response:
        """Answer a request for one of the two pages."""
        # A browser may send its cookies in several headers.
        cookies = "; ".join(request.headers.getlist("cookie"))
        asked = AsyncBoltRequest(
            body="", query=request.url.query, headers={"cookie": cookies}
        )
        first = request.url.path == INSTALL_PATH
        handle = self.handle_installation if first else self.handle_callback
        found = await handle(asked)
        headers = {name: values[0] for name, values in found.headers.items()}
        headers["content-security-policy"] = self._policy
        return HTMLResponse(found.body, found.status, headers)

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
        return self._render(build_start_page(url, self._texts))

    async def append_set_cookie_headers(
        self, headers: dict[str, Any], set_cookie_value: str | None
    ) -> dict[str, Any]:
        # Slack sends the browser back with a link on another site.
        return {**headers, "Set-Cookie": [f"{set_cookie_value}; SameSite=Lax"]}

    async def run_installation(self, code: str) -> Installation | None:
        asked_at, app = self._installations.now(), self._installations.app
        try:
            client = await self._installations.shared_client()
            answer = await client.get_tokens(
                app, code=code, redirect_uri=app.redirect_uri
            )
            if answer.get("is_enterprise_install"):
                return Installation(user_id="", is_enterprise_install=True)
            tokens = parse_tokens(answer, asked_at)
            client = self._installations.open_client(tokens.token)
            await client.login()
            team = get_mapping(answer, "team")
            _check_team(client.team, team)
        except Exception as error:
            # None of these contains a code or token.
            found = classify_send_error(error, guarded=True)
            reason = get_error_code(error) or str(found)
            log.warning("installation failed", reason=reason)
            return None
        installed = AppInstallation(
            team=client.team,
            name=get_text(team, "name") or client.team,
            installer=get_text(get_mapping(answer, "authed_user"), "id"),
            scopes=tuple(filter(None, get_text(answer, "scope").split(","))),
            installed_at=self._installations.now(),
            tokens=tokens,
        )
        return NewInstallation(installed, get_text(answer, "app_id"))

    async def store_installation(
        self, request: AsyncBoltRequest, installation: Installation
    ) -> None:
        if not isinstance(installation, NewInstallation):
            raise InstallationNotSaved("org")
        try:
            await self._installations.store.keep(installation.installed)
        except BotError as error:
            log.error("installation not kept", reason=str(error))
            raise InstallationNotSaved("not_kept") from error

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        new = args.installation
        assert isinstance(new, NewInstallation), "no other one is stored"
        log.info("installed", team=new.installed.team)
        await self._arrived(new.installed)
        page = build_installed_page(new.installed, new.app_id or "", self._texts)
        return self._answer(page, 200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        unsaved = isinstance(args.error, InstallationNotSaved)
        reason = str(args.error) if unsaved else args.reason
        page = build_failed_page(reason, self._texts)
        return self._answer(page, args.suggested_status_code)

    def _answer(self, page: InstallPage, status: int) -> BoltResponse:
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        return BoltResponse(
            status=status, body=self._render(page), headers={"Set-Cookie": cookie}
        )

    def _render(self, page: InstallPage) -> str:
        return self._template.render(page=page, style=self._style)


class _BoltStateStore(AsyncOAuthStateStore):
    """Our state store behind the library's interface."""

    def __init__(self, states: StateStore) -> None:
        self._states = states

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state)


def _check_team(found: str, named: Mapping[str, Any]) -> None:
    if found != named.get("id"):
        raise SendUnclear("slack.token_of_other_team")


#: Characters of a workspace's name.
_MAX_NAME: Final = 80
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,60}")
_SLACK_ID: Final = re.compile(r"[A-Z0-9]{1,30}")


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


def build_installed_page(new: AppInstallation, app: str, texts: Texts) -> InstallPage:
    """Build the page after an installation of our app, whose id is `app`."""
    team, name = new.team, shorten_utf16(new.name, _MAX_NAME)
    known = _SLACK_ID.fullmatch(app) and _SLACK_ID.fullmatch(team)
    return InstallPage(
        title=texts.say("Standfirst is installed in {name}", name=name or team),
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
    code = reason if _ERROR_CODE.fullmatch(reason) else "?"
    refused = texts.say("Slack did not allow the installation ({code}).", code=code)
    title, *sentences = map(texts.word, _FAILURES.get(reason, _REFUSED))
    return InstallPage(
        title=title,
        sentences=tuple(sentences) or (refused,),
        href=INSTALL_PATH,
        label=texts.say("Start again"),
    )


_REFUSED: Final = ("Nothing was installed",)
_STALE: Final = (
    "This link is no longer valid",
    "It was used already, is older than ten minutes, or was begun in another "
    "browser. Nothing was installed.",
    "The browser has to take cookies from this address.",
)
#: By code: the title of the page, and its sentences.
_FAILURES: Final[dict[str, tuple[str, ...]]] = {
    "access_denied": (
        "Nothing was installed",
        "You declined in Slack, which is fine. Nothing was saved.",
    ),
    "invalid_browser": _STALE,
    "invalid_state": _STALE,
    "missing_code": _STALE,
    "invalid_code": (
        "Slack did not confirm it",
        "Slack was asked for the app's token and gave none. Nothing was installed.",
        "If this continues, the operator finds the reason in the log.",
    ),
    "invalid_team_for_non_distributed_app": (
        "The app may not go there yet",
        "Slack lets it be installed only in the workspace that made it. Whoever "
        "runs this Standfirst can change that: Manage Distribution, in the app's "
        "settings on Slack.",
    ),
    "org": (
        "Choose one workspace",
        "The app was about to be installed for a whole organisation, which "
        "Standfirst does not do. Nothing was installed: choose a workspace of it.",
    ),
    "not_kept": (
        "It could not be saved",
        "Slack agreed, but the installation could not be saved. Nothing"
        " was installed. Try again in a minute.",
    ),
}
