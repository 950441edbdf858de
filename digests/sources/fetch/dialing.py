"""Opens connections, and only to addresses that the allow rule lets through.

The check sits at the last moment: the socket for an address is made here, after every
look-up, redirect and rebinding, from the very numbers that the kernel then dials.
"""

import errno
import socket

from aiohappyeyeballs import AddrInfoType
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

from digests.sources.fetch.addresses import is_public

#: What the kernel would say too when a connection is not permitted.
FORBIDDEN = errno.EACCES


def session(
    agent: str, *, guarded: bool, resolver: AbstractResolver | None = None
) -> ClientSession:
    """A session without cookies, proxies, unpacking or deadlines of its own.

    Args:
        agent: What it calls itself.
        guarded: False only for the places that an admin named.
        resolver: Who turns names into addresses; None = the operating system.
    """
    connector = TCPConnector(
        use_dns_cache=False,
        resolver=resolver,
        socket_factory=_public_socket if guarded else None,
        # How much goes on at once is for the caller to say; slow hosts hold no place.
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
    """A socket for one address; the loop dials exactly what was judged here."""
    family, kind, protocol, _, address = about
    if not is_public(str(address[0])):
        raise PermissionError(FORBIDDEN, "The address is not public")
    return socket.socket(family=family, type=kind, proto=protocol)
