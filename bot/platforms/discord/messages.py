"""From a frozen delivery to the body of a REST call: pure, and the one place for it.

Here, and nowhere else, it is said that nothing we send mentions anybody and that links
get no preview. A payload without components is told in plain words.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.platforms.discord import limits
from bot.platforms.discord.keys import marked
from bot.platforms.discord.markdown import escape, masked, size
from bot.platforms.inert import link
from bot.types import Delivery

#: The component that is nothing but text.
_TEXT: Final = 10
#: Whatever a text says, nobody is pinged.
NO_MENTIONS: Final[Mapping[str, Any]] = {"parse": []}


def posting(delivery: Delivery) -> dict[str, Any]:
    """The body that posts."""
    return {
        **_content(delivery),
        "allowed_mentions": dict(NO_MENTIONS),
        "nonce": delivery.key,
        "enforce_nonce": True,
        "tts": False,
    }


def editing(delivery: Delivery) -> dict[str, Any]:
    """The body that takes the place of what the message said.

    It has components whatever is told: a message that has them cannot lose them again,
    while one that was posted plainly may come to have them.
    """
    body = _content(delivery)
    if "content" in body:
        body["components"] = [{"type": _TEXT, "content": body["content"]}]
        body["flags"] = limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS
    return {**body, "content": None, "allowed_mentions": dict(NO_MENTIONS)}


def _content(delivery: Delivery) -> dict[str, Any]:
    if delivery.payload.get("links"):
        listed = _listed(delivery.payload["links"])
        return {"content": listed, "flags": limits.SUPPRESS_EMBEDS}
    if not delivery.payload.get("components"):
        return {
            "content": plain(delivery.fallback_text),
            "flags": limits.SUPPRESS_EMBEDS,
        }
    return {
        "components": marked(delivery.payload["components"], delivery.key),
        "flags": limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS,
    }


def _listed(addresses: Sequence[str]) -> str:
    """As many links as a plain message holds, one a line."""
    kept: list[str] = []
    room = limits.CONTENT
    for address in addresses:
        written = masked(link(address))
        room -= size(written) + 1
        if written and room > 0:
            kept.append(written)
    return "\n".join(kept) or plain("\n".join(addresses))


def plain(text: str) -> str:
    """As many whole lines of `text` as a plain message holds, escaped."""
    kept: list[str] = []
    room = limits.CONTENT - len("\n…")
    for part in text.split("\n"):
        written = escape(part)
        room -= size(written) + 1
        if room < 0:
            return "\n".join([*kept, "…"])
        kept.append(written)
    return "\n".join(kept)
