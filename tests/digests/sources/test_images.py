"""Which image a feed, or a page, names as the lead image of an article."""

import json

import pytest

from digests.extraction import extract_article
from digests.sources.feed import parse_feed
from digests.types import ArticleImage
from tests.digests.sources.test_feed import NOW, URL

PAGE = "https://news.example/2026/bridge"


def read_entry(inside: str) -> ArticleImage | None:
    """The image of an entry of RSS with these elements."""
    feed = (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        "<title>Hallin Courier</title><item><title>Bridge closes</title>"
        f"<link>{PAGE}</link>{inside}</item></channel></rss>"
    )
    (article,) = parse_feed(feed.encode(), url=URL, now=NOW).articles
    return article.image


def read_page(head: str) -> ArticleImage | None:
    """The image of a page with this head."""
    html = f"<html><head>{head}</head><body><p>The bridge is closed.</p></body></html>"
    return extract_article(html, url=PAGE).image


def an_image(path: str, alt: str | None = None) -> ArticleImage:
    return ArticleImage(address=f"https://news.example{path}", alt=alt)


@pytest.mark.parametrize(
    "inside",
    [
        '<media:content url="https://news.example/a.jpg" medium="image"/>',
        '<media:content url="https://news.example/a.jpg" type="image/jpeg"/>',
        '<media:content url="https://news.example/a.jpg"/>',
        '<media:content url="/a.jpg" medium="image"/>',
        '<media:thumbnail url="https://news.example/a.jpg" width="240"/>',
        '<enclosure url="https://news.example/a.jpg" type="image/jpeg" length="9"/>',
    ],
    ids=["medium", "type", "ending", "relative", "thumbnail", "enclosure"],
)
def test_an_entry_names_its_image(inside: str):
    assert read_entry(inside) == an_image("/a.jpg")


def test_the_words_of_an_image_are_those_that_the_feed_gives_it():
    found = read_entry(
        '<media:content url="/a.jpg" medium="image"><media:description type="html">'
        "The &lt;b&gt;old&lt;/b&gt; bridge\nat night"
        "</media:description></media:content>"
    )
    assert found == an_image("/a.jpg", "The old bridge at night")


@pytest.mark.parametrize("said", ["DSC_0031.JPG", "https://news.example/a.jpg", " "])
def test_the_name_of_a_file_is_no_description(said: str):
    found = read_entry(
        '<media:content url="/a.jpg" medium="image">'
        f"<media:description>{said}</media:description></media:content>"
    )
    assert found == an_image("/a.jpg")


def test_a_video_or_a_sound_is_no_image():
    assert (
        read_entry(
            '<media:content url="/film.mp4" medium="video"/>'
            '<enclosure url="/talk.mp3" type="audio/mpeg" length="9"/>'
        )
        is None
    )


def test_a_large_image_is_preferred_to_a_small_one_and_a_symbol_is_none():
    small, large, symbol = (
        f'<media:content url="/{width}.jpg" medium="image" width="{width}"/>'
        for width in (140, 1200, 75)
    )
    assert read_entry(small + symbol + large) == an_image("/1200.jpg")
    assert read_entry(symbol) is None


def test_the_portrait_of_the_author_is_not_the_image_of_the_article():
    author = '<media:content url="https://0.gravatar.com/avatar/a1" medium="image"/>'
    own = '<media:content url="/a.jpg" medium="image"/>'
    assert read_entry(author + own) == an_image("/a.jpg")
    assert read_entry(author) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://ana:secret@news.example/a.jpg",
        "ftp://news.example/a.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        f"https://news.example/{'a' * 2_000}.jpg",
    ],
)
def test_an_address_that_may_not_be_fetched_is_no_image(address: str):
    assert read_entry(f'<media:content url="{address}" medium="image"/>') is None
    assert read_page(f'<meta property="og:image" content="{address}">') is None


def test_atom_names_its_image_by_a_link():
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Hallin Courier</title>'
        f'<entry><title>Bridge closes</title><id>1</id><link href="{PAGE}"/>'
        '<link rel="enclosure" type="image/png" href="/a.png" title="The bridge"/>'
        '<content type="html">It is closed.</content></entry></feed>'
    )
    (article,) = parse_feed(feed.encode(), url=URL, now=NOW).articles
    assert article.image == an_image("/a.png", "The bridge")
    assert article.url == PAGE


@pytest.mark.parametrize("name", ["image", "banner_image"])
def test_a_json_feed_names_its_image(name: str):
    entry = {"id": "1", "title": "Bridge closes", name: "/a.jpg"}
    body = json.dumps({"version": "1.1", "title": "Courier", "items": [entry]})
    (article,) = parse_feed(body.encode(), url=URL, now=NOW).articles
    assert article.image == an_image("/a.jpg")


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:image" content="/a.jpg">',
        '<meta name="twitter:image" content="https://news.example/a.jpg">',
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        '"image": ["/a.jpg", "/b.jpg"]}</script>',
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        '"image": {"@type": "ImageObject", "url": "/a.jpg"}}</script>',
    ],
    ids=["og", "twitter", "json-ld list", "json-ld object"],
)
def test_a_page_declares_its_image(head: str):
    assert read_page(head) == an_image("/a.jpg")


def test_a_page_without_an_image_has_none():
    assert read_page('<meta property="og:title" content="Bridge closes">') is None


def test_the_words_of_an_image_of_a_page_are_its_own():
    first = '<meta property="og:image" content="/a.jpg">'
    size = '<meta property="og:image:width" content="1200">'
    words = '<meta property="og:image:alt" content="The bridge">'
    other = '<meta property="og:image" content="/b.jpg">'
    assert read_page(first + size + words) == an_image("/a.jpg", "The bridge")
    assert read_page(first + other + words) == an_image("/a.jpg")


def test_the_caption_of_another_image_is_not_taken():
    head = (
        '<meta property="og:image" content="/a.jpg">'
        '<script type="application/ld+json">{"@type": "NewsArticle", "image": '
        '{"url": "/b.jpg", "caption": "The mayor"}}</script>'
    )
    assert read_page(head) == an_image("/a.jpg")


def test_an_odd_image_in_json_ld_spoils_nothing():
    for odd in ("7", "[]", "[[]]", "null", '{"url": {}}', '{"caption": 1}'):
        head = (
            '<script type="application/ld+json">{"@type": "NewsArticle", '
            f'"headline": "Bridge closes", "image": {odd}}}</script>'
        )
        assert read_page(head) is None
