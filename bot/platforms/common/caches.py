"""A cache with a size limit and an age limit, and the channels of direct messages.

Opening the same conversation twice returns the same channel on every platform, and
posts nothing.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from bot.errors import SendNotReceived, SendUnclear
from bot.model import PERSON_PREFIX, Delivery

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


#: Conversations whose channel is cached.
MAX_OPEN: Final = 10_000
#: (workspace, person) → the channel. Raises `SendError`.
OpenChannel = Callable[[str, str], Awaitable[str]]


class DirectMessageChannels:
    """Opens conversations and caches their channels."""

    def __init__(self, open_channel: OpenChannel) -> None:
        self._open_channel = open_channel
        self._channels: ExpiringCache[tuple[str, str], str] = ExpiringCache(MAX_OPEN)

    async def open(self, workspace: str, person: str) -> str:
        """Return the channel between the bot and a person of a workspace.

        Raises:
            SendError: The platform opens no conversation with them.
        """
        channel = self._channels.get((workspace, person))
        if channel is None:
            try:
                channel = await self._open_channel(workspace, person)
            except SendUnclear as unclear:
                # The conversation may be open, and no message was sent there.
                raise SendNotReceived(unclear.message) from unclear
            self._channels.put((workspace, person), channel)
        return channel


def get_recipient(delivery: Delivery) -> str | None:
    """Return the person a delivery is for; None if it is for a channel."""
    if not delivery.channel.startswith(PERSON_PREFIX):
        return None
    return delivery.channel.removeprefix(PERSON_PREFIX)
