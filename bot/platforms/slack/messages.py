"""Build Web API bodies from frozen deliveries: no mentions, no previews. Pure.

Here, and nowhere else, it is said that nothing we send mentions anybody, that links get
no preview, and that the delivery's key travels in the message's metadata. A payload
of links is told as links, one without blocks in plain words.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.model import Delivery
from bot.platforms.common.text import count_utf16, make_link
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import escape_mrkdwn, format_link

METADATA_EVENT: Final = "standfirst_delivery"
#: Names and addresses in a text stay text.
NO_PARSING: Final[Mapping[str, Any]] = {"parse": "none", "link_names": False}


def get_thread(delivery: Delivery) -> str | None:
    """The message below which it stands, where its destination wants threads."""
    return (
        delivery.opening_message_id
        if delivery.post_options.thread and delivery.opening_message_id
        else None
    )


def build_post_body(delivery: Delivery) -> dict[str, Any]:
    """The body that posts; an answer in a thread is not shown in the channel too."""
    thread = get_thread(delivery)
    return {
        **_build_content(delivery),
        **({"thread_ts": thread} if thread else {}),
        **NO_PARSING,
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {
            "event_type": METADATA_EVENT,
            "event_payload": {"key": delivery.key},
        },
    }


def build_edit_body(delivery: Delivery) -> dict[str, Any]:
    """The body that takes the place of what the message said; its key stays."""
    return {**_build_content(delivery), **NO_PARSING}


def carries_key(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message, as the history gives it, is the one with this key."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == METADATA_EVENT and payload.get("key") == key


def _build_content(delivery: Delivery) -> dict[str, Any]:
    listed = [format_link(make_link(at)) for at in delivery.payload.get("links", ())]
    if any(listed):
        return {"text": _join_fitting_lines([line for line in listed if line])}
    content: dict[str, Any] = {"text": format_fallback(delivery.fallback_text)}
    if delivery.payload.get("blocks"):
        content["blocks"] = delivery.payload["blocks"]
    return content


def format_fallback(text: str) -> str:
    """As many whole lines of `text` as notifications and readers take, escaped."""
    return _join_fitting_lines([escape_mrkdwn(line) for line in text.split("\n")])


def _join_fitting_lines(lines: Sequence[str]) -> str:
    kept: list[str] = []
    remaining = limits.TEXT_USED - len("\n…")
    for written in lines:
        remaining -= count_utf16(written) + 1
        if remaining < 0:
            return "\n".join([*kept, "…"])
        kept.append(written)
    return "\n".join(kept)
