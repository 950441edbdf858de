"""Verbs on the local page's messages, and the mailbox made of them.

A message is known by its key within its workspace: putting one twice leaves one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.errors import Refused
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.schema import local_messages as table
from bot.types import Delivery, Message


class LocalMailbox:
    """The channels of the local page, kept in the database (`ports.Mailbox`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, delivery: Delivery, at: datetime) -> Message:
        return await self._database.write(
            put, workspace_id=delivery.workspace_id, delivery=delivery, at=at
        )

    async def change(self, delivery: Delivery, at: datetime) -> Message:
        changed = await self._database.write(
            change, workspace_id=delivery.workspace_id, delivery=delivery, at=at
        )
        if changed is None:
            raise Refused("The message is no longer there.")
        return changed

    async def remove(self, delivery: Delivery) -> None:
        await self._database.write(
            remove, workspace_id=delivery.workspace_id, delivery=delivery
        )

    async def find(self, workspace_id: int, channel: str, key: str) -> Message | None:
        return await self._database.read(
            find, workspace_id=workspace_id, channel=channel, key=key
        )

    async def newest(
        self, workspace_id: int, channel: str, *, count: int, after: int = 0
    ) -> tuple[Message, ...]:
        return await self._database.read(
            newest, workspace_id=workspace_id, channel=channel, count=count, after=after
        )


def put(
    connection: Connection, *, workspace_id: int, delivery: Delivery, at: datetime
) -> Message:
    """Post the message, or give back the one that carries this key already."""
    connection.execute(
        insert(connection, table)
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
    row = connection.execute(select(table).where(*_this(workspace_id, delivery.key)))
    return _noun(row.one())


def change(
    connection: Connection, *, workspace_id: int, delivery: Delivery, at: datetime
) -> Message | None:
    """Give the message with this key another content; None when it is gone."""
    row = connection.execute(
        update(table)
        .where(*_this(workspace_id, delivery.key))
        .values(
            payload=dict(delivery.payload),
            fallback_text=delivery.fallback_text,
            edited_at=at,
        )
        .returning(table)
    ).first()
    return _noun(row) if row else None


def remove(connection: Connection, *, workspace_id: int, delivery: Delivery) -> None:
    """Take the message with this key away, if it is there."""
    connection.execute(delete(table).where(*_this(workspace_id, delivery.key)))


def find(
    connection: Connection, *, workspace_id: int, channel: str, key: str
) -> Message | None:
    """Find the message with this key in the channel."""
    row = connection.execute(
        select(table).where(*_this(workspace_id, key), table.c.channel == channel)
    ).first()
    return _noun(row) if row else None


def newest(
    connection: Connection, *, workspace_id: int, channel: str, count: int, after: int
) -> tuple[Message, ...]:
    """List the newest `count` messages with an id over `after`, oldest first."""
    rows = connection.execute(
        select(table)
        .where(
            table.c.workspace_id == workspace_id,
            table.c.channel == channel,
            table.c.id > after,
        )
        .order_by(table.c.id.desc())
        .limit(count)
    ).all()
    return tuple(map(_noun, reversed(rows)))


def _this(workspace_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.workspace_id == workspace_id, table.c.key == key)


def _noun(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        workspace_id=row.workspace_id,
        channel=row.channel,
        key=row.key,
        payload=row.payload,
        fallback_text=row.fallback_text,
        posted_at=row.posted_at,
        edited_at=row.edited_at,
    )
