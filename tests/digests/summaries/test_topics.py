"""A headline names what the article comes back to."""

from digests.summaries import headlines
from digests.summaries.topics import place_topics, price_topics
from digests.types import Article, Span

FOUND = (
    "Lumen co-founder Tom Reed and a team of divers found a huge old wreck in the sea "
    "after an eight-year search for the Orla, which had been lost with all hands."
)
REST = " The Orla sank in May. It was the Orla that burned. A search began for a mast."


def price(kept: str) -> float:
    article = Article(id="a", text=FOUND + REST)
    placed = place_topics(article, Span(start=0, end=len(FOUND)))
    start = FOUND.index(kept)
    return price_topics(placed, [Span(start=start, end=start + len(kept))])


def test_a_version_without_a_topic_loses_by_it():
    assert price("found a huge old wreck") > price("search for the Orla") == 0


def test_a_word_that_the_text_does_not_come_back_to_costs_nothing():
    assert price("for the Orla") == price("search for the Orla")


def test_a_name_that_the_text_comes_back_to_is_in_the_headline():
    made = headlines.write_headline(Article(id="a", text=FOUND + REST)).text
    assert made.endswith("for the Orla")
