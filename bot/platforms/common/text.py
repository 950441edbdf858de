"""Makes foreign text inert before it is shown; it must not change what it says.

A renderer may drop what is invisible and steers the reader (direction controls, tag
characters, controls that look like nothing) and more than four marks on one letter.
Escaping is the renderer's part. An address becomes a link only when it is plain
http(s) without user information, and its host is written as the network reads it.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

#: Characters of an address that may become a link.
ADDRESS: Final = 2_000

_DROPPED = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls but tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction controls
    "\u2400\ufeff\ufff9-\ufffb\ufffe\uffff"  # NUL look-alikes and non-characters
    "\U000e0000-\U000e007f"  # tag characters
    "\ud800-\udfff"  # lone surrogates: no encoding carries them
    "]"
)
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f\\]")
#: A name or number of a host. Whatever else stands there (a «%40») is read by some and
#: refused by others.
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_MARKS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An address that may be followed, and the host that it really leads to."""

    href: str
    host: str


def inert(text: str) -> str:
    """`text` without characters that steer or hide; nothing else changes."""
    if text.isascii() and text.isprintable():
        return text
    return _few_marks(_DROPPED.sub("", text))


def clip(text: str, most: int) -> str:
    """At most `most` characters, ending at a word, with an ellipsis where cut."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    head, _, _ = kept.rpartition(" ")
    kept = head if len(head) > most // 2 else kept
    while kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip(" ,;:–-") + "…"


def units(text: str) -> int:
    """The length of `text` in UTF-16 units, as some platforms count."""
    return len(text.encode("utf-16-le")) // 2


def fitted(text: str, most: int) -> str:
    """The same as `clip`, within `most` UTF-16 units."""
    room = most
    kept = clip(text, room)
    while units(kept) > most and room > 1:
        room -= max(1, (units(kept) - most) // 2)
        kept = clip(text, room)
    return kept


def link(url: str | None) -> Link | None:
    """The link that `url` may become, or None when it may not become one."""
    if not url or len(url) > ADDRESS or _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    host = host.removesuffix(".")
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return None
    if not _HOST.fullmatch(host):
        return None
    shown = f"[{host}]" if ":" in host else host
    href = urlunsplit(parts._replace(netloc=shown + port))
    return Link(href=inert(href), host=shown + port)


def _few_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= _MARKS:
            kept.append(letter)
    return "".join(kept)
