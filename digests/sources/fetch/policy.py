"""What may be fetched: the policy from the settings, rules for attachments.

Nobody crawls there: it is asked for at once, and no robots.txt has a say. In its place
one origin is asked and no other, wherever that may redirect.
"""

import re
from dataclasses import dataclass, field

from yarl import URL

from digests.errors import FetchRefused, UsageError

#: How we introduce ourselves, to servers and to their robots.txt.
USER_AGENT = "Standfirst (news digests; +https://github.com/standfirst/standfirst)"
ROBOT_NAME = "Standfirst"
#: What may allow private addresses, in the composer's own command line.
ALLOW_PRIVATE_OPTION = "--allow-private"

_LONGEST_ADDRESS = 2048
_NO_HOST = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchPolicy:
    """Limits of the way out; the defaults are for the open internet."""

    #: «host:port», lower case, that may be dialled besides public 80 and 443.
    private: frozenset[str] = frozenset()
    #: Every address and every port may be dialled.
    everything: bool = False
    #: Ports that public addresses may be dialled on.
    ports: frozenset[int] = frozenset((80, 443))
    #: Seconds for one answer with all its redirects, waiting in line not counted.
    deadline: float = 20.0
    #: Bytes of a body as they come over the wire, and unpacked.
    raw: int = 2 << 20
    unpacked: int = 5 << 20
    redirects: int = 5
    #: Seconds between the starts of two fetches from one host.
    spacing: float = 1.0
    #: Whether robots.txt is asked and obeyed.
    robots: bool = True
    agent: str = USER_AGENT


def parse_policy(allow_private: str = "") -> FetchPolicy:
    """The policy that a setting asks for.

    Args:
        allow_private: Empty: no private address; `1`: all, on every port;
            `host:port,…`: these besides public 80 and 443.

    Raises:
        UsageError: An entry is not a host with a port.
    """
    written = allow_private.strip()
    if written == "1":
        return FetchPolicy(everything=True)
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    return FetchPolicy(private=frozenset(map(_parse_entry, entries)))


def _parse_entry(written: str) -> str:
    url = _parse_url(f"http://{written}/")
    if url is None or url.raw_path != "/" or url.explicit_port is None:
        raise UsageError(
            f"{written!r} is not a private address to allow; "
            "write host:port, for example feeds.local:8080, or 1 for all."
        )
    return format_host_port(url)


def format_host_port(url: URL) -> str:
    """«host:port» of an address, for comparing and for people."""
    host = (url.host or "").rstrip(".").lower()
    return f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"


def parse_address(address: str, rules: FetchPolicy) -> URL:
    """The address taken apart, where the policy lets us ask for it at all.

    What it resolves to is judged when it is dialled, by `dialling`.

    Raises:
        Refused: Not http(s), no host, unreadable, or a port that is not allowed.
    """
    url = _parse_url(address.strip())
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
    """Whether this host and port may be dialled wherever they lead."""
    return rules.everything or format_host_port(url) in rules.private


def _parse_url(written: str) -> URL | None:
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
    """What a fetch is held to, besides the policy."""

    #: «https://files.example», the only scheme, host and port that are asked.
    origin: str
    #: Bytes, over the wire and unpacked.
    most: int
    #: Said to the origin; a secret. "" = the address is enough.
    bearer: str = field(default="", repr=False)

    def check(self, url: URL) -> None:
        """Raise `Refused` where the address is not the origin's."""
        if url.origin() != URL(self.origin).origin():
            raise FetchRefused("source.not_attachment", host=url.host)
