"""Direct messages: find the recipient of a delivery and open their channel.

Opening the same conversation twice returns the same channel on every platform, and
posts nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from bot.errors import SendNotReceived, SendUnclear
from bot.model import PERSON_PREFIX, Delivery
from bot.platforms.common.caches import ExpiringCache

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
