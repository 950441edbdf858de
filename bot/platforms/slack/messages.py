"""From a frozen delivery to the body of a Web API call: pure, and the one place for it.

Here, and nowhere else, it is said that nothing we send mentions anybody, that links get
no preview, and that the delivery's key travels in the message's metadata. A payload
of links is told as links, one without blocks in plain words.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.platforms.inert import link, units
from bot.platforms.slack import limits
from bot.platforms.slack.mrkdwn import escape, masked
from bot.types import Delivery

EVENT: Final = "standfirst_delivery"
#: Names and addresses in a text stay text.
LITERAL: Final[Mapping[str, Any]] = {"parse": "none", "link_names": False}


def thread_of(delivery: Delivery) -> str | None:
    """The message below which it stands, where its destination wants threads."""
    return delivery.opening if delivery.manner.thread and delivery.opening else None


def posting(delivery: Delivery) -> dict[str, Any]:
    """The body that posts; an answer in a thread is not shown in the channel too."""
    thread = thread_of(delivery)
    return {
        **_content(delivery),
        **({"thread_ts": thread} if thread else {}),
        **LITERAL,
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {
            "event_type": EVENT,
            "event_payload": {"key": delivery.key},
        },
    }


def editing(delivery: Delivery) -> dict[str, Any]:
    """The body that takes the place of what the message said; its key stays."""
    return {**_content(delivery), **LITERAL}


def carries(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message, as the history gives it, is the one with this key."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT and payload.get("key") == key


def _content(delivery: Delivery) -> dict[str, Any]:
    listed = [masked(link(at)) for at in delivery.payload.get("links", ())]
    if any(listed):
        return {"text": _fitted([line for line in listed if line])}
    told: dict[str, Any] = {"text": plain(delivery.fallback_text)}
    if delivery.payload.get("blocks"):
        told["blocks"] = delivery.payload["blocks"]
    return told


def plain(text: str) -> str:
    """As many whole lines of `text` as notifications and readers take, escaped."""
    return _fitted([escape(line) for line in text.split("\n")])


def _fitted(lines: Sequence[str]) -> str:
    kept: list[str] = []
    room = limits.TEXT_USED - len("\n…")
    for written in lines:
        room -= units(written) + 1
        if room < 0:
            return "\n".join([*kept, "…"])
        kept.append(written)
    return "\n".join(kept)
