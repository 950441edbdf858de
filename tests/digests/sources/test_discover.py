from digests.sources.discover import feeds

URL = "https://news.example/section/"


def addresses(html: str) -> list[str]:
    return [found.address for found in feeds(html, url=URL)]


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
    assert feeds(page, url=URL)[0].title == "News"
