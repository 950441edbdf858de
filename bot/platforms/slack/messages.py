"""Build Web API bodies from deliveries; read fields of Slack's JSON. Pure.

This is the only place that decides that a message mentions nobody, that links get no
preview, and that the delivery's key is in the message's metadata. A payload of links is
sent as links, one without blocks as plain text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.model import Delivery
from bot.platforms.common.text import count_utf16
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import Json, escape_mrkdwn, format_link
from digests.language.links import make_link

METADATA_EVENT: Final = "standfirst_delivery"
#: Names and URLs in a text stay text.
NO_PARSING: Final[Mapping[str, Any]] = {"parse": "none", "link_names": False}
NO_PREVIEWS: Final[Mapping[str, Any]] = {"unfurl_links": False, "unfurl_media": False}


def get_thread(delivery: Delivery) -> str | None:
    """Return the message whose thread is posted to, if threads were chosen."""
    opening = delivery.opening_message_id
    return opening if delivery.post_options.thread and opening else None


def build_post_body(delivery: Delivery) -> dict[str, Any]:
    """Build the body of a post; one in a thread is not shown in the channel."""
    thread = get_thread(delivery)
    return {
        **_build_content(delivery),
        **({"thread_ts": thread} if thread else {}),
        **NO_PARSING,
        "mrkdwn": False,
        **NO_PREVIEWS,
        "metadata": {
            "event_type": METADATA_EVENT,
            "event_payload": {"key": delivery.key},
        },
    }


def build_edit_body(delivery: Delivery) -> dict[str, Any]:
    """Build the body that replaces a message; its metadata stays."""
    return {**_build_content(delivery), **NO_PARSING}


def carries_key(message: Mapping[str, Any], key: str) -> bool:
    """Check whether a message of the history carries the key."""
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


_USER_INFORMATION: Final = re.compile(r"(?i)(https?://)[^\s/?#]*@")


def format_fallback(text: str) -> str:
    """Escape as many whole lines of `text` as a message's text may have.

    Slack's apps turn addresses in it into links, which blocks do not: an address loses
    its user information, which may be a secret or look like another host.
    """
    lines = _USER_INFORMATION.sub(r"\1", text).split("\n")
    return _join_fitting_lines([escape_mrkdwn(line) for line in lines])


def build_message(text: str, blocks: list[Json]) -> Json:
    """Build a message that answers a person: blocks, and the same as plain text."""
    return {"text": format_fallback(text).strip() or "…", "blocks": blocks}


def _join_fitting_lines(lines: Sequence[str]) -> str:
    kept: list[str] = []
    remaining = limits.TEXT_USED - len("\n…")
    for written in lines:
        remaining -= count_utf16(written) + 1
        if remaining < 0:
            return "\n".join([*kept, "…"])
        kept.append(written)
    return "\n".join(kept)


def get_mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object of Slack's JSON; {} if there is none."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def get_text(body: Mapping[str, Any], name: str) -> str:
    """Return a string of Slack's JSON; "" if there is none."""
    found = body.get(name)
    return found if isinstance(found, str) else ""
