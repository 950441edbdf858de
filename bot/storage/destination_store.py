"""Destinations: channels of a workspace to which editions are posted."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.errors import UserError
from bot.model.digest import Destination
from bot.model.scope import Scope
from bot.model.settings import PostOptions
from bot.model.workspace import PERSON_PREFIX
from bot.storage.schema import deliveries, destinations, local_messages
from bot.storage.send_leases import WAITING_STATES
from bot.storage.statements import (
    delete_rows,
    find_first,
    from_row,
    has_row,
    in_scope,
    list_all,
    update_first,
    update_rows,
    upsert,
)
from digests.messages import Message


def upsert_destination(
    conn: Connection, scope: Scope, name: str, channel: str
) -> Destination:
    """Create the destination `name`, or change its channel.

    A new channel ends a pause and receives waiting deliveries; messages in the old
    channel stay.

    Raises:
        UserError: The channel is already a destination under another name, or is a
            person's direct messages.
    """
    _refuse_personal(name, channel)
    before = find_destination_by_channel(conn, scope, channel)
    if before is not None:
        if before.name != name:
            raise UserError(
                "This channel is the destination «{name}» already. Use that name, or "
                "rename it first.",
                name=before.name,
            )
        return before
    key = {**asdict(scope), "name": name}
    content = {"channel": channel, "paused": None, "retest_at": None}
    row = upsert(conn, destinations, key, content)
    update_rows(
        conn,
        deliveries,
        in_scope(deliveries, scope, destination_id=row.id, operation="post"),
        deliveries.c.state.in_(WAITING_STATES),
        channel=channel,
    )
    return destination_from_row(row)


def rename_destination(
    conn: Connection, scope: Scope, destination_id: int, name: str
) -> Destination | None:
    """Rename the destination; None: no such destination.

    Raises:
        UserError: Another destination has the name.
    """
    _refuse_personal(name, name)
    other = find_destination_by_name(conn, scope, name)
    if other is not None and other.id != destination_id:
        raise UserError("There is already a destination «{name}».", name=name)
    return _update_destination(conn, scope, destination_id, name=name)


def set_post_options(
    conn: Connection, scope: Scope, destination_id: int, options: PostOptions
) -> Destination | None:
    """Replace the post options; None: no such destination."""
    return _update_destination(
        conn, scope, destination_id, settings=options.to_stored()
    )


def delete_destination(conn: Connection, scope: Scope, destination_id: int) -> bool:
    """Delete the destination and its deliveries; posted messages stay."""
    mine = in_scope(destinations, scope, id=destination_id)
    return delete_rows(conn, destinations, mine) > 0


def pause_destination(
    conn: Connection,
    scope: Scope,
    destination_id: int,
    reason: Message,
    retest_at: datetime | None = None,
) -> Destination | None:
    """Pause posting to the destination; `reason` is for people.

    At `retest_at` one message is sent as a probe; None = never.
    """
    return _update_destination(
        conn, scope, destination_id, paused=reason, retest_at=retest_at
    )


def resume_destination(
    conn: Connection, scope: Scope, destination_id: int
) -> Destination | None:
    """Resume posting to the destination."""
    return _update_destination(conn, scope, destination_id, paused=None, retest_at=None)


def list_destinations(conn: Connection, scope: Scope) -> tuple[Destination, ...]:
    """List the workspace's destinations, in the order of their creation.

    Personal destinations are not included.
    """
    ours = in_scope(destinations, scope, person_id=None)
    query = select(destinations).where(ours).order_by(destinations.c.id)
    return list_all(conn, query, destination_from_row)


def find_destination(
    conn: Connection, scope: Scope, destination_id: int
) -> Destination | None:
    """Find the destination with this key, of the workspace or of a person in it."""
    return _find_destination(conn, scope, id=destination_id)


def find_destination_by_name(
    conn: Connection, scope: Scope, name: str
) -> Destination | None:
    """Find the destination with this name."""
    return _find_destination(conn, scope, name=name, person_id=None)


def find_destination_by_channel(
    conn: Connection, scope: Scope, channel: str
) -> Destination | None:
    """Find the destination by the platform's id of its channel."""
    return _find_destination(conn, scope, channel=channel)


def find_personal_destination(
    conn: Connection, scope: Scope, person_id: str
) -> Destination | None:
    """Find the destination for a person's direct messages on the local page.

    Also without a personal digest, once a message was sent there; else None.
    """
    channel = f"{PERSON_PREFIX}{person_id}"
    found = find_destination_by_channel(conn, scope, channel)
    if found is not None:
        return found
    sent = in_scope(local_messages, scope, channel=channel)
    if not has_row(conn, select(local_messages.c.id).where(sent)):
        return None
    return Destination(
        id=0, **asdict(scope), name=channel, channel=channel, person=person_id
    )


def destination_from_row(row: Row[Any]) -> Destination:
    """Build a `Destination` from a row of the table."""
    options = PostOptions.from_stored(row.settings)
    return from_row(Destination, row, person=row.person_id, post_options=options)


def _refuse_personal(name: str, channel: str) -> None:
    """Refuse a person's direct messages, which only that person can set up."""
    if name.startswith(PERSON_PREFIX) or channel.startswith(PERSON_PREFIX):
        raise UserError(
            "No destination can be called «{name}» or lead to a person: people "
            "set up their own digest with /news me.",
            name=name[:60],
        )


def _find_destination(
    conn: Connection, scope: Scope, **values: Any
) -> Destination | None:
    query = select(destinations).where(in_scope(destinations, scope, **values))
    return find_first(conn, query, destination_from_row)


def _update_destination(
    conn: Connection, scope: Scope, destination_id: int, **values: Any
) -> Destination | None:
    mine = in_scope(destinations, scope, id=destination_id)
    return update_first(conn, destinations, destination_from_row, mine, **values)
