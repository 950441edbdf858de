"""Examines Slack for the doctor and the first set-up; it must not change anything.

`bot.ports.Examiner` over one installation. What the token may is told by Slack beside
every answer (`X-OAuth-Scopes`); a channel is looked up by its id.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from bot.errors import Refused, SendError
from bot.findings import Finding, Identity
from bot.platforms.slack import manifest
from bot.platforms.slack.checks import of_scopes
from bot.platforms.slack.installation import Installation

_CHANNEL: Final = re.compile(r"[CDG][A-Z0-9]{1,30}")
#: «xapp-1-A0123456-…»: the app that a token of Socket Mode is of.
_APP_TOKEN: Final = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
AGAIN: Final = "install the app again under «Install App» at " + manifest.APPS


class SlackExaminer:
    """`bot.ports.Examiner` for Slack."""

    def __init__(
        self, installation: Installation, app_token: str | None, secret: str
    ) -> None:
        self._installation = installation
        self._app_token = app_token
        self._secret = secret

    async def identity(self) -> Identity:
        session = await self._installation.signed_in()
        # It may have been let in long ago: whether it still is, and by which clock.
        await self._installation.ask("auth.test", lambda s: s.login())
        application = await self._application(session.scopes)
        return Identity(
            bot=session.bot_name,
            application=application,
            places=(session.team_name,),
            findings=(
                *of_scopes(session.scopes, subject="slack scopes", again=AGAIN),
                *self._mixed_up(application),
            ),
            clock=_moment(session.dated),
        )

    async def reach(self) -> Finding:
        token = self._app_token
        if token is None:
            return self._called()
        from bot.platforms.slack.verdicts import code_of, verdict

        session = await self._installation.signed_in()
        try:
            # Not by the installation: a refusal of this token stops no posting.
            await session.may_open_socket(token)
        except Exception as error:
            if not isinstance(found := verdict(error, guarded=True), Refused):
                raise found from error
            return Finding(
                subject="slack socket mode",
                state="problem",
                text=f"Slack refuses the app's token: {code_of(error)}",
                fix="make one with the scope connections:write under «Basic "
                "Information», «App-Level Tokens», for STANDFIRST_SLACK_APP_TOKEN; "
                "and «Socket Mode» must be on",
            )
        text = "Slack lets it connect"
        return Finding(subject="slack socket mode", state="ok", text=text)

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        session = await self._installation.signed_in()
        if workspace != session.team:
            return Finding(
                subject=subject,
                state="problem",
                text=f"the token is of the workspace {session.team}, not {workspace}",
                fix="set the token of that workspace, or its right id",
            )
        if not _CHANNEL.fullmatch(channel):
            return Finding(
                subject=subject,
                state="problem",
                text=f"«{channel}» is not the id of a Slack channel",
                fix="say /newsdesk destination here in the channel",
            )
        try:
            found = await self._installation.ask(
                "conversations.info", lambda s: s.channel(channel)
            )
        except Refused as refused:
            return _unseen(refused, subject)
        return _standing(found, subject, session.scopes or frozenset())

    async def _application(self, scopes: frozenset[str] | None) -> str:
        if scopes is not None and "users:read" not in scopes:
            return ""
        try:
            return await self._installation.ask(
                "bots.info", lambda session: session.application()
            )
        except SendError:
            # Only to compare it with the other token's.
            return ""

    def _mixed_up(self, application: str) -> Iterator[Finding]:
        found = _APP_TOKEN.match(self._app_token or "")
        if found and application and found[1] != application:
            yield Finding(
                subject="slack tokens",
                state="problem",
                text=f"the two tokens are of two apps: {application} and {found[1]}",
                fix="take both from the same app at " + manifest.APPS,
            )

    def _called(self) -> Finding:
        if self._secret:
            text = f"Slack calls {manifest.PATH} at the bot's address, signed"
            return Finding(subject="slack calls", state="ok", text=text)
        return Finding(
            subject="slack commands",
            state="problem",
            text="there is neither a token for Socket Mode nor a signing secret",
            fix="set STANDFIRST_SLACK_APP_TOKEN",
        )


def _unseen(refused: Refused, subject: str) -> Finding:
    """Why a channel cannot be looked at; where only a scope lacks, it may be well."""
    code = _code(refused)
    if code == "missing_scope":
        return Finding(
            subject=subject,
            state="warning",
            text="whether the bot is in the channel cannot be seen",
            fix=f"add the scopes channels:read and groups:read, then {AGAIN}",
        )
    if refused.whole_workspace:
        raise refused
    fix = "«/invite» the bot, or say /newsdesk destination here in another channel"
    return Finding(subject=subject, state="problem", text=str(refused), fix=fix)


def _standing(
    channel: Mapping[str, Any], subject: str, scopes: frozenset[str]
) -> Finding:
    if channel.get("is_archived"):
        return Finding(
            subject=subject,
            state="problem",
            text="the channel is archived",
            fix="open it again, or post to another one",
        )
    direct = bool(channel.get("is_im"))
    if direct or channel.get("is_member"):
        return Finding(subject=subject, state="ok", text="the bot is in the channel")
    public = not channel.get("is_private")
    if public and "chat:write.public" in scopes:
        return Finding(
            subject=subject,
            state="warning",
            text="the bot is not in the channel: it may post, and cannot look whether "
            "a post arrived whose answer was lost",
            fix="«/invite» the bot in the channel",
        )
    return Finding(
        subject=subject,
        state="problem",
        text="the bot is not in the channel",
        fix="«/invite» the bot in the channel",
    )


def _code(refused: Refused) -> str:
    """Slack's own word for it, where the sentence ends with one in brackets."""
    from bot.platforms.slack.verdicts import code_of

    cause = refused.__cause__
    return code_of(cause) if isinstance(cause, Exception) else str(refused)


def _moment(dated: str) -> datetime | None:
    try:
        return parsedate_to_datetime(dated)
    except ValueError:
        return None
