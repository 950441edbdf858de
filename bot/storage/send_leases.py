"""The life cycle that deliveries and notices share: claim, send, record, expire.

    ready, retry ─ claim ─► sending ─► sent | retry | uncertain | failed …
    sending ─ lease expires ─► uncertain

A claim is committed before its message is sent, and increments the row's fence. An
outcome is recorded with the fence of its claim; after a later claim it is ignored,
because the later one determines what is sent next.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Table, and_, update

from bot.model.scope import Scope
from bot.storage.statements import Condition, in_scope, list_scalars, update_rows
from digests.messages import Message

#: States that can be claimed, and states without a final outcome.
WAITING_STATES = ("ready", "retry")
OPEN_STATES = ("ready", "sending", "retry", "uncertain")
_EXPIRED_REASON = Message("delivery.process_ended")


class Claimed(Protocol):
    """Key and fence of a claimed row."""

    @property
    def id(self) -> int: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def fence(self) -> int: ...


def claim_rows(
    conn: Connection,
    table: Table,
    *where: Condition,
    now: datetime,
    lease: timedelta,
    **values: Any,
) -> list[int]:
    """Claim waiting rows that fulfil all conditions; return their keys."""
    values |= {"state": "sending", "claimed_at": now, "lease_until": now + lease}
    values |= {"attempt": table.c.attempt + 1, "fence": table.c.fence + 1}
    values |= {"not_before": None, "updated_at": now}
    waiting = table.c.state.in_(WAITING_STATES)
    query = update(table).where(waiting, *where).values(values).returning(table.c.id)
    return list_scalars(conn, query)


def expire_leases(
    conn: Connection,
    table: Table,
    *where: Condition,
    now: datetime,
    not_before: datetime | None = None,
) -> int:
    """Mark rows as uncertain whose lease expired while sending; return how many."""
    expired = and_(table.c.state == "sending", table.c.lease_until <= now)
    values: dict[str, Any] = {
        "state": "uncertain",
        "reason": _EXPIRED_REASON,
        "lease_until": None,
    }
    values |= {"not_before": not_before, "updated_at": now}
    return update_rows(conn, table, expired, *where, **values)


def record_outcome(
    conn: Connection,
    table: Table,
    claimed: Claimed,
    *,
    states: Collection[str] = ("sending", "uncertain"),
    now: datetime,
    **values: Any,
) -> bool:
    """Store the outcome of a claim; False if there was a later claim.

    `not_before` and `reason` are cleared unless they are among the values.
    """
    cleared = dict.fromkeys(("lease_until", "not_before", "reason"))
    mine = in_scope(table, claimed.scope, id=claimed.id, fence=claimed.fence)
    values = {**cleared, "updated_at": now, **values}
    return update_rows(conn, table, mine, table.c.state.in_(states), **values) > 0
