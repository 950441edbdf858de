"""Deliveries: frozen messages and their outcome.

    ready ─ claim ─► sending ─► sent | retry | uncertain | held | failed
    retry ─ claim (from `not_before` on) ─► sending
    uncertain ─ after reading back ─► sent | retry | held
    held ─ release ─► ready, or ─ abandon ─► failed

Claiming is in `delivery_queue`. An outcome is recorded with the fence of its claim.
One exception, to be safe: «sent» is also recorded if the delivery was reset meanwhile
and not claimed again, because the message exists.

The bytes of a message and their hash are created once, before its first send; a retry
sends what is stored here.

A part that is being sent can be deleted too: the deletion waits until the message is
known to exist; if it does not, it is never sent, and there is nothing to delete.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Table,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)

from bot.model.delivery import Delivery, Operation
from bot.model.edition import MessagePart, StoredEdition
from bot.model.workspace import Destination, Scope
from bot.storage.columns import Instant, encode_json
from bot.storage.delivery_queue import list_deliveries_where
from bot.storage.published_article_store import CORRECTABLE_PERIOD
from bot.storage.schema import deliveries, destinations, editions, workspaces
from bot.storage.send_leases import WAITING_STATES, record_outcome
from bot.storage.statements import (
    Condition,
    count_rows,
    delete_rows,
    filter_shared_destinations,
    first_scalar,
    in_scope,
    insert_into,
    is_row,
    make_message_key,
    update_rows,
)
from digests.messages import Message

UNDONE_REASON = Message("delivery.undone")
_IS_WAITING = deliveries.c.state.in_(WAITING_STATES)
_OTHER = deliveries.alias("other")


def add_deliveries(
    conn: Connection,
    scope: Scope,
    *,
    stored_edition: StoredEdition,
    destination: Destination,
    parts: Sequence[MessagePart],
    operation: Operation = "post",
    now: datetime,
    pings: bool = False,
) -> tuple[Delivery, ...]:
    """Store the messages of an edition for a destination, or edits of them.

    A post that is already stored stays unchanged. An edit (or a deletion) replaces an
    earlier one of the same message. `MessagePart.key` is the number of the part. With
    `pings`, the destination's role is mentioned.
    """
    ids = [
        _freeze_delivery(
            conn, scope, stored_edition, destination, part, operation, now, pings
        )
        for part in parts
    ]
    return list_deliveries_where(conn, deliveries.c.id.in_(ids))


def record_sent(
    conn: Connection, delivery: Delivery, *, message_id: str, now: datetime
) -> bool:
    """Record that the message arrived; False if there was a later claim.

    A probe that arrived also resumes its destination and workspace.
    """
    recorded = record_outcome(
        conn,
        deliveries,
        delivery,
        states=("sending", "uncertain", "ready", "retry", "held"),
        now=now,
        state="sent",
        message_id=message_id,
    )
    if recorded and delivery.probe:
        _resume(conn, destinations, delivery.destination_id, "paused")
        _resume(conn, workspaces, delivery.workspace_id, "stopped")
    return recorded


def record_retry(
    conn: Connection,
    delivery: Delivery,
    *,
    not_before: datetime,
    reason: Message,
    now: datetime,
    fallback_level: int | None = None,
) -> bool:
    """Record that it certainly did not arrive: send it again from `not_before` on.

    `fallback_level` is the simpler form to send, if the platform refused this one.
    """
    level = delivery.fallback_level if fallback_level is None else fallback_level
    return record_outcome(
        conn,
        deliveries,
        delivery,
        now=now,
        state="retry",
        not_before=not_before,
        reason=reason,
        fallback_level=level,
    )


def record_uncertain(
    conn: Connection,
    delivery: Delivery,
    *,
    reason: Message,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Record that it may have arrived: read it back, not before `not_before`."""
    return record_outcome(
        conn,
        deliveries,
        delivery,
        now=now,
        state="uncertain",
        not_before=not_before,
        reason=reason,
    )


def record_held(
    conn: Connection, delivery: Delivery, *, reason: Message, now: datetime
) -> bool:
    """Hold it for an admin: it may have arrived and cannot be read back."""
    return record_outcome(
        conn, deliveries, delivery, now=now, state="held", reason=reason
    )


def record_failed(
    conn: Connection,
    delivery: Delivery,
    *,
    reason: Message,
    now: datetime,
    alone: bool = False,
) -> bool:
    """Record that it cannot be sent; later parts, which wait for it, fail as well.

    If it fails `alone`, they are sent without it.
    """
    recorded = record_outcome(
        conn, deliveries, delivery, now=now, state="failed", reason=reason
    )
    if recorded and not alone:
        update_rows(
            conn,
            deliveries,
            in_scope(deliveries, delivery.scope),
            deliveries.c.edition_id == delivery.edition_id,
            deliveries.c.destination_id == delivery.destination_id,
            deliveries.c.operation == delivery.operation,
            deliveries.c.part > delivery.part,
            _IS_WAITING,
            state="failed",
            reason=reason,
            updated_at=now,
        )
    return recorded


def release_delivery(
    conn: Connection, scope: Scope, *, delivery_id: int, now: datetime
) -> bool:
    """Send a held delivery again, as an admin decided."""
    return _finish_held(conn, scope, delivery_id, now, "ready", None)


def abandon_delivery(
    conn: Connection, scope: Scope, *, delivery_id: int, reason: Message, now: datetime
) -> bool:
    """Fail a held delivery, as an admin decided; the later parts are sent."""
    return _finish_held(conn, scope, delivery_id, now, "failed", reason)


def _finish_held(
    conn: Connection,
    scope: Scope,
    delivery_id: int,
    now: datetime,
    state: str,
    reason: Message | None,
) -> bool:
    return (
        update_rows(
            conn,
            deliveries,
            is_row(deliveries, scope, delivery_id),
            deliveries.c.state == "held",
            state=state,
            reason=reason,
            not_before=None,
            updated_at=now,
        )
        > 0
    )


def list_held_deliveries(conn: Connection, scope: Scope) -> tuple[Delivery, ...]:
    """List the held deliveries, which wait for an admin, the oldest first."""
    mine = in_scope(deliveries, scope)
    return list_deliveries_where(conn, mine, deliveries.c.state == "held")


def fail_outdated_deliveries(
    conn: Connection, *, now: datetime, before: datetime
) -> int:
    """Fail unsent deliveries of editions made before `before`.

    Messages that were sent can be edited for longer.
    """

    def made_before(at: datetime) -> Condition:
        old = select(editions.c.id).where(editions.c.made_at <= at)
        return deliveries.c.edition_id.in_(old)

    return update_rows(
        conn,
        deliveries,
        _IS_WAITING,
        case(
            (
                deliveries.c.operation == "edit",
                made_before(before - CORRECTABLE_PERIOD),
            ),
            else_=made_before(before),
        ),
        state="failed",
        reason=Message("delivery.expired"),
        not_before=None,
        updated_at=now,
    )


def list_deliveries(
    conn: Connection, scope: Scope, *, edition_id: int
) -> tuple[Delivery, ...]:
    """List an edition's deliveries: by destination, then by part."""
    return list_deliveries_where(
        conn,
        in_scope(deliveries, scope),
        deliveries.c.edition_id == edition_id,
        order_by=(deliveries.c.destination_id, deliveries.c.part, deliveries.c.id),
    )


def list_newest_deliveries(
    conn: Connection, scope: Scope, *, count: int
) -> tuple[Delivery, ...]:
    """List the workspace's deliveries, the newest first, without personal ones."""
    return list_deliveries_where(
        conn,
        in_scope(deliveries, scope),
        filter_shared_destinations(deliveries.c.destination_id, scope),
        order_by=(deliveries.c.id.desc(),),
        limit=count,
    )


def _resume(conn: Connection, table: Table, key: int, reason: str) -> None:
    """Clear the reason of a pause, unless a person paused it."""
    update_rows(
        conn,
        table,
        table.c.id == key,
        table.c.retest_at.is_not(None),
        **{reason: None, "retest_at": None},
    )


def _freeze_delivery(
    conn: Connection,
    scope: Scope,
    stored_edition: StoredEdition,
    destination: Destination,
    part: MessagePart,
    operation: Operation,
    now: datetime,
    pings: bool,
) -> int:
    """Store one row, or find it; return its key. See `add_deliveries`."""
    number = int(part.key)
    posted = _find_post(conn, scope, stored_edition, destination, number)
    # A message that was accepted only in a simpler form is edited in that form.
    fallback_level = posted.fallback_level if posted and operation != "post" else 0
    payload = dict(part.payload)
    content: dict[str, Any] = {
        "payload": payload,
        "payload_hash": hashlib.sha256(encode_json(payload).encode()).hexdigest(),
        "fallback_text": part.fallback_text,
        "title": part.title,
    }
    statement = insert_into(conn, deliveries).values(
        workspace_id=scope.workspace_id,
        edition_id=stored_edition.id,
        destination_id=destination.id,
        channel=posted.channel if posted else destination.channel,
        part=number,
        operation=operation,
        key=make_message_key(f"{stored_edition.public_id}/{destination.id}/{number}"),
        state="ready",
        attempt=0,
        fence=0,
        fallback_level=fallback_level,
        updated_at=now,
        post_options=posted.post_options
        if posted
        else _get_post_options(destination, number, pings),
        **content,
    )
    one = ["edition_id", "destination_id", "part", "operation"]
    if operation == "post":
        statement = statement.on_conflict_do_nothing(index_elements=one)
    else:
        statement = statement.on_conflict_do_update(
            index_elements=one,
            set_=content | _restart_columns(now) | {"fallback_level": fallback_level},
            where=or_(
                deliveries.c.payload_hash != content["payload_hash"],
                deliveries.c.state.in_(("held", "failed")),
            ),
        )
    conn.execute(statement)
    key: int = conn.execute(
        select(deliveries.c.id).where(
            *_of_message(scope, stored_edition, destination, number),
            deliveries.c.operation == operation,
        )
    ).scalar_one()
    return key


def _find_post(
    conn: Connection,
    scope: Scope,
    stored_edition: StoredEdition,
    destination: Destination,
    part: int,
) -> Row[Any, Any, Any] | None:
    """Find the post of the message, with its target and post options."""
    query = select(
        deliveries.c.channel, deliveries.c.post_options, deliveries.c.fallback_level
    )
    return conn.execute(
        query.where(
            *_of_message(scope, stored_edition, destination, part),
            deliveries.c.operation == "post",
        )
    ).first()


def _of_message(
    scope: Scope, stored_edition: StoredEdition, destination: Destination, part: int
) -> tuple[Condition, ...]:
    return (
        in_scope(deliveries, scope),
        deliveries.c.edition_id == stored_edition.id,
        deliveries.c.destination_id == destination.id,
        deliveries.c.part == part,
    )


def _get_post_options(
    destination: Destination, part: int, pings: bool
) -> dict[str, Any]:
    """Build the post options; a role is mentioned in the first message, if at all."""
    stored = destination.post_options.to_stored()
    return stored if pings and part == 1 else stored | {"ping": None}


def _restart_columns(now: datetime) -> dict[str, Any]:
    """Column values that restart a delivery; if it is being sent, after its lease."""
    in_flight = deliveries.c.state == "sending"
    return {
        "state": case((in_flight, "retry"), else_="ready"),
        "not_before": case((in_flight, deliveries.c.lease_until), else_=null()),
        "attempt": 0,
        "fence": deliveries.c.fence + 1,
        "lease_until": None,
        "reason": None,
        "updated_at": now,
    }


def find_first_posted_at(
    conn: Connection, scope: Scope, *, edition_id: int
) -> datetime | None:
    """Return the instant at which the first message of the edition was sent."""
    query = select(func.min(deliveries.c.updated_at)).where(
        *_is_post_of(scope, edition_id), deliveries.c.state == "sent"
    )
    return first_scalar(conn, query)


def delete_edition_messages(
    conn: Connection, scope: Scope, *, edition_id: int, now: datetime
) -> tuple[int, int]:
    """Order the deletion of every message of the edition.

    Returns:
        How many are to be deleted, and how many are never sent. A message that is
        being sent counts as to be deleted.
    """
    posts = (*_is_post_of(scope, edition_id), deliveries.c.state != "failed")
    copied = (
        *("workspace_id", "edition_id", "destination_id", "channel", "part", "key"),
        *("post_options", "title"),
    )
    made = {
        "operation": literal("delete"),
        "payload": literal("{}"),
        "payload_hash": literal(""),
        "fallback_text": literal(""),
        "state": literal("ready"),
        "attempt": literal(0),
        "fence": literal(0),
        "updated_at": literal(now, Instant),
    }
    deletions = select(*(deliveries.c[name] for name in copied), *made.values())
    conn.execute(
        insert_into(conn, deliveries)
        .from_select([*copied, *made], deletions.where(*posts))
        .on_conflict_do_nothing()
    )
    waiting = count_rows(conn, deliveries, *posts, _IS_WAITING)
    there = count_rows(conn, deliveries, *posts, ~_IS_WAITING)
    finish_undone_deliveries(conn, now=now)
    return there, waiting


def finish_undone_deliveries(conn: Connection, *, now: datetime) -> None:
    """Fail deliveries that were undone before they were sent; drop their deletions."""
    update_rows(
        conn,
        deliveries,
        deliveries.c.operation != "delete",
        _IS_WAITING,
        exists().where(*_is_same_message(), _OTHER.c.operation == "delete"),
        state="failed",
        reason=UNDONE_REASON,
        not_before=None,
        updated_at=now,
    )
    delete_rows(
        conn,
        deliveries,
        deliveries.c.operation == "delete",
        _IS_WAITING,
        exists().where(
            *_is_same_message(),
            _OTHER.c.operation == "post",
            _OTHER.c.state == "failed",
        ),
    )


def _is_post_of(scope: Scope, edition_id: int) -> tuple[Condition, ...]:
    return (
        in_scope(deliveries, scope),
        deliveries.c.edition_id == edition_id,
        deliveries.c.operation == "post",
    )


def _is_same_message() -> tuple[Condition, ...]:
    return (
        _OTHER.c.edition_id == deliveries.c.edition_id,
        _OTHER.c.destination_id == deliveries.c.destination_id,
        _OTHER.c.part == deliveries.c.part,
    )
