"""Verbs on leases: who alone may do something, and until when.

The fence grows whenever a lease changes hands, also over a hand-back: work that
carries an older one comes from a holder that has lost the lease since.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, or_, select, update

from bot.storage.dialects import insert
from bot.storage.schema import leases


def take(
    connection: Connection, *, name: str, holder: str, now: datetime, ttl: timedelta
) -> int | None:
    """Take the lease, or keep it for longer; its fence, or None: another has it."""
    begin = insert(connection, leases).values(
        name=name, holder=holder, fence=1, until=now + ttl
    )
    mine = leases.c.holder == holder
    taken = connection.execute(
        begin.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "holder": holder,
                "until": now + ttl,
                "fence": case((mine, leases.c.fence), else_=leases.c.fence + 1),
            },
            where=or_(leases.c.holder.is_(None), leases.c.until <= now, mine),
        ).returning(leases.c.fence)
    ).scalar()
    return int(taken) if taken is not None else None


def holder(connection: Connection, *, name: str) -> str | None:
    """Who has the lease, lapsed or not; None when nobody does."""
    found: str | None = connection.execute(
        select(leases.c.holder).where(leases.c.name == name)
    ).scalar()
    return found


def holding(connection: Connection, *, name: str, now: datetime) -> str | None:
    """Who has the lease and has not let it lapse; None when nobody does."""
    found: str | None = connection.execute(
        select(leases.c.holder).where(leases.c.name == name, leases.c.until > now)
    ).scalar()
    return found


def give_back(connection: Connection, *, name: str, holder: str) -> None:
    """Let the next one have it at once; nothing happens when it is not ours."""
    connection.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == holder)
        .values(holder=None, until=None)
    )
