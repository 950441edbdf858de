"""Deliveries of messages to destinations, and messages of the local page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.edition import Payload
from bot.model.scope import Scoped
from bot.model.settings import DEFAULT_POST_OPTIONS, PlatformName, PostOptions
from digests.messages import Message

DeliveryState = Literal[
    "ready", "sending", "sent", "retry", "uncertain", "held", "failed"
]
Operation = Literal["post", "edit", "delete"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery(Scoped):
    """One part of an edition, to be posted, edited or deleted at one destination."""

    id: int
    workspace_id: int
    edition_id: int
    destination_id: int
    #: The platform, and its ids of the target.
    platform: PlatformName
    workspace_external_id: str
    channel: str
    part: int
    operation: Operation
    #: Nonce created before the first send; carried by the message, to read it back.
    key: str
    payload: Payload
    fallback_text: str
    state: DeliveryState
    attempt: int
    #: Incremented by every claim; an outcome with an older fence is ignored.
    fence: int
    claimed_at: datetime | None = None
    not_before: datetime | None = None
    #: The platform's id of the message, once known.
    message_id: str | None = None
    reason: Message | None = None
    #: In which form it is sent: 0 as rendered, 1 as plain text, 2 as a list of links.
    #: From 1 on `payload` is empty, or {"links": [address, …]}, and a platform sends
    #: `fallback_text`, or the links in its own form.
    fallback_level: int = 0
    #: It is sent to probe whether a paused destination or workspace works again.
    probe: bool = False
    #: Post options, frozen together with the message.
    post_options: PostOptions = DEFAULT_POST_OPTIONS
    #: Title of a thread for its edition.
    title: str = ""
    #: The platform's id of the edition's first message there; None for that message.
    opening_message_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalMessage:
    """A message in a channel of the local page."""

    id: int
    workspace_id: int
    channel: str
    key: str
    payload: Payload
    fallback_text: str
    posted_at: datetime
    edited_at: datetime | None = None
