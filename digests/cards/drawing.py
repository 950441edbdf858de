"""Draw a quote card as a picture: its design, its content hash, its bytes.

Typst is imported when a card is drawn, which happens only in a process of its own
(`Sandbox` with `CARD_SANDBOX_LIMITS`). Words are given to it as data. The same wording
and design give the same bytes on every machine with the same fonts.
"""

import hashlib
import json
import re
import struct
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from digests.cards.fonts import list_font_folders
from digests.cards.wording import CardDesign, CardWording
from digests.errors import DigestsError
from digests.language.words import primary_language
from digests.sources.sandbox import SandboxLimits
from digests.types import CardTheme, frozen

if TYPE_CHECKING:
    import typst

#: Loaded by the worker before its limits apply.
LIBRARIES: Final = ("typst",)
#: The limits of the process that draws cards and reads pictures. A card takes 15 to 60
#: MiB, a photograph of 24 million pixels 130 to 210 MiB and two seconds.
CARD_SANDBOX_LIMITS: Final = SandboxLimits(
    cpu=5.0, wall=15.0, memory=256 << 20, kept=80 << 20, idle=20.0
)
#: Part of every hash: to be raised when a change makes cards look different.
_VERSION: Final = 2
_TEMPLATE: Final = Path(__file__).with_name("card.typ")


@frozen
class CardColours:
    """The colours of a card, each «#rrggbb»."""

    background: str
    quote: str
    speaker: str
    line: str
    accent: str


_THEMES: Final[Mapping[CardTheme, CardColours]] = {
    "paper": CardColours(
        background="#fbf8f1",
        quote="#1b1a17",
        speaker="#1b1a17",
        line="#57534a",
        accent="#17594a",
    ),
    "ink": CardColours(
        background="#15171a",
        quote="#f5f2ea",
        speaker="#f5f2ea",
        line="#b5b1a7",
        accent="#86cbb5",
    ),
    "plain": CardColours(
        background="#ffffff",
        quote="#111111",
        speaker="#111111",
        line="#555555",
        accent="#1f4f8b",
    ),
}
#: Width and height in pixels, and the most lines of a quote at its usual sizes.
_FORMATS: Final = {"wide": (1200, 630, 5), "square": (1080, 1080, 9)}
_PADDING: Final = 88
_BAR: Final = 14
#: The least contrast of the accent colour to the background (WCAG 2.2, 1.4.3).
_ACCENT_CONTRAST: Final = 4.5
_ACCENT: Final = re.compile(r"#[0-9a-fA-F]{6}")

#: Fonts by preference. Letters that one lacks are taken from the next that has them.
_SERIF, _SANS = "Source Serif 4", "Inter"
_SCRIPTS: Final = ("Arabic", "Hebrew", "Devanagari", "Bengali", "Gujarati", "Gurmukhi",
    "Kannada", "Malayalam", "Oriya", "Sinhala", "Tamil", "Telugu", "Thai", "Lao",
    "Khmer", "Myanmar", "Ethiopic", "Armenian", "Georgian")  # fmt: skip
#: The first that has a sign draws it. The last one draws the frame of a key beside its
#: digit.
_SYMBOLS: Final = ("Noto Emoji", _SANS, _SERIF, "Noto Sans Symbols")
#: The regional forms of East Asian letters.
_CJK: Final = {"ja": "JP", "ko": "KR", "zh": "SC"}
_TRADITIONAL: Final = re.compile(r"zh[-_](?:hant|tw|hk|mo)", re.IGNORECASE)
#: Scripts that are drawn in regular weight: heavier ones of variable fonts have
#: defects in clusters.
_REGULAR: Final = re.compile("[\u0900-\u0dff]")
#: Scripts with signs above and below their letters need more space between lines.
_TALL: Final = re.compile("[\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\ufb1d-\ufefc]")


def hash_card(wording: CardWording, design: CardDesign) -> str:
    """The name of a picture by its content: 32 hex digits, equal for equal bytes."""
    content = [_VERSION, asdict(wording), asdict(design)]
    written = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:32]


def draw_card(wording: CardWording, design: CardDesign) -> bytes:
    """Draw the card as a PNG file without metadata.

    Only for the process of its own; see the module.

    Raises:
        DigestsError: The words do not fit, or there is no such card.
    """
    return compile_card(wording, design, "png")


def compile_card(
    wording: CardWording,
    design: CardDesign,
    form: Literal["png", "pdf"],
    scale: float = 1,
) -> bytes:
    """The card as a PNG or, to examine what is written where, as a PDF file."""
    compiler = _prepare(wording, design)
    return run_typst(
        lambda: compiler.compile(format=form, ppi=72 * scale),
        DigestsError("card.not_drawn"),
    )


def measure_card(wording: CardWording, design: CardDesign) -> dict[str, Any]:
    """The layout of a card: size and lines of the quote, widths in pixels."""
    found = _prepare(wording, design).query("<layout>", field="value", one=True)
    layout: dict[str, Any] = json.loads(found)
    return layout


def run_typst(compile_document: Callable[[], Any], refusal: DigestsError) -> bytes:
    """The bytes that Typst makes.

    Args:
        compile_document: Calls it.
        refusal: Raised where it refuses the document.
    """
    import typst

    try:
        made: bytes = compile_document()
    except typst.TypstError as error:
        raise refusal from error
    return made


def read_png_size(content: bytes) -> tuple[int, int]:
    """The width and height of a PNG, from its first chunk (www.w3.org/TR/png, IHDR).

    Raises:
        struct.error: It is shorter than that.
    """
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _prepare(wording: CardWording, design: CardDesign) -> "typst.Compiler":
    import typst

    data = json.dumps(build_card_data(wording, design), ensure_ascii=True)
    return typst.Compiler(
        _TEMPLATE.read_bytes(),
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"card": data},
    )


@cache
def _load_fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*list_font_folders()],
    )


def build_card_data(wording: CardWording, design: CardDesign) -> dict[str, Any]:
    """Everything that the template needs, as plain JSON values."""
    width, height, lines = _FORMATS[design.format]
    whole = f"{wording.opening}{wording.quote}{wording.closing}"
    return {
        "width": width,
        "height": height,
        "padding": _PADDING,
        "lines": lines,
        "bar": _BAR,
        "rise": 0.5,
        "leading": 1.5 if _TALL.search(whole) else 1.26,
        "struck": wording.struck,
        # Lines of Korean break between words; other scripts follow UAX #14.
        "whole-words": primary_language(wording.lang) == "ko",
        "colours": asdict(choose_colours(design)),
        "families": {
            "quote": _list_families(_SERIF, whole, wording.lang),
            "line": _list_families(_SANS, "", wording.lang),
        },
        "quote": _describe(wording.quote, wording.lang)
        | {"opening": wording.opening, "closing": wording.closing},
        "speaker": _describe(wording.speaker, wording.lang),
        "role": _describe(wording.role, wording.lang),
        "outlet": _describe(wording.outlet, wording.lang),
        "date": _describe(wording.date, wording.lang),
        "check": _describe(wording.check_line, wording.lang),
    }


def _describe(words: str, lang: str) -> dict[str, Any]:
    tag = primary_language(lang)
    return {
        "words": words,
        "rtl": is_right_to_left(words),
        "regular": bool(_REGULAR.search(words)),
        "lang": tag if re.fullmatch("[a-z]{2,3}", tag) else "en",
    }


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction goes from right to left (UAX #9)."""
    for sign in text:
        if (direction := unicodedata.bidirectional(sign)) in {"L", "R", "AL"}:
            return direction != "L"
    return False


def _list_families(first: str, words: str, lang: str) -> list[Any]:
    """The fonts of a line by preference.

    Args:
        first: For Latin, Greek and Cyrillic; the marks and digits of other scripts are
            drawn in the style of their letters.
        words: What is written.
        lang: Decides between the regional forms of East Asian letters.
    """
    tag = primary_language(lang)
    form = "TC" if _TRADITIONAL.match(lang) else _CJK.get(tag, "JP")
    usual = first if _uses_alphabet_of(words) else "Noto Sans"
    # East Asian languages have their own marks, as wide as their letters.
    latin: Any = {"name": usual, "covers": "latin-in-cjk"} if tag in _CJK else usual
    scripts = [f"Noto Sans {script}" for script in _SCRIPTS]
    return [latin, f"Noto Sans CJK {form}", first, "Noto Sans", *scripts, *_SYMBOLS]


def _uses_alphabet_of(words: str) -> bool:
    """Whether most letters are those of the first font: Latin, Greek, Cyrillic."""
    letters = [letter for letter in words if letter.isalpha()]
    return 2 * sum(letter < "\u0530" for letter in letters) >= len(letters)


# ── colours ─────────────────────────────────────────────────────────────────────


def choose_colours(design: CardDesign) -> CardColours:
    """The colours of a design; the accent is as near to the wish as can be seen.

    Raises:
        DigestsError: The accent is no colour.
    """
    theme = _THEMES[design.theme]
    wish = design.accent or theme.accent
    if not _ACCENT.fullmatch(wish):
        raise DigestsError("card.no_colour", colour=wish)
    away = "#000000" if compute_luminance(theme.background) > 0.5 else "#ffffff"
    steps = (_mix(wish, away, part / 50) for part in range(51))
    accent = next(
        colour
        for colour in steps
        if compute_contrast(colour, theme.background) >= _ACCENT_CONTRAST
    )
    return CardColours(**{**asdict(theme), "accent": accent})


def compute_contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted(map(compute_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def compute_luminance(colour: str) -> float:
    """The relative luminance of a colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_to_linear(part / 255) for part in _split(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _split(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


def _mix(colour: str, other: str, part: float) -> str:
    mixed = (
        round(ours + (theirs - ours) * part)
        for ours, theirs in zip(_split(colour), _split(other), strict=True)
    )
    return f"#{bytes(mixed).hex()}"
