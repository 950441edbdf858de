"""Sign in with Discord, and what somebody may do in a server now.

Discord confirms who somebody is and lists their servers; what they may do in one of
them is asked with the bot's token: it follows from their roles by the same rule as for
interactions.
"""

from typing import Final
from urllib.parse import urlsplit

from bot.model import Permission, Person
from bot.model.sign_in import Identity, SignInAttempt
from bot.platforms.common.sign_in import (
    OAuthApp,
    build_authorization_url,
    exchange_code,
    refuse,
    request_json,
)
from bot.platforms.discord.channels import (
    ADMINISTRATOR,
    MANAGE_GUILD,
    PERSONAL_WORKSPACE_PREFIX,
    PLATFORM_NAME,
    parse_snowflake,
)
from bot.platforms.discord.rest_api import DiscordCaller

USUAL_API: Final = "https://discord.com/api/v10"
#: Servers of a person that are remembered for a login: as many as Discord lists.
_MAX_SERVERS: Final = 200


class DiscordSignIn:
    """`bot.ports.SignIn` for Discord."""

    def __init__(
        self,
        call: DiscordCaller,
        *,
        client_id: str,
        client_secret: str,
        api_base: str | None,
    ) -> None:
        """Create it.

        Args:
            call: Makes requests with the bot's token.
            client_id: The application's.
            client_secret: Its secret.
            api_base: Base URL of the REST API; None = Discord's own.
        """
        self._call = call
        self._api = api_base or USUAL_API
        parts = urlsplit(self._api)
        self._app = OAuthApp(
            title="Discord",
            client_id=client_id,
            client_secret=client_secret,
            authorize_url=f"{parts.scheme}://{parts.netloc}/oauth2/authorize",
            token_url=f"{self._api}/oauth2/token",
            scope="identify guilds",
        )

    def build_address(self, attempt: SignInAttempt) -> str:
        return build_authorization_url(self._app, attempt)

    async def finish(self, attempt: SignInAttempt, code: str) -> Identity:
        found = await exchange_code(self._app, attempt, code)
        token = str(found["access_token"])
        user = await request_json(
            self._app, "GET", f"{self._api}/users/@me", token=token
        )
        servers = await request_json(
            self._app, "GET", f"{self._api}/users/@me/guilds", token=token
        )
        number = str(user.get("id", "")) if isinstance(user, dict) else ""
        if not number.isdecimal() or not isinstance(servers, list):
            raise refuse(self._app, "no account")
        return Identity(
            platform=PLATFORM_NAME,
            user_id=number,
            name=str(user.get("global_name") or user.get("username") or number),
            workspaces=(
                f"{PERSONAL_WORKSPACE_PREFIX}{number}",
                *(str(one["id"]) for one in servers[:_MAX_SERVERS] if "id" in one),
            ),
        )

    async def find_person(self, workspace: str, user_id: str) -> Person | None:
        if workspace.startswith(PERSONAL_WORKSPACE_PREFIX):
            if workspace.removeprefix(PERSONAL_WORKSPACE_PREFIX) != user_id:
                return None
            return Person(id=user_id, name=user_id, permission=Permission.EDITOR)
        guild = parse_snowflake(workspace, "server")
        number = parse_snowflake(user_id, "person")
        found = await self._call(lambda api: api.checks.find_member(guild, number))
        if found is None:
            return None
        name, roles, bits = found
        may_edit = bits & (ADMINISTRATOR | MANAGE_GUILD)
        return Person(
            id=user_id,
            name=name,
            permission=Permission.EDITOR if may_edit else Permission.EVERYONE,
            roles=roles,
        )
