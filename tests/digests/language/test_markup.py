"""Pieces of HTML as plain words, many at once and kept apart."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language.markup import html_to_text, html_to_texts

TAGS = ("p", "br", "a", "em", "b", "i", "h2", "li", "ul", "div", "img", "table", "td",
        "script", "P", "pre", "figure")  # fmt: skip
TAG = st.builds(
    str.format,
    st.sampled_from(
        ["<{}>", "</{}>", "<{}/>", '<{} class="a">', "<{} href='a>b'>", "<{} id='"]
    ),
    st.sampled_from(TAGS),
)
WORDS = st.sampled_from(
    ["so", "it is", " ", "  ", "\n", "\xa0", "é", "&amp;", "&lt;b&gt;", "&nbsp;",
     "&#2;", "&#x02", "\x01", "\x02", "<", "<!--", "-->", "'", '"', "\ufeff"]
)  # fmt: skip
PIECE = st.lists(WORDS | TAG, max_size=10).map("".join)


def test_blocks_are_lines_and_inline_tags_are_nothing():
    piece = "<p>The <b>bridge</b>\n is  closed.</p><ul><li>One<li>Two</ul>x<br>y"
    assert html_to_text(piece) == "The bridge is closed.\nOne\nTwo\nx\ny"


def test_references_and_foreign_blanks_are_put_in_order():
    assert html_to_text("<p>Fish&nbsp;&amp;\u2003chips&#8217;s</p>") == "Fish & chips’s"


def test_no_pieces_give_no_words():
    assert html_to_texts([]) == []


@given(st.lists(PIECE, max_size=6))
def test_pieces_parsed_together_equal_those_parsed_alone(pieces: list[str]):
    assert html_to_texts(pieces) == [html_to_text(piece) for piece in pieces]


@pytest.mark.parametrize(
    "piece",
    [
        "a<script>",
        "a<!--",
        "a<a href='",
        "a<table><tr>",
        "a<title>",
        "a<textarea>",
        "a<b><i><div>",
        "a</div></body></html>",
        "a&#2;<a href='",
        "a\x02<a href='",
        "a<p",
    ],
)
def test_a_piece_that_is_left_open_takes_nothing_from_the_next(piece: str):
    assert html_to_texts([piece, "b'>", "<p>c</p>"])[1:] == ["b'>", "c"]


def test_what_is_nested_deeper_than_any_page_gives_no_words_and_spoils_no_other():
    deep = "<div>" * 4_000 + "x"
    assert html_to_texts([deep, "<p>Kept.</p>"]) == ["", "Kept."]


def test_many_pieces_that_leave_tags_open_take_no_longer_than_before():
    # Joined, they would be nested 100,000 deep, which takes parsers quadratic time.
    pieces = ["<div>" * 1_000 + "x"] * 100
    begun = time.process_time()
    assert html_to_texts(pieces) == ["x"] * 100
    assert time.process_time() - begun < 2
