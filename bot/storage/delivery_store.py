"""Deliveries: frozen messages and what became of them.

    ready ─ claim ─► sending ─► sent | retry | uncertain | held | failed
    retry ─ claim (from `not_before` on) ─► sending
    uncertain ─ after reading back ─► sent | retry | held
    held ─ release ─► ready, or ─ leave ─► failed

Claiming is in `claims`. What comes back from a send is recorded with the fence of its
claim; when another claim has been made since, it changes nothing. One exception leans
to the safe side: «sent» is also taken when the delivery was put back meanwhile and
nobody has claimed it yet, because the message is there.

The bytes of a message and their hash are made once, before its first send; a retry
sends what stands here.

A part that is on its way gets a deletion too, which waits until it is known to be
there; should it turn out not to be, it never goes out (`claims`), and nothing is left
to delete.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Table,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.model import (
    Delivery,
    Destination,
    MessagePart,
    Operation,
    StoredEdition,
)
from bot.storage import statements
from bot.storage.columns import Instant, encode_json
from bot.storage.delivery_queue import (
    SELECT_DELIVERIES,
    delivery_from_row,
    load_deliveries,
)
from bot.storage.published_article_store import CORRECTABLE_PERIOD
from bot.storage.schema import deliveries, destinations, editions, workspaces
from bot.storage.statements import insert_into
from digests.messages import Message


def add_deliveries(
    connection: Connection,
    *,
    workspace_id: int,
    stored_edition: StoredEdition,
    destination: Destination,
    parts: Sequence[MessagePart],
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
        _freeze_delivery(
            connection,
            workspace_id,
            stored_edition,
            destination,
            part,
            operation,
            now,
            pings,
        )
        for part in parts
    ]
    return load_deliveries(connection, deliveries.c.id.in_(ids))


def record_sent(
    connection: Connection, delivery: Delivery, *, message_id: str, now: datetime
) -> bool:
    """The message is there; False when a later claim took over.

    Where it was sent to see whether its place works again, the place does.
    """
    recorded = _record_outcome(
        connection,
        delivery,
        ("sending", "uncertain", "ready", "retry", "held"),
        {"state": "sent", "message_id": message_id, "reason": None, "updated_at": now},
    )
    if delivery.probe:
        _mark_working(connection, destinations, delivery.destination_id, "paused")
        _mark_working(connection, workspaces, delivery.workspace_id, "stopped")
    return recorded


def record_retry(
    connection: Connection,
    delivery: Delivery,
    *,
    not_before: datetime,
    reason: Message,
    now: datetime,
    fallback_level: int | None = None,
) -> bool:
    """It certainly is not there: send it again from `not_before` on.

    `fallback_level` says in which simpler form, where the platform refused this one.
    """
    return _record_outcome(
        connection,
        delivery,
        ("sending", "uncertain"),
        {
            "state": "retry",
            "not_before": not_before,
            "reason": reason,
            "updated_at": now,
            "fallback_level": delivery.fallback_level
            if fallback_level is None
            else fallback_level,
        },
    )


def record_uncertain(
    connection: Connection,
    delivery: Delivery,
    *,
    reason: Message,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """It may be there: look before anything else, not before `not_before`."""
    return _record_outcome(
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
    connection: Connection, delivery: Delivery, *, reason: Message, now: datetime
) -> bool:
    """It may be there and cannot be looked for: an admin decides."""
    return _record_outcome(
        connection,
        delivery,
        ("sending", "uncertain"),
        {"state": "held", "reason": reason, "updated_at": now},
    )


def record_failed(
    connection: Connection,
    delivery: Delivery,
    *,
    reason: Message,
    now: datetime,
    alone: bool = False,
) -> bool:
    """It cannot be sent; the parts behind it, which wait for it, fail with it.

    Not so where it fails `alone`: then they go out without it.
    """
    failed = {"state": "failed", "reason": reason, "updated_at": now}
    if not _record_outcome(connection, delivery, ("sending", "uncertain"), failed):
        return False
    if alone:
        return True
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.workspace_id == delivery.workspace_id,
            deliveries.c.edition_id == delivery.edition_id,
            deliveries.c.destination_id == delivery.destination_id,
            deliveries.c.operation == delivery.operation,
            deliveries.c.part > delivery.part,
            deliveries.c.state.in_(("ready", "retry")),
        )
        .values(failed)
    )
    return True


def release_delivery(
    connection: Connection, *, workspace_id: int, delivery_id: int, now: datetime
) -> bool:
    """Send what was held after all, as an admin decided."""
    done = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id == delivery_id,
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.state == "held",
        )
        .values(state="ready", reason=None, not_before=None, updated_at=now)
    )
    return done.rowcount > 0


def abandon_delivery(
    connection: Connection,
    *,
    workspace_id: int,
    delivery_id: int,
    reason: Message,
    now: datetime,
) -> bool:
    """Leave what was held as it is, as an admin decided; the parts behind it go out."""
    done = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id == delivery_id,
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.state == "held",
        )
        .values(state="failed", reason=reason, not_before=None, updated_at=now)
    )
    return done.rowcount > 0


def list_held_deliveries(
    connection: Connection, *, workspace_id: int
) -> tuple[Delivery, ...]:
    """List what waits for an admin's decision, the oldest first."""
    query = SELECT_DELIVERIES.where(
        deliveries.c.workspace_id == workspace_id, deliveries.c.state == "held"
    ).order_by(deliveries.c.id)
    return tuple(map(delivery_from_row, connection.execute(query)))


def fail_outdated_deliveries(
    connection: Connection, *, now: datetime, before: datetime
) -> int:
    """Give up what belongs to editions made `before` then and was never sent.

    What is there already can be corrected for longer.
    """
    old = select(editions.c.id).where(editions.c.made_at <= before)
    older = select(editions.c.id).where(
        editions.c.made_at <= before - CORRECTABLE_PERIOD
    )
    done = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.state.in_(("ready", "retry")),
            case(
                (deliveries.c.operation == "edit", deliveries.c.edition_id.in_(older)),
                else_=deliveries.c.edition_id.in_(old),
            ),
        )
        .values(
            state="failed",
            reason=Message("delivery.expired"),
            not_before=None,
            updated_at=now,
        )
    )
    return done.rowcount


def list_deliveries(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> tuple[Delivery, ...]:
    """List an edition's deliveries: by destination, then by part."""
    query = SELECT_DELIVERIES.where(
        deliveries.c.edition_id == edition_id, deliveries.c.workspace_id == workspace_id
    ).order_by(deliveries.c.destination_id, deliveries.c.part, deliveries.c.id)
    return tuple(map(delivery_from_row, connection.execute(query)))


def list_newest_deliveries(
    connection: Connection, *, workspace_id: int, count: int
) -> tuple[Delivery, ...]:
    """List the workspace's latest deliveries, the newest first; nobody's own."""
    query = (
        SELECT_DELIVERIES.where(
            deliveries.c.workspace_id == workspace_id,
            statements.filter_shared_destinations(
                deliveries.c.destination_id, workspace_id
            ),
        )
        .order_by(deliveries.c.id.desc())
        .limit(count)
    )
    return tuple(map(delivery_from_row, connection.execute(query)))


def _record_outcome(
    connection: Connection,
    delivery: Delivery,
    states: tuple[str, ...],
    values: dict[str, Any],
) -> bool:
    done = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id == delivery.id,
            deliveries.c.workspace_id == delivery.workspace_id,
            deliveries.c.fence == delivery.fence,
            deliveries.c.state.in_(states),
        )
        .values({"lease_until": None, "not_before": None} | values)
    )
    return done.rowcount > 0


def _mark_working(connection: Connection, place: Table, key: int, why: str) -> None:
    """Forget why it stood still; not where a person said so."""
    connection.execute(
        update(place)
        .where(place.c.id == key, place.c.retest_at.is_not(None))
        .values({why: None, "retest_at": None})
    )


#: As long as Discord lets a nonce be.
_KEY_LENGTH = 25


def _freeze_delivery(
    connection: Connection,
    workspace_id: int,
    stored_edition: StoredEdition,
    destination: Destination,
    part: MessagePart,
    operation: Operation,
    now: datetime,
    pings: bool,
) -> int:
    """Write one row, or find it; its key. `deliveries.add` says what happens twice."""
    number = int(part.key)
    posted = _find_post(connection, stored_edition, destination, number)
    # What the platform took only in plain words is corrected in plain words.
    fallback_level = posted.fallback_level if posted and operation != "post" else 0
    payload = dict(part.payload)
    content: dict[str, Any] = {
        "payload": payload,
        "payload_hash": hashlib.sha256(encode_json(payload).encode()).hexdigest(),
        "fallback_text": part.fallback_text,
        "title": part.title,
    }
    statement = insert_into(connection, deliveries).values(
        workspace_id=workspace_id,
        edition_id=stored_edition.id,
        destination_id=destination.id,
        channel=posted.channel if posted else destination.channel,
        part=number,
        operation=operation,
        key=_make_delivery_key(stored_edition.public_id, destination.id, number),
        state="ready",
        attempt=0,
        fence=0,
        fallback_level=fallback_level,
        updated_at=now,
        manner=posted.manner
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
    connection.execute(statement)
    key: int = connection.execute(
        select(deliveries.c.id).where(
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.edition_id == stored_edition.id,
            deliveries.c.destination_id == destination.id,
            deliveries.c.part == number,
            deliveries.c.operation == operation,
        )
    ).scalar_one()
    return key


def _make_delivery_key(edition: str, destination_id: int, part: int) -> str:
    """Make the key that a message carries: 25 letters and digits, always the same."""
    name = f"{edition}/{destination_id}/{part}".encode()
    digest = base64.b32encode(hashlib.sha256(name).digest())
    return digest.decode("ascii").lower()[:_KEY_LENGTH]


def _find_post(
    connection: Connection,
    stored_edition: StoredEdition,
    destination: Destination,
    part: int,
) -> Row[Any, Any, Any] | None:
    """Where the message already is, or is to go, and how it was posted."""
    return connection.execute(
        select(
            deliveries.c.channel, deliveries.c.manner, deliveries.c.fallback_level
        ).where(
            deliveries.c.edition_id == stored_edition.id,
            deliveries.c.destination_id == destination.id,
            deliveries.c.part == part,
            deliveries.c.operation == "post",
        )
    ).first()


def _get_post_options(
    destination: Destination, part: int, pings: bool
) -> dict[str, Any]:
    """A role hears of the first message only, and only where that was asked for."""
    manner = destination.manner.to_stored()
    return manner if pings and part == 1 else manner | {"ping": None}


def _restart_columns(now: datetime) -> dict[str, Any]:
    """Begin anew, behind one that is on its way: the newer has the last word."""
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


UNDONE_REASON = Message("delivery.undone")
_OTHER = deliveries.alias("other")


def find_first_posted_at(
    connection: Connection, *, workspace_id: int, edition_id: int
) -> datetime | None:
    """Give the moment since which a message of the edition has stood anywhere."""
    found: datetime | None = connection.execute(
        select(func.min(deliveries.c.updated_at)).where(
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.edition_id == edition_id,
            deliveries.c.operation == "post",
            deliveries.c.state == "sent",
        )
    ).scalar()
    return found


def delete_edition_messages(
    connection: Connection, *, workspace_id: int, edition_id: int, now: datetime
) -> tuple[int, int]:
    """Have every message of the edition deleted; how many, and how many never go out.

    One that is on its way counts as to be deleted.
    """
    mine = (
        deliveries.c.workspace_id == workspace_id,
        deliveries.c.edition_id == edition_id,
        deliveries.c.operation == "post",
        deliveries.c.state != "failed",
    )
    copied = (
        *("workspace_id", "edition_id", "destination_id", "channel", "part", "key"),
        *("manner", "title"),
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
    every = select(*(deliveries.c[name] for name in copied), *made.values()).where(
        *mine
    )
    connection.execute(
        insert_into(connection, deliveries)
        .from_select([*copied, *made], every)
        .on_conflict_do_nothing()
    )
    waiting = connection.execute(
        select(func.count()).where(*mine, deliveries.c.state.in_(("ready", "retry")))
    ).scalar_one()
    there = connection.execute(
        select(func.count()).where(*mine, deliveries.c.state.not_in(("ready", "retry")))
    ).scalar_one()
    finish_undone_deliveries(connection, now=now)
    return there, waiting


def finish_undone_deliveries(connection: Connection, *, now: datetime) -> None:
    """End what was taken back before it went out, and forget its deletions."""
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.operation != "delete",
            deliveries.c.state.in_(("ready", "retry")),
            exists().where(*_same_message(), _OTHER.c.operation == "delete"),
        )
        .values(state="failed", reason=UNDONE_REASON, not_before=None, updated_at=now)
    )
    connection.execute(
        delete(deliveries).where(
            deliveries.c.operation == "delete",
            deliveries.c.state.in_(("ready", "retry")),
            exists().where(
                *_same_message(),
                _OTHER.c.operation == "post",
                _OTHER.c.state == "failed",
            ),
        )
    )


def _same_message() -> tuple[ColumnElement[bool], ...]:
    return (
        _OTHER.c.edition_id == deliveries.c.edition_id,
        _OTHER.c.destination_id == deliveries.c.destination_id,
        _OTHER.c.part == deliveries.c.part,
    )
