"""From a frozen delivery to the body of a REST call: pure, and the one place for it.

Here, and nowhere else, it is said that nothing we send mentions anybody (but the one
role that an admin named) and that links get no preview. A payload without components
is told in plain words.
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
#: A text display; a row with a button that answers whatever the age of the message.
TEXT: Final = 10
_QUOTES: Final[Mapping[str, Any]] = {
    "type": 1,
    "components": [
        {"type": 2, "style": 2, "custom_id": "v1:quotes", "label": "Quotes"}
    ],
}
#: A post's name where nothing of its edition's can be shown.
_UNNAMED: Final = "News"


def posting(delivery: Delivery) -> dict[str, Any]:
    """The body that posts."""
    return {
        **_said(delivery),
        "nonce": delivery.key,
        "enforce_nonce": True,
        "tts": False,
    }


def opening(delivery: Delivery) -> dict[str, Any]:
    """The body that opens a post in a forum.

    It takes no nonce, so the key is in a control even where all else is plain words.
    """
    message = _said(delivery)
    if "components" not in message:
        message["components"] = marked([_QUOTES], delivery.key)
    return {"name": delivery.title or _UNNAMED, "message": message}


def _said(delivery: Delivery) -> dict[str, Any]:
    """What is said for the first time: whom it pings, and whether it makes a sound."""
    role = delivery.manner.ping
    body = {**_content(delivery), "allowed_mentions": dict(NO_MENTIONS)}
    if role is not None:
        body["allowed_mentions"] = {**NO_MENTIONS, "roles": [role]}
    if delivery.manner.silent:
        body["flags"] |= limits.SUPPRESS_NOTIFICATIONS
    return body


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
    """The words; above them, in our own text, the role that is to hear of them."""
    body = _words(delivery)
    role = delivery.manner.ping
    if role is None:
        return body
    mention = f"<@&{role}>"
    if "components" in body:
        above = {"type": TEXT, "content": mention}
        return {**body, "components": [above, *body["components"]]}
    room = limits.CONTENT - len(mention) - 1
    return {**body, "content": f"{mention}\n{whole_lines(body['content'], room)}"}


def _words(delivery: Delivery) -> dict[str, Any]:
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
    return whole_lines("\n".join(map(escape, text.split("\n"))), limits.CONTENT)


def whole_lines(written: str, most: int) -> str:
    """As many whole lines of markdown as there is room for."""
    if size(written) <= most:
        return written
    kept: list[str] = []
    room = most - len("\n…")
    for part in written.split("\n"):
        room -= size(part) + 1
        if room < 0:
            break
        kept.append(part)
    return "\n".join([*kept, "…"])
