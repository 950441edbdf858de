"""Invented headlines and texts of a few events, for the tests of this folder."""

from datetime import UTC, datetime, timedelta
from typing import Any

from digests.stories.assignment import place_article
from digests.stories.index import StoryIndex
from digests.types import Article, StoryMembership

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)

FERRY = (
    "Harbour master Ilse Vranken stopped all ferries between Tollmar and the Skerry "
    "islands on Tuesday after the ferry Gannet lost a propeller blade. The company "
    "Norrline said 212 passengers were brought ashore by lifeboats. Divers will look "
    "at the shaft on Wednesday morning."
)
FERRY_AGAIN = (
    "A lost propeller blade on the Gannet has stopped ferry traffic to the Skerry "
    "islands. Ilse Vranken, the harbour master of Tollmar, said lifeboats took off 212 "
    "passengers, and Norrline expects divers to inspect the shaft by Wednesday."
)
ORCHARD = (
    "Apple growers in the Pellow valley lost two thirds of their blossom in a night of "
    "frost. The growers' union, led by Tamsin Roake, asked the county for emergency "
    "loans and estimates the damage at nine million crowns."
)


def news(name: str, text: str = "", hours: float = 0, **more: Any) -> Article:
    """An article so many hours after noon."""
    more.setdefault("source", f"Outlet {name}")
    published = NOON + timedelta(hours=hours)
    return Article(id=name, text=text, published=published, **more)


def assign_article(article: Article, archive: StoryIndex) -> StoryMembership:
    """The membership of an article in an archive, which is not changed.

    A later version stays in the story of the version before it.
    """
    there = archive.story_of(article.id) or archive.story_of(article.revises or "")
    if there is not None:
        return StoryMembership(article=article.id, story=there)
    return place_article(article, archive).membership
