"""discord.py as we use it: one login, REST calls, and the gateway; no decisions.

Three things of the library are replaced, each for a reason:

- *It never waits by itself.* Its own waiting happens inside a call that the outbox
  limits in time, and a call that is cut off inside a global wait leaves the library's
  lock shut for good. So a limit is raised at once (`RateLimited`), and `Pace` and the
  outbox wait.
- *Where it connects to* is set for the whole process before the client exists; with a
  gateway of our own no other host is dialled, whatever an answer says.
- *Bodies of messages* are ours (`messages`), built once and frozen.
"""

from collections.abc import Mapping
from typing import Any, cast

import aiohttp
import discord
import yarl
from discord.http import MultipartParameters, Route

from bot.platforms.discord import limits
from bot.platforms.discord.calls import Calls
from bot.platforms.discord.client import Client, point_at
from bot.platforms.discord.inspecting import Facts
from bot.platforms.discord.listening import Listener
from bot.platforms.discord.looking import Looks
from bot.platforms.discord.pace import Pace

Body = Mapping[str, Any]


class Session:
    """One login of the bot."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str | None,
        gateway: str | None,
        heartbeat_timeout: float,
        pace: Pace,
        listener: Listener,
    ) -> None:
        """Make the client; nothing is sent yet.

        Args:
            token: The bot's.
            api_base: Where REST is, with its version; None = discord.com.
            gateway: A whole `ws(s)://` address; None = the one that Discord names.
            heartbeat_timeout: Seconds of silence after which a gateway is dead.
            pace: Asked before every request leaves, and told of every answer.
            listener: Told of what people do.
        """
        point_at(api_base, gateway)
        self._token = token
        #: Types of channels that the gateway did not tell us of.
        self._kinds: dict[int, int] = {}
        self._client = Client(
            gateway=yarl.URL(gateway) if gateway else None,
            heartbeat_timeout=heartbeat_timeout,
            pace=pace,
            listener=listener,
        )

    @property
    def calls(self) -> Calls:
        """How interactions are answered and commands registered."""
        return self._client.calls

    @property
    def looks(self) -> Looks:
        """How the bot stands with Discord."""
        return self._client.looks

    @property
    def connected(self) -> bool:
        """Whether every shard has a session."""
        return len(self._client.sessions) == self._client.shard_count

    @property
    def closed(self) -> bool:
        return self._client.is_closed()

    async def login(self) -> None:
        await self._client.login(self._token)

    async def connect(self) -> None:
        """Hold the gateway's connections until they cannot be held any more."""
        await self._client.connect()

    def hear(self, interaction: Body) -> None:
        """Take an interaction that did not come over the gateway, as if it had.

        Raises:
            Exception: It is none, as far as the library can read it.
        """
        self._client._connection.parsers["INTERACTION_CREATE"](dict(interaction))

    async def close(self) -> None:
        await self._client.close()

    async def close_hard(self) -> None:
        """Close what `close` did not get to: the connections themselves."""
        await self._client.http.close()

    # ── people ─────────────────────────────────────────────────────────────────

    async def open_dm(self, person: str) -> str:
        """The channel of the DM with a person; opening it twice gives the same."""
        found = await self._client.http.start_private_message(int(person))
        return str(found["id"])

    async def member(self, guild: str, person: str) -> str:
        """The person as a member of the server: their id; an error for nobody's."""
        found = await self._client.http.get_member(int(guild), int(person))
        return str(found["user"]["id"])

    # ── messages ───────────────────────────────────────────────────────────────

    async def post(self, channel: int, body: Body) -> str:
        message = await self._client.http.send_message(channel, params=_params(body))
        return str(message["id"])

    async def edit(self, channel: int, message_id: int, body: Body) -> str:
        message = await self._client.http.edit_message(
            channel, message_id, params=_params(body)
        )
        return str(message["id"])

    async def delete(self, channel: int, message_id: int) -> None:
        await self._client.http.delete_message(channel, message_id)

    async def history(self, channel: int, before: int | None) -> list[dict[str, Any]]:
        """One page of a channel's messages as Discord's API gives them, newest first.

        Where the bot may not read the history, Discord answers with none.
        """
        found = await self._client.http.logs_from(
            channel, limits.HISTORY_PAGE, before=before
        )
        return [dict(message) for message in found]

    async def message(self, channel: int, number: int) -> dict[str, Any]:
        return dict(await self._client.http.get_message(channel, number))

    async def publish(self, channel: int, message: int) -> None:
        """Send a message of an announcement channel on to those that follow it."""
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/crosspost",
            channel_id=channel,
            message_id=message,
        )
        await self._once(route)

    # ── threads ────────────────────────────────────────────────────────────────

    async def open_post(self, forum: int, body: Body) -> tuple[int, int]:
        """A new post of a forum or media channel: its number, and its message's."""
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        thread = await self._once(route, json=dict(body))
        return int(thread["id"]), int(thread["message"]["id"])

    async def open_thread(self, channel: int, message: int, name: str) -> None:
        """A thread below a message; it has the message's number."""
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/threads",
            channel_id=channel,
            message_id=message,
        )
        await self._client.http.request(route, json={"name": name})

    async def active_threads(self, guild: int) -> list[dict[str, Any]]:
        """The threads of a server that are not archived, as far as the bot sees."""
        found = await self._client.http.get_active_threads(guild)
        return [dict(thread) for thread in found["threads"]]

    async def archived_threads(
        self, channel: int, before: str | None
    ) -> tuple[list[dict[str, Any]], bool]:
        """A page of a channel's archived threads, newest first; whether there is more.

        `before` is the instant at which the last one seen was archived.
        """
        route = Route(
            "GET", "/channels/{channel_id}/threads/archived/public", channel_id=channel
        )
        bounds = {"limit": str(limits.HISTORY_PAGE)}
        if before is not None:
            bounds["before"] = before
        found = await self._client.http.request(route, params=bounds)
        return [dict(thread) for thread in found["threads"]], bool(found["has_more"])

    async def _once(self, route: Route, **body: Any) -> Any:
        """A request that the library does not repeat by itself after a fault.

        Without a nonce a repetition may do the same thing twice. Before each try the
        library sets the files back that it sends: what it is given as one ends it.
        """
        once = cast(Any, [_Once()])
        return await self._client.http.request(route, files=once, **body)

    # ── what is known ──────────────────────────────────────────────────────────

    @property
    def me(self) -> str:
        """The bot's own number."""
        user = self._client.user
        return str(user.id) if user is not None else ""

    def kind(self, channel: int) -> int | None:
        """The channel's type, as far as it is known without asking."""
        found = self._client.get_channel(channel)
        if isinstance(found, (discord.abc.GuildChannel, discord.Thread)):
            return int(found.type.value)
        return self._kinds.get(channel)

    async def look_up(self, channel: int) -> int:
        """The channel's type, asked for and remembered."""
        found = await self._client.http.get_channel(channel)
        if len(self._kinds) >= limits.REMEMBERED:
            self._kinds.clear()
        kind = self._kinds[channel] = int(found["type"])
        return kind

    def facts(self, guild: str, channel: str) -> Facts | None:
        """A channel of a server as the bot sees it; None where that was not told."""
        here = self._client.get_guild(int(guild)) if guild.isdigit() else None
        if here is None or here.unavailable:
            return None
        roles = {str(role.id): role.mentionable for role in here.roles}
        found = here.get_channel_or_thread(int(channel)) if channel.isdigit() else None
        if found is None:
            return Facts(kind=None, may=0, roles=roles)
        may = found.permissions_for(here.me).value
        return Facts(kind=int(found.type.value), may=may, roles=roles)

    def is_ours(self, message: Mapping[str, Any]) -> bool:
        """Whether the bot wrote the message."""
        return bool(self.me) and message["author"]["id"] == self.me

    def may_read_history(self, channel: int) -> bool | None:
        """As far as the gateway told us; None when it did not."""
        found = self._client.get_channel(channel)
        if not isinstance(found, discord.abc.GuildChannel) or found.guild.me is None:
            return None
        allowed = found.permissions_for(found.guild.me)
        return allowed.view_channel and allowed.read_message_history


class _Once:
    """Stands where the library has a file: it goes out once."""

    def reset(self, *, seek: int | bool) -> None:
        if seek:
            raise aiohttp.ClientError("Discord had a fault, and it may be done.")


def closing_code(error: Exception) -> int | None:
    """The code with which Discord ended the gateway's connection for good, if any."""
    match error:
        case discord.ConnectionClosed(code=code):
            return code
        case discord.PrivilegedIntentsRequired():
            return 4014
    return None


def _params(body: Body) -> MultipartParameters:
    return MultipartParameters(payload=dict(body), multipart=None, files=None)
