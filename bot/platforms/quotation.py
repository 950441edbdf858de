"""The outer quotation marks of each language: a table, and no text of anybody."""

from collections.abc import Mapping
from typing import Final

#: Outer quotation marks by primary language; every other language gets English ones.
MARKS: Final[Mapping[str, tuple[str, str]]] = {
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
_ENGLISH: Final = ("“", "”")


def marks(lang: str | None) -> tuple[str, str]:
    """The opening and the closing mark for quoted words in `lang` (BCP 47)."""
    return MARKS.get((lang or "").split("-")[0].lower(), _ENGLISH)
