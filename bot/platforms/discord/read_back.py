"""Find out from a channel's history whether a post arrived.

An error is raised where the history cannot be read: «not found» always means that
nothing was posted.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from bot.errors import MessageGone, SendRefused, SendUnclear
from bot.model import Delivery
from bot.platforms.discord import limits, rate_limits
from bot.platforms.discord.channels import (
    DIRECT_MESSAGE_KIND,
    FORUM_KINDS,
    ChannelGone,
    compute_first_snowflake,
    format_thread_message_id,
    get_channel_id,
    parse_opening,
    parse_snowflake,
)
from bot.platforms.discord.components import carries_key

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import ApiProvider, DiscordApi, DiscordCaller


class DiscordHistoryReader:
    """Reads deliveries back over the platform's calls."""

    def __init__(self, call: "DiscordCaller", get_api: "ApiProvider") -> None:
        self._call = call
        self._get_api = get_api

    async def read_back(
        self, delivery: Delivery, *, direct: bool = False
    ) -> str | None:
        """Find the id of our newest message that carries the delivery's key.

        Edits and deletions are not searched for: repeating them has no further effect.
        The history of a `direct` message can always be read.

        Raises:
            SendRefused: The bot may not read the channel's history.
            SendUnclear: It is unknown whether it may.
        """
        if delivery.operation != "post":
            return None
        channel = get_channel_id(delivery)
        api = await self._get_api()
        if direct:
            return (await self._search_history(api, channel, delivery))[0]
        if api.may_read_history(channel) is False:
            raise SendRefused("discord.read_back_forbidden")
        thread, first = parse_opening(delivery)
        if thread is not None:
            return await self._search_channels(api, (thread,), channel, delivery)
        kind = api.kind(channel)
        if kind is None:
            kind = await self._call(lambda api: api.fetch_kind(channel))
        if kind in FORUM_KINDS:
            return await self._search_forum(api, channel, delivery)
        if kind == DIRECT_MESSAGE_KIND:
            return (await self._search_history(api, channel, delivery))[0]
        # Where no thread could be opened, the message is in the channel.
        below = (first,) if delivery.post_options.thread and first is not None else ()
        return await self._search_channels(api, (*below, channel), channel, delivery)

    # ── channels and threads ───────────────────────────────────────────────────

    async def _search_channels(
        self,
        api: "DiscordApi",
        places: tuple[int, ...],
        channel: int,
        delivery: Delivery,
    ) -> str | None:
        seen = 0
        for place in places:
            try:
                found, count = await self._search_history(api, place, delivery)
            except ChannelGone:
                if place == channel:
                    raise
                continue
            if found is not None:
                if place == channel:
                    return found
                return format_thread_message_id(place, found)
            seen += count
        if not seen and api.may_read_history(channel) is None:
            # An empty channel looks like one whose history the bot may not read.
            raise SendUnclear("discord.channel_empty")
        return None

    async def _search_history(
        self, api: "DiscordApi", place: int, delivery: Delivery
    ) -> tuple[str | None, int]:
        """Find the message with the key; return it and the number of those searched."""
        seen = ours = 0
        before: int | None = None
        while ours < limits.READ_BACK_OWN and seen < limits.READ_BACK_MESSAGES:
            page = await self._fetch_page(place, before)
            for message in filter(api.is_ours, page):
                ours += 1
                if carries_key(message, delivery.key):
                    return str(message["id"]), seen
            seen += len(page)
            if len(page) < limits.HISTORY_PAGE:
                break
            before = int(page[-1]["id"])
        return None, seen

    async def _fetch_page(self, place: int, before: int | None) -> list[dict[str, Any]]:
        return await self._call(
            lambda api: api.history(place, before), route=str(place)
        )

    # ── forums ─────────────────────────────────────────────────────────────────

    async def _search_forum(
        self, api: "DiscordApi", forum: int, delivery: Delivery
    ) -> str | None:
        """Find our post with the key: in its first message, which has its id."""
        checked = 0
        async for thread in self._list_posts(api, forum, delivery):
            try:
                # The first message of a post has its id.
                message = await self._fetch_message(thread)
            except (MessageGone, ChannelGone):
                continue
            if api.is_ours(message) and carries_key(message, delivery.key):
                return format_thread_message_id(thread, str(message["id"]))
            checked += 1
            if checked >= limits.READ_BACK_OWN:
                raise SendRefused("discord.too_much_since")
        return None

    async def _list_posts(
        self, api: "DiscordApi", forum: int, delivery: Delivery
    ) -> AsyncIterator[int]:
        """List our posts in the forum that may be the delivery's: open ones first."""
        guild = parse_snowflake(delivery.workspace_external_id, "server")
        since = compute_first_snowflake(delivery)
        active = await self._call(lambda api: api.active_threads(guild))
        for thread in _list_own_threads(active, api, forum, since):
            yield thread
        before: str | None = None
        for _ in range(limits.READ_BACK_ARCHIVED_PAGES):
            page, more = await self._fetch_archived(forum, before)
            for thread in _list_own_threads(page, api, forum, since):
                yield thread
            if not more or not page:
                return
            before = str(page[-1]["thread_metadata"]["archive_timestamp"])

    async def _fetch_message(self, thread: int) -> dict[str, Any]:
        return await self._call(
            lambda api: api.message(thread, thread), route=str(thread)
        )

    async def _fetch_archived(
        self, forum: int, before: str | None
    ) -> tuple[list[dict[str, Any]], bool]:
        route = rate_limits.build_threads_route(forum)
        return await self._call(
            lambda api: api.archived_threads(forum, before), route=route
        )


def _list_own_threads(
    threads: list[dict[str, Any]], api: "DiscordApi", forum: int, since: int
) -> list[int]:
    """List the threads that may be one of our posts in the forum, newest first."""
    mine = (
        int(thread["id"])
        for thread in threads
        if str(thread.get("parent_id")) == str(forum)
        and str(thread.get("owner_id")) == api.me
    )
    return sorted((thread for thread in mine if thread >= since), reverse=True)
