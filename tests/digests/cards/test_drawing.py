import subprocess
import sys
import unicodedata
from dataclasses import replace

import pytest

from digests.cards.drawing import (
    choose_colours,
    compile_card,
    compute_contrast,
    draw_card,
    hash_card,
    measure_card,
)
from digests.cards.fonts import can_draw
from digests.cards.wording import CardDesign, find_obstacle
from digests.errors import DigestsError
from tests.digests.cards.pictures import list_chunks, read_pdf, read_png
from tests.digests.cards.wordings import (
    LEFT_TO_RIGHT_ALPHABETS,
    LENGTHS,
    SCRIPTS,
    a_wording,
)

WIDE, SQUARE = CardDesign(), CardDesign(format="square")
RIGHT_TO_LEFT = ("hebrew", "arabic", "persian")
PADDING = 88


def read_card(wording, design=WIDE):
    return read_pdf(compile_card(wording, design, "pdf"))


# ── the picture of each script ──────────────────────────────────────────────────


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_drawn_between_the_margins_and_starts_at_its_side(script):
    quarter = read_png(compile_card(a_wording(script), WIDE, "png", 0.25))
    # Signs above letters may reach into the padding, but by little.
    left, top, right, bottom = quarter.find_ink(left=5, right=295)
    side = right if script in RIGHT_TO_LEFT else left
    start = (1200 - PADDING) / 4 if script in RIGHT_TO_LEFT else PADDING / 4
    assert abs(side - start) <= 1.5
    assert left >= 20
    assert right <= 280
    assert top >= 15
    assert bottom <= 141


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_character_of_a_script_is_missing(script):
    assert find_obstacle(a_wording(script, "long")) is None
    assert not read_card(a_wording(script, "long")).misses_glyph


#: The planes of Unicode that have letters and signs of today.
PLANES = 0x20000


def test_each_character_that_can_be_drawn_is_drawn_in_quotes_and_names():
    signs = [
        sign
        for sign in map(chr, range(PLANES))
        if unicodedata.category(sign)[0] in "LNSP" and can_draw(sign, cjk=False)
    ]
    for begin in range(0, len(signs), 60):
        some = signs[begin : begin + 60]
        wording = a_wording(quote=" ".join(some), speaker=" ".join(some)[:60])
        assert not read_card(wording).misses_glyph, some


def test_a_missing_character_would_be_seen():
    assert read_card(a_wording(quote="runes ᚠᚢᚦ")).misses_glyph


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("script", LEFT_TO_RIGHT_ALPHABETS)
def test_the_words_of_a_card_are_those_of_the_source(script, length):
    wording = a_wording(script, length)
    whole = f"{wording.opening}{wording.quote}{wording.closing}"
    written = " ".join(read_card(wording).text.split())
    # A line may end behind a hyphen.
    assert " ".join(whole.split()) in written.replace("- ", "-")


@pytest.mark.parametrize("script", RIGHT_TO_LEFT)
def test_right_to_left_the_bar_and_the_speaker_are_on_the_right(script):
    quarter = read_png(compile_card(a_wording(script), WIDE, "png", 0.25))
    row = quarter.rows[2]
    assert row[:4] != row[-4:]
    assert row[:4] == row[4 * 150 : 4 * 151]


@pytest.mark.parametrize(
    ("quote", "from_right", "order"),
    [
        ("אמרתי Fenholm ואז Tidewater", True, ["אמרתי", "Fenholm", "ואז", "Tidewater"]),
        ("קנינו 12 סירות (3 חדשות)", True, ["קנינו", "12", "3"]),
        ("قال Fenholm 2026 و Oakes", True, ["Fenholm", "2026", "Oakes"]),
        ("she said שלום עולם and 42", False, ["said", "שלום", "and 42"]),
        ("they call it الجسر here", False, ["they call it", "here"]),
    ],
)
def test_mixed_directions_are_read_in_the_order_of_their_text(quote, from_right, order):
    pieces = read_card(a_wording(quote=quote)).places
    side = -1 if from_right else 1
    lines = sorted(pieces, key=lambda place: (-round(place[1]), side * place[0]))
    read = " ".join(words for _, _, words in lines)
    assert sorted(order, key=read.index) == order


# ── size and place ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("design", [WIDE, SQUARE], ids=["wide", "square"])
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("script", ["latin", "arabic", "tamil", "chinese"])
def test_a_quote_of_any_length_fits(script, length, design):
    layout = measure_card(a_wording(script, length), design)
    quote = layout["quote"]
    width = {"wide": 1200, "square": 1080}[design.format]
    assert layout["breaks"] == "usual"
    assert quote["width"] <= width - 2 * PADDING
    assert quote["top"] >= PADDING
    assert quote["top"] + quote["height"] < layout["footer"]


@pytest.mark.parametrize(
    ("quote", "size"),
    [
        ("It rained on all of us, and we stayed.", 84),
        (
            "Nobody had asked the ferry crews, who knew of the crack for years, "
            "and who would have shown it to anyone.",
            70,
        ),
    ],
)
def test_short_quotes_are_set_large(quote, size):
    assert measure_card(a_wording(quote=quote), WIDE)["size"] >= size - 8


@pytest.mark.parametrize(
    "quote",
    [
        "nobody told the crews of the ferry",
        "nobody told the crews of the ferry that the tide gates had been",
    ],
)
def test_no_word_stands_alone_on_the_last_line(quote):
    count = round(measure_card(a_wording(quote=quote), WIDE)["lines"])
    lines = read_card(a_wording(quote=quote)).text.splitlines()
    assert len(lines[count - 1].split()) > 1


def test_a_word_wider_than_the_card_is_broken_and_not_lost():
    word = "Donaudampfschifffahrt" * 11
    written = "".join(read_card(a_wording(quote=word)).text.split())
    assert word in written.replace("\u200b", "")


def test_korean_lines_break_between_words():
    assert measure_card(a_wording("korean", "long"), WIDE)["breaks"] == "words"


@pytest.mark.parametrize("field", ["speaker", "role", "outlet", "date", "check_line"])
def test_a_long_line_is_shortened_with_an_ellipsis_and_not_the_quote(field):
    wording = a_wording(**{field: "Oberbaurätin " * 30})
    card = read_card(wording)
    assert "…" in card.text
    assert max(x for x, _, _ in card.places) < 1200 - PADDING
    assert wording.quote.split()[-1] in card.text


def test_a_card_needs_no_role_outlet_date_or_check_line():
    bare = replace(a_wording(), role="", outlet="", date="", check_line="")
    assert "Marit Oakes" in read_card(bare).text


def test_withdrawn_words_are_struck_and_have_no_check_mark():
    plain, struck = (
        compile_card(a_wording(struck=struck), WIDE, "png", 0.25)
        for struck in (False, True)
    )
    line = [read_png(content).rows[132] for content in (plain, struck)]
    assert plain != struck
    green = bytes.fromhex("17594a")
    assert green not in line[1][4 * 20 :]


# ── text is data ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "quote",
    [
        "#panic() and #let x = 1",
        "$x^2$ costs $5",
        r"\ backslash \u{41} \#",
        "@label and <label>",
        "`raw` and ```raw```",
        "*bold* _it_ = head - list / term: x ~ --",
        "// comment /* comment */ https://fenholm.example",
        '#import "/etc/passwd": *',
        "[content] {code} \"string\" 'single'",
    ],
)
def test_markup_in_a_quote_is_shown_as_it_is(quote):
    written = " ".join(read_card(a_wording(quote=quote)).text.split())
    assert quote in written


# ── the same bytes ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("script", ["latin", "arabic", "emoji", "japanese"])
def test_the_same_card_has_the_same_bytes(script):
    first, second = (draw_card(a_wording(script), WIDE) for _ in range(2))
    assert first == second


def test_a_picture_has_no_metadata():
    assert set(list_chunks(draw_card(a_wording(), WIDE))) == {b"IHDR", b"IDAT", b"IEND"}


def test_a_hash_names_wording_and_design():
    first = hash_card(a_wording(), WIDE)
    assert first == hash_card(a_wording(), CardDesign())
    others = {
        hash_card(a_wording(role="pilot"), WIDE),
        hash_card(a_wording(), CardDesign(theme="ink")),
    }
    assert len(others | {first}) == 3


def test_hashes_and_obstacles_are_found_without_the_drawing_library():
    code = """
import sys
from digests.cards.drawing import hash_card
from digests.cards.wording import CardDesign, find_obstacle
from tests.digests.cards.wordings import a_wording
assert find_obstacle(a_wording()) is None
hash_card(a_wording(), CardDesign())
assert "typst" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# ── colours ─────────────────────────────────────────────────────────────────────

ACCENTS = ("#000000", "#ffffff", "#ff0000", "#ffff00", "#0000ff", "#5865f2", "#808080",
           "#17594a", "#00ff88", "#f5f2ea")  # fmt: skip


@pytest.mark.parametrize("theme", ["paper", "ink", "plain"])
@pytest.mark.parametrize("accent", [None, *ACCENTS])
def test_every_part_of_a_card_can_be_seen(theme, accent):
    colours = choose_colours(CardDesign(theme=theme, accent=accent))
    against = colours.background
    assert compute_contrast(colours.quote, against) >= 7
    assert compute_contrast(colours.speaker, against) >= 7
    assert compute_contrast(colours.line, against) >= 4.5
    assert compute_contrast(colours.accent, against) >= 4.5


def test_an_accent_that_can_be_seen_stays_as_it_is():
    assert choose_colours(CardDesign(accent="#B00020")).accent == "#b00020"


def test_what_is_no_colour_is_an_error():
    with pytest.raises(DigestsError, match="not a colour"):
        choose_colours(CardDesign(accent="red"))
