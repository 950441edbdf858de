"""Reads addresses for the terminal: feeds, pages and sites; it composes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from digests.errors import DigestsError, Refused, Unreadable
from digests.sources import reading
from digests.sources.cage import Cage
from digests.sources.fetch import Fetcher, NotModified, policy
from digests.sources.folder import Problem, Reading
from digests.types import Article

_AS_SETTING = "an admin can allow it in FETCH_ALLOW_PRIVATE"


async def read(
    addresses: Sequence[str], *, now: datetime, allow_private: str = ""
) -> list[Reading | DigestsError]:
    """What each address holds, in their order, or why it cannot be read.

    Args:
        addresses: Of feeds, pages or sites; a site is read at the feed it names where
            its own page holds no article.
        now: The time; aware.
        allow_private: As `digests.sources.fetch.policy` takes it.

    Raises:
        UsageError: `allow_private` is not what it should be.
    """
    found: list[Reading | DigestsError] = []
    async with Fetcher(policy(allow_private)) as fetcher, Cage() as cage:
        for address in addresses:
            try:
                found.append(await _one(address, fetcher, cage, now))
            except Refused as error:
                # What an admin has a setting for is an option here.
                here = str(error).replace(_AS_SETTING, "allow it with --allow-private")
                found.append(Refused(here))
            except DigestsError as error:
                found.append(error)
    return found


async def _one(address: str, fetcher: Fetcher, cage: Cage, now: datetime) -> Reading:
    visit: reading.Visit | NotModified
    visit = await reading.read(address, fetcher=fetcher, cage=cage, now=now)
    if isinstance(visit, reading.Visit) and visit.feeds and _is_site(visit):
        feed = visit.feeds[0].address
        visit = await reading.read(feed, fetcher=fetcher, cage=cage, now=now)
    if isinstance(visit, NotModified) or not visit.articles:
        raise Unreadable(f"{address} holds no articles at present.")
    articles = tuple(_with_id(article, address) for article in visit.articles)
    return Reading(articles=articles, problems=_advice(address, visit))


def _is_site(visit: reading.Visit) -> bool:
    """Whether it is a site's page rather than an article's."""
    return not visit.articles or not urlsplit(visit.url).path.strip("/")


def _with_id(article: Article, address: str) -> Article:
    return article if article.id else replace(article, id=article.url or address)


def _advice(address: str, visit: reading.Visit) -> tuple[Problem, ...]:
    """That a page was read as one article where its site has feeds."""
    if visit.kind != "page" or not visit.feeds:
        return ()
    names = ", ".join(link.address for link in visit.feeds[:3])
    return (
        Problem(
            where=address,
            what="It was read as one page.",
            remedy=f"Its site also has feeds: {names}",
        ),
    )
