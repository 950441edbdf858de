"""Verbs on the events that were seen: the same one twice has one effect.

Platforms number their events for themselves, so these belong to no workspace.
"""

from datetime import datetime

from sqlalchemy import Connection, delete

from bot.storage.dialects import insert
from bot.storage.schema import invocations
from bot.types import PlatformName


def first_time(
    connection: Connection, *, platform: PlatformName, key: str, now: datetime
) -> bool:
    """Note the event; False when it was seen before."""
    done = connection.execute(
        insert(connection, invocations)
        .values(platform=platform, key=key, seen_at=now)
        .on_conflict_do_nothing()
        .returning(invocations.c.key)
    )
    return done.first() is not None


def prune(connection: Connection, *, before: datetime) -> int:
    """Forget events seen before; how many they were."""
    gone = connection.execute(delete(invocations).where(invocations.c.seen_at < before))
    return gone.rowcount
