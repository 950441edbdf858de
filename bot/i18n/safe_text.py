"""Sanitize text for display, and build templates that sanitize every value. Pure."""

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from digests.types import Span

if TYPE_CHECKING:
    from jinja2 import Environment

_UNSAFE: Final = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls but tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction controls
    "\u2400\ufeff\ufff9-\ufffb\ufffe\uffff"  # NUL look-alikes and non-characters
    "\U000e0000-\U000e007f"  # tag characters
    "\ud800-\udfff"  # lone surrogates: no encoding carries them
    "]"
)
_MAX_COMBINING_MARKS: Final = 4


def sanitize_text(text: str) -> str:
    """Remove characters that are invisible or change direction; keep all others."""
    if text.isascii() and text.isprintable():
        return text
    return _limit_combining_marks(_UNSAFE.sub("", text))


#: Letters and signs that fonts draw as nothing: Hangul fillers, blank Braille.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: General categories without a shape of their own: controls, separators, marks.
_SHAPELESS: Final = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of the text: chat platforms refuse such blocks."""
    return all(
        char in _BLANK or unicodedata.category(char) in _SHAPELESS for char in text
    )


def _limit_combining_marks(text: str) -> str:
    if text.isascii():
        return text
    # Most texts have none of these marks, and their distinct letters are few.
    combining = {c for c in set(text) if unicodedata.category(c) in {"Mn", "Me"}}
    if not combining:
        return text
    marks = f"[{''.join(sorted(combining))}]"
    return re.sub(f"({marks}{{{_MAX_COMBINING_MARKS}}}){marks}+", r"\1", text)


def build_environment(folder: Path) -> "Environment":
    """Build a Jinja environment whose templates sanitize and escape every value."""
    # Imported late: only web pages need it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: object) -> object:
        if isinstance(value, str) and not isinstance(value, Markup):
            return sanitize_text(value)
        return value

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


# ── links ───────────────────────────────────────────────────────────────────────
#
# Links to our own page of an article; `digests.language.links` makes all others.

#: Path segment for the newest stored revision of an article.
NEWEST: Final = "newest"


def build_article_href(article: str, revision: str | None, *spans: Span) -> str:
    """Build the URL of our own page with an article's stored text.

    Args:
        article: The article's id.
        revision: The stored version that `spans` point into; None for the newest.
        spans: The words to mark there.
    """
    path = f"/articles/{quote(article, safe='')}/{quote(revision or NEWEST, safe='')}"
    if not spans:
        return path
    places = [pair for s in spans for pair in (("from", s.start), ("to", s.end))]
    return f"{path}?{urlencode(places)}#here"
