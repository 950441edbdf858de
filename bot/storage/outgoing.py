"""How a delivery is frozen into its row, and becomes the noun again.

The bytes of a message and their hash are made once, before its first send; a retry
sends what stands here.
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, null, or_, select
from sqlalchemy.sql.elements import ColumnElement

from bot.manners import as_settings, of_settings
from bot.storage.columns import to_json
from bot.storage.dialects import insert
from bot.storage.schema import deliveries, workspaces
from bot.types import Delivery, Destination, Issue, Operation, Part

#: As long as Discord lets a nonce be.
_KEY_LENGTH = 25

#: A delivery and the workspace that it belongs to, side by side.
JOINED = deliveries.join(workspaces, workspaces.c.id == deliveries.c.workspace_id)
#: What `noun` needs of them.
ALL: Select[Any] = select(
    *deliveries.c,
    workspaces.c.platform,
    workspaces.c.external_id.label("workspace_external_id"),
).select_from(JOINED)


def freeze(
    connection: Connection,
    workspace_id: int,
    issue: Issue,
    destination: Destination,
    part: Part,
    operation: Operation,
    now: datetime,
    pings: bool,
) -> int:
    """Write one row, or find it; its key. `deliveries.add` says what happens twice."""
    number = int(part.key)
    posted = _posted(connection, issue, destination, number)
    # What the platform took only in plain words is corrected in plain words.
    rung = posted.rung if posted and operation != "post" else 0
    payload = dict(part.payload)
    content: dict[str, Any] = {
        "payload": payload,
        "payload_hash": hashlib.sha256(to_json(payload).encode()).hexdigest(),
        "fallback_text": part.fallback_text,
        "title": part.title,
    }
    statement = insert(connection, deliveries).values(
        workspace_id=workspace_id,
        edition_id=issue.id,
        destination_id=destination.id,
        channel=posted.channel if posted else destination.channel,
        part=number,
        operation=operation,
        key=key_of(issue.public_id, destination.id, number),
        state="ready",
        attempt=0,
        fence=0,
        rung=rung,
        updated_at=now,
        manner=posted.manner if posted else _manner(destination, number, pings),
        **content,
    )
    one = ["edition_id", "destination_id", "part", "operation"]
    if operation == "post":
        statement = statement.on_conflict_do_nothing(index_elements=one)
    else:
        statement = statement.on_conflict_do_update(
            index_elements=one,
            set_=content | _again(now) | {"rung": rung},
            where=or_(
                deliveries.c.payload_hash != content["payload_hash"],
                deliveries.c.state.in_(("held", "failed")),
            ),
        )
    connection.execute(statement)
    key: int = connection.execute(
        select(deliveries.c.id).where(
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.edition_id == issue.id,
            deliveries.c.destination_id == destination.id,
            deliveries.c.part == number,
            deliveries.c.operation == operation,
        )
    ).scalar_one()
    return key


def key_of(edition: str, destination_id: int, part: int) -> str:
    """Make the key that a message carries: 25 letters and digits, always the same."""
    name = f"{edition}/{destination_id}/{part}".encode()
    digest = base64.b32encode(hashlib.sha256(name).digest())
    return digest.decode("ascii").lower()[:_KEY_LENGTH]


def noun(row: Row[Any]) -> Delivery:
    """Make the noun of a row of `ALL`.

    Once the platform did not take it as it was rendered, it has no payload any more.
    """
    return Delivery(
        id=row.id,
        workspace_id=row.workspace_id,
        edition_id=row.edition_id,
        destination_id=row.destination_id,
        platform=row.platform,
        workspace_external_id=row.workspace_external_id,
        channel=row.channel,
        part=row.part,
        operation=row.operation,
        key=row.key,
        payload=row.payload if row.rung == 0 else {},
        fallback_text=row.fallback_text,
        rung=row.rung,
        state=row.state,
        attempt=row.attempt,
        fence=row.fence,
        claimed_at=row.claimed_at,
        not_before=row.not_before,
        message_id=row.message_id,
        reason=row.reason,
        manner=of_settings(row.manner),
        title=row.title or "",
        opening=row.opening,
    )


def nouns(connection: Connection, which: ColumnElement[bool]) -> tuple[Delivery, ...]:
    """Make the nouns of these rows, by their keys."""
    found = connection.execute(ALL.where(which).order_by(deliveries.c.id))
    return tuple(map(noun, found))


def _posted(
    connection: Connection, issue: Issue, destination: Destination, part: int
) -> Row[Any, Any, Any] | None:
    """Where the message already is, or is to go, and how it was posted."""
    return connection.execute(
        select(deliveries.c.channel, deliveries.c.manner, deliveries.c.rung).where(
            deliveries.c.edition_id == issue.id,
            deliveries.c.destination_id == destination.id,
            deliveries.c.part == part,
            deliveries.c.operation == "post",
        )
    ).first()


def _manner(destination: Destination, part: int, pings: bool) -> dict[str, Any]:
    """A role hears of the first message only, and only where that was asked for."""
    manner = as_settings(destination.manner)
    return manner if pings and part == 1 else manner | {"ping": None}


def _again(now: datetime) -> dict[str, Any]:
    """Begin anew, behind one that is on its way: the newer has the last word."""
    on_its_way = deliveries.c.state == "sending"
    return {
        "state": case((on_its_way, "retry"), else_="ready"),
        "not_before": case((on_its_way, deliveries.c.lease_until), else_=null()),
        "attempt": 0,
        "fence": deliveries.c.fence + 1,
        "lease_until": None,
        "reason": None,
        "updated_at": now,
    }
