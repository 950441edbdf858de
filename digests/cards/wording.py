"""What is written on the picture of a quote card, and whether it can be drawn.

Pure but for the tables of characters of the installed fonts, which `find_obstacle`
reads once. It imports no drawing library: the bot's process builds a wording, asks for
obstacles, and leaves the drawing to another process.
"""

import re
import unicodedata
from typing import Final, Literal

from digests.cards.content import UNNAMED_SPEAKER, join_alt_text, set_in_marks
from digests.cards.fonts import can_draw, has_cjk_fonts
from digests.language.normalization import drop_invisible
from digests.messages import Message
from digests.types import CardTheme, QuoteCard, frozen

CardFormat = Literal["wide", "square"]
#: Characters of a quote; more would be too small to read on a phone.
LONGEST_QUOTE: Final = 240
#: A full-width letter counts as so many others.
_FULL_WIDTH: Final = 1.5
#: White space at which a line may break; no-break spaces are kept.
_BREAKING_SPACE: Final = re.compile(r"[^\S\u00a0\u202f\u2007]+")


@frozen
class CardWording:
    """The words of a card, without markup. Built by `build_card_wording`."""

    #: The words between the marks, verbatim.
    quote: str
    #: The quotation marks of its language.
    opening: str
    closing: str
    speaker: str
    role: str = ""
    outlet: str = ""
    #: In words, in the language of the readers.
    date: str = ""
    #: «word for word from the source», or that the words were withdrawn.
    check_line: str = ""
    #: Language of the quote, BCP 47.
    lang: str = "en"
    #: The article no longer has the words: they are struck, and no mark stands before
    #: the check line.
    struck: bool = False


@frozen
class CardDesign:
    """How a card looks."""

    theme: CardTheme = "paper"
    #: 1200 × 630 or 1080 × 1080 pixels.
    format: CardFormat = "wide"
    #: «#rrggbb», the colour of the bar and of the check mark, darkened or lightened
    #: where it would be hard to see; None = that of the theme.
    accent: str | None = None


def build_card_wording(
    card: QuoteCard, check_line: str, date: str = "", *, unnamed: str = UNNAMED_SPEAKER
) -> CardWording:
    """Build what is written on the picture of a card.

    Args:
        card: A card of an edition.
        check_line: What is said of the words: that they are in the source word for
            word, or, of a withdrawn card, that they no longer are.
        date: The day of the article in words; "" if it is unknown.
        unnamed: What is written where the article does not name the speaker.
    """
    opening, words, closing = set_in_marks(card)
    speaker = clean_line(card.speaker or unnamed)
    role = clean_line(card.role or "")
    return CardWording(
        quote=clean_line(words),
        # A mark stays beside its word: French has a space between them.
        opening=opening.replace(" ", "\u00a0"),
        closing=closing.replace(" ", "\u00a0"),
        speaker=speaker,
        role="" if role.casefold() in speaker.casefold() else role,
        outlet=clean_line(card.source),
        date=clean_line(date),
        check_line=clean_line(check_line),
        lang=card.lang,
        struck=card.withdrawn,
    )


def describe_wording(wording: CardWording) -> str:
    """What is written on the picture of a card, for people who cannot see it."""
    voice = f"{wording.speaker}, {wording.role}" if wording.role else wording.speaker
    said = f"{wording.opening}{wording.quote}{wording.closing}"
    origin = [part for part in (wording.outlet, wording.date) if part]
    return join_alt_text(voice, said, origin)


def clean_line(text: str) -> str:
    """The text on one line without invisible characters; no-break spaces stay."""
    return _BREAKING_SPACE.sub(" ", drop_invisible(text)).strip()


def find_obstacle(wording: CardWording, *, cjk: bool | None = None) -> Message | None:
    """Say why no picture of this card is drawn; None if it can be.

    The caller then shows the card as text.

    Args:
        wording: What would be written.
        cjk: Whether the fonts of Chinese, Japanese and Korean are installed; None asks
            the environment.
    """
    if not wording.quote.strip():
        return Message("card.no_words")
    if measure_length(wording.quote) > LONGEST_QUOTE:
        return Message("card.too_long", n=LONGEST_QUOTE)
    written = (
        f"{wording.opening}{wording.quote}{wording.closing}",
        wording.speaker,
        wording.role,
        wording.outlet,
        wording.date,
        wording.check_line,
    )
    cjk = has_cjk_fonts() if cjk is None else cjk
    missing = [one for text in written for one in find_missing(text, cjk=cjk)]
    if not missing:
        return None
    if not cjk and any(map(_is_east_asian, missing)):
        return Message("card.no_cjk_fonts")
    return Message("card.no_glyph", character=f"U+{ord(missing[0][0]):04X}")


def measure_length(text: str) -> float:
    """The length of a text in letters of usual width."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + (_FULL_WIDTH - 1) * wide


def find_missing(text: str, *, cjk: bool) -> list[str]:
    """The clusters (a letter with its marks) that no installed font has as a whole."""
    return [one for one in split_clusters(text) if not can_draw(one, cjk=cjk)]


def split_clusters(text: str) -> list[str]:
    """The text in letters, each with the marks and joiners that belong to it."""
    clusters: list[str] = []
    for sign in text:
        belongs = unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}
        if clusters and belongs:
            clusters[-1] += sign
        else:
            clusters.append(sign)
    return clusters


def _is_east_asian(cluster: str) -> bool:
    return unicodedata.east_asian_width(cluster[0]) in "WF"
