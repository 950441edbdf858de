"""Find out from a channel's history whether a post arrived.

An error is raised where the history cannot be read: «not found» always means that
nothing was posted.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.errors import MessageGone, SendNotReceived, SendRefused, SendUnclear
from bot.model import Delivery
from bot.platforms.common.caches import DirectMessageChannels, get_recipient
from bot.platforms.discord import channels, limits, rate_limits
from bot.platforms.discord.channels import PERSONAL_WORKSPACE_PREFIX, Json, is_snowflake
from bot.platforms.discord.components import carries_key
from digests.messages import Message
from digests.types import frozen

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import DiscordCaller

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import ApiProvider, DiscordApi, DiscordCaller


async def find_posted(
    call: "DiscordCaller", get_api: "ApiProvider", delivery: Delivery, *, direct: bool
) -> str | None:
    """Find the id of our newest message that carries the delivery's key.

    The history of a `direct` message can always be read.

    Raises:
        SendRefused: The bot may not read the channel's history.
        SendUnclear: It is unknown whether it may.
    """
    channel = channels.get_channel_id(delivery)
    search = HistorySearch(
        call=call, api=await get_api(), delivery=delivery, channel=channel
    )
    return await (search.find_in_history() if direct else search.find())


@frozen
class HistorySearch:
    """The search for the message of one delivery to a channel."""

    call: "DiscordCaller"
    api: "DiscordApi"
    delivery: Delivery
    channel: int

    async def find(self) -> str | None:
        """Find the message where the bot may read the history."""
        if self.api.may_read_history(self.channel) is False:
            raise SendRefused("discord.read_back_forbidden")
        thread, first = channels.parse_opening(self.delivery)
        if thread is not None:
            return await self._search_channels(thread)
        kind = self.api.kind(self.channel)
        if kind is None:
            kind = await self.call(lambda api: api.fetch_kind(self.channel))
        if kind in channels.FORUM_KINDS:
            return await self._search_forum()
        if kind == channels.DIRECT_MESSAGE_KIND:
            return await self.find_in_history()
        if self.delivery.post_options.thread and first is not None:
            # Where no thread could be opened, the message is in the channel.
            return await self._search_channels(first, self.channel)
        return await self._search_channels(self.channel)

    async def find_in_history(self) -> str | None:
        """Find the message in the channel's own history."""
        return (await self._search_history(self.channel))[0]

    # ── channels and threads ───────────────────────────────────────────────────

    async def _search_channels(self, *places: int) -> str | None:
        seen = 0
        for place in places:
            try:
                found, count = await self._search_history(place)
            except channels.ChannelGone:
                if place == self.channel:
                    raise
                continue
            if found is not None:
                if place == self.channel:
                    return found
                return channels.format_thread_message_id(place, found)
            seen += count
        if not seen and self.api.may_read_history(self.channel) is None:
            # An empty channel looks like one whose history the bot may not read.
            raise SendUnclear("discord.channel_empty")
        return None

    async def _search_history(self, place: int) -> tuple[str | None, int]:
        """Find the message with the key; return it and the number of those searched."""
        seen = ours = 0
        before: int | None = None
        while ours < limits.READ_BACK_OWN and seen < limits.READ_BACK_MESSAGES:
            page = await self._fetch_page(place, before)
            for message in filter(self.api.is_ours, page):
                ours += 1
                if carries_key(message, self.delivery.key):
                    return str(message["id"]), seen
            seen += len(page)
            if len(page) < limits.HISTORY_PAGE:
                break
            before = int(page[-1]["id"])
        return None, seen

    async def _fetch_page(self, place: int, before: int | None) -> Sequence[Json]:
        return await self.call(
            lambda api: api.history(place, before), ("GET", str(place))
        )

    # ── forums ─────────────────────────────────────────────────────────────────

    async def _search_forum(self) -> str | None:
        """Find our post with the key: in its first message, which has its id."""
        checked = 0
        async for thread in self._list_posts():
            try:
                message = await self._fetch_message(thread)
            except (MessageGone, channels.ChannelGone):
                continue
            if self.api.is_ours(message) and carries_key(message, self.delivery.key):
                return channels.format_thread_message_id(thread, str(message["id"]))
            checked += 1
            if checked >= limits.READ_BACK_OWN:
                raise SendRefused("discord.too_much_since")
        return None

    async def _list_posts(self) -> AsyncIterator[int]:
        """List our posts in the forum that may be the delivery's: open ones first."""
        guild = channels.parse_snowflake(self.delivery.workspace_external_id, "server")
        active = await self.call(lambda api: api.active_threads(guild))
        for thread in self._select_own(active):
            yield thread
        before: str | None = None
        for _ in range(limits.READ_BACK_ARCHIVED_PAGES):
            page, more = await self._fetch_archived(before)
            for thread in self._select_own(page):
                yield thread
            if not more or not page:
                return
            before = str(page[-1]["thread_metadata"]["archive_timestamp"])

    def _select_own(self, threads: Sequence[Json]) -> list[int]:
        """Select our threads in the forum since the delivery began, newest first."""
        since = channels.compute_first_snowflake(self.delivery)
        place = str(self.channel), self.api.me
        mine = (
            int(thread["id"])
            for thread in threads
            if (str(thread.get("parent_id")), str(thread.get("owner_id"))) == place
        )
        return sorted((thread for thread in mine if thread >= since), reverse=True)

    async def _fetch_message(self, post: int) -> Json:
        return await self.call(lambda api: api.message(post, post), ("GET", str(post)))

    async def _fetch_archived(self, before: str | None) -> tuple[Sequence[Json], bool]:
        route = rate_limits.build_threads_route(self.channel, "GET")
        return await self.call(
            lambda api: api.archived_threads(self.channel, before), route
        )


# ── direct messages ─────────────────────────────────────────────────────────────
#
# Resolve the direct-message channel of a person, who must still be a member.
#
# A person gets direct messages of a server only while they are a member: someone who
# left or was removed must not keep reading what is posted for its members.

NOT_A_MEMBER: Final = Message("discord.not_a_member")
CANNOT_OPEN: Final = Message("discord.no_direct_message")


class DiscordDirectMessages:
    """Opens direct messages over the platform's calls."""

    def __init__(self, call: "DiscordCaller") -> None:
        self._call = call
        self._channels = DirectMessageChannels(self._open)

    async def resolve_channel(self, delivery: Delivery) -> Delivery:
        """Return the delivery with its person replaced by their direct-message channel.

        Raises:
            SendRefused: They left the server, or there is no such person.
            SendError: The request failed.
        """
        person = get_recipient(delivery)
        if person is None:
            return delivery
        if not is_snowflake(person):
            raise SendRefused(CANNOT_OPEN)
        if delivery.operation == "post":
            await self._check_membership(delivery.workspace_external_id, person)
        # A person has one channel with the bot, whatever the server.
        return replace(delivery, channel=await self._channels.open("", person))

    async def _check_membership(self, guild: str, person: str) -> None:
        if guild.startswith(PERSONAL_WORKSPACE_PREFIX):
            return
        try:
            await self._call(lambda api: api.member(guild, person))
        except SendUnclear as unclear:
            raise SendNotReceived(unclear.message) from unclear
        except SendRefused as refused:
            if refused.whole_workspace or refused.may_return:
                raise
            raise SendRefused(NOT_A_MEMBER) from refused

    async def _open(self, _: str, person: str) -> str:
        try:
            return await self._call(
                lambda api: api.open_direct_message(person), ("POST", "")
            )
        except SendRefused as refused:
            if refused.whole_workspace or not refused.message_only:
                raise
            raise SendRefused(CANNOT_OPEN) from refused
