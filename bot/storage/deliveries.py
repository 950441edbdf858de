"""Verbs on deliveries: from a frozen message to what became of it.

    ready ─ claim ─► sending ─► sent | retry | uncertain | held | failed
    retry ─ claim (from `not_before` on) ─► sending
    uncertain ─ after reading back ─► sent | retry | held
    held ─ release ─► ready

`claim` and the sweeps look over all workspaces: they are the outbox's. What comes back
from a send is recorded with the fence of its claim; when another claim has been made
since, it changes nothing. One exception leans to the safe side: «sent» is also taken
when the delivery was put back meanwhile and nobody has claimed it yet, because the
message is there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.outgoing import COLUMNS, JOINED, freeze, noun
from bot.storage.schema import deliveries as table
from bot.storage.schema import destinations
from bot.types import Delivery, Destination, Issue, Operation, Part

_EARLIER = table.alias("earlier")
_OTHER = table.alias("other")
_POST = table.alias("post")


def add(
    connection: Connection,
    *,
    workspace_id: int,
    issue: Issue,
    destination: Destination,
    parts: Sequence[Part],
    operation: Operation = "post",
    now: datetime,
) -> tuple[Delivery, ...]:
    """Freeze the messages of an edition for a destination, or what is done to them.

    Posting twice leaves the first as it is. An edit (or a deletion) takes the place
    of an earlier one of the same message. `Part.key` is the number of the part.
    """
    ids = [
        freeze(connection, workspace_id, issue, destination, part, operation, now)
        for part in parts
    ]
    return _nouns(connection, table.c.id.in_(ids))


def claim(
    connection: Connection, *, now: datetime, lease: timedelta, limit: int
) -> tuple[Delivery, ...]:
    """Take what can go out now, at most one a destination, oldest first.

    Its transaction must be committed before the first of them is sent.
    """
    candidates = connection.execute(
        select(table.c.id, table.c.destination_id)
        .where(*_claimable(), _at(now))
        .order_by(table.c.id)
        .limit(limit * 4)
    ).all()
    one_each = {row.destination_id: row.id for row in reversed(candidates)}
    wanted = _hold(connection, sorted(one_each.values())[:limit], one_each)
    taken = connection.execute(
        update(table)
        .where(table.c.id.in_(wanted), *_claimable(), _at(now))
        .values(
            state="sending",
            attempt=table.c.attempt + 1,
            fence=table.c.fence + 1,
            claimed_at=now,
            lease_until=now + lease,
            not_before=None,
            updated_at=now,
            message_id=func.coalesce(
                table.c.message_id,
                select(_POST.c.message_id).where(*_posted()).scalar_subquery(),
            ),
        )
        .returning(table.c.id)
    ).scalars()
    return _nouns(connection, table.c.id.in_(taken.all()))


def expired(connection: Connection, *, now: datetime) -> int:
    """Make uncertain what was being sent by somebody who did not come back."""
    done = connection.execute(
        update(table)
        .where(table.c.state == "sending", table.c.lease_until <= now)
        .values(
            state="uncertain",
            reason="The process that was sending it ended without an answer.",
            lease_until=None,
            updated_at=now,
        )
    )
    return done.rowcount


def uncertain_due(
    connection: Connection, *, now: datetime, wait: timedelta, limit: int = 100
) -> tuple[Delivery, ...]:
    """List what has been uncertain for `wait`, and may be looked at again by now."""
    query = (
        _all()
        .where(
            table.c.state == "uncertain",
            table.c.updated_at <= now - wait,
            or_(table.c.not_before.is_(None), table.c.not_before <= now),
        )
        .order_by(table.c.id)
        .limit(limit)
    )
    return tuple(map(noun, connection.execute(query)))


def record_sent(
    connection: Connection, delivery: Delivery, *, message_id: str, now: datetime
) -> bool:
    """The message is there; False when a later claim took over."""
    return _record(
        connection,
        delivery,
        ("sending", "uncertain", "ready", "retry", "held"),
        {"state": "sent", "message_id": message_id, "reason": None, "updated_at": now},
    )


def record_retry(
    connection: Connection,
    delivery: Delivery,
    *,
    not_before: datetime,
    reason: str,
    now: datetime,
) -> bool:
    """It certainly is not there: send it again from `not_before` on."""
    return _record(
        connection,
        delivery,
        ("sending", "uncertain"),
        {
            "state": "retry",
            "not_before": not_before,
            "reason": reason,
            "updated_at": now,
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
    connection: Connection, delivery: Delivery, *, reason: str, now: datetime
) -> bool:
    """It cannot be sent; the parts behind it, which wait for it, fail with it."""
    failed = {"state": "failed", "reason": reason, "updated_at": now}
    if not _record(connection, delivery, ("sending", "uncertain"), failed):
        return False
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


def of_edition(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Delivery, ...]:
    """List an edition's deliveries: by destination, then by part."""
    query = (
        _all()
        .where(table.c.edition_id == edition_id, table.c.workspace_id == workspace_id)
        .order_by(table.c.destination_id, table.c.part, table.c.id)
    )
    return tuple(map(noun, connection.execute(query)))


def newest(
    connection: Connection, *, workspace_id: int, count: int
) -> tuple[Delivery, ...]:
    """List the workspace's latest deliveries, the newest first."""
    query = (
        _all()
        .where(table.c.workspace_id == workspace_id)
        .order_by(table.c.id.desc())
        .limit(count)
    )
    return tuple(map(noun, connection.execute(query)))


def next_wakeup(connection: Connection, *, wait: timedelta) -> datetime | None:
    """Give the moment at which the outbox has something to do next.

    That is in the past when something can go out already. What waits for something
    else (an earlier part, a paused destination, the one message on its way there)
    counts only once that has happened.

    Args:
        connection: Inside a transaction.
        wait: How long something stays uncertain before it is looked for.
    """
    moment = func.coalesce(table.c.not_before, table.c.updated_at)
    claimable = connection.execute(
        select(moment).where(*_claimable()).order_by(moment).limit(1)
    ).scalar()
    lapsing = connection.execute(
        select(func.min(table.c.lease_until)).where(table.c.state == "sending")
    ).scalar()
    unclear = connection.execute(
        select(table.c.updated_at, table.c.not_before).where(
            table.c.state == "uncertain"
        )
    ).all()
    looks = [
        max(row.updated_at + wait, row.not_before or row.updated_at) for row in unclear
    ]
    return min(
        (at for at in (claimable, lapsing, *looks) if at is not None), default=None
    )


def _claimable() -> tuple[ColumnElement[bool], ...]:
    """Keep what could go out if it were time."""
    working = exists().where(
        destinations.c.id == table.c.destination_id, destinations.c.paused.is_(None)
    )
    unsent_before = exists().where(
        _EARLIER.c.edition_id == table.c.edition_id,
        _EARLIER.c.destination_id == table.c.destination_id,
        _EARLIER.c.operation == table.c.operation,
        _EARLIER.c.part < table.c.part,
        _EARLIER.c.state != "sent",
    )
    on_its_way = exists().where(
        _OTHER.c.destination_id == table.c.destination_id, _OTHER.c.state == "sending"
    )
    return (
        table.c.state.in_(("ready", "retry")),
        working,
        ~unsent_before,
        ~on_its_way,
        # What is to be changed must be there.
        or_(table.c.operation == "post", exists().where(*_posted())),
    )


def _at(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.not_before.is_(None), table.c.not_before <= now)


def _posted() -> tuple[ColumnElement[bool], ...]:
    return (
        _POST.c.edition_id == table.c.edition_id,
        _POST.c.destination_id == table.c.destination_id,
        _POST.c.part == table.c.part,
        _POST.c.operation == "post",
        _POST.c.state == "sent",
    )


def _hold(
    connection: Connection, wanted: list[int], of_destination: dict[int, int]
) -> list[int]:
    """On PostgreSQL, keep those whose destination no other claim holds just now."""
    if connection.dialect.name == "sqlite":
        return wanted
    places = [place for place, key in of_destination.items() if key in wanted]
    held = connection.execute(
        select(destinations.c.id)
        .where(destinations.c.id.in_(places))
        .with_for_update(skip_locked=True, key_share=True)
    ).scalars()
    return [of_destination[place] for place in held]


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


def _all() -> Select[Any]:
    return select(*COLUMNS).select_from(JOINED)


def _nouns(connection: Connection, which: ColumnElement[bool]) -> tuple[Delivery, ...]:
    found = connection.execute(_all().where(which).order_by(table.c.id))
    return tuple(map(noun, found))
