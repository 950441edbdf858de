"""Escape foreign text for Discord's markdown and format it. Pure.

Discord's parser takes a backslash before any ASCII sign as «show the sign», so that is
all that is ever added. Escaped everywhere: what opens emphasis, code, spoilers, links,
addresses, emoji, mentions, commands and timestamps. Escaped where a line begins: what
makes a heading, small print, a quote or a list. (discord.py's own escaper leaves
mentions, headings, timestamps, commands and half of a masked link.)
"""

import re
from typing import Final
from urllib.parse import quote

from bot.platforms.common.text import Link, sanitize_text, shorten_text
from bot.platforms.discord import limits


def format_plain_message(text: str) -> str:
    """As many whole lines of `text` as a plain message holds, escaped."""
    return keep_whole_lines(
        "\n".join(map(escape_markdown, text.split("\n"))), limits.CONTENT
    )


def keep_whole_lines(written: str, most: int) -> str:
    """As many whole lines of markdown as there is room for."""
    if measure_text(written) <= most:
        return written
    kept: list[str] = []
    room = most - len("\n…")
    for part in written.split("\n"):
        room -= measure_text(part) + 1
        if room < 0:
            break
        kept.append(part)
    return "\n".join([*kept, "…"])


_SPECIAL: Final = re.compile(r"[\\*_~|`\[\]<@]|:(?=//|[\w+-]{1,64}:)")
#: Signs that mean something only where a line begins.
_LINE_START: Final = re.compile(r"(?m)^([^\S\n]*)([-+#>])")
_NUMBERED: Final = re.compile(r"(?m)^([^\S\n]*\d{1,9})([.)])")
#: Three backticks that end no block: what cannot be seen keeps them apart.
_BROKEN_FENCE: Final = "`\u2060`\u2060`"
#: Characters of an address that could end a masked link, or do something inside it.
_IN_ADDRESS: Final = "/:?#@!$&'*+,;=%~-._"


def escape_markdown(text: str) -> str:
    """`text` as Discord's markdown for exactly these characters."""
    text = sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _SPECIAL.sub(r"\\\g<0>", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    return _NUMBERED.sub(r"\1\\\2", text)


def escape_line(text: str) -> str:
    """The same on one line."""
    return escape_markdown(" ".join(sanitize_text(text).split()))


def format_code_block(text: str) -> str:
    """`text` as a block of code, where nothing is read as markdown but its own end."""
    return f"```\n{sanitize_text(text).replace('```', _BROKEN_FENCE)}\n```"


def format_block_quote(text: str) -> str:
    """`text`, already escaped, as a block quote: every line of it."""
    return "\n".join(f"> {part}" for part in text.split("\n"))


def strike_through(text: str) -> str:
    """`text`, already escaped, struck through: every line of it."""
    return "\n".join(f"~~{part}~~" if part else "" for part in text.split("\n"))


def format_small_print(text: str) -> str:
    """One line, already escaped, as small print."""
    return f"-# {text}"


def format_link(link: Link | None) -> str:
    """A link that is named after the host that it leads to, so that it cannot lie.

    Nothing where there is none, or where it takes too much of the message's room.
    """
    if link is None:
        return ""
    scheme, _, rest = link.href.partition(f"://{link.host}")
    # The host stands as it is: one in brackets would lead nowhere without them.
    href = f"{scheme}://{link.host}{quote(rest, safe=_IN_ADDRESS)}"
    written = f"[{escape_line(link.host)}](<{href}>)"
    return written if measure_text(written) <= limits.LINK else ""


def shorten_line(text: str, most: int) -> str:
    """One line of plain text, where Discord reads no markdown: at most `most` units."""
    text = " ".join(sanitize_text(text).split())
    room = most
    while measure_text(clipped := shorten_text(text, room)) > most:
        room -= 1 + (measure_text(clipped) - most) // 2
    return clipped


def measure_text(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
