"""Looks at how the bot stands with Discord: who it is, what it may; it changes nothing.

For the doctor and the first set-up. Only readings, each one a call or two.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient

from bot.findings import Finding, Identity
from bot.platforms.discord import permissions

#: Servers that are named; the bot may be in any number of them.
_SERVERS: Final = 200
#: The kind of a channel in which one person reads.
_PRIVATE: Final = 1
#: Seconds for the gateway's first word.
_HELLO: Final = 8.0
#: Logins that Discord allows a day, of which so few should not be left.
_LOGINS: Final = 10
#: Intents that the bot has no use for.
_PRIVILEGED: Final = (
    "gateway_presence", "gateway_presence_limited",
    "gateway_guild_members", "gateway_guild_members_limited",
    "gateway_message_content", "gateway_message_content_limited",
)  # fmt: skip
#: Without these nothing is posted at all.
_POSTING: Final = frozenset({
    "View Channels", "Send Messages", "Send Messages in Threads",
})  # fmt: skip
PORTAL: Final = "https://discord.com/developers/applications"


class Looks:
    """The looks of one login."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        #: The `Date` of the newest answer.
        self.dated = ""

    @property
    def _http(self) -> HTTPClient:
        return self._client.http

    async def identity(self) -> Identity:
        """Who we are by the login, and where we were invited."""
        application = self._client.application
        user = self._client.user
        assert application is not None, "it is known since the login"
        assert user is not None, "it is known since the login"
        guilds = await self._http.get_guilds(_SERVERS, with_counts=False)
        return Identity(
            bot=user.name,
            application=str(application.id),
            places=tuple(str(guild["name"]) for guild in guilds),
            findings=tuple(_doubts(application)),
            clock=_moment(self.dated),
        )

    async def owner(self, guild: int) -> str | None:
        """Id of the person whom the server belongs to."""
        found = dict(await self._http.get_guild(guild, with_counts=False))
        return str(found["owner_id"]) if found.get("owner_id") else None

    async def gateway(self) -> Finding:
        """Whether the gateway answers; nobody is logged in by that."""
        _, url, start = await self._http.get_bot_gateway()
        query = {
            "v": str(discord.http.INTERNAL_API_VERSION),
            "encoding": "json",
            "compress": "zlib-stream",
        }
        address = yarl.URL(url or str(DiscordWebSocket.DEFAULT_GATEWAY))
        socket = await self._http.ws_connect(str(address.with_query(query)))
        try:
            await socket.receive(timeout=_HELLO)
        finally:
            await socket.close()
        left = int(start.get("remaining", _LOGINS))
        if left < _LOGINS:
            return Finding(
                subject="discord gateway",
                state="warning",
                text=f"it answers, and only {left} logins are left today",
                fix="look why the bot restarts so often",
            )
        return Finding(subject="discord gateway", state="ok", text="it answers")

    async def is_private(self, number: int) -> bool:
        """Whether it is a channel between the bot and one person."""
        found = await self._http.get_channel(number)
        return int(found.get("type", 0)) == _PRIVATE

    async def channel(self, number: int, guild: str, subject: str) -> Finding:
        """What the bot may do in a channel, against what it needs there."""
        found: Mapping[str, Any] = dict(await self._http.get_channel(number))
        if str(found.get("guild_id")) != guild:
            return Finding(
                subject=subject,
                state="problem",
                text=f"the channel belongs to another server than {guild}",
                fix="say /newsdesk destination here in the right channel",
            )
        me = self._client.user
        assert me is not None, "it is known since the login"
        lacking = permissions.missing(
            await self._granted(guild, found, me.id), int(found.get("type", 0))
        )
        if not lacking:
            text = "it may post and read back what it posted"
            return Finding(subject=subject, state="ok", text=text)
        names = ", ".join(f"«{name}»" for name in lacking)
        return Finding(
            subject=subject,
            state="problem" if set(lacking) & _POSTING else "warning",
            text=f"the bot lacks {names}",
            fix=f"allow the bot {names} in the channel's permissions",
        )

    async def may_write(self, number: int, guild: int, person: int) -> bool:
        """Whether a member of the server may see a channel of it and write there."""
        try:
            found: Mapping[str, Any] = dict(await self._http.get_channel(number))
            if str(found.get("guild_id")) != str(guild):
                return False
            bits = await self._granted(str(guild), found, person)
        except (discord.NotFound, discord.Forbidden):
            return False
        return permissions.may_write(bits, int(found.get("type", 0)))

    async def _granted(self, guild: str, channel: Mapping[str, Any], who: int) -> int:
        if "thread_metadata" in channel:
            # A thread has no rules of its own.
            channel = dict(await self._http.get_channel(int(channel["parent_id"])))
        return permissions.granted(
            dict(await self._http.get_guild(int(guild), with_counts=False)),
            dict(await self._http.get_member(int(guild), who)),
            channel.get("permission_overwrites") or (),
        )


def _doubts(application: discord.AppInfo) -> list[Finding]:
    page = f"{PORTAL}/{application.id}"
    found = []
    if application.interactions_endpoint_url:
        found.append(
            Finding(
                subject="discord commands",
                state="problem",
                text="Discord sends commands to an address and not to the bot",
                fix=f"empty «Interactions Endpoint URL» at {page}/information",
            )
        )
    if application.bot_require_code_grant:
        found.append(
            Finding(
                subject="discord invitation",
                state="problem",
                text="the bot cannot be invited by its address alone",
                fix=f"switch «Requires OAuth2 Code Grant» off at {page}/bot",
            )
        )
    if any(getattr(application.flags, name) for name in _PRIVILEGED):
        found.append(
            Finding(
                subject="discord intents",
                state="warning",
                text="it could see more of people than it ever needs",
                fix=f"switch the «Privileged Gateway Intents» off at {page}/bot",
            )
        )
    return found


def _moment(dated: str) -> datetime | None:
    try:
        return parsedate_to_datetime(dated)
    except ValueError:
        return None
