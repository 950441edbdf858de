"""What may be fetched: the policy from the settings, and rules for attachments.

Attachments are fetched at once and without robots.txt, because that is no crawling, but
only from one origin, also after redirects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from yarl import URL

from digests.errors import FetchRefused, UsageError

#: Our name for servers and in robots.txt.
USER_AGENT = "Standfirst (news digests; +https://github.com/standfirst/standfirst)"
ROBOT_NAME = "Standfirst"
#: What may allow private addresses, in the composer's own command line.
ALLOW_PRIVATE_OPTION = "--allow-private"

MAX_REDIRECTS = 5
#: Bytes of a body, compressed and decompressed.
MAX_RAW, MAX_UNPACKED = 2 << 20, 5 << 20
_LONGEST_ADDRESS = 2048
_NO_HOST = re.compile(r"[\x00-\x20\x7f]")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f:.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchPolicy:
    """What may be fetched, and how often; the defaults are for public addresses."""

    #: Allowed private addresses, «host:port» in lower case.
    private: frozenset[str] = frozenset()
    #: Allow every address and every port.
    everything: bool = False
    #: Allowed ports of public addresses.
    ports: frozenset[int] = frozenset((80, 443))
    #: Seconds for one response with its redirects, without queueing.
    deadline: float = 20.0
    #: Seconds between the starts of fetches from one host.
    spacing: float = 1.0
    #: Whether robots.txt is obeyed.
    robots: bool = True


def parse_policy(allow_private: str = "") -> FetchPolicy:
    """The policy of a setting.

    Args:
        allow_private: Empty: no private address; `1`: all, on every port;
            `host:port,…`: these besides public 80 and 443. A host without a port
            stands for its ports 80 and 443.

    Raises:
        UsageError: An entry is not a host, or is a single word without a port: «true»
            and «yes» are more likely meant as `1` than as names of hosts.
    """
    written = allow_private.strip()
    if written == "1":
        return FetchPolicy(everything=True)
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    return FetchPolicy(
        private=frozenset(chain.from_iterable(map(_parse_entry, entries)))
    )


def _parse_entry(written: str) -> Iterator[str]:
    is_ipv6 = _BARE_IPV6.fullmatch(written) and written.count(":") > 1
    url = parse_url(f"http://[{written}]/" if is_ipv6 else f"http://{written}/")
    if url is None or not url.host or url.user or url.raw_path_qs != "/":
        raise _refuse_entry(written)
    if url.explicit_port is not None:
        yield format_host_port(url)
    elif "." in url.host.strip(".") or ":" in url.host or url.host == "localhost":
        yield from (format_host_port(url.with_port(port)) for port in (80, 443))
    else:
        raise _refuse_entry(written)


def _refuse_entry(written: str) -> UsageError:
    return UsageError(
        f"{written!r} is not a private address to allow; write host:port, for example "
        "feeds.local:8080, a host alone for its ports 80 and 443, for example "
        "10.0.0.7, or 1 for all."
    )


def format_host_port(url: URL) -> str:
    """«host:port» of an address."""
    host = (url.host or "").rstrip(".").lower()
    return f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"


def parse_address(address: str, rules: FetchPolicy) -> URL:
    """The parsed address, if the policy allows it.

    The IP addresses of its host are checked when a connection is opened.

    Raises:
        FetchRefused: Not http(s), no host, unreadable, or a port that is not allowed.
    """
    url = parse_url(address.strip())
    if url is None:
        raise FetchRefused("source.bad_address")
    if url.scheme not in ("http", "https") or not url.host:
        raise FetchRefused("source.not_http")
    if url.port not in rules.ports and not may_be_private(url, rules):
        raise FetchRefused(
            "source.port", place=format_host_port(url), setting=ALLOW_PRIVATE_OPTION
        )
    return url


def may_be_private(url: URL, rules: FetchPolicy) -> bool:
    """Whether this host and port may be private."""
    return rules.everything or format_host_port(url) in rules.private


def parse_url(written: str) -> URL | None:
    """The parsed URL; None if it is unreadable or too long."""
    if len(written) > _LONGEST_ADDRESS:
        return None
    try:
        url = URL(written)
        _ = url.port, url.user
        host = url.host or ""
    except ValueError:
        return None
    return None if _NO_HOST.search(host) else url


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentRules:
    """The rules for fetching an attachment, besides the policy."""

    #: «https://files.example», the only allowed scheme, host and port.
    origin: str
    #: Bytes, compressed and decompressed.
    most: int
    #: A secret token for the origin; "" = none.
    bearer: str = field(default="", repr=False)

    def check(self, url: URL) -> None:
        """Raise `FetchRefused` if the address is not of the origin."""
        if url.origin() != URL(self.origin).origin():
            raise FetchRefused("source.not_attachment", host=url.host)
