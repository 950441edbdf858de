from datetime import UTC, datetime

import pytest

from digests.errors import SourceUnreadable
from digests.sources.feed import parse_sitemap
from digests.types import Article

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)


def a_map(*urls: str) -> bytes:
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"{''.join(urls)}</urlset>"
    ).encode()


def look(body: bytes) -> tuple[Article, ...]:
    return parse_sitemap(body, url="https://news.example/map.xml", now=NOW).articles


def url(number: int = 1, date: str = "2026-01-06T09:30:00+01:00") -> str:
    return (
        f"<url><loc>https://news.example/{number}</loc><news:news><news:publication>"
        "<news:name>Hallin Courier</news:name><news:language>en</news:language>"
        f"</news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>Bridge {number} &amp; road</news:title></news:news></url>"
    )


def test_a_news_sitemap_gives_headlines_with_addresses_and_dates():
    (found,) = look(a_map(url()))
    assert (found.title, found.url) == ("Bridge 1 & road", "https://news.example/1")
    assert found.published == datetime(2026, 1, 6, 8, 30, tzinfo=UTC)
    assert (found.source, found.lang) == ("Hallin Courier", "en")
    assert (found.text, found.excerpt) == ("", True)


def test_no_more_than_500_are_read():
    assert len(look(a_map(*map(url, range(700))))) == 500


def test_a_place_without_a_headline_is_left_out():
    bare = "<url><loc>https://news.example/about</loc></url>"
    assert len(look(a_map(bare, url()))) == 1


def test_the_host_is_the_outlet_of_a_sitemap_that_names_none():
    unnamed = url().replace("<news:name>Hallin Courier</news:name>", "")
    (found,) = look(a_map(unnamed))
    assert found.source == "news.example"


@pytest.mark.parametrize(
    "body",
    [b"", b"<rss/>", b"<sitemapindex/>", a_map(), b"\0" * 99,
     b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + a_map(url())],
)  # fmt: skip
def test_what_is_no_news_sitemap_is_an_error_in_words(body: bytes):
    with pytest.raises(SourceUnreadable):
        look(body)
