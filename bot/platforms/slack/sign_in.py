"""Sign in with Slack (OpenID Connect), and what somebody may do in a workspace now.

The ID token names the person and the one workspace that they signed in to; what they
may do there is asked with the bot's token (`users.info`), as for commands.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from bot.errors import SendUnclear
from bot.model import Person
from bot.model.sign_in import Identity, SignInAttempt
from bot.platforms.common.sign_in import (
    OAuthApp,
    build_authorization_url,
    exchange_code,
    read_id_token,
    refuse,
    request_json,
)
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.platforms.slack.permissions import SlackPersons

USUAL_API: Final = "https://slack.com/api/"
_CLAIM: Final = "https://slack.com/"


class SlackSignIn:
    """`bot.ports.SignIn` for Slack."""

    def __init__(
        self,
        persons: SlackPersons,
        *,
        client_id: str,
        client_secret: str,
        api_base: str | None,
        now: Callable[[], datetime],
    ) -> None:
        """Create it.

        Args:
            persons: Looks people up with the bot's token.
            client_id: The app's.
            client_secret: Its secret.
            api_base: Base URL of the Web API, ending in `/api/`; None = slack.com.
            now: The present instant.
        """
        self._persons = persons
        self._now = now
        api = api_base or USUAL_API
        parts = urlsplit(api)
        self._issuer = f"{parts.scheme}://{parts.netloc}"
        self._app = OAuthApp(
            title="Slack",
            client_id=client_id,
            client_secret=client_secret,
            authorize_url=f"{self._issuer}/openid/connect/authorize",
            token_url=f"{api}openid.connect.token",
            scope="openid profile",
        )

    def build_address(self, attempt: SignInAttempt) -> str:
        return build_authorization_url(self._app, attempt)

    async def finish(self, attempt: SignInAttempt, code: str) -> Identity:
        found = await exchange_code(self._app, attempt, code)
        keys = await request_json(
            self._app, "GET", f"{self._issuer}/openid/connect/keys"
        )
        claims = read_id_token(
            self._app,
            str(found.get("id_token", "")),
            keys,
            issuer=self._issuer,
            nonce=attempt.nonce,
            now=self._now(),
        )
        user, team = claims.get(f"{_CLAIM}user_id"), claims.get(f"{_CLAIM}team_id")
        if not isinstance(user, str) or not isinstance(team, str):
            raise refuse(self._app, "no workspace")
        return Identity(
            platform=PLATFORM_NAME,
            user_id=user,
            name=str(claims.get("name") or user),
            workspaces=(team,),
        )

    async def find_person(self, workspace: str, user_id: str) -> Person | None:
        found = await self._persons.look_up(user_id, workspace)
        if found.lookup_failed:
            raise SendUnclear("sign_in.no_answer", host="Slack")
        if not found.is_member:
            return None
        return Person(
            id=user_id,
            name=found.name or user_id,
            permission=found.permission,
            roles=found.roles,
        )
