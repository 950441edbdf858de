from datetime import UTC, datetime

import pytest

from digests.errors import SourceUnreadable, UnreadableInput
from digests.sources.page import decode_page, find_feed_links, parse_page
from digests.sources.untrusted import ParsedSource

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
WORDS = (
    "Der Stadtrat von Hallin hat die Brücke gesperrt, weil ein Riss gefunden wurde. "
)


def a_page(head: str = "") -> str:
    return (
        f"<html><head>{head}</head><body><article><p>{WORDS * 5}</p></article></body>"
    )


def look(body: bytes, content_type: str = "text/html") -> ParsedSource:
    return parse_page(
        body, url="https://news.example/a/1", content_type=content_type, now=NOW
    )


def test_the_article_and_the_feeds_of_a_page_come_out_together():
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed" title="News">'
    page = look(a_page(feed).encode())
    (article,) = page.articles
    assert article.text.startswith("Der Stadtrat von Hallin")
    assert article.url == "https://news.example/a/1"
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
    assert words in decode_page(html.encode(coding), content_type)


@pytest.mark.parametrize("body", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"\0\1\2\3" * 99])
def test_what_is_no_text_is_an_error_in_words(body: bytes):
    with pytest.raises(UnreadableInput):
        look(body)


LISTINGS = [
    "<title>Index of /press</title><h1>Index of /press</h1><table><tr><td>"
    '<a href="/">Parent Directory</a></td></tr><tr><td><a href="a.html">'
    "2026-02-release-on-the-new-harbour-and-its-cranes.html</a></td></tr></table>",
    "<title>Directory listing for /</title><h1>Directory listing for /</h1>"
    '<ul><li><a href="a">a</a></li></ul>',
    '<h1>files</h1><pre><a href="../">../</a>\n<a href="one.html">one.html</a></pre>',
    '<pre><A HREF="/">[To Parent Directory]</A><br>1/4/2026 <A HREF="/b/a">a</A></pre>',
]


@pytest.mark.parametrize("body", LISTINGS)
def test_a_list_of_files_is_no_article_and_says_what_to_give_instead(body: str):
    with pytest.raises(SourceUnreadable, match=r"list of files.* page or feed in it"):
        parse_page(f"<html><body>{body}</body></html>".encode(), url=URL, now=NOW)


NOTICES = [
    "<p>not a feed</p>",
    "<title>404 Not Found</title><h1>Page not found</h1><p>Sorry, the page that you "
    "wanted is not here. Use the search to find it, or go to the home page.</p>",
    "<title>Sign in</title><h1>Sign in</h1><p>Please enter the name and the password "
    "that you were given when you registered, then press the button.</p>",
    "<title>hallin.example is for sale</title><h1>Buy this domain</h1><p>The domain "
    "hallin.example is for sale. Make an offer today, and get it within a day.</p>",
    "<title>News</title><p>You need to enable JavaScript to run this app.</p>",
]


@pytest.mark.parametrize("body", NOTICES)
def test_a_notice_in_an_articles_place_is_no_article(body: str):
    with pytest.raises(SourceUnreadable, match="neither an article"):
        parse_page(f"<html><body>{body}</body></html>".encode(), url=URL, now=NOW)


def test_a_long_article_may_have_the_words_of_an_error_in_its_title():
    told = "The two climbers were last seen on Monday near the hut above Hallin. " * 12
    page = f"<title>Climbers not found after a week</title><p>{told}</p>"
    found = parse_page(page.encode(), url=URL, now=NOW)
    assert len(found.articles) == 1


def test_an_article_about_an_index_is_one():
    words = "The index of harbour prices rose by two percent in the third quarter. " * 6
    page = f"<title>Index of prices rises</title><h1>Index of prices</h1><p>{words}</p>"

    (article,) = parse_page(page.encode(), url=URL, now=NOW).articles
    assert article.text.startswith("The index of harbour prices")


def test_a_page_from_the_future_is_dated_now():
    head = '<meta property="article:published_time" content="2031-01-01T00:00:00Z">'
    assert look(a_page(head).encode()).articles[0].published == NOW


def test_a_page_nested_beyond_reason_gives_nothing_and_takes_no_time():
    with pytest.raises(SourceUnreadable):
        look(b"<div>" * 100_000 + b"<a href='/feed'>x</a>")


URL = "https://news.example/section/"


def addresses(html: str) -> list[str]:
    return [found.address for found in find_feed_links(html, url=URL)]


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}">'


def test_every_kind_of_declared_feed_is_found_in_order():
    kinds = ("rss+xml", "atom+xml", "rdf+xml", "feed+json", "json")
    page = "".join(link(f"/{i}", f"application/{k}") for i, k in enumerate(kinds))
    assert addresses(page) == [f"https://news.example/{i}" for i in range(5)]


def test_relative_addresses_are_completed():
    assert addresses(link("feed.xml")) == ["https://news.example/section/feed.xml"]


def test_links_that_look_like_feeds_come_after_declared_ones():
    page = '<a href="/rss">Our feed</a><a href="/about">About</a>' + link("/main")
    assert addresses(page) == ["https://news.example/main", "https://news.example/rss"]


def test_one_address_is_offered_once():
    assert len(addresses(link("/f") + link("/f"))) == 1


def test_style_sheets_translations_and_pages_are_no_feeds():
    page = (
        link("/x.css", "text/css") + link("/de", "text/html") + link("/x", rel="icon")
    )
    assert addresses(page) == []


def test_an_address_that_is_no_plain_web_address_is_not_offered():
    page = link("javascript:x") + link("file:///etc/passwd") + link("//a:b@c.example/")
    assert addresses(page + link("http://[::1")) == []


def test_a_page_offers_twenty_at_most():
    assert len(addresses("".join(link(f"/{i}") for i in range(99)))) == 20


def test_markup_in_a_title_is_none():
    page = '<link rel=alternate type=application/rss+xml href=/f title="<b>News</b>">'
    assert find_feed_links(page, url=URL)[0].title == "News"
