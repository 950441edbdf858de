"""From a frozen delivery to the body of a Web API call: pure, and the one place for it.

Here, and nowhere else, it is said that nothing we send mentions anybody, that links get
no preview, and that the delivery's key travels in the message's metadata. A payload
without blocks is told in plain words.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.platforms.inert import units
from bot.platforms.slack import limits
from bot.platforms.slack.mrkdwn import escape
from bot.types import Delivery

EVENT: Final = "standfirst_delivery"
#: Names and addresses in a text stay text.
_LITERAL: Final[Mapping[str, Any]] = {"parse": "none", "link_names": False}


def posting(delivery: Delivery, *, plainly: bool = False) -> dict[str, Any]:
    """The body that posts; `plainly` where Slack did not take the blocks."""
    return {
        **_content(delivery, plainly=plainly),
        **_LITERAL,
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {
            "event_type": EVENT,
            "event_payload": {"key": delivery.key},
        },
    }


def editing(delivery: Delivery, *, plainly: bool = False) -> dict[str, Any]:
    """The body that takes the place of what the message said; its key stays."""
    return {**_content(delivery, plainly=plainly), **_LITERAL}


def carries(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message, as the history gives it, is the one with this key."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT and payload.get("key") == key


def has_blocks(delivery: Delivery) -> bool:
    """Whether the message was rendered for Slack, and is not plain words already."""
    return bool(delivery.payload.get("blocks"))


def _content(delivery: Delivery, *, plainly: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"text": plain(delivery.fallback_text)}
    if has_blocks(delivery) and not plainly:
        told["blocks"] = delivery.payload["blocks"]
    return told


def plain(text: str) -> str:
    """As many whole lines of `text` as notifications and readers take, escaped."""
    kept: list[str] = []
    room = limits.TEXT_USED - len("\n…")
    for part in text.split("\n"):
        written = escape(part)
        room -= units(written) + 1
        if room < 0:
            return "\n".join([*kept, "…"])
        kept.append(written)
    return "\n".join(kept)
