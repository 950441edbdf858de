"""Token buckets for requests: one for each client, and one for all. Pure.

What strangers ask for must not slow down what is due: refusing a request costs a small
part of answering it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final

from digests.types import frozen

#: Clients that are remembered; the one that asked longest ago is forgotten first.
MAX_CLIENTS: Final = 10_000


@frozen
class Rate:
    """How many requests may come: at once, and per second."""

    burst: float
    per_second: float


#: A page with its pictures is about ten requests.
CLIENT_RATE: Final = Rate(burst=60, per_second=10)
TOTAL_RATE: Final = Rate(burst=200, per_second=100)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float

    def take(self, rate: Rate, now: float) -> bool:
        gained = max(0.0, now - self.filled_at) * rate.per_second
        self.tokens = min(rate.burst, self.tokens + gained)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(kw_only=True, slots=True)
class RequestLimiter:
    """Decides which requests are answered; `monotonic` is in seconds."""

    monotonic: Callable[[], float]
    client_rate: Rate = CLIENT_RATE
    total_rate: Rate = TOTAL_RATE
    _clients: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)
    _total: _Bucket | None = None

    def admit(self, client: str) -> bool:
        """Count a request of a client (an IP address); False = refuse it.

        One that its own client's bucket refuses takes nothing from the common one, so
        that a single client cannot shut out the others.
        """
        now = self.monotonic()
        bucket = self._find_bucket(_name_client(client), now)
        if self._total is None:
            self._total = _Bucket(tokens=self.total_rate.burst, filled_at=now)
        return bucket.take(self.client_rate, now) and self._total.take(
            self.total_rate, now
        )

    def _find_bucket(self, name: str, now: float) -> _Bucket:
        bucket = self._clients.pop(name, None)
        if bucket is None:
            bucket = _Bucket(tokens=self.client_rate.burst, filled_at=now)
        self._clients[name] = bucket
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return bucket


def _name_client(address: str) -> str:
    """Name who asks: a household has a whole network of IPv6 addresses."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return address
