"""Messages of the local page, and its mailbox.

A message is known by its key within its workspace: putting one twice leaves one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.errors import SendRefused
from bot.model import Delivery, LocalMessage
from bot.storage.database import Database
from bot.storage.schema import local_messages
from bot.storage.statements import insert_into


class LocalMailbox:
    """The channels of the local page, kept in the database (`ports.Mailbox`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, delivery: Delivery, at: datetime) -> LocalMessage:
        return await self._database.write(
            add_message, workspace_id=delivery.workspace_id, delivery=delivery, at=at
        )

    async def change(self, delivery: Delivery, at: datetime) -> LocalMessage:
        changed = await self._database.write(
            edit_message, workspace_id=delivery.workspace_id, delivery=delivery, at=at
        )
        if changed is None:
            raise SendRefused("local.message_gone")
        return changed

    async def remove(self, delivery: Delivery) -> None:
        await self._database.write(
            delete_message, workspace_id=delivery.workspace_id, delivery=delivery
        )

    async def find(
        self, workspace_id: int, channel: str, key: str
    ) -> LocalMessage | None:
        return await self._database.read(
            find_message, workspace_id=workspace_id, channel=channel, key=key
        )

    async def newest(
        self, workspace_id: int, channel: str, *, count: int, after: int = 0
    ) -> tuple[LocalMessage, ...]:
        return await self._database.read(
            list_newest_messages,
            workspace_id=workspace_id,
            channel=channel,
            count=count,
            after=after,
        )


def add_message(
    connection: Connection, *, workspace_id: int, delivery: Delivery, at: datetime
) -> LocalMessage:
    """Post the message, or give back the one that carries this key already."""
    connection.execute(
        insert_into(connection, local_messages)
        .values(
            workspace_id=workspace_id,
            channel=delivery.channel,
            key=delivery.key,
            payload=dict(delivery.payload),
            fallback_text=delivery.fallback_text,
            posted_at=at,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "key"])
    )
    row = connection.execute(
        select(local_messages).where(*_has_key(workspace_id, delivery.key))
    )
    return _message_from_row(row.one())


def edit_message(
    connection: Connection, *, workspace_id: int, delivery: Delivery, at: datetime
) -> LocalMessage | None:
    """Give the message with this key another content; None when it is gone."""
    row = connection.execute(
        update(local_messages)
        .where(*_has_key(workspace_id, delivery.key))
        .values(
            payload=dict(delivery.payload),
            fallback_text=delivery.fallback_text,
            edited_at=at,
        )
        .returning(local_messages)
    ).first()
    return _message_from_row(row) if row else None


def delete_message(
    connection: Connection, *, workspace_id: int, delivery: Delivery
) -> None:
    """Take the message with this key away, if it is there."""
    connection.execute(
        delete(local_messages).where(*_has_key(workspace_id, delivery.key))
    )


def find_message(
    connection: Connection, *, workspace_id: int, channel: str, key: str
) -> LocalMessage | None:
    """Find the message with this key in the channel."""
    row = connection.execute(
        select(local_messages).where(
            *_has_key(workspace_id, key), local_messages.c.channel == channel
        )
    ).first()
    return _message_from_row(row) if row else None


def list_newest_messages(
    connection: Connection, *, workspace_id: int, channel: str, count: int, after: int
) -> tuple[LocalMessage, ...]:
    """List the newest `count` messages with an id over `after`, oldest first."""
    rows = connection.execute(
        select(local_messages)
        .where(
            local_messages.c.workspace_id == workspace_id,
            local_messages.c.channel == channel,
            local_messages.c.id > after,
        )
        .order_by(local_messages.c.id.desc())
        .limit(count)
    ).all()
    return tuple(map(_message_from_row, reversed(rows)))


def _has_key(workspace_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    return (local_messages.c.workspace_id == workspace_id, local_messages.c.key == key)


def _message_from_row(row: Row[Any]) -> LocalMessage:
    return LocalMessage(
        id=row.id,
        workspace_id=row.workspace_id,
        channel=row.channel,
        key=row.key,
        payload=row.payload,
        fallback_text=row.fallback_text,
        posted_at=row.posted_at,
        edited_at=row.edited_at,
    )
