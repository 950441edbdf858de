"""What may be fetched: policy from the settings, attachments, public IP addresses.

Attachments are fetched at once and without robots.txt, because that is no crawling, but
only from one origin, also after redirects.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Network,
    ip_address,
)
from itertools import chain

from yarl import URL

from digests.errors import FetchRefused, UsageError
from digests.types import frozen

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


@frozen
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
    #: Whom servers may write to about our requests, besides the project; "" = nobody.
    contact: str = ""

    @property
    def user_agent(self) -> str:
        """Who we are, and where to complain."""
        if not self.contact:
            return USER_AGENT
        return f"{USER_AGENT.removesuffix(')')}; {self.contact})"


def parse_policy(allow_private: str = "", *, contact: str = "") -> FetchPolicy:
    """The policy of a setting.

    Args:
        allow_private: Empty: no private address; `1`: all, on every port;
            `host:port,…`: these besides public 80 and 443. A host without a port
            stands for its ports 80 and 443.
        contact: Named in the User-Agent.

    Raises:
        UsageError: An entry is not a host, or is a single word without a port: «true»
            and «yes» are more likely meant as `1` than as names of hosts.
    """
    written = allow_private.strip()
    if written == "1":
        return FetchPolicy(everything=True, contact=contact)
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    private = frozenset(chain.from_iterable(map(_parse_entry, entries)))
    return FetchPolicy(private=private, contact=contact)


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


@frozen
class HopRules:
    """The rules for the redirects of one fetch, besides the policy."""

    most: int = MAX_REDIRECTS
    #: Whether an address may be asked; None = every one that the policy allows.
    allows: Callable[[str], bool] | None = None

    def check(self, url: URL) -> None:
        """Raise `FetchRefused` if the address may not be asked."""
        if self.allows is not None and not self.allows(str(url)):
            raise FetchRefused("source.page_elsewhere", host=url.host)


@frozen
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


@frozen
class PictureRules:
    """The rules for fetching a picture, besides the policy.

    A page shows several pictures of one host at once: unlike other fetches, those of
    pictures need not wait for each other, unless the host's robots.txt asks for that.
    """

    #: Bytes, compressed and decompressed.
    most: int
    #: Seconds for the response with its redirects.
    deadline: float


# ── public IP addresses ─────────────────────────────────────────────────────────
#
# Which IP addresses are public, by a table of our own.
#
# `ipaddress` is not asked, because its answer depends on the version of Python: 3.11.0
# calls most of 192.0.0.0/24 global, where Oracle's cloud answers with credentials, and
# every version calls multicast global.
#
# IPv4 is public except for the blocks below. IPv6 is public only within 2000::/3, the
# block that addresses are given out of, and there except for the blocks below.
#
# An IPv6 address that contains an IPv4 address:
#
# - *mapped* (::ffff:0:0/96): the operating system connects to the IPv4 address, so this
#   one decides.
# - *NAT64* (64:ff9b::/96, 64:ff9b:1::/48), *6to4* (2002::/16), *Teredo* (2001::/32) and
#   *IPv4-compatible* (::/96): never public, whichever address it contains, because a
#   router of the own network decides where it leads.

#: IANA IPv4 Special-Purpose Address Registry, as of RFC 9637 (iana.org/assignments/
#: iana-ipv4-special-registry), with the blocks in it that are globally reachable and
#: serve no pages; the IANA IPv4 Multicast Address Space Registry; and one address of a
#: cloud that is in no registry.
_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host on this network, RFC 791
            "10.0.0.0/8",  # private use, RFC 1918
            "100.64.0.0/10",  # shared address space, RFC 6598
            "127.0.0.0/8",  # loopback, RFC 1122
            "168.63.129.16/32",  # the host of a virtual machine at Azure (WireServer)
            "169.254.0.0/16",  # link-local, with the metadata of clouds, RFC 3927
            "172.16.0.0/12",  # private use, RFC 1918
            "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
            "192.0.2.0/24",  # documentation, RFC 5737
            "192.31.196.0/24",  # AS112, often a server of the own network, RFC 7535
            "192.52.193.0/24",  # AMT, a relay of multicast, RFC 7450
            "192.88.99.0/24",  # relay of 6to4, RFC 7526
            "192.168.0.0/16",  # private use, RFC 1918
            "192.175.48.0/24",  # AS112, RFC 7534
            "198.18.0.0/15",  # benchmarks, RFC 2544
            "198.51.100.0/24",  # documentation, RFC 5737
            "203.0.113.0/24",  # documentation, RFC 5737
            "224.0.0.0/4",  # multicast, RFC 5771
            "240.0.0.0/4",  # reserved, with the broadcast address, RFC 1112
        ),
    )
)
#: IANA IPv6 Address Space Registry: global unicast.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
#: IANA IPv6 Special-Purpose Address Registry, as of RFC 9637 (iana.org/assignments/
#: iana-ipv6-special-registry): its blocks within 2000::/3.
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments, with Teredo, RFC 2928
            "2001:db8::/32",  # documentation, RFC 3849
            "2002::/16",  # 6to4, RFC 3056
            "2620:4f:8000::/48",  # AS112, RFC 7534
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether a numeric IP address is public.

    Args:
        address: As the operating system writes it; anything else is not public.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_4(parsed)
    if parsed.scope_id is not None:
        return False
    if parsed.ipv4_mapped is not None:
        return _is_public_4(parsed.ipv4_mapped)
    reserved = any(parsed in network for network in _NOT_PUBLIC_6)
    return parsed in _GLOBAL_UNICAST and not reserved


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in network for network in _NOT_PUBLIC_4)
