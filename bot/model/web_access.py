"""Who can reach the web port, and what they may see there."""

from dataclasses import field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from digests.types import frozen

Network: TypeAlias = IPv4Network | IPv6Network


def parse_networks(written: str) -> tuple[Network, ...]:
    """Parse a list of IP addresses and networks. Raises `ValueError`."""
    parts = (part.strip() for part in written.split(","))
    return tuple(ip_network(part, strict=False) for part in parts if part)


@frozen
class WebAccess:
    """Who can reach the web port, and what they may see there without a login."""

    #: Whether only this computer reaches it.
    is_local: bool = True
    #: Address of a proxy that asks for a login before it passes the local page on.
    trusted_proxy: str | None = None
    #: Address under which the console and published editions are reached as well.
    public_url: str | None = None
    #: Proxies whose word is taken for where a request came from.
    trusted_proxies: tuple[Network, ...] = ()
    #: Whoever sends it may read the metrics; None = only this computer may.
    metrics_token: str | None = field(default=None, repr=False)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the public address over https."""
        return (self.public_url or "").startswith("https://")

    @property
    def proxies(self) -> tuple[Network, ...]:
        """Every proxy whose headers are believed."""
        one = (ip_network(self.trusted_proxy),) if self.trusted_proxy else ()
        return (*self.trusted_proxies, *one)

    @property
    def serves_pages(self) -> bool:
        """Whether the local page is served.

        Beyond this computer, only a proxy on another one can be trusted: containers
        make strangers look as if they connected from a loopback address.
        """
        if self.is_local or self.trusted_proxy is None:
            return self.is_local
        return not ip_address(self.trusted_proxy).is_loopback
