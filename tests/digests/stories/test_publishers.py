import pytest

from digests.stories.publishers import (
    count_publishers,
    find_publisher,
    find_registered_domain,
    list_outlets,
)
from digests.types import Article


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.bbc.co.uk/news/1", "bbc.co.uk"),
        ("https://www.example.com.ng/a", "example.com.ng"),
        ("https://news.zeitung.example/a", "zeitung.example"),
        ("https://www.web.de/a", "web.de"),
        ("https://posten.web.za/a", "posten.web.za"),
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


def test_feeds_of_one_site_are_one_outlet_under_the_first_name():
    asia = article("Tidende Asia", "https://tidende.example/asia/1")
    home = article("Tidende Home", "https://www.tidende.example/home/1")
    other = article("Vik Post", "https://vikpost.example/1")
    assert list_outlets((asia, other, home)) == ("Tidende Asia", "Vik Post")


def test_an_article_without_a_source_is_no_outlet():
    assert list_outlets((article(""), article("Vik Post"))) == ("Vik Post",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Anybody has a site there.
        ("https://ana.substack.com/p/1", "https://bo.substack.com/p/1"),
        ("https://ana.blogspot.co.uk/1", "https://bo.blogspot.co.uk/1"),
        ("https://medium.com/@ana/1", "https://medium.com/@bo/1"),
        ("https://ana.pages.dev/1", "https://bo.pages.dev/1"),
        # It links to the articles of everybody.
        (
            "https://feeds.feedburner.com/~r/ana/1",
            "https://feeds.feedburner.com/~r/bo/1",
        ),
        ("https://bit.ly/1", "https://bit.ly/2"),
        ("https://news.google.com/rss/articles/1", "https://news.google.com/rss/2"),
    ],
)
def test_a_shared_domain_is_no_publisher(one: str, other: str):
    articles = (article("Ana writes", one), article("Bo writes", other))
    assert list_outlets(articles) == ("Ana writes", "Bo writes")


def test_a_feed_of_links_is_as_many_outlets_as_it_links_to():
    name = "Links of today"
    one, other = (
        article(name, f"https://{host}.example/1") for host in ("tidende", "vikpost")
    )
    outlets = list_outlets((one, other))
    assert outlets == (name, "vikpost.example")
    assert count_publishers((one, other), outlets) == 2


def test_two_feeds_of_one_name_are_two_publishers():
    one, other = (article("News", f"https://{host}.example/1") for host in ("a", "b"))
    assert count_publishers((one, other), list_outlets((one, other))) == 2


def test_an_outlet_behind_links_of_others_is_the_same_outlet():
    itself = article("Vik Post - World", "https://vikpost.example/1")
    linked = article("Vik Post", "https://news.google.com/rss/articles/1")
    assert list_outlets((itself, linked)) == ("Vik Post - World",)
    assert count_publishers((itself, linked), (itself.source, linked.source)) == 1
