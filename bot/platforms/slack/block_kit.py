"""What Slack's blocks are made of: pure, and no words of its own.

Foreign words go into `rich_text` and `plain_text`, which are never read as markup. What
would be empty is left out: Slack refuses empty texts.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bot.platforms import wording
from bot.platforms.inert import Link, fitted, inert
from bot.platforms.slack import limits
from bot.platforms.slack.mrkdwn import address
from digests.types import Card

Json = dict[str, Any]
_BOLD: Final = {"bold": True}


def plain(text: str) -> Json:
    """A text without any markup; nothing where it is empty."""
    return {"type": "plain_text", "text": text, "emoji": False} if text else {}


def mrkdwn(text: str) -> Json:
    """A text in Slack's markup, of which names and addresses stay text."""
    return {"type": "mrkdwn", "text": text, "verbatim": True} if text else {}


def header(text: str) -> Json:
    """A heading; nothing where it says nothing."""
    title = fitted(inert(text), limits.HEADER)
    return {"type": "header", "text": plain(title)} if title else {}


def context(*elements: Json) -> Json:
    """A block of small print."""
    said = [element for element in elements if element]
    return {"type": "context", "elements": said} if said else {}


def text(text: str, *, bold: bool = False) -> Json:
    """A piece of a rich text."""
    if not text:
        return {}
    return {"type": "text", "text": text, **({"style": _BOLD} if bold else {})}


def linked(found: Link | None) -> Json:
    """A link in a rich text, named after the host that it leads to."""
    href = address(found)
    if found is None or not href:
        return {}
    return {"type": "link", "url": href, "text": found.host}


def with_link(said: str, found: Link | None) -> Iterator[Json]:
    """Some words with a link behind them."""
    led = linked(found)
    yield text(said)
    if led:
        yield text(" · " if said else "")
        yield led


def section(*pieces: Json) -> Json:
    """A run of a rich text."""
    said = [piece for piece in pieces if piece]
    return {"type": "rich_text_section", "elements": said} if said else {}


def quoted(card: Card) -> Json:
    """A quote's own words, set off; struck where the article has them no more."""
    words = text(wording.in_marks(card))
    if card.withdrawn:
        words |= {"style": {"strike": True}}
    return {"type": "rich_text_quote", "elements": [words]}


def preformatted(said: str) -> Json:
    """A text whose lines and spaces stay as they are; nothing where it is blank."""
    if not said.strip():
        return {}
    return {"type": "rich_text_preformatted", "elements": [text(said)]}


def rich(*parts: Json) -> Json:
    """A block of rich text; nothing where all its parts are."""
    said = [part for part in parts if part]
    return {"type": "rich_text", "elements": said} if said else {}


def button(control: str, label: str, *, primary: bool = False) -> Json:
    """A button; it is known by its id, and carries it as its value as well."""
    found = {
        "type": "button",
        "action_id": control,
        "value": control,
        "text": plain(fitted(inert(label), limits.LABEL_OF_CONTROL) or "…"),
    }
    return {**found, "style": "primary"} if primary else found


def actions(buttons: Sequence[Json]) -> list[Json]:
    """Rows of buttons; none where there are none."""
    return [{"type": "actions", "elements": list(buttons)}] if buttons else []


def lines(*lines: str) -> str:
    """Those that say something, one below the other."""
    return "\n".join(filter(None, lines))
