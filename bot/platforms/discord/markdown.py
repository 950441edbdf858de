"""Writes foreign text so that Discord shows it as it is; it must not change a word.

Discord's parser takes a backslash before any ASCII sign as «show the sign», so that is
all that is ever added. Escaped everywhere: what opens emphasis, code, spoilers, links,
addresses, emoji, mentions, commands and timestamps. Escaped where a line begins: what
makes a heading, small print, a quote or a list. (discord.py's own escaper leaves
mentions, headings, timestamps, commands and half of a masked link.)
"""

import re
from typing import Final
from urllib.parse import quote

from bot.platforms.discord import limits
from bot.platforms.inert import Link, clip, inert

_ANYWHERE: Final = re.compile(r"[\\*_~|`\[\]<@]|:(?=//|[\w+-]{1,64}:)")
#: Signs that mean something only where a line begins.
_LINE_START: Final = re.compile(r"(?m)^([^\S\n]*)([-+#>])")
_NUMBERED: Final = re.compile(r"(?m)^([^\S\n]*\d{1,9})([.)])")
#: Three backticks that end no block: what cannot be seen keeps them apart.
_APART: Final = "`\u2060`\u2060`"
#: Characters of an address that could end a masked link, or do something inside it.
_IN_ADDRESS: Final = "/:?#@!$&'*+,;=%~-._"


def escape(text: str) -> str:
    """`text` as Discord's markdown for exactly these characters."""
    text = inert(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    return _NUMBERED.sub(r"\1\\\2", text)


def line(text: str) -> str:
    """The same on one line."""
    return escape(" ".join(inert(text).split()))


def listing(text: str) -> str:
    """`text` as a block of code, where nothing is read as markdown but its own end."""
    return f"```\n{inert(text).replace('```', _APART)}\n```"


def quoted(text: str) -> str:
    """`text`, already escaped, as a block quote: every line of it."""
    return "\n".join(f"> {part}" for part in text.split("\n"))


def struck(text: str) -> str:
    """`text`, already escaped, struck through: every line of it."""
    return "\n".join(f"~~{part}~~" if part else "" for part in text.split("\n"))


def small(text: str) -> str:
    """One line, already escaped, as small print."""
    return f"-# {text}"


def masked(link: Link | None) -> str:
    """A link that is named after the host that it leads to, so that it cannot lie.

    Nothing where there is none, or where it takes too much of the message's room.
    """
    if link is None:
        return ""
    scheme, _, rest = link.href.partition(f"://{link.host}")
    # The host stands as it is: one in brackets would lead nowhere without them.
    href = f"{scheme}://{link.host}{quote(rest, safe=_IN_ADDRESS)}"
    written = f"[{line(link.host)}](<{href}>)"
    return written if size(written) <= limits.LINK else ""


def short(text: str, most: int) -> str:
    """One line of plain text, where Discord reads no markdown: at most `most` units."""
    text = " ".join(inert(text).split())
    room = most
    while size(said := clip(text, room)) > most:
        room -= 1 + (size(said) - most) // 2
    return said


def size(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
