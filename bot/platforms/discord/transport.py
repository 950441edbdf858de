"""discord.py adapted: one login, no waits or retries of its own, our endpoints.

Three things of the library are replaced, each for a reason:

- *It never waits by itself.* Its own waiting happens inside a call that the outbox
  limits in time, and a call that is cut off inside a global wait leaves the library's
  lock shut for good. So a limit is raised at once (`RateLimited`), and `Pace` and the
  outbox wait.
- *Where it connects to* is set for the whole process before the client exists; with a
  gateway of our own no other host is dialled, whatever an answer says.
- *Bodies of messages* are ours (`messages`), built once and frozen.

`session` uses it for calls. Events become plain nouns here and go to the listener.
Every request that leaves asks the pace, also those that the library repeats by itself.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import SimpleNamespace, TracebackType
from typing import Any, Self, cast

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, MultipartParameters, Ratelimit, Route

from bot.platforms.discord import limits
from bot.platforms.discord.channels import ChannelFacts
from bot.platforms.discord.events import DiscordEventHandler
from bot.platforms.discord.interactions import DiscordInteraction, JoinedGuild
from bot.platforms.discord.rate_limits import (
    DiscordRateLimiter,
    ObservedResponse,
    parse_route,
)
from bot.platforms.discord.rest_api import RestCheckApi, RestInteractionApi

Body = Mapping[str, Any]


class DiscordSession:
    """One login of the bot."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str | None,
        gateway: str | None,
        heartbeat_timeout: float,
        pace: DiscordRateLimiter,
        listener: DiscordEventHandler,
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
        configure_endpoints(api_base, gateway)
        self._token = token
        #: Types of channels that the gateway did not tell us of.
        self._kinds: dict[int, int] = {}
        self._client = DiscordClient(
            gateway=yarl.URL(gateway) if gateway else None,
            heartbeat_timeout=heartbeat_timeout,
            pace=pace,
            listener=listener,
        )

    @property
    def calls(self) -> RestInteractionApi:
        """How interactions are answered and commands registered."""
        return self._client.calls

    @property
    def check_api(self) -> RestCheckApi:
        """How the bot stands with Discord."""
        return self._client.check_api

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

    def dispatch_interaction(self, interaction: Body) -> None:
        """Take an interaction that did not come over the gateway, as if it had.

        Raises:
            Exception: It is none, as far as the library can read it.
        """
        self._client._connection.parsers["INTERACTION_CREATE"](dict(interaction))

    async def close(self) -> None:
        await self._client.close()

    async def close_connections(self) -> None:
        """Close what `close` did not get to: the connections themselves."""
        await self._client.http.close()

    # ── people ─────────────────────────────────────────────────────────────────

    async def open_direct_message(self, person: str) -> str:
        """The channel of the DM with a person; opening it twice gives the same."""
        found = await self._client.http.start_private_message(int(person))
        return str(found["id"])

    async def member(self, guild: str, person: str) -> str:
        """The person as a member of the server: their id; an error for nobody's."""
        found = await self._client.http.get_member(int(guild), int(person))
        return str(found["user"]["id"])

    # ── messages ───────────────────────────────────────────────────────────────

    async def post(self, channel: int, body: Body) -> str:
        message = await self._client.http.send_message(
            channel, params=_build_params(body)
        )
        return str(message["id"])

    async def edit(self, channel: int, message_id: int, body: Body) -> str:
        message = await self._client.http.edit_message(
            channel, message_id, params=_build_params(body)
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
        await self._request_once(route)

    # ── threads ────────────────────────────────────────────────────────────────

    async def open_post(self, forum: int, body: Body) -> tuple[int, int]:
        """A new post of a forum or media channel: its number, and its message's."""
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        thread = await self._request_once(route, json=dict(body))
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

    async def _request_once(self, route: Route, **body: Any) -> Any:
        """A request that the library does not repeat by itself after a fault.

        Without a nonce a repetition may do the same thing twice. Before each try the
        library sets the files back that it sends: what it is given as one ends it.
        """
        once = cast(Any, [_NoRetryFile()])
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

    async def fetch_channel_kind(self, channel: int) -> int:
        """The channel's type, asked for and remembered."""
        found = await self._client.http.get_channel(channel)
        if len(self._kinds) >= limits.REMEMBERED:
            self._kinds.clear()
        kind = self._kinds[channel] = int(found["type"])
        return kind

    def facts(self, guild: str, channel: str) -> ChannelFacts | None:
        """A channel of a server as the bot sees it; None where that was not told."""
        here = self._client.get_guild(int(guild)) if guild.isdigit() else None
        if here is None or here.unavailable:
            return None
        roles = {str(role.id): role.mentionable for role in here.roles}
        found = here.get_channel_or_thread(int(channel)) if channel.isdigit() else None
        if found is None:
            return ChannelFacts(kind=None, may=0, roles=roles)
        may = found.permissions_for(here.me).value
        return ChannelFacts(kind=int(found.type.value), may=may, roles=roles)

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


class _NoRetryFile:
    """Stands where the library has a file: it goes out once."""

    def reset(self, *, seek: int | bool) -> None:
        if seek:
            raise aiohttp.ClientError("Discord had a fault, and it may be done.")


def get_close_code(error: Exception) -> int | None:
    """The code with which Discord ended the gateway's connection for good, if any."""
    match error:
        case discord.ConnectionClosed(code=code):
            return code
        case discord.PrivilegedIntentsRequired():
            return 4014
    return None


def _build_params(body: Body) -> MultipartParameters:
    return MultipartParameters(payload=dict(body), multipart=None, files=None)


#: Answers to people: Discord does not count them, and they have three seconds.
_UNLIMITED_PATHS = re.compile(r"/(?:interactions|webhooks)/")


class _NoRatelimit(Ratelimit):
    """Stands where the library would wait."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        type: type[BaseException],
        value: BaseException,
        traceback: TracebackType,
    ) -> None:
        return None


class _HttpClient(HTTPClient):
    """The library's REST client, told where to connect and not to wait."""

    #: The only gateway that may be dialled; None = the one that Discord names.
    gateway: yarl.URL | None = None

    def get_ratelimit(self, key: str) -> Ratelimit:
        return _NoRatelimit(None)

    async def ws_connect(
        self, url: str, *, compress: int = 0
    ) -> aiohttp.ClientWebSocketResponse:
        if self.gateway is not None:
            url = str(self.gateway.with_query(yarl.URL(url).query))
        return await super().ws_connect(url, compress=compress)


class DiscordClient(discord.AutoShardedClient):
    """The library's client; it keeps no members and no messages."""

    def __init__(
        self,
        *,
        gateway: yarl.URL | None,
        heartbeat_timeout: float,
        pace: DiscordRateLimiter,
        listener: DiscordEventHandler,
    ) -> None:
        self._gateway_and_limiter = gateway, pace
        self._listener = listener
        #: Shards that have a session at present.
        self.sessions: set[int] = set()
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            heartbeat_timeout=heartbeat_timeout,
        )
        self.calls = RestInteractionApi(self)
        self.check_api = RestCheckApi(self)

    def _get_state(self, **options: Any) -> Any:
        # The library's constructor has just made its own.
        gateway, pace = self._gateway_and_limiter
        self.http = _HttpClient(
            self.loop, http_trace=_build_trace_config(pace, self._record_date)
        )
        self.http.gateway = gateway
        self.http.max_ratelimit_timeout = -math.inf
        return super()._get_state(**options)

    def _record_date(self, date: str) -> None:
        self.check_api.server_date = date

    async def on_shard_connect(self, shard_id: int) -> None:
        self.sessions.add(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self.sessions.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self.sessions.discard(shard_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._listener.interaction(
            self.calls, self._build_interaction(interaction)
        )

    async def on_guild_join(self, guild: discord.Guild) -> None:
        joined = JoinedGuild(
            id=str(guild.id),
            name=guild.name,
            host=str(await self._find_installer(guild)),
            locale=guild.preferred_locale.value,
        )
        await self._listener.joined(self.calls, joined)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        # One that the bot was added to while it was away is told like this, too.
        await self._listener.here(str(guild.id), guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._listener.left(str(guild.id))

    def _build_interaction(
        self, interaction: discord.Interaction
    ) -> DiscordInteraction:
        """The interaction as our noun; in a server only if the bot belongs to it."""
        guild = self.get_guild(interaction.guild_id or 0)
        ours = guild is not None or interaction.is_guild_integration()
        channel = interaction.channel_id
        return DiscordInteraction(
            id=str(interaction.id),
            token=interaction.token,
            kind=interaction.type.value,
            data=cast(Mapping[str, Any], interaction.data or {}),
            guild=str(interaction.guild_id) if ours else None,
            guild_name=guild.name if guild is not None else "",
            channel=None if channel is None else str(channel),
            user=str(interaction.user.id),
            user_name=interaction.user.display_name,
            permissions=interaction.permissions.value,
            roles=_list_role_ids(interaction.user),
            locale=interaction.locale.value,
        )

    async def _find_installer(self, guild: discord.Guild) -> int | None:
        """Who added the bot, where we may look it up; the owner otherwise."""
        me = guild.me
        if me.guild_permissions.view_audit_log:
            added = discord.AuditLogAction.bot_add
            with suppress(discord.DiscordException, aiohttp.ClientError):
                async for entry in guild.audit_logs(action=added, limit=5):
                    target = entry.target
                    if target is not None and target.id == me.id:
                        return entry.user_id
        return guild.owner_id


def _list_role_ids(user: discord.User | discord.Member) -> tuple[str, ...]:
    """The roles that came with the event; the library shows only those it knows."""
    return tuple(str(role) for role in getattr(user, "_roles", ()))


def configure_endpoints(api_base: str | None, gateway: str | None) -> None:
    """The library's own places for it: attributes of classes."""
    if api_base is not None:
        Route.BASE = api_base
    if gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def _build_trace_config(
    pace: DiscordRateLimiter, server_date: Callable[[str], None]
) -> aiohttp.TraceConfig:
    """Sees every request, also those that the library repeats by itself."""

    async def starting(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.entered = None
        counted = params.url.scheme in {"http", "https"}
        if counted and not _UNLIMITED_PATHS.search(params.url.path):
            context.entered = await pace.enter(
                params.method, parse_route(params.url.path)
            )

    async def ended(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        leave(context)
        server_date(params.response.headers.get("Date", ""))
        pace.record_response(
            ObservedResponse(
                method=params.method,
                channel=parse_route(params.url.path),
                status=params.response.status,
                headers=params.response.headers,
            )
        )

    async def failed(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        leave(context)

    def leave(context: SimpleNamespace) -> None:
        if context.entered is not None:
            pace.leave(context.entered)
            context.entered = None

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(starting)
    trace.on_request_end.append(ended)
    trace.on_request_exception.append(failed)
    return trace
