"""What an admin allows the way out to do; a frozen noun and the rules on its fields."""

import re
from dataclasses import dataclass

from yarl import URL

from digests.errors import Refused, UsageError

#: How we introduce ourselves, to servers and to their robots.txt.
AGENT = "Standfirst (news digests; +https://github.com/standfirst/standfirst)"
ROBOT = "Standfirst"

_LONGEST_ADDRESS = 2048
_NO_HOST = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
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
    agent: str = AGENT


def policy(allow_private: str = "") -> Policy:
    """The policy that a setting asks for.

    Args:
        allow_private: Empty: no private address; `1`: all, on every port;
            `host:port,…`: these besides public 80 and 443.

    Raises:
        UsageError: An entry is not a host with a port.
    """
    written = allow_private.strip()
    if written == "1":
        return Policy(everything=True)
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    return Policy(private=frozenset(map(_entry, entries)))


def _entry(written: str) -> str:
    url = _url(f"http://{written}/")
    if url is None or url.raw_path != "/" or url.explicit_port is None:
        raise UsageError(
            f"{written!r} is not a private address to allow; "
            "write host:port, for example feeds.local:8080, or 1 for all."
        )
    return place(url)


def place(url: URL) -> str:
    """«host:port» of an address, for comparing and for people."""
    host = (url.host or "").rstrip(".").lower()
    return f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"


def parsed(address: str, rules: Policy) -> URL:
    """The address taken apart, where the policy lets us ask for it at all.

    What it resolves to is judged when it is dialled, by `dialling`.

    Raises:
        Refused: Not http(s), no host, unreadable, or a port that is not allowed.
    """
    url = _url(address.strip())
    if url is None:
        raise Refused("This is not an address that can be read.")
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused("Only addresses that begin with http:// or https:// are read.")
    if url.port not in rules.ports and not may_be_private(url, rules):
        raise Refused(
            f"{place(url)} is on another port than 80 and 443; "
            "an admin can allow it in FETCH_ALLOW_PRIVATE."
        )
    return url


def may_be_private(url: URL, rules: Policy) -> bool:
    """Whether this host and port may be dialled wherever they lead."""
    return rules.everything or place(url) in rules.private


def _url(written: str) -> URL | None:
    if len(written) > _LONGEST_ADDRESS:
        return None
    try:
        url = URL(written)
        _ = url.port, url.user
        host = url.host or ""
    except ValueError:
        return None
    return None if _NO_HOST.search(host) else url
