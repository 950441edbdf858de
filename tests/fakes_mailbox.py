"""A mailbox in memory: passes the same contract test as the database's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.errors import SendRefused
from bot.model import Delivery, LocalMessage


class MemoryMailbox:
    """`bot.ports.Mailbox` over a list."""

    def __init__(self) -> None:
        self._messages: list[LocalMessage] = []
        self._last = 0

    async def put(self, delivery: Delivery, at: datetime) -> LocalMessage:
        found = self._by_key(delivery.workspace_id, delivery.key)
        if found is not None:
            return found
        self._last += 1
        message = LocalMessage(
            id=self._last,
            workspace_id=delivery.workspace_id,
            channel=delivery.channel,
            key=delivery.key,
            payload=delivery.payload,
            fallback_text=delivery.fallback_text,
            posted_at=at,
        )
        self._messages.append(message)
        return message

    async def change(self, delivery: Delivery, at: datetime) -> LocalMessage:
        found = self._by_key(delivery.workspace_id, delivery.key)
        if found is None:
            raise SendRefused("The message is no longer there.")
        changed = replace(
            found,
            payload=delivery.payload,
            fallback_text=delivery.fallback_text,
            edited_at=at,
        )
        self._messages[self._messages.index(found)] = changed
        return changed

    async def remove(self, delivery: Delivery) -> None:
        found = self._by_key(delivery.workspace_id, delivery.key)
        if found is not None:
            self._messages.remove(found)

    async def find(
        self, workspace_id: int, channel: str, key: str
    ) -> LocalMessage | None:
        found = self._by_key(workspace_id, key)
        return found if found and found.channel == channel else None

    async def newest(
        self, workspace_id: int, channel: str, *, count: int, after: int = 0
    ) -> tuple[LocalMessage, ...]:
        fitting = [
            message
            for message in self._messages
            if (message.workspace_id, message.channel) == (workspace_id, channel)
            and message.id > after
        ]
        return tuple(fitting[-count:])

    async def newest_ids(self, workspace_id: int) -> Mapping[str, int]:
        mine = (one for one in self._messages if one.workspace_id == workspace_id)
        return {message.channel: message.id for message in mine}

    def _by_key(self, workspace_id: int, key: str) -> LocalMessage | None:
        return next(
            (
                message
                for message in self._messages
                if (message.workspace_id, message.key) == (workspace_id, key)
            ),
            None,
        )
