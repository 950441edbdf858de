"""One login of the bot: the client, its gateway events as dataclasses, its API.

Events are converted to plain dataclasses and passed to the event handler. `transport`
adapts discord.py, and `rest_api` makes the REST calls.
"""

from contextlib import suppress
from typing import Any, cast

import aiohttp
import discord

from bot.i18n.translation import Texts
from bot.platforms.discord.channels import ChannelFacts, Json, ShardRange, is_snowflake
from bot.platforms.discord.events import DiscordEventHandler
from bot.platforms.discord.interactions import DiscordInteraction
from bot.platforms.discord.rate_limits import DiscordRateLimiter
from bot.platforms.discord.rest_api import DiscordApi
from bot.platforms.discord.transport import (
    DiscordTransport,
    configure_endpoints,
    dispatch_interaction,
    list_role_ids,
)


def _build_shard_options(shards: ShardRange | None) -> dict[str, Any]:
    if shards is None:
        return {}
    return {
        "shard_ids": list(range(shards.first, shards.last + 1)),
        "shard_count": shards.count,
    }


class DiscordSession(discord.AutoShardedClient):
    """One login of the bot. It caches no members and no messages."""

    def __init__(
        self,
        *,
        api_base: str | None,
        gateway: str | None,
        heartbeat_timeout: float,
        shards: ShardRange | None = None,
        pace: DiscordRateLimiter,
        listener: DiscordEventHandler,
    ) -> None:
        """Create the client; nothing is sent yet.

        Args:
            api_base: Base URL of the REST API, with its version; None = discord.com.
            gateway: A whole `ws(s)://` URL; None = the one that Discord names.
            heartbeat_timeout: Seconds of silence after which a gateway is dead.
            shards: Those to connect; None = as many as Discord recommends.
            pace: Rate limiter, asked before every request and given every response.
            listener: Handles events.
        """
        configure_endpoints(api_base, gateway)
        self._transport_options = gateway, pace, self._record_date
        self._listener = listener
        #: Shards that have a session.
        self.shards_connected: set[int] = set()
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            heartbeat_timeout=heartbeat_timeout,
            **_build_shard_options(shards),
        )
        self.api = DiscordApi(self)

    @property
    def connected(self) -> bool:
        """Whether every shard has a session."""
        wanted = self.shard_count if self.shard_ids is None else len(self.shard_ids)
        return len(self.shards_connected) == wanted

    def dispatch_interaction(self, interaction: Json) -> None:
        """Handle an interaction that came over HTTP like one of the gateway's.

        Raises:
            Exception: The library cannot parse it.
        """
        dispatch_interaction(self, interaction)

    async def close_connections(self) -> None:
        """Close the HTTP connections that an interrupted `close` left open."""
        await self.http.close()

    def facts(self, guild: str, channel: str) -> ChannelFacts | None:
        """Return what the gateway announced about a channel; None if nothing."""
        here = self.get_guild(int(guild)) if is_snowflake(guild) else None
        if here is None or here.unavailable:
            return None
        roles = {str(role.id): role.mentionable for role in here.roles}
        number = int(channel) if is_snowflake(channel) else 0
        found = here.get_channel_or_thread(number)
        if found is None:
            return ChannelFacts(kind=None, may=0, roles=roles)
        may = found.permissions_for(here.me).value
        return ChannelFacts(kind=int(found.type.value), may=may, roles=roles)

    def _get_state(self, **options: Any) -> Any:
        # The constructor has created an HTTP client and now passes it to its parts.
        self.http = DiscordTransport(self.loop, *self._transport_options)
        return super()._get_state(**options)

    def _record_date(self, date: str) -> None:
        self.api.checks.server_date = date

    async def on_shard_connect(self, shard_id: int) -> None:
        self.shards_connected.add(shard_id)

    on_shard_resumed = on_shard_connect

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self.shards_connected.discard(shard_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._listener.interaction(self.api, self._build_interaction(interaction))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        host = str(await self._find_installer(guild))
        texts = Texts.of(guild.preferred_locale.value)
        await self._listener.joined(self.api, str(guild.id), guild.name, host, texts)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        # Also sent for a server that the bot was added to while it was offline.
        await self._listener.here(str(guild.id), guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._listener.left(str(guild.id))

    def _build_interaction(
        self, interaction: discord.Interaction
    ) -> DiscordInteraction:
        """Convert an interaction; it has a server only if the bot belongs to it."""
        guild = self.get_guild(interaction.guild_id or 0)
        ours = guild is not None or interaction.is_guild_integration()
        channel, message = interaction.channel_id, interaction.message
        return DiscordInteraction(
            id=str(interaction.id),
            token=interaction.token,
            kind=interaction.type.value,
            data=cast(Json, interaction.data or {}),
            guild=str(interaction.guild_id) if ours else None,
            guild_name=guild.name if guild is not None else "",
            channel=None if channel is None else str(channel),
            user=str(interaction.user.id),
            user_name=interaction.user.display_name,
            permissions=interaction.permissions.value,
            roles=list_role_ids(interaction.user),
            locale=interaction.locale.value,
            replaceable=message is not None and message.flags.ephemeral,
        )

    async def _find_installer(self, guild: discord.Guild) -> int | None:
        """Find who added the bot, if that may be read; otherwise the owner."""
        me = guild.me
        if me.guild_permissions.view_audit_log:
            added = discord.AuditLogAction.bot_add
            with suppress(discord.DiscordException, aiohttp.ClientError):
                async for entry in guild.audit_logs(action=added, limit=5):
                    target = entry.target
                    if target is not None and target.id == me.id:
                        return entry.user_id
        return guild.owner_id


def get_close_code(error: Exception) -> int | None:
    """Return the code with which Discord closed the gateway for good, if it did."""
    match error:
        case discord.ConnectionClosed(code=code):
            return code
        case discord.PrivilegedIntentsRequired():
            return 4014
    return None
