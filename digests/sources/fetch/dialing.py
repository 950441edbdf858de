"""Open connections to public addresses only.

The check is made at the last moment: the socket for an address is created here, after
every look-up, redirect and rebinding, with the numbers that the kernel then connects
to.

An allow list, because lists of forbidden ranges have gaps: IPv4 addresses that are
global and neither multicast nor the 6to4 relay; IPv6 addresses of 2000::/3 without its
ranges for embedded addresses (Teredo, 6to4) or documentation. Sources: IANA's
special-purpose address registries, RFC 6890, RFC 7526, RFC 9637.
"""

import errno
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohappyeyeballs import AddrInfoType
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

#: The kernel's error for a connection that is not permitted.
FORBIDDEN_ERRNO = errno.EACCES


def open_session(
    agent: str, *, guarded: bool, resolver: AbstractResolver | None = None
) -> ClientSession:
    """A session without cookies, proxies, decompression or deadlines of its own.

    Args:
        agent: The User-Agent.
        guarded: False only for private addresses that an admin allowed.
        resolver: Resolves names; None = the operating system.
    """
    connector = TCPConnector(
        use_dns_cache=False,
        resolver=resolver,
        socket_factory=_public_socket if guarded else None,
        # Callers limit concurrency.
        limit=0,
    )
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": agent},
        auto_decompress=False,
        # One deadline for the whole answer is kept by `client`.
        timeout=ClientTimeout(total=None, sock_connect=None),
        trust_env=False,
    )


def _public_socket(about: AddrInfoType) -> socket.socket:
    """A socket for one address, which was checked here."""
    family, kind, protocol, _, address = about
    if not is_public(str(address[0])):
        raise PermissionError(FORBIDDEN_ERRNO, "The address is not public")
    return socket.socket(family=family, type=kind, proto=protocol)


_RELAY_OF_6TO4 = IPv4Network("192.88.99.0/24")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_UNICAST = (
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
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
    if parsed.ipv4_mapped is not None:
        return _is_public_4(parsed.ipv4_mapped)
    return _is_public_6(parsed)


def _is_public_4(address: IPv4Address) -> bool:
    return (
        address.is_global and not address.is_multicast and address not in _RELAY_OF_6TO4
    )


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NOT_UNICAST)
