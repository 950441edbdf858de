"""Drops what steers or hides in a foreign text before a page shows it; nothing else.

Direction controls, tag characters and controls that look like nothing are dropped,
and marks beyond four on one letter. Escaping is the template's part.
"""

import re
import unicodedata
from typing import Final

_DROPPED: Final = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls but tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction controls
    "\u2400\ufeff\ufff9-\ufffb\ufffe\uffff"  # NUL look-alikes and non-characters
    "\U000e0000-\U000e007f"  # tag characters
    "\ud800-\udfff"  # lone surrogates: no encoding carries them
    "]"
)
_MARKS: Final = 4


def inert(text: str) -> str:
    """`text` as it may be shown."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for letter in _DROPPED.sub("", text):
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= _MARKS:
            kept.append(letter)
    return "".join(kept)
