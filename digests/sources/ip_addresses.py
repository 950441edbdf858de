"""Which IP addresses are public, by a table of our own. Pure.

`ipaddress` is not asked, because its answer depends on the version of Python: 3.11.0
calls most of 192.0.0.0/24 global, where Oracle's cloud answers with credentials, and
every version calls multicast global.

IPv4 is public except for the blocks below. IPv6 is public only within 2000::/3, the one
block of which addresses are given out, and there except for the blocks below.

An IPv6 address that contains an IPv4 address:

- *mapped* (::ffff:0:0/96): the operating system connects to the IPv4 address, so this
  one decides.
- *NAT64* (64:ff9b::/96, 64:ff9b:1::/48), *6to4* (2002::/16), *Teredo* (2001::/32) and
  *IPv4-compatible* (::/96): never public, whichever address it contains, because a
  router of the own network decides where it leads.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Network,
    ip_address,
)

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
