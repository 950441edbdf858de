"""Remembers, in a cookie, the newest message that was seen in each channel.

The cookie is only a convenience of the reader's own browser: it is read with
suspicion and grants nothing. The page's script writes the same format.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

COOKIE: Final = "standfirst_seen"
_MOST = 100


def read(cookies: Mapping[str, str]) -> dict[str, int]:
    """Channel → id of the newest message seen there."""
    raw = unquote(cookies.get(COOKIE, "")[:3_000])
    try:
        pairs = parse_qsl(raw, max_num_fields=_MOST)
    except ValueError:
        return {}
    return {
        channel: int(newest)
        for channel, newest in pairs
        if newest.isascii() and newest.isdecimal() and len(newest) < 16
    }


def write(seen: Mapping[str, int]) -> str:
    """The cookie's value for `seen`."""
    return quote(urlencode(dict(list(seen.items())[-_MOST:])), safe="")
