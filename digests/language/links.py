"""The one rule for which addresses become links, and how they are written. Pure.

An address becomes a link only when every program reads the same host from it: plain
http(s), without user information, with a host of letters, digits and dots, or an IP
address in its usual form. «https://bank.example%40evil.example/» is none: programs
disagree about where it leads. Sources, pages, documents and messages ask here.

The host is written in ASCII (IDNA), and everything behind it percent-encoded, so that
no character of an address is markup, or changes how the line around it is read.
"""

import re
import unicodedata
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from digests.types import frozen

#: Characters of a URL that may become a link.
MAX_URL: Final = 2_000
_LONGEST_HOST = 253

#: A link that is already written as we write it; most are.
_PLAIN = re.compile(
    r"(https?://((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}))"
    r"(?:/[A-Za-z0-9_./?&=%+~,;!:@#-]*)?"
)
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\]")
_HOST_NAME = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
)
#: The last part of a host that browsers read as a number of an IPv4 address.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
#: The codec «idna» replaces these by others, and so leads to another host.
_DEVIATIONS = frozenset("ßẞς\u200c\u200d")
#: Characters that stay as they are behind the host.
_UNQUOTED = "/:;=,.~!$&+%?@-_"


@frozen
class Link:
    """A URL that may be followed, in ASCII, and the host that it leads to."""

    href: str
    #: With its port, if the URL has one.
    host: str


def make_link(url: str | None) -> Link | None:
    """Make a link from a URL; None if the URL may not become one."""
    if not url or len(url) > MAX_URL:
        return None
    plain = _PLAIN.fullmatch(url)
    if plain and len(plain[2]) <= _LONGEST_HOST:
        return Link(href=url, host=plain[2])
    if _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = _read_host(parts)
        port = "" if parts.port is None else f":{parts.port}"
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    path, query, fragment = (
        quote(part.encode("utf-8", "replace"), safe=_UNQUOTED)
        for part in (parts.path, parts.query, parts.fragment)
    )
    href = urlunsplit((parts.scheme, host + port, path, query, fragment))
    return Link(href=href, host=host + port)


def _read_host(parts: SplitResult) -> str:
    """The host in ASCII; "" if programs could read another one.

    Raises:
        ValueError: It is no IP address, or a part of its name is too long or invalid.
    """
    if "@" in parts.netloc:
        return ""
    written = parts.hostname or ""
    if ":" in written:
        return f"[{ip_address(written)}]" if "%" not in written else ""
    host = ".".join(map(_encode_label, _DOTS.split(written))).removesuffix(".")
    if len(host) > _LONGEST_HOST or not _HOST_NAME.fullmatch(host):
        return ""
    if _NUMBER.fullmatch(host):
        return host if str(ip_address(host)) == host else ""
    return host


def _encode_label(label: str) -> str:
    """A part of a host's name in ASCII, as browsers read it."""
    if _DEVIATIONS.isdisjoint(label):
        return label.encode("idna").decode("ascii") if label else ""
    name = unicodedata.normalize("NFC", label.lower())
    return f"xn--{name.encode('punycode').decode('ascii')}"
