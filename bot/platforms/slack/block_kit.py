"""Block Kit elements and mrkdwn escaping; foreign text never becomes markup. Pure.

Foreign words go into `rich_text` and `plain_text`, which are never read as markup. What
would be empty is left out: Slack refuses empty texts.

Slack's markup has no sign that takes another one's meaning away: it only reads
`&amp; &lt; &gt;` as the characters. So foreign words stand in `rich_text` and
`plain_text`, which are never read as markup; what is escaped here are a message's text
(sent with its markup off) and the one link of a line. A link is named after the host
that it leads to, so that it cannot lie.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from bot.platforms.common import edition_text
from bot.platforms.common.text import Link, count_utf16, sanitize_text, shorten_utf16
from bot.platforms.slack import limits
from digests.types import QuoteCard

Json = dict[str, Any]
_BOLD: Final = {"bold": True}


def plain_text(text: str) -> Json:
    """A text without any markup; nothing where it is empty."""
    return {"type": "plain_text", "text": text, "emoji": False} if text else {}


def mrkdwn_text(text: str) -> Json:
    """A text in Slack's markup, of which names and addresses stay text."""
    return {"type": "mrkdwn", "text": text, "verbatim": True} if text else {}


def header_block(text: str) -> Json:
    """A heading; nothing where it says nothing."""
    title = shorten_utf16(sanitize_text(text), limits.HEADER)
    return {"type": "header", "text": plain_text(title)} if title else {}


def context_block(*elements: Json) -> Json:
    """A block of small print."""
    said = [element for element in elements if element]
    return {"type": "context", "elements": said} if said else {}


def rich_run(text: str, *, bold: bool = False) -> Json:
    """A piece of a rich text."""
    if not text:
        return {}
    return {"type": "text", "text": text, **({"style": _BOLD} if bold else {})}


def rich_link(found: Link | None) -> Json:
    """A link in a rich text, named after the host that it leads to."""
    href = encode_url(found)
    if found is None or not href:
        return {}
    return {"type": "link", "url": href, "text": found.host}


def add_rich_link(said: str, found: Link | None) -> Iterator[Json]:
    """Some words with a link behind them."""
    led = rich_link(found)
    yield rich_run(said)
    if led:
        yield rich_run(" · " if said else "")
        yield led


def rich_section(*pieces: Json) -> Json:
    """A run of a rich text."""
    said = [piece for piece in pieces if piece]
    return {"type": "rich_text_section", "elements": said} if said else {}


def rich_quote(card: QuoteCard) -> Json:
    """A quote's own words, set off; struck where the article has them no more."""
    words = rich_run(edition_text.format_quote(card))
    if card.withdrawn:
        words |= {"style": {"strike": True}}
    return {"type": "rich_text_quote", "elements": [words]}


def rich_preformatted(said: str) -> Json:
    """A text whose lines and spaces stay as they are; nothing where it is blank."""
    if not said.strip():
        return {}
    return {"type": "rich_text_preformatted", "elements": [rich_run(said)]}


def rich_block(*parts: Json) -> Json:
    """A block of rich text; nothing where all its parts are."""
    said = [part for part in parts if part]
    return {"type": "rich_text", "elements": said} if said else {}


def button_element(control: str, label: str, *, primary: bool = False) -> Json:
    """A button; it is known by its id, and carries it as its value as well."""
    found = {
        "type": "button",
        "action_id": control,
        "value": control,
        "text": plain_text(
            shorten_utf16(sanitize_text(label), limits.LABEL_OF_CONTROL) or "…"
        ),
    }
    return {**found, "style": "primary"} if primary else found


def actions_blocks(buttons: Sequence[Json]) -> list[Json]:
    """Rows of buttons; none where there are none."""
    return [{"type": "actions", "elements": list(buttons)}] if buttons else []


def join_lines(*lines: str) -> str:
    """Those that say something, one below the other."""
    return "\n".join(filter(None, lines))


#: Characters of an address that neither end a link nor begin its label.
_SAFE_IN_URL: Final = "/:?#[]@!$&'()*+,;=%~-._"


def escape_mrkdwn(text: str) -> str:
    """`text` with the three characters escaped that Slack reads as more than text."""
    text = sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode_url(link: Link | None) -> str:
    """The address that a link element may carry; nothing where it takes too much."""
    if link is None:
        return ""
    href = quote(link.href, safe=_SAFE_IN_URL)
    return href if len(href) + len(link.host) <= limits.LINK else ""


def format_link(link: Link | None) -> str:
    """The same in Slack's markup, named after its host."""
    href = encode_url(link)
    return f"<{href.replace('&', '&amp;')}|{link.host}>" if link and href else ""


def measure_blocks(blocks: Sequence[Mapping[str, Any]]) -> int:
    """What the blocks take of a message, in UTF-16 units of their JSON."""
    return count_utf16(json.dumps(list(blocks), ensure_ascii=False))
