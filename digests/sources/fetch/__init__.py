"""The only way to the network: guarded, returns bytes, parses nothing.

async with Fetcher(parse_policy(setting)) as fetcher:
response = await fetcher.fetch("https://news.example/feed.xml")
"""

from digests.sources.fetch.client import Fetcher
from digests.sources.fetch.policy import (
    AttachmentRules,
    FetchPolicy,
    HopRules,
    PictureRules,
    parse_policy,
)
from digests.sources.fetch.response import FetchResponse, NotModified, Validators

__all__ = [
    "AttachmentRules",
    "FetchPolicy",
    "FetchResponse",
    "Fetcher",
    "HopRules",
    "NotModified",
    "PictureRules",
    "Validators",
    "parse_policy",
]
