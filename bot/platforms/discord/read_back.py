"""Looks whether a post arrived: by its key, in the channel, its thread or the forum.

It sends nothing. Where it cannot be told, it says so by an error, never by «no».
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from bot.errors import Gone, Refused, Unclear
from bot.platforms.discord import limits, routes
from bot.platforms.discord.calling import Call, SignedIn
from bot.platforms.discord.keys import carries
from bot.platforms.discord.places import (
    POSTS,
    PRIVATE,
    NoPlace,
    begun,
    channel_of,
    first_since,
    is_ours,
    named,
    snowflake,
)
from bot.types import Delivery

if TYPE_CHECKING:
    from bot.platforms.discord.session import Session


class Reader:
    """Reads back over the platform's calls."""

    def __init__(self, call: Call, signed_in: SignedIn) -> None:
        self._call = call
        self._signed_in = signed_in

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
        channel = channel_of(delivery)
        session = await self._signed_in()
        if direct:
            return (await self._look(session, channel, delivery))[0]
        if session.may_read_history(channel) is False:
            raise Refused(
                "Whether it arrived cannot be seen: the bot needs «Read Message "
                "History» in the channel."
            )
        thread, first = begun(delivery)
        kind = None if thread is not None else await self._kind(session, channel)
        if kind in POSTS:
            return await self._in_forum(session, channel, delivery)
        if kind == PRIVATE:
            return (await self._look(session, channel, delivery))[0]
        if thread is not None:
            return await self._in_places(session, (thread,), channel, delivery)
        # A thread is opened only where it may be: else it stands in the channel.
        below = (first,) if delivery.manner.thread and first is not None else ()
        return await self._in_places(session, (*below, channel), channel, delivery)

    async def _kind(self, session: "Session", channel: int) -> int | None:
        known = session.kind(channel)
        if known is not None:
            return known
        return await self._call("GET", "", lambda s: s.look_up(channel))

    # ── channels and threads ───────────────────────────────────────────────────

    async def _in_places(
        self,
        session: "Session",
        places: tuple[int, ...],
        channel: int,
        delivery: Delivery,
    ) -> str | None:
        seen = 0
        for place in places:
            try:
                found, count = await self._look(session, place, delivery)
            except NoPlace:
                if place == channel:
                    raise
                continue
            if found is not None:
                return found if place == channel else named(place, found)
            seen += count
        if not seen and session.may_read_history(channel) is None:
            # An empty channel looks the same as one whose history is closed to us.
            raise Unclear("The channel looks empty; that may be a missing permission.")
        return None

    async def _look(
        self, session: "Session", place: int, delivery: Delivery
    ) -> tuple[str | None, int]:
        """The message with the key, and how many were seen."""
        seen = ours = 0
        before: int | None = None
        while ours < limits.LOOK_OURS and seen < limits.LOOK_ALL:
            page = await self._page(place, before)
            for message in page:
                if session.is_ours(message):
                    ours += 1
                    if carries(message, delivery.key):
                        return str(message["id"]), seen
            seen += len(page)
            if len(page) < limits.HISTORY_PAGE:
                break
            before = int(page[-1]["id"])
        return None, seen

    async def _page(self, place: int, before: int | None) -> list[dict[str, Any]]:
        return await self._call("GET", str(place), lambda s: s.history(place, before))

    # ── forums ─────────────────────────────────────────────────────────────────

    async def _in_forum(
        self, session: "Session", forum: int, delivery: Delivery
    ) -> str | None:
        """Our post with the key: in its first message, which has its number."""
        looked = 0
        async for thread in self._posts(session, forum, delivery):
            try:
                message = await self._first(thread)
            except (Gone, NoPlace):
                continue
            if session.is_ours(message) and carries(message, delivery.key):
                return named(thread, str(message["id"]))
            looked += 1
            if looked >= limits.LOOK_OURS:
                raise Refused(
                    "Whether it arrived cannot be seen: too much was posted since."
                )
        return None

    async def _posts(
        self, session: "Session", forum: int, delivery: Delivery
    ) -> AsyncIterator[int]:
        """Posts of ours in the forum that may be the delivery's: open ones first."""
        guild = snowflake(delivery.workspace_external_id, "server")
        since = first_since(delivery)
        active = await self._call("GET", "", lambda s: s.active_threads(guild))
        for thread in _ours(active, session, forum, since):
            yield thread
        before: str | None = None
        for _ in range(limits.LOOK_ARCHIVED):
            page, more = await self._archived(forum, before)
            for thread in _ours(page, session, forum, since):
                yield thread
            if not more or not page:
                return
            before = str(page[-1]["thread_metadata"]["archive_timestamp"])

    async def _first(self, thread: int) -> dict[str, Any]:
        """The first message of a post."""
        return await self._call("GET", str(thread), lambda s: s.message(thread, thread))

    async def _archived(
        self, forum: int, before: str | None
    ) -> tuple[list[dict[str, Any]], bool]:
        return await self._call(
            "GET", routes.threads(forum), lambda s: s.archived_threads(forum, before)
        )


def _ours(
    threads: list[dict[str, Any]], session: "Session", forum: int, since: int
) -> list[int]:
    mine = [
        int(thread["id"])
        for thread in threads
        if is_ours(thread, forum=forum, me=session.me, since=since)
    ]
    return sorted(mine, reverse=True)
