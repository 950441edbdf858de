"""Addresses of sources: mask secrets, distinguish private from public ones. Pure.

An address can contain a secret: a name and password, or a key. It is then shown with an
ellipsis in place of the secret, and belongs to the workspace that added it.
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from digests.language.links import make_link

MASK = "…"
_SECRET = re.compile(
    r"(?P<name>(?:^|&)(?:[\w.-]*[_.-])?"
    r"(?:token|key|apikey|auth|secret|sig|signature|pass|password|pwd|session|sid|code)"
    r"=)[^&]+",
    re.IGNORECASE,
)
#: A long mixture of letters and digits in a path is a key, as in some private feeds.
_KEY_IN_PATH = re.compile(
    r"(?<=/)(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_-]{32,}(?=/|\Z)"
)
#: A name and password where the address cannot be taken apart, or has no scheme.
_BEFORE_HOST = re.compile(r"(?<=://).*@|\A[^/?#\s]*:[^/?#\s]*@", re.DOTALL)
_OWN_NETWORK = (".local", ".internal", ".lan", ".home.arpa", ".localhost", ".test")


def mask_secrets(address: str) -> str:
    """Mask passwords and keys, so that the address may be shown."""
    parts = _split_address(address)
    if parts is None:
        return _BEFORE_HOST.sub(f"{MASK}@", address)
    place = parts.netloc
    if "@" in place:
        place = f"{MASK}@{place.rpartition('@')[2]}"
    query = _SECRET.sub(rf"\g<name>{MASK}", parts.query)
    path = _KEY_IN_PATH.sub(MASK, parts.path)
    return urlunsplit((parts.scheme, place, path, query, ""))


def is_masked(address: str) -> bool:
    """Whether the address was shown with its secret masked."""
    return MASK in address and _split_address(address) is not None


def has_password(address: str) -> bool:
    """Whether the address contains a name and password."""
    parts = _split_address(address)
    return parts is not None and "@" in parts.netloc


def is_private(address: str, allow_private: str = "") -> bool:
    """Whether the contents of the address belong to one workspace only.

    Args:
        address: Address of a feed or page.
        allow_private: The setting `allow_private`: the hosts that it lists are private;
            if it allows every network, all addresses are private.
    """
    # Imported late, here and below: it loads the network's library.
    from digests.sources.fetch import policy

    parts = _split_address(address)
    if parts is None or mask_secrets(address) != address:
        return True
    url = policy.parse_url(address)
    if url is None or policy.may_be_private(url, policy.parse_policy(allow_private)):
        return True
    return _in_own_network(parts)


def may_read_page(
    source_address: str, address: str, *, allow_private: str = ""
) -> bool:
    """Whether a feed may cause a request to the address of a page.

    A feed can name any address: one in a private network is asked only on the host of
    the feed.
    """
    if make_link(address) is None:
        return False
    same_host = extract_host(address) == extract_host(source_address)
    return same_host or not is_private(address, allow_private)


def extract_host(address: str) -> str:
    """Return the host with its port, without a password; "" if there is none."""
    parts = _split_address(address)
    return parts.netloc.rpartition("@")[2].lower() if parts else ""


def is_front_page(address: str) -> bool:
    """Whether it is the front page of a site."""
    parts = _split_address(address)
    return parts is not None and not parts.path.strip("/") and not parts.query


def _in_own_network(parts: SplitResult) -> bool:
    from digests.sources.fetch.policy import is_public

    host = (parts.hostname or "").rstrip(".")
    try:
        ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_OWN_NETWORK)
    return not is_public(host)


def _split_address(address: str) -> SplitResult | None:
    if "://" not in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts
