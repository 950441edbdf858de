"""An entry keeps its id through what publishers change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.sources.feed_entries import canonicalize_address
from tests.digests.sources.test_feed import item, read, rss

PLAIN = "https://news.example/a/bridge?id=7"


def ids(*items: str) -> list[str]:
    return [article.id for article in read(rss(*items)).articles]


@pytest.mark.parametrize(
    "address",
    [
        "http://news.example/a/bridge?id=7",
        "https://www.news.example/a/bridge?id=7",
        "https://news.example/a/bridge/?id=7#top",
        "https://news.example/a/bridge?utm_source=x&id=7&utm_medium=rss",
        "https://news.example/a/bridge?id=7&fbclid=abc",
        "https://NEWS.example:443/a/bridge?id=7",
    ],
)
def test_an_address_is_the_same_through_campaigns_and_schemes(address: str):
    assert canonicalize_address(address) == canonicalize_address(PLAIN)


@pytest.mark.parametrize("address", ["https://news.example", "https://news.example/",
                                     "http://www.news.example"])  # fmt: skip
def test_a_site_is_the_same_with_and_without_its_slash(address: str):
    assert canonicalize_address(address) == "https://news.example/"


def test_a_name_that_only_begins_or_ends_like_a_campaign_stays():
    address = "https://news.example/a?acid=9&sid_no=1&p=4"
    assert canonicalize_address(address) == address


@pytest.mark.parametrize("address", ["https://news.example/a/bridge?id=8",
                                     "https://news.example/A/bridge?id=7",
                                     "https://news.example:8443/a/bridge?id=7",
                                     "https://b.example/a/bridge?id=7"])  # fmt: skip
def test_distinguishing_parts_of_an_address_are_kept(address: str):
    assert canonicalize_address(address) != canonicalize_address(PLAIN)


@given(st.text(max_size=80))
def test_any_text_has_a_canonical_form_that_stays(text: str):
    once = canonicalize_address(f"https://a.example/{text}")
    assert canonicalize_address(once) == once


def test_the_guid_names_an_entry_whatever_its_link_becomes():
    one = ids(item(inside="<guid>7</guid>"))
    assert one == ids(item("New title", "https://b.example/", "<guid>7</guid>"))


def test_a_guid_that_is_an_address_flips_without_harm():
    flipping = [
        ids(item(inside=f"<guid>{scheme}://news.example/b{query}</guid>"))
        for scheme, query in (("http", ""), ("https", ""), ("https", "?utm_source=x"))
    ]
    assert flipping[0] == flipping[1] == flipping[2]


def test_a_guid_that_a_feed_gives_to_all_names_nothing():
    same = "<guid>feed-1</guid>"
    found = ids(
        item("One", "https://a.example/1", same),
        item("Two", "https://a.example/2", same),
    )
    assert len(set(found)) == 2
    assert "feed-1" not in found


def test_without_a_guid_the_link_names_an_entry():
    plain = ids(item(link="https://news.example/b"))
    assert plain == ids(item(link="http://news.example/b?utm_source=rss"))


def test_without_guid_and_link_title_and_date_do():
    def entry(title: str, day: int) -> str:
        date = f"<pubDate>{day:02d} Jan 2026 09:00:00 GMT</pubDate>"
        return f"<item><title>{title}</title>{date}</item>"

    found = [*ids(entry("One", 5)), *ids(entry("One", 4)), *ids(entry("Two", 5))]
    assert len(set(found)) == 3
    assert found[:1] == ids(entry("One", 5))


def test_an_entry_twice_in_a_feed_is_one_article():
    assert len(ids(item(), item())) == 1
