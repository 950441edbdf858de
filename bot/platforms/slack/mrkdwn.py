"""Writes foreign text so that Slack shows it as it is; it must not change a word.

Slack's markup has no sign that takes another one's meaning away: it only reads
`&amp; &lt; &gt;` as the characters. So foreign words stand in `rich_text` and
`plain_text`, which are never read as markup; what is escaped here are a message's text
(sent with its markup off) and the one link of a line. A link is named after the host
that it leads to, so that it cannot lie.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from bot.platforms.inert import Link, inert, units
from bot.platforms.slack import limits

#: Characters of an address that neither end a link nor begin its label.
_IN_ADDRESS: Final = "/:?#[]@!$&'()*+,;=%~-._"


def escape(text: str) -> str:
    """`text` with the three characters escaped that Slack reads as more than text."""
    text = inert(text).replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def address(link: Link | None) -> str:
    """The address that a link element may carry; nothing where it takes too much."""
    if link is None:
        return ""
    href = quote(link.href, safe=_IN_ADDRESS)
    return href if len(href) + len(link.host) <= limits.LINK else ""


def masked(link: Link | None) -> str:
    """The same in Slack's markup, named after its host."""
    href = address(link)
    return f"<{href.replace('&', '&amp;')}|{link.host}>" if link and href else ""


def size(blocks: Sequence[Mapping[str, Any]]) -> int:
    """What the blocks take of a message, in UTF-16 units of their JSON."""
    return units(json.dumps(list(blocks), ensure_ascii=False))
