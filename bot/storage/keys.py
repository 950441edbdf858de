"""Verbs on keys that the bot makes for itself; no export and no page shows them."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage.dialects import insert
from bot.storage.schema import keys

_SECRET = "secret"  # noqa: S105
_BYTES = 32


def secret(connection: Connection, *, now: datetime) -> str:
    """Give the key that signs controls; made the first time it is asked for."""
    connection.execute(
        insert(connection, keys)
        .values(name=_SECRET, value=secrets.token_hex(_BYTES), made_at=now)
        .on_conflict_do_nothing()
    )
    value: str = connection.execute(
        select(keys.c.value).where(keys.c.name == _SECRET)
    ).scalar_one()
    return value
