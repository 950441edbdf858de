"""Escape foreign text for Discord's markdown and format it. Pure.

Discord shows any ASCII punctuation after a backslash as it is, so a backslash is all
that escaping adds. Escaped everywhere: what begins emphasis, code, spoilers, links,
URLs, emoji, mentions, commands and timestamps. Escaped at the start of a line: what
makes a heading, small print, a quote or a list. (discord.py's own escaper leaves
mentions, headings, timestamps, commands and half of a masked link.)
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from bot.i18n.safe_text import sanitize_text
from bot.i18n.translation import Texts
from bot.platforms.common.edition_text import format_attribution
from bot.platforms.common.text import (
    count_utf16,
    normalize_newlines,
)
from bot.platforms.discord import limits
from digests.cards.content import TextRun, set_in_marks
from digests.language.links import Link
from digests.types import QuoteCard


def format_plain_message(text: str) -> str:
    """Escape as many whole lines of `text` as a plain message holds."""
    lines = map(escape_markdown, text.split("\n"))
    return keep_whole_lines("\n".join(lines), limits.CONTENT)


def keep_whole_lines(written: str, most: int) -> str:
    """Keep as many whole lines of markdown as fit into `most` UTF-16 units."""
    if count_utf16(written) <= most:
        return written
    kept: list[str] = []
    space = most - len("\n…")
    for part in written.split("\n"):
        space -= count_utf16(part) + 1
        if space < 0:
            break
        kept.append(part)
    return "\n".join([*kept, "…"])


_SPECIAL: Final = re.compile(r"[\\*_~|`\[\]<@]|:(?=//|[\w+-]{1,64}:)")
#: Characters that are markup only at the start of a line.
_LINE_START: Final = re.compile(r"(?m)^([^\S\n]*)([-+#>])")
_NUMBERED: Final = re.compile(r"(?m)^([^\S\n]*\d{1,9})([.)])")
#: Three backticks kept apart by word joiners, so that they end no code block.
_BROKEN_FENCE: Final = "`\u2060`\u2060`"
#: Characters of a URL that neither end a masked link nor are markup inside it.
_IN_ADDRESS: Final = "/:?#@!$&'*+,;=%~-._"


def escape_markdown(text: str) -> str:
    """Escape `text` so that Discord shows exactly these characters."""
    text = _SPECIAL.sub(r"\\\g<0>", normalize_newlines(text))
    text = _LINE_START.sub(r"\1\\\2", text)
    return _NUMBERED.sub(r"\1\\\2", text)


def escape_line(text: str) -> str:
    """Escape `text` and put it on one line."""
    return escape_markdown(" ".join(sanitize_text(text).split()))


def format_runs(runs: Iterable[TextRun]) -> str:
    """Escape the parts of one line; what stands out is bold."""
    return "".join(
        f"**{escape_markdown(text)}**" if stands_out else escape_markdown(text)
        for text, stands_out in runs
    )


def format_code_block(text: str) -> str:
    """Format `text` as a code block, in which nothing but its end is markup."""
    return f"```\n{sanitize_text(text).replace('```', _BROKEN_FENCE)}\n```"


def format_block_quote(text: str) -> str:
    """Format escaped text as a block quote."""
    return "\n".join(f"> {part}" for part in text.split("\n"))


def format_small_print(text: str) -> str:
    """Format an escaped line as small print."""
    return f"-# {text}"


def format_link(link: Link | None) -> str:
    """Format a link, labelled with its host so that it cannot mislead.

    Returns "" if there is none or it is too long.
    """
    if link is None:
        return ""
    scheme, _, rest = link.href.partition(f"://{link.host}")
    # The host is not encoded: an IPv6 address needs its brackets.
    href = f"{scheme}://{link.host}{quote(rest, safe=_IN_ADDRESS)}"
    written = f"[{escape_line(link.host)}](<{href}>)"
    return written if count_utf16(written) <= limits.LINK else ""


def render_quote(card: QuoteCard, texts: Texts) -> str:
    """Render the whole quote, with the attribution in small print."""
    opening, words, closing = set_in_marks(card)
    quoted = f"{opening}{escape_markdown(words)}{closing}"
    if card.withdrawn:
        # Every line on its own; an empty one cannot be struck through.
        quoted = re.sub(r"(?m)^(.+)$", r"~~\1~~", quoted)
    said_by = escape_line(format_attribution(card, texts))
    return f"{format_block_quote(quoted)}\n{format_small_print(said_by)}"
