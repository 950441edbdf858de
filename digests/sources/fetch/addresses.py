"""Which addresses of the network may be dialled: the allow rule, pure and without I/O.

An allow rule, because every list of forbidden ranges has holes: IPv4 that is global and
neither multicast nor the relay of 6to4; IPv6 only out of 2000::/3 less the ranges of
it that carry other addresses (Teredo, 6to4) or none (documentation). Sources: IANA's
special-purpose address registries, RFC 6890, RFC 7526, RFC 9637.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

_RELAY_OF_6TO4 = IPv4Network("192.88.99.0/24")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_UNICAST = (
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


def is_public(address: str) -> bool:
    """Whether a numeric address, as it would be dialled, belongs to the open internet.

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
