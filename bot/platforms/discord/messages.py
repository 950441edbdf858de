"""Send a delivery: build its body; post, edit, delete, open threads, crosspost.

This is the only place that decides that a message mentions nobody, except the one role
that an admin chose, and that links get no preview. A payload without components is sent
as plain text.

A post carries its delivery's key as the nonce: repeating it within a few minutes
returns the first message. A post in a forum has no nonce: whether it arrived can only
be read back, so it is never repeated here, nor by the library. Later parts of an
edition follow the first one into its thread.

The pictures of a message are uploaded with it, and again with every edit, which
replaces the earlier ones. Their words are in the message as text too, so it is sent
without them where Discord does not take them.

Crossposting is optional: it starts after a message was sent, is tried once, and its
failure changes no delivery. Discord allows about ten an hour in a channel; we stay
below, and pause a channel that is limited or refused.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

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
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.common.text import count_utf16
from bot.platforms.discord import channels, limits, rate_limits
from bot.platforms.discord.channels import (
    PLATFORM_NAME,
    get_channel_id,
    parse_snowflake,
)
from bot.platforms.discord.components import (
    COMPONENTS_FLAGS,
    NO_MENTIONS,
    MessageBody,
    arrange_buttons,
    build_button,
    build_text,
    embed_key,
    keep_pictures,
    list_pictures,
    name_picture,
)
from bot.platforms.discord.markdown import (
    format_link,
    format_plain_message,
    keep_whole_lines,
)
from digests.language.links import make_link

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import ApiProvider, DiscordApi, DiscordCaller

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

#: Channels whose crossposts are counted.
_MAX_CROSSPOST_CHANNELS: Final = 10_000


def collect_pictures(delivery: Delivery) -> dict[str, bytes]:
    """Return the contents of the pictures that a message can show, by file name.

    They are those that were loaded, in the order of the message, within Discord's
    limits.
    """
    loaded = {picture.hash: picture.content for picture in delivery.loaded_pictures}
    files: dict[str, bytes] = {}
    space = limits.PICTURE_BYTES
    for shown in dict.fromkeys(delivery.pictures):
        content = loaded.get(shown)
        if content is None or len(content) > min(space, limits.ATTACHMENT_BYTES):
            continue
        if len(files) < limits.ATTACHMENTS:
            files[name_picture(shown)] = content
            space -= len(content)
    return files


def build_post_body(delivery: Delivery) -> MessageBody:
    """Build the body of a post."""
    return {
        **_build_new_content(delivery),
        "nonce": delivery.key,
        "enforce_nonce": True,
        "tts": False,
    }


def build_forum_post_body(delivery: Delivery) -> MessageBody:
    """Build the body that opens a post in a forum.

    It has no nonce, so the key is in a control even below plain text.
    """
    message = _build_new_content(delivery)
    if "components" not in message:
        # This button works however old the message is.
        row = arrange_buttons([build_button(f"v1:quotes:{delivery.edition}", "Quotes")])
        message["components"] = embed_key(row, delivery.key)
    return {"name": delivery.title, "message": message}


def _build_new_content(delivery: Delivery) -> MessageBody:
    """Build what only a new message has: its mention, and whether it is silent."""
    role = delivery.post_options.ping
    roles = {} if role is None else {"roles": [role]}
    body = {**_build_content(delivery), "allowed_mentions": {**NO_MENTIONS, **roles}}
    if delivery.post_options.silent:
        body["flags"] |= limits.SUPPRESS_NOTIFICATIONS
    return body


def build_edit_body(delivery: Delivery) -> MessageBody:
    """Build the body that replaces a message, and its pictures.

    It always has components: a message that has them cannot lose them again, while one
    that was posted as plain text may get some.
    """
    body = _build_content(delivery)
    if "content" in body:
        components = [build_text(body["content"])]
        body = {"components": components, "flags": COMPONENTS_FLAGS}
    # Earlier files that are not listed are removed.
    fixed = {"content": None, "allowed_mentions": dict(NO_MENTIONS)}
    return {"attachments": [], **body, **fixed}


def _build_content(delivery: Delivery) -> MessageBody:
    """Build the content, below a mention of the role that is to be notified."""
    body = _build_words(delivery)
    role = delivery.post_options.ping
    if role is None:
        return body
    mention = f"<@&{role}>"
    if "components" in body:
        return {**body, "components": [build_text(mention), *body["components"]]}
    space = limits.CONTENT - len(mention) - 1
    return {**body, "content": f"{mention}\n{keep_whole_lines(body['content'], space)}"}


def _build_words(delivery: Delivery) -> MessageBody:
    if delivery.payload.get("links"):
        content = _list_links(delivery.payload["links"])
    elif delivery.payload.get("components"):
        files = collect_pictures(delivery)
        shown = keep_pictures(delivery.payload["components"], files)
        components = embed_key(shown, delivery.key)
        pictures = list_pictures(components)
        listed = {"attachments": pictures} if pictures else {}
        return {"components": components, "flags": COMPONENTS_FLAGS, **listed}
    else:
        content = format_plain_message(delivery.fallback_text)
    return {"content": content, "flags": limits.SUPPRESS_EMBEDS}


def _list_links(addresses: Sequence[str]) -> str:
    """List as many links as a plain message holds, one on each line."""
    kept: list[str] = []
    space = limits.CONTENT
    for address in addresses:
        written = format_link(make_link(address))
        space -= count_utf16(written) + 1
        if written and space > 0:
            kept.append(written)
    return "\n".join(kept) or format_plain_message("\n".join(addresses))


class CrosspostQueue:
    """Crossposts in progress, and channels that are paused; instants are seconds."""

    def __init__(self, call: "DiscordCaller", *, now: Callable[[], float]) -> None:
        self._call = call
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        bounds = _MAX_CROSSPOST_CHANNELS, limits.CROSSPOST_WINDOW, now
        self._done: ExpiringCache[int, deque[float]] = ExpiringCache(*bounds)
        self._paused: ExpiringCache[int, bool] = ExpiringCache(*bounds)

    def publish(self, delivery: Delivery, message: str) -> None:
        """Start to crosspost a message that was just sent, if that was chosen."""
        if not delivery.post_options.crosspost or not message:
            return
        channel, number = get_channel_id(delivery), parse_snowflake(message, "message")
        if not self._take_allowance(channel):
            log.info("not crossposted", reason="hourly limit reached")
            return
        task = asyncio.create_task(self._publish(channel, number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Cancel the crossposts in progress."""
        for task in self._tasks:
            task.cancel()

    def _take_allowance(self, channel: int) -> bool:
        now = self._now()
        if self._paused.get(channel):
            return False
        done = self._done.get(channel) or deque()
        while done and done[0] <= now - limits.CROSSPOST_WINDOW:
            done.popleft()
        if len(done) >= limits.CROSSPOSTS:
            return False
        done.append(now)
        self._done.put(channel, done)
        return True

    async def _publish(self, channel: int, message: int) -> None:
        route = rate_limits.build_crosspost_route(channel)
        try:
            await self._call(lambda api: api.crosspost(channel, message), route)
        except SendError as error:
            pause = limits.CROSSPOST_WINDOW
            if isinstance(error, SendRateLimited):
                pause = error.retry_after
            self._paused.put(channel, True, pause)
            log.warning("not crossposted", reason=str(error))


class DiscordSender:
    """Sends deliveries over the platform's calls."""

    def __init__(
        self, call: "DiscordCaller", get_api: "ApiProvider", crossposts: CrosspostQueue
    ) -> None:
        self._call = call
        self._get_api = get_api
        self._crossposts = crossposts

    async def send(self, delivery: Delivery) -> str:
        """Send a delivery; return the id of its message, as `channels` formats it.

        A message whose pictures may be what Discord refuses is sent without them.

        Raises:
            SendError: As `rate_limits` classifies it.
        """
        if not delivery.loaded_pictures:
            return await self._send(delivery)
        without = replace(delivery, loaded_pictures=())
        api, channel = await self._get_api(), get_channel_id(delivery)
        if api.may_attach_files(channel) is False:
            return await self._send(without)
        try:
            return await self._send(delivery)
        except SendRefused as refused:
            if not _may_be_its_pictures(refused):
                raise
            log.warning("pictures left out", reason=str(refused))
            return await self._send(without)

    async def _send(self, delivery: Delivery) -> str:
        if delivery.operation == "post":
            return await self._post(delivery)
        if delivery.operation == "edit":
            content = build_edit_body(delivery), collect_pictures(delivery)
            await self._change(
                delivery, "PATCH", lambda api, *at: api.edit(*at, *content)
            )
        else:
            with suppress(MessageGone):
                await self._change(delivery, "DELETE", lambda api, *at: api.delete(*at))
        return delivery.message_id or ""

    async def _post(self, delivery: Delivery) -> str:
        channel = get_channel_id(delivery)
        thread = await self._find_thread(delivery, channel)
        if thread is not None:
            return await self._post_in_thread(thread, delivery)
        if (await self._get_api()).kind(channel) in channels.FORUM_KINDS:
            return await self._open_post(channel, delivery)
        try:
            message = await self._post_message(channel, delivery)
        except channels.WrongChannelKind:
            # Nothing was posted; only now a request for the channel's type is needed.
            kind = await self._call(lambda api: api.fetch_kind(channel))
            if kind not in channels.FORUM_KINDS:
                raise
            return await self._open_post(channel, delivery)
        self._crossposts.publish(delivery, message)
        return message

    async def _post_message(self, place: int, delivery: Delivery) -> str:
        guarded = delivery.attempt <= limits.GUARDED_ATTEMPTS
        content = build_post_body(delivery), collect_pictures(delivery)
        try:
            return await self._call(
                lambda api: api.post(place, *content),
                ("POST", str(place)),
                guarded=guarded,
            )
        except MessageGone:
            # Discord knows the nonce but not the message: it has been deleted.
            return delivery.message_id or ""

    async def _post_in_thread(self, thread: int, delivery: Delivery) -> str:
        try:
            message = await self._post_message(thread, delivery)
        except channels.ChannelGone:
            raise _thread_deleted() from None
        if not message or "/" in message:
            return message
        return channels.format_thread_message_id(thread, message)

    async def _change(
        self,
        delivery: Delivery,
        method: str,
        call: Callable[["DiscordApi", int, int], Awaitable[None]],
    ) -> None:
        """Edit or delete the delivery's message."""
        place, message = channels.locate_message(delivery)
        route = method, str(place)
        try:
            await self._call(lambda api: call(api, place, message), route)
        except channels.ChannelGone:
            if place == get_channel_id(delivery):
                raise
            raise _thread_deleted() from None

    # ── threads ────────────────────────────────────────────────────────────────

    async def _open_post(self, forum: int, delivery: Delivery) -> str:
        content = build_forum_post_body(delivery), collect_pictures(delivery)
        thread, message = await self._call(
            lambda api: api.open_post(forum, *content),
            rate_limits.build_threads_route(forum),
            guarded=False,
        )
        return channels.format_thread_message_id(thread, str(message))

    async def _find_thread(self, delivery: Delivery, channel: int) -> int | None:
        """Find the thread that the message belongs to; None for the channel itself."""
        thread, first = channels.parse_opening(delivery)
        if thread is not None or first is None or not delivery.post_options.thread:
            return thread
        return await self._open_thread(channel, first, delivery.title)

    async def _open_thread(self, channel: int, message: int, title: str) -> int | None:
        """Open the thread below a message; None if there can be none.

        Opening it a second time returns the first, so nothing is doubled.
        """
        route = rate_limits.build_threads_route(channel)
        try:
            await self._call(
                lambda api: api.open_thread(channel, message, title), route
            )
        except channels.ThreadExists:
            return message
        except SendRefused as refused:
            if refused.whole_workspace:
                raise
            # Post in the channel instead; the doctor reports the missing permission.
            log.warning("no thread", reason=str(refused))
            return None
        except SendUnclear as unclear:
            # The message itself was not sent yet.
            raise SendNotReceived("discord.no_thread", error=unclear) from unclear
        return message


def _may_be_its_pictures(refused: SendRefused) -> bool:
    """Check whether a message may be accepted without its pictures.

    Without «Attach Files» Discord answers as without any other permission.
    """
    if isinstance(refused, MessageGone):
        return False
    return refused.message_only or isinstance(refused, channels.PermissionMissing)


def _thread_deleted() -> MessageGone:
    """Build the error about an edition's thread that is gone; its channel is fine."""
    return MessageGone("discord.thread_deleted", message_only=True)
