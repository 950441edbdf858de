from datetime import UTC, datetime

import pytest

from digests.errors import Unreadable
from digests.sources.page import Page, decoded, read

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
WORDS = (
    "Der Stadtrat von Hallin hat die Brücke gesperrt, weil ein Riss gefunden wurde. "
)


def a_page(head: str = "") -> str:
    return (
        f"<html><head>{head}</head><body><article><p>{WORDS * 5}</p></article></body>"
    )


def look(body: bytes, content_type: str = "text/html") -> Page:
    return read(
        body, url="https://news.example/a/1", content_type=content_type, now=NOW
    )


def test_the_article_and_the_feeds_of_a_page_come_out_together():
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed" title="News">'
    page = look(a_page(feed).encode())
    assert page.article.text.startswith("Der Stadtrat von Hallin")
    assert page.article.url == "https://news.example/a/1"
    assert [(f.address, f.title) for f in page.feeds] == [
        ("https://news.example/feed", "News")
    ]


@pytest.mark.parametrize(
    ("coding", "head", "content_type"),
    [
        ("utf-8", "", "text/html"),
        ("iso-8859-1", "", "text/html; charset=ISO-8859-1"),
        ("windows-1252", '<meta charset="windows-1252">', "text/html"),
        ("koi8-r", '<meta http-equiv="x" content="text/html; charset=koi8-r">', ""),
        ("utf-16", "", "text/html; charset=utf-8"),
        ("cp1252", "", "text/html; charset=unheard-of"),
        ("utf-8", '<meta charset="utf-7">', ""),
        ("utf-8", '<meta charset="zlib_codec">', ""),
        ("utf-8", "", "text/html; charset=ascii"),
    ],
)
def test_a_page_is_decoded_by_mark_server_own_word_or_trial(coding, head, content_type):
    words = "Привет" if coding == "koi8-r" else "Brücke"
    html = f"<html><head>{head}</head><body><p>{words}</p></body></html>"
    if content_type.endswith("=ascii"):
        html = html.replace("ü", "u")
        words = "Brucke"
    assert words in decoded(html.encode(coding), content_type)


@pytest.mark.parametrize("body", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"\0\1\2\3" * 99])
def test_what_is_no_text_is_an_error_in_words(body: bytes):
    with pytest.raises(Unreadable):
        look(body)


def test_a_page_from_the_future_is_dated_now():
    head = '<meta property="article:published_time" content="2031-01-01T00:00:00Z">'
    assert look(a_page(head).encode()).article.published == NOW


def test_a_page_nested_beyond_reason_gives_nothing_and_takes_no_time():
    page = look(b"<div>" * 100_000 + b"<a href='/feed'>x</a>")
    assert page.article.text == ""
    assert page.feeds == ()
