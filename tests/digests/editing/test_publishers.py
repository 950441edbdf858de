import pytest

from digests.editing.publishers import (
    count_publishers,
    find_publisher,
    find_registered_domain,
)
from digests.types import Article


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.bbc.co.uk/news/1", "bbc.co.uk"),
        ("https://www.example.com.ng/a", "example.com.ng"),
        ("https://news.zeitung.example/a", "zeitung.example"),
        ("http://localhost/a", "localhost"),
        ("http://10.0.0.1/a", "10.0.0.1"),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_the_registered_domain(url: str, domain: str):
    assert find_registered_domain(url) == domain


def article(source: str, url: str | None = None) -> Article:
    return Article(id=source, text="", source=source, url=url)


def test_sections_of_one_site_are_one_publisher():
    world = article("Herald - World", "https://herald.example/world/1")
    sport = article("Herald - Sport", "https://herald.example/sport/1")
    assert count_publishers((world, sport), (world.source, sport.source)) == 1


def test_sites_of_one_house_are_one_publisher():
    assert find_publisher(article("G", "https://theguardian.com/a")) == find_publisher(
        article("O", "https://observer.co.uk/a")
    )


def test_feed_titles_without_an_address_lose_their_section():
    assert find_publisher(article("Herald | Politics")) == find_publisher(
        article("Herald")
    )


def test_other_outlets_are_others():
    one, other = article("Herald"), article("Courier")
    assert count_publishers((one, other), ("Herald", "Courier")) == 2


def test_a_story_has_at_least_one_publisher():
    assert count_publishers((), ()) == 1
