"""Carries one delivery out: posts, edits or deletes, in a channel, thread or forum.

A post carries its delivery's key as the nonce, so that repeating it within a few
minutes gives the first message again. The first message of a forum's post has none:
whether it arrived can only be read back (`reading_back`), so nothing repeats it here,
the library neither. Later parts of an edition follow the first one into its thread.
"""

from contextlib import suppress

import structlog

from bot.errors import Gone, Limited, Refused, Unclear, Unreached
from bot.platforms.discord import limits, routes
from bot.platforms.discord.calling import Call, SignedIn
from bot.platforms.discord.crossposts import Crossposts
from bot.platforms.discord.interactions import NAME
from bot.platforms.discord.messages import editing, opening, posting
from bot.platforms.discord.places import (
    POSTS,
    NoPlace,
    ThreadThere,
    WrongKind,
    begun,
    channel_of,
    named,
    spot,
)
from bot.types import Delivery

log = structlog.get_logger(__name__)

NO_THREAD = "The thread of this edition is not there any more."


class Sender:
    """Sends over the platform's calls."""

    def __init__(self, call: Call, signed_in: SignedIn, crossposts: Crossposts) -> None:
        self._call = call
        self._signed_in = signed_in
        self._crossposts = crossposts

    async def send(self, delivery: Delivery) -> str:
        """The id of the message, as `places` words it.

        Raises:
            SendError: As `verdicts` says.
        """
        match delivery.operation:
            case "post":
                return await self._post(delivery)
            case "edit":
                return await self._edit(delivery)
            case "delete":
                return await self._delete(delivery)

    async def _post(self, delivery: Delivery) -> str:
        channel = channel_of(delivery)
        thread = await self._thread(delivery, channel)
        if thread is not None:
            return await self._say_in_thread(thread, delivery)
        session = await self._signed_in()
        if session.kind(channel) in POSTS:
            return await self._open_post(channel, delivery)
        try:
            message = await self._say(channel, delivery)
        except WrongKind:
            # Nothing was posted; only now is it worth asking what the channel is.
            if await self._kind(channel) not in POSTS:
                raise
            return await self._open_post(channel, delivery)
        self._crossposts.publish(delivery, message)
        return message

    async def _say(self, place: int, delivery: Delivery) -> str:
        guarded = delivery.attempt <= limits.GUARDED_ATTEMPTS
        try:
            return await self._call(
                "POST",
                str(place),
                lambda s: s.post(place, posting(delivery)),
                guarded=guarded,
            )
        except Gone:
            # Its nonce is known and its message is not: somebody deleted it since.
            return delivery.message_id or ""

    async def _say_in_thread(self, thread: int, delivery: Delivery) -> str:
        try:
            message = await self._say(thread, delivery)
        except NoPlace:
            # The channel is well: somebody deleted what the edition stood in.
            raise Gone(NO_THREAD, message_only=True) from None
        return named(thread, message) if "/" not in message and message else message

    async def _edit(self, delivery: Delivery) -> str:
        at = spot(delivery)
        try:
            await self._call(
                "PATCH",
                str(at.place),
                lambda s: s.edit(at.place, at.message, editing(delivery)),
            )
        except NoPlace:
            if at.place == channel_of(delivery):
                raise
            raise Gone(NO_THREAD, message_only=True) from None
        return delivery.message_id or ""

    async def _delete(self, delivery: Delivery) -> str:
        at = spot(delivery)
        try:
            with suppress(Gone):
                await self._call(
                    "DELETE", str(at.place), lambda s: s.delete(at.place, at.message)
                )
        except NoPlace:
            if at.place == channel_of(delivery):
                raise
        return delivery.message_id or ""

    # ── threads ────────────────────────────────────────────────────────────────

    async def _open_post(self, forum: int, delivery: Delivery) -> str:
        thread, message = await self._call(
            "POST",
            routes.threads(forum),
            lambda s: s.open_post(forum, opening(delivery)),
            guarded=False,
        )
        return named(thread, str(message))

    async def _thread(self, delivery: Delivery, channel: int) -> int | None:
        """The thread that the message belongs into; None where it is the channel."""
        thread, first = begun(delivery)
        if thread is not None or first is None or not delivery.manner.thread:
            return thread
        return await self._opened(channel, first, delivery.title)

    async def _opened(self, channel: int, message: int, title: str) -> int | None:
        """The thread below a message; None where there can be none.

        Opening one twice gives the first, so nothing here can double.
        """
        try:
            await self._call(
                "POST",
                routes.threads(channel),
                lambda s: s.open_thread(channel, message, title),
            )
        except ThreadThere:
            return message
        except Limited:
            raise
        except Refused as refused:
            if refused.whole_workspace:
                raise
            # Better in the channel than nowhere; the doctor says what is missing.
            log.warning("no thread", platform=NAME, reason=str(refused))
            return None
        except Unclear as unclear:
            # Of the message itself nothing was sent yet.
            raise Unreached(f"No thread could be opened: {unclear}") from unclear
        return message

    async def _kind(self, channel: int) -> int | None:
        return await self._call("GET", "", lambda s: s.look_up(channel))
