"""State of the process: leases, job statuses, the signing secret, and invocations.

The fence is incremented whenever a lease changes its holder, also after a release: work
with an older fence comes from a holder that has lost the lease.

Events are identified by the platform, so they belong to no workspace.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    case,
    or_,
    select,
    type_coerce,
)

from bot.model.findings import JobStatus
from bot.model.scope import PlatformName
from bot.storage.columns import dump_dataclass, load_dataclass
from bot.storage.schema import (
    deliveries,
    destinations,
    draft_messages,
    examinations,
    invocations,
    keys,
    leases,
    notices,
    page_readings,
    published_articles,
    rereads,
    sources,
    workspaces,
)
from bot.storage.statements import (
    delete_rows,
    first_scalar,
    has_values,
    insert_into,
    insert_missing,
    update_rows,
    upsert,
)

_LEASE = leases.c
#: Instants from which something waits or until which it does.
_WAITS = (
    sources.c.next_poll_at,
    sources.c.backoff_until,
    workspaces.c.retest_at,
    destinations.c.retest_at,
    rereads.c.next_at,
    page_readings.c.next_at,
    published_articles.c.compare_at,
    published_articles.c.not_before,
    examinations.c.next_at,
    *(
        table.c[name]
        for table in (deliveries, draft_messages, notices)
        for name in ("not_before", "lease_until", "updated_at")
    ),
)
#: Name of the lease of the process that works on the database.
RUNNER_LEASE = "runner"
#: Name of the lease of the process that holds the connections to chat platforms.
GATEWAY_LEASE = "gateway"


def acquire_lease(
    conn: Connection,
    holder: str,
    now: datetime,
    ttl: timedelta,
    name: str = RUNNER_LEASE,
) -> int | None:
    """Acquire or renew the lease; return its fence, or None if another holds it."""
    until, mine = now + ttl, _LEASE.holder == holder
    begin = insert_into(conn, leases).values(
        name=name, holder=holder, fence=1, until=until
    )
    fence = case((mine, _LEASE.fence), else_=_LEASE.fence + 1)
    acquired = begin.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": until, "fence": fence},
        where=or_(_LEASE.holder.is_(None), _LEASE.until <= now, mine),
    )
    return first_scalar(conn, acquired.returning(_LEASE.fence))


def find_lease_holder(
    conn: Connection, now: datetime, name: str = RUNNER_LEASE
) -> str | None:
    """Find the holder of the lease; None if there is none or the lease has expired."""
    query = select(_LEASE.holder)
    return first_scalar(conn, query.where(_LEASE.name == name, _LEASE.until > now))


def release_lease(conn: Connection, holder: str, name: str = RUNNER_LEASE) -> None:
    """Release the lease at once; no effect if another process holds it."""
    mine = has_values(leases, name=name, holder=holder)
    update_rows(conn, leases, mine, holder=None, until=None)


def probe_writing(conn: Connection) -> None:
    """Write a row that means nothing, to see whether anything can be written."""
    upsert(conn, keys, {"name": _PROBE_NAME}, {"value": "", "made_at": _PROBED_AT})


_PROBE_NAME, _PROBED_AT = "probe", datetime.fromtimestamp(0, UTC)
_SECRET_NAME = "secret"  # noqa: S105
_SECRET_BYTES = 32
_JOBS_NAME = "jobs"


def shift_waits(conn: Connection, now: datetime, by: timedelta) -> None:
    """Shift what waits for an instant after `now`, after the clock was set back.

    The instants were computed with the clock before. Schedules and quiet hours wait
    for times of the day and are not shifted.
    """
    sqlite = conn.dialect.name == "sqlite"
    delta = by // timedelta(microseconds=1) if sqlite else by
    stored = BigInteger() if sqlite else DateTime(timezone=True)
    for column in _WAITS:
        moved = type_coerce(column, stored) + delta
        update_rows(conn, column.table, column > now, **{column.name: moved})


def get_signing_secret(conn: Connection, now: datetime) -> str:
    """Return the key that signs controls; generate it on the first call."""
    new = {"value": secrets.token_hex(_SECRET_BYTES), "made_at": now}
    insert_missing(conn, keys, {"name": _SECRET_NAME, **new})
    return str(_find_key(conn, _SECRET_NAME))


def save_job_statuses(
    conn: Connection, statuses: Sequence[JobStatus], now: datetime
) -> None:
    """Replace the stored statuses, so that another process can show them."""
    value = dump_dataclass(tuple(statuses))
    upsert(conn, keys, {"name": _JOBS_NAME}, {"value": value, "made_at": now})


def list_job_statuses(conn: Connection) -> tuple[JobStatus, ...]:
    """List the statuses that the running process stored last."""
    value = _find_key(conn, _JOBS_NAME)
    return load_dataclass(tuple[JobStatus, ...], value) if value else ()


def _find_key(conn: Connection, name: str) -> str | None:
    return first_scalar(conn, select(keys.c.value).where(keys.c.name == name))


def record_invocation(
    conn: Connection, platform: PlatformName, key: str, now: datetime
) -> bool:
    """Record an event; False if it was recorded before."""
    event = {"platform": platform, "key": key, "seen_at": now}
    return insert_missing(conn, invocations, event)


def prune_invocations(conn: Connection, before: datetime) -> int:
    """Delete events recorded before `before`; return how many."""
    return delete_rows(conn, invocations, invocations.c.seen_at < before)
