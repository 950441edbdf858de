"""Make foreign text safe to show: sanitize, shorten, quotation marks. Pure.

A renderer may drop invisible characters that change how text is displayed (direction
controls, tag characters, NUL look-alikes) and more than four combining marks on one
letter. Escaping is left to the renderers.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.i18n.safe_text import sanitize_text


def shorten_text(text: str, limit: int) -> str:
    """Shorten to `limit` characters, at a word where possible, with an ellipsis.

    White space becomes single spaces: the result is one line.
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    head, _, _ = kept.rpartition(" ")
    kept = head if len(head) > limit // 2 else kept
    while kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip(" ,;:–-") + "…"


def count_utf16(text: str) -> int:
    """Count the UTF-16 units of `text`, as chat platforms do."""
    return len(text.encode("utf-16-le")) // 2


def shorten_utf16(text: str, limit: int) -> str:
    """Shorten as `shorten_text` does, to `limit` UTF-16 units."""
    budget = limit
    kept = shorten_text(text, budget)
    while count_utf16(kept) > limit and budget > 1:
        budget -= max(1, (count_utf16(kept) - limit) // 2)
        kept = shorten_text(text, budget)
    return kept


def shorten_line(text: str, limit: int) -> str:
    """Sanitize foreign text and shorten it to one line of `limit` UTF-16 units."""
    return shorten_utf16(sanitize_text(text), limit)


def normalize_newlines(text: str) -> str:
    """Sanitize foreign text and write its line ends as line feeds."""
    return sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")


#: Outer quotation marks by primary language; English ones for all others.
QUOTATION_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "bg": ("„", "“"),
    "cs": ("„", "“"),
    "da": ("“", "”"),
    "de": ("„", "“"),
    "es": ("«", "»"),
    "fi": ("”", "”"),
    "fr": ("« ", " »"),
    "it": ("«", "»"),
    "ja": ("「", "」"),
    "no": ("«", "»"),
    "pl": ("„", "”"),
    "pt": ("“", "”"),
    "ru": ("«", "»"),
    "sv": ("”", "”"),
    "uk": ("«", "»"),
    "zh": ("“", "”"),
}
_ENGLISH_MARKS: Final = ("“", "”")


def get_quotation_marks(lang: str | None) -> tuple[str, str]:
    """Return the opening and the closing quotation mark of a language (BCP 47)."""
    return QUOTATION_MARKS.get((lang or "").split("-")[0].lower(), _ENGLISH_MARKS)
