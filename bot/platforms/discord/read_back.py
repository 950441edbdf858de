"""Find out from a channel's history whether a post arrived.

It sends nothing. Where it cannot be told, it says so by an error, never by «no».
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
    is_own_thread,
    parse_opening,
    parse_snowflake,
)
from bot.platforms.discord.components import carries_key
from bot.platforms.discord.messages import DiscordCaller, SessionProvider

if TYPE_CHECKING:
    from bot.platforms.discord.transport import DiscordSession


class DiscordHistoryReader:
    """Reads back over the platform's calls."""

    def __init__(self, call: DiscordCaller, signed_in: SessionProvider) -> None:
        self._call = call
        self._ensure_session = signed_in

    async def read_back(
        self, delivery: Delivery, *, direct: bool = False
    ) -> str | None:
        """Id of our newest message that carries the delivery's key, if there is one.

        An edit or a deletion is not looked for: doing it again does no harm. What was
        said in a `direct` message can always be read.

        Raises:
            Refused: The bot may not read the channel's history.
            Unclear: It cannot be told whether it may.
        """
        if delivery.operation != "post":
            return None
        channel = get_channel_id(delivery)
        session = await self._ensure_session()
        if direct:
            return (await self._search_history(session, channel, delivery))[0]
        if session.may_read_history(channel) is False:
            raise SendRefused("discord.read_back_forbidden")
        thread, first = parse_opening(delivery)
        kind = None if thread is not None else await self._kind(session, channel)
        if kind in FORUM_KINDS:
            return await self._search_forum(session, channel, delivery)
        if kind == DIRECT_MESSAGE_KIND:
            return (await self._search_history(session, channel, delivery))[0]
        if thread is not None:
            return await self._search_channels(session, (thread,), channel, delivery)
        # A thread is opened only where it may be: else it stands in the channel.
        below = (first,) if delivery.manner.thread and first is not None else ()
        return await self._search_channels(
            session, (*below, channel), channel, delivery
        )

    async def _kind(self, session: "DiscordSession", channel: int) -> int | None:
        known = session.kind(channel)
        if known is not None:
            return known
        return await self._call("GET", "", lambda s: s.fetch_channel_kind(channel))

    # ── channels and threads ───────────────────────────────────────────────────

    async def _search_channels(
        self,
        session: "DiscordSession",
        places: tuple[int, ...],
        channel: int,
        delivery: Delivery,
    ) -> str | None:
        seen = 0
        for place in places:
            try:
                found, count = await self._search_history(session, place, delivery)
            except ChannelGone:
                if place == channel:
                    raise
                continue
            if found is not None:
                return (
                    found
                    if place == channel
                    else format_thread_message_id(place, found)
                )
            seen += count
        if not seen and session.may_read_history(channel) is None:
            # An empty channel looks the same as one whose history is closed to us.
            raise SendUnclear("discord.channel_empty")
        return None

    async def _search_history(
        self, session: "DiscordSession", place: int, delivery: Delivery
    ) -> tuple[str | None, int]:
        """The message with the key, and how many were seen."""
        seen = ours = 0
        before: int | None = None
        while ours < limits.READ_BACK_OWN and seen < limits.READ_BACK_MESSAGES:
            page = await self._fetch_page(place, before)
            for message in page:
                if session.is_ours(message):
                    ours += 1
                    if carries_key(message, delivery.key):
                        return str(message["id"]), seen
            seen += len(page)
            if len(page) < limits.HISTORY_PAGE:
                break
            before = int(page[-1]["id"])
        return None, seen

    async def _fetch_page(self, place: int, before: int | None) -> list[dict[str, Any]]:
        return await self._call("GET", str(place), lambda s: s.history(place, before))

    # ── forums ─────────────────────────────────────────────────────────────────

    async def _search_forum(
        self, session: "DiscordSession", forum: int, delivery: Delivery
    ) -> str | None:
        """Our post with the key: in its first message, which has its number."""
        checked = 0
        async for thread in self._list_posts(session, forum, delivery):
            try:
                message = await self._fetch_first_message(thread)
            except (MessageGone, ChannelGone):
                continue
            if session.is_ours(message) and carries_key(message, delivery.key):
                return format_thread_message_id(thread, str(message["id"]))
            checked += 1
            if checked >= limits.READ_BACK_OWN:
                raise SendRefused("discord.too_much_since")
        return None

    async def _list_posts(
        self, session: "DiscordSession", forum: int, delivery: Delivery
    ) -> AsyncIterator[int]:
        """Posts of ours in the forum that may be the delivery's: open ones first."""
        guild = parse_snowflake(delivery.workspace_external_id, "server")
        since = compute_first_snowflake(delivery)
        active = await self._call("GET", "", lambda s: s.active_threads(guild))
        for thread in _list_own_threads(active, session, forum, since):
            yield thread
        before: str | None = None
        for _ in range(limits.READ_BACK_ARCHIVED_PAGES):
            page, more = await self._fetch_archived(forum, before)
            for thread in _list_own_threads(page, session, forum, since):
                yield thread
            if not more or not page:
                return
            before = str(page[-1]["thread_metadata"]["archive_timestamp"])

    async def _fetch_first_message(self, thread: int) -> dict[str, Any]:
        """The first message of a post."""
        return await self._call("GET", str(thread), lambda s: s.message(thread, thread))

    async def _fetch_archived(
        self, forum: int, before: str | None
    ) -> tuple[list[dict[str, Any]], bool]:
        return await self._call(
            "GET",
            rate_limits.build_threads_route(forum),
            lambda s: s.archived_threads(forum, before),
        )


def _list_own_threads(
    threads: list[dict[str, Any]], session: "DiscordSession", forum: int, since: int
) -> list[int]:
    mine = [
        int(thread["id"])
        for thread in threads
        if is_own_thread(thread, forum=forum, me=session.me, since=since)
    ]
    return sorted(mine, reverse=True)
