"""Hostile bytes are read in a process of their own, which may end without harm.

async with Cage() as cage:
    feed = await cage.run(feed.parse, body, url=url, now=now)
"""

from digests.sources.cage.keeper import Cage
from digests.sources.cage.limits import Limits

__all__ = ["Cage", "Limits"]
