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

from sqlalchemy import Connection, Table, update

from bot.model.workspace import Scope
from bot.storage.statements import Condition, is_row, update_rows
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
    query = (
        update(table)
        .where(table.c.state.in_(WAITING_STATES), *where)
        .values(
            state="sending",
            attempt=table.c.attempt + 1,
            fence=table.c.fence + 1,
            claimed_at=now,
            lease_until=now + lease,
            not_before=None,
            updated_at=now,
            **values,
        )
        .returning(table.c.id)
    )
    return list(conn.execute(query).scalars())


def expire_leases(
    conn: Connection,
    table: Table,
    *where: Condition,
    now: datetime,
    not_before: datetime | None = None,
) -> int:
    """Mark rows as uncertain whose lease expired while sending; return how many."""
    return update_rows(
        conn,
        table,
        table.c.state == "sending",
        table.c.lease_until <= now,
        *where,
        state="uncertain",
        reason=_EXPIRED_REASON,
        lease_until=None,
        not_before=not_before,
        updated_at=now,
    )


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
    cleared = {"lease_until": None, "not_before": None, "reason": None}
    return (
        update_rows(
            conn,
            table,
            is_row(table, claimed.scope, claimed.id),
            table.c.fence == claimed.fence,
            table.c.state.in_(states),
            **cleared | {"updated_at": now} | values,
        )
        > 0
    )
