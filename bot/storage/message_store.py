"""Messages of the local page, and its mailbox.

A message is identified by its key within the workspace: posting it twice stores one.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.errors import SendRefused
from bot.model.edition import Delivery, LocalMessage
from bot.model.scope import Scope
from bot.storage.database import Database
from bot.storage.schema import local_messages
from bot.storage.statements import (
    delete_rows,
    find_first,
    from_row,
    in_scope,
    insert_missing,
    list_all,
    to_row,
    update_first,
)
from digests.types import frozen_positional


@frozen_positional
class LocalMailbox:
    """The channels of the local page, stored in the database (`ports.Mailbox`)."""

    database: Database

    async def put(self, delivery: Delivery, at: datetime) -> LocalMessage:
        return await self.database.write(
            add_message, delivery.scope, delivery=delivery, at=at
        )

    async def change(self, delivery: Delivery, at: datetime) -> LocalMessage:
        changed = await self.database.write(
            edit_message, delivery.scope, delivery=delivery, at=at
        )
        if changed is None:
            raise SendRefused("local.message_gone")
        return changed

    async def remove(self, delivery: Delivery) -> None:
        await self.database.write(delete_message, delivery.scope, delivery=delivery)

    async def find(
        self, workspace_id: int, channel: str, key: str
    ) -> LocalMessage | None:
        return await self.database.read(
            find_message, Scope(workspace_id), channel=channel, key=key
        )

    async def newest(
        self, workspace_id: int, channel: str, count: int, after: int = 0
    ) -> tuple[LocalMessage, ...]:
        return await self.database.read(
            list_newest_messages,
            Scope(workspace_id),
            channel=channel,
            count=count,
            after=after,
        )

    async def newest_ids(self, workspace_id: int) -> Mapping[str, int]:
        return await self.database.read(map_newest_ids, Scope(workspace_id))


def add_message(
    conn: Connection, scope: Scope, delivery: Delivery, at: datetime
) -> LocalMessage:
    """Store the message, or return the existing one with its key."""
    content = {"payload": dict(delivery.payload), "posted_at": at}
    row = to_row(local_messages, delivery, **asdict(scope), **content)
    insert_missing(conn, local_messages, row)
    mine = in_scope(local_messages, scope, key=delivery.key)
    return from_row(
        LocalMessage, conn.execute(select(local_messages).where(mine)).one()
    )


def edit_message(
    conn: Connection, scope: Scope, delivery: Delivery, at: datetime
) -> LocalMessage | None:
    """Replace the content of the message with this key; None if there is none."""
    return update_first(
        conn,
        local_messages,
        LocalMessage,
        in_scope(local_messages, scope, key=delivery.key),
        payload=dict(delivery.payload),
        fallback_text=delivery.fallback_text,
        edited_at=at,
    )


def delete_message(conn: Connection, scope: Scope, delivery: Delivery) -> None:
    """Delete the message with this key, if it exists."""
    delete_rows(conn, local_messages, in_scope(local_messages, scope, key=delivery.key))


def find_message(
    conn: Connection, scope: Scope, channel: str, key: str
) -> LocalMessage | None:
    """Find the message with this key in the channel."""
    mine = in_scope(local_messages, scope, channel=channel, key=key)
    return find_first(conn, select(local_messages).where(mine), LocalMessage)


def list_newest_messages(
    conn: Connection, scope: Scope, channel: str, count: int, after: int
) -> tuple[LocalMessage, ...]:
    """List the newest `count` messages with an id over `after`, oldest first."""
    key, there = local_messages.c.id, in_scope(local_messages, scope, channel=channel)
    query = select(local_messages).where(there, key > after).order_by(key.desc())
    return list_all(conn, query.limit(count), LocalMessage)[::-1]


def map_newest_ids(conn: Connection, scope: Scope) -> Mapping[str, int]:
    """Map each channel that has messages to the id of its newest one."""
    channel, newest = local_messages.c.channel, func.max(local_messages.c.id)
    query = select(channel, newest).where(in_scope(local_messages, scope))
    return {row[0]: row[1] for row in conn.execute(query.group_by(channel))}
