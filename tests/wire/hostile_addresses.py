"""Addresses that must never be dialled for outsiders, and the ways to write them."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

#: Each with its description.
HOSTILE = {
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "0.0.0.0": "this host",
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "169.254.169.254": "link-local, cloud metadata",
    "100.64.0.1": "carrier-grade NAT",
    "192.0.0.1": "protocol assignments",
    "192.0.0.9": "protocol assignments, anycast",
    "192.0.0.192": "protocol assignments, cloud metadata",
    "192.31.196.1": "AS112",
    "168.63.129.16": "the host of a virtual machine in a cloud",
    "100.100.100.200": "carrier-grade NAT, cloud metadata",
    "192.0.2.1": "documentation",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "198.18.0.1": "benchmarks",
    "192.88.99.1": "relay of 6to4",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "this host",
    "::1": "loopback",
    "::127.0.0.1": "IPv4-compatible loopback",
    "::ffff:127.0.0.1": "mapped loopback",
    "::ffff:169.254.169.254": "mapped metadata",
    "::ffff:192.0.0.192": "mapped metadata",
    "::ffff:168.63.129.16": "mapped host of a virtual machine",
    "64:ff9b::a83f:8110": "NAT64 of the host of a virtual machine",
    "64:ff9b::c000:c0": "NAT64 of metadata",
    "2002:a83f:8110::1": "6to4 of the host of a virtual machine",
    "2002:c000:c0::1": "6to4 of metadata",
    "2001:0:a83f:8110::1": "Teredo",
    "2001:0:4136:e378:8000:63bf:57c0:7eef": "Teredo of the host of a virtual machine",
    "2620:4f:8000::1": "AS112",
    "64:ff9b::7f00:1": "NAT64 of loopback",
    "64:ff9b::a9fe:a9fe": "NAT64 of metadata",
    "64:ff9b:1::1": "local NAT64",
    "2002:7f00:1::": "6to4 of loopback",
    "2001::1": "Teredo",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "100::1": "discard",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fd12:3456::1": "unique local",
    "fe80::1": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}

#: These must stay allowed.
PUBLIC = (
    "93.184.215.14",
    "1.1.1.1",
    "2606:2800:21f::1",
    "2a00:1450:4001::1",
    # Just outside of blocks that are not public.
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2003::1",
)


def spellings(address: str) -> Iterator[str]:
    """Spellings of this host in a URL."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        yield from _of_four(parsed)
    else:
        yield from _of_six(parsed)


def _of_four(address: IPv4Address) -> Iterator[str]:
    a, b, c, d = address.packed
    number = int(address)
    yield f"{a}.{b}.{c}.{d}"
    yield f"{a}.{b}.{c}.{d}."
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield f"{a}.{b}.{c << 8 | d}"
    yield f"{a}.{b << 16 | c << 8 | d}"
    yield f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield "".join(chr(ord(s) + 0xFEE0) if s != "." else "。" for s in str(address))
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}]"


def _of_six(address: IPv6Address) -> Iterator[str]:
    yield f"[{address}]"
    yield f"[{address.exploded}]"
    yield f"[{str(address).upper()}]"
    yield f"[{address}%25lo]"
