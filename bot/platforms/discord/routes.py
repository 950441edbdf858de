"""Which allowance of Discord's a request draws on: pure, told from its path alone.

Opening threads and publishing have allowances of their own, much smaller than that of
messages; what they use up must not hold up the messages of the same channel.
"""

import re
from typing import Final

_CHANNEL: Final = re.compile(
    r"/channels/(?P<id>\d+)(?:/messages/\d+)?(?P<own>/threads|/crosspost)?(?=/|\Z)"
)


def route_of(path: str) -> str:
    """«2001», «2001/threads», «2001/crosspost»; "" where it is no channel's."""
    found = _CHANNEL.search(path)
    return f"{found['id']}{found['own'] or ''}" if found else ""


def threads(channel: int) -> str:
    """The route by which a channel's threads are opened and listed."""
    return f"{channel}/threads"


def crosspost(channel: int) -> str:
    """The route by which a channel's messages are published."""
    return f"{channel}/crosspost"
