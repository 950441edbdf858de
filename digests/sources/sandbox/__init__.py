"""Parse hostile bytes in a separate, limited process.

async with Cage() as cage:
    feed = await cage.run(feed.parse, body, url=url, now=now)
"""

from digests.sources.sandbox.process import Sandbox, SandboxLimits

__all__ = ["Sandbox", "SandboxLimits"]
