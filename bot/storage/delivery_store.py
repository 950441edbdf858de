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
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Row,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)

from bot.model.digest import Destination
from bot.model.edition import Delivery, MessagePart, Operation, StoredEdition
from bot.model.jobs import JobRequest
from bot.model.scope import Scope
from bot.storage.columns import Instant, encode_json
from bot.storage.delivery_queue import list_deliveries_where
from bot.storage.job_requests import request_job
from bot.storage.published_article_store import CORRECTABLE_PERIOD
from bot.storage.published_edition_store import mark_edition_posted
from bot.storage.schema import deliveries, destinations, editions, workspaces
from bot.storage.send_leases import WAITING_STATES, record_outcome
from bot.storage.statements import (
    Condition,
    count_rows,
    delete_rows,
    filter_shared_destinations,
    first_scalar,
    has_same_values,
    has_values,
    in_scope,
    insert_into,
    make_message_key,
    update_rows,
)
from digests.messages import Message
from digests.types import frozen

UNDONE_REASON = Message("delivery.undone")
_DELIVERY = deliveries.c
_IS_WAITING = _DELIVERY.state.in_(WAITING_STATES)
_OTHER = deliveries.alias("other")
_IS_SAME_MESSAGE = has_same_values(
    _OTHER, deliveries, "edition_id", "destination_id", "part"
)


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
    _request_delivery(conn, scope)
    return list_deliveries_where(conn, _DELIVERY.id.in_(ids))


def _request_delivery(conn: Connection, scope: Scope) -> None:
    request_job(conn, JobRequest(task="deliver", workspace_id=scope.workspace_id))


def record_sent(
    conn: Connection, delivery: Delivery, message_id: str, now: datetime
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
    if recorded and delivery.operation == "post":
        mark_edition_posted(conn, delivery.scope, delivery.edition_id, now)
    if recorded and delivery.probe:
        _resume(conn, destinations, delivery.destination_id, "paused")
        _resume(conn, workspaces, delivery.workspace_id, "stopped")
    return recorded


def record_unsent(
    conn: Connection,
    delivery: Delivery,
    state: Literal["retry", "uncertain", "held"],
    reason: Message,
    now: datetime,
    not_before: datetime | None = None,
    fallback_level: int | None = None,
) -> bool:
    """Record that the message did not arrive, or may not have.

    False if there was a later claim.

    Args:
        conn: Inside a transaction.
        delivery: The claimed delivery.
        state: «retry»: it certainly did not arrive and is sent again. «uncertain»: it
            may have arrived and is read back. «held»: it cannot be read back and waits
            for an admin.
        reason: For people.
        now: The current time.
        not_before: The earliest time for sending or reading back.
        fallback_level: The simpler form to send, if the platform refused this one.
    """
    values: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "not_before": not_before,
    }
    if fallback_level is not None:
        values["fallback_level"] = fallback_level
    return record_outcome(conn, deliveries, delivery, now=now, **values)


def record_failed(
    conn: Connection,
    delivery: Delivery,
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
        names = ("edition_id", "destination_id", "operation")
        same = {name: getattr(delivery, name) for name in names}
        later = and_(
            in_scope(deliveries, delivery.scope, **same), _DELIVERY.part > delivery.part
        )
        _fail_waiting(conn, later, reason=reason, now=now)
    return recorded


def finish_held_delivery(
    conn: Connection,
    scope: Scope,
    *,
    delivery_id: int,
    state: Literal["ready", "failed"],
    reason: Message | None = None,
    now: datetime,
) -> bool:
    """Send a held delivery again, or fail it, as an admin decided; False: not held.

    If it fails, the later parts are sent.
    """
    held = in_scope(deliveries, scope, id=delivery_id, state="held")
    values = {"state": state, "reason": reason, "not_before": None}
    _request_delivery(conn, scope)
    return update_rows(conn, deliveries, held, **values, updated_at=now) > 0


def list_held_deliveries(conn: Connection, scope: Scope) -> tuple[Delivery, ...]:
    """List the held deliveries, which wait for an admin, the oldest first."""
    return list_deliveries_where(conn, in_scope(deliveries, scope, state="held"))


def list_all_held_deliveries(conn: Connection) -> tuple[Delivery, ...]:
    """List the held deliveries to channels of all workspaces that the bot is in."""
    shared = select(destinations.c.id).where(destinations.c.person_id.is_(None))
    present = select(workspaces.c.id).where(workspaces.c.left_at.is_(None))
    return list_deliveries_where(
        conn,
        and_(
            _DELIVERY.state == "held",
            _DELIVERY.destination_id.in_(shared),
            _DELIVERY.workspace_id.in_(present),
        ),
    )


def fail_outdated_deliveries(conn: Connection, now: datetime, before: datetime) -> int:
    """Fail unsent deliveries of editions made before `before`.

    Messages that were sent can be edited for longer.
    """

    def made_before(at: datetime) -> Condition:
        old = select(editions.c.id).where(editions.c.made_at <= at)
        return _DELIVERY.edition_id.in_(old)

    correctable = made_before(before - CORRECTABLE_PERIOD)
    outdated = case(
        (_DELIVERY.operation == "edit", correctable), else_=made_before(before)
    )
    return _fail_waiting(conn, outdated, reason=Message("delivery.expired"), now=now)


def _fail_waiting(
    conn: Connection, *where: Condition, reason: Message, now: datetime
) -> int:
    values = {"state": "failed", "reason": reason, "not_before": None}
    return update_rows(conn, deliveries, _IS_WAITING, *where, **values, updated_at=now)


def list_deliveries(
    conn: Connection, scope: Scope, edition_id: int
) -> tuple[Delivery, ...]:
    """List an edition's deliveries: by destination, then by part."""
    return list_deliveries_where(
        conn,
        in_scope(deliveries, scope, edition_id=edition_id),
        order_by=(_DELIVERY.destination_id, _DELIVERY.part, _DELIVERY.id),
    )


@frozen
class PostCounts:
    """The posts of an edition by what became of them."""

    sent: int = 0
    #: They wait for an editor.
    held: int = 0
    failed: int = 0
    #: They are being sent, or will be.
    waiting: int = 0
    #: Whether the edition was taken back.
    undone: bool = False


def count_posts(conn: Connection, scope: Scope, occurrence_id: int) -> PostCounts:
    """Count the posts of the edition of an occurrence; none if it has no edition."""
    return count_posts_of(conn, scope, [occurrence_id])[occurrence_id]


def count_posts_of(
    conn: Connection, scope: Scope, occurrence_ids: Collection[int]
) -> dict[int, PostCounts]:
    """Count the posts of the editions of occurrences, by the occurrence's key."""
    here, state = editions.c.occurrence_id, _DELIVERY.state
    query = (
        select(here, state, editions.c.undone_at, func.count().label("posts"))
        .join_from(deliveries, editions, editions.c.id == _DELIVERY.edition_id)
        .where(in_scope(editions, scope), here.in_(occurrence_ids))
        .where(_DELIVERY.operation == "post")
        .group_by(here, state, editions.c.undone_at)
    )
    rows: dict[int, list[Row[Any]]] = {key: [] for key in occurrence_ids}
    for row in conn.execute(query):
        rows[row.occurrence_id].append(row)
    return {key: _sum_posts(each) for key, each in rows.items()}


def _sum_posts(rows: Sequence[Row[Any]]) -> PostCounts:
    known = {row.state: row.posts for row in rows}
    settled = {name: known.pop(name, 0) for name in ("sent", "held", "failed")}
    return PostCounts(
        **settled,
        waiting=sum(known.values()),
        undone=any(row.undone_at is not None for row in rows),
    )


def list_newest_deliveries(
    conn: Connection, scope: Scope, count: int
) -> tuple[Delivery, ...]:
    """List the workspace's deliveries, the newest first, without personal ones."""
    return list_deliveries_where(
        conn,
        in_scope(deliveries, scope),
        filter_shared_destinations(_DELIVERY.destination_id, scope),
        order_by=(_DELIVERY.id.desc(),),
        limit=count,
    )


def _resume(conn: Connection, table: Table, key: int, reason: str) -> None:
    """Clear the reason of a pause, unless a person paused it."""
    automatic = table.c.retest_at.is_not(None)
    cleared = {reason: None, "retest_at": None}
    update_rows(conn, table, table.c.id == key, automatic, **cleared)


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
    number, payload = int(part.key), dict(part.payload)
    message = {
        "edition_id": stored_edition.id,
        "destination_id": destination.id,
        "part": number,
    }
    options = destination.post_options.to_stored()
    row: dict[str, Any] = {
        "channel": destination.channel,
        # A role is mentioned in the first message, if at all.
        "post_options": options if pings and number == 1 else options | {"ping": None},
        "fallback_level": 0,
    }
    post = in_scope(deliveries, scope, **message, operation="post")
    posted = conn.execute(
        select(*(_DELIVERY[name] for name in row)).where(post)
    ).first()
    if posted is not None:
        # A message that was accepted only in a simpler form is edited in that form.
        row = dict(posted._mapping)
    content = {
        "payload": payload,
        "payload_hash": hashlib.sha256(encode_json(payload).encode()).hexdigest(),
        "fallback_text": part.fallback_text,
        "title": part.title,
        "fallback_level": row["fallback_level"],
        "pictures": list(part.pictures) or None,
    }
    name = f"{stored_edition.public_id}/{destination.id}/{number}"
    row |= content | {"key": make_message_key(name), "updated_at": now}
    begun = {"operation": operation, "state": "ready", "attempt": 0, "fence": 0}
    statement = insert_into(conn, deliveries).values(
        {**asdict(scope), **message, **row, **begun}
    )
    one = [*message, "operation"]
    if operation == "post":
        statement = statement.on_conflict_do_nothing(index_elements=one)
    else:
        _keep_shown_pictures(conn, scope, message)
        other = _DELIVERY.payload_hash != content["payload_hash"]
        statement = statement.on_conflict_do_update(
            index_elements=one,
            set_=content | _restart_columns(now),
            where=or_(other, _DELIVERY.state.in_(("held", "failed"))),
        )
    conn.execute(statement)
    mine = in_scope(deliveries, scope, **message, operation=operation)
    return int(conn.execute(select(_DELIVERY.id).where(mine)).scalar_one())


def _keep_shown_pictures(
    conn: Connection, scope: Scope, message: Mapping[str, int]
) -> None:
    """Move the pictures that a message shows to its post, before its edit is replaced.

    An edit that may have been applied shows one or the other.
    """
    names = _DELIVERY.state, _DELIVERY.pictures
    here = in_scope(deliveries, scope, **message, operation="edit")
    edit = conn.execute(select(*names).where(here)).first()
    if edit is None or edit.state == "failed":
        return
    post = in_scope(deliveries, scope, **message, operation="post")
    shown = list(edit.pictures or ())
    if edit.state != "sent":
        shown += first_scalar(conn, select(_DELIVERY.pictures).where(post)) or ()
    update_rows(conn, deliveries, post, pictures=list(dict.fromkeys(shown)) or None)


def _restart_columns(now: datetime) -> dict[str, Any]:
    """Column values that restart a delivery; if it is being sent, after its lease."""
    in_flight = _DELIVERY.state == "sending"
    return {
        "state": case((in_flight, "retry"), else_="ready"),
        "not_before": case((in_flight, _DELIVERY.lease_until), else_=null()),
        "attempt": 0,
        "fence": _DELIVERY.fence + 1,
        "lease_until": None,
        "reason": None,
        "updated_at": now,
    }


def find_first_posted_at(
    conn: Connection, scope: Scope, edition_id: int
) -> datetime | None:
    """Return the instant at which the first message of the edition was sent."""
    sent = in_scope(
        deliveries, scope, edition_id=edition_id, operation="post", state="sent"
    )
    return first_scalar(conn, select(func.min(_DELIVERY.updated_at)).where(sent))


def delete_edition_messages(
    conn: Connection, scope: Scope, edition_id: int, now: datetime
) -> tuple[int, int]:
    """Order the deletion of every message of the edition.

    Returns:
        How many are to be deleted, and how many are never sent. A message that is
        being sent counts as to be deleted.
    """
    posts = and_(
        in_scope(deliveries, scope, edition_id=edition_id, operation="post"),
        _DELIVERY.state != "failed",
    )
    copied = (
        *("workspace_id", "edition_id", "destination_id", "channel", "part", "key"),
        *("post_options", "title"),
    )
    empty: dict[str, Any] = dict.fromkeys(
        ("payload_hash", "fallback_text"), literal("")
    )
    zero = dict.fromkeys(("attempt", "fence"), literal(0))
    made = empty | zero
    made |= {"operation": literal("delete"), "state": literal("ready")}
    made |= {"payload": literal("{}"), "updated_at": literal(now, Instant)}
    deletions = select(*(_DELIVERY[name] for name in copied), *made.values())
    conn.execute(
        insert_into(conn, deliveries)
        .from_select([*copied, *made], deletions.where(posts))
        .on_conflict_do_nothing()
    )
    waiting = count_rows(conn, deliveries, posts, _IS_WAITING)
    there = count_rows(conn, deliveries, posts, ~_IS_WAITING)
    finish_undone_deliveries(conn, now)
    _request_delivery(conn, scope)
    return there, waiting


def finish_undone_deliveries(conn: Connection, now: datetime) -> None:
    """Fail deliveries that were undone before they were sent; drop their deletions."""
    undone = exists().where(_IS_SAME_MESSAGE, _OTHER.c.operation == "delete")
    message = _DELIVERY.operation != "delete"
    _fail_waiting(conn, message, undone, reason=UNDONE_REASON, now=now)
    unsent = has_values(_OTHER, operation="post", state="failed")
    delete_rows(
        conn,
        deliveries,
        _DELIVERY.operation == "delete",
        _IS_WAITING,
        exists().where(_IS_SAME_MESSAGE, unsent),
    )
