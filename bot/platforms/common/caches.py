"""A cache with a size limit and an age limit."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ExpiringCache(Generic[K, V]):
    """Values by key: at most `size` of them, each for `life` seconds.

    A full cache evicts the value that was stored first. Lookups of workspaces and
    people are cached here, so that memory does not grow with their number.
    """

    def __init__(
        self,
        size: int,
        life: float = math.inf,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create an empty cache; `now` is a monotonic clock in seconds."""
        self._size = size
        self._life = life
        self._now = now
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """Return the value of `key`; None if there is none or it is too old."""
        until, value = self._entries.get(key, (-math.inf, None))
        return value if until > self._now() else None

    def put(self, key: K, value: V, life: float | None = None) -> None:
        """Store a value, for `life` seconds if that is given."""
        seconds = self._life if life is None else life
        self._entries.pop(key, None)
        self._entries[key] = self._now() + seconds, value
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def add(self, key: K, value: V) -> bool:
        """Store a value unless the key has one; return whether it was stored."""
        if self.get(key) is not None:
            return False
        self.put(key, value)
        return True

    def discard(self, key: K) -> None:
        """Remove the value of `key`, if there is one."""
        self._entries.pop(key, None)
