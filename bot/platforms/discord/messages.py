"""Send a delivery: post, edit, delete, open threads, crosspost.

Here, and nowhere else, it is said that nothing we send mentions anybody (but the one
role that an admin named) and that links get no preview. A payload without components
is told in plain words.

It is an extra: it begins when a message has been sent, is tried once, and what comes of
it changes no delivery. Discord takes about ten an hour; we stay below, and where it
limits or refuses us the channel rests.

A post carries its delivery's key as the nonce, so that repeating it within a few
minutes gives the first message again. The first message of a forum's post has none:
whether it arrived can only be read back (`reading_back`), so nothing repeats it here,
the library neither. Later parts of an edition follow the first one into its thread.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import structlog

from bot.errors import (
    MessageGone,
    SendError,
    SendNotReceived,
    SendRateLimited,
    SendRefused,
    SendUnclear,
)
from bot.model import Delivery
from bot.platforms.common.text import make_link
from bot.platforms.discord import limits, rate_limits
from bot.platforms.discord.channels import (
    FORUM_KINDS,
    PLATFORM_NAME,
    ChannelGone,
    ThreadExists,
    WrongChannelKind,
    format_thread_message_id,
    get_channel_id,
    locate_message,
    parse_opening,
    parse_snowflake,
)
from bot.platforms.discord.components import NO_MENTIONS, embed_key
from bot.platforms.discord.markdown import (
    format_link,
    format_plain_message,
    keep_whole_lines,
    measure_text,
)
from digests.messages import Message

if TYPE_CHECKING:
    from bot.platforms.discord.transport import DiscordSession

#: The component that is nothing but text.
_TEXT_DISPLAY: Final = 10
#: A text display; a row with a button that answers whatever the age of the message.
TEXT_DISPLAY: Final = 10
_QUOTES_BUTTON: Final[Mapping[str, Any]] = {
    "type": 1,
    "components": [
        {"type": 2, "style": 2, "custom_id": "v1:quotes", "label": "Quotes"}
    ],
}
#: A post's name where nothing of its edition's can be shown.
_DEFAULT_POST_NAME: Final = "News"


def build_post_body(delivery: Delivery) -> dict[str, Any]:
    """The body that posts."""
    return {
        **_build_new_content(delivery),
        "nonce": delivery.key,
        "enforce_nonce": True,
        "tts": False,
    }


def build_forum_post_body(delivery: Delivery) -> dict[str, Any]:
    """The body that opens a post in a forum.

    It takes no nonce, so the key is in a control even where all else is plain words.
    """
    message = _build_new_content(delivery)
    if "components" not in message:
        message["components"] = embed_key([_QUOTES_BUTTON], delivery.key)
    return {"name": delivery.title or _DEFAULT_POST_NAME, "message": message}


def _build_new_content(delivery: Delivery) -> dict[str, Any]:
    """What is said for the first time: whom it pings, and whether it makes a sound."""
    role = delivery.manner.ping
    body = {**_build_content(delivery), "allowed_mentions": dict(NO_MENTIONS)}
    if role is not None:
        body["allowed_mentions"] = {**NO_MENTIONS, "roles": [role]}
    if delivery.manner.silent:
        body["flags"] |= limits.SUPPRESS_NOTIFICATIONS
    return body


def build_edit_body(delivery: Delivery) -> dict[str, Any]:
    """The body that takes the place of what the message said.

    It has components whatever is told: a message that has them cannot lose them again,
    while one that was posted plainly may come to have them.
    """
    body = _build_content(delivery)
    if "content" in body:
        body["components"] = [{"type": _TEXT_DISPLAY, "content": body["content"]}]
        body["flags"] = limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS
    return {**body, "content": None, "allowed_mentions": dict(NO_MENTIONS)}


def _build_content(delivery: Delivery) -> dict[str, Any]:
    """The words; above them, in our own text, the role that is to hear of them."""
    body = _build_words(delivery)
    role = delivery.manner.ping
    if role is None:
        return body
    mention = f"<@&{role}>"
    if "components" in body:
        above = {"type": TEXT_DISPLAY, "content": mention}
        return {**body, "components": [above, *body["components"]]}
    room = limits.CONTENT - len(mention) - 1
    return {**body, "content": f"{mention}\n{keep_whole_lines(body['content'], room)}"}


def _build_words(delivery: Delivery) -> dict[str, Any]:
    if delivery.payload.get("links"):
        listed = _list_links(delivery.payload["links"])
        return {"content": listed, "flags": limits.SUPPRESS_EMBEDS}
    if not delivery.payload.get("components"):
        return {
            "content": format_plain_message(delivery.fallback_text),
            "flags": limits.SUPPRESS_EMBEDS,
        }
    return {
        "components": embed_key(delivery.payload["components"], delivery.key),
        "flags": limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS,
    }


def _list_links(addresses: Sequence[str]) -> str:
    """As many links as a plain message holds, one a line."""
    kept: list[str] = []
    room = limits.CONTENT
    for address in addresses:
        written = format_link(make_link(address))
        room -= measure_text(written) + 1
        if written and room > 0:
            kept.append(written)
    return "\n".join(kept) or format_plain_message("\n".join(addresses))


T = TypeVar("T")
SessionProvider = Callable[[], Awaitable["DiscordSession"]]


class DiscordCaller(Protocol):
    """One request when it is its turn; every failure is a `SendError`."""

    async def __call__(
        self,
        method: str,
        route: str,
        call: Callable[["DiscordSession"], Awaitable[T]],
        *,
        guarded: bool = True,
    ) -> T:
        """Make the request.

        Args:
            method: Of HTTP.
            route: As `routes` words it.
            call: Makes it, over the session that is logged in.
            guarded: Making it twice does no harm.
        """
        ...


log = structlog.get_logger(__name__)


class CrosspostQueue:
    """What is being published, and which channels rest; instants are seconds."""

    def __init__(self, call: DiscordCaller, *, now: Callable[[], float]) -> None:
        self._call = call
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._done: dict[int, deque[float]] = {}
        self._paused_until: dict[int, float] = {}

    def publish(self, delivery: Delivery, message: str) -> None:
        """Begin to publish a message that was just sent, where that was asked for."""
        if not delivery.manner.crosspost or not message:
            return
        channel, number = get_channel_id(delivery), parse_snowflake(message, "message")
        if not self._take_allowance(channel):
            log.info(
                "not published", platform=PLATFORM_NAME, reason="the hour's are used up"
            )
            return
        task = asyncio.create_task(self._publish(channel, number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Leave what is not published yet."""
        for task in self._tasks:
            task.cancel()

    def _take_allowance(self, channel: int) -> bool:
        now = self._now()
        if self._paused_until.get(channel, now) > now:
            return False
        done = self._done.setdefault(channel, deque())
        while done and done[0] <= now - limits.CROSSPOST_WINDOW:
            done.popleft()
        if len(done) >= limits.CROSSPOSTS:
            return False
        done.append(now)
        return True

    async def _publish(self, channel: int, message: int) -> None:
        try:
            await self._call(
                "POST",
                rate_limits.build_crosspost_route(channel),
                lambda s: s.publish(channel, message),
            )
        except SendRateLimited as limited:
            self._pause_channel(channel, limited.retry_after, limited)
        except SendError as error:
            self._pause_channel(channel, limits.CROSSPOST_WINDOW, error)

    def _pause_channel(self, channel: int, seconds: float, why: SendError) -> None:
        self._paused_until[channel] = self._now() + seconds
        log.warning("not published", platform=PLATFORM_NAME, reason=str(why))


THREAD_DELETED = Message("discord.thread_deleted")


class DiscordSender:
    """Sends over the platform's calls."""

    def __init__(
        self,
        call: DiscordCaller,
        signed_in: SessionProvider,
        crossposts: CrosspostQueue,
    ) -> None:
        self._call = call
        self._ensure_session = signed_in
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
        channel = get_channel_id(delivery)
        thread = await self._find_thread(delivery, channel)
        if thread is not None:
            return await self._post_in_thread(thread, delivery)
        session = await self._ensure_session()
        if session.kind(channel) in FORUM_KINDS:
            return await self._open_post(channel, delivery)
        try:
            message = await self._post_message(channel, delivery)
        except WrongChannelKind:
            # Nothing was posted; only now is it worth asking what the channel is.
            if await self._kind(channel) not in FORUM_KINDS:
                raise
            return await self._open_post(channel, delivery)
        self._crossposts.publish(delivery, message)
        return message

    async def _post_message(self, place: int, delivery: Delivery) -> str:
        guarded = delivery.attempt <= limits.GUARDED_ATTEMPTS
        try:
            return await self._call(
                "POST",
                str(place),
                lambda s: s.post(place, build_post_body(delivery)),
                guarded=guarded,
            )
        except MessageGone:
            # Its nonce is known and its message is not: somebody deleted it since.
            return delivery.message_id or ""

    async def _post_in_thread(self, thread: int, delivery: Delivery) -> str:
        try:
            message = await self._post_message(thread, delivery)
        except ChannelGone:
            # The channel is well: somebody deleted what the edition stood in.
            raise MessageGone(THREAD_DELETED, message_only=True) from None
        return (
            format_thread_message_id(thread, message)
            if "/" not in message and message
            else message
        )

    async def _edit(self, delivery: Delivery) -> str:
        at = locate_message(delivery)
        try:
            await self._call(
                "PATCH",
                str(at.place),
                lambda s: s.edit(at.place, at.message, build_edit_body(delivery)),
            )
        except ChannelGone:
            if at.place == get_channel_id(delivery):
                raise
            raise MessageGone(THREAD_DELETED, message_only=True) from None
        return delivery.message_id or ""

    async def _delete(self, delivery: Delivery) -> str:
        at = locate_message(delivery)
        try:
            with suppress(MessageGone):
                await self._call(
                    "DELETE", str(at.place), lambda s: s.delete(at.place, at.message)
                )
        except ChannelGone:
            if at.place == get_channel_id(delivery):
                raise
        return delivery.message_id or ""

    # ── threads ────────────────────────────────────────────────────────────────

    async def _open_post(self, forum: int, delivery: Delivery) -> str:
        thread, message = await self._call(
            "POST",
            rate_limits.build_threads_route(forum),
            lambda s: s.open_post(forum, build_forum_post_body(delivery)),
            guarded=False,
        )
        return format_thread_message_id(thread, str(message))

    async def _find_thread(self, delivery: Delivery, channel: int) -> int | None:
        """The thread that the message belongs into; None where it is the channel."""
        thread, first = parse_opening(delivery)
        if thread is not None or first is None or not delivery.manner.thread:
            return thread
        return await self._open_thread(channel, first, delivery.title)

    async def _open_thread(self, channel: int, message: int, title: str) -> int | None:
        """The thread below a message; None where there can be none.

        Opening one twice gives the first, so nothing here can double.
        """
        try:
            await self._call(
                "POST",
                rate_limits.build_threads_route(channel),
                lambda s: s.open_thread(channel, message, title),
            )
        except ThreadExists:
            return message
        except SendRateLimited:
            raise
        except SendRefused as refused:
            if refused.whole_workspace:
                raise
            # Better in the channel than nowhere; the doctor says what is missing.
            log.warning("no thread", platform=PLATFORM_NAME, reason=str(refused))
            return None
        except SendUnclear as unclear:
            # Of the message itself nothing was sent yet.
            raise SendNotReceived("discord.no_thread", error=unclear) from unclear
        return message

    async def _kind(self, channel: int) -> int | None:
        return await self._call("GET", "", lambda s: s.fetch_channel_kind(channel))
