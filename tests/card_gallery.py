"""Draw the cards of docs/cards.md: `python -m tests.card_gallery`."""

import sys
from pathlib import Path
from typing import NamedTuple

from digests.cards.drawing import compile_card
from digests.cards.wording import CardDesign, CardWording
from tests.digests.cards.wordings import a_wording

FOLDER = Path(__file__).parents[1] / "docs" / "cards"
PAGE = FOLDER.with_suffix(".md")
#: Of the size that is posted, and the most bytes, so that the repository stays small.
SCALE = 0.75
MOST_BYTES = 60_000
HEAD = """<!-- Made by `python -m tests.card_gallery`. -->
# Quote cards

A quote can be shown as a picture: its words are those of the source, in the quotation
marks of its language, with speaker, outlet and day. There are three looks and two
formats (1200 × 630 and 1080 × 1080 pixels); the bar has the digest's accent colour. The
same words always stand in the post as text, too. All quotes here are invented.

Letters come from fonts that are installed with Standfirst. For Chinese, Japanese and
Korean the extra `cjk` is needed (20 MB): `pip install "standfirst[cjk]"`;
without it such quotes are shown as text. A quote of more than 240 characters (160 of
full width) is shown as text as well.
"""


class Shown(NamedTuple):
    """A card of the page."""

    name: str
    title: str
    wording: CardWording
    design: CardDesign


def list_shown() -> list[Shown]:
    short = "We counted the lamps twice. The second time there were more."
    return [
        Shown("paper", "Paper", a_wording(quote=short), CardDesign()),
        Shown(
            "ink",
            "Ink, with an accent colour",
            a_wording("german", "short", check_line="Wort für Wort aus der Quelle"),
            CardDesign(theme="ink", accent="#e0a030"),
        ),
        Shown(
            "plain",
            "Plain",
            a_wording("cyrillic", "short", check_line="слово в слово из источника"),
            CardDesign(theme="plain"),
        ),
        Shown(
            "arabic",
            "Right to left",
            a_wording("arabic", "short", check_line="حرفيًا من المصدر"),
            CardDesign(accent="#8a2f4f"),
        ),
        Shown(
            "japanese",
            "Japanese, with the extra cjk",
            a_wording("japanese", "short", check_line="出典の原文どおり"),
            CardDesign(theme="ink"),
        ),
        Shown(
            "square",
            "Square",
            a_wording("devanagari", "short", check_line="स्रोत से शब्दशः"),
            CardDesign(format="square", accent="#1f6f5f"),
        ),
    ]


def write_page(shown: list[Shown]) -> str:
    pictures = (
        f"## {card.title}\n\n"
        f"![{card.wording.opening}{card.wording.quote}{card.wording.closing} "
        f"{card.wording.speaker}, {card.wording.role}, {card.wording.outlet}, "
        f"{card.wording.date}.](cards/{card.name}.png)\n"
        for card in shown
    )
    return "\n".join([HEAD, *pictures])


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for card in list_shown():
        content = compile_card(card.wording, card.design, "png", SCALE)
        (FOLDER / f"{card.name}.png").write_bytes(content)
        if len(content) > MOST_BYTES:
            print(f"{card.name}: {len(content)} bytes", file=sys.stderr)  # noqa: T201
    PAGE.write_text(write_page(list_shown()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
