"""Destinations: channels of a workspace to which editions are posted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.errors import UserError
from bot.model.settings import PostOptions
from bot.model.workspace import PERSON_PREFIX, Destination, Scope
from bot.storage.schema import deliveries, destinations, local_messages
from bot.storage.statements import has_row, in_scope, insert_into
from digests.messages import Message


def upsert_destination(
    conn: Connection, scope: Scope, *, name: str, channel: str
) -> Destination:
    """Create the destination `name`, or change its channel.

    A new channel ends a pause and receives waiting deliveries; messages in the old
    channel stay.

    Raises:
        UserError: The channel is already a destination under another name, or is a
            person's direct messages.
    """
    _refuse_personal(name, channel)
    before = find_destination_by_channel(conn, scope, channel=channel)
    if before is not None:
        if before.name != name:
            raise UserError(
                "This channel is the destination «{name}» already. Use that name, or "
                "rename it first.",
                name=before.name,
            )
        return before
    row = conn.execute(
        insert_into(conn, destinations)
        .values(workspace_id=scope.workspace_id, name=name, channel=channel)
        .on_conflict_do_update(
            index_elements=["workspace_id", "name"],
            set_={"channel": channel, "paused": None, "retest_at": None},
        )
        .returning(destinations)
    ).one()
    conn.execute(
        update(deliveries)
        .where(
            deliveries.c.destination_id == row.id,
            in_scope(deliveries, scope),
            deliveries.c.operation == "post",
            deliveries.c.state.in_(("ready", "retry")),
        )
        .values(channel=channel)
    )
    return destination_from_row(row)


def rename_destination(
    conn: Connection, scope: Scope, *, destination_id: int, name: str
) -> Destination | None:
    """Rename the destination; None: no such destination.

    Raises:
        UserError: Another destination has the name.
    """
    _refuse_personal(name, name)
    other = find_destination_by_name(conn, scope, name=name)
    if other is not None and other.id != destination_id:
        raise UserError("There is already a destination «{name}».", name=name)
    return _update_destination(conn, scope, destination_id, {"name": name})


def set_post_options(
    conn: Connection, scope: Scope, *, destination_id: int, options: PostOptions
) -> Destination | None:
    """Replace the post options; None: no such destination."""
    values = {"settings": options.to_stored()}
    return _update_destination(conn, scope, destination_id, values)


def delete_destination(conn: Connection, scope: Scope, *, destination_id: int) -> bool:
    """Delete the destination and its deliveries; posted messages stay."""
    gone = conn.execute(
        delete(destinations).where(*_is_destination(scope, destination_id))
    )
    return gone.rowcount > 0


def pause_destination(
    conn: Connection,
    scope: Scope,
    *,
    destination_id: int,
    reason: Message,
    retest_at: datetime | None = None,
) -> Destination | None:
    """Pause posting to the destination; `reason` is for people.

    At `retest_at` one message is sent as a probe; None = never.
    """
    values = {"paused": reason, "retest_at": retest_at}
    return _update_destination(conn, scope, destination_id, values)


def resume_destination(
    conn: Connection, scope: Scope, *, destination_id: int
) -> Destination | None:
    """Resume posting to the destination."""
    values = {"paused": None, "retest_at": None}
    return _update_destination(conn, scope, destination_id, values)


def list_destinations(conn: Connection, scope: Scope) -> tuple[Destination, ...]:
    """List the workspace's destinations, in the order of their creation.

    Personal destinations are not included.
    """
    found = conn.execute(
        select(destinations)
        .where(in_scope(destinations, scope), destinations.c.person_id.is_(None))
        .order_by(destinations.c.id)
    )
    return tuple(map(destination_from_row, found))


def find_destination_by_name(
    conn: Connection, scope: Scope, *, name: str
) -> Destination | None:
    """Find the destination with this name."""
    ours = destinations.c.person_id.is_(None)
    return _find_destination(conn, scope, and_(destinations.c.name == name, ours))


def find_destination_by_channel(
    conn: Connection, scope: Scope, *, channel: str
) -> Destination | None:
    """Find the destination by the platform's id of its channel."""
    return _find_destination(conn, scope, destinations.c.channel == channel)


def find_personal_destination(
    conn: Connection, scope: Scope, *, person_id: str
) -> Destination | None:
    """Find the destination for a person's direct messages on the local page.

    Also without a personal digest, once a message was sent there; else None.
    """
    channel = f"{PERSON_PREFIX}{person_id}"
    found = find_destination_by_channel(conn, scope, channel=channel)
    if found is not None:
        return found
    sent = select(local_messages.c.id).where(
        in_scope(local_messages, scope), local_messages.c.channel == channel
    )
    if not has_row(conn, sent):
        return None
    return Destination(
        id=0,
        workspace_id=scope.workspace_id,
        name=channel,
        channel=channel,
        person=person_id,
    )


def destination_from_row(row: Row[Any]) -> Destination:
    """Build a `Destination` from a row of the table."""
    return Destination(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        channel=row.channel,
        paused=row.paused,
        retest_at=row.retest_at,
        person=row.person_id,
        post_options=PostOptions.from_stored(row.settings),
    )


def _refuse_personal(name: str, channel: str) -> None:
    """Refuse a person's direct messages, which only that person can set up."""
    if name.startswith(PERSON_PREFIX) or channel.startswith(PERSON_PREFIX):
        raise UserError(
            "No destination can be called «{name}» or lead to a person: people "
            "set up their own digest with /news me.",
            name=name[:60],
        )


def _is_destination(
    scope: Scope, destination_id: int
) -> tuple[ColumnElement[bool], ...]:
    return (destinations.c.id == destination_id, in_scope(destinations, scope))


def _find_destination(
    conn: Connection, scope: Scope, which: ColumnElement[bool]
) -> Destination | None:
    found = conn.execute(
        select(destinations).where(in_scope(destinations, scope), which)
    ).first()
    return destination_from_row(found) if found else None


def _update_destination(
    conn: Connection, scope: Scope, destination_id: int, values: dict[str, Any]
) -> Destination | None:
    row = conn.execute(
        update(destinations)
        .where(*_is_destination(scope, destination_id))
        .values(values)
        .returning(destinations)
    ).first()
    return destination_from_row(row) if row else None
