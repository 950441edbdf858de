"""Messages of the local page, and its mailbox.

A message is identified by its key within the workspace: posting it twice stores one.
"""

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select, update

from bot.errors import SendRefused
from bot.model.delivery import Delivery, LocalMessage
from bot.model.workspace import Scope
from bot.storage.database import Database
from bot.storage.schema import local_messages
from bot.storage.statements import (
    Condition,
    delete_rows,
    find_first,
    from_row,
    in_scope,
    insert_missing,
    to_row,
)


class LocalMailbox:
    """The channels of the local page, stored in the database (`ports.Mailbox`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, delivery: Delivery, at: datetime) -> LocalMessage:
        return await self._database.write(
            add_message, delivery.scope, delivery=delivery, at=at
        )

    async def change(self, delivery: Delivery, at: datetime) -> LocalMessage:
        changed = await self._database.write(
            edit_message, delivery.scope, delivery=delivery, at=at
        )
        if changed is None:
            raise SendRefused("local.message_gone")
        return changed

    async def remove(self, delivery: Delivery) -> None:
        await self._database.write(delete_message, delivery.scope, delivery=delivery)

    async def find(
        self, workspace_id: int, channel: str, key: str
    ) -> LocalMessage | None:
        return await self._database.read(
            find_message, Scope(workspace_id), channel=channel, key=key
        )

    async def newest(
        self, workspace_id: int, channel: str, *, count: int, after: int = 0
    ) -> tuple[LocalMessage, ...]:
        return await self._database.read(
            list_newest_messages,
            Scope(workspace_id),
            channel=channel,
            count=count,
            after=after,
        )


def add_message(
    conn: Connection, scope: Scope, *, delivery: Delivery, at: datetime
) -> LocalMessage:
    """Store the message, or return the existing one with its key."""
    insert_missing(
        conn,
        local_messages,
        to_row(
            local_messages,
            delivery,
            workspace_id=scope.workspace_id,
            payload=dict(delivery.payload),
            posted_at=at,
        ),
    )
    query = select(local_messages).where(*_has_key(scope, delivery.key))
    return from_row(LocalMessage, conn.execute(query).one())


def edit_message(
    conn: Connection, scope: Scope, *, delivery: Delivery, at: datetime
) -> LocalMessage | None:
    """Replace the content of the message with this key; None if there is none."""
    row = conn.execute(
        update(local_messages)
        .where(*_has_key(scope, delivery.key))
        .values(
            payload=dict(delivery.payload),
            fallback_text=delivery.fallback_text,
            edited_at=at,
        )
        .returning(local_messages)
    ).first()
    return from_row(LocalMessage, row) if row else None


def delete_message(conn: Connection, scope: Scope, *, delivery: Delivery) -> None:
    """Delete the message with this key, if it exists."""
    delete_rows(conn, local_messages, *_has_key(scope, delivery.key))


def find_message(
    conn: Connection, scope: Scope, *, channel: str, key: str
) -> LocalMessage | None:
    """Find the message with this key in the channel."""
    query = select(local_messages).where(
        *_has_key(scope, key), local_messages.c.channel == channel
    )
    return find_first(conn, query, partial(from_row, LocalMessage))


def list_newest_messages(
    conn: Connection, scope: Scope, *, channel: str, count: int, after: int
) -> tuple[LocalMessage, ...]:
    """List the newest `count` messages with an id over `after`, oldest first."""
    rows = conn.execute(
        select(local_messages)
        .where(
            in_scope(local_messages, scope),
            local_messages.c.channel == channel,
            local_messages.c.id > after,
        )
        .order_by(local_messages.c.id.desc())
        .limit(count)
    ).all()
    return tuple(from_row(LocalMessage, row) for row in reversed(rows))


def _has_key(scope: Scope, key: str) -> tuple[Condition, ...]:
    return in_scope(local_messages, scope), local_messages.c.key == key
