"""Doctor checks: tokens, scopes, Socket Mode, membership in channels. Read-only.

`bot.ports.Examiner` over one installation. Slack states the scopes of the token in
every response (`X-OAuth-Scopes`); a channel is looked up by its id.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from bot.errors import SendError, SendRefused
from bot.model import Finding, PlatformIdentity
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import APPS_URL, EVENTS_PATH, check_scopes
from bot.platforms.slack.installations import Installation
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.rate_limits import classify_send_error, get_error_code
from digests.messages import Message

#: «xapp-1-A0123456-…»: the app that an app-level token belongs to.
_APP_TOKEN: Final = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
REINSTALL_HINT: Final = Message(
    "install the app again under «Install App» at {page}", page=APPS_URL
)


class SlackExaminer:
    """`bot.ports.Examiner` for Slack."""

    def __init__(
        self, installation: Installation, app_token: str | None, secret: str
    ) -> None:
        self._installation = installation
        self._app_token = app_token
        self._secret = secret

    async def identity(self) -> PlatformIdentity:
        session = await self._installation.sign_in()
        # The sign-in may be old: check that the token is valid, and get a `Date`.
        await self._installation.request("auth.test", lambda s: s.login())
        application = await self._application(session.scopes)
        lacks = check_scopes(session.scopes, "slack scopes", REINSTALL_HINT)
        return PlatformIdentity(
            bot=session.bot_name,
            application=application,
            places=(session.team_name,),
            findings=(*lacks, *self._check_same_app(application)),
            clock=_parse_date(session.server_date),
        )

    async def reach(self) -> Finding:
        token = self._app_token
        if token is None:
            return self._check_signing()
        session = await self._installation.sign_in()
        try:
            # Not through the installation: a refusal must not stop posting.
            await session.call("apps.connections.open", app_token=token)
        except Exception as error:
            found = classify_send_error(error, guarded=True)
            if not isinstance(found, SendRefused):
                raise found from error
            code = get_error_code(error)
            return Finding.problem(
                "slack socket mode",
                Message("Slack refuses the app's token: {code}", code=code),
                "create one with the scope connections:write under «Basic "
                "Information», «App-Level Tokens», set "
                "STANDFIRST_SLACK_APP_TOKEN to it, and switch «Socket Mode» on",
            )
        return Finding.ok("slack socket mode", "Slack lets it connect")

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        session = await self._installation.sign_in()
        if workspace != session.team:
            return Finding.problem(
                subject,
                Message(
                    "the token belongs to the workspace {team}, not {workspace}",
                    team=session.team,
                    workspace=workspace,
                ),
                "set the token of that workspace, or correct its ID",
            )
        if not re.fullmatch(limits.CHANNEL_ID, channel):
            text = Message(
                "«{channel}» is not the id of a Slack channel", channel=channel
            )
            fix = Message("run /newsdesk home in the channel")
            return Finding.problem(subject, text, fix)
        try:
            found = await self._installation.ask("conversations.info", channel=channel)
        except SendRefused as refused:
            return _explain_unseen_channel(refused, subject)
        scopes = session.scopes or frozenset()
        return _check_membership(get_mapping(found, "channel"), subject, scopes)

    async def _application(self, scopes: frozenset[str] | None) -> str:
        if scopes is not None and "users:read" not in scopes:
            return ""
        try:
            session = await self._installation.sign_in()
            found = await self._installation.ask("bots.info", bot=session.bot)
            return get_text(get_mapping(found, "bot"), "app_id")
        except SendError:
            # Only to compare it with the other token's.
            return ""

    def _check_same_app(self, application: str) -> Iterator[Finding]:
        found = _APP_TOKEN.match(self._app_token or "")
        if found and application and found[1] != application:
            text = Message(
                "the two tokens belong to two apps: {one} and {other}",
                one=application,
                other=found[1],
            )
            fix = Message("take both from the same app at {page}", page=APPS_URL)
            yield Finding.problem("slack tokens", text, fix)

    def _check_signing(self) -> Finding:
        if self._secret:
            text = Message(
                "Slack calls {path} at the bot's address, signed", path=EVENTS_PATH
            )
            return Finding.ok("slack calls", text)
        return Finding.problem(
            "slack commands",
            "there is neither a token for Socket Mode nor a signing secret",
            "set STANDFIRST_SLACK_APP_TOKEN",
        )


def _explain_unseen_channel(refused: SendRefused, subject: str) -> Finding:
    """Explain why a channel cannot be checked; a missing scope is only a warning."""
    if get_error_code(refused.__cause__) == "missing_scope":
        hint = Message(
            "add the scopes channels:read and groups:read, then {again}",
            again=REINSTALL_HINT,
        )
        text = Message("it cannot be checked whether the bot is in the channel")
        return Finding.warning(subject, text, hint)
    if refused.whole_workspace:
        raise refused
    fix = "«/invite» the bot, or run /newsdesk home in another channel"
    return Finding.problem(subject, refused.message, fix)


def _check_membership(
    channel: Mapping[str, Any], subject: str, scopes: frozenset[str]
) -> Finding:
    if channel.get("is_archived"):
        return Finding.problem(
            subject, "the channel is archived", "open it again, or post to another one"
        )
    if channel.get("is_im") or channel.get("is_member"):
        return Finding.ok(subject, "the bot is in the channel")
    invite = Message("«/invite» the bot in the channel")
    if "chat:write.public" in scopes and not channel.get("is_private"):
        text = Message(
            "the bot is not in the channel: it may post, but cannot check whether "
            "a post without a confirmation arrived"
        )
        return Finding.warning(subject, text, invite)
    return Finding.problem(subject, "the bot is not in the channel", invite)


def _parse_date(server_date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(server_date)
    except ValueError:
        return None
