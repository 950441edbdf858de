"""Parse hostile bytes in a separate process with limits.

async with Sandbox() as sandbox:
feed = await sandbox.run(parse_feed, body, url=url, now=now)
"""

from digests.sources.sandbox.process import Sandbox, SandboxLimits

__all__ = ["Sandbox", "SandboxLimits"]
