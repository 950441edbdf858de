"""Leases, job statuses, the signing secret, and invocations: state of the process.

The fence grows whenever a lease changes hands, also over a hand-back: work that
carries an older one comes from a holder that has lost the lease since.

Platforms number their events for themselves, so these belong to no workspace.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, or_, select, update

from bot.model import JobStatus, PlatformName
from bot.storage.columns import dump_dataclass, load_dataclass
from bot.storage.schema import invocations, keys, leases
from bot.storage.statements import insert_into

#: The lease of the process that works on the database.
RUNNER_LEASE = "runner"


def acquire_lease(
    connection: Connection, *, name: str, holder: str, now: datetime, ttl: timedelta
) -> int | None:
    """Take the lease, or keep it for longer; its fence, or None: another has it."""
    begin = insert_into(connection, leases).values(
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


def find_lease_holder(connection: Connection, *, name: str) -> str | None:
    """Who has the lease, lapsed or not; None when nobody does."""
    found: str | None = connection.execute(
        select(leases.c.holder).where(leases.c.name == name)
    ).scalar()
    return found


def find_current_lease_holder(
    connection: Connection, *, name: str, now: datetime
) -> str | None:
    """Who has the lease and has not let it lapse; None when nobody does."""
    found: str | None = connection.execute(
        select(leases.c.holder).where(leases.c.name == name, leases.c.until > now)
    ).scalar()
    return found


def release_lease(connection: Connection, *, name: str, holder: str) -> None:
    """Let the next one have it at once; nothing happens when it is not ours."""
    connection.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == holder)
        .values(holder=None, until=None)
    )


_SECRET_NAME = "secret"  # noqa: S105
_SECRET_BYTES = 32


def get_signing_secret(connection: Connection, *, now: datetime) -> str:
    """Give the key that signs controls; made the first time it is asked for."""
    connection.execute(
        insert_into(connection, keys)
        .values(name=_SECRET_NAME, value=secrets.token_hex(_SECRET_BYTES), made_at=now)
        .on_conflict_do_nothing()
    )
    value: str = connection.execute(
        select(keys.c.value).where(keys.c.name == _SECRET_NAME)
    ).scalar_one()
    return value


_JOBS_NAME = "jobs"


def save_job_statuses(
    connection: Connection, *, statuses: Sequence[JobStatus], now: datetime
) -> None:
    """Replace the stored statuses, so that another process can show them."""
    value = dump_dataclass(tuple(statuses))
    row = insert_into(connection, keys).values(
        name=_JOBS_NAME, value=value, made_at=now
    )
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["name"], set_={"value": value, "made_at": now}
        )
    )


def list_job_statuses(connection: Connection) -> tuple[JobStatus, ...]:
    """The statuses that the running process stored last; empty before the first."""
    value = connection.execute(
        select(keys.c.value).where(keys.c.name == _JOBS_NAME)
    ).scalar()
    return load_dataclass(tuple[JobStatus, ...], value) if value else ()


def record_invocation(
    connection: Connection, *, platform: PlatformName, key: str, now: datetime
) -> bool:
    """Note the event; False when it was seen before."""
    done = connection.execute(
        insert_into(connection, invocations)
        .values(platform=platform, key=key, seen_at=now)
        .on_conflict_do_nothing()
        .returning(invocations.c.key)
    )
    return done.first() is not None


def prune_invocations(connection: Connection, *, before: datetime) -> int:
    """Forget events seen before; how many they were."""
    gone = connection.execute(delete(invocations).where(invocations.c.seen_at < before))
    return gone.rowcount
