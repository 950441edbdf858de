"""Untrusted text on Discord: shown as it is, without live markup."""

import pytest
from hypothesis import given

from bot.i18n.safe_text import sanitize_text
from bot.platforms.discord import limits
from bot.platforms.discord.markdown import (
    escape_line,
    escape_markdown,
    format_block_quote,
    format_code_block,
    format_link,
)
from digests.language.links import make_link
from tests.bot.platforms.discord.hostile import STRINGS, texts
from tests.wire.discord.markdown import read


def as_lines(text: str) -> str:
    return sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("text", STRINGS)
def test_every_known_trick_is_shown_as_words(text):
    shown = read(escape_markdown(text))
    assert (shown.words, shown.live) == (as_lines(text), [])


@pytest.mark.parametrize("text", STRINGS[: STRINGS.index("\\")])
def test_the_reader_that_judges_takes_every_one_of_them_for_live(text):
    assert read(as_lines(text)).live


@given(texts)
def test_whatever_is_put_together_is_shown_as_words(text):
    shown = read(escape_markdown(text))
    assert (shown.words, shown.live) == (as_lines(text), [])


@given(texts)
def test_inside_our_own_marks_it_stays_words(text):
    words = escape_line(text)
    shown = read(f"**1\\. {words}**")
    assert shown.live == [("strong", f"**1\\. {words}**")]
    assert shown.words == f"1. {' '.join(sanitize_text(text).split())}"


@given(texts)
def test_a_block_quote_holds_every_line(text):
    shown = read(format_block_quote(f"“{escape_markdown(text)}”"))
    assert {kind for kind, _ in shown.live} == {"quote"}
    assert shown.words == f"“{as_lines(text)}”"


def test_common_text_is_left_alone():
    text = (
        "The vote was 12-8; it ends at 8:30 (local time), says A. B. O’Neil & Co. #1."
    )
    assert escape_markdown(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "https://wire.example/a_b*c(d)[e]?q=1#here",
        "https://wire.example/ü)x",
        "http://xn--bcher-kva.example/",
        "https://wire.example:8443/a|b||c",
    ],
)
def test_a_link_is_named_after_where_it_leads(address):
    found = make_link(address)
    assert found is not None
    shown = read(format_link(found))
    ((kind, said),) = shown.live
    label, _, target = said.partition(" → ")
    assert kind == "link"
    assert label == found.host == target.split("/")[2]


def test_a_link_that_takes_too_much_room_is_left_out():
    assert format_link(make_link("https://wire.example/" + "a" * limits.LINK)) == ""
    assert format_link(None) == ""


def test_a_listing_is_one_block_whatever_it_holds():
    shown = read(
        format_code_block("name = '```'\n@everyone <@1> ``` [a](https://b.example)")
    )
    assert [kind for kind, _ in shown.live] == ["code"]
