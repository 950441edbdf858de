"""Messages on their way to a destination."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.edition import Payload
from bot.model.settings import DEFAULT_POST_OPTIONS, PlatformName, PostOptions
from digests.messages import Message

DeliveryState = Literal[
    "ready", "sending", "sent", "retry", "uncertain", "held", "failed"
]
Operation = Literal["post", "edit", "delete"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One part of one edition on its way to one destination."""

    id: int
    workspace_id: int
    edition_id: int
    destination_id: int
    #: Where to: the platform and its own ids.
    platform: PlatformName
    workspace_external_id: str
    channel: str
    part: int
    operation: Operation
    #: Ours, made before the first send; carried by the message, used to read back.
    key: str
    payload: Payload
    fallback_text: str
    state: DeliveryState
    attempt: int
    #: Grows with every claim; a late answer with an older fence changes nothing.
    fence: int
    claimed_at: datetime | None = None
    not_before: datetime | None = None
    #: The platform's id of the message, once it is known.
    message_id: str | None = None
    reason: Message | None = None
    #: In which form it is sent: 0 as rendered, 1 as plain text, 2 as a list of links.
    #: From 1 on `payload` is empty, or {"links": [address, …]}, and a platform sends
    #: `fallback_text`, or the links in its own form.
    fallback_level: int = 0
    #: It is sent to see whether its place works again.
    probe: bool = False
    #: How it is posted, frozen with it.
    post_options: PostOptions = DEFAULT_POST_OPTIONS
    #: What a thread for its edition is called.
    title: str = ""
    #: The platform's id of the edition's first message there, behind which it comes.
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
