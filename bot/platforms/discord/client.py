"""The library's client as we need it: where it connects to, what it keeps, its events.

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
from discord.http import HTTPClient, Ratelimit, Route

from bot.platforms.discord.calls import Calls
from bot.platforms.discord.interactions import Arrived, Guild
from bot.platforms.discord.listening import Listener
from bot.platforms.discord.looking import Looks
from bot.platforms.discord.pace import Answer, Pace
from bot.platforms.discord.routes import route_of

#: Answers to people: Discord does not count them, and they have three seconds.
_UNCOUNTED = re.compile(r"/(?:interactions|webhooks)/")


class _Unlimited(Ratelimit):
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


class _Http(HTTPClient):
    """The library's REST client, told where to connect and not to wait."""

    #: The only gateway that may be dialled; None = the one that Discord names.
    gateway: yarl.URL | None = None

    def get_ratelimit(self, key: str) -> Ratelimit:
        return _Unlimited(None)

    async def ws_connect(
        self, url: str, *, compress: int = 0
    ) -> aiohttp.ClientWebSocketResponse:
        if self.gateway is not None:
            url = str(self.gateway.with_query(yarl.URL(url).query))
        return await super().ws_connect(url, compress=compress)


class Client(discord.AutoShardedClient):
    """The library's client; it keeps no members and no messages."""

    def __init__(
        self,
        *,
        gateway: yarl.URL | None,
        heartbeat_timeout: float,
        pace: Pace,
        listener: Listener,
    ) -> None:
        self._ours = gateway, pace
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
        self.calls = Calls(self)
        self.looks = Looks(self)

    def _get_state(self, **options: Any) -> Any:
        # The library's constructor has just made its own.
        gateway, pace = self._ours
        self.http = _Http(self.loop, http_trace=_trace(pace, self._dated))
        self.http.gateway = gateway
        self.http.max_ratelimit_timeout = -math.inf
        return super()._get_state(**options)

    def _dated(self, date: str) -> None:
        self.looks.dated = date

    async def on_shard_connect(self, shard_id: int) -> None:
        self.sessions.add(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self.sessions.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self.sessions.discard(shard_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._listener.interaction(self.calls, self._arrived(interaction))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        joined = Guild(
            id=str(guild.id),
            name=guild.name,
            host=str(await self._host(guild)),
            locale=guild.preferred_locale.value,
        )
        await self._listener.joined(self.calls, joined)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        # One that the bot was added to while it was away is told like this, too.
        await self._listener.here(str(guild.id), guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._listener.left(str(guild.id))

    def _arrived(self, interaction: discord.Interaction) -> Arrived:
        """The interaction as our noun; in a server only if the bot belongs to it."""
        guild = self.get_guild(interaction.guild_id or 0)
        ours = guild is not None or interaction.is_guild_integration()
        channel = interaction.channel_id
        return Arrived(
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
            roles=_roles(interaction.user),
            locale=interaction.locale.value,
        )

    async def _host(self, guild: discord.Guild) -> int | None:
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


def _roles(user: discord.User | discord.Member) -> tuple[str, ...]:
    """The roles that came with the event; the library shows only those it knows."""
    return tuple(str(role) for role in getattr(user, "_roles", ()))


def point_at(api_base: str | None, gateway: str | None) -> None:
    """The library's own places for it: attributes of classes."""
    if api_base is not None:
        Route.BASE = api_base
    if gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def _trace(pace: Pace, dated: Callable[[str], None]) -> aiohttp.TraceConfig:
    """Sees every request, also those that the library repeats by itself."""

    async def starting(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.entered = None
        counted = params.url.scheme in {"http", "https"}
        if counted and not _UNCOUNTED.search(params.url.path):
            context.entered = await pace.enter(params.method, route_of(params.url.path))

    async def ended(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        leave(context)
        dated(params.response.headers.get("Date", ""))
        pace.note(
            Answer(
                method=params.method,
                channel=route_of(params.url.path),
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
