"""Verbs on deliveries: from a frozen message to what became of it.

    ready ─ claim ─► sending ─► sent | retry | uncertain | held | failed
    retry ─ claim (from `not_before` on) ─► sending
    uncertain ─ after reading back ─► sent | retry | held
    held ─ release ─► ready, or ─ leave ─► failed

Claiming is in `claims`. What comes back from a send is recorded with the fence of its
claim; when another claim has been made since, it changes nothing. One exception leans
to the safe side: «sent» is also taken when the delivery was put back meanwhile and
nobody has claimed it yet, because the message is there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, case, select, update

from bot.storage import privacy
from bot.storage.claims import claim as claim
from bot.storage.claims import expired as expired
from bot.storage.claims import look_again as look_again
from bot.storage.claims import next_wakeup as next_wakeup
from bot.storage.claims import uncertain_due as uncertain_due
from bot.storage.claims import waiting as waiting
from bot.storage.outgoing import ALL, freeze, noun, nouns
from bot.storage.schema import deliveries as table
from bot.storage.schema import destinations, editions, workspaces
from bot.storage.told_articles import LIVING
from bot.types import Delivery, Destination, Issue, Operation, Part


def add(
    connection: Connection,
    *,
    workspace_id: int,
    issue: Issue,
    destination: Destination,
    parts: Sequence[Part],
    operation: Operation = "post",
    now: datetime,
    pings: bool = False,
) -> tuple[Delivery, ...]:
    """Freeze the messages of an edition for a destination, or what is done to them.

    Posting twice leaves the first as it is. An edit (or a deletion) takes the place
    of an earlier one of the same message. `Part.key` is the number of the part. Where
    it `pings`, the destination's role hears of it.
    """
    ids = [
        freeze(
            connection, workspace_id, issue, destination, part, operation, now, pings
        )
        for part in parts
    ]
    return nouns(connection, table.c.id.in_(ids))


def record_sent(
    connection: Connection, delivery: Delivery, *, message_id: str, now: datetime
) -> bool:
    """The message is there; False when a later claim took over.

    Where it was sent to see whether its place works again, the place does.
    """
    recorded = _record(
        connection,
        delivery,
        ("sending", "uncertain", "ready", "retry", "held"),
        {"state": "sent", "message_id": message_id, "reason": None, "updated_at": now},
    )
    if delivery.probe:
        _works(connection, destinations, delivery.destination_id, "paused")
        _works(connection, workspaces, delivery.workspace_id, "stopped")
    return recorded


def record_retry(
    connection: Connection,
    delivery: Delivery,
    *,
    not_before: datetime,
    reason: str,
    now: datetime,
    rung: int | None = None,
) -> bool:
    """It certainly is not there: send it again from `not_before` on.

    `rung` says how plainly it is told then, where the platform asks for less.
    """
    return _record(
        connection,
        delivery,
        ("sending", "uncertain"),
        {
            "state": "retry",
            "not_before": not_before,
            "reason": reason,
            "updated_at": now,
            "rung": delivery.rung if rung is None else rung,
        },
    )


def record_uncertain(
    connection: Connection,
    delivery: Delivery,
    *,
    reason: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """It may be there: look before anything else, not before `not_before`."""
    return _record(
        connection,
        delivery,
        ("sending", "uncertain"),
        {
            "state": "uncertain",
            "not_before": not_before,
            "reason": reason,
            "updated_at": now,
        },
    )


def record_held(
    connection: Connection, delivery: Delivery, *, reason: str, now: datetime
) -> bool:
    """It may be there and cannot be looked for: an admin decides."""
    return _record(
        connection,
        delivery,
        ("sending", "uncertain"),
        {"state": "held", "reason": reason, "updated_at": now},
    )


def record_failed(
    connection: Connection,
    delivery: Delivery,
    *,
    reason: str,
    now: datetime,
    alone: bool = False,
) -> bool:
    """It cannot be sent; the parts behind it, which wait for it, fail with it.

    Not so where it fails `alone`: then they go out without it.
    """
    failed = {"state": "failed", "reason": reason, "updated_at": now}
    if not _record(connection, delivery, ("sending", "uncertain"), failed):
        return False
    if alone:
        return True
    connection.execute(
        update(table)
        .where(
            table.c.workspace_id == delivery.workspace_id,
            table.c.edition_id == delivery.edition_id,
            table.c.destination_id == delivery.destination_id,
            table.c.operation == delivery.operation,
            table.c.part > delivery.part,
            table.c.state.in_(("ready", "retry")),
        )
        .values(failed)
    )
    return True


def release(
    connection: Connection, *, workspace_id: int, delivery_id: int, now: datetime
) -> bool:
    """Send what was held after all, as an admin decided."""
    done = connection.execute(
        update(table)
        .where(
            table.c.id == delivery_id,
            table.c.workspace_id == workspace_id,
            table.c.state == "held",
        )
        .values(state="ready", reason=None, not_before=None, updated_at=now)
    )
    return done.rowcount > 0


def leave(
    connection: Connection,
    *,
    workspace_id: int,
    delivery_id: int,
    reason: str,
    now: datetime,
) -> bool:
    """Leave what was held as it is, as an admin decided; the parts behind it go out."""
    done = connection.execute(
        update(table)
        .where(
            table.c.id == delivery_id,
            table.c.workspace_id == workspace_id,
            table.c.state == "held",
        )
        .values(state="failed", reason=reason, not_before=None, updated_at=now)
    )
    return done.rowcount > 0


def held(connection: Connection, *, workspace_id: int) -> tuple[Delivery, ...]:
    """List what waits for an admin's decision, the oldest first."""
    query = ALL.where(
        table.c.workspace_id == workspace_id, table.c.state == "held"
    ).order_by(table.c.id)
    return tuple(map(noun, connection.execute(query)))


def outdated(connection: Connection, *, now: datetime, before: datetime) -> int:
    """Give up what belongs to editions made `before` then and was never sent.

    What is there already can be corrected for longer.
    """
    old = select(editions.c.id).where(editions.c.made_at <= before)
    older = select(editions.c.id).where(editions.c.made_at <= before - LIVING)
    done = connection.execute(
        update(table)
        .where(
            table.c.state.in_(("ready", "retry")),
            case(
                (table.c.operation == "edit", table.c.edition_id.in_(older)),
                else_=table.c.edition_id.in_(old),
            ),
        )
        .values(
            state="failed",
            reason="It waited for so long that it is no news any more.",
            not_before=None,
            updated_at=now,
        )
    )
    return done.rowcount


def of_edition(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Delivery, ...]:
    """List an edition's deliveries: by destination, then by part."""
    query = ALL.where(
        table.c.edition_id == edition_id, table.c.workspace_id == workspace_id
    ).order_by(table.c.destination_id, table.c.part, table.c.id)
    return tuple(map(noun, connection.execute(query)))


def newest(
    connection: Connection, *, workspace_id: int, count: int
) -> tuple[Delivery, ...]:
    """List the workspace's latest deliveries, the newest first; nobody's own."""
    query = (
        ALL.where(
            table.c.workspace_id == workspace_id,
            privacy.of_place(table.c.destination_id, workspace_id),
        )
        .order_by(table.c.id.desc())
        .limit(count)
    )
    return tuple(map(noun, connection.execute(query)))


def _record(
    connection: Connection,
    delivery: Delivery,
    states: tuple[str, ...],
    values: dict[str, Any],
) -> bool:
    done = connection.execute(
        update(table)
        .where(
            table.c.id == delivery.id,
            table.c.workspace_id == delivery.workspace_id,
            table.c.fence == delivery.fence,
            table.c.state.in_(states),
        )
        .values({"lease_until": None, "not_before": None} | values)
    )
    return done.rowcount > 0


def _works(connection: Connection, place: Table, key: int, why: str) -> None:
    """Forget why it stood still; not where a person said so."""
    connection.execute(
        update(place)
        .where(place.c.id == key, place.c.retest_at.is_not(None))
        .values({why: None, "retest_at": None})
    )
