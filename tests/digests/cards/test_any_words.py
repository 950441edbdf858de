"""Whatever is said, in whatever letters: a card is whole, or it is not drawn."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digests.cards.drawing import compile_card, measure_card
from digests.cards.fonts import can_draw
from digests.cards.wording import (
    LONGEST_QUOTE,
    CardDesign,
    CardWording,
    clean_line,
    find_obstacle,
    measure_length,
    split_clusters,
)
from tests.digests.cards.pictures import Writing, read_pdf
from tests.digests.cards.wordings import SCRIPTS

#: `make explore` draws a thousand.
EXAMPLES = 50 if settings.default and settings.default.derandomize else 1000
PADDING = 88
#: Pixels by which a mark above, below or beside a letter may stand in the padding.
MARK = 24
#: Pixels by which a line may be wider than its column, which is set in from the edge.
HANG = 16

WORDS = sorted(
    {
        word
        for sample in SCRIPTS.values()
        for text in (sample["short"], sample["further"], sample["speaker"])
        for word in text.split()
    }
)
#: What a program could read as more than letters.
HOSTILE = [
    *(
        "#panic()",
        "$x^2$",
        "\\",
        "\\u{41}",
        "@ref",
        "<label>",
        "`raw`",
        "```",
        "//",
        "/*",
    ),
    *(
        "*b*",
        "_i_",
        "~",
        "--",
        "#let",
        "]",
        "[",
        "{",
        "}",
        '"',
        "%",
        "https://a.example",
    ),
    *("\u202e", "\u2066", "\u2069", "\u200f", "\u200b", "\u2028", "\u00a0", "\u202f"),
    *(
        "\u00ad",
        "e\u0301\u0302\u0303\u0304\u0305\u0306",
        "क\u094dष",
        "a\u034fb",
        "\u0e33",
    ),
    *("👩‍🚒", "🇳🇴", "3️⃣", "\U000e0041", "\u2400", "\x00", "\ufeff", "\ud800", "\ufffd"),
    *("W" * 30, "ﬃ", "ǅ", "٣٤", "12%", "(a)", "«x»", "لا", "ﷺ"),
]
piece = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(HOSTILE),
    st.text(max_size=6),
    st.text(alphabet="".join(sorted(set("".join(WORDS)))), max_size=12),
)


def lines(least: int, most: int) -> st.SearchStrategy[str]:
    """Lines of which each letter is in one of the fonts."""
    pieces = st.lists(piece, min_size=least, max_size=most)
    joined = st.tuples(st.sampled_from([" ", " ", "", "\n"]), pieces)
    return joined.map(lambda made: keep_drawable(clean_line(made[0].join(made[1]))))


def keep_drawable(text: str) -> str:
    return "".join(filter(can_draw, split_clusters(text))).strip()


def cut(text: str) -> str:
    while measure_length(text) > LONGEST_QUOTE:
        text = text[:-1]
    return text.strip()


wordings = st.builds(
    CardWording,
    quote=st.one_of(lines(1, 8), lines(12, 40), lines(40, 80)).map(cut),
    opening=st.sampled_from(["“", "«\u00a0", "「"]),
    closing=st.sampled_from(["”", "\u00a0»", "」"]),
    speaker=lines(0, 12),
    role=lines(0, 12),
    outlet=lines(0, 8),
    date=lines(0, 4),
    check_line=lines(0, 8),
    lang=st.sampled_from(
        ["en", "de", "ar", "hi", "ja", "zh-Hant", "ko", "th", "", "x", "deu_AT", "9"]
    ),
    struck=st.booleans(),
)
designs = st.builds(
    CardDesign,
    theme=st.sampled_from(["paper", "ink", "plain"]),
    format=st.sampled_from(["wide", "square"]),
)


@pytest.mark.timeout(1200)
@settings(max_examples=EXAMPLES)
@given(wordings, designs)
@example(
    CardWording(quote="W" * 240, opening="“", closing="”", speaker="W" * 240),
    CardDesign(),
)
@example(
    CardWording(quote="橋" * 160, opening="「", closing="」", speaker="橋" * 99),
    CardDesign(format="square"),
)
@example(
    CardWording(
        quote="e\u0301\u0302\u0303\u0304" * 48, opening="“", closing="”", speaker=""
    ),
    CardDesign(),
)
@example(
    CardWording(
        quote="! طوال નa અગિયાર ˀம ANమਲ ही `raw` a͏b 0 000Aம ! 0Ɖ",
        opening="“",
        closing="\xa0»",
        speaker="",
    ),
    CardDesign(),
)
@example(
    CardWording(
        quote="ai bị έκλεισε М М  1ruЖւআദ 11 00:: ! করে a͏b 11111111111",
        opening="「",
        closing="」",
        speaker="",
    ),
    CardDesign(),
)
@example(
    CardWording(quote="He wrote ✗ and no more", opening="“", closing="”", speaker="∙"),
    CardDesign(),
)
def test_a_card_that_has_no_obstacle_is_whole(wording: CardWording, design: CardDesign):
    if find_obstacle(wording) is not None:
        return
    width, height = {"wide": (1200, 630), "square": (1080, 1080)}[design.format]
    writing = read_pdf(compile_card(wording, design, "pdf"))
    assert not writing.misses_glyph
    assert list_places_outside(writing, width, height) == []
    check_layout(measure_card(wording, design), width, height)


def list_places_outside(writing: Writing, width: int, height: int):
    return [
        place
        for place in writing.places
        if not (
            PADDING - MARK <= place[0] <= width - PADDING + MARK
            and PADDING - MARK <= place[1] <= height - PADDING + MARK
        )
    ]


def check_layout(layout, width: int, height: int):
    inner, quote = width - 2 * PADDING, layout["quote"]
    # A mark that is kept beside its word may hang over so little that nobody sees it.
    assert quote["width"] <= inner + HANG
    assert quote["top"] >= PADDING
    assert quote["top"] + quote["height"] < layout["footer"]
    lines = layout["lines-widths"]
    assert lines["speaker"] <= inner
    assert lines["origin"] + lines["check"] <= inner
