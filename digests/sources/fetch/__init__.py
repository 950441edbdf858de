"""The one guarded way out to the network; nothing here reads what it brings back.

async with Fetcher(policy(setting)) as fetcher:
    answer = await fetcher.fetch("https://news.example/feed.xml")
"""

from digests.sources.fetch.answers import Fetched, NotModified, Validators
from digests.sources.fetch.client import Fetcher
from digests.sources.fetch.handed import Handed
from digests.sources.fetch.policy import Policy, policy

__all__ = [
    "Fetched",
    "Fetcher",
    "Handed",
    "NotModified",
    "Policy",
    "Validators",
    "policy",
]
